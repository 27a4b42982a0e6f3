# SPDX-License-Identifier: GPL-2.0-or-later
"""The complete cause of a value, as a tree of reasons that each have a file and line.

For a value that is there: the line, default, selects and implies that give it, and below each what it
depends on in turn, as far as a config can change it.  For what is off: what keeps it from being set,
down to what would have to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from kpolicy.explain.blocked import (
    OUTSIDE,
    Obstacle,
    answerer_of,
    definition,
    is_probed,
    line_names,
    needed_by,
    unmet,
    ways_to_set,
)
from kpolicy.explain.cause import chosen, is_without_modules, line_text, no_line
from kpolicy.explain.facts import Fact, Way
from kpolicy.explain.lines import condition_text, default_text, is_settled, own_condition, select_text
from kpolicy.explain.reason import Decider, Kind, Reason, decided_outside, decider_at
from kpolicy.explain.shown import shown
from kpolicy.explain.support import Supports
from kpolicy.explain.wrong import shown_now, wrong_symbols
from kpolicy.frozen import replace
from kpolicy.kconfig.expressions import conjuncts
from kpolicy.kconfig.payload import TRISTATE, TYPE

if TYPE_CHECKING:
    from kpolicy.kconfig.expressions import Expr
    from kpolicy.kconfig.symbols import Select, Symbol
    from kpolicy.location import Location

# Below the symbol that was requested: so many of the selects in force are followed, the others named.
_MOST_FOLLOWED: Final = 3
# The whole of a longer dependency would hide the part of it that matters.
_LONGEST_CONDITION: Final = 60


def reasons(supports: Supports, name: str) -> tuple[Reason, ...]:
    """The reasons for the value of a symbol that the model defines, each of them in force by itself."""
    return _Teller(supports).top(name)


class _Teller:
    def __init__(self, supports: Supports) -> None:
        self._supports = supports
        self._values = supports.values
        self._model = supports.values.model
        self._names = self._model.names_by_node
        # None while a symbol is being told.
        self._told: dict[str, tuple[Reason, ...] | None] = {}

    def top(self, name: str) -> tuple[Reason, ...]:
        symbol = self._model.symbol(name)
        assert symbol is not None
        found = self._reasons(symbol, is_top=True)
        clipped = self._clipped(symbol)
        if clipped is not None:
            found = (replace(clipped, because=found),)
        return (*found, *self._without_effect(symbol))

    def _below(self, name: str) -> tuple[Reason, ...]:
        """The reasons of another symbol; one that was reported is only named again."""
        symbol = self._model.symbol(name)
        if symbol is None:
            text = "no Kconfig file of this architecture defines it"
            return (Reason("unset", name, "n", text, None, "tree"),)
        if name not in self._told:
            return self._reasons(symbol)
        if self._told[name] is None:
            return (self._reason("more", symbol, "see above", None),)
        first, *others = self._told[name] or ()
        return (replace(first, because=(), is_repeated=bool(first.because or others)),)

    def _reasons(self, symbol: Symbol, *, is_top: bool = False) -> tuple[Reason, ...]:
        self._told[symbol.name] = None
        is_off = symbol.type in ("bool", "tristate") and not self._values.is_on(symbol.name)
        found = tuple(self._off(symbol) if is_off else self._given(symbol, is_top))
        self._told[symbol.name] = found
        return found

    def _reason(
        self,
        kind: Kind,
        symbol: Symbol,
        text: str,
        location: Location | None,
        decider: Decider | None = None,
        because: Iterable[Reason] = (),
    ) -> Reason:
        if decider is None:
            decider = decider_at(location)
        value = shown(self._values, symbol.name)
        return Reason(kind, symbol.name, value, text, location, decider, tuple(because))

    # What is there.

    def _given(self, symbol: Symbol, is_top: bool) -> Iterator[Reason]:
        facts = self._supports.value_facts(self._model.core.symbols[symbol.name])
        ways = self._supports.of(facts[0]).ways
        if not is_top:
            # What depends on the fewest lines is the plainest reason.
            ways = tuple(sorted(ways, key=lambda way: len(self._lines(way))))
        for way in ways if is_top else ways[:_MOST_FOLLOWED]:
            # What keeps an m from being y does so whatever gives the m.
            about = facts if way is ways[0] else facts[:1]
            yield self._link(symbol, way, self._because(symbol, way, about, is_top))
        followed = {way.by for way in ways[:_MOST_FOLLOWED]}
        rest = () if is_top else ways[_MOST_FOLLOWED:]
        more = dict.fromkeys(self._names[way.by] for way in rest if way.kind == "selected" and way.by not in followed)
        if more:
            yield self._reason("more", symbol, f"and selected by {', '.join(more)}", None)

    def _lines(self, way: Way) -> set[int]:
        return {*way.lines, *(line for need in way.needs for line in self._supports.of(need).lines)}

    def _link(self, symbol: Symbol, way: Way, because: Iterable[Reason]) -> Reason:
        values = self._values
        if way.kind == "assigned":
            line = values.assignment(symbol.name)
            assert line is not None
            text = line_text(values, symbol.name, line)
            return self._reason("assigned", symbol, text, line.location, "person", because)
        if way.kind in ("selected", "implied"):
            edge = self._edge(symbol, way)
            text = select_text(values, edge, way.kind)
            return self._reason(
                "selected" if way.kind == "selected" else "implied", symbol, text, edge.location, None, because
            )
        if way.kind == "choice":
            link = chosen(values, symbol, "y")
            text = link.text if way.by >= 0 else "the only visible member of the choice"
            return self._reason("choice", symbol, text, link.location, None, because)
        if way.by >= 0:
            default = symbol.defaults[way.by]
            written = default.written
            outside = written is not None and written.answerer in OUTSIDE
            decider: Decider | None = written.answerer if written is not None and outside else None
            if way.kind == "toolchain":
                decider = answerer_of(symbol)
            kind: Kind = "toolchain" if way.kind == "toolchain" else "default"
            return self._reason(kind, symbol, default_text(symbol, default), default.location, decider, because)
        if way.kind == "toolchain":
            text = "as the toolchain that the config records"
            return self._reason("toolchain", symbol, text, definition(values, symbol), "toolchain", because)
        return self._reason("unset", symbol, "no line and no default", definition(values, symbol), None, because)

    def _edge(self, symbol: Symbol, way: Way) -> Select:
        edges = symbol.selected_by if way.kind == "selected" else symbol.implied_by
        source = self._names[way.by]
        return next(edge for edge in edges if edge.source == source and edge.condition.node == way.condition)

    def _because(self, symbol: Symbol, way: Way, facts: tuple[Fact, ...], is_top: bool) -> Iterator[Reason]:
        """What a link depends on: what it names itself, and of the rest what config lines have a part in."""
        named: set[str] = set()
        if way.kind in ("selected", "implied"):
            edge = self._edge(symbol, way)
            source = self._model.symbol(edge.source)
            named = {edge.source, *self._named(own_condition(source, edge))}
        elif way.kind == "default" and way.by >= 0:
            default = symbol.defaults[way.by]
            named = {*default.value.symbols(), *self._named(own_condition(symbol, default))}
            if is_top:
                yield from self._passed_over(symbol, way.by)
        if way.kind == "assigned" and is_without_modules(self._values, symbol.name):
            named = {self._names.get(self._model.core.modules, "")}
        if way.kind == "assigned" and self._values.tristate(symbol.name) == 1:
            line = self._values.assignment(symbol.name)
            if line is not None and line.value == "y":
                yield from self._unmet(symbol, 2)
                return
        seen = {symbol.name}
        for below in self._news(way.needs, way, named, seen):
            yield from self._below(below)
        upper = list(self._news(self._upper(facts), way, named, seen))
        off = [name for name in upper if not self._values.is_on(name) and self._values.assignment(name) is None]
        folded = off if len(off) > _MOST_FOLLOWED else []
        for below in upper:
            if below not in folded:
                yield from self._below(below)
        if folded:
            # All that could select it, and does not.
            first, count = shown_now(self._values, off[:_MOST_FOLLOWED]), len(off) - _MOST_FOLLOWED
            yield self._reason("more", symbol, f"not y because of {first} and {count} more", None)

    def _news(self, facts: Iterable[Fact], way: Way, named: set[str], seen: set[str]) -> Iterator[str]:
        """The symbols that facts come down to and that are to be told, each once."""
        for fact in self._flat(facts):
            name = self._names.get(fact.node)
            if name is None or name in seen or not self._model.is_defined(name):
                continue
            # What a select depends on beyond its own line, its source depends on too: that was reported there.
            is_news = name not in self._told or way.kind not in ("selected", "implied")
            if name in named or (is_news and self._supports.of(fact).lines):
                seen.add(name)
                yield name

    def _named(self, parts: Iterable[Expr]) -> Iterator[str]:
        for part in parts:
            yield from part.symbols()

    def _upper(self, facts: tuple[Fact, ...]) -> Iterator[Fact]:
        """What keeps an m from being y."""
        for fact in facts[1:]:
            for way in self._supports.of(fact).ways:
                yield from way.needs

    def _flat(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The facts about symbols that facts about expressions come down to."""
        for fact in facts:
            if self._model.core.nodes[fact.node] is None:
                yield fact
            else:
                for way in self._supports.of(fact).ways:
                    yield from self._flat(way.needs)

    def _passed_over(self, symbol: Symbol, number: int) -> Iterator[Reason]:
        for default in symbol.defaults[:number]:
            parts = conjuncts(default.condition)
            failed = [part for part in parts if not self._values.evaluate(part)]
            if failed:
                wrong = dict.fromkeys(name for part in failed for name in wrong_symbols(self._values, part, 1))
                text = f"not {default_text(symbol, default)}: {shown_now(self._values, wrong)}"
                yield self._reason("passed-over", symbol, text, default.location)

    def _clipped(self, symbol: Symbol) -> Reason | None:
        if symbol.type not in ("int", "hex"):
            return None
        values = self._values
        node = self._model.core.symbols[symbol.name]
        own = values.own_value(node)
        default = values.default(symbol.name)
        given = (
            str(own) if own is not None else values.text(default.value.name) or default.value.name if default else ""
        )
        bounds = next((item for item in symbol.ranges if values.evaluate(item.condition)), None)
        if bounds is None or given == values.text(symbol.name):
            return None
        condition = condition_text(symbol, bounds)
        text = f"range {bounds.low} {bounds.high}{condition}, which {given or 'no value'} is not in"
        return self._reason("range", symbol, text, bounds.location)

    def _without_effect(self, symbol: Symbol) -> Iterator[Reason]:
        """The line of a symbol that is not what the value comes from."""
        values = self._values
        line = values.assignment(symbol.name)
        node = self._model.core.symbols[symbol.name]
        if line is None or not (values.is_on(symbol.name) or self._model.core.records[node][TYPE] > TRISTATE):
            return
        own = values.own_value(node)
        if own is None:
            why = "no prompt is visible" if symbol.prompts else "it has no prompt"
        elif symbol.type in ("bool", "tristate") and int(own) < values.tristate(symbol.name) and line.value != "m":
            why = "no other member of the choice is set" if symbol.choice is not None else "selects override it"
        else:
            return
        yield self._reason("unset", symbol, f"{line.text} has no effect: {why}", line.location, "person")

    # What is off.

    def _off(self, symbol: Symbol) -> Iterator[Reason]:
        values, name = self._values, symbol.name
        line = values.assignment(name)
        visible = values.visibility(name)
        asked = line is not None and not line.value.startswith("n")
        if visible and symbol.choice is not None:
            yield from self._not_chosen(symbol)
        elif visible and line is not None:
            yield self._reason("assigned", symbol, line.text, line.location, "person")
        elif visible:
            # A transitional symbol can be set by a line and has no prompt.
            place = symbol.prompts[0].location if symbol.prompts else definition(values, symbol)
            yield self._reason("unset", symbol, no_line(values, symbol), place)
        elif not symbol.prompts:
            text = f"it has no prompt: {ways_to_set(values, symbol)}"
            needed = needed_by(values, symbol) if symbol.probed else ()
            because = self._those(symbol, needed, 1) if needed else self._could_set(symbol)
            # What it needs may be the toolchain's decision too.
            outside = not needed or is_probed(values, line_names(needed))
            decider = answerer_of(symbol) if outside else None
            yield self._reason("unset", symbol, text, definition(values, symbol), decider, because)
        elif asked:
            assert line is not None
            text = f"{line.text} is not honoured"
            reasons = tuple(self._unmet(symbol, 1))
            yield self._reason("unset", symbol, text, line.location, decided_outside(reasons) or "person", reasons)
        else:
            found = list(self._unmet(symbol, 1))
            yield from found or [
                self._reason("unset", symbol, "its prompt is never visible", definition(values, symbol))
            ]

    def _not_chosen(self, symbol: Symbol) -> Iterator[Reason]:
        assert symbol.choice is not None
        choice = self._model.choices[symbol.choice]
        other = next((member for member in choice.members if self._values.tristate(member) == 2), None)
        line = self._values.assignment(symbol.name)
        place = definition(self._values, symbol)
        if line is not None and line.value.startswith("n"):
            yield self._reason("assigned", symbol, line.text, line.location, "person")
        elif other is None:
            yield self._reason("choice", symbol, "no member of its choice is set", place)
        if other is not None:
            title = choice.prompts[0].text if choice.prompts else "choice"
            text = f"the choice '{title}' is set to {other}"
            where = choice.definitions[0]
            yield self._reason("choice", symbol, text, where, None, self._below(other))

    def _unmet(self, symbol: Symbol, asked: int) -> Iterator[Reason]:
        """The false parts of a dependency, and below each what keeps it false."""
        return self._those(symbol, unmet(self._values, symbol, asked), asked)

    def _those(self, symbol: Symbol, obstacles: Iterable[Obstacle], asked: int) -> Iterator[Reason]:
        for item in obstacles:
            if is_settled(item.part):
                text = ", ".join(filter(None, (item.text, item.answer)))
                yield self._reason("depends", symbol, text, item.line.location, item.answerer)
                continue
            whole = item.written or str(item.line.expression)
            of = f" (of {whole})" if whole != str(item.part) and len(whole) <= _LONGEST_CONDITION else ""
            wrong = tuple(dict.fromkeys(wrong_symbols(self._values, item.part, asked)))
            text = f"needs {item.part}{of}: {shown_now(self._values, wrong)}"
            because = [reason for name in wrong for reason in self._below(name)]
            yield self._reason("depends", symbol, text, item.line.location, None, because)

    def _could_set(self, symbol: Symbol) -> Iterator[Reason]:
        """For a symbol without prompt: the only things that could set it, where they are few."""
        values = self._values
        edges = [(edge.source, edge.condition) for edge in (*symbol.selected_by, *symbol.implied_by)]
        wanted: list[str] = []
        for source, condition in edges:
            wanted += [source] if not values.tristate(source) else list(wrong_symbols(values, condition, 1))
        for default in symbol.defaults:
            wanted += [*wrong_symbols(values, default.value, 1), *wrong_symbols(values, default.condition, 1)]
        names = list(dict.fromkeys(wanted))
        for name in names if len(names) <= _MOST_FOLLOWED else ():
            yield from self._below(name)
