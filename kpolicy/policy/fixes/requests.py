# SPDX-License-Identifier: GPL-2.0-or-later
"""What a config requests and gets: the lines that no edit may take the effect from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import dataclass, replace
from kpolicy.kconfig.nodes import YES
from kpolicy.kconfig.payload import CHOICE
from kpolicy.policy.checks.effects import line_effects

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment, Config
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.location import Location
    from kpolicy.policy.fixes.lines import Document, Edit

# Drivers that need it do not run on the machine that the config is for.
NEVER_TURNED_ON: Final = ("COMPILE_TEST",)


@dataclass(frozen=True, slots=True)
class Request:
    """A line that is honoured, and the value that it gets."""

    line: Assignment
    value: str

    @property
    def is_denial(self) -> bool:
        """Whether it asks for a symbol to be off."""
        return self.line.value == "n"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A request that the config makes no more, or that is honoured no more.

    `works`: it was honoured before, `proved` that no edit was found although all were tried, `never` that a proof shows
    that no configuration honours it.
    """

    symbol: str
    text: str
    location: Location
    reason: str
    works: bool
    proved: bool = True
    never: bool = False


def requests_of(values: Values) -> Mapping[str, Request]:
    """The lines of a config that are honoured, by symbol.

    In a full .config some lines only record what followed, and are no requests: "is not set", a line for a symbol
    without a prompt, and the member that a choice takes without any line.
    """
    config = values.config
    full = config is not None and config.is_full
    taken = _taken_by_default(values, config) if config is not None and full else frozenset[str]()
    found = {}
    for effect in line_effects(values):
        line = effect.assignment
        records = full and (line.value == "n" or line.name in taken or not values.model.has_prompt(line.name))
        if effect.effect == "honoured" and not records:
            found[line.name] = Request(line, effect.got)
    return found


def _taken_by_default(values: Values, config: Config) -> frozenset[str]:
    """The members of choices that are y, and would be without the lines for members."""
    nodes, records = values.model.defined, values.model.core.records
    lines = {line.name for line in config.assignments}
    members = {name for name in lines if (node := nodes[name]) is not None and records[node][CHOICE] >= 0}
    if not members:
        return frozenset()
    rest = tuple(line for line in config.assignments if line.name not in members)
    without = values.again(replace(config, assignments=rest))
    return frozenset(name for name in members if values.tristate(name) == YES == without.tristate(name))


def is_kept(values: Values, request: Request) -> bool:
    """Whether a request still gets its value."""
    return values.result(request.line.name) == request.value


@dataclass(frozen=True)
class Guard:
    """Which requests stay, whatever the edits for a finding are.

    `about` are the symbols that the finding is about: their lines are free.  A denial ("is not set") may only be
    lifted with `denials`.  The lines for the symbols of `overridden` give way: the finding's own
    line is in a later file of the stack.  With `unsafe` any request may go.
    """

    requests: Mapping[str, Request]
    about: frozenset[str]
    overridden: frozenset[str] = frozenset()
    denials: bool = False
    unsafe: bool = False

    def allows(self, edit: Edit, document: Document) -> bool:
        """Whether an edit takes no other line's effect away by itself."""
        if edit.symbol in NEVER_TURNED_ON and not edit.text.endswith(" is not set") and edit.text:
            return False
        return all(self._is_free(name, edit) for name in document.touched(edit))

    def lost(self, values: Values) -> tuple[Request, ...]:
        """The requests that are not honoured any more, without those that the finding is about."""
        return tuple(
            item for name, item in self.requests.items() if name not in self.about and not is_kept(values, item)
        )

    def yields(self, request: Request) -> bool:
        """Whether a request gives way when a line for its symbol is edited."""
        return self.unsafe or request.line.name in self.overridden or (self.denials and request.is_denial)

    def _is_free(self, name: str, edit: Edit) -> bool:
        request = self.requests.get(name)
        # A line that goes may leave its value to another: what came of it shows.
        return request is None or name in self.about or not edit.text or self.yields(request)


def files_below(document: Document, location: Location) -> frozenset[str]:
    """The files of a stack that come before the one of a line."""
    paths = list(dict.fromkeys(item.location.path for item in document.config.assignments))
    return frozenset(paths[: paths.index(location.path)]) if location.path in paths else frozenset()


def overridden_by(line: Assignment, document: Document, model: Model) -> frozenset[str]:
    """The symbols of earlier files of a stack over which a line has priority.

    None for a line that no config can honour by itself: its symbol has no prompt.
    """
    below = files_below(document, line.location) if model.has_prompt(line.name) else frozenset[str]()
    return frozenset(item.name for item in document.config.assignments if item.location.path in below)


def edited_symbols(edits: Iterable[Edit], document: Document) -> frozenset[str]:
    """The symbols whose lines some edits touch."""
    return frozenset(name for edit in edits for name in document.touched(edit))


def members_beside(model: Model, name: str) -> tuple[str, ...]:
    """The members of the choice that a symbol is a member of; none for any other symbol."""
    symbol = model.symbol(name)
    return model.choices[symbol.choice].members if symbol is not None and symbol.choice is not None else ()


def rests_on(values: Values, name: str, others: Collection[str], steps: int = 3) -> bool:
    """Whether a symbol depends on one of some others, or on what depends on one or is selected by one."""
    needed = _needed(values, name)
    if any(item in others or _is_selected_by(values, item, others) for item in needed):
        return True
    return steps > 0 and any(rests_on(values, item, others, steps - 1) for item in needed if not values.is_on(item))


def _needed(values: Values, name: str) -> tuple[str, ...]:
    """What a symbol depends on, or the choice that it is a member of."""
    symbol = values.model.symbol(name)
    if symbol is None:
        return ()
    choice = values.model.choices[symbol.choice].prompts if symbol.choice is not None else ()
    expressions = (symbol.direct_dependency, *(prompt.condition for prompt in choice))
    return tuple(item for expression in expressions for item in expression.symbols())


def _is_selected_by(values: Values, name: str, others: Collection[str]) -> bool:
    symbol = values.model.symbol(name)
    return symbol is not None and any(edge.source in others for edge in symbol.selected_by)
