# SPDX-License-Identifier: GPL-2.0-or-later
"""Small git repositories for tests."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_WHO = ("-c", "user.name=A U Thor", "-c", "user.email=author@example.com", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Repository:
    """A repository and its work tree."""

    folder: Path

    def git(self, *words: str) -> str:
        """What a git command prints."""
        done = subprocess.run(["git", "-C", self.folder, *_WHO, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def read(self, name: str) -> bytes:
        """A file of the work tree."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, text: str) -> None:
        """A file of the work tree, changed or new."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def replace(self, name: str, before: str, after: str) -> None:
        """A piece of a file, which must be there, by another."""
        text = (self.folder / name).read_text()
        assert before in text
        self.write(name, text.replace(before, after))

    def commit(self, subject: str) -> str:
        """All that lies in the work tree as a commit; its name."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")


def make_repository(folder: Path) -> Repository:
    """A repository with what lies in a folder as its first commit."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = Repository(folder)
    repository.git("init", "-q", "-b", "master")
    repository.commit("Linux")
    return repository
