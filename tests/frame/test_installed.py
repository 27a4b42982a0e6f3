# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kpolicy runs: what pip recorded, or the files as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy import __version__
from kpolicy.installed import read_contents, recorded

_LINES = "kpolicy/__init__.py,sha256=abc,9\nkpolicy/rules/a.toml,sha256=def,7\nkpolicy/__pycache__/a.pyc,,\n"


def _installed(folder: Path, record: str) -> Path:
    (folder / f"kpolicy-{__version__}.dist-info").mkdir(parents=True)
    (folder / f"kpolicy-{__version__}.dist-info" / "RECORD").write_text(record)
    return folder / "kpolicy"


def test_it_is_that_of_the_package_wherever_that_is(tmp_path: Path) -> None:
    here = recorded(_installed(tmp_path / "here", f"{_LINES}../../../bin/kpolicy,sha256=one,3\n"))
    there = recorded(_installed(tmp_path / "there", f"../../../bin/kpolicy,sha256=two,4\n{_LINES}"))
    assert here == there is not None


def test_another_content_is_another_kpolicy(tmp_path: Path) -> None:
    changed = _LINES.replace("sha256=def", "sha256=fed")
    assert recorded(_installed(tmp_path / "old", _LINES)) != recorded(_installed(tmp_path / "new", changed))


@pytest.mark.parametrize("record", ["", "_kpolicy.pth,sha256=abc,9\nother/kpolicy/x.py,sha256=abc,9\n"])
def test_a_work_tree_has_no_record(tmp_path: Path, record: str) -> None:
    assert recorded(_installed(tmp_path, record)) is None
    assert recorded(tmp_path / "nowhere" / "kpolicy") is None


def test_all_that_is_read_counts() -> None:
    assert read_contents(("rules", "policy")) != read_contents(("rules",)) == read_contents(("rules",))
