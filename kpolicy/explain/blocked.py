# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps a symbol from having the value that a config line asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from kpolicy.explain.given import follows
from kpolicy.explain.lines import (
    answer_of,
    condition_text,
    gave,
    is_settled,
    without_keyword,
    written_condition,
)
from kpolicy.frozen import dataclass, replace
from kpolicy.kconfig.expressions import conjunction, conjuncts
from kpolicy.kconfig.nodes import MOD, NO
from kpolicy.location import Location
from kpolicy.wording import first_few

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.expressions import Expr
    from kpolicy.kconfig.symbols import Condition, Default, Select, Symbol, Written
    from kpolicy.kconfig.syntax import Answerer

# So many ways to set a symbol are named; a reader who needs more asks for the chain.
_LONGEST_LIST = 4
# What is needed may itself need something; the last step is the one that has to change.
_MOST_STEPS = 4
# What answers macros and is neither the tree nor the architecture that is asked about.
OUTSIDE: Final = ("toolchain", "environment")
_DECIDES: Final[Mapping[Answerer, str]] = {
    "toolchain": "the toolchain decides it",
    "environment": "the environment decides it",
    "architecture": "the architecture decides it",
    "tree": "the tree decides it",
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A part of a condition that is below what is asked, and the line that states it."""

    part: Expr
    line: Condition

    @property
    def written(self) -> str | None:
        """The condition of the line as it is written, where it has macros."""
        return written_condition(self.line)

    @property
    def answerer(self) -> Answerer | None:
        """What decided this part before any config was read; None where a config has a say."""
        written = self.line.written
        return written.answerer if written is not None and is_settled(self.part) else None

    @property
    def answer(self) -> str:
        """What the macros gave, where they decided this part: "which this toolchain answers with n"."""
        written = self.line.written
        value = "m" if self.part.node == MOD else "n"
        return gave(written, value) if written is not None and self.answerer is not None else ""

    @property
    def text(self) -> str:
        """What is needed."""
        if self.answerer is not None:
            return f"needs {self.written}"
        if self.part.node == MOD:
            return "can only be m"
        return "is never visible" if is_settled(self.part) else f"needs {self.part}"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way: in words, where it stands, the symbols that would have to change, and what else to say.

    `answerer` is what decided it before any config was read; `condition` is what is needed, as Kconfig writes it.
    """

    text: str
    location: Location | None
    symbols: tuple[str, ...] = ()
    more: str = ""
    answerer: Answerer | None = None
    condition: str = ""

    def __str__(self) -> str:
        place = f" at {self.location}" if self.location is not None else ""
        return f"{self.text}{place}{self.more}"


def blockers(values: Values, name: str, asked: int = 2) -> tuple[Blocker, ...]:
    """What keeps a bool or tristate below `asked` (1 or 2), or a number or string from its user value.

    Empty when nothing that this function knows of is in the way.
    """
    return _blockers(values, name, asked, _MOST_STEPS)


def _blockers(values: Values, name: str, asked: int, steps: int) -> tuple[Blocker, ...]:
    # Asked for the message of a finding, and for its root.
    return values.derived(("blockers", name, asked, steps), lambda: _found(values, name, asked, steps))


def _found(values: Values, name: str, asked: int, steps: int) -> tuple[Blocker, ...]:
    symbol = values.model.symbol(name)
    if symbol is None:
        return (Blocker("no Kconfig file of this architecture defines it", None),)
    if not symbol.prompts:
        return (_without_prompt(values, symbol),)
    if asked == 1 and symbol.type == "bool":
        return (Blocker("it is bool and cannot be m", symbol.definitions[0]),)
    if values.visibility(name) >= asked:
        return ()
    found = _parts(values, symbol, asked if values.visibility(name) else 1)
    if len(found) == 1 and steps:
        found = [replace(found[0], more=found[0].more + _further(values, found[0], steps - 1))]
    return tuple(found)


def _further(values: Values, blocker: Blocker, steps: int) -> str:
    """For the one symbol that is needed and cannot be set as things are: what it needs."""
    needed = values.model.symbol(blocker.symbols[0]) if len(blocker.symbols) == 1 else None
    if needed is None or not needed.prompts or values.tristate(needed.name) or values.visibility(needed.name):
        return ""
    return f", which {' and '.join(str(item) for item in _blockers(values, needed.name, 2, steps))}"


def _without_prompt(values: Values, symbol: Symbol) -> Blocker:
    sources = tuple(dict.fromkeys(edge.source for edge in symbol.selected_by))
    return Blocker("it has no prompt", definition(values, symbol), sources, f": {ways_to_set(values, symbol)}")


def definition(values: Values, symbol: Symbol) -> Location:
    """Where the symbol is defined; of several places the one of this architecture."""
    own = f"arch/{values.model.srcarch}/"
    return next((place for place in symbol.definitions if place.path.startswith(own)), symbol.definitions[0])


def ways_to_set(values: Values, symbol: Symbol) -> str:
    """What can set a symbol that no line can: its defaults, and what selects or implies it."""
    if symbol.probed:
        return _probe(values, symbol)
    is_switch = symbol.type in ("bool", "tristate")
    told_by = partial(_default, values) if is_switch else _text_of
    defaults = [text for default in symbol.defaults if (text := told_by(default)) != "n"]
    edges = [_edge(values, edge) for edge in (*symbol.selected_by, *symbol.implied_by)]
    if not defaults and not edges:
        return "nothing sets it on this architecture"
    told = []
    if defaults:
        told.append(f"its default ({_list(defaults)})")
    if edges:
        told.append(f"a select ({_list(edges)})")
    return f"only {' or '.join(told)} sets it"


def _probe(values: Values, symbol: Symbol) -> str:
    """For a symbol that depends on a probe: what the probe gave, or what the symbol needs besides."""
    needed = needed_by(values, symbol)
    if needed:
        line = needed[0].line
        names = line_names(needed)
        decides = f"{_DECIDES['toolchain']}: " if is_probed(values, names) else ""
        return (
            f"{decides}it needs {conjunction(item.part for item in needed)} ({_now(values, names)}) at {line.location}"
        )
    # A recorded toolchain may have answered otherwise than the one that the model was read with.
    is_recorded = values.is_recorded(values.model.core.symbols[symbol.name])
    told = [
        without_keyword(written.text) + ("" if is_recorded else f", which gives {value}")
        for written, value in _probes(symbol)
    ]
    return f"{_DECIDES[answerer_of(symbol) or 'toolchain']}{' by ' if told else ''}{_list(told)}"


def answerer_of(symbol: Symbol) -> Answerer | None:
    """What decides a symbol without a prompt before any config is read; None for any other."""
    if not symbol.probed:
        return None
    return next((written.answerer for written, _ in _probes(symbol)), "toolchain")


def _probes(symbol: Symbol) -> Iterator[tuple[Written, str]]:
    """The lines of a symbol that the toolchain or the environment answers, and what it gave."""
    for default in symbol.defaults:
        written = default.written
        if written is not None and written.answerer in OUTSIDE:
            yield written, answer_of(default, written)
    for line in dict.fromkeys(line for around in symbol.conditions for line in around):
        written = line.written
        if written is not None and written.answerer in OUTSIDE:
            yield written, str(line.expression)


def needed_by(values: Values, symbol: Symbol) -> tuple[Obstacle, ...]:
    """What a symbol depends on and a config could change, where none of its definitions has all of that."""
    lists = [tuple(_below(values, lines, 1)) for lines in symbol.conditions]
    fewest = min(lists, key=len, default=())
    return tuple(item for item in fewest if not is_settled(item.part))


def is_probed(values: Values, names: Iterable[str]) -> bool:
    """Whether probes decide all of some symbols."""
    symbols = [values.model.symbol(name) for name in names]
    return all(symbol is not None and symbol.probed for symbol in symbols)


def _default(values: Values, default: Default) -> str:
    """What a default depends on: `X=n` of `default X`, the condition of `default y if X`."""
    written = default.written
    if written is not None and (default.condition.node == NO or default.value.node == NO):
        return f"{without_keyword(written.text)}, {gave(written, 'n')}"
    rests = default.condition if default.value.is_yes else default.value
    return f"{rests}={_shown(values, rests.name)}" if rests.op == "symbol" else str(rests)


def _text_of(default: Default) -> str:
    """A default of a number or a text, as it is written: `300 if HZ_300`."""
    return str(default.value) if default.condition.is_yes else f"{default.value} if {default.condition}"


def _edge(values: Values, edge: Select) -> str:
    """Who selects, and why it does not: it is off, or its condition is."""
    if not values.tristate(edge.source):
        return f"{edge.source}=n"
    unmet = [part for part in conjuncts(edge.condition) if not values.evaluate(part)]
    written = edge.written
    if written is not None and any(map(is_settled, unmet)):
        return f"{edge.source}{without_keyword(written.text).partition(edge.target)[2]}"
    return f"{edge.source} if {conjunction(unmet)}" if unmet else edge.source


def _list(items: list[str]) -> str:
    return first_few(list(dict.fromkeys(items)), _LONGEST_LIST)


def unmet(values: Values, symbol: Symbol, asked: int) -> tuple[Obstacle, ...]:
    """The parts of the nearest prompt's condition that are below `asked`, without those that follow from others."""
    # Of several prompts the one with the fewest obstacles is what a person would go for.
    lists = [tuple(_below(values, prompt.conditions, asked)) for prompt in symbol.prompts]
    return _causes(values, min(lists, key=len), asked)


def _below(values: Values, lines: Iterable[Condition], asked: int) -> Iterator[Obstacle]:
    """The parts of some conditions that are below `asked`, each once."""
    seen: set[tuple[int, Location | None]] = set()
    for line in lines:
        for part in conjuncts(line.expression):
            # A constant is a cause in every line that comes to it.
            key = (part.node, line.location if is_settled(part) else None)
            if key not in seen and values.evaluate(part) < asked:
                seen.add(key)
                yield Obstacle(part, line)


def _causes(values: Values, found: tuple[Obstacle, ...], asked: int) -> tuple[Obstacle, ...]:
    """The obstacles without those that would be gone if the others were."""
    if len(found) < 2:
        return found
    given = {item.part.node for item in found if not is_settled(item.part)}
    kept: list[Obstacle] = []
    for item in found:
        node = item.part.node
        if not is_settled(item.part) and len(given) > 1 and follows(values, node, given, asked):
            given.discard(node)
        else:
            kept.append(item)
    plain = tuple(item for item in kept if not item.part.is_choice)
    return plain or tuple(kept)


def _parts(values: Values, symbol: Symbol, asked: int) -> list[Blocker]:
    found: dict[str, Blocker] = {}
    for obstacle in unmet(values, symbol, asked):
        names = line_names((obstacle,))
        now = _now(values, names)
        if how := _how(values, obstacle.part):
            now += f"; {how}"
        text = f"{obstacle.text}{' to be y' if asked == 2 and names else ''}"
        answer = f", {obstacle.answer}" if obstacle.answer else ""
        found.setdefault(
            text,
            Blocker(
                f"{text} ({now})" if now else text,
                obstacle.line.location,
                names,
                answer,
                obstacle.answerer,
                (obstacle.written or "") if obstacle.answerer is not None else str(obstacle.part),
            ),
        )
    return list(found.values())


def line_names(found: Iterable[Obstacle]) -> tuple[str, ...]:
    """The symbols of some obstacles."""
    # To Kconfig the number in a comparison is a symbol too, of which there is nothing to say.
    return tuple(dict.fromkeys(name for item in found for name in item.part.symbols() if not name.isdigit()))


def _now(values: Values, names: Iterable[str]) -> str:
    return ", ".join(f"{name}={_shown(values, name)}" for name in names)


def _how(values: Values, part: Expr) -> str:
    """For a needed symbol that no line can set: what would; for one in the way that no line can clear: who sets it."""
    is_in_the_way = part.op == "not" and part.operands[0].op == "symbol"
    needed = values.model.symbol(part.operands[0].name if is_in_the_way else part.name)
    if needed is None or needed.prompts:
        return ""
    if is_in_the_way:
        return next((_selects(values, edge) for edge in values.selectors(needed.name)), "")
    return ways_to_set(values, needed)


def _selects(values: Values, edge: Select) -> str:
    condition = condition_text(values.model.symbol(edge.source), edge)
    return f"{edge.source} selects it{condition} at {edge.location}"


def _shown(values: Values, name: str) -> str:
    if not values.model.is_defined(name):
        return "undefined"
    text = values.text(name)
    return text if values.model.type_of(name) != "string" else f'"{text}"'
