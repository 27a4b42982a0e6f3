# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that are forked share the first model and what it was read from, wherever more than one would read that."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from kpolicy.kconfig.bases import Bases, ByDelta
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.parsed import ParsedFiles
from kpolicy.kconfig.syntax import SourceFile
from kpolicy.kernel.architecture import Architecture
from kpolicy.run import batches, executors, first_model
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import spread
from kpolicy.run.first_model import Unbuilt, build_first
from kpolicy.run.plan import Plan
from tests.cli.process_log import ARCHITECTURES, FILES, SHARED, Log, environment, forget_results, log_built, log_parsed
from tests.cli.support import kpolicy
from tests.git import make_repository
from tests.kconfig.small import make_tree

pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="processes are not forked here"
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "linux", FILES)


@pytest.fixture
def parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    return log_parsed(tmp_path / "parsed", monkeypatch)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    return log_built(tmp_path / "built", monkeypatch)


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
@pytest.mark.parametrize("jobs", ["2", "4"])
def test_a_file_is_parsed_once_in_all_processes(
    tree: Path, tmp_path: Path, parsed: Log, jobs: str, words: tuple[str, ...]
) -> None:
    kpolicy("audit", "-j", jobs, tree, *words, environment=environment(tmp_path))
    found = parsed.take()
    assert Counter(done.what for done in found) == dict.fromkeys((name for name in FILES if "Kconfig" in name), 1)
    assert {done.what for done in found if done.here} == {*SHARED, "arch/two/Kconfig"}


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_the_first_model_is_built_before_the_workers_start(
    tree: Path, tmp_path: Path, built: Log, words: tuple[str, ...]
) -> None:
    kpolicy("audit", "-j", "2", tree, *words, environment=environment(tmp_path))
    first, *others = built.take()
    assert first[:2] == (True, "two")
    assert sorted(item[:2] for item in others) == [(False, "one"), (False, "three")]


def test_where_models_are_stored_none_is_built_before(tree: Path, tmp_path: Path, built: Log) -> None:
    folder = environment(tmp_path)
    kpolicy("audit", "-j", "1", tree, environment=folder)
    assert len(built.take()) == 3
    forget_results(tmp_path)
    kpolicy("audit", "-j", "2", tree, environment=folder)
    assert built.take() == []


def test_a_single_model_is_built_where_it_is_wanted(tree: Path, tmp_path: Path, built: Log) -> None:
    folder = environment(tmp_path)
    kpolicy("audit", "-j", "1", tree, "--arch", "one", "--arch", "two", environment=folder)
    built.take()
    forget_results(tmp_path)
    kpolicy("audit", "-j", "2", tree, environment=folder)
    assert [item[:2] for item in built.take()] == [(False, "three")]


def test_what_is_stored_is_left_for_last(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what architectures share is given up, and read again."""
    orders = []

    def noted(plan: Plan, work: Any, items: Sequence[Any], *rest: Any) -> Iterator[Any]:
        orders.append([item.arch for item in items])
        return spread(plan, work, items, *rest)

    monkeypatch.setattr(batches, "spread", noted)
    folder = environment(tmp_path)
    kpolicy("audit", "-j", "1", tree, "--arch", "two", environment=folder)
    forget_results(tmp_path)
    kpolicy("audit", "-j", "2", tree, environment=folder)
    forget_results(tmp_path)
    kpolicy("audit", "-j", "2", tree, environment=folder)
    assert orders == [["two"], ["one", "three", "two"], ["two", "one", "three"]]


def test_a_delta_is_made_where_it_is_wanted(
    tree: Path, tmp_path: Path, built: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, by_delta = Log(tmp_path / "deltas"), Bases.model

    def noted(bases: Bases, environment: dict[str, str], toolchain: str) -> ByDelta | None:
        found = by_delta(bases, environment, toolchain)
        log.note(f"{environment['ARCH']}:{found is not None}")
        return found

    folder = environment(tmp_path)
    kpolicy("audit", "-j", "1", tree, environment=folder)
    built.take()
    text = FILES["lib/Kconfig"].replace('"debug"\n', '"debug"\n\thelp\n\t  Words.\n')
    (tree / "lib/Kconfig").write_text(text)
    monkeypatch.setattr(Bases, "model", noted)
    kpolicy("audit", "-j", "2", tree, environment=folder)
    assert built.take() == []
    assert sorted(item[:2] for item in log.take()) == [(False, f"{name}:True") for name in ARCHITECTURES]


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_the_model_of_a_large_architecture_is_built_once(
    tree: Path, tmp_path: Path, built: Log, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = []

    def noted(looking: Examiner, unbuilt: Sequence[Unbuilt]) -> None:
        build_first(looking, unbuilt)
        shared.append(looking.tree._shared is not None)

    for number in range(60):
        (tree / f"arch/two/configs/a{number}_defconfig").write_text("CONFIG_DEBUG_KERNEL=y\n")
    alone = kpolicy("audit", "-j", "1", tree, "--no-cache", "--arch", "two")
    built.take()
    monkeypatch.setattr(first_model, "build_first", noted)
    found = kpolicy("audit", "-j", "2", tree, "--arch", "two", *words, environment=environment(tmp_path))
    assert [item[:2] for item in built.take()] == [(True, "two")]
    assert found == alone
    # Where the model is kept nobody needs more.
    assert shared == [bool(words)]


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_processes_change_nothing(tree: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    alone = kpolicy("audit", "-j", "1", tree, "-o", "json", "--no-cache")
    assert "DEBUG_SG" in alone.out
    for jobs in ("1", "2", "4"):
        folder = environment(tmp_path / jobs)
        # With a cache that has nothing, models, half of them, results.
        assert kpolicy("audit", "-j", jobs, tree, "-o", "json", *words, environment=folder) == alone
        forget_results(tmp_path / jobs)
        assert kpolicy("audit", "-j", jobs, tree, "-o", "json", *words, environment=folder) == alone
        models = sorted((tmp_path / jobs).rglob("*.model"))
        assert len(models) == (0 if words else 3)
        for path in models[1:]:
            path.unlink()
        forget_results(tmp_path / jobs)
        assert kpolicy("audit", "-j", jobs, tree, "-o", "json", *words, environment=folder) == alone
        assert kpolicy("audit", "-j", jobs, tree, "-o", "json", *words, environment=folder) == alone


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
@pytest.mark.parametrize("path", ["lib/Kconfig", "arch/two/Kconfig", "arch/one/Kconfig"])
def test_errors_of_kconfig_files_are_the_same(tree: Path, tmp_path: Path, path: str, words: tuple[str, ...]) -> None:
    with (tree / path).open("a") as file:
        file.write("config\n")
    alone = kpolicy("audit", "-j", "1", tree, "--no-cache")
    assert alone.status == 3
    assert f"{path}:" in alone.err
    for jobs in ("2", "4"):
        for _ in range(2):
            assert kpolicy("audit", "-j", jobs, tree, *words, environment=environment(tmp_path / jobs)) == alone


def test_a_bug_met_in_one_architecture_is_an_error_of_its_configs(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = Tree._elaborate

    def broken(tree: Tree, architecture: Architecture, *rest: Any) -> Any:
        if architecture.arch == "two":
            raise ZeroDivisionError("division by zero")
        return build(tree, architecture, *rest)

    monkeypatch.setattr(Tree, "_elaborate", broken)
    alone = kpolicy("audit", "-j", "1", tree, "--no-cache")
    assert alone.err.count("internal error: ZeroDivisionError") == 3
    assert kpolicy("audit", "-j", "2", tree, "--no-cache") == alone


@pytest.mark.parametrize("edited", [True, False])
def test_what_rests_on_a_file_that_is_edited_meanwhile_is_not_kept(
    tree: Path, tmp_path: Path, edited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = ParsedFiles.load

    def edit(files: ParsedFiles, path: str, digest: str) -> SourceFile | None:
        if edited and path == "lib/Kconfig":
            # Its digest is known, its content is not.
            (tree / path).write_text(FILES[path] + "# edited\n")
        return load(files, path, digest)

    monkeypatch.setattr(ParsedFiles, "load", edit)
    kpolicy("audit", "-j", "2", tree, environment=environment(tmp_path))
    assert len(list(tmp_path.rglob("*.model"))) == (0 if edited else 3)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_workers_start_ends_the_run(
    tree: Path, number: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr(Tree, "_elaborate", end)
    outcome = kpolicy("audit", "-j", "2", tree, "--no-cache")
    assert (outcome.status, outcome.out, outcome.err.strip()) == (status, "", "")
    assert not multiprocessing.active_children()


def test_workers_that_are_not_forked_build_all_by_themselves(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> NoReturn:
        raise AssertionError

    alone = kpolicy("audit", "-j", "1", tree, "--no-cache")
    monkeypatch.setattr(first_model, "build_first", never)
    monkeypatch.setattr(executors, "_START", "spawn")
    assert kpolicy("audit", "-j", "2", tree, "--no-cache") == alone


def test_the_parent_holds_nothing_that_workers_have(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    def noted(looking: Examiner, unbuilt: Sequence[Unbuilt]) -> None:
        build_first(looking, unbuilt)
        held.append(looking)
        assert looking.tree._shared is not None

    monkeypatch.setattr(first_model, "build_first", noted)
    kpolicy("audit", "-j", "2", tree, "--no-cache")
    (looking,) = held
    assert (looking.tree._shared, looking._last) == (None, None)


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_workers_read_a_revision_each_by_itself(tree: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    repository = make_repository(tree)
    repository.write("lib/Kconfig", FILES["lib/Kconfig"] + 'config NEW\n\tbool "new"\n')
    for name in ARCHITECTURES:
        repository.write(f"arch/{name}/configs/{name}_defconfig", "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n")
    alone = kpolicy("audit", "-j", "1", tree, "--since", "HEAD", "-o", "json", "--no-cache")
    assert alone.json["summary"]["known"] > 0
    for jobs in ("2", "4"):
        folder = environment(tmp_path / jobs)
        assert kpolicy("audit", "-j", jobs, tree, "--since", "HEAD", "-o", "json", *words, environment=folder) == alone
