# SPDX-License-Identifier: GPL-2.0-or-later
"""Before two trees are compared the models of each are built, by processes that read no other tree."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import pytest

from kpolicy.kconfig.load import Tree
from kpolicy.run import executors, models
from kpolicy.run.examine import Examiner
from tests.cli.process_log import ARCHITECTURES, FILES, SHARED, Log, environment, forget_results, log_built, log_parsed
from tests.cli.support import Outcome, kpolicy
from tests.git import make_repository
from tests.kconfig.small import make_tree

_KCONFIG = tuple(name for name in FILES if "Kconfig" in name)
_CHANGED = FILES["lib/Kconfig"].replace('"sg"', '"sg"\n\tdefault y')

forks = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="processes are not forked here"
)


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    other = make_tree(tmp_path / "other", {**FILES, "lib/Kconfig": _CHANGED})
    return make_tree(tmp_path / "linux", FILES), other


@pytest.fixture
def parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    return log_parsed(tmp_path / "parsed", monkeypatch)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    return log_built(tmp_path / "built", monkeypatch)


def _revisions(folder: Path, files: dict[str, str]) -> tuple[str, str]:
    """Two revisions of a repository, the second with some files as well."""
    repository = make_repository(make_tree(folder / "linux", FILES))
    for path, text in files.items():
        repository.write(path, text)
    repository.commit("second")
    return f"{repository.folder}@HEAD~", f"{repository.folder}@HEAD"


def _diff(jobs: str, *words: str | Path, folder: Path | None = None) -> Outcome:
    own = environment(folder) if folder is not None else {}
    return kpolicy("diff", "-j", jobs, *words, "--format", "json", *(() if own else ("--no-cache",)), environment=own)


@forks
@pytest.mark.parametrize("jobs", ["1", "2", "3"])
def test_each_tree_is_read_once_by_a_process_of_its_own(
    trees: tuple[Path, Path], tmp_path: Path, parsed: Log, built: Log, jobs: str
) -> None:
    expected = _diff("1", *trees)
    parsed.take()
    built.take()
    assert _diff(jobs, *trees, folder=tmp_path) == expected
    assert "DEBUG_SG" in expected.out
    files, made = parsed.take(), built.take()
    assert Counter(done.what for done in files) == dict.fromkeys(_KCONFIG, 2)
    assert Counter(done.what for done in made) == dict.fromkeys(ARCHITECTURES, 2)
    assert {done.here for done in made} == {jobs == "1"}
    if jobs != "1":
        processes = Counter(done.process for done in made)
        assert list(processes.values()) == [len(ARCHITECTURES)] * 2
        assert Counter(done.process for done in files) == dict.fromkeys(processes, len(_KCONFIG))


@forks
def test_with_more_processes_several_share_a_tree_and_what_was_read_of_it_first(
    trees: tuple[Path, Path], tmp_path: Path, parsed: Log, built: Log
) -> None:
    expected = _diff("1", *trees)
    parsed.take()
    built.take()
    assert _diff("4", *trees, folder=tmp_path) == expected
    assert Counter(done.what for done in parsed.take()) == dict.fromkeys(_KCONFIG, 2)
    made = built.take()
    assert Counter(done.what for done in made) == dict.fromkeys(ARCHITECTURES, 2)
    assert [done.here for done in made].count(True) == 2


@forks
def test_without_a_cache_the_first_models_are_inherited(trees: tuple[Path, Path], parsed: Log) -> None:
    expected = _diff("1", *trees)
    parsed.take()
    assert _diff("2", *trees) == expected
    done = parsed.take()
    assert Counter(item.what for item in done) == dict.fromkeys(_KCONFIG, 2)
    assert Counter(item.what for item in done if item.here) == dict.fromkeys((*SHARED, "arch/two/Kconfig"), 2)


@forks
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_tree_whose_models_are_kept_is_not_read(
    trees: tuple[Path, Path], tmp_path: Path, built: Log, jobs: str
) -> None:
    expected = _diff("1", *trees)
    kpolicy("audit", "-j", "1", trees[0], environment=environment(tmp_path))
    built.take()
    assert _diff(jobs, *trees, folder=tmp_path) == expected
    assert sorted(done.what for done in built.take()) == sorted(ARCHITECTURES)
    forget_results(tmp_path)
    assert _diff(jobs, *trees, folder=tmp_path) == expected
    assert built.take() == []


def test_revisions_with_the_same_models_build_them_once(tmp_path: Path, built: Log) -> None:
    files = {"arch/one/configs/one_defconfig": "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n"}
    old, new = _revisions(tmp_path, files)
    expected = _diff("1", old, new)
    assert "DEBUG_SG" in expected.out
    built.take()
    assert _diff("1", old, new, folder=tmp_path) == expected
    assert sorted(done.what for done in built.take()) == sorted(ARCHITECTURES)


def test_a_single_model_is_built_where_it_is_wanted(
    trees: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the two configs of one tree want it."""

    def never(*_: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(models, "spread", never)
    names = ("arch/two/configs/two_defconfig", "arch/two/configs/debug_defconfig")
    found = kpolicy("diff", "-j", "2", "--tree", trees[0], "--arch", "two", *names, environment=environment(tmp_path))
    assert "DEBUG_SG" in found.out


@pytest.mark.parametrize("revisions", [False, True])
def test_processes_and_caches_change_nothing(trees: tuple[Path, Path], tmp_path: Path, *, revisions: bool) -> None:
    sides = _revisions(tmp_path / "git", {"lib/Kconfig": _CHANGED}) if revisions else trees
    expected = _diff("1", *sides)
    assert "DEBUG_SG" in expected.out
    for jobs in ("1", "2", "4"):
        folder = tmp_path / jobs
        assert _diff(jobs, *sides) == expected
        # With a cache that has nothing, models, half of them, results.
        assert _diff(jobs, *sides, folder=folder) == expected
        forget_results(folder)
        assert _diff(jobs, *sides, folder=folder) == expected
        kept = sorted(folder.rglob("*.model"))
        assert len(kept) == 2 * len(ARCHITECTURES)
        for path in kept[::2]:
            path.unlink()
        forget_results(folder)
        assert _diff(jobs, *sides, folder=folder) == expected
        assert _diff(jobs, *sides, folder=folder) == expected


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("path", ["lib/Kconfig", "arch/two/Kconfig"])
def test_errors_of_kconfig_files_are_the_same(trees: tuple[Path, Path], tmp_path: Path, path: str, side: int) -> None:
    with (trees[side] / path).open("a") as file:
        file.write("config\n")
    expected = _diff("1", *trees)
    assert expected.status == 3
    assert f"{path}:" in expected.err
    for jobs in ("1", "2", "4"):
        for _ in range(2):
            assert _diff(jobs, *trees, folder=tmp_path / jobs) == expected


def test_workers_that_are_not_forked_build_the_models_too(
    trees: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _diff("1", *trees)
    monkeypatch.setattr(executors, "_START", "spawn")
    assert _diff("2", *trees, folder=tmp_path) == expected
    assert len(list(tmp_path.rglob("*.model"))) == 2 * len(ARCHITECTURES)


@forks
def test_models_that_a_dead_worker_owes_are_built_where_they_are_wanted(
    trees: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _diff("1", *trees)
    here, build = os.getpid(), models._build

    def killed(piece: Any) -> Any:
        if piece.number == 1 and os.getpid() != here:
            os._exit(1)
        return build(piece)

    # Workers find the function by its name.
    killed.__module__, killed.__qualname__ = models.__name__, "_build"
    monkeypatch.setattr(models, "_build", killed)
    assert _diff("2", *trees, folder=tmp_path) == expected


@forks
def test_who_compares_reads_no_kconfig_file(
    trees: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for its digest: that is known from who built the models."""
    known: list[set[str]] = []

    def noted(looking: Examiner, *rest: Any) -> None:
        make(looking, *rest)
        known.append(set(looking.tree.digests))

    make = Examiner.__init__
    monkeypatch.setattr(Examiner, "__init__", noted)
    _diff("2", *trees, folder=tmp_path)
    assert [len(found.intersection(_KCONFIG)) for found in known] == [0, 0, len(_KCONFIG), len(_KCONFIG)]


def test_a_model_that_cannot_be_kept_is_built_for_the_comparison(
    trees: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _diff("1", *trees)
    build = Tree._elaborate

    def late(tree: Tree, *rest: Any) -> Any:
        # As where a probe timed out.
        tree._lasts = False
        return build(tree, *rest)

    monkeypatch.setattr(Tree, "_elaborate", late)
    for jobs in ("1", "2"):
        assert _diff(jobs, *trees, folder=tmp_path / jobs) == expected
    assert not list(tmp_path.rglob("*.model"))
