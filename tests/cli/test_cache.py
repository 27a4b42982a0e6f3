# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy cache`: what is cached, and removing it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kpolicy.kconfig import cache, kept
from kpolicy.kconfig.cache import ModelCache
from tests.cli.support import Outcome, kpolicy

_NAMES = ["a" * 32, "b" * 32, "c" * 32]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache folder with three entries, each a day older than the next, and files of somebody else's."""
    found = tmp_path / "kpolicy"
    stored = ModelCache(found)
    for age, name in zip((3, 2, 1), _NAMES, strict=True):
        stored.store_data(name, [name], "result")
        when = time.time() - age * 24 * 60 * 60
        os.utime(found / f"{name}.result", (when, when))
    (found / "notes.txt").write_text("mine")
    (found / f"{'d' * 32}.result").write_text("not what kpolicy writes")
    (found / f"{'e' * 32}.model").symlink_to(found / "notes.txt")
    return found


def _cache(folder: Path, *words: str) -> Outcome:
    return kpolicy("cache", *words, environment={"XDG_CACHE_HOME": str(folder.parent)})


def _left(folder: Path) -> list[str]:
    return sorted(path.stem[0] for path in folder.iterdir())


def test_shows_what_is_cached(folder: Path) -> None:
    outcome = _cache(folder)
    assert outcome.status == 0
    assert outcome.out.startswith(f"{folder}: 4 files, 0.0 MiB (limit 1024 MiB)\n")
    assert "results of configs: 4 files" in outcome.out
    assert _cache(folder, "--format", "json").json["kept"]["result"]["files"] == 4
    assert _left(folder) == ["a", "b", "c", "d", "e", "n"]


def test_removes_everything_that_is_ours_and_nothing_else(folder: Path) -> None:
    outcome = _cache(folder, "--clear")
    assert (outcome.status, outcome.out.partition("\n")[0]) == (0, "removed 3 files, 0.0 MiB")
    assert _left(folder) == ["d", "e", "n"]


@pytest.mark.parametrize(("days", "left"), [("0", ""), ("2", "c"), ("9", "abc")])
def test_removes_what_is_older(folder: Path, days: str, left: str) -> None:
    assert _cache(folder, "--older-than", days).status == 0
    assert _left(folder) == [*left, "d", "e", "n"]


def test_removes_the_oldest_beyond_the_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [entry.size for entry in kept.entries(folder)]
    monkeypatch.setattr(kept, "MAX_TOTAL", sum(sizes) - 1)
    assert _cache(folder, "--prune").status == 0
    assert _left(folder) == ["b", "c", "d", "e", "n"]


def test_every_run_keeps_to_the_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_TOTAL", 240)
    monkeypatch.setattr(cache, "_LOOK_AGAIN", 0)
    ModelCache(folder).store_data("f" * 32, ["f" * 32], "result")
    assert _left(folder) == ["c", "d", "e", "f", "n"]


def test_what_a_killed_run_left_is_removed(folder: Path) -> None:
    (folder / ".abcdefgh.tmp").write_bytes(b"[")
    (folder / ".hidden").write_bytes(b"[")
    assert "killed runs: 1 file" in _cache(folder).out
    _cache(folder, "--clear")
    assert not (folder / ".abcdefgh.tmp").exists()
    assert (folder / ".hidden").exists()


def test_a_folder_of_somebody_else_is_left_alone(folder: Path) -> None:
    folder.chmod(0o777)
    assert "no files" in _cache(folder, "--clear").out
    assert "a" in _left(folder)


def test_there_may_be_nothing(tmp_path: Path) -> None:
    outcome = _cache(tmp_path / "none" / "kpolicy", "--clear")
    assert (outcome.status, outcome.out) == (0, f"{tmp_path / 'none' / 'kpolicy'}: no files (limit 1024 MiB)\n")


def test_wrong_usage() -> None:
    assert kpolicy("cache", "--clear", "--prune").status == 2
    assert kpolicy("cache", environment={"HOME": "", "XDG_CACHE_HOME": ""}).status == 2
