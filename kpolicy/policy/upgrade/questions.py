# SPDX-License-Identifier: GPL-2.0-or-later
"""The questions of a new kernel: options that a config has no line for, and what is known about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.config.lines import parse_lines
from kpolicy.evaluate.new_prompts import default_line, new_symbols
from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass, replace
from kpolicy.kconfig.expressions import Expr, conjuncts
from kpolicy.kconfig.menus import Menu, menus_of
from kpolicy.location import Location
from kpolicy.policy.edits import line_of
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.expressions.polarity import helpful
from kpolicy.policy.judging.check import fires
from kpolicy.policy.judging.rule_finding import finding

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.symbols import Symbol
    from kpolicy.policy.expressions.expression import Expression
    from kpolicy.policy.files.requirement import Requirement
    from kpolicy.policy.roles.role import Role
    from kpolicy.policy.rules.rule import Rule

_SWITCHES: Final = ("bool", "tristate")
_DEPTH: Final = 2


@dataclass(frozen=True, slots=True)
class Question:
    """An option that could be set and has no line.

    `line` is what conf lists for it: the value without an answer.  `menu` are the titles around it, `choice` is that of
    the choice that it is a member of, "" for none.  `selects` are the symbols that y turns on, or raises, by itself;
    `remarks` what rules, roles and requirements say about the answers; `help` is the first line of the help text.
    """

    symbol: str
    type: str
    line: str
    prompt: str
    menu: tuple[str, ...]
    choice: str
    location: Location
    selects: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    help: str = ""

    @property
    def default(self) -> str:
        """The value without an answer."""
        return self.line.partition("=")[2]


@dataclass(frozen=True, slots=True)
class Words:
    """What is asked about answers: the rules in effect for a role, all roles, and the requirements in effect."""

    rules: Collection[Rule]
    role: str
    roles: Collection[Role]
    requirements: Collection[Requirement]


def questions(values: Values, words: Words | None = None) -> tuple[Question, ...]:
    """Every question of `make listnewconfig`, in its order; with what there is to say to the answers."""
    menus = menus_of(values.model)
    opinions = _Opinions(values, words) if words is not None else None
    found = (_question(values, name, menus) for name in new_symbols(values))
    if opinions is None:
        return tuple(found)
    return tuple(replace(item, remarks=tuple(opinions.about(item))) for item in found)


def _question(values: Values, name: str, menus: Mapping[str, tuple[Menu, ...]]) -> Question:
    symbol = values.model.symbol(name)
    assert symbol is not None
    prompt = next((item for item in symbol.prompts if values.evaluate(item.condition)), symbol.prompts[0])
    titles = values.model.choices[symbol.choice].prompts if symbol.choice is not None else ()
    return Question(
        symbol=name,
        type=symbol.type,
        line=default_line(values, name),
        prompt=prompt.text,
        menu=_menu(values, symbol, menus.get(name, ())),
        choice=titles[0].text if titles else "",
        location=symbol.definitions[0],
        selects=tuple(
            dict.fromkeys(
                edge.target for edge in symbol.selects if values.tristate(edge.target) < values.evaluate(edge.condition)
            )
        ),
    )


def _menu(values: Values, symbol: Symbol, menus: tuple[Menu, ...]) -> tuple[str, ...]:
    """The titles of the menus of a symbol; where there is one alone, with the prompt of the `menuconfig` around it.

    That is the outer one where the menu depends on it.
    """
    titles = tuple(menu.title for menu in menus)
    if len(titles) >= _DEPTH:
        return titles
    first = symbol.definitions[0]
    for condition in symbol.conditions[0]:
        place = condition.location
        if place.path == first.path and place.line > first.line:
            continue
        names = tuple(condition.expression.symbols())
        menu = values.model.symbol(names[0]) if len(names) == 1 else None
        if menu is not None and menu.prompts and menu.prompts[0].text not in titles:
            own = menu.prompts[0].text
            inside = any(part.name == menu.name for item in menus for part in _parts(condition.expression, item))
            return (own, *titles) if inside else (*titles, own)
    return titles


def _parts(of_model: Expr, menu: Menu) -> tuple[Expr, ...]:
    """What a menu depends on."""
    return conjuncts(Expr(of_model.expressions, menu.dependency))


class _Opinions:
    """What rules, roles and requirements say about the answers to questions: each answer is evaluated."""

    def __init__(self, values: Values, words: Words) -> None:
        self._values = values
        self._words = words
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for rule in words.rules:
            if rule.is_for(words.role):
                for name in {*rule.symbols, *symbols(rule.when)}:
                    self._rules[name].append(rule)

    def about(self, question: Question) -> Iterator[str]:
        """The remarks about a question."""
        name = question.symbol
        for item in self._words.requirements:
            if item.symbol == name:
                yield f"required: {item.text} ({item.location})"
        if question.type not in _SWITCHES:
            return
        answer = "n" if self._values.is_on(name) else "y"
        if name in self._rules:
            yield from self._judged(name, answer)
        for role in self._words.roles:
            for mark in role.marks:
                if name in helpful(mark.when):
                    yield f"a mark of a {role.name} kernel: {mark.why}"
                elif name in helpful(mark.when, on=False) and self._marks_by_off(name, mark.when, answer):
                    yield f"n is a mark of a {role.name} kernel: {mark.why}"

    def _marks_by_off(self, name: str, mark: Expression, answer: str) -> bool:
        """Whether a mark is there with n, and is not with y; many a mark takes another symbol that is on."""
        now, then = mark.holds(self._values), mark.holds(answered(self._values, name, answer))
        return now != then and then == (answer == "n")

    def _judged(self, name: str, answer: str) -> Iterator[str]:
        """The findings that come, and those that go, with the answer that is not the default."""
        role, values = self._words.role, self._values
        other = answered(values, name, answer)
        if shown(other, name) == shown(values, name):
            return
        for rule in self._rules[name]:
            now, then = fires(values, rule, role), fires(other, rule, role)
            if now != then:
                found = finding(other if then else values, rule, role, remedies=False)
                verb = "causes" if then else "clears"
                yield f"{answer} {verb} {found.severity}: {found.message} [{rule.id}]"


def answered(values: Values, name: str, answer: str) -> Values:
    """The values with a line more."""
    assert values.config is not None
    lines = parse_lines(values.config.name, f"{line_of(name, answer)}\n".encode("ascii")).assignments
    return values.again(replace(values.config, assignments=(*values.config.assignments, *lines)))


def grouped(found: Iterable[Question]) -> Mapping[tuple[str, ...], tuple[Question, ...]]:
    """The questions by the first two of their menus, the largest group first."""
    groups: dict[tuple[str, ...], list[Question]] = defaultdict(list)
    for item in found:
        groups[item.menu[:_DEPTH]].append(item)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return {menu: tuple(items) for menu, items in ordered}
