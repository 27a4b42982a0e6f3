# SPDX-License-Identifier: GPL-2.0-or-later
"""Files below a root: never outside of it, never without end."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kpolicy.files import read_file
from kpolicy.running.root import MAX_SIZE, Root
from tests.running.roots import write


def _number(path: Path, name: str) -> int | None:
    with pytest.raises(OSError, match=r".") as caught:
        Root(str(path)).read(name)
    assert caught.value.strerror
    return caught.value.errno


@pytest.fixture
def system(tmp_path: Path) -> Path:
    return write(tmp_path / "root", {"proc/a": "inside\n", "lib/real/b": "b\n", "etc/c": "c\n"})


def test_links_stay_below_the_root(system: Path) -> None:
    (system.parent / "a").write_text("outside\n")
    for name, target in (
        ("up", "../a"),
        ("far-up", "../../../../../../../../proc/a"),
        ("absolute", "/proc/a"),
        ("chain", "absolute"),
    ):
        (system / name).symlink_to(target)
    root = Root(str(system))
    assert root.read("/far-up") == root.read("/absolute") == root.read("/chain") == b"inside\n"
    assert root.read("/../../proc/a") == root.read("//proc/./a") == b"inside\n"
    # What is beside the root is not below it.
    assert _number(system, "/up") == errno.ENOENT
    (system / "outside").symlink_to(system.parent / "a")
    assert _number(system, "/outside") == errno.ENOENT


def test_links_to_folders(system: Path) -> None:
    (system / "lib/modules").symlink_to("/lib/real")
    (system / "proc/self").symlink_to("../lib/./modules/")
    assert Root(str(system)).read("/proc/self/b") == b"b\n"
    (system / "out").symlink_to("/")
    assert Root(str(system)).read("/out/out/out/etc/c") == b"c\n"


def test_loops_end(system: Path) -> None:
    (system / "one").symlink_to("two")
    (system / "two").symlink_to("one")
    (system / "deep").symlink_to("deep/deep")
    assert _number(system, "/one") == _number(system, "/deep") == _number(system, "/one/more") == errno.ELOOP
    with pytest.raises(OSError, match="symbolic links"):
        Root(str(system)).exists("/one")


@pytest.mark.timeout(20)
def test_only_regular_files_are_opened(system: Path) -> None:
    os.mkfifo(system / "fifo")
    (system / "null").symlink_to("/dev/zero")
    assert _number(system, "/fifo") == errno.EINVAL
    assert _number(system, "/null") == errno.ENOENT
    assert _number(system, "/proc") == errno.EINVAL
    assert _number(system, "/") == _number(system, "/proc/..") == errno.EISDIR
    assert _number(system, "/proc/a/b") == errno.ENOTDIR
    assert _number(system, "/proc/\0") == errno.EINVAL


def test_what_is_too_large_is_not_read(system: Path) -> None:
    with (system / "huge").open("wb") as stream:
        stream.truncate(1 << 42)
    assert _number(system, "/huge") == errno.EFBIG
    (system / "exact").write_bytes(b"x" * 100)
    assert len(Root(str(system)).read("/exact", 100)) == 100
    with pytest.raises(OSError, match="larger than 99 bytes"):
        Root(str(system)).read("/exact", 99)
    assert MAX_SIZE >= 1 << 20


def test_presence_and_names(system: Path) -> None:
    root = Root(str(system))
    assert root.exists("/proc/a")
    assert not root.exists("/proc/b")
    assert not root.exists("/nowhere/b")
    assert not root.exists("/proc/a/b")
    write(system, {"boot/config-1": "", "boot/config-2": ""})
    assert root.names("/boot") == ("config-1", "config-2")
    assert len(root.names("/boot", most=1)) == 1


def test_a_value_of_proc_comes_whole() -> None:
    # The handlers of /proc/sys answer the first read and no later one, and the size of the file is 0.
    for path in ("/proc/sys/kernel/pid_max", "/proc/sys/kernel/printk", "/proc/version"):
        if os.path.exists(path):
            with open(path, "rb") as stream:
                assert read_file(path) == stream.read()
            assert Root("/").read(path) == read_file(path)
