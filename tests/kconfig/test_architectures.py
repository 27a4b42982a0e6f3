# SPDX-License-Identifier: GPL-2.0-or-later
"""Models of one architecture after the other: what they share changes none of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kpolicy.errors import InputError
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from tests.kconfig.edited_trees import described
from tests.kconfig.generate import expression, kconfig
from tests.kconfig.small import make_tree

_ARCHS = ("arm", "mips", "sh", "x86")
_BLOCKS = ("menu ", "if ", "choice")


def _candidates(model: Model) -> Any:
    core, names = model.core, model.names_by_node
    woken = {names[node]: {names[other] for other in row} for node, row in enumerate(core.woken) if row}
    return {names[node] for node in core.free}, woken, {names[node] for node in core.texts}


def _targets(model: Model) -> Any:
    """The symbols that have a row in the table of selects and implies."""
    return {model.names_by_node[node] for node, row in enumerate(model.details.edges) if row is not None}


def _said(tree: Tree, arch: str) -> Any:
    """All that a model says, or the error in its place."""
    try:
        model = tree.model(Architecture(arch, arch, arch, None), Toolchain.dummy())
    except InputError as error:
        return str(error)
    return {**described(model), "candidates": _candidates(model), "targets": _targets(model)}


def _compare(folder: Path, archs: list[str]) -> Counter[str]:
    together = Tree(DirectorySource(folder), str(folder))
    words: Counter[str] = Counter()
    for arch in archs:
        found, alone = _said(together, arch), _said(Tree(DirectorySource(folder), str(folder)), arch)
        assert found == alone, f"{arch} after the others of {archs}"
        words["refused" if isinstance(alone, str) else "accepted"] += 1
    return words


def _chunks(text: str) -> list[list[str]]:
    """The lines of a Kconfig file, in pieces that are no part of a block."""
    chunks: list[list[str]] = [[]]
    depth = 0
    for line in text.splitlines():
        if not depth and line.startswith(("config ", "menuconfig ", "comment ", *_BLOCKS)):
            chunks.append([])
        depth += line.startswith(_BLOCKS) - line.startswith("end")
        chunks[-1].append(line)
    return chunks


def _tree(random: Random, *, tristate_choices: bool) -> dict[str, str]:
    """Files of which most are the same for every architecture, though what is around them is not."""
    head, *chunks = _chunks(kconfig(random, tristate_choices))
    modules, *chunks = chunks
    names = ["core", "lib", "net", "drivers", "drivers/usb"]
    files: dict[str, list[str]] = {name: [] for name in names}
    size = len(chunks) // len(names) + 1
    for number, name in enumerate(names):
        files[name] = [line for chunk in chunks[number * size : (number + 1) * size] for line in chunk]
    place = random.choice([0, len(files["drivers"])])
    files["drivers"].insert(place, 'source "drivers/usb/Kconfig"')
    lines = ['source "arch/$(SRCARCH)/Kconfig"']
    order = [line.split()[1] for chunk in chunks for line in chunk if line.startswith(("config ", "menuconfig "))]
    # What comes first depends on nothing that comes last, so that most trees have no loop.
    first, last = order[:5], order[5:]
    for name in names[:-1]:
        known = ["MODULES", *random.sample(first, 2)]
        source = [f'source "{name}/Kconfig"']
        if random.random() < 0.3:
            # What is said after a file of its last entry.
            source.append(f"\tdepends on {expression(random, known)}")
        around = random.choice(["", "", f"if {expression(random, known)}", 'menu "around"'])
        if around.startswith("menu"):
            source = [f"\tvisible if {expression(random, known)}", *source]
        lines += [around, *source, f"end{around.split()[0]}" if around else ""]
        if random.random() < 0.2:
            random.choice(list(files.values())).append("\t# $(ARCH)")
        if random.random() < 0.2:
            files[name] += ["", f"config ON_{name.upper()}", '\tdef_bool "$(ARCH)" != "x86"']
    root = [*head, *modules, *lines]
    found = {"Kconfig": "\n".join(root) + "\n", **{f"{name}/Kconfig": "\n".join(files[name]) + "\n" for name in names}}
    return found | {f"arch/{arch}/Kconfig": _architecture(random, arch, names, first, last) for arch in _ARCHS}


def _architecture(random: Random, arch: str, names: list[str], first: list[str], last: list[str]) -> str:
    lines = ["", f"config {arch.upper()}", "\tdef_bool y"]
    lines += [f"\tselect {random.choice(last)}" for _ in range(random.choice([0, 1, 2]))]
    for name in random.sample(last, random.choice([0, 1, 3])):
        # With a type of its own, a wrong one, or none.
        word = random.choice(["bool", "tristate", "int", "string", ""])
        lines += ["", f"config {name}", f"\t{word}" if word else ""]
        lines += random.sample(
            [
                f"\tdepends on {arch.upper()}",
                f"\tdefault {random.choice(first)} if {arch.upper()}",
                f'\tprompt "of {arch}"',
                f"\tselect {random.choice(last)} if {random.choice(first)} = y",
            ],
            random.choice([0, 1, 2]),
        )
    if random.random() < 0.15:
        lines += ["", f'source "{random.choice(names)}/Kconfig"']
    return "\n".join(lines) + "\n"


_IN_CHOICE = """\
source "arch/$(SRCARCH)/Kconfig"

choice
\tprompt "c"

config M
\tbool "m"

menu "in"

source "more/Kconfig"

endmenu

endchoice
"""


_AFTER_COMMENT = {
    "more/Kconfig": 'source "most/Kconfig"\n\tdepends on MODULES\n',
    "most/Kconfig": 'config N\n\tbool "n"\n\ncomment "c"\n',
}


_IN_BOTH = {
    "more/Kconfig": 'choice\n\tprompt "o"\n\nconfig O\n\tbool "o"\n\n'
    'if MODULES\n\nsource "most/Kconfig"\n\nendif\n\nendchoice\n',
    "most/Kconfig": 'choice\n\tprompt "c"\n\nconfig N\n\tbool "n"\n\nendchoice\n',
}


def _written(root: str, more: str, **own: str) -> dict[str, str]:
    archs = {f"arch/{arch}/Kconfig": f"config {arch.upper()}\n\tdef_bool y\n{own.get(arch, '')}" for arch in _ARCHS}
    return {"Kconfig": f"config MODULES\n\tbool\n\tmodules\n\n{root}", "more/Kconfig": more, **archs}


@pytest.mark.parametrize(
    "files",
    [
        _written(_IN_CHOICE, 'config N\n\tbool "n"\n'),
        _written(_IN_CHOICE, 'config N\n\tbool "n"\n', arm='source "more/Kconfig"\n'),
        _written('source "arch/$(SRCARCH)/Kconfig"\n\nsource "more/Kconfig"\n', "") | _AFTER_COMMENT,
        _written('source "arch/$(SRCARCH)/Kconfig"\n\nsource "more/Kconfig"\n', "", x86='source "most/Kconfig"\n')
        | _IN_BOTH,
        _written(
            'source "arch/$(SRCARCH)/Kconfig"\n',
            'menu "m"\n' * 600 + "endmenu\n" * 600,
            x86='source "more/Kconfig"\n',
            arm='menu "m"\n' * 600 + 'source "more/Kconfig"\n' + "endmenu\n" * 600,
        ),
    ],
    ids=[
        "a file in a menu in a choice",
        "and out of it",
        "a line after a comment of a file",
        "a choice that was sourced before",
        "as deep as menus may be",
    ],
)
def test_written_trees(files: dict[str, str], tmp_path: Path) -> None:
    for number, archs in enumerate((_ARCHS, _ARCHS[::-1])):
        _compare(make_tree(tmp_path / str(number), files), list(archs))


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_random_trees(start: int, tmp_path: Path) -> None:
    words: Counter[str] = Counter()
    for seed in range(start, start + 50):
        random = Random(seed)
        folder = make_tree(tmp_path / str(seed), _tree(random, tristate_choices=False))
        words += _compare(folder, random.sample(_ARCHS, len(_ARCHS)))
    assert min(words["accepted"], words["refused"]) > 10


@pytest.mark.trees
def test_random_trees_in_the_dialect_of_a_kernel(kernel: Path, tmp_path: Path) -> None:
    words: Counter[str] = Counter()
    for seed in range(1000, 1060):
        random = Random(seed)
        folder = make_tree(tmp_path / str(seed), _tree(random, tristate_choices="6.1" in kernel.name), kernel)
        words += _compare(folder, random.sample(_ARCHS, len(_ARCHS)))
    assert words["accepted"] > 20


@pytest.mark.trees
@pytest.mark.newest_kernel
def test_real_architectures(kernel: Path) -> None:
    # The one that has the most of its own, and one without most of the drivers.
    _compare(kernel, ["arm", "s390", "x86"])
