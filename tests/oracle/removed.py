# SPDX-License-Identifier: GPL-2.0-or-later
"""Write kpolicy/rules/removed.toml: `python -m tests.oracle.removed TREE... > kpolicy/rules/removed.toml`.

Which names no later release defines, on any architecture.  The trees are given from the oldest to the newest.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from kpolicy.kernel.source import open_tree
from kpolicy.kernel.version import read_version

_HEAD = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# Names that releases of Linux no longer define on any architecture, by the first of the releases that were looked up
# ({releases}) that lacks them.  Made by tests/oracle/removed.py from their Kconfig files.
# The first list has names that scripts and fragments outside the kernel still ask for.
"""

# The oldest of the trees lacks them already.  They are in moby's contrib/check-config.sh, kernel-hardening-checker
# and older defconfigs.
OLDER = """
CC_STACKPROTECTOR CC_STACKPROTECTOR_AUTO CC_STACKPROTECTOR_NONE CC_STACKPROTECTOR_REGULAR
CC_STACKPROTECTOR_STRONG CFQ_GROUP_IOSCHED CGROUP_MEM_RES_CTLR CGROUP_MEM_RES_CTLR_SWAP DEBUG_RODATA
DEBUG_SET_MODULE_RONX DEBUG_STRICT_USER_COPY_CHECKS DEVPTS_MULTIPLE_INSTANCES EXT3_FS_XATTR INET_XFRM_MODE_BEET
INET_XFRM_MODE_TRANSPORT INET_XFRM_MODE_TUNNEL IOSCHED_CFQ IOSCHED_DEADLINE IOSCHED_NOOP MEMCG_SWAP_ENABLED
NETPRIO_CGROUP NF_CONNTRACK_IPV4 NF_CONNTRACK_IPV6 NF_NAT_IPV4 NF_NAT_IPV6 NF_NAT_NEEDED REFCOUNT_FULL
RESOURCE_COUNTERS TIMER_STATS X86_PTDUMP
""".split()


# A line of a help text can begin with "config" too, and a word in small letters follows.
_CONFIG = re.compile(rb"^[ \t]*(?:menu)?config[ \t]+([A-Z0-9]\w*)", re.MULTILINE)


def defined_in(kernel: Path) -> frozenset[str]:
    """The symbols that some Kconfig file of a tree defines, by its text alone."""
    files = (path for path in kernel.rglob("Kconfig*") if path.is_file() and "scripts/kconfig/" not in str(path))
    return frozenset(name.decode() for path in files for name in _CONFIG.findall(path.read_bytes()))


def removed(found: Sequence[AbstractSet[str]]) -> list[list[str]]:
    """The names that each release lacks and the one before it has, unless a later one has them again."""
    every = set().union(*found)
    gone: list[list[str]] = [sorted(name for name in OLDER if name not in every)]
    for at in range(1, len(found)):
        later = set().union(*found[at:])
        gone.append(sorted(found[at - 1] - later))
    return gone


def table(releases: Sequence[str], found: Sequence[AbstractSet[str]]) -> str:
    """The text of the file."""
    lines = [_HEAD.format(releases=", ".join(releases))]
    for release, names in zip(releases, removed(found), strict=True):
        text = textwrap.fill(" ".join(names), 118, break_long_words=False, break_on_hyphens=False)
        lines.append(f'"{release}" = """\n{text}\n"""\n')
    return "\n".join(lines)


def main() -> int:
    """Print the table of the trees that are named."""
    trees = [Path(word) for word in sys.argv[1:]]
    versions = [read_version(open_tree(tree)) for tree in trees]
    releases = [f"{item.version}.{item.patchlevel}" for item in versions]
    print(table(releases, [defined_in(tree) for tree in trees]), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
