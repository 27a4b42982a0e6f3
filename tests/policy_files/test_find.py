# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the policy file is looked for, and where not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kpolicy.policy.files.find import find_policy


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """outside/kpolicy.toml, and below it a git work tree with arch/x86/configs/a_defconfig."""
    (tmp_path / "kpolicy.toml").touch()
    work = tmp_path / "linux"
    (work / "arch" / "x86" / "configs").mkdir(parents=True)
    (work / "arch" / "x86" / "configs" / "a_defconfig").touch()
    (work / ".git").mkdir()
    return work


def test_the_nearest_one(work: Path) -> None:
    config = work / "arch" / "x86" / "configs" / "a_defconfig"
    (work / "kpolicy.toml").touch()
    assert find_policy(config) == str(work / "kpolicy.toml")
    assert find_policy(work) == str(work / "kpolicy.toml")
    (work / "arch" / "x86" / "kpolicy.toml").touch()
    assert find_policy(config) == str(work / "arch" / "x86" / "kpolicy.toml")
    assert find_policy(config.parent) == str(work / "arch" / "x86" / "kpolicy.toml")
    assert find_policy(work / "arch") == str(work / "kpolicy.toml")


@pytest.mark.parametrize("linked", [False, True])
def test_never_above_the_top_of_the_work_tree(work: Path, linked: bool) -> None:
    if linked:
        (work / ".git").rmdir()
        (work / ".git").write_text("gitdir: /elsewhere\n", encoding="utf-8")
    assert find_policy(work / "arch" / "x86" / "configs" / "a_defconfig") is None
    assert find_policy(work) is None


def test_above_when_there_is_no_git(work: Path) -> None:
    (work / ".git").rmdir()
    assert find_policy(work / "arch") == str(work.parent / "kpolicy.toml")


def test_whatever_has_the_name_is_found(work: Path) -> None:
    """A policy that is passed over would make a run clean: what is wrong with it is told when it is read."""
    (work / "kpolicy.toml").mkdir()
    assert find_policy(work / "arch") == str(work / "kpolicy.toml")
    os.mkfifo(work / "arch" / "kpolicy.toml")
    assert find_policy(work / "arch") == str(work / "arch" / "kpolicy.toml")
    (work / "arch" / "x86" / "kpolicy.toml").symlink_to("nowhere")
    assert find_policy(work / "arch" / "x86" / "configs") == str(work / "arch" / "x86" / "kpolicy.toml")


def test_parents_are_those_of_where_links_lead(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "kpolicy.toml").touch()
    other = work.parent / "other"
    other.mkdir()
    (other / "link").symlink_to(work / "arch" / "x86")
    assert find_policy(other / "link" / ".." / "configs") == str(work / "kpolicy.toml")
    assert find_policy(other / "link" / "..") == str(work / "kpolicy.toml")
    monkeypatch.chdir(other / "link")
    assert find_policy(Path("..") / "a.config") == str(work / "kpolicy.toml")
    # Without such a step the folders are those that were named.
    (other / "kpolicy.toml").touch()
    assert find_policy(other / "link") == str(other / "kpolicy.toml")


def test_never_on_another_file_system(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / ".git").rmdir()
    real = os.stat

    def stat(path: str) -> os.stat_result:
        found = real(path)
        if Path(path).is_relative_to(work):
            return found
        return os.stat_result((found.st_mode, found.st_ino, found.st_dev + 1, *found[3:]))

    assert find_policy(work / "arch") == str(work.parent / "kpolicy.toml")
    monkeypatch.setattr("kpolicy.policy.files.find.os.stat", stat)
    assert find_policy(work / "arch") is None


def test_relative_paths_and_paths_that_lead_nowhere(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "kpolicy.toml").touch()
    monkeypatch.chdir(work / "arch")
    assert find_policy(Path("x86/configs/a_defconfig")) == str(work / "kpolicy.toml")
    assert find_policy(Path()) == str(work / "kpolicy.toml")
    # A file that is to be made is looked for from its folder on.
    assert find_policy(Path("x86/new_defconfig")) == str(work / "kpolicy.toml")
    assert find_policy(Path("no/such/folder/x")) is None
    assert find_policy(Path("a\0b/x")) is None


def test_nothing_is_opened_or_written(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr(os, "open", forbidden)
    monkeypatch.setattr(os, "listdir", forbidden)
    assert find_policy(work) is None
