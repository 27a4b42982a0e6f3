# SPDX-License-Identifier: GPL-2.0-or-later
"""What pages say that commands print, they print."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.tools.transcripts import PAGES, Command, commands


@pytest.mark.parametrize("release", ["6.12"], indirect=True)
@pytest.mark.parametrize(
    ("path", "number", "lines"), [(PAGES[0], 12, 100), (PAGES[1], 2, 20)], ids=["tutorial", "commands"]
)
def test_every_command_of_a_page_prints_what_stands_there(
    path: Path, number: int, lines: int, kernel: Path, tmp_path: Path
) -> None:
    done = list(commands(path.read_text(encoding="utf-8"), kernel, tmp_path))
    wrong = [f"$ {command.line}\n{command.printed}" for command in done if not command.agrees]
    assert not wrong, "python -m docs.tools.transcripts LINUX writes them anew"
    # Neither may the pages lose their commands, nor ellipses eat what is to be compared.
    assert len(done) >= number
    assert sum(command.shown.count("\n") for command in done) > lines


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
