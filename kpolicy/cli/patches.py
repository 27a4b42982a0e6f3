# SPDX-License-Identifier: GPL-2.0-or-later
"""The patches of `kpolicy kconfig`: where they go, whose they are, and what is said about them."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Final

from kpolicy.errors import InputError, UsageError

if TYPE_CHECKING:
    from kpolicy.cli.console import Console
    from kpolicy.kernel.source import KernelTree
    from kpolicy.run.context import Context
    from kpolicy.run.patches import PatchesRequest

_PLACEHOLDER: Final = ("Unknown Author", "author@example.invalid")
"""Whose the patches are where git does not know the user: git am takes any name and address."""
_CONFIGURE: Final = 'git config --global user.name "Jane Doe"; git config --global user.email jane@example.org'


def prepare_patches(console: Console, source: KernelTree, folder: str, *, sign_off: bool) -> tuple[str, str]:
    """The author of patches, before any work is done; raises UsageError or InputError for what could not be written."""
    from kpolicy.kernel.history import identity

    _check_folder(folder)
    author = identity(source.root, console.environment)
    if author is None and sign_off:
        raise UsageError("--signoff: git does not know who you are", hint=f"set user.name and user.email: {_CONFIGURE}")
    if author is None:
        name, address = _PLACEHOLDER
        console.note(f"git does not know who you are: the patches are From: {name} <{address}> ({_CONFIGURE})")
        return _PLACEHOLDER
    return author


def write_patches(console: Console, request: PatchesRequest, context: Context, folder: str) -> None:
    """Make the patches, write each whole or not at all, and say what was not written."""
    from kpolicy.cli.writing import deliver
    from kpolicy.report.views.patches import mail, summary
    from kpolicy.run.patches import make_patches

    patches = make_patches(request, context)
    console.clear_progress()
    for item in patches.left:
        finding = item.findings[0]
        console.warning(finding.place, f"no patch for {finding.message} [{finding.rule}]: {item.reason}")
    for advice in patches.advice:
        finding = advice.finding
        console.warning(finding.place, f"no patch for {finding.message} [{finding.rule}]: {advice}")
    if patches.commits:
        when = dt.datetime.now().astimezone()
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot make {folder}: {error.strerror}") from None
        for name, commit in patches.commits:
            deliver(console, mail(commit, when), os.path.join(folder, name), force=False)
    for line in summary(patches, folder):
        console.note(line)


def _check_folder(folder: str) -> None:
    """Refuse a folder in which something is, or that cannot be made."""
    hint = "pass a new or an empty directory to --patches"
    if not folder:
        raise UsageError("the name of the directory is empty", hint=hint)
    above = os.path.abspath(folder)
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    try:
        if os.listdir(above) and os.path.lexists(folder):
            raise UsageError(f"{folder} is not empty", hint=hint)
    except NotADirectoryError:
        raise UsageError(f"{above} is not a directory", hint=hint) from None
    except OSError as error:
        raise InputError(f"cannot read {above}: {error.strerror}") from None
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"cannot write to {above}: permission denied")
