# SPDX-License-Identifier: GPL-2.0-or-later
"""A revision of a repository reads as its directory does, and reading leaves everything as it is."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kpolicy.errors import InputError, KpolicyError, UsageError
from kpolicy.kernel.revision import RevisionSource, open_revision
from kpolicy.kernel.source import open_tree
from tests.git import Repository, make_repository


@pytest.fixture
def repository(tmp_path: Path, demo: Path) -> Repository:
    folder = tmp_path / "linux"
    shutil.copytree(demo, folder)
    (folder / "link").symlink_to("mm/Kconfig")
    (folder / "folder").symlink_to("kernel")
    (folder / "kernel" / "up").symlink_to("../mm")
    (folder / "out").symlink_to("../../etc/passwd")
    (folder / "absolute").symlink_to("/etc/passwd")
    (folder / "round").symlink_to("round")
    (folder / "dangling").symlink_to("nothing")
    return make_repository(folder)


def _open(repository: Repository, word: str = "HEAD") -> RevisionSource:
    return open_revision(str(repository.folder), word, f"linux@{word}", dict(os.environ))


def _tried(action: object) -> object:
    assert callable(action)
    try:
        return action()
    except InputError:
        return InputError


_PATHS = (
    "Makefile", "mm/Kconfig", "link", "folder/configs/debug.config", "kernel/up/Kconfig.debug", "./mm//Kconfig",
    "mm/../Kconfig", "out", "absolute", "round", "round/x", "dangling", "nothing", "mm/Kconfig/x", "mm", "", "..",
    "mm/../../x", "/etc/passwd", "a\0b", "folder", "kernel/up", "arch/x86/configs",
)  # fmt: skip


@pytest.mark.parametrize("path", _PATHS)
def test_reads_as_the_directory_does(repository: Repository, path: str) -> None:
    directory, revision = open_tree(repository.folder), _open(repository)
    assert _tried(lambda: revision.read(path)) == _tried(lambda: directory.read(path))
    assert revision.is_file(path) == directory.is_file(path)
    if path in ("out", "mm/../../x"):
        # What lies outside is looked at only in a directory, to say that nothing is there.
        return
    ours, theirs = _tried(lambda: revision.list_dir(path)), _tried(lambda: directory.list_dir(path))
    assert ours == (tuple(name for name in theirs if name != ".git") if isinstance(theirs, tuple) else theirs)


def test_a_folder_has_another_stamp_when_anything_below_it_changes(repository: Repository) -> None:
    before = _open(repository)
    repository.write("arch/x86/configs/i386_defconfig", "CONFIG_EXPERT=y\n")
    repository.commit("a change")
    after = _open(repository)
    for path, is_same in (("mm", True), ("arch/arm64", True), ("arch/x86", False), ("arch", False), ("", False)):
        assert (before.folder_stamp(path) == after.folder_stamp(path)) is is_same, path
    for path in ("nothing", "Makefile", "folder", "kernel/up", "mm/../kernel"):
        assert after.folder_stamp(path) is None, path


def test_what_lies_where_its_path_says(repository: Repository) -> None:
    plain = [path for path in _PATHS if _open(repository).is_plain(path)]
    assert plain == ["Makefile", "mm/Kconfig", "mm", "", "arch/x86/configs"]


def test_reads_what_was_committed_not_what_lies_there(repository: Repository) -> None:
    before = repository.read("mm/Kconfig")
    repository.write("mm/Kconfig", "config CHANGED\n")
    repository.write("new", "")
    assert _open(repository).read("mm/Kconfig") == before
    assert not _open(repository).is_file("new")
    repository.commit("mm: change")
    assert _open(repository).read("mm/Kconfig") == b"config CHANGED\n"
    assert _open(repository, "HEAD~1").read("mm/Kconfig") == before


def test_a_bare_repository_and_a_folder_of_a_larger_one_will_do(tmp_path: Path, repository: Repository) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", repository.folder, bare], check=True)
    assert open_revision(str(bare), "HEAD", "bare", dict(os.environ)).is_file("mm/Kconfig")
    outer = tmp_path / "outer"
    (outer / "src").mkdir(parents=True)
    shutil.copytree(repository.folder, outer / "src" / "linux", symlinks=True, ignore=shutil.ignore_patterns(".git"))
    make_repository(outer)
    inner = open_revision(str(outer / "src" / "linux"), "HEAD", "inner", dict(os.environ))
    assert inner.read("mm/Kconfig") == repository.read("mm/Kconfig")
    with pytest.raises(InputError, match="not a kernel source tree"):
        open_revision(str(outer), "HEAD", "outer", dict(os.environ))


def test_a_submodule_is_as_if_it_were_not_there(repository: Repository) -> None:
    commit = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    repository.git("commit", "-qm", "add a submodule")
    source = _open(repository)
    assert not source.is_file("module")
    with pytest.raises(InputError, match="not a regular file"):
        source.read("module")


def test_nothing_is_written(repository: Repository) -> None:
    repository.write("mm/Kconfig", "config CHANGED\n")
    before = _state(repository.folder)
    source = _open(repository)
    source.read("Kconfig")
    source.list_dir("arch")
    del source
    assert _state(repository.folder) == before


def test_nothing_is_fetched_that_a_partial_clone_lacks(tmp_path: Path, repository: Repository) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    words = ["clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository.folder}", str(clone)]
    subprocess.run(["git", *words], check=True)
    with pytest.raises(KpolicyError, match=r"git has no object|git stopped"):
        open_revision(str(clone), "HEAD", "clone", dict(os.environ)).read("Makefile")
    missing = subprocess.run(
        ["git", "-C", clone, "rev-list", "--objects", "--missing=print", "HEAD"], capture_output=True, text=True
    )
    assert missing.stdout.count("\n?"), "the objects are there now"


def test_the_repository_of_a_hook_is_not_taken_for_that_of_the_tree(tmp_path: Path, repository: Repository) -> None:
    environment = {**os.environ, "GIT_DIR": str(tmp_path / "other"), "GIT_INDEX_FILE": "index"}
    assert open_revision(str(repository.folder), "HEAD", "x", environment).is_file("Makefile")


@pytest.mark.parametrize("word", ["nothing", "", "-v", "--all", "a\nb", "HEAD:mm", "HEAD~99", "HEAD^{tree}"])
def test_what_is_no_commit_is_refused(repository: Repository, word: str) -> None:
    with pytest.raises(UsageError):
        _open(repository, word)


def test_what_is_no_repository_is_refused(tmp_path: Path, demo: Path) -> None:
    folder = tmp_path / "linux"
    shutil.copytree(demo, folder)
    with pytest.raises(UsageError, match="not in a git repository"):
        open_revision(str(folder), "HEAD", "x", {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)})


def test_without_git_that_is_said(repository: Repository) -> None:
    with pytest.raises(UsageError, match="git is not installed"):
        open_revision(str(repository.folder), "HEAD", "x", {"PATH": "/nowhere"})


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in [folder, *folder.rglob("*")]
        if not path.is_dir() or path.is_symlink()
    }


def test_a_forked_process_reads_by_itself(repository: Repository) -> None:
    source = _open(repository)
    expected = {path: repository.read(path) for path in ("Makefile", "mm/Kconfig", "Kconfig", "mm/Kconfig.debug")}
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_read_and_close, args=(source, expected)) for _ in range(3)]
    for process in processes:
        process.start()
    _read_again(source, expected)
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    # Those that have ended have not ended git here.
    _read_again(source, expected)


def _read_again(source: RevisionSource, expected: dict[str, bytes]) -> None:
    for _ in range(200):
        for path, content in expected.items():
            assert source.read(path) == content


def _read_and_close(source: RevisionSource, expected: dict[str, bytes]) -> None:
    _read_again(source, expected)
    del source._objects
