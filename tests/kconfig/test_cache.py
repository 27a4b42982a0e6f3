# SPDX-License-Identifier: GPL-2.0-or-later
"""Stored models: found by content, never trusted blindly, never harmful."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kpolicy import installed
from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig import cache
from kpolicy.kconfig import load as loading
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.stored import Lines
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from tests.kconfig.small import make_tree

_X86 = Architecture("x86", "x86", "x86", None)
_FILES = {"Kconfig": 'config A\n\tbool "a"\n\nsource "more"\n', "more": "config B\n\tbool\n"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "tree", _FILES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _load(tree: Path, folder: Path) -> Model:
    return Tree(DirectorySource(tree), str(tree), cache=ModelCache(folder)).model(_X86, Toolchain.dummy())


def _rows(model: Model) -> list[object]:
    """All of a model, tables as lists."""
    return [list(part) if isinstance(part, Lines) else part for part in (*model.core, *model.details)]


class _Built(Exception):
    pass


@pytest.fixture
def may_not_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise _Built

    monkeypatch.setattr(loading.Tree, "_elaborate", refuse)


def test_the_second_time_nothing_is_read_from_kconfig(tree: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    first = _load(tree, folder)
    request.getfixturevalue("may_not_build")
    second = _load(tree, folder)
    assert _rows(second) == _rows(first)


def test_rows_are_read_when_they_are_asked_for(tree: Path, folder: Path) -> None:
    built, stored = _load(tree, folder), _load(tree, folder)
    node = built.core.symbols["B"]
    records = stored.core.records
    assert isinstance(records, Lines)
    assert records[node] == built.core.records[node]
    assert records[0] is None
    assert len(records) == len(built.core.records)


@pytest.mark.parametrize("name", ["Kconfig", "more"])
def test_a_changed_file_builds_anew(tree: Path, folder: Path, name: str, request: pytest.FixtureRequest) -> None:
    _load(tree, folder)
    before = os.stat(tree / name)
    text = (tree / name).read_text()
    (tree / name).write_text(text.replace("bool", "int "))
    os.utime(tree / name, ns=(before.st_atime_ns, before.st_mtime_ns))
    request.getfixturevalue("may_not_build")
    with pytest.raises(_Built):
        _load(tree, folder)


def test_a_file_that_is_edited_meanwhile_is_kept_under_no_wrong_name(tree: Path, folder: Path) -> None:
    make_tree(tree, {"arch/x86/Kconfig": "config X86\n\tdef_bool y\n"})
    assert "B" in Tree(DirectorySource(tree), str(tree), cache=ModelCache(folder)).names
    _load(tree, folder)
    (tree / "more").write_text(saved := "config B\n\tint\n")
    edited = Tree(DirectorySource(tree), str(tree), cache=ModelCache(folder))
    assert edited.model_key(_X86, Toolchain.dummy()) is not None
    (tree / "more").write_text("config C\n\thex\n")
    assert edited.model(_X86, Toolchain.dummy()).symbol("C") is not None
    assert "C" in edited.names
    (tree / "more").write_text(saved)
    for _ in range(2):
        assert _load(tree, folder).symbol("C") is None
        assert "C" not in Tree(DirectorySource(tree), str(tree), cache=ModelCache(folder)).names
        # Also by what is left of the files that were parsed.
        for path in folder.glob("*.model"):
            path.unlink()


def test_a_folder_that_a_probe_asks_for_counts(tree: Path, folder: Path) -> None:
    make_tree(tree, {"more": "config B\n\tdef_bool $(shell,test -d $(srctree)/mm/extra && echo y || echo n)\n"})

    def value() -> str:
        return evaluate(_load(tree, folder), parse_config("config", b""), "defconfig").text("B")

    assert [value(), value()] == ["n", "n"]
    make_tree(tree, {"mm/extra/a": ""})
    assert [value(), value()] == ["y", "y"]
    shutil.rmtree(tree / "mm" / "extra")
    assert value() == "n"


def test_another_toolchain_builds_anew(tree: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    from kpolicy.kernel.toolchain import parse_toolchain

    _load(tree, folder)
    request.getfixturevalue("may_not_build")
    with pytest.raises(_Built):
        Tree(DirectorySource(tree), str(tree), cache=ModelCache(folder)).model(_X86, parse_toolchain("gcc-12"))


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "garbage", "header"])
@pytest.mark.parametrize("kind", ["model", "trail"])
def test_a_damaged_file_is_found_out_and_replaced(tree: Path, folder: Path, damage: str, kind: str) -> None:
    first = _load(tree, folder)
    contents = {path: path.read_bytes() for path in folder.glob(f"*.{kind}")}
    for path, content in contents.items():
        middle = len(content) // 2
        path.write_bytes(
            {
                "truncated": content[:middle],
                "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
                "empty": b"",
                "garbage": os.urandom(100),
                "header": b"0 x\n{}",
            }[damage]
        )
    assert _rows(_load(tree, folder)) == _rows(first)
    assert {path: path.read_bytes() for path in contents} == contents


def test_what_others_can_write_is_not_used(tree: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    _load(tree, folder)
    (path,) = folder.glob("*.model")
    path.chmod(0o666)
    request.getfixturevalue("may_not_build")
    with pytest.raises(_Built):
        _load(tree, folder)
    path.chmod(0o600)
    folder.chmod(0o777)
    with pytest.raises(_Built):
        _load(tree, folder)


def test_a_link_is_not_followed(tree: Path, folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    _load(tree, folder)
    (path,) = folder.glob("*.model")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    request.getfixturevalue("may_not_build")
    with pytest.raises(_Built):
        _load(tree, folder)


def test_a_folder_that_cannot_be_used_does_no_harm(tree: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert _load(tree, blocked / "cache").is_defined("A")


def test_the_folder_is_private(tree: Path, folder: Path) -> None:
    _load(tree, folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_many_at_once(tree: Path, folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        models = list(pool.map(lambda _: _load(tree, folder), range(16)))
    assert all(_rows(model) == _rows(models[0]) for model in models)
    assert not list(folder.glob("*.tmp"))


def test_nothing_is_written_into_the_tree(tree: Path, folder: Path) -> None:
    def state() -> list[tuple[str, int, bytes]]:
        files = sorted(path for path in tree.rglob("*") if path.is_file())
        return [(str(path), path.stat().st_mtime_ns, path.read_bytes()) for path in files]

    before = state()
    _load(tree, folder)
    assert state() == before


def test_the_current_folder_does_not_matter(
    tree: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Kconfig").write_text("not what is meant\n")
    monkeypatch.chdir(tmp_path)
    assert _load(tree, folder).is_defined("B")


def test_data_counts_as_the_code_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "_ROOT", tmp_path)
    table, other = tmp_path / "rules" / "table.toml", tmp_path / "rules" / "other.toml"
    table.parent.mkdir()

    def keys() -> tuple[str, str]:
        installed.contents.cache_clear()
        return cache.key("what", code=("rules",)), cache.key("what", code=("rules/table.toml",))

    table.write_text("A = 1\n")
    before = keys()
    other.write_text("B = 1\n")
    folder, file = keys()
    assert folder != before[0]
    assert file == before[1]
    table.write_text("A = 2\n")
    assert not {folder, file} & {*keys()}
    installed.contents.cache_clear()


def _opened(tree: Path, folder: Path) -> Tree:
    return Tree(DirectorySource(tree), str(tree), cache=ModelCache(folder))


def test_another_cache_gets_a_model_and_the_names(
    tree: Path, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    here = _opened(tree, folder)
    model, names = here.model(_X86, Toolchain.dummy()), here.names
    other = tmp_path / "other"
    ModelCache(other).take({**here.model_entries(_X86, Toolchain.dummy()), **here.names_entries()})
    request.getfixturevalue("may_not_build")
    there = _opened(tree, other)
    assert _rows(there.model(_X86, Toolchain.dummy())) == _rows(model)
    assert there.stored_names() == names


def test_a_model_of_files_that_were_edited_is_not_given_away(tree: Path, folder: Path) -> None:
    _load(tree, folder)
    (tree / "more").write_text("config C\n\thex\n")
    assert _opened(tree, folder).model_entries(_X86, Toolchain.dummy()) == {}


def test_what_was_used_is_what_another_cache_needs(
    tree: Path, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    first, second = ModelCache(folder), ModelCache(folder)
    for cached in (first, second):
        Tree(DirectorySource(tree), str(tree), cache=cached).model(_X86, Toolchain.dummy())
    request.getfixturevalue("may_not_build")
    for number, cached in enumerate((first, second)):
        # Parsed files are not among them: another cache may have more of them under the same name.
        assert {name.rpartition(".")[2] for name in cached.used} == {"model", "trail"}
        ModelCache(tmp_path / f"{number}").take(cached.entries(cached.used))
        assert _load(tree, tmp_path / f"{number}").symbol("A") is not None


@pytest.mark.parametrize("name", ["../{}.data", "{}.txt", "{}.data/x", "/{}.data", ".{}.tmp", "{}", "{}.data\n"])
def test_a_name_that_no_file_of_the_cache_has_is_not_taken(folder: Path, tmp_path: Path, name: str) -> None:
    stored = ModelCache(tmp_path / "other")
    stored.store_data("a" * 32, [1])
    (content,) = stored.entries(stored.used).values()
    before = sorted(tmp_path.rglob("*"))
    ModelCache(folder).take({name.format("a" * 32): content})
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_file_of_another_cache_is_not_taken(folder: Path, tmp_path: Path) -> None:
    stored, cached = ModelCache(tmp_path / "other"), ModelCache(folder)
    stored.store_data("a" * 32, [1])
    ((name, content),) = stored.entries(stored.used).items()
    for found in (content[:-1], content[1:], b"", content + b" ", content.replace(b"[1]", b"[2]")):
        cached.take({name: found})
        assert cached.load_data("a" * 32) is None
    # Nor under another name.
    cached.take({f"{'b' * 32}.data": content})
    assert cached.load_data("b" * 32) is None
    cached.take({name: content})
    assert cached.load_data("a" * 32) == [1]


@pytest.mark.parametrize("path", ["more", "odd\x7fname"])
def test_names_are_stored_whatever_a_file_is_called(tmp_path: Path, path: str) -> None:
    choice = 'choice\n\tprompt "c"\n\nconfig M\n\tbool "m"\n\nendchoice\n'
    tree = make_tree(tmp_path / "tree", {"Kconfig": f'source "{path}"\n', path: choice})

    built, stored = (_load(tree, tmp_path / "cache") for _ in range(2))

    assert isinstance(stored.core.nodes, Lines)
    assert f"<choice 1 of {path}>" in stored.core.symbols
    assert (stored.core.symbols, stored.choices[0].members) == (built.core.symbols, ("M",))
