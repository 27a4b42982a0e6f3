# SPDX-License-Identifier: GPL-2.0-or-later
"""Cost files: TOML in, `Cost` out, or everything that is wrong with the file.

The id of a cost is its place below the costs folder: `kfence/pool.toml` is `kfence/pool`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kpolicy.costing.cost import CERTAINTIES, KINDS, Certainty, Cost, Figure, Trait
from kpolicy.costing.formula import VARIABLES, Formula, Number, names
from kpolicy.costing.syntax import parse_formula
from kpolicy.errors import UsageError, did_you_mean
from kpolicy.policy.expressions.expression import Constant, Expression, symbols
from kpolicy.policy.toml.reader import TableReader
from kpolicy.policy.toml.toml_file import KeyPath, TomlFile

_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_KEYS = ("title", "kind", "symbols", "when", "figure", "unknown", "absent")
_FIGURE_KEYS = ("when", "formula", "text", "certainty", "per", "needs", "unless", "note", "sources")
_TRAIT_KEYS = ("when", "formula", "source")
_ALWAYS, _NEVER = Constant("y"), Constant("n")


def load_cost(cost_id: str, path: str, text: str) -> Cost:
    """The cost that a file holds.

    `path` is shown in errors.  Raises `UsageError` when the text is no TOML, and `FileErrors` with
    everything else that is wrong with it.
    """
    file = TomlFile(path, text)
    if not _KEBAB.match(cost_id):
        file.complain((), f"{cost_id!r} is not a cost id", "an id is family/name, in small letters, digits and dashes")
    cost = _CostReader(file).cost(cost_id)
    file.finish()
    return cost


def load_page_sizes(path: str, text: str) -> tuple[Trait, ...]:
    """The sizes of pages that a file holds; raises as `load_cost` does."""
    file = TomlFile(path, text)
    reader = _CostReader(file)
    reader.known_keys((), ("page_size",))
    traits = tuple(reader.trait(("page_size", number)) for number in range(reader.count(("page_size",))))
    file.finish()
    return traits


class _CostReader(TableReader):
    def cost(self, cost_id: str) -> Cost:
        self.known_keys((), _KEYS)
        kind = self.word(("kind",), KINDS)
        when = self.condition(("when",))
        figures = tuple(self._figure(("figure", number)) for number in range(self.count(("figure",))))
        unknown = self.string(("unknown",), required=False)
        always = any(figure.when == _ALWAYS for figure in figures)
        if not always and not unknown:
            hint = "a figure without 'when', or 'unknown' with the reason"
            self.file.complain((), "there may be no figure: say what is not known then", hint)
        if always and unknown:
            self.file.complain(("unknown",), "a figure counts in any case: nothing is left to be unknown")
        return Cost(
            id=cost_id,
            title=self.string(("title",)),
            kind=kind,
            symbols=self._symbols(when),
            when=when,
            figures=figures,
            unknown=unknown,
            location=self.file.location(("title",)),
            absent=self.absent(("absent",), set(_mentioned(when, figures))),
        )

    def _symbols(self, when: Expression) -> tuple[str, ...]:
        found = self.strings(("symbols",))
        mentioned = symbols(when)
        for name in found if mentioned else ():
            if name not in mentioned:
                hint = did_you_mean(name, mentioned)
                self.file.complain_at_item(("symbols",), name, f"'when' does not mention {name!r}", hint)
        return found

    def _figure(self, where: KeyPath) -> Figure:
        self.known_keys(where, _FIGURE_KEYS)
        has = [key for key in ("formula", "text") if key in self.table(where)]
        if len(has) != 1:
            self.file.complain(where, "a figure has either a 'formula' or a 'text'")
        certainty: Certainty = "as documented"
        if "certainty" in self.table(where) or has == ["formula"]:
            certainty = self.word((*where, "certainty"), CERTAINTIES)
        if "unless" in self.table(where) and "needs" not in self.table(where):
            self.file.complain(
                (*where, "unless"), "'unless' says when what the figure needs is there: 'needs' is missing"
            )
        return Figure(
            when=self._condition((*where, "when")),
            formula=self._formula((*where, "formula")) if "formula" in has else None,
            text=self.string((*where, "text"), required=False),
            certainty=certainty,
            per=self.string((*where, "per"), required=False),
            needs=self.string((*where, "needs"), required=False),
            unless=self._condition((*where, "unless"), _NEVER),
            note=self.string((*where, "note"), required=False),
            sources=self.strings((*where, "sources")),
        )

    def trait(self, where: KeyPath) -> Trait:
        self.known_keys(where, _TRAIT_KEYS)
        formula = self._formula((*where, "formula"))
        for name in names(formula):
            if name in VARIABLES:
                self.file.complain_at_item((*where, "formula"), name, f"{name!r} rests on the page size itself")
        return Trait(self._condition((*where, "when")), formula, self.string((*where, "source")))

    def _condition(self, where: KeyPath, otherwise: Expression = _ALWAYS) -> Expression:
        return self.condition(where) if self.value(where) is not None else otherwise

    def _formula(self, where: KeyPath) -> Formula:
        found = self.value(where)
        text = self.string(where)
        if not text or not isinstance(found, str):
            return Number(0)
        try:
            return parse_formula(found)
        except UsageError as error:
            self.file.complain_in_text(where, error.column or 1, error.message, error.hint)
            return Number(0)


def _mentioned(when: Expression, figures: Iterable[Figure]) -> Iterator[str]:
    """The symbols that the conditions and formulas of a cost mention."""
    yield from symbols(when)
    for figure in figures:
        yield from symbols(figure.when)
        yield from symbols(figure.unless)
        if figure.formula is not None:
            yield from names(figure.formula)
