# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree in another process answers as the tree itself does, or asks; it never makes up an answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kpolicy.errors import InputError
from kpolicy.kconfig.names import index_names
from kpolicy.kernel.answers import AnsweredTree, UnansweredError, answered, answered_in_advance
from kpolicy.kernel.revision import open_revision
from kpolicy.kernel.source import DirectorySource, KernelTree
from tests.cli.support import copy_of_demo
from tests.git import Repository

_PATHS = (
    *("", "arch", "arch/x86", "arch/x86/configs", "nowhere", "nowhere/at/all", "Kconfig", "Makefile/x", "lib/Kconfig"),
    *("arch/x86/configs/x86_64_defconfig", "arch/x86/configs/nothing_defconfig", "arch/x86/configs/none/nothing"),
    *("arch/../Kconfig", "./Kconfig", "arch//x86/Kconfig", "arch/x86/", "../outside", "/etc/passwd", "a\0b", "."),
    *("link", "out", "circle", "linked", "linked/x86/Kconfig", "linked/x86/none", "empty", "empty/none", "mm/Kconfig"),
    *("scripts/own.sh", "scripts/none.sh", "scripts/deep/er/one.sh", "drivers/one.c", "drivers/two.c", "drivers/x"),
)


@pytest.fixture(name="tree")
def _tree(tmp_path: Path) -> Path:
    tree = copy_of_demo(tmp_path)
    (tree / "link").symlink_to("Kconfig")
    (tree / "out").symlink_to("/etc/passwd")
    (tree / "circle").symlink_to("circle")
    (tree / "linked").symlink_to("arch")
    for path in ("scripts/own.sh", "scripts/deep/er/one.sh", "drivers/one.c", "drivers/two.c"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(f"echo {path}\n")
    return tree


def _directory(tree: Path) -> KernelTree:
    (tree / "empty").mkdir()
    return DirectorySource(tree, "the tree")


def _revision(tree: Path) -> KernelTree:
    repository = Repository(tree)
    repository.git("init", "-q")
    repository.commit("all")
    return open_revision(os.fspath(tree), "HEAD", "the tree@HEAD", os.environ)


_SOURCES = pytest.mark.parametrize("opened", [_directory, _revision])


def _said(ask: Callable[[str], object], path: str) -> object:
    try:
        return ask(path)
    except InputError as error:
        return error


def _answered(source: KernelTree) -> AnsweredTree:
    return AnsweredTree(source.name, str(source.root), source.revision)


@_SOURCES
@pytest.mark.parametrize("in_advance", [False, True])
@pytest.mark.parametrize("method", ["read", "is_file", "list_dir"])
def test_the_answers_are_those_of_the_tree(
    tree: Path, opened: Callable[[Path], KernelTree], in_advance: bool, method: str
) -> None:
    source = opened(tree)
    there = _answered(source)
    if in_advance:
        there.learn(answered_in_advance(source, index_names(source).files))
    for path in _PATHS:
        expected = _said(getattr(source, method), path)
        try:
            found = _said(getattr(there, method), path)
        except UnansweredError as error:
            there.learn(answered(source, error.question))
            found = _said(getattr(there, method), path)
        assert found == expected, (method, path)


@_SOURCES
def test_models_need_no_question(tree: Path, opened: Callable[[Path], KernelTree]) -> None:
    source = opened(tree)
    there = _answered(source)
    there.learn(answered_in_advance(source, index_names(source).files))
    assert there.read("Kconfig") == source.read("Kconfig")
    assert there.read("scripts/deep/er/one.sh") == b"echo scripts/deep/er/one.sh\n"
    assert not there.is_file("scripts/none.sh")
    with pytest.raises(UnansweredError):
        there.read("drivers/one.c")


def test_an_answer_brings_those_that_follow(tree: Path) -> None:
    source = _directory(tree)
    there = _answered(source)
    with pytest.raises(UnansweredError) as caught:
        there.is_file("drivers/one.c")
    there.learn(answered(source, caught.value.question))
    assert there.read("drivers/one.c") == b"echo drivers/one.c\n"
    assert there.read("drivers/two.c") == b"echo drivers/two.c\n"
    assert not there.is_file("drivers/three.c")


def test_an_unanswered_question_is_no_error_of_a_config() -> None:
    # What is done for each config and each probe catches every Exception.
    assert not issubclass(UnansweredError, Exception)
