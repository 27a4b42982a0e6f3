# SPDX-License-Identifier: GPL-2.0-or-later
"""Digests that are kept: of files that are known not to have changed, and of no others."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.digest_index import DigestIndex
from kpolicy.kconfig.tracked import Digests
from kpolicy.kernel import source as sources
from kpolicy.kernel.source import DirectorySource

_NAME = "0" * 32


class _Counted(DirectorySource):
    """Counts what is read."""

    reads = 0

    def read(self, path: str) -> bytes:
        self.reads += 1
        return super().read(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "Kconfig").write_text("config A\n")
    return tmp_path / "tree"


def _asked(root: Path, path: str = "Kconfig") -> tuple[str, int]:
    """The digest of a file in a run of its own, and how many files were read for it."""
    source = _Counted(root)
    index = DigestIndex(ModelCache(root.parent / "cache"), _NAME)
    found = Digests(source, {}, index)[path]
    index.store({path: found})
    return found, source.reads


class _Revision(_Counted):
    """A source that says how often it was asked for a stamp, as a revision has to look for one in folders."""

    stamps = 0

    def __init__(self, root: Path, tree: str) -> None:
        super().__init__(root)
        self._tree = tree

    def folder_stamp(self, path: str) -> str | None:
        return f"{self._tree} {path}" if Path(self.root, path).is_dir() else None

    def is_plain(self, path: str) -> bool:
        place = Path(self.root, path)
        return place.is_file() and place.resolve() == place

    def stamp(self, path: str) -> str | None:
        self.stamps += 1
        return super().stamp(path)


def _pinned(root: Path, path: str = "mm/Kconfig", tree: str = "1") -> tuple[str, int, int]:
    """The same for the files of a revision, and how many stamps were asked for."""
    source = _Revision(root, tree)
    index = DigestIndex(ModelCache(root.parent / "cache"), _NAME, source)
    digests = Digests(source, {}, index)
    found = digests[path]
    index.store(digests.known)
    return found, source.reads, source.stamps


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time flies: what was written is old."""
    monkeypatch.setattr(sources, "_SETTLED", -(1 << 40))


@pytest.mark.usefixtures("settled")
def test_a_file_that_has_not_changed_is_read_once(root: Path) -> None:
    digest = disk.digest(b"config A\n")
    assert _asked(root) == (digest, 1)
    assert _asked(root) == (digest, 0)


def test_a_file_that_changed_a_moment_ago_is_read_again(root: Path) -> None:
    assert [_asked(root)[1] for _ in range(2)] == [1, 1]
    past = time.time() - 3600
    os.utime(root / "Kconfig", (past, past))
    # The time of the change itself cannot be set.
    assert [_asked(root)[1] for _ in range(2)] == [1, 1]


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("same_file", [True, False])
def test_a_change_is_seen_whatever_its_size_and_time(root: Path, *, same_file: bool) -> None:
    _asked(root)
    file = root / "Kconfig"
    before = file.stat()
    if not same_file:
        file.rename(root / "old")
    file.write_text("config B\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _asked(root) == (disk.digest(b"config B\n"), 1)


@pytest.mark.usefixtures("settled")
def test_what_cannot_be_read_is_not_kept(root: Path) -> None:
    (root.parent / "outside").write_text("secret\n")
    (root / "link").symlink_to("../outside")
    for path in ("none", "link", "none\0"):
        assert _asked(root, path)[0] == ""
    (root / "link").unlink()
    (root / "link").write_text("inside\n")
    assert _asked(root, "link")[0] == disk.digest(b"inside\n")


@pytest.mark.usefixtures("settled")
def test_a_damaged_index_is_taken_for_absent(root: Path) -> None:
    _asked(root)
    (stored,) = (root.parent / "cache").iterdir()
    stored.write_bytes(stored.read_bytes().replace(disk.digest(b"config A\n").encode(), b"0" * 32))
    assert _asked(root) == (disk.digest(b"config A\n"), 1)
    assert _asked(root)[1] == 0


@pytest.fixture
def revision(root: Path) -> Path:
    """A tree with files in folders."""
    for folder in ("mm", "arch/x86", "arch/arm"):
        (root / folder).mkdir(parents=True)
        (root / folder / "Kconfig").write_text("config A\n")
    return root


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("path", ["mm/Kconfig", "arch/x86/Kconfig"])
def test_the_digests_of_a_folder_of_a_revision_need_no_stamps(revision: Path, path: str) -> None:
    digest = disk.digest(b"config A\n")
    assert _pinned(revision, path) == (digest, 1, 1)
    assert _pinned(revision, path) == (digest, 0, 0)
    # Another folder by that name, the same blob: found by its stamp.
    assert _pinned(revision, path, tree="2") == (digest, 0, 1)


@pytest.mark.usefixtures("settled")
def test_files_that_are_in_no_such_folder_have_stamps(revision: Path) -> None:
    (revision / "arch" / "Kconfig").write_text("config B\n")
    for path in ("Kconfig", "arch/Kconfig"):
        assert [_pinned(revision, path)[2] for _ in range(2)] == [1, 1]


@pytest.mark.usefixtures("settled")
def test_the_digests_of_a_folder_are_added_to(revision: Path) -> None:
    (revision / "mm" / "Makefile").write_text("all:\n")
    assert _pinned(revision)[1:] == (1, 1)
    assert _pinned(revision, "mm/Makefile") == (disk.digest(b"all:\n"), 1, 1)
    assert _pinned(revision)[1:] == _pinned(revision, "mm/Makefile")[1:] == (0, 0)


@pytest.mark.usefixtures("settled")
def test_a_file_behind_a_link_is_not_kept_by_its_folder(revision: Path) -> None:
    """What is in the folder stays the same when another file is put at the other end."""
    (revision / "mm" / "link").symlink_to("../arch/arm/Kconfig")
    assert _pinned(revision, "mm/link")[0] == disk.digest(b"config A\n")
    (revision / "arch" / "arm" / "Kconfig").write_text("config B\n")
    assert _pinned(revision, "mm/link")[0] == disk.digest(b"config B\n")


@pytest.mark.usefixtures("settled")
def test_a_file_of_a_revision_that_could_not_be_read_is_looked_for_again(revision: Path) -> None:
    assert _pinned(revision, "mm/none")[0] == ""
    (revision / "mm" / "none").write_text("config A\n")
    assert _pinned(revision, "mm/none") == (disk.digest(b"config A\n"), 1, 1)
