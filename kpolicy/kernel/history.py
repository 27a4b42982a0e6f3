# SPDX-License-Identifier: GPL-2.0-or-later
"""What a patch takes from git: the subjects of the last commits of a file, and who the user is.

Only plumbing runs: `git log` would run the program that the repository's configuration names for signatures.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.errors import UsageError
from kpolicy.kernel.git import ask
from kpolicy.tuples import NamedTuple


class Identity(NamedTuple):
    """A person, as git names one."""

    name: str
    email: str


def subjects(folder: str, commit: str, path: str, environment: Mapping[str, str], most: int = 20) -> tuple[str, ...]:
    """The subjects of the last commits up to a commit that changed a file, the newest first.

    `path` is below `folder`.  There are none where there is no repository, or no such commit in it.
    """
    words = ("rev-list", f"--max-count={most}", "--no-merges", "--no-commit-header", "--format=%s", commit)
    try:
        return tuple(ask(folder, environment, *words, "--", path).splitlines())
    except UsageError:
        return ()


def identity(folder: str, environment: Mapping[str, str]) -> Identity | None:
    """The user, by user.name and user.email of git's configuration; None where one of these is not set."""
    found = []
    for name in ("user.name", "user.email"):
        try:
            value = ask(folder, environment, "config", "--get", name).strip()
        except UsageError:
            return None
        # A name with a line end would begin another header of the mail.
        found.append(" ".join(value.split()))
    return Identity(*found) if all(found) else None
