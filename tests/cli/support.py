# SPDX-License-Identifier: GPL-2.0-or-later
"""Running kpolicy in this process, and trees to run it on."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpolicy.cli.app import run
from kpolicy.cli.console import Console
from kpolicy.demo import demo_tree


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Outcome:
    """What a command line did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The payload as JSON."""
        return json.loads(self.out)


def kpolicy(*arguments: str | Path, terminal: bool = False, environment: Mapping[str, str] | None = None) -> Outcome:
    """Run a command line; one process, unless -j is given."""
    words = [str(argument) for argument in arguments]
    if words[:1] in (["audit"], ["check"]) and not {"-j", "--scheduler"} & set(words):
        words[1:1] = ["-j", "1"]
    out, err = (Terminal(), Terminal()) if terminal else (io.StringIO(), io.StringIO())
    console = Console(stdout=out, stderr=err, environment={**os.environ, **(environment or {})})
    return Outcome(run(words, console), out.getvalue(), err.getvalue())


def copy_of_demo(folder: Path) -> Path:
    """A copy of the demonstration tree that a test may spoil."""
    tree = folder / "linux"
    shutil.copytree(demo_tree(), tree)
    return tree


def append(path: Path, text: str) -> int:
    """Add lines to a file; returns the number of the first new line."""
    before = path.read_text()
    path.write_text(before + text)
    return before.count("\n") + 1
