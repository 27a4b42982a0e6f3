# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches on top of revisions: the same trees as git's own commits have, and nothing of the user's is touched."""

from __future__ import annotations

import base64
import os
import quopri
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kpolicy.errors import InputError
from kpolicy.kernel.git import resolve
from kpolicy.kernel.patch import apply_patch, base_of, patch_text
from kpolicy.kernel.revision import RevisionSource
from tests.git import Repository, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = make_repository(tmp_path / "linux")
    made.write("Makefile", "VERSION = 6\n")
    made.write("Kconfig", "".join(f"# line {number}\n" for number in range(30)))
    made.write("a ü\t/x.config", "CONFIG_A=y\n")
    made.write("windows", "a\r\nb\r\n")
    made.commit("Linux 6")
    return made


def _patch(repository: Repository, commit: str, *words: str) -> bytes:
    command = ["git", "-C", str(repository.folder), "format-patch", "-1", "--stdout", *words, commit]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _touch(repository: Repository) -> None:
    repository.replace("Kconfig", "# line 3\n", "# line three\n")


def _binary(repository: Repository) -> None:
    (repository.folder / "blob").write_bytes(bytes(range(256)))


def _rename(repository: Repository) -> None:
    repository.git("mv", "Kconfig", "Kconfig.moved")


def _link(repository: Repository) -> None:
    (repository.folder / "link").symlink_to("Kconfig")


_CHANGES: dict[str, Callable[[Repository], None]] = {
    "changed": _touch,
    "new": lambda repository: repository.write("mm/Kconfig", "config MM\n"),
    "removed": lambda repository: (repository.folder / "windows").unlink(),
    "renamed": _rename,
    "binary": _binary,
    "a link": _link,
    "odd name": lambda repository: repository.write("a ü\t/x.config", "CONFIG_A=m\n"),
    "no last line end": lambda repository: repository.write("Makefile", "VERSION = 7"),
    "carriage returns": lambda repository: repository.write("windows", "a\r\nc\r\n"),
}


@pytest.mark.parametrize("name", _CHANGES)
def test_the_tree_is_that_of_the_commit(repository: Repository, tmp_path: Path, name: str) -> None:
    _CHANGES[name](repository)
    commit = repository.commit("change")
    patch = _patch(repository, commit)
    repository.write("Kconfig", "# another version altogether\n")
    repository.commit("later")
    before = _state(repository)
    folder = str(repository.folder)
    base = base_of(resolve(folder, "HEAD", os.environ), patch, str(tmp_path), os.environ)
    assert base.commit == repository.git("rev-parse", f"{commit}^")
    found = apply_patch(base, patch, str(tmp_path), os.environ)
    assert found.tree == repository.git("rev-parse", f"{commit}^{{tree}}")
    assert _state(repository) == before


def _state(repository: Repository) -> dict[str, bytes | str]:
    """Every file and link of the repository and its work tree, and what is in it."""
    files = [path for path in repository.folder.rglob("*") if path.is_symlink() or path.is_file()]
    return {str(path): os.readlink(path) if path.is_symlink() else path.read_bytes() for path in files}


def test_files_of_the_patch_can_be_read(repository: Repository, tmp_path: Path) -> None:
    _touch(repository)
    patch = repository.git("diff").encode() + b"\n"
    repository.git("checkout", "-q", ".")
    scratch = tmp_path / 'a "folder": with\\odd name'
    scratch.mkdir()
    tip = resolve(str(repository.folder), "HEAD", os.environ)
    source = RevisionSource(apply_patch(tip, patch, str(scratch), os.environ), "x", os.environ)
    assert b"# line three\n" in source.read("Kconfig")
    assert source.read("Makefile") == b"VERSION = 6\n"


def test_neither_hooks_run_nor_does_an_index_leave_a_part_of_itself(repository: Repository, tmp_path: Path) -> None:
    for setting in ("core.splitIndex", "core.untrackedCache"):
        repository.git("config", setting, "true")
    hook = repository.folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    hook.chmod(0o755)
    _touch(repository)
    patch = repository.git("diff").encode() + b"\n"
    repository.git("add", "-A")
    assert (tmp_path / "ran").exists()
    (tmp_path / "ran").unlink()
    before = _state(repository)
    apply_patch(resolve(str(repository.folder), "HEAD", os.environ), patch, str(tmp_path), os.environ)
    assert (_state(repository), (tmp_path / "ran").exists()) == (before, False)


def test_a_patch_of_a_series_is_for_the_commit_before_it(repository: Repository, tmp_path: Path) -> None:
    commits = []
    for number in (4, 5, 6):
        repository.replace("Kconfig", f"# line {number}\n", f"# {number}\n")
        commits.append(repository.commit(f"change {number}"))
    tip = resolve(str(repository.folder), "HEAD", os.environ)
    for commit in commits:
        patch = _patch(repository, commit)
        base = base_of(tip, patch, str(tmp_path), os.environ)
        assert base.commit == repository.git("rev-parse", f"{commit}^")
        found = apply_patch(base, patch, str(tmp_path), os.environ)
        assert found.tree == repository.git("rev-parse", f"{commit}^{{tree}}")


def test_a_patch_without_names_of_objects_is_for_the_tip(repository: Repository, tmp_path: Path) -> None:
    _touch(repository)
    patch = b"".join(line for line in _patch(repository, repository.commit("x")).splitlines(keepends=True)
                     if not line.startswith(b"index "))  # fmt: skip
    repository.git("reset", "-q", "--hard", "HEAD~")
    repository.replace("Kconfig", "# line 25\n", "# twenty-five\n")
    repository.commit("another place")
    tip = resolve(str(repository.folder), "HEAD", os.environ)
    assert base_of(tip, patch, str(tmp_path), os.environ) == tip
    source = RevisionSource(apply_patch(tip, patch, str(tmp_path), os.environ), "x", os.environ)
    assert {b"# line three", b"# twenty-five"} <= set(source.read("Kconfig").splitlines())


@pytest.mark.parametrize("bare", [False, True])
def test_a_tree_may_be_a_folder_of_a_repository_which_may_be_bare(tmp_path: Path, bare: bool) -> None:
    made = make_repository(tmp_path / "top")
    made.write("linux/Makefile", "VERSION = 6\n")
    made.commit("Linux")
    made.write("linux/Makefile", "VERSION = 7\n")
    patch = _patch(made, made.commit("change"))
    folder = made.folder / "linux"
    if bare:
        made.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
        folder = tmp_path / "bare.git"
    tip = resolve(str(folder), "HEAD", os.environ)
    base = base_of(tip, patch, str(tmp_path), os.environ)
    found = apply_patch(base, patch, str(tmp_path), os.environ)
    assert (base.commit != tip.commit, found.tree) == (True, tip.tree)


def test_a_patch_may_remove_all(tmp_path: Path) -> None:
    made = make_repository(tmp_path / "top")
    made.write("linux/Makefile", "VERSION = 6\n")
    made.commit("Linux")
    made.git("rm", "-q", "linux/Makefile")
    patch = _patch(made, made.commit("no Linux"))
    made.git("reset", "-q", "--hard", "HEAD~")
    tip = resolve(str(made.folder / "linux"), "HEAD", os.environ)
    with pytest.raises(InputError, match="the patch removes the folder linux"):
        apply_patch(tip, patch, str(tmp_path), os.environ)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no patch found"),
        (b"Subject: hello\n\nworld\n", "no patch found"),
        (b"diff --git a/Kconfig b/Kconfig\n--- a/Kconfig\n+++ b/Kconfig\n@@ -1,3 +1,3 @@\n # line 0\n-x", "damaged"),
        (b"--- a/Kconfig\n+++ b/Kconfig\n@@ -1,1 +1,1 @@\n-# no such line\n+x\n", "does not apply to "),
        (b"--- a/../x\n+++ b/../x\n@@ -0,0 +1,1 @@\n+x\n", "does not apply to "),
        (b"--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1,1 @@\n+x\n", "does not apply to "),
    ],
)
def test_what_is_no_patch_is_said(repository: Repository, tmp_path: Path, text: bytes, said: str) -> None:
    tip = resolve(str(repository.folder), "HEAD", os.environ)
    assert base_of(tip, text, str(tmp_path), os.environ) == tip
    with pytest.raises(InputError, match=said):
        apply_patch(tip, text, str(tmp_path), os.environ)


_DIFF = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-CONFIG_NR_CPUS=64\n+CONFIG_NR_CPUS=20\n"


def _mail(encoding: str, body: bytes) -> bytes:
    head = f"From: A <a@example.com>\nSubject: x\nContent-Transfer-Encoding: {encoding}\n\n"
    return head.encode() + body


@pytest.mark.parametrize(
    "mail",
    [
        _mail("base64", base64.encodebytes(_DIFF)),
        _mail("quoted-printable", quopri.encodestring(_DIFF)),
        _mail("8bit", _DIFF),
        # Tools such as b4 decode the text and leave the header as it was.
        _mail("base64", _DIFF),
        _mail("quoted-printable", _DIFF.replace(b"=64", b"=y")),
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(_DIFF)
        + b"--b--\n",
        _DIFF,
    ],
)
def test_a_mail_is_decoded_as_it_says(mail: bytes) -> None:
    wanted = _DIFF.replace(b"=64", b"=y") if b"=y" in mail else _DIFF
    assert wanted.strip() in patch_text(mail)
