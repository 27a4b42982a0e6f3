# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments as policy: reading them; every line of a plain config fragment is a requirement.

Of several requirements for a symbol the last one that is for a config counts, as when fragments are merged; those for
the items of a list count beside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.config.model import Config, UnreadLine
from kpolicy.config.odd_lines import TEXT, odd_line
from kpolicy.config.read import NotAConfigError, config_in_tree, parse_config, read_config
from kpolicy.errors import InputError, KpolicyError, UsageError, did_you_mean
from kpolicy.files import tidy
from kpolicy.frozen import dataclass, replace
from kpolicy.kernel.config_files import config_files
from kpolicy.location import Location
from kpolicy.patterns import lazy
from kpolicy.policy.checks.spelling import corrected
from kpolicy.policy.edits import line_of
from kpolicy.policy.files.policy_file import IN_TREE, SHIPPED_FOLDER, SHIPPED_PACKAGE, Fragment
from kpolicy.policy.files.requirement import EVERYWHERE, Origin, Requirement, last_of_each
from kpolicy.policy.judging.known_as import under_names_here
from kpolicy.policy.toml.toml_file import FileErrors

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kernel.source import Source

Foreign: TypeAlias = Callable[[str, Location | None], tuple[Requirement, ...] | None]
"""What reads policies of other tools, by their names and the lines that name them; None for what is none."""

_MOST_ERRORS: Final = 20
_ARCH_FRAGMENT: Final = lazy(rf"{IN_TREE}arch/([^/]+)/configs/")


@dataclass(frozen=True, slots=True)
class MissingFragment:
    """A fragment that this kernel tree does not have: what was named, and where."""

    name: str
    location: Location | None


def requirements_of(config: Config, srcarch: str | None = None, *, origin: Origin = "own") -> tuple[Requirement, ...]:
    """The requirements that a fragment, or a stack of them, states; of configs for one `srcarch` if given.

    Raises FileErrors for lines that seem to ask for something and that `conf` does not read, or not in
    every release: as a policy they would silently ask for nothing.
    """
    inexact = config.inexact
    odd = [odd_line(line.text, line.location) for line in inexact]
    errors: list[KpolicyError] = [_unread(line) for line in (*config.unread, *odd) if line is not None]
    if errors:
        errors.sort(key=lambda error: error.location or Location("", 0))
        raise FileErrors(errors[:_MOST_ERRORS])
    return last_of_each(
        Requirement(line.name, (line.value,), line.text.rstrip(), line.location, srcarch, origin)
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


def _none(_name: str, _location: Location | None) -> None:
    return None


def read_requirements(
    words: Sequence[str],
    stated: Sequence[Fragment | Requirement] = (),
    source: Source | None = None,
    foreign: Foreign = _none,
) -> tuple[tuple[Requirement, ...], tuple[MissingFragment, ...]]:
    """The requirements of a policy (`Policy.require`) and of the command line, those last.

    A word of the command line is a file, a path in the tree, or either after `tree:`, or what `foreign` reads.  A
    fragment that a policy wants from the tree, and that the tree does not have, is no error: it is returned, for a
    note.  Raises UsageError or InputError for what cannot be read otherwise.
    """
    try:
        return _requirements(words, stated, source, foreign)
    except NotAConfigError as error:
        raise UsageError(error.message, error.location, hint=error.hint) from None


def _requirements(
    words: Sequence[str],
    stated: Sequence[Fragment | Requirement],
    source: Source | None,
    foreign: Foreign,
) -> tuple[tuple[Requirement, ...], tuple[MissingFragment, ...]]:
    found: list[Requirement] = []
    missing: list[MissingFragment] = []
    for item in stated:
        if isinstance(item, Requirement):
            found.append(item)
            continue
        read = foreign(item.name, item.location)
        if read is None:
            read = _stated(item, source)
        if read is None:
            missing.append(MissingFragment(item.name.removeprefix(IN_TREE), item.location))
        else:
            found += (_as_named(one, item) for one in read)
    for word in words:
        imported = foreign(word, None)
        if imported is not None:
            found += imported
            continue
        for fragment, srcarch, is_of_tree in _named(word, source):
            found += requirements_of(fragment, srcarch, origin="tree" if is_of_tree else "own")
    return last_of_each(found), tuple(missing)


def _as_named(item: Requirement, fragment: Fragment) -> Requirement:
    """A requirement of a fragment with what a policy file says about all of them."""
    return replace(
        item,
        scope=item.scope if fragment.scope is None else item.scope.within(fragment.scope),
        severity=item.severity or fragment.severity,
        note=item.note or fragment.note,
        owner=item.owner or fragment.owner,
    )


def _folder(word: str) -> str | None:
    match = _ARCH_FRAGMENT.match(word)
    return match.group(1) if match else None


def _stated(item: Fragment, source: Source | None) -> tuple[Requirement, ...] | None:
    """The requirements of a fragment of a policy file; None when it is to be in the tree and is not."""
    if item.name.startswith(IN_TREE):
        fragment = _in_tree(item.name.removeprefix(IN_TREE), source)
        return None if fragment is None else requirements_of(fragment, _folder(item.name), origin="tree")
    folder = os.path.dirname(item.location.path) if item.location is not None else ""
    if folder == SHIPPED_FOLDER:
        from importlib import resources  # only for shipped fragments

        content = resources.files(SHIPPED_PACKAGE).joinpath(item.name).read_bytes()
        return requirements_of(parse_config(f"{folder}/{item.name}", content))
    path = tidy(os.path.join(folder, item.name))
    try:
        return requirements_of(read_config(path, pipes=False))
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


def effective(values: Values, requirements: Iterable[Requirement], config: str) -> tuple[Requirement, ...]:
    """The requirements for a config, by its values and its name: the last that is for it of each symbol."""
    return last_of_each(
        item if item.srcarch is None and item.scope == EVERYWHERE else replace(item, srcarch=None, scope=EVERYWHERE)
        for item in requirements
        if is_for(values, item, config)
    )


def is_for(values: Values, item: Requirement, config: str) -> bool:
    """Whether a requirement is for a config, by its values and its name."""
    scope = item.scope
    if item.srcarch not in (None, values.model.srcarch):
        return False
    if scope.when is not None:
        # What is required follows the names that a kernel has, and so does what it is required for.
        scope = replace(scope, when=under_names_here(values.model, scope.when))
    return scope.covers(values, config)
