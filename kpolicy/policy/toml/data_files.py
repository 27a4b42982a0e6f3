# SPDX-License-Identifier: GPL-2.0-or-later
"""Data that ships with kpolicy: a package with a folder for each family, and a TOML file for each entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from kpolicy.errors import KpolicyError, UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Entry = TypeVar("Entry")


def data_files(package: str) -> Iterator[tuple[str, str, str]]:
    """The files of a package, in the order of their ids: id `family/name`, path to show, text."""
    # Only here: what comes from the cache does without.
    from importlib import resources

    root = resources.files(package)
    folder = package.replace(".", "/")
    for family in sorted(root.iterdir(), key=_name):
        if family.is_dir() and not family.name.startswith(("_", ".")):
            for file in sorted(family.iterdir(), key=_name):
                if file.name.endswith(".toml"):
                    entry_id = f"{family.name}/{file.name.removesuffix('.toml')}"
                    yield entry_id, f"{folder}/{entry_id}.toml", file.read_text(encoding="utf-8")


def load_all(files: Iterable[tuple[str, str, str]], load: Callable[[str, str, str], Entry]) -> list[Entry]:
    """What `load` makes of each file, given as (id, path to show, text).

    Raises FileErrors with everything that is wrong with any of them.
    """
    from kpolicy.policy.toml.toml_file import FileErrors  # what comes from the cache does without

    entries: list[Entry] = []
    errors: list[KpolicyError] = []
    for entry_id, path, text in files:
        try:
            entries.append(load(entry_id, path, text))
        except FileErrors as found:
            errors += found.errors
        except UsageError as error:
            errors.append(error)
    if errors:
        raise FileErrors(errors)
    return entries


def _name(entry: Traversable) -> str:
    return entry.name
