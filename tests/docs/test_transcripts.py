# SPDX-License-Identifier: GPL-2.0-or-later
"""The tutorial tells the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.transcripts import PAGE, Command, commands


@pytest.mark.parametrize("release", ["6.12"], indirect=True)
def test_every_command_of_the_tutorial_prints_what_stands_there(kernel: Path, tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    done = list(commands(page, kernel, tmp_path))
    wrong = [f"$ {command.line}\n{command.printed}" for command in done if not command.agrees]
    assert not wrong, "python -m tools.transcripts LINUX writes them anew"
    assert page.count("\n$ ") == len(done) > 10
    # Ellipses may not have eaten what is to be compared.
    assert sum(command.shown.count("\n") for command in done) > 100


@pytest.mark.parametrize(
    ("shown", "printed", "agrees"),
    [
        ("a Kconfig:12 [x]\n", "a   Kconfig:7  [x]\n", True),
        ("Linux 6.12.1\n", "Linux 6.12.117\n", True),
        ("Linux 6.1.1\n", "Linux 6.12.117\n", False),
        ("a\n...\nb\n", "a\nx\ny\nb\n", True),
        ("a\n...\nb\n", "a\nx\n", False),
        ("1 error\n", "2 errors\n", False),
        ("a\n", "a\nmore\n", False),
    ],
)
def test_what_counts_as_the_same(shown: str, printed: str, agrees: bool) -> None:
    assert Command("kpolicy", shown, printed).agrees is agrees
