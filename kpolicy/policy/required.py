# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments as policy: every line of a plain config fragment is a requirement.

Of several lines for a symbol the last one counts, as when fragments are merged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import whole
from kpolicy.config.model import Config, UnreadLine
from kpolicy.config.odd_lines import TEXT, odd_line
from kpolicy.config.read import NotAConfigError, config_in_tree, parse_config, read_config
from kpolicy.errors import InputError, KpolicyError, UsageError
from kpolicy.evaluate.user import unquote
from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import Link, cause, config_line, shown
from kpolicy.kernel.config_files import config_files
from kpolicy.location import Location
from kpolicy.policy.checks.effects import is_value
from kpolicy.policy.checks.reasons import Names, choice_taken, elsewhere, hint, is_foreign, listed, with_article
from kpolicy.policy.checks.spelling import corrected
from kpolicy.policy.edits import line_of
from kpolicy.policy.finding import Finding, SymbolValue
from kpolicy.policy.known_as import known_as
from kpolicy.policy.policy_file import IN_TREE, SHIPPED_FOLDER, SHIPPED_PACKAGE, Placed
from kpolicy.policy.rule import Severity
from kpolicy.policy.toml_file import FileErrors, did_you_mean
from kpolicy.policy.vocabulary import UNKNOWN_REQUIREMENT, requirement_id

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kernel.source import Source

DEFAULT_SEVERITY: Severity = "warning"
_MOST_ERRORS = 20
_POSSIBLE: Final = {
    "bool": "it can be y or n",
    "tristate": "it can be y, m or n",
    "int": "it takes a decimal number",
    "hex": "it takes a hexadecimal number",
    "string": 'it takes a text in double quotes: "..."',
}
_ARCH_FRAGMENT = re.compile(rf"{IN_TREE}arch/([^/]+)/configs/")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A line that a config has to keep to: the symbol, the value as written, the line and its place.

    `value` is "n" for "is not set".  `srcarch` is the folder of arch/ that the fragment is in, for
    one of the tree that is made for a single architecture: others are not held to it.  `is_of_tree` says
    that the tree itself has the fragment, so that whoever requires it did not write its lines.
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
    return _last_of_each(
        Requirement(line.name, line.value, line.text, line.location, srcarch, is_of_tree)
        for line in config.assignments
        if line not in inexact
    )


def _unread(line: UnreadLine) -> UsageError:
    value = corrected("unknown", line.value) if line.name and line.value else None
    what = f"conf does not read this line ({line.fault})" if line.fault != TEXT else TEXT
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
    return _last_of_each(found), tuple(missing)


def judge_requirements(
    values: Values,
    requirements: Iterable[Requirement],
    role: str = "",
    *,
    tree: str = "",
    complete: bool = True,
    names: Names | None = None,
) -> tuple[Finding, ...]:
    """A finding for each requirement that the values do not keep to.

    `complete` says that the model has every symbol of the tree; else one that it lacks is merely off.  `names`
    gives the names of all architectures.  Raises UsageError for a value that the symbol cannot have.
    """
    return tuple(_judged(values, requirements, role, tree, complete, names))


def keeps(values: Values, requirement: Requirement) -> bool:
    """Whether a symbol has the value that is required.

    m is kept by y where there can be no m, as `conf` reads it; numbers are compared as numbers.
    """
    name, wanted = requirement.symbol, requirement.value
    kind = values.model.type_of(name)
    if kind in ("bool", "tristate"):
        if wanted == "m" and (kind == "bool" or not values.is_on("MODULES")):
            wanted = "y"
        # Of a longer word `conf` reads the first letter.
        return values.text(name) == (wanted[:1] or "n")
    if not values.is_written(name):
        return wanted == "n"
    got = values.text(name)
    if kind == "string":
        return wanted.startswith('"') and got == unquote(wanted)
    return _number(got, kind) == _number(wanted, kind)


def _last_of_each(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """The last requirement for each symbol, in the order of their lines."""
    found: dict[tuple[str, str | None], Requirement] = {}
    for item in requirements:
        found.pop((item.symbol, item.srcarch), None)
        found[item.symbol, item.srcarch] = item
    return tuple(found.values())


def _folder(word: str) -> str | None:
    match = _ARCH_FRAGMENT.match(word)
    return match.group(1) if match else None


def _judged(
    values: Values,
    requirements: Iterable[Requirement],
    role: str,
    tree: str,
    complete: bool,
    names: Names | None,
) -> Iterator[Finding]:
    asked = _last_of_each(
        replace(item, srcarch=None) for item in requirements if item.srcarch in (None, values.model.srcarch)
    )
    for item in asked:
        here = known_as(values.model, item, complete=complete)
        if not values.model.is_defined(here.symbol):
            if item.value != "n" and not complete:
                message = f"{_asked(item)}: is not set, there is no line for it"
                yield _finding(values, item, role, tree, item.id, DEFAULT_SEVERITY, message, ())
            elif complete:
                unknown = _unknown(values, item, names)
                if unknown is not None:
                    severity, why = unknown
                    message = f"{_asked(item)}: {why}"
                    yield _finding(values, item, role, tree, UNKNOWN_REQUIREMENT, severity, message, ())
            continue
        if complete and not item.is_of_tree:
            _check_value(values, here)
        if not keeps(values, here):
            causes = cause(values, here.symbol)
            because = _in_the_way(values, here) or _because(causes[0])
            named = "" if here.symbol == item.symbol else f"CONFIG_{here.symbol}, which stands for it in this kernel, "
            message = f"{_asked(item)}: {named}is {shown(values, here.symbol)}, because {because}"
            yield _finding(values, here, role, tree, item.id, DEFAULT_SEVERITY, message, causes)


def _unknown(values: Values, item: Requirement, names: Names | None) -> tuple[Severity, str] | None:
    """What to say of a symbol that this architecture lacks: None where it is to be off and no other can be meant."""
    likely = hint(values, item.symbol)
    architecture = values.model.architecture
    if is_foreign(item.symbol, names) and not likely:
        assert names is not None
        where = elsewhere(names(), item.symbol)
        return None if item.value == "n" else ("note", f"{architecture} has no such symbol: it is {where}")
    if item.value == "n" and not likely:
        return None
    # What is wrong with a fragment of the tree is no fault of who requires it, and `kpolicy kconfig` reports it.
    lenient = item.value == "n" or item.is_of_tree
    return "note" if lenient else "warning", f"{architecture} has no such symbol in this tree{likely}"


def _check_value(values: Values, item: Requirement) -> None:
    """Raise UsageError for a value that nothing could give the symbol."""
    kind = values.model.type_of(item.symbol)
    if item.value == "n" or kind == "unknown" or is_value(kind, item.value):
        return
    if kind in ("int", "hex") and isinstance(_number(item.value, kind), int):
        return
    raise UsageError(
        f"{item.value!r} is no value for CONFIG_{item.symbol}, which is {with_article(kind)}",
        item.location,
        source_line=item.text,
        column=item.text.find("=") + 2,
        hint=_POSSIBLE.get(kind),
    )


def _in_the_way(values: Values, item: Requirement) -> str:
    """Why a line that asks for what is required would not be honoured; nothing where it would be."""
    symbol = values.model.symbol(item.symbol)
    assert symbol is not None
    wanted = 1 if item.value == "m" and symbol.type == "tristate" else 2
    if item.value == "n" or (symbol.type in ("bool", "tristate") and values.tristate(item.symbol) >= wanted):
        return ""
    found = [str(blocker) for blocker in blockers(values, item.symbol, wanted)]
    if found:
        return listed([text if text.startswith(("it ", "no ")) else f"it {text}" for text in found])
    return choice_taken(values, item.symbol) if symbol.choice is not None else ""


def _asked(item: Requirement) -> str:
    return f"{item.text.rstrip()} required by {item.location}"


def _finding(
    values: Values,
    item: Requirement,
    role: str,
    tree: str,
    rule: str,
    severity: Severity,
    message: str,
    causes: tuple[Link, ...],
) -> Finding:
    known = bool(causes)
    # A line that the prompt does not let through would mend nothing.
    settable = known and values.visibility(item.symbol) > 0
    return Finding(
        rule=rule,
        severity=severity,
        tree=tree,
        architecture=values.model.architecture,
        config=values.config.name if values.config is not None else "",
        role=role,
        symbol=item.symbol,
        symbols=(SymbolValue(item.symbol, shown(values, item.symbol)),),
        message=message,
        causes=causes or cause(values, item.symbol),
        place=config_line(values, item.symbol) if known else item.location,
        remedy=(item.text.rstrip(),) if settable else (),
    )


def _because(link: Link) -> str:
    where = f" at {link.location}" if link.location is not None else ""
    if link.kind == "assigned":
        return f"of '{link.text}'{where}"
    if link.kind == "unset":
        # "depends on X", "not set, and no default", or a line that is not honoured and why.
        return f"{_in_words(link.text)}{where}"
    if link.kind in ("selected", "implied"):
        return f"it is {link.text}{where}"
    return f"of '{link.text}'{where}"


def _in_words(text: str) -> str:
    if text.startswith(("depends on ", "not set")):
        return f"it {'is ' if text.startswith('not') else ''}{text}"
    if text in ("no prompt", "no default"):
        return f"it has {text}"
    return text


def _number(text: str, kind: str) -> int | str:
    try:
        return whole(text, 16 if kind == "hex" else 10)
    except ValueError:
        return text


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
        raise UsageError("there is no such fragment", Location(word, 0), hint=guess or hint)
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
