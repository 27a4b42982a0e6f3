# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy rules test` says: examples that failed, and how the rules fit a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpolicy.errors import printable
from kpolicy.policy.roles.shipped import ROLES_FILE
from kpolicy.policy.rule_tests.elsewhere import Elsewhere
from kpolicy.policy.rule_tests.examples import ExampleResult
from kpolicy.policy.rule_tests.survey import Survey
from kpolicy.report.text.lines import number
from kpolicy.report.text.style import columns


def example_lines(results: Sequence[ExampleResult], rules: int) -> Iterator[str]:
    """The examples that failed on the demonstration tree as gcc-style lines, and how many there were."""
    failed = [result for result in results if not result.passed]
    for result in failed:
        for fault in result.faults:
            yield f"{result.example.location}: error: {fault} [{result.rule.id}]"
    yield f"{number(rules, 'rule')}, {number(len(results), 'example')}: {len(failed)} failed"


def survey_lines(survey: Survey, tree: str) -> Iterator[str]:
    """How the rules fit a tree: rules that make no sense there, without basis, and examples with another result."""
    for item in survey.footings:
        for fault in item.faults:
            yield f"{item.rule.location}: error: {fault} [{item.rule.id}]"
    for fault in survey.roles:
        yield f"{ROLES_FILE}: error: {fault}"
    for result in survey.examples:
        for fault in result.faults:
            yield f"{result.example.location}: error: {fault} [{result.rule.id}]"
    lacking = [(item.rule.id, item.lacking) for item in survey.footings if item.lacking]
    absent = [(item.rule.id, ", ".join(item.absent)) for item in survey.footings if item.absent]
    other = [result for result in survey.examples if result.difference]
    yield (
        f"{printable(tree)}, {number(len(survey.architectures), 'architecture')}: "
        f"{len(survey.footings) - len(lacking)} of {number(len(survey.footings), 'rule')} applicable, "
        f"{number(survey.faults, 'fault')}"
    )
    yield f"  {_firing(survey)}"
    yield from _section(
        "rules whose requirements this tree does not meet; they are silent here:", columns(lacking, indent="    ")
    )
    yield from _section("rules that also name symbols that this tree does not define:", columns(absent, indent="    "))
    yield f"  examples: {len(survey.examples) - len(other)} of {len(survey.examples)} have the expected result" + (
        f", {survey.passed_over} cannot run here" if survey.passed_over else ""
    )
    yield from _section(
        "examples with another result than on the demonstration tree:",
        [f"    {_otherwise(item)}" for item in other],
    )


def _firing(survey: Survey) -> str:
    """How many rules some configuration fires."""
    firing = survey.firing
    if firing is None:
        return "not tested whether some configuration fires each rule: that needs python-sat, see kpolicy prove --help"
    applicable = {item.rule.id for item in survey.footings if not item.lacking}
    some = f"{len(applicable & firing.able)} fire in some configuration, found by a solver and evaluated"
    never, open_ = sorted(applicable & firing.never), sorted(applicable & firing.undecided)
    more = [f"in none with this toolchain (proved): {', '.join(never)}"] if never else []
    more += [f"not decided: {', '.join(open_)}"] if open_ else []
    textual = len(applicable & firing.textual)
    more += [f"{textual} are about config lines or boot parameters"] if textual else []
    return "; ".join([some, *more])


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"  {title}"
        yield from lines


def _otherwise(result: Elsewhere) -> str:
    return printable(f"{result.example.location}: {result.difference}")
