# SPDX-License-Identifier: GPL-2.0-or-later
"""What docs/ci.md shows, and repositories to run it in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.git import Repository

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "arch/x86/configs/x86_64_defconfig"
CHANGE = "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n"
"""Lines that bring the warning kvmalloc/sg-in-production to CONFIG, and a note."""
_BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
# Names of commits, and the colours that b4 always writes.
_NAMES = re.compile(r"\b[0-9a-f]{7,40}\b")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Done:
    """What a program did; `said` is all that it wrote, as on a terminal."""

    status: int
    said: str


def run(words: Sequence[str | Path], cwd: Path, more: Mapping[str, str] | None = None, stdin: str = "") -> Done:
    """A program, with this kpolicy in the PATH, and nothing of the user's own settings."""
    done = subprocess.run(
        words,
        cwd=cwd,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(more),
        check=False,
    )
    return Done(done.returncode, done.stdout)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a program that is to find this kpolicy."""
    # Set by `make test`: a make that a recipe starts would print its level.
    own = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return {
        **own,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_DATA_HOME": os.environ["XDG_CACHE_HOME"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "A U Thor",
        "GIT_AUTHOR_EMAIL": "author@example.com",
        "GIT_COMMITTER_NAME": "A U Thor",
        "GIT_COMMITTER_EMAIL": "author@example.com",
        **(more or {}),
    }


def change(linux: Repository) -> None:
    """The change of which the page shows what it brings."""
    linux.write(CONFIG, linux.read(CONFIG).decode() + CHANGE)


def shown(kind: str, start: str) -> str:
    """The one block of the page that begins so."""
    (found,) = [str(text) for word, text in _BLOCKS if word == kind and text.startswith(start)]
    return found


def transcript(command: str) -> str:
    """What the page shows below a command, as `plain` has it."""
    return plain(shown("console", f"$ {command}\n").split("\n", 1)[1])


def plain(text: str) -> str:
    """A text without what differs from run to run."""
    return _COLOURS.sub("", _NAMES.sub("COMMIT", text))


def settings(text: str) -> Any:
    """What a YAML text says."""
    return yaml.safe_load(text)


def is_installed(done: Done) -> None:
    """Fail where pip could not install something; without a package index skip, loudly."""
    if done.status and "Could not find a version" in done.said and os.environ.get("CI") != "true":
        pytest.skip("no package index to install from")
    assert done.status == 0, done.said
