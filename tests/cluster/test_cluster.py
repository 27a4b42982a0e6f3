# SPDX-License-Identifier: GPL-2.0-or-later
"""Work on a Dask cluster: the same bytes as on one machine, whatever becomes of the workers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpolicy.kconfig.load import Tree
from kpolicy.run import cluster
from tests.cli.support import Outcome, copy_of_demo, kpolicy
from tests.cluster.support import (
    DIES,
    DIES_OF_A_CHANGE,
    DIES_OF_A_RELEASE,
    DIES_OF_ARM64,
    DIFFERS,
    LACKS,
    Machines,
    machines,
)
from tests.git import Repository
from tests.oracle.trees import Trees

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(name="tree", scope="module")
def _tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration tree, in a repository with an earlier revision."""
    tree = copy_of_demo(tmp_path_factory.mktemp("tree"))
    repository = Repository(tree)
    repository.git("init", "-q")
    repository.commit("all")
    for path in sorted((tree / "arch").glob("*/configs/*_defconfig")):
        path.write_text(path.read_text().replace("CONFIG_KASAN=y", "CONFIG_KFENCE=y"))
    (tree / "arch/x86/configs/odd_defconfig").write_text("CONFIG_NOWHERE=y\nnonsense\n")
    (tree / "arch/x86/configs/out_defconfig").symlink_to("/etc/passwd")
    repository.commit("less")
    return tree


@pytest.fixture(name="two", scope="module")
def _two(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Two workers, one with several threads."""
    with machines(tmp_path_factory.mktemp("machines"), tree, ["", ""], threads=2) as found:
        yield found


def _compare(words: list[str | Path], address: str) -> None:
    alone = kpolicy(*words, "-j", "1", "--no-cache")
    assert alone.out
    assert _on(words, address) == alone
    assert kpolicy(*words, "-j", "2", "--no-cache") == alone


def _on(words: list[str | Path], address: str) -> Outcome:
    return kpolicy(*words, "--scheduler", address, "--no-cache")


def test_an_audit(two: Machines, tree: Path) -> None:
    _compare(["audit", tree, "-v", "--full"], two.address)


def test_new_findings_of_a_revision(two: Machines, tree: Path) -> None:
    _compare(["audit", f"{tree}@HEAD", "--arch", "x86", "--since", "HEAD~1"], two.address)
    _compare(["audit", tree, "--arch", "arm64", "--since", "HEAD~1"], two.address)


@pytest.mark.parametrize("check", ["proofs", "fragments", "undefined-reference", "redundant-select"])
def test_the_kconfig_files(two: Machines, tree: Path, check: str) -> None:
    _compare(["kconfig", tree, "--check", check, "-v"], two.address)


def test_patches(two: Machines, tree: Path, tmp_path: Path) -> None:
    words: list[str | Path] = ["kconfig", tree, "--check", "duplicate-line", "--check", "dead-default", "--patches"]
    alone = kpolicy(*words, tmp_path / "alone", "-j", "1", "--no-cache")
    found = _on([*words, tmp_path / "cluster"], two.address)
    assert found.err.replace("cluster", "alone") == alone.err
    patches = [{path.name: path.read_bytes() for path in (tmp_path / name).glob("*")} for name in ("alone", "cluster")]
    assert patches[0] == patches[1]


def test_some_configs(two: Machines, tree: Path) -> None:
    names = ("x86_64_defconfig", "i386_defconfig", "debug_defconfig")
    _compare(["check", "--tree", tree, *names], two.address)


def test_all_defconfigs_on_another_kernel(two: Machines, tree: Path) -> None:
    _compare(["upgrade", "--from", f"{tree}@HEAD~1", "--to", f"{tree}@HEAD"], two.address)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_history(two: Machines, tree: Path, form: str) -> None:
    _compare(["history", f"{tree}@HEAD~1", f"{tree}@HEAD", tree, "--full", "--format", form], two.address)


def test_workers_remember(two: Machines, tree: Path) -> None:
    words: list[str | Path] = ["audit", tree, "--scheduler", two.address]
    first, second = (kpolicy(*words) for _ in range(2))
    assert first == second == kpolicy("audit", tree, "--no-cache")


_REMEMBERED = (["audit"], ["kconfig", "--check", "proofs"], ["history"])


@pytest.mark.parametrize("words", _REMEMBERED, ids=lambda words: words[0])
def test_this_machine_remembers_what_workers_did(
    two: Machines, tree: Path, tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, *rest = words
    trees: list[str | Path] = [f"{tree}@HEAD~1", f"{tree}@HEAD"] if command == "history" else [f"{tree}@HEAD"]
    # What cannot be read is looked at each time.
    where: list[str | Path] = [command, *trees, *rest, "--arch", "arm64"]
    cache = {"XDG_CACHE_HOME": str(tmp_path)}
    first = kpolicy(*where, "--scheduler", two.address, environment=cache)
    assert first.out

    def no_model(*_: object) -> None:
        raise AssertionError("a model is read")

    monkeypatch.setattr(Tree, "model", no_model)
    monkeypatch.setattr(cluster.Cluster, "_send", no_model)
    assert kpolicy(*where, "--scheduler", two.address, environment=cache) == first
    assert kpolicy(*where, "-j", "1", environment=cache) == first


def test_what_this_machine_has_is_not_made_again(two: Machines, tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    words: list[str | Path] = ["audit", tree, "--terse"]
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    # The model of arm64 is the second one, and so its parts have other numbers than by itself.
    kpolicy(*words, "-j", "1", environment=cache)
    before = _kept(tmp_path / "cache")
    path = tree / "arch/arm64/configs/defconfig"
    path.write_text(path.read_text() + "CONFIG_DEBUG_KMEMLEAK=y\nCONFIG_GONE=y\n")
    found = kpolicy(*words, "--scheduler", two.address, environment=cache)
    assert found == kpolicy(*words, "--no-cache")
    assert "CONFIG_GONE" in found.out
    after = _kept(tmp_path / "cache")
    # One result, and the digests of files.
    new = {name for name in after if before.get(name) != after[name]}
    assert sorted(name.rpartition(".")[2] for name in new if not name.endswith(".data")) == ["result"]


def _kept(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (cache / "kpolicy").iterdir()}


def test_a_tree_that_was_edited_is_sent_again(two: Machines, tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    words: list[str | Path] = ["audit", tree, "--terse"]
    before = _on(words, two.address)
    path = tree / "arch/x86/configs/x86_64_defconfig"
    path.write_text(path.read_text() + "CONFIG_DEBUG_KMEMLEAK=y\nCONFIG_GONE=y\n")
    after = _on(words, two.address)
    assert after != before
    assert after == kpolicy(*words, "--no-cache")


def test_a_worker_is_killed(tree: Path, tmp_path: Path) -> None:
    with machines(tmp_path, tree, [DIES, ""]) as found:
        assert _on(["audit", tree], found.address) == kpolicy("audit", tree, "--no-cache")


@pytest.mark.parametrize("dies", [DIES_OF_A_RELEASE, DIES_OF_A_CHANGE])
def test_a_worker_is_killed_by_a_history(tree: Path, tmp_path: Path, dies: str) -> None:
    words: list[str | Path] = ["history", f"{tree}@HEAD~1", tree, "--full"]
    with machines(tmp_path, tree, [dies, ""]) as found:
        assert _on(words, found.address) == kpolicy(*words, "-j", "1", "--no-cache")


def test_what_kills_workers_is_lost_and_the_rest_is_not(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = cluster.Cluster._look

    def one_at_a_time(self: cluster.Cluster) -> int:
        look(self)
        self._workers = 1
        return 1

    # What waits for the same worker would be lost with it.
    monkeypatch.setattr(cluster.Cluster, "_look", one_at_a_time)
    with machines(tmp_path, tree, [DIES_OF_ARM64, DIES_OF_ARM64], failures=0) as found:
        outcome = _on(["audit", tree, "--terse"], found.address)
    alone = kpolicy("audit", tree, "--no-cache", "--terse")
    assert outcome.status == 3
    assert "error: a worker process died, probably out of memory" in outcome.err
    assert outcome.out.splitlines() == [line for line in alone.out.splitlines() if "arm64" not in line]
    assert outcome.out != alone.out != ""


def test_no_worker_is_left(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WITHOUT_WORKERS", 1.0)
    monkeypatch.setattr(cluster, "_LOOK", 0.5)
    with machines(tmp_path, tree, [DIES]) as found:
        cluster_wide = _on(["audit", tree], found.address)
        assert (cluster_wide.status, cluster_wide.out) == (3, "")
        text = f"error: the scheduler at {found.address} has no workers, after 1 s\n"
        assert cluster_wide.err == f"{text}  start some: dask worker {found.address} --nthreads 1\n"
        # Before anything else is done, too.
        assert _on(["audit", tree], found.address) == cluster_wide


def test_another_kpolicy(tree: Path, tmp_path: Path) -> None:
    with machines(tmp_path, tree, [DIFFERS]) as found:
        outcome = _on(["audit", tree], found.address)
    assert (outcome.status, outcome.out) == (3, "")
    assert "has kpolicy 0.0.1, this machine kpolicy 0.1.0: its results could differ" in outcome.err
    assert "install the same versions on all machines" in outcome.err


def test_another_kpolicy_that_comes_later(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster.Cluster, "_check_workers", lambda _self: None)
    test_another_kpolicy(tree, tmp_path)


def test_a_worker_without_kpolicy(tree: Path, tmp_path: Path) -> None:
    with machines(tmp_path, tree, [LACKS]) as found:
        outcome = _on(["audit", tree], found.address)
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith("error: the worker at tcp://127.0.0.1:")
    assert " lacks this kpolicy\n  install it where the scheduler and the workers run" in outcome.err


def test_a_scheduler_without_kpolicy(tree: Path, tmp_path: Path) -> None:
    with machines(tmp_path, tree, [""], scheduler=LACKS) as found:
        outcome = _on(["audit", tree], found.address)
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith(f"error: the scheduler at {found.address} lacks this kpolicy\n")


def test_nothing_answers(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECTING", 0.5)
    outcome = _on(["audit", tree], "tcp://127.0.0.1:1")
    assert outcome == Outcome(
        3, "", "error: no Dask scheduler answers at tcp://127.0.0.1:1 within 0.5 s\n  start one: dask scheduler\n"
    )


def test_an_interrupt_leaves_the_cluster_usable(two: Machines, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cluster.Cluster, "_next", interrupt)
        assert _on(["audit", tree], two.address) == Outcome(130, "", "")
    assert _on(["audit", tree], two.address) == kpolicy("audit", tree, "--no-cache")


def test_dask_logs_nothing(two: Machines) -> None:
    # It would print tracebacks between the errors of kpolicy when a scheduler is lost.
    cluster.connect(two.address).close()
    assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["audit", "-j", "2"], "--scheduler and --jobs exclude each other"),
        (["audit", "--toolchain", "exec"], "--toolchain exec runs the compiler of this machine"),
        (["check", "x86_64_defconfig", "--cmdline", "quiet"], "--cmdline and --running are judged on this machine"),
        (["history", "--toolchain", "exec"], "--toolchain exec runs the compiler of this machine"),
        (["history", "-j", "2"], "--scheduler and --jobs exclude each other"),
        (["upgrade", "x86_64_defconfig"], "one config is upgraded on this machine"),
    ],
)
def test_what_is_not_done_by_a_cluster(two: Machines, tree: Path, words: list[str], error: str) -> None:
    command, *rest = words
    place: dict[str, list[str | Path]] = {
        "audit": [tree],
        "check": ["--tree", tree],
        "history": [tree, tree],
        "upgrade": ["--from", f"{tree}@HEAD~1", "--to", tree],
    }
    outcome = kpolicy(command, *place[command], *rest, "--scheduler", two.address)
    assert (outcome.status, outcome.out) == (2, "")
    assert f"error: {error}\n" in outcome.err


def test_dask_is_an_extra(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = _on(["audit", tree], "tcp://127.0.0.1:8786")
    assert outcome == Outcome(
        2, "", "error: --scheduler needs Dask, which is not installed\n  pip install 'kpolicy[dask]'\n"
    )


@pytest.mark.trees
def test_a_real_kernel(trees: Trees, tmp_path: Path) -> None:
    kernel = trees.kernels["6.12"]
    words: list[str | Path] = ["audit", kernel, "--arch", "riscv"]
    with machines(tmp_path, kernel, ["", ""]) as found:
        outcome = _on(words, found.address)
    assert outcome.out
    assert outcome == kpolicy(*words, "--no-cache")
