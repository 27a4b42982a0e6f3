# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy cache`: what is cached, and removing it."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import click

from kpolicy.cli import status
from kpolicy.cli.console import Console
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kpolicy.kconfig.kept import Entry

_DAY = 24 * 60 * 60
_MIB = 1 << 20
_TITLES = {
    "model": "models of Kconfig files",
    "result": "results of configs",
    "data": "rules, costs, names, findings about trees",
    "trail": "lists of Kconfig files",
    "unfinished": "unfinished files of killed runs",
}


@click.command("cache")
@click.option("--clear", is_flag=True, help="Remove everything that is cached.")
@click.option("--prune", is_flag=True, help="Remove the oldest files beyond the limit.")
@click.option("--older-than", "days", metavar="DAYS", type=click.IntRange(min=0), help="Remove files older than DAYS.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(console: Console, /, clear: bool, prune: bool, days: int | None, form: str) -> int:
    """Show what is cached, how much and where, or remove it.

    kpolicy caches models of Kconfig files and results of configs by content, in `kpolicy` below $XDG_CACHE_HOME
    (~/.cache). Every run removes the oldest files beyond the limit, and nothing breaks if files are missing. Only
    files that kpolicy wrote are removed, without asking.

    \b
    Examples:
      kpolicy cache
      kpolicy cache --older-than 30
      kpolicy cache --clear
    """
    from kpolicy.cli.setup import cache_folder
    from kpolicy.errors import InputError
    from kpolicy.kconfig.kept import MAX_TOTAL, beyond, entries, remove

    if clear and (prune or days is not None):
        raise UsageError("--clear removes everything", hint="remove --prune and --older-than")
    folder = cache_folder(console.environment, disabled=False)
    if folder is None:
        raise UsageError("there is no cache folder", hint="set HOME or XDG_CACHE_HOME to an absolute path")
    if (fault := _fault(folder)) is not None:
        console.warning(None, f"{folder} is not used as a cache: {fault}")
    found = entries(folder)
    going: list[Entry] = []
    if clear:
        going = found
    elif prune or days is not None:
        before = time.time() - days * _DAY if days is not None else 0
        old = sum(entry.written < before for entry in found)
        going = [*found[:old], *beyond(found[old:], MAX_TOTAL)]
    gone = set()
    for entry in going:
        try:
            if remove(entry):
                gone.add(entry)
        except OSError as error:
            raise InputError(f"cannot remove {entry.path}: {error.strerror}") from None
    left = [entry for entry in found if entry not in gone]
    if form == "json":
        console.payload(json.dumps(_document(folder, MAX_TOTAL, left, gone), indent=2) + "\n")
    else:
        if going:
            console.payload(f"removed {_amount(gone)}\n")
        console.payload("".join(f"{line}\n" for line in _lines(folder, MAX_TOTAL, left)))
    return status.CLEAN


def _fault(folder: str) -> str | None:
    """Why nothing is kept in a folder; None where it is one that is used, or not there."""
    if os.path.islink(folder):
        return f"it is a symbolic link, to {os.path.realpath(folder)}; set XDG_CACHE_HOME instead"
    if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return "it cannot be read and written"
    return None


def _lines(folder: str, limit: int, found: Sequence[Entry]) -> list[str]:
    lines = [f"{folder}: {_amount(found)} (limit {limit // _MIB} MiB)"]
    for kind, title in _TITLES.items():
        some = [entry for entry in found if entry.kind == kind]
        if some:
            lines.append(f"  {title}: {_amount(some)}")
    return lines


def _amount(found: Collection[Entry]) -> str:
    files = "1 file" if len(found) == 1 else f"{len(found)} files"
    return f"{files}, {sum(entry.size for entry in found) / _MIB:.1f} MiB" if found else "no files"


def _document(folder: str, limit: int, left: Sequence[Entry], gone: Collection[Entry]) -> dict[str, object]:
    return {
        "folder": folder,
        "limit": limit,
        "kept": {
            kind: {
                "files": sum(entry.kind == kind for entry in left),
                "bytes": sum(entry.size for entry in left if entry.kind == kind),
            }
            for kind in _TITLES
        },
        "removed": {"files": len(gone), "bytes": sum(entry.size for entry in gone)},
    }
