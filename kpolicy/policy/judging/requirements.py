# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments as policy: reading them; every line of a plain config fragment is a requirement.

Of several lines for a symbol the last one counts, as when fragments are merged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from kpolicy.config.model import Config, UnreadLine
from kpolicy.config.odd_lines import TEXT, odd_line
from kpolicy.config.read import NotAConfigError, config_in_tree, parse_config, read_config
from kpolicy.errors import InputError, KpolicyError, UsageError, did_you_mean
from kpolicy.frozen import dataclass
from kpolicy.kernel.config_files import config_files
from kpolicy.location import Location
from kpolicy.policy.checks.spelling import corrected
from kpolicy.policy.edits import line_of
from kpolicy.policy.files.policy_file import IN_TREE, SHIPPED_FOLDER, SHIPPED_PACKAGE, Placed
from kpolicy.policy.files.vocabulary import requirement_id
from kpolicy.policy.rules.rule import Severity
from kpolicy.policy.toml.toml_file import FileErrors

if TYPE_CHECKING:
    from kpolicy.kernel.source import Source


DEFAULT_SEVERITY: Severity = "warning"


_MOST_ERRORS = 20


_ARCH_FRAGMENT = re.compile(rf"{IN_TREE}arch/([^/]+)/configs/")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A line that a config has to keep to: the symbol, the value as written, the line and its place.

    `value` is "n" for "is not set".  `srcarch` is the folder of arch/ that the fragment is in, for
    one of the tree that is made for a single architecture: others are not held to it.  `is_of_tree` says
    that the tree itself has the fragment, so that its lines were not written for this policy.
    """

    symbol: str
    value: str
    text: str
    location: Location
    srcarch: str | None = None
    is_of_tree: bool = False

    @property
    def id(self) -> str:
        """The id of its findings: `required/debug-vm` for DEBUG_VM."""
        return requirement_id(self.symbol)


@dataclass(frozen=True, slots=True)
class MissingFragment:
    """A fragment that this kernel tree does not have: what was named, and where."""

    name: str
    location: Location | None


def requirements_of(config: Config, srcarch: str | None = None, *, is_of_tree: bool = False) -> tuple[Requirement, ...]:
    """The requirements that a fragment, or a stack of them, states; of configs for one `srcarch` if given.

    Raises FileErrors for lines that seem to ask for something and that `conf` does not read, or not in
    every release: as a policy they would silently ask for nothing.
    """
    inexact = [line for line in config.assignments if line.loose or line.mark]
    odd = [odd_line(line.text, line.location) for line in inexact]
    errors: list[KpolicyError] = [_unread(line) for line in (*config.unread, *odd) if line is not None]
    if errors:
        errors.sort(key=lambda error: error.location or Location("", 0))
        raise FileErrors(errors[:_MOST_ERRORS])
    return last_of_each(
        Requirement(line.name, line.value, line.text, line.location, srcarch, is_of_tree)
        for line in config.assignments
        if line not in inexact
    )


def _unread(line: UnreadLine) -> UsageError:
    value = corrected("unknown", line.value) if line.name and line.value else None
    what = f"conf ignores this line ({line.fault})" if line.fault != TEXT else TEXT
    better = line_of(line.name, value) if value is not None else "CONFIG_X=value or # CONFIG_X is not set"
    return UsageError(
        f"{what}, so nothing is required by it",
        line.location,
        source_line=line.text,
        column=1,
        hint=f"a line is {better}" if value is None else f"write {better}",
    )


def read_requirements(
    words: Sequence[str], stated: Sequence[Placed[str]] = (), source: Source | None = None
) -> tuple[tuple[Requirement, ...], tuple[MissingFragment, ...]]:
    """The requirements of the fragments of a policy (`Policy.require`) and of the command line, those last.

    A word of the command line is a file, a path in the tree, or either after `tree:`.  A fragment
    that a policy wants from the tree, and that the tree does not have, is no error: it is returned,
    for a note.  Raises UsageError or InputError for what cannot be read otherwise.
    """
    try:
        return _requirements(words, stated, source)
    except NotAConfigError as error:
        raise UsageError(error.message, error.location, hint=error.hint) from None


def _requirements(
    words: Sequence[str], stated: Sequence[Placed[str]], source: Source | None
) -> tuple[tuple[Requirement, ...], tuple[MissingFragment, ...]]:
    found: list[Requirement] = []
    missing: list[MissingFragment] = []
    for item in stated:
        fragment = _stated(item, source)
        if fragment is None:
            missing.append(MissingFragment(item.value.removeprefix(IN_TREE), item.location))
        else:
            found += requirements_of(fragment, _folder(item.value), is_of_tree=item.value.startswith(IN_TREE))
    for word in words:
        for fragment, srcarch, is_of_tree in _named(word, source):
            found += requirements_of(fragment, srcarch, is_of_tree=is_of_tree)
    return last_of_each(found), tuple(missing)


def _folder(word: str) -> str | None:
    match = _ARCH_FRAGMENT.match(word)
    return match.group(1) if match else None


def _stated(item: Placed[str], source: Source | None) -> Config | None:
    """A fragment of a policy file; None when it is to be in the tree and is not."""
    if item.value.startswith(IN_TREE):
        path = item.value.removeprefix(IN_TREE)
        return _in_tree(path, source)
    folder = os.path.dirname(item.location.path) if item.location is not None else ""
    if folder == SHIPPED_FOLDER:
        from importlib import resources  # only for shipped fragments

        content = resources.files(SHIPPED_PACKAGE).joinpath(item.value).read_bytes()
        return parse_config(f"{folder}/{item.value}", content)
    path = os.path.normpath(os.path.join(folder, item.value))
    try:
        return read_config(path)
    except InputError as error:
        message = f"{path}: {error.message}"
        raise UsageError(message, item.location, hint=error.hint) from None


def _named(word: str, source: Source | None) -> Iterator[tuple[Config, str | None, bool]]:
    """The fragments that a word of the command line names: a file, a path in the tree, or a name as for make.

    Each with the folder of arch/ whose configs alone are held to it, that of a name which is looked for there, and
    with whether it is one of the tree.
    """
    path = word.removeprefix(IN_TREE)
    if path == word and (os.path.lexists(word) or source is None):
        yield _from_file(word), None, False
        return
    found = _in_tree(path, source)
    if found is not None:
        yield found, None, True
        return
    files = config_files(source) if source is not None else ()
    named = [file for file in files if file.name == path]
    if not named:
        guess = did_you_mean(path, sorted({file.name for file in files}))
        hint = "neither a file, nor a file or the name of a config of the tree"
        raise UsageError("no such fragment", Location(word, 0), hint=guess or hint)
    for file in named:
        assert source is not None
        yield config_in_tree(source, file.path), file.srcarch, True


def _from_file(word: str) -> Config:
    try:
        return read_config(word)
    except InputError as error:
        raise UsageError(error.message, error.location, hint=error.hint) from None


def _in_tree(path: str, source: Source | None) -> Config | None:
    if source is None or not source.is_file(path):
        return None
    return config_in_tree(source, path)


def last_of_each(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """The last requirement for each symbol, in the order of their lines."""
    found: dict[tuple[str, str | None], Requirement] = {}
    for item in requirements:
        found.pop((item.symbol, item.srcarch), None)
        found[item.symbol, item.srcarch] = item
    return tuple(found.values())
