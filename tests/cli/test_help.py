# SPDX-License-Identifier: GPL-2.0-or-later
"""Help is told without what the commands work with, and the list of commands is that of the commands."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kpolicy.cli import app
from tests.cli.support import kpolicy

_MODULES = """
import sys
from kpolicy.cli.main import main
main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
"""
_HEAVY = ("kpolicy.policy", "kpolicy.kconfig", "kpolicy.evaluate", "kpolicy.kernel", "tomllib", "multiprocessing")


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"]])
def test_help_imports_nothing_that_it_does_not_need(words: list[str]) -> None:
    # What measures coverage imports some of it in every process that it watches.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "-c", _MODULES, *words]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert [name for name in found.stderr.split() if name.startswith(_HEAVY)] == []


def test_every_command_is_listed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    # Help is written by click.
    assert kpolicy("--help").status == 0
    text = capsys.readouterr().out.partition("\nCommands:\n")[2]
    assert [line.split()[0] for line in text.splitlines()] == list(app._COMMANDS)
    for name in app._COMMANDS:
        assert kpolicy(name, "--help").status == 0
