# SPDX-License-Identifier: GPL-2.0-or-later
"""Where names are defined, over all architectures of a tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kconfig import scanned
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.names import NameIndex, index_names, pack, unpack
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from tests.kconfig.small import make_tree

_FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\n',
    "arch/one/Kconfig": 'config ONE\n\tbool "one"\n\nconfig BOTH\n\tbool\n\nsource "drivers/only/Kconfig"\n',
    "arch/two/Kconfig": "# config NOT_THIS\nmenuconfig TWO # two\n\tbool\n\nconfig BOTH\n\tbool\n",
    "drivers/only/Kconfig": "config ONLY\n\tbool\n",
    "drivers/nobody/Kconfig": "config NOBODY\n\tbool\n",
    "lib/Kconfig": (
        'choice\n\tprompt "c"\n\n\tconfig INDENTED\n\t\tbool "i"\n\t\thelp\n\t\t  To set it,\n\n\t\t  config HELP\n'
        "\n\tconfig AFTER\n\t\tbool\n\nendchoice\n"
    ),
}


def _index_of(folder: Path) -> dict[str, tuple[str, ...]]:
    index = index_names(DirectorySource(make_tree(folder, _FILES)))
    return {name: index.having(name) for name in index.places}


def test_every_name_has_its_architectures(tmp_path: Path) -> None:
    assert _index_of(tmp_path) == {
        "ONE": ("one",),
        "TWO": ("two",),
        "BOTH": ("one", "two"),
        "ONLY": ("one",),
        "INDENTED": ("one", "two"),
        "AFTER": ("one", "two"),
    }


def test_every_name_has_its_places(tmp_path: Path) -> None:
    index = index_names(DirectorySource(make_tree(tmp_path, _FILES)))
    assert [str(item.location) for item in index.definitions("BOTH")] == ["arch/one/Kconfig:4", "arch/two/Kconfig:5"]
    assert [str(item.location) for item in index.definitions("AFTER")] == ["lib/Kconfig:11"]
    assert index.definitions("NOT_THIS") == ()


def test_it_can_be_packed(tmp_path: Path) -> None:
    index = index_names(DirectorySource(make_tree(tmp_path, _FILES)))
    assert unpack(pack(index)) == index


def test_what_was_packed_is_the_same_for_few_questions_as_for_many(tmp_path: Path) -> None:
    index = index_names(DirectorySource(make_tree(tmp_path, _FILES)))
    packed = unpack(pack(index))
    asked = (*index.places, "ON", "ONE ", "ONE 1", "", ";", "1", "ARCH_ONE", "BOTH;ONLY")
    for name in (*asked, *asked, *asked):
        assert packed.definitions(name) == index.definitions(name)
        assert (name in packed) == (name in index)


def test_only_files_that_changed_are_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_tree(tmp_path / "tree", _FILES)
    texts: list[str] = []
    scan = scanned.scan

    def noted(text: str) -> scanned.ScannedFile:
        texts.append(text)
        return scan(text)

    monkeypatch.setattr(scanned, "scan", noted)

    def names() -> NameIndex:
        texts.clear()
        return Tree(DirectorySource(folder), str(folder), cache=ModelCache(tmp_path / "cache")).names

    names()
    assert len(texts) == 5
    for name, text in (("lib/Kconfig", "# nothing\n"), ("arch/two/Kconfig", 'source "drivers/nobody/Kconfig"\n')):
        make_tree(folder, {name: text})
        found = names()
        assert texts[0] == text
        assert len(texts) == len(text.split("source"))
        assert found == index_names(DirectorySource(folder))
    assert names() == found
    assert not texts


def test_it_is_kept_until_a_file_changes(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "tree", _FILES)

    def tree() -> Tree:
        return Tree(DirectorySource(folder), str(folder), cache=ModelCache(tmp_path / "cache"))

    first = tree().names
    assert tree().names == first
    for stored in (tmp_path / "cache").glob("*.data"):
        stored.write_bytes(stored.read_bytes().replace(b"ONLY", b"LONE"))
    assert tree().names == first  # what was damaged is not taken
    (folder / "drivers/only/Kconfig").write_text("config OTHER\n\tbool\n")
    assert "OTHER" in tree().names
    (folder / "arch/three").mkdir()
    (folder / "arch/three/Kconfig").write_text("config THREE\n\tbool\n")
    assert tree().names.having("THREE") == ("three",)


@pytest.mark.newest_kernel
@pytest.mark.trees
def test_it_names_what_the_models_define(kernel: Path) -> None:
    source = DirectorySource(kernel)
    index = index_names(source)
    tree = Tree(source, str(kernel))
    for arch in ("x86", "um", "s390", "arm64"):
        model = tree.model(resolve_architecture(source, arch), Toolchain.dummy())
        assert {name for name in index.places if arch in index.having(name)} == set(model.names())
    assert index.architectures == architectures(source)
