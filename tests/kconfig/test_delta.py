# SPDX-License-Identifier: GPL-2.0-or-later
"""After an edit a delta to the stored model gives all that a model of the edited files gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from kpolicy.config.read import NotAConfigError
from kpolicy.errors import InputError
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.claims import Claims
from kpolicy.policy.checks.kconfig import check_kconfig
from kpolicy.run.claims import claims_of
from tests.kconfig.edited_trees import described, edited
from tests.kconfig.generate import config, kconfig
from tests.kconfig.small import expand, make_tree

_X86 = Architecture("x86", "x86", "x86", None)


class Edited:
    """A tree before and after an edit, with a cache that has what was known before."""

    def __init__(self, folder: Path, files: Mapping[str, str], kernel: Path | None = None) -> None:
        self._root = make_tree(folder / "tree", files, kernel)
        self._cache = folder / "cache"
        self.before = self.tree()
        self.before.model(_X86, Toolchain.dummy())

    def tree(self, *, is_cached: bool = True) -> Tree:
        """The tree as it is, by the cache or without."""
        kept = ModelCache(self._cache) if is_cached else None
        return Tree(DirectorySource(self._root), str(self._root), cache=kept, deltas=True)

    def change(self, files: Mapping[str, str]) -> None:
        """Edit some files."""
        for name, text in files.items():
            (self._root / name).write_text(text)

    def known(self) -> Model:
        """The model of the files as they are, by the cache."""
        return self.tree().model(_X86, Toolchain.dummy())

    def built(self) -> Model:
        """The same without."""
        return self.tree(is_cached=False).model(_X86, Toolchain.dummy())

    def claims(self) -> Claims:
        """What the checks say, by the cache."""
        tree = self.tree()
        model = tree.model(_X86, Toolchain.dummy())
        return claims_of(model, tree.kept_as(_X86, Toolchain.dummy()), tree.cache, redundant=True)


_FILES = {
    "Kconfig": 'mainmenu "Small"\n\nconfig MODULES\n\tbool "modules"\n\tmodules\n\nsource "more"\n',
    "more": (
        'menu "more"\n\tdepends on MODULES\n\nconfig A\n\tbool "a"\n\thelp\n\t  Words.\n\nconfig B\n\tbool "b"\n'
        '\tdepends on A\n\tdefault y if A\n\tselect C if A\n\nconfig C\n\tbool\n\nconfig D\n\tint "d"\n\tdefault 7\n\n'
        'endmenu\n\nchoice\n\tprompt "one"\n\nconfig ONE\n\tbool "1"\n\nconfig TWO\n\tbool "2"\n\nendchoice\n\n'
        'config E\n\tbool "e"\n\tselect A\n\tselect C if B\n\nconfig F\n\tbool\n\tdefault y if "$(SRCARCH)" = "x86"\n'
    ),
}


def _compare(trees: Edited, before: str, after: str, path: str = "more") -> Model:
    text = _FILES[path]
    assert text.count(before) == 1
    trees.change({path: text.replace(before, after)})
    model = trees.known()
    assert described(model) == described(trees.built())
    return model


@pytest.mark.parametrize(
    ("before", "after", "symbols"),
    [
        ("\t  Words.\n", "\t  Words.\n\t  More words.\n", set()),
        ('menu "more"', '# a remark\n\nmenu "more"', set()),
        ("\tdefault 7\n", "\tdefault 8\n", {"D"}),
        ("\tdefault 7\n", "\tdefault 7 if A\n\tdefault 9\n\trange 1 8\n", {"D"}),
        ("\tdefault 7\n", "", {"D"}),
        ("\tdefault y if A\n", "\tdefault y if !A\n", {"B"}),
        ("\tselect C if A\n", "", {"B"}),
        ("\tselect C if A\n", "\tselect C\n\timply F\n", {"B"}),
        ("\tselect C if A\n", "\tselect NOWHERE\n\tselect C if A && AWAY\n", {"B"}),
        ("\tselect A\n\tselect C if B\n", "\tselect C if B\n\tselect C if D = 5\n", {"E"}),
        ("\tdepends on A\n", "\tdepends on A && F\n\tdepends on F || D > 3\n", {"B"}),
        ("\tdepends on A\n", "", {"B"}),
        ('\tbool "b"\n', '\tbool "another b" if D = 7\n', {"B"}),
        ('\tbool "b"\n', "\tbool\n", {"B"}),
        ("config C\n\tbool\n", 'config C\n\tbool "c"\n\tdefault A\n', {"C"}),
        ("config C\n", 'config NEW\n\tbool "new"\n\tdepends on D = 7\n\tselect C\n\nconfig C\n', {"NEW"}),
        ("config A\n", "config NEW\n\tint\n\tdefault 3 if A\n\nconfig A\n", {"NEW"}),
        ("config A\n", "config NEW\n\tbool\n\nconfig NEWER\n\tbool\n\nconfig A\n", {"NEW", "NEWER"}),
        ("\tselect C if A\n\n", '\tselect NEW\n\nconfig NEW\n\ttristate "new" if A\n\n', {"B", "NEW"}),
    ],
)
def test_a_delta_is_made(tmp_path: Path, before: str, after: str, symbols: set[str]) -> None:
    model = _compare(Edited(tmp_path, _FILES), before, after)

    assert model.delta_base is not None
    assert {model.names_by_node[node] for node in model.delta_base.symbols} == symbols


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("config C\n", "config C2\n"),
        ("config C\n", "config NEW\n\tbool\n\tint\n\nconfig C\n"),
        ("config ONE\n", 'config ZERO\n\tbool "0"\n\nconfig ONE\n'),
        ("config C\n", "config A\n\tbool\n\nconfig C\n"),
        ("config C\n", "config NEW\n\tbool\n\nconfig NEW\n\tint\n\nconfig C\n"),
        ("config C\n\tbool\n", "config C\n\ttristate\n"),
        ("config C\n\tbool\n", "config C\n\tbool\n\tmodules\n"),
        ('\tbool "1"\n', '\tbool "first"\n'),
        ("\tdepends on MODULES\n", ""),
        ('"$(SRCARCH)" = "x86"', '"$(SRCARCH)" = "arm"'),
        ('\tdefault y if "$(SRCARCH)"', '\tdefault y if A && "$(SRCARCH)"'),
        ("config D\n", 'source "Kconfig.debug"\n\nconfig D\n'),
        ("\tbool\n\n", "\tbool\n\tbool\n\n"),
        ("endmenu\n", "endmenu\n\nif A\nendif\n"),
    ],
)
def test_a_model_is_built_where_an_edit_does_more(tmp_path: Path, before: str, after: str) -> None:
    trees = Edited(tmp_path, _FILES | {"Kconfig.debug": "\n"})

    assert _compare(trees, before, after).delta_base is None


def _both(folder: Path, before: str, after: str, **others: str) -> tuple[Model | str, Model | str]:
    """What the cache has of an edited file, and what is built of it; the errors where there is no model."""
    trees = Edited(folder, {"Kconfig": before, **others})
    trees.change({"Kconfig": after})
    return _model_or_error(trees.known), _model_or_error(trees.built)


@pytest.mark.parametrize("name", ["default y || A", "default n && A", "select A if n"])
def test_a_loop_through_a_name_that_no_expression_has_any_more(tmp_path: Path, name: str) -> None:
    entries = 'config A\n\tbool "a"\n\nconfig B\n\tbool "b"\n\t{}\n\nconfig Z\n\tbool\n'
    text = entries.format(name)
    line = "\tdepends on B\n" if "default" in name else ""
    after = text.replace('"a"\n', f'"a"\n{line}').replace('"b"\n', '"b"\n' if line else '"b"\n\tdepends on A\n')

    known, built = _both(tmp_path, text, after)

    assert isinstance(built, str)
    assert "recursive dependency" in built
    assert known == built


def test_names_around_a_new_entry_count_for_loops(tmp_path: Path) -> None:
    # Of names alone there is a loop, for which conf gives all conditions another shape; by that it is none.
    more = 'config W\n\tbool "w"\n\tdepends on !(B || W2)\n\nconfig W2\n\tbool "w"\n'
    text = f'config B\n\tbool "b"\n\nmenu "m"\n\tdepends on n && B\n\nconfig A\n\tbool "a"\n\nendmenu\n\n{more}'

    known, built = _both(tmp_path, text, text.replace("config A", "config NEW\n\tbool\n\tselect B\n\nconfig A"))

    assert isinstance(known, Model)
    assert isinstance(built, Model)
    assert described(known) == described(built)
    assert str(known.symbol("W").direct_dependency) == "!B && !W2"  # type: ignore[union-attr]  # it is defined


def test_a_block_that_ends_nowhere(tmp_path: Path) -> None:
    text = "config A\n\tbool\n\nconfig B\n\tbool\n"

    known, built = _both(tmp_path, text, text.replace("config B", "endif\n\nconfig B"))

    assert isinstance(built, str)
    assert "unexpected 'endif'" in built
    assert known == built


def test_a_line_behind_a_source_line_belongs_to_the_last_entry_of_that_file(tmp_path: Path) -> None:
    text = 'config T\n\tbool\n\nconfig A\n\tbool "a"\n\nsource "more"\n\tselect T\n\nconfig Z\n\tbool\n'

    known, built = _both(tmp_path, text, text.replace('"a"\n', '"a"\n\tselect T\n'), more='config M\n\tbool "m"\n')

    assert isinstance(known, Model)
    assert isinstance(built, Model)
    assert described(known) == described(built)


def test_a_file_that_is_sourced_twice(tmp_path: Path) -> None:
    mid = 'config MID\n\tbool "mid"\n\tselect T if P\n\n'
    text = f'config T\n\tbool\n\nconfig P\n\tbool "p"\n\nsource "more"\n\n{mid}source "more"\n'
    more = 'config MORE\n\tbool "more"\n\tselect T if P\n'

    known, built = _both(tmp_path, text, text.replace('"p"\n', '"p"\n\tselect T\n'), more=more)

    assert isinstance(known, Model)
    assert isinstance(built, Model)
    assert described(known) == described(built)


def test_a_number_in_a_choice_is_checked_with_its_members(tmp_path: Path) -> None:
    text = 'choice\n\tprompt "c"\n\nconfig A\n\tbool "a"\n\nconfig N\n\tint "n"\n\nconfig B\n\tbool "b"\n\nendchoice\n'

    for after in ('\tint "n"\n\tdefault 5\n', '\tint "n"\n\nconfig NEW\n\tbool "new"\n'):
        known, built = _both(tmp_path / after.split()[2], text, text.replace('\tint "n"\n', after))
        assert isinstance(known, Model)
        assert isinstance(built, Model)
        assert known.delta_base is None
        assert described(known) == described(built)


def test_a_delta_to_a_base_that_was_built_again_is_not_used(tmp_path: Path) -> None:
    files = _FILES | {
        "Kconfig": _FILES["Kconfig"] + 'source "arch/$(SRCARCH)/Kconfig"\n',
        "arch/arm/Kconfig": "".join(f"config ARM{number}\n\tbool\n\n" for number in range(9)),
        "arch/x86/Kconfig": "config X86\n\tdef_bool y\n",
    }
    trees = Edited(tmp_path, files)
    after = {"more": files["more"].replace("\tdefault 7\n", "\tdefault 8\n").replace("if A\n", "if X86\n")}

    def models(*architectures: str) -> None:
        for path in (tmp_path / "cache").glob("*.model"):
            if b"delta" not in path.read_bytes()[:100]:
                path.unlink()
        tree = trees.tree()
        for name in architectures:
            architecture = Architecture(name, name, name, None)
            model = tree.model(architecture, Toolchain.dummy())
            claims_of(model, tree.kept_as(architecture, Toolchain.dummy()), tree.cache, redundant=True)

    # Its symbols have other numbers when another architecture was read before.
    models("arm", "x86")
    trees.change(after)
    assert trees.known().delta_base is not None
    trees.change(files)
    models("x86")
    trees.change(after)

    assert trees.known().delta_base is not None
    assert described(trees.known()) == described(trees.built())
    assert set(trees.claims().claims) == set(check_kconfig(trees.built()).claims)


def test_without_the_depths_of_names_an_edit_that_may_make_a_loop_builds_a_model(tmp_path: Path) -> None:
    trees = Edited(tmp_path, _FILES)
    for path in (tmp_path / "cache").glob("*.data"):
        if b'"others"' not in path.read_bytes() and b"MODULES\\n" in path.read_bytes():
            path.unlink()
    trees.change({"more": _FILES["more"].replace("\tdefault 7\n", "\tdefault 7 if E\n")})
    assert trees.known().delta_base is None


def test_a_tree_that_takes_no_delta_builds_a_model(tmp_path: Path) -> None:
    trees = Edited(tmp_path, _FILES)
    trees.change({"more": _FILES["more"].replace("\tdefault 7\n", "\tdefault 8\n")})
    assert trees.known().delta_base is not None

    tree = Tree(DirectorySource(tmp_path / "tree"), str(tmp_path / "tree"), cache=ModelCache(tmp_path / "cache"))

    assert tree.model(_X86, Toolchain.dummy()).delta_base is None
    # What was built stands for both from then on.
    assert trees.known().delta_base is None


def _outcomes(seeds: Iterable[int], folder: Path, kernel: Path | None) -> Counter[str]:
    return Counter(trial(folder / str(seed), seed, kernel) for seed in seeds)


@pytest.mark.parametrize("start", range(0, 200, 100))
def test_random_edits(start: int, tmp_path: Path) -> None:
    words = _outcomes(range(start, start + 100), tmp_path, None)
    # Of each kind there are enough to be worth the name.
    assert min(words["delta"], words["built"], words["refused"]) > 15


@pytest.mark.trees
def test_random_edits_in_the_dialect_of_a_kernel(kernel: Path, tmp_path: Path) -> None:
    assert _outcomes(range(1000, 1050), tmp_path, kernel)["delta"] > 5


@pytest.mark.trees
@pytest.mark.newest_kernel
def test_a_real_tree(kernel: Path, tmp_path: Path) -> None:
    path = "lib/Kconfig.debug"
    files = {
        str(file.relative_to(kernel)): file.read_text()
        for pattern in ("**/Kconfig*", "scripts/**/*", "Makefile", "arch/x86/Makefile")
        for file in kernel.glob(pattern)
        if file.is_file()
    }
    trees = Edited(tmp_path, files)
    before = trees.claims()
    text = files[path]
    for old, new in (
        ("\t  Default loglevel to determine", "\t  One line more.\n\t  Default loglevel to determine"),
        ('\trange 1 15\n\tdefault "7"\n', '\trange 1 15\n\tdefault "6"\n'),
        ('\tbool "Kernel debugging"\n', '\tbool "Kernel debugging"\n\tselect SYMBOLIC_ERRNAME\n'),
        ('handlers"\n\tdepends on DEBUG_KERNEL\n', 'handlers"\n\tdepends on DEBUG_KERNEL && SYSFS\n'),
        ("config DETECT_HUNG_TASK\n", "# A remark.\nconfig DETECT_HUNG_TASK\n"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    trees.change({path: text})

    known, built = trees.known(), trees.built()
    assert known.delta_base is not None
    assert described(known) == described(built)
    ours, theirs = trees.claims(), check_kconfig(built)
    assert set(ours.claims) == set(theirs.claims) != set(before.claims)
    assert ours.idle == theirs.idle


def _model_or_error(make: Callable[[], Model]) -> Model | str:
    try:
        return make()
    except InputError as error:
        return str(error)


def trial(folder: Path, seed: int, kernel: Path | None) -> str:
    """Compare what the cache has after a random edit with what is built; "delta", "built" or "refused"."""
    random = Random(seed)
    text = kconfig(random, False)
    try:
        trees = Edited(folder, {"Kconfig": text}, kernel)
    except InputError:
        return "refused"
    trees.change({"Kconfig": edited(random, text)})
    known, built = _model_or_error(trees.known), _model_or_error(trees.built)
    if isinstance(known, str) or isinstance(built, str):
        assert known == built
        return "refused"
    assert described(known) == described(built)
    ours, theirs = trees.claims(), check_kconfig(built)
    assert set(ours.claims) == set(theirs.claims)
    assert (ours.idle, ours.files) == (theirs.idle, theirs.files)
    for mode in ("defconfig", "olddefconfig", "alldefconfig", "allnoconfig"):
        lines = config(random)
        with suppress(NotAConfigError):
            assert expand(known, mode, lines) == expand(built, mode, lines)
    return "built" if known.delta_base is None else "delta"
