# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel tree in which every guard trips, made in a folder of its own; how large everything is, is a parameter."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.cli.support import append


@dataclass(frozen=True)
class Sizes:
    """How much of everything there is: each a little more than a limit."""

    file: int
    config: int
    kconfig_file: int
    makefile: int
    expansion: int
    expansions: int
    files: int
    statements: int
    blocks: int
    members: int
    value: int
    digits: int
    steps: int
    probes: int
    text: int


# Backquotes: `$(` would be a macro.
_LONG = "i=0; while [ $i != %d ]; do i=`expr $i + 1`; done; echo %s"


def _kconfigs(sizes: Sizes) -> dict[str, str]:
    """The Kconfig text of an architecture for each guard that costs an architecture."""
    member = 'config M{}\n\tbool "m"\n'
    return {
        "expansion": f'A := {"x" * 1000}\nB = {"$(A)" * (sizes.expansion // 1000 + 1)}\nconfig X\n\tstring "$(B)"\n',
        "expansions": "A := x\n" + f"B := {'$(A)' * 500}\n" * (sizes.expansions // 500 + 1),
        "growth": f"A := {'x' * 600}\n" + "A += $(A)\n" * 40,
        "files": 'source "lib/Kconfig.more"\n' * sizes.files,
        "statements": 'source "lib/Kconfig.many"\n' * (sizes.statements // 1000 + 1),
        "blocks": "if y\n" * sizes.blocks + "endif\n" * sizes.blocks,
        "members": 'choice\n\tprompt "c"\n' + "".join(map(member.format, range(sizes.members))) + "endchoice\n",
        "largefile": "#" * sizes.kconfig_file + "\n",
        "recursion": 'source "arch/recursion/Kconfig"\n',
        "outside": 'source "lib/outside"\n',
        "fifo": 'source "lib/fifo"\n',
    }


def spoil(tree: Path, sizes: Sizes) -> dict[str, str]:
    """Make a tree hostile: what is said on standard error then, by guard."""
    said: dict[str, str] = {}
    (tree / "lib/Kconfig.more").write_text("# no more\n")
    (tree / "lib/Kconfig.many").write_text('config Y\n\tbool "y"\n' + "\tdefault y\n" * 998)
    (tree / "lib/outside").symlink_to("/etc/hostname")
    os.mkfifo(tree / "lib/fifo")
    for name, text in _kconfigs(sizes).items():
        configs = tree / f"arch/{name}/configs"
        configs.mkdir(parents=True)
        (configs / "one_defconfig").write_text("CONFIG_DEBUG_KERNEL=y\n")
        (tree / f"arch/{name}/Kconfig").write_text(text)
        (tree / f"arch/{name}/Kconfig.debug").write_text("")
    configs = tree / "arch/arm64/configs"
    (configs / "outside_defconfig").symlink_to("/etc/hostname")
    (configs / "dangling_defconfig").symlink_to("nowhere")
    os.mkfifo(configs / "fifo_defconfig")
    with (configs / "sparse_defconfig").open("wb") as file:
        file.truncate(sizes.file)
    (configs / "large_defconfig").write_text("# a line of a config\n" * (sizes.config // 20))
    (configs / "digits_defconfig").write_text(f"CONFIG_LOG_BUF_SHIFT={'9' * sizes.digits}\n")
    for name in ("outside", "dangling", "fifo", "sparse", "large"):
        said[f"{name}_defconfig"] = f"arch/arm64/configs/{name}_defconfig: error: "
    for name, text in {
        "value": f"A := {'x' * (sizes.value // 2)}\nHEADER_ARCH = $(A)$(A)$(A)\n",
        "work": "A = $(B)$(B)\nB = $(C)$(C)\nC = $(D)$(D)$(D)\nD = $(A)\nHEADER_ARCH = $(A)\n",
        "size": "#" * sizes.makefile + "\n",
    }.items():
        folder = tree / f"arch/make{name}"
        (folder / "configs").mkdir(parents=True)
        (folder / "configs/one_defconfig").write_text("CONFIG_DEBUG_KERNEL=y\n")
        (folder / "Kconfig").write_text("")
        (folder / "Makefile").write_text(text)
        said[f"make{name}"] = f"arch/make{name}/Makefile"
    probes = [_LONG % (sizes.steps, number) for number in range(sizes.probes)]
    probes.insert(0, "x=xxxxxxxxxx; i=0; while :; do x=$x$x; done")
    probes.insert(0, "for i in 1 2 3 4; do for j in 1 2 3 4; do eval v$i$j=`cat lib/text`; done; done; echo y")
    (tree / "lib/text").write_text("text " * (sizes.text // 5))
    lines = "".join(f"\nconfig PROBE{n}\n\tdef_bool $(success,{probe})\n" for n, probe in enumerate(probes))
    append(tree / "arch/arm64/Kconfig", lines)
    said["probes"] = "unknown probe, assumed to print nothing: "
    said["text"] = "characters of text)"
    return {
        **said,
        "expansion": "a macro that expands to more than",
        "expansions": "expansions of macros",
        "growth": "arch/growth/Kconfig:",
        "files": "files are sourced",
        "statements": "statements",
        "blocks": "menus, choices and ifs in each other",
        "members": "members of a choice",
        "largefile": "not a Kconfig file",
        "recursion": "recursive 'source' of arch/recursion/Kconfig",
        "outside": "cannot source lib/outside",
        "fifo": "cannot source lib/fifo",
    }
