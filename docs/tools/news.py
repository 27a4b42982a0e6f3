# SPDX-License-Identifier: GPL-2.0-or-later
"""Debug options that came or went between two kernels: `python -m docs.tools.news OLD NEW`.

Printed are the options about debugging, sanitizers, tracing, fault injection and hardening that only one of the two
trees lets a person set, and that docs/new-options.md does not judge; the exit status is 1 if there are any.  A new
release gets a section of that page.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from docs.tools.candidates import KIND, Option, named_in_rows, options

PAGE = Path(__file__).resolve().parents[1] / "new-options.md"
_FILES = re.compile(
    r"(?:^|/)Kconfig\.(?:debug|kasan|kcsan|kfence|kmsan|ubsan|kgdb|hardening):|^(?:kernel/(?:trace|gcov)|lib/kunit)/"
)
_PARTS = KIND | frozenset(
    "FAIL TRACE TRACER TRACING TRACEPOINTS PANIC KASAN KCSAN KMSAN UBSAN KFENCE KCOV GCOV LOCKDEP KUNIT LOCKUP HUNG"
    " HARDEN HARDENED HARDENING MITIGATION CFI RANDSTRUCT ERASE STACKLEAK RANDOMIZE KMALLOC FORTIFY LEAK".split()
)


def is_about_debugging(option: Option) -> bool:
    """Whether the place or the name of an option says that it is for debugging, testing, tracing or hardening."""
    return bool(_FILES.search(option.place) or _PARTS & {*option.name.split("_")})


def changes(old: Path, new: Path) -> Iterator[tuple[str, Option]]:
    """The options that came ("new") and that went ("gone"), each by name."""
    before, after = ({option.name: option for option in options(tree)} for tree in (old, new))
    for word, here, there in (("new", after, before), ("gone", before, after)):
        for name in sorted(here.keys() - there.keys()):
            if is_about_debugging(here[name]):
                yield word, here[name]


def main() -> int:
    """Print the changes that the page does not judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path, help="the older kernel tree")
    parser.add_argument("new", type=Path, help="the newer one")
    arguments = parser.parse_args()
    found = list(changes(arguments.old, arguments.new))
    judged = named_in_rows(PAGE.read_text(encoding="utf-8"))
    left = [(word, item) for word, item in found if not any(fnmatchcase(item.name, glob) for glob in judged)]
    for word, item in left:
        sys.stdout.write(f"{word}: {item.place}: {item.name}: {item.text[:120]}\n")
    sys.stderr.write(f"{len(found)} options came or went, {len(left)} not judged\n")
    return int(bool(left))


if __name__ == "__main__":
    raise SystemExit(main())
