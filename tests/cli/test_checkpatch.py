# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy checkpatch`."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import kpolicy
from tests.git import Repository, make_repository

_NAME = "arch/x86/configs/x86_64_defconfig"
_NEW = ["kvmalloc/sg-in-production", "sched/fpu-checks-by-default"]


@pytest.fixture
def repository(demo: Path, tmp_path: Path) -> Repository:
    shutil.copytree(demo, tmp_path / "linux")
    return make_repository(tmp_path / "linux")


def _patch(repository: Repository, change: str = "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n") -> Path:
    """A patch that adds lines to a defconfig, as a file; the work tree is as before."""
    repository.write(_NAME, repository.read(_NAME).decode() + change)
    path = repository.folder.parent / "x.patch"
    repository.git("diff", f"--output={path}")
    repository.git("checkout", "-q", ".")
    return path


def _rules(found: Any) -> list[str]:
    return [item["rule"] for config in found["configs"] for item in config["findings"]]


def test_what_a_patch_brings_counts_and_nothing_else(repository: Repository) -> None:
    found = kpolicy("checkpatch", _patch(repository), "--tree", repository.folder, "-o", "json")
    assert (found.status, _rules(found.json), found.json["command"]) == (1, _NEW, "checkpatch")
    applied = kpolicy("audit", repository.folder, "-o", "json")
    assert _NEW[0] not in {
        item["rule"] for config in applied.json["configs"] if config["config"] == _NAME for item in config["findings"]
    }
    assert repository.git("status", "--porcelain") == ""


def test_only_configs_that_it_changes_are_looked_at(repository: Repository) -> None:
    kpolicy("audit", repository.folder)
    found = kpolicy("checkpatch", _patch(repository), "--tree", repository.folder, "-o", "json").json
    assert [config["config"] for config in found["configs"]] == [_NAME]
    repository.write("lib/scatterlist.c", "int x;\n")
    repository.git("add", "-N", ".")
    path = repository.folder.parent / "c.patch"
    repository.git("diff", f"--output={path}")
    done = kpolicy("checkpatch", path, "--tree", repository.folder, "-o", "json")
    assert (done.status, done.json["configs"]) == (0, [])


def test_a_kconfig_file_is_judged_in_every_config_that_rests_on_it(repository: Repository) -> None:
    repository.replace("lib/Kconfig.debug", "config DEBUG_SG\n", "config DEBUG_SG\n\tdefault y\n")
    path = repository.folder.parent / "x.patch"
    repository.git("diff", f"--output={path}")
    changed = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json").json
    repository.git("checkout", "-q", ".")
    found = kpolicy("checkpatch", path, "--tree", repository.folder, "-o", "json").json
    assert _rules(found) == _rules(changed)
    assert len(_rules(found)) > 1


def test_it_may_be_on_stdin_and_a_commit_already_and_nothing_stays(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mail = _patch(repository).read_bytes()
    repository.git("apply", "../x.patch")
    repository.commit("x86: check scatter lists")
    repository.commit("something else")
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Subject: x\n\n" + mail)))
    monkeypatch.chdir(repository.folder)
    done = kpolicy("checkpatch")
    assert (done.status, "the patch is applied to" in done.err, done.out.count(_NEW[0])) == (1, True, 1)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_another_revision_can_be_named(repository: Repository) -> None:
    path = _patch(repository)
    repository.git("tag", "before")
    repository.write(_NAME, "CONFIG_64BIT=y\n")
    repository.commit("another config")
    here = kpolicy("checkpatch", path, "--tree", repository.folder, "-o", "json")
    assert ("the patch is applied to " in here.err, _rules(here.json)) == (True, _NEW)
    there = kpolicy("checkpatch", path, "--tree", f"{repository.folder}@before", "-o", "json")
    assert (there.err, _rules(there.json)) == ("", _NEW)
    path.write_text(path.read_text().replace(" CONFIG_", " CONFIG_X_"))
    nowhere = kpolicy("checkpatch", path, "--tree", repository.folder)
    assert (nowhere.status, nowhere.err.startswith("error: the patch does not apply to ")) == (3, True), nowhere.err


def test_it_is_silent_about_a_patch_that_brings_nothing(repository: Repository) -> None:
    done = kpolicy("checkpatch", _patch(repository, "# nothing\n"), "--tree", repository.folder, "-q", "--terse")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_causes_and_remedies_are_told_when_asked_for(repository: Repository) -> None:
    path = _patch(repository)
    assert "fix: " not in kpolicy("checkpatch", path, "--tree", repository.folder).out
    assert "fix: # CONFIG_DEBUG_SG is not set" in kpolicy("checkpatch", path, "--tree", repository.folder, "-v").out


def test_what_cannot_be_judged_is_said(repository: Repository, tmp_path: Path, demo: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("")
    none = kpolicy("checkpatch", empty, "--tree", repository.folder)
    assert (none.status, none.err) == (
        3,
        "error: no patch found\n  expected the output of git format-patch or git diff\n",
    )
    missing = kpolicy("checkpatch", tmp_path / "missing", "--tree", repository.folder)
    assert (missing.status, "cannot read the patch: No such file" in missing.err) == (3, True)
    executed = kpolicy("checkpatch", _patch(repository), "--tree", repository.folder, "--toolchain", "exec")
    assert (executed.status, "--toolchain exec runs scripts of a work tree" in executed.err) == (2, True)
    shutil.copytree(demo, tmp_path / "outside")
    outside = kpolicy(
        "checkpatch", empty, "--tree", tmp_path / "outside", environment={"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    )
    assert (outside.status, "not in a git repository" in outside.err) == (2, True), outside.err


def test_a_patch_that_breaks_the_tree_is_an_error(repository: Repository) -> None:
    repository.replace("lib/Kconfig.debug", "config DEBUG_SG\n", "config DEBUG_SG\n\tno such word\n")
    path = repository.folder.parent / "x.patch"
    repository.git("diff", f"--output={path}")
    repository.git("checkout", "-q", ".")
    done = kpolicy("checkpatch", path, "--tree", repository.folder)
    assert (done.status, "lib/Kconfig.debug:" in done.err) == (3, True), done.err
