# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel tree in a repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.git import Repository, make_repository


@pytest.fixture
def linux_copy(demo: Path, tmp_path: Path) -> Path:
    """The demonstration tree, in no repository."""
    return Path(shutil.copytree(demo, tmp_path / "linux"))


@pytest.fixture
def linux(demo: Path, tmp_path: Path) -> Repository:
    """The demonstration tree, committed."""
    shutil.copytree(demo, tmp_path / "linux")
    return make_repository(tmp_path / "linux")
