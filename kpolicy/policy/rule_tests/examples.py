# SPDX-License-Identifier: GPL-2.0-or-later
"""Running the examples of rules: through the real reader and evaluator, on a real model.

An example that should fire and does not is a fault, and so is the opposite.  Where a rule
has a remedy, the lines of it that are printed for an example are added to that example: the
rule must fall silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.decisive import rests_on_command_line
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.judging.check import fires
from kpolicy.policy.judging.remedy import remedy_for, remedy_lines
from kpolicy.policy.rules.rule import Example, Rule

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model

Models = Callable[[str], "Model"]
"""Gives the model of an architecture by its ARCH word."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What came of one example: nothing is wrong when `faults` is empty."""

    rule: Rule
    example: Example
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the example came out as the rule says."""
        return not self.faults


def demo_models() -> Models:
    """The models of the demonstration tree, with the toolchain that executes nothing; each is built once."""
    # Only here: a run that examines no example needs none of it.
    from kpolicy.demo import demo_tree
    from kpolicy.kconfig.load import Tree
    from kpolicy.kernel.architecture import resolve_architecture
    from kpolicy.kernel.source import open_tree
    from kpolicy.kernel.toolchain import Toolchain

    root = demo_tree()
    source = open_tree(root)
    tree = Tree(source, str(root))
    known: dict[str, Model] = {}

    def model(word: str) -> Model:
        if word not in known:
            known[word] = tree.model(resolve_architecture(source, word), Toolchain.dummy())
        return known[word]

    return model


def run_examples(rules: Iterable[Rule], models: Models) -> Iterator[ExampleResult]:
    """Run the examples of some rules, in their order.

    Raises UsageError for an example whose architecture the tree does not have.
    """
    for rule in rules:
        for example in rule.examples:
            yield ExampleResult(rule, example, tuple(_faults(rule, example, models(example.architecture))))


def _faults(rule: Rule, example: Example, model: Model) -> Iterator[str]:
    values = values_of_example(rule, example.config, model)
    fired = fires(values, rule, example.role)
    if fired != example.fires:
        if not rule.requires.holds(values):
            yield f"does not fire: the tree lacks what the rule requires, {rule.requires}"
        elif not rule.is_for(example.role):
            yield f"does not fire: the rule is not for the role {example.role!r}"
        else:
            asked = ", ".join(f"{name}={shown(values, name)}" for name in symbols(rule.when))
            yield f"{'fires' if fired else 'does not fire'}: {asked}"
    if fired and example.fires and rule.remedy:
        yield from remedy_faults(values, rule, example)
        yield from _dishonoured(rule, example, model)


def remedy_faults(values: Values, rule: Rule, example: Example) -> Iterator[str]:
    """What is wrong with the remedy that is printed for an example on which the rule fires."""
    remedy = remedy_for(values, rule)
    if not remedy and rests_on_command_line(rule.when, values):
        # A word of CONFIG_CMDLINE is taken out there.
        return
    remedied = values_of_example(rule, example.config + "\n".join(remedy) + "\n", values.model)
    if fires(remedied, rule, example.role):
        yield "the remedy does not silence the rule"


def _dishonoured(rule: Rule, example: Example, model: Model) -> Iterator[str]:
    """The lines of a remedy that the tree for which examples are written cannot have."""
    remedied = values_of_example(rule, example.config + "\n".join(rule.remedy) + "\n", model)
    for line in remedy_lines(rule):
        got = shown(remedied, line.name)
        if got != line.value:
            yield f"the remedy {line.text!r} is not honoured: the value is {got}"


def values_of_example(rule: Rule, config: str, model: Model) -> Values:
    """The values of the lines of an example."""
    return evaluate(model, parse_config(f"{rule.id}/example", config.encode()), "defconfig")
