# SPDX-License-Identifier: GPL-2.0-or-later
"""In words: what became of a line of a config, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.bounds import whole
from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import deciding_selects, is_without_modules, no_modules, sufficient_default
from kpolicy.explain.lines import default_text
from kpolicy.kconfig.expressions import conjunction, conjuncts
from kpolicy.policy.checks import wrong_type
from kpolicy.policy.checks.effects import LineEffect, why
from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.checks.names import likely_names
from kpolicy.policy.checks.old_names import honoured_message, lost_message, moved_hint, unknown_message
from kpolicy.policy.checks.spelling import as_read
from kpolicy.policy.rules.message import conjoined

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.expressions import Expr
    from kpolicy.kconfig.names import NameIndex
    from kpolicy.kconfig.symbols import Default, Range

# Asked only for a name that the architecture does not know: an index takes time to make.
Names: TypeAlias = "Callable[[], NameIndex]"

_LETTERS = "nmy"
_LONGEST_LIST = 4
_MOST_ARCHITECTURES = 3


def message(values: Values, effect: LineEffect, names: Names | None = None) -> str:
    """The message of a finding about a line that is not honoured."""
    assignment = effect.assignment
    name, kind = assignment.name, values.model.type_of(assignment.name)
    asked = as_read(kind, assignment.value)
    if effect.effect == "unknown-symbol":
        return unknown_message(values, assignment) or _unknown(values, name, names)
    if effect.effect == "renamed":
        return honoured_message(values, effect)
    if effect.effect == "duplicate-assignment":
        other = effect.other
        assert other is not None
        again = as_read(kind, other.value)
        where = f"on line {other.location.line}"
        if again == asked:
            return f"CONFIG_{name} is set again, to the same value, {where}"
        return f"CONFIG_{name} is set again, to {again}, {where}: the last line takes effect"
    if effect.effect == "wrong-type":
        return wrong_type.message(values, effect, with_article(kind))
    if effect.effect == "out-of-range":
        return f"CONFIG_{name}={asked} is out of range {_range(values, name)}: it is {effect.got}"
    if effect.heir is not None:
        return lost_message(values, assignment, effect.heir, reason(values, effect, names))
    if is_without_modules(values, name):
        return f"CONFIG_{name}=m requested, but it is y: {no_modules(values)}"
    # A number or a string of a .config is often what conf wrote, and no request.
    lost = "requested, but" if kind in ("bool", "tristate") else "has no effect,"
    text = f"CONFIG_{name}={asked} {lost} {_got(values, effect)}: {reason(values, effect, names)}"
    return text + moved_hint(values, assignment)


def reason(values: Values, effect: LineEffect, names: Names | None = None) -> str:
    """Why a line is not honoured, without its name and value; for an old name, why that of the new one is not."""
    if effect.heir is not None:
        effect = _of_heir(values, effect)
    name = effect.assignment.name
    if effect.effect == "unknown-symbol":
        return "no Kconfig file defines it"
    if effect.effect == "duplicate-assignment":
        return "a later line overrides it"
    if effect.effect == "wrong-type":
        return f"not a valid value for {with_article(values.model.type_of(name))}"
    if effect.effect == "out-of-range":
        return f"out of range {_range(values, name)}"
    if effect.effect == "overridden-by-select":
        return _selects(values, name)
    if effect.effect == "choice-conflict":
        return choice_taken(values, name)
    if names is not None and not values.model.is_defined(name):
        # Some Kconfig file refers to it, so that `conf` knows the name.
        return f"it is {elsewhere(names(), name)}" if is_foreign(name, names) else "no Kconfig file defines it"
    if is_without_modules(values, name):
        return no_modules(values)
    default = sufficient_default(values, name)
    also = f"; {_selects(values, name)} as well" if default is not None and values.selectors(name) else ""
    if default is not None and not _has_prompt(values, name):
        return _defaulted(values, name, default) + also
    asked = _LETTERS.find(effect.assignment.value[:1])
    # To be n takes a prompt that is seen, as being y does.
    found = [str(item) for item in blockers(values, name, 1 if asked == 1 else 2)]
    if not found:
        return "no single cause found"
    whose = "its prompt " if effect.got == "y" and found[0].startswith(("needs", "is never")) else ""
    return f"{whose}{listed(found)}{also}"


def _of_heir(values: Values, effect: LineEffect) -> LineEffect:
    """The same line as if it were for the symbol that has the place of its own."""
    assert effect.heir is not None
    line = effect.assignment._replace(name=effect.heir)
    return LineEffect(line, why(values, line, effect.got), effect.got)


def is_foreign(name: str, names: Names | None) -> bool:
    """Whether some other architecture defines a name that this one does not know."""
    return names is not None and name in names()


def in_words(architectures: Sequence[str]) -> str:
    """Some architectures: by name when they are few."""
    if len(architectures) > _MOST_ARCHITECTURES:
        return f"{len(architectures)} other architectures"
    return conjoined(architectures)


def winner(values: Values, name: str) -> Assignment | None:
    """The line of the member that the choice of `name` takes, where there is one."""
    symbol = values.model.symbol(name)
    assert symbol is not None
    assert symbol.choice is not None
    picked = next((member for member in values.model.choices[symbol.choice].members if values.is_on(member)), None)
    return values.assignment(picked) if picked is not None else None


def _got(values: Values, effect: LineEffect) -> str:
    """The value that came out, in words."""
    name = effect.assignment.name
    is_switch = values.model.type_of(name) in ("bool", "tristate")
    return f"it is {effect.got}" if is_switch or values.is_written(name) else "it has no value"


def _unknown(values: Values, name: str, names: Names | None) -> str:
    if is_foreign(name, names) and heirs(values.model, name) is None:
        assert names is not None
        where = elsewhere(names(), name)
        return f"CONFIG_{name} is not defined on this architecture: it is {where}, and the line has no effect"
    where = f"CONFIG_{name} is not defined on {values.model.srcarch}"
    guess = hint(values, name)
    when = lifetime_words(name, values.model.version) if not guess else ""
    return f"{where}{f' ({when})' if when else ''}: the line has no effect{guess}"


def hint(values: Values, name: str) -> str:
    """What may have been meant by a name that the tree does not define; nothing where no name is likely."""
    model = values.model
    names = likely_names(model, name)
    if not names:
        return ""
    settable = any((symbol := model.symbol(item)) is not None and symbol.prompts for item in names)
    return f"; did you mean {' or '.join(names)}{'' if settable else ', which no line can set'}?"


def elsewhere(index: NameIndex, name: str) -> str:
    """Where a name is defined that this architecture does not know."""
    found, having = index.definitions(name), index.having(name)
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"defined for {in_words(having)} only ({found[0].location}{more})"


def with_article(kind: str) -> str:
    """A type of symbols in a sentence."""
    return {"int": "an int", "unknown": "of unknown type"}.get(kind, f"a {kind}")


def listed(words: Sequence[str]) -> str:
    """Some reasons, the first few of many."""
    more = f", and {len(words) - _LONGEST_LIST} more" if len(words) > _LONGEST_LIST else ""
    return ", ".join(words[:_LONGEST_LIST]) + more


def _selects(values: Values, name: str) -> str:
    edges = deciding_selects(values, name)
    shown = [f"{edge.source} selects it at {edge.location}" for edge in edges[:_LONGEST_LIST]]
    more = f", and {len(edges) - _LONGEST_LIST} more" if len(edges) > _LONGEST_LIST else ""
    return ", ".join(shown) + more


def _defaulted(values: Values, name: str, default: Default) -> str:
    """Why a symbol that no line can set has a value by its default, and what else would give it that."""
    symbol = values.model.symbol(name)
    assert symbol is not None
    around = [part for line in symbol.around(default.location) for part in conjuncts(line.expression)]
    needs = f" (depends on {conjunction(around)})" if around else ""
    return f"it has no prompt, and {default_text(symbol, default)} at {default.location} sets it{needs}"


def _has_prompt(values: Values, name: str) -> bool:
    symbol = values.model.symbol(name)
    return symbol is not None and bool(symbol.prompts)


def outside_range(values: Values, name: str, value: str) -> str:
    """That a number is out of the range in force, and where that is stated; "" where it is not, or there is none."""
    kind, bounds = values.model.type_of(name), _range_in_force(values, name)
    if bounds is None:
        return ""
    base = 16 if kind == "hex" else 10
    try:
        low, number, high = (
            whole(text, base) for text in (operand_text(values, bounds.low), value, operand_text(values, bounds.high))
        )
    except ValueError:
        return ""
    return "" if low <= number <= high else f"{value} is out of range {_range(values, name)}"


def _range(values: Values, name: str) -> str:
    bounds = _range_in_force(values, name)
    if bounds is None:
        return ""
    return f"{_bound(values, bounds.low)} to {_bound(values, bounds.high)} ({bounds.location})"


def _range_in_force(values: Values, name: str) -> Range | None:
    symbol = values.model.symbol(name)
    ranges = symbol.ranges if symbol is not None else ()
    return next((item for item in ranges if values.evaluate(item.condition)), None)


def _bound(values: Values, bound: Expr) -> str:
    """A number as it is written; a symbol with its value."""
    text = operand_text(values, bound)
    return text if str(bound) == text else f"{bound} (={text})"


def operand_text(values: Values, operand: Expr) -> str:
    """What a symbol or a constant stands for in a comparison or a range."""
    return values.text(operand.name) if values.model.is_defined(operand.name) else operand.name


def choice_taken(values: Values, name: str) -> str:
    """What the choice of a symbol takes, and where that is set."""
    symbol = values.model.symbol(name)
    assert symbol is not None
    assert symbol.choice is not None
    choice = values.model.choices[symbol.choice]
    picked = next((member for member in choice.members if values.is_on(member)), None)
    title = choice.prompts[0].text if choice.prompts else "its choice"
    if picked is None:
        return f"no member of the choice {title!r} is set"
    if picked == name:
        return f"the choice {title!r} must have one member set, and defaults to this one"
    line, own = values.assignment(picked), values.assignment(name)
    if line is None or not line.value.startswith("y"):
        return f"the choice {title!r} is set to {picked}, its default"
    same_file = own is not None and own.location.path == line.location.path
    where = f"on line {line.location.line}" if same_file else f"at {line.location}"
    return f"the choice {title!r} is set to {picked} {where}"
