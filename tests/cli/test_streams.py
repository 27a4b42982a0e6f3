# SPDX-License-Identifier: GPL-2.0-or-later
"""Standard streams that are closed, or cannot be written: an error, no traceback, and never the status of findings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_COMMANDS = (
    "--version",
    "--help",
    "rules list",
    "expand -q --tree {demo} x86_64_defconfig",
    "audit -q --terse -j 1 {demo}",
)


def _run(words: str, redirections: str) -> tuple[int, str, str]:
    command = f"exec '{sys.executable}' -m kpolicy {words} {redirections}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, input="")
    return run.returncode, run.stdout, run.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("words", _COMMANDS)
@pytest.mark.parametrize(("output", "reason"), [(">/dev/full", "No space left"), (">&-", "Bad file descriptor")])
def test_output_that_cannot_be_written(demo: Path, words: str, output: str, reason: str) -> None:
    status, out, err = _run(words.format(demo=demo), output)
    assert (status, out) == (3, "")
    assert err.startswith("error: cannot ")
    assert err.endswith("\n")
    assert (err.count("\n"), reason in err) == (1, True)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("words", _COMMANDS)
@pytest.mark.parametrize("errors", ["2>/dev/full", "<&- 2>&-"])
def test_the_result_does_not_depend_on_the_other_streams(demo: Path, words: str, errors: str) -> None:
    words = words.format(demo=demo)
    status, out, _ = _run(words, "")
    assert _run(words, errors) == (status, out, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("streams", [">&- 2>&-", ">/dev/full 2>/dev/full", "<&- >&- 2>&-"])
def test_nothing_can_be_told(streams: str) -> None:
    assert _run("rules list", streams) == (3, "", "")
    assert _run("audit --frobnicate", streams) == (2, "", "")


@pytest.mark.parametrize(
    "words",
    [
        "check -",
        "role -",
        "cost -",
        "report -",
        "expand --tree {demo} --arch x86 -",
        "fix --tree {demo} --arch x86 - --format fragment",
    ],
)
def test_standard_input_that_is_closed(demo: Path, words: str) -> None:
    status, out, err = _run(words.format(demo=demo), "<&-")
    assert (status, out) == (3, "")
    assert "cannot read" in err
    assert "Bad file descriptor" in err
    assert "internal error" not in err


def test_no_file_takes_the_place_of_a_closed_stream(demo: Path, tmp_path: Path) -> None:
    written = tmp_path / "audit.json"
    status, _, _ = _run(f"audit -q -j 1 {demo} -o json:{written} -o text", "<&- >&- 2>&-")
    assert status == 3
    assert written.read_text().startswith("{")
    assert written.read_text().rstrip().endswith("}")
