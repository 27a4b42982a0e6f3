# SPDX-License-Identifier: GPL-2.0-or-later
"""The words by which a user names a kernel tree: a directory, or a revision in a git repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.errors import InputError, UsageError

if TYPE_CHECKING:
    from kpolicy.kernel.source import KernelTree

_HINT = "pass a kernel source tree: a directory, a revision of it (DIR@v6.12), or one of the repository here (v6.12)"


def tree_named(word: str, environment: Mapping[str, str]) -> KernelTree:
    """The tree that a word names: DIR, DIR@REVISION, or REVISION of the repository around the current directory.

    What exists as a file or directory is that.  Raises UsageError or InputError when it is none of them.
    """
    if not word or os.path.lexists(word):
        from kpolicy.kernel.source import open_tree  # a .config needs no tree

        return open_tree(word)
    # Only here: most trees are directories.
    from kpolicy.kernel.revision import open_revision

    folder, revision = _split(word)
    if folder:
        return open_revision(folder, revision, word, environment)
    try:
        return open_revision(".", word, word, environment)
    except UsageError:
        raise InputError(f"{word}: no such directory, and no revision of a git repository here", hint=_HINT) from None


def _split(word: str) -> tuple[str, str]:
    """The directory and the revision of DIR@REVISION; no directory where the word is none such.

    A revision may have an @ in it (HEAD@{1}), a directory too.
    """
    split = word.find("@")
    while split > 0 and not os.path.isdir(word[:split]):
        split = word.find("@", split + 1)
    return (word[:split], word[split + 1 :]) if split > 0 else ("", word)


def names_tree(word: str, environment: Mapping[str, str]) -> bool:
    """Whether a word is meant for a tree: a directory, DIR@REVISION, or a revision of the repository here."""
    if os.path.isdir(word):
        return True
    if not word or os.path.lexists(word) or word == "-":
        return False
    if _split(word)[0]:
        return True
    # Only here: most words are directories or files.
    from kpolicy.kernel.git import resolve

    try:
        resolve(".", word, environment)
    except UsageError:
        return False
    return True


def find_tree(named: str | None, environment: Mapping[str, str]) -> KernelTree | None:
    """The tree that was named, or the current directory when it is one."""
    if named is not None:
        return tree_named(named, environment)
    if all(map(os.path.isfile, ("Makefile", "Kconfig"))) and os.path.isdir("arch"):
        from kpolicy.kernel.source import open_tree  # as in tree_named

        return open_tree(".")
    return None


def needed_tree(named: str | None, environment: Mapping[str, str]) -> KernelTree:
    """The tree as `find_tree` has it, for what takes Kconfig files; raises UsageError where there is none."""
    source = find_tree(named, environment)
    if source is None:
        raise UsageError("the kernel's Kconfig files are needed", hint="pass --tree DIR")
    return source
