# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from kpolicy.errors import InputError
from kpolicy.kernel.source import DirectorySource, Source, open_tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "linux"
    (folder / "init").mkdir(parents=True)
    (folder / "Makefile").write_text("VERSION = 6\n")
    (folder / "Kconfig").write_text("mainmenu\n")
    (folder / "init" / "Kconfig").write_bytes(b"config A\n\xff\n")
    (tmp_path / "outside").write_text("secret\n")
    return folder


def test_reads_files_by_their_path_in_the_tree(root: Path) -> None:
    source: Source = open_tree(root)
    assert source.name == str(root)
    assert source.read("init/Kconfig") == b"config A\n\xff\n"
    assert source.read("init/../Kconfig") == b"mainmenu\n"
    assert source.is_file("Makefile")
    assert not source.is_file("init")
    assert not source.is_file("init/none")
    assert source.list_dir("") == ("Kconfig", "Makefile", "init")
    assert source.list_dir("init") == ("Kconfig",)
    assert source.list_dir("none") == ()
    assert source.list_dir("none/deeper") == ()
    assert source.list_dir("Kconfig/deeper") == ()


def test_keeps_the_name_that_the_user_gave(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    source = open_tree("linux")
    assert source.name == "linux"
    assert source.root == str(root.resolve())
    with pytest.raises(InputError, match=r"^error: linux/none: no such file in the kernel tree$"):
        source.read("none")


def test_survives_pickling(root: Path) -> None:
    source = open_tree(root)
    source.read("init/Kconfig")
    copy = pickle.loads(pickle.dumps(source))
    assert copy.read("Kconfig") == b"mainmenu\n"
    assert copy.name == source.name


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none", "no such file"),
        ("init", "is a directory, expected a file"),
        ("", "is a directory, expected a file"),
        ("Kconfig/x", "a part of this path is a file"),
        ("../outside", "leads out of the kernel tree"),
        ("..", "leads out of the kernel tree"),
        ("init/../../outside", "leads out of the kernel tree"),
        ("/etc/passwd", "leaves the kernel tree"),
        ("a\0b", "NUL"),
        ("pipe", "is not a regular file"),
        ("circle", "symbolic link loop"),
        ("circle/x", "symbolic link loop"),
        ("escape", "leads out of the kernel tree"),
        ("folder-escape/outside", "leads out of the kernel tree"),
        ("dangling", "no such file"),
        ("x" * 300, "cannot be read: File name too long"),
    ],
)
def test_says_why_a_file_cannot_be_read(root: Path, path: str, message: str) -> None:
    os.mkfifo(root / "pipe")
    (root / "circle").symlink_to("circle")
    (root / "escape").symlink_to("../outside")
    (root / "folder-escape").symlink_to("..")
    (root / "dangling").symlink_to("nowhere")
    source = DirectorySource(root)
    with pytest.raises(InputError, match=message) as caught:
        source.read(path)
    assert caught.value.exit_status == 3
    assert not source.is_file(path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("Kconfig", "is a file, expected a directory"),
        ("..", "leads out of the kernel tree"),
        ("circle", "symbolic link loop"),
    ],
)
def test_says_why_a_folder_cannot_be_listed(root: Path, path: str, message: str) -> None:
    (root / "circle").symlink_to("circle")
    with pytest.raises(InputError, match=message):
        DirectorySource(root).list_dir(path)


def test_follows_links_within_the_tree(root: Path) -> None:
    (root / "again").symlink_to("init")
    (root / "init" / "link").symlink_to("../Kconfig")
    source = open_tree(root)
    assert source.read("again/link") == b"mainmenu\n"
    assert source.list_dir("again") == ("Kconfig", "link")
    assert source.is_file("again/link")


def test_a_tree_may_itself_be_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert open_tree(link).read("Kconfig") == b"mainmenu\n"


def test_permission_errors_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Denied by hand: root may read everything.
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    source = open_tree(root)
    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(InputError, match="permission denied") as caught:
        source.read("Kconfig")
    assert caught.value.hint == "check the permissions of the tree"


def test_no_tree_where_none_is(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such directory"):
        open_tree(tmp_path / "none")
    with pytest.raises(InputError, match="is a file, expected the directory"):
        open_tree(tmp_path / "outside")
    with pytest.raises(InputError, match="not a path"):
        open_tree("")
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(InputError, match="symbolic link loop"):
        open_tree(tmp_path / "circle")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="not a kernel source tree: no Makefile and no Kconfig") as caught:
        open_tree(empty)
    assert "expected its top directory" in (caught.value.hint or "")
    (root / "Kconfig").unlink()
    with pytest.raises(InputError, match=r"not a kernel source tree: no Kconfig\n"):
        open_tree(root)


def test_points_to_the_tree_nearby(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a kernel source tree") as caught:
        open_tree(tmp_path)
    assert caught.value.hint == f"there is one below it: try {tmp_path}/linux"
    (root / "arch").mkdir()
    (root / "arch" / "Kconfig").write_text("")
    with pytest.raises(InputError) as caught:
        open_tree(root / "init")
    assert caught.value.hint == f"it lies inside of one: try {root.resolve()}"
