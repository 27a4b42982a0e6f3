# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy rules pages`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.support import kpolicy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with all pages."""
    folder = tmp_path / "new" / "rules"
    outcome = kpolicy("rules", "pages", "--output", folder)
    assert (outcome.status, outcome.out) == (status.CLEAN, "")
    assert outcome.err.endswith(" written, 0 removed\n")
    return folder


def test_a_second_time_writes_nothing(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(before) > 30
    assert kpolicy("rules", "pages", "-o", folder, "--check").status == status.CLEAN
    assert " 0 written, 0 removed\n" in kpolicy("rules", "pages", "-o", folder).err
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_what_differs_is_named_and_written(folder: Path) -> None:
    page = folder / "kmemleak.md"
    good = page.read_bytes()
    (folder / "kasan.md").unlink()
    (folder / "README.md").write_bytes((folder / "README.md").read_bytes() + b"\xff")
    page.write_bytes(good + b"more\n")
    old = folder / "old-family.md"
    old.write_bytes(good)
    checked = kpolicy("rules", "pages", "-o", folder, "--check")
    assert checked.status == status.FINDINGS
    assert checked.out.splitlines() == [
        f"{folder}/README.md: differs",
        f"{folder}/kasan.md: is missing",
        f"{folder}/kmemleak.md: differs",
        f"{folder}/old-family.md: belongs to no rule",
    ]
    assert page.read_bytes() != good
    assert "3 written, 1 removed" in kpolicy("rules", "pages", "-o", folder).err
    assert page.read_bytes() == good
    assert not old.exists()


def test_files_of_others_stay(folder: Path) -> None:
    (folder / "notes.md").write_text("mine\n")
    (folder / "kasan.toml").write_text("mine\n")
    assert kpolicy("rules", "pages", "-o", folder, "--check").status == status.CLEAN
    (folder / "kasan.md").write_text("mine\n")
    (folder / "kmemleak.md").unlink()
    outcome = kpolicy("rules", "pages", "-o", folder)
    assert outcome.status == status.USAGE
    assert outcome.err.startswith(f"error: {folder}/kasan.md is not a page of rules\n")
    assert (folder / "kasan.md").read_text() == (folder / "notes.md").read_text() == "mine\n"
    # Nothing at all is written when something cannot be.
    assert not (folder / "kmemleak.md").exists()


def test_a_missing_folder_has_no_page(tmp_path: Path) -> None:
    outcome = kpolicy("rules", "pages", "-o", tmp_path / "no", "--check")
    assert outcome.status == status.FINDINGS
    assert f"{tmp_path}/no/README.md: is missing\n" in outcome.out
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    outcome = kpolicy("rules", "pages", "-o", f"{tmp_path}/{name}")
    assert outcome.status == status.FAILURE
    assert outcome.err.startswith("error: cannot write pages to ")
    assert "internal" not in outcome.err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert kpolicy("rules", "pages", "-o", tmp_path / "rules").status == status.FAILURE
    tmp_path.chmod(0o700)


def test_a_page_that_is_a_folder(folder: Path) -> None:
    (folder / "kasan.md").unlink()
    (folder / "kasan.md").mkdir()
    outcome = kpolicy("rules", "pages", "-o", folder)
    assert outcome.status == status.FAILURE
    assert "internal" not in outcome.err
