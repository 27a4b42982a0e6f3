# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig files are parsed once for all architectures and runs, and every architecture has its own meaning of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kpolicy.kconfig import edited, file_cache, frontend
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.frontend import Reader, read_file
from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.lexer import Token
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.parse import Parser
from kpolicy.kconfig.syntax import SourceFile, Statement
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from tests.kconfig.small import make_tree

_FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "more"\nsource "media"\n',
    "arch/x86/Kconfig": "config X86\n\tdef_bool y\n\tselect LATER\n\nconfig WORDS\n\tint\n\tdefault 64\n",
    "arch/arm/Kconfig": "config ARM\n\tdef_bool y\n",
    "more": (
        'config LATER\n\tbool "later"\n\tdepends on WORDS=64\n\nconfig WORDS\n\tbool "words"\n\n'
        'config NAMED\n\tstring "name"\n\tdefault "of $(SRCARCH)"\n\n'
        'config MACRO\n\tbool "macro"\n\tdepends on "$(SRCARCH)" = "arm"\n\tselect LATER if WORDS=y\n'
    ),
    "media": (
        'menu "media"\n\tvisible if LATER\n\nconfig SEEN\n\tbool "seen" if MACRO\n\thelp\n\t  It is.\n\n'
        'endmenu\n\nchoice\n\tprompt "one"\n\nconfig ONE\n\tbool "1"\n\nconfig TWO\n\tbool "2"\n\nendchoice\n'
    ),
}
_ARCHITECTURES = ("x86", "arm")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "tree", _FILES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed from now on."""
    found: list[str] = []

    def note(path: str, content: bytes, reader: Reader) -> SourceFile:
        found.append(path)
        return read_file(path, content, reader)

    for module in (file_cache, edited):
        monkeypatch.setattr(module, "read_file", note)
    return found


def _open(tree: Path, folder: Path | None) -> Tree:
    return Tree(DirectorySource(tree), str(tree), cache=ModelCache(folder) if folder is not None else None)


def _models(tree: Path, folder: Path | None, *names: str) -> list[Model]:
    opened = _open(tree, folder)
    return [opened.model(Architecture(name, name, name, None), Toolchain.dummy()) for name in names]


def _facts(model: Model) -> list[object]:
    """All that a model says, in words."""
    return [
        [choice.members for choice in model.choices],
        model.warnings,
        model.refused,
        [(name, model.type_of(name), model.flags_of(model.core.symbols[name])) for name in model.names()],
        [_in_words(model, name) for name in model.names()],
    ]


def _in_words(model: Model, name: str) -> list[str]:
    symbol = model.symbol(name)
    assert symbol is not None
    lines = [str(symbol.direct_dependency), *map(str, symbol.definitions)]
    for prompt in symbol.prompts:
        lines += [prompt.text, str(prompt.condition), str(prompt.location)]
    for default in symbol.defaults:
        lines += [str(default.value), str(default.condition), str(default.location)]
    return lines + [f"{edge.target} {edge.condition} {edge.location}" for edge in symbol.selects]


def test_architectures_share_what_is_parsed(tree: Path, parsed: list[str]) -> None:
    _models(tree, None, *_ARCHITECTURES)
    assert sorted(parsed) == sorted(_FILES)


def test_a_file_that_has_not_changed_is_not_parsed_again(tree: Path, folder: Path, parsed: list[str]) -> None:
    _models(tree, folder, *_ARCHITECTURES)
    parsed.clear()
    (tree / "more").write_text(_FILES["more"].replace("macro", "MACRO"))
    _, changed = _models(tree, folder, *_ARCHITECTURES)
    assert parsed == ["more"]
    symbol = changed.symbol("MACRO")
    assert symbol is not None
    assert symbol.prompts[0].text == "MACRO"


def test_another_grammar_is_another_file(tree: Path, folder: Path, parsed: list[str]) -> None:
    _models(tree, folder, "x86")
    parsed.clear()
    make_tree(tree, {"scripts/kconfig/lexer.l": '"config" return T_CONFIG;\n', "scripts/kconfig/parser.y": "%%\n%%\n"})
    with pytest.raises(Exception, match=r"Kconfig:1"):
        _models(tree, folder, "x86")
    assert parsed == ["Kconfig"]


def test_a_changed_file_is_the_same_as_a_fresh_one(tree: Path, folder: Path) -> None:
    _models(tree, folder, *_ARCHITECTURES)
    (tree / "media").write_text("# a line more\n" + _FILES["media"])
    for kept, fresh in zip(_models(tree, folder, "arm", "x86"), _models(tree, None, "arm", "x86"), strict=True):
        assert _facts(kept) == _facts(fresh)


@pytest.mark.parametrize("order", [("x86", "arm"), ("arm", "x86"), ("x86", "arm", "x86")])
def test_what_was_read_before_makes_no_difference(tree: Path, order: tuple[str, ...]) -> None:
    for name, model in zip(order, _models(tree, None, *order), strict=True):
        assert _facts(model) == _facts(_models(tree, None, name)[0])


def test_macros_are_those_of_the_architecture(tree: Path, folder: Path) -> None:
    for _ in range(2):
        x86, arm = _models(tree, folder, *_ARCHITECTURES)
        for model, name in ((x86, "x86"), (arm, "arm")):
            symbol = model.symbol("NAMED")
            assert symbol is not None
            assert str(symbol.defaults[0].value) == f'"of {name}"'
        (tree / "Kconfig").write_text(_FILES["Kconfig"] + "\n")


def test_types_are_those_of_the_architecture(tree: Path) -> None:
    x86, arm = _models(tree, None, *_ARCHITECTURES)
    assert (x86.type_of("WORDS"), arm.type_of("WORDS")) == ("int", "bool")
    assert len(x86.warnings) == 1
    assert "ignoring type redefinition of 'WORDS' from 'int' to 'bool'" in x86.warnings[0][1]
    assert not arm.warnings


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "garbage", "nothing", "other"])
def test_what_is_damaged_is_parsed_again(tree: Path, folder: Path, parsed: list[str], damage: str) -> None:
    _models(tree, folder, "x86")
    for path in folder.glob("*.data"):
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(
            {
                "truncated": content[:middle],
                "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
                "empty": b"",
                "garbage": os.urandom(100),
                "nothing": b"0 x\n{}",
                "other": b"[]",
            }[damage]
        )
    for path in folder.glob("*.model"):
        path.unlink()
    parsed.clear()
    (found,) = _models(tree, folder, "x86")
    assert sorted(parsed) == sorted(set(_FILES) - {"arch/arm/Kconfig"})
    assert _facts(found) == _facts(_models(tree, None, "x86")[0])


def test_statements_of_another_shape_count_for_nothing(tree: Path, folder: Path, parsed: list[str]) -> None:
    _models(tree, folder, "x86")
    cache = ModelCache(folder)
    for path in folder.glob("*.data"):
        kept = cache.load_data(path.stem)
        if isinstance(kept, dict) and "model" not in kept:
            cache.store_data(path.stem, {name: [entry[0], False, [], [[1, 7]]] for name, entry in kept.items()})
    for path in folder.glob("*.model"):
        path.unlink()
    parsed.clear()
    _models(tree, folder, "x86")
    assert sorted(parsed) == sorted(set(_FILES) - {"arch/arm/Kconfig"})


_ALIKE = (
    "config A\n\tbool\n\tdepends on PCI\n\thelp\n\t  Words.\n\n"
    "config B\n\tbool\n\n\tdepends on PCI\n\tdepends on PCI # again\n\tdepends on PCI\n\thelp\n\nconfig C\n\tbool\n"
    "\tdepends on PCI ^\n\tdepends on PCI ^\n\tselect A \\\n\tif B\n\tselect A \\\n\tif C\n\thelp\n\t  depends on PCI\n"
    'config D\n\tstring\n\tdefault "a\n\tdefault "a\n\tdefault $(X)\n\tdefault $(X)\n\tdepends on PCI'
)


def test_a_line_like_an_earlier_one_says_the_same_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not parsed again, unless `conf` has something to say about it, or more belongs to it."""

    class Nothing(dict[str, Statement]):
        def __setitem__(self, line: str, statement: Statement) -> None:
            pass

    parsed: list[list[Token]] = []

    class Noted(Parser):
        def __init__(self, grammar: Grammar, tokens: list[Token], *rest: Any) -> None:
            parsed.append(tokens)
            super().__init__(grammar, tokens, *rest)

    monkeypatch.setattr(frontend, "Parser", Noted)
    text = f"{_ALIKE}X".encode()
    one_by_one, reader = (Reader({}, lambda _command, _place: "") for _ in range(2))
    one_by_one.often = Nothing()
    expected = read_file("a", text, one_by_one)
    each = len(parsed)
    assert read_file("a", text, reader) == expected
    assert [item.line for item in expected.statements if item.operands == ("PCI",)] == [3, 10, 11, 12, 17, 18]
    # Not a `depends on` line and two `help` lines.
    assert len(parsed) == 2 * each - 3
