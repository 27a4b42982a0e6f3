# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped rules: each is sound, and its examples do what it says."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from kpolicy.errors import UsageError
from kpolicy.policy.expressions.expression import And, Expression, Not, Or, symbols
from kpolicy.policy.rule_tests.examples import ExampleResult, run_examples
from kpolicy.policy.rules.catalogue import shipped_catalogue, shipped_files
from kpolicy.policy.rules.rule import Rule
from tests.policy.support import models

FAMILIES = {"debug-vm", "drm", "kasan", "kmemleak", "kvmalloc", "pgtable", "reclaim", "slab", "stackdepot"}
# A place in a kernel tree, a mail by author, subject and date, or a commit.
_SOURCE = re.compile(r"Linux [5-7]\.\d+|, \d{1,2} [A-Z][a-z]+ 20\d\d|\bcommit [0-9a-f]{12}")


# Of architectures and drivers that the demonstration tree does not have.
_ELSEWHERE = {"AMD_IOMMU_DEBUGFS", "ARM_PTDUMP_DEBUGFS"} | {
    f"GCOV_PROFILE_{name}" for name in ("URING", "RDS", "NETFILTER", "IPVS", "IPSET", "AMDGPU")
}


def rules() -> list[Rule]:
    return list(shipped_catalogue())


def test_the_families_of_the_mails_are_there() -> None:
    assert set(shipped_catalogue().families) >= FAMILIES
    assert len(rules()) >= 20


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_examples(rule: Rule) -> None:
    results = list(run_examples([rule], models()))
    assert {result.example.fires for result in results} == {True, False}
    assert {result.example.location.line: result.faults for result in results if not result.passed} == {}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_fact_has_a_source(rule: Rule) -> None:
    references = [*rule.references, *([rule.cost] if rule.cost else [])]
    assert references
    for reference in references:
        assert _SOURCE.search(reference.source), reference
        # A comma continues the files of one tree; the next tree follows a semicolon.
        assert ", Linux " not in reference.source, reference


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_rules_ask_for_features_and_know_the_symbols(rule: Rule) -> None:
    # Only where no option tells, which the rule says.
    assert "version" not in f"{rule.requires} {rule.when}" or "release" in rule.rationale
    model = models()("x86")
    unknown = {name for name in (*rule.symbols, *symbols(rule.when)) if not model.is_defined(name)} - _ELSEWHERE
    if rule.kind == "stale":
        assert unknown
    else:
        assert unknown - {name for name in unknown if models()("arm64").is_defined(name)} == set()
    # A rule that may be remedied says how, in lines or, where nothing is to be set, in words.
    assert rule.remedy or "Fix: " in rule.rationale or "remedy" in rule.rationale


def only(rule_id: str) -> Rule:
    return shipped_catalogue().rule(rule_id)


def faults(rule: Rule) -> list[str]:
    return [fault for result in run_examples([rule], models()) for fault in result.faults]


def _operands(expression: Expression) -> Iterator[tuple[Expression, ...]]:
    match expression:
        case And(operands) | Or(operands):
            yield operands
            for operand in operands:
                yield from _operands(operand)
        case Not(operand):
            yield from _operands(operand)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_nothing_is_said_twice(rule: Rule) -> None:
    examples = [(item.fires, item.config, item.architecture, item.role) for item in rule.examples]
    sentences = re.split(r"(?<=[.:])\s+", " ".join(rule.rationale.split()))
    operands = [*_operands(rule.when), *_operands(rule.requires)]
    for what in (examples, rule.references, sentences, rule.remedy, rule.symbols, *operands):
        assert [item for item, count in Counter(what).items() if count > 1] == []


def test_a_condition_turned_round_fails_every_example_of_its_role() -> None:
    rule = only("debug-vm/in-production")
    broken = dataclasses.replace(rule, when=Not(rule.when))
    results: list[ExampleResult] = list(run_examples([broken], models()))
    failed = [result.example.fires for result in results if not result.passed]
    assert failed == [True, True, False, False]
    assert "does not fire: DEBUG_VM=y" in faults(broken)
    assert "fires: DEBUG_VM=n" in faults(broken)


def test_a_tree_without_the_feature_is_told_from_a_false_condition() -> None:
    rule = only("debug-vm/in-production")
    lacking = dataclasses.replace(rule, requires=Not(rule.requires))
    assert faults(lacking) == ["does not fire: the tree lacks what the rule requires, !exists(DEBUG_VM)"] * 2


def test_a_remedy_that_does_not_mend_is_a_fault() -> None:
    rule = dataclasses.replace(only("debug-vm/in-production"), remedy=("# CONFIG_DEBUG_SG is not set",))
    assert faults(rule) == ["the remedy does not silence the rule"] * 2


def test_a_remedy_that_is_not_honoured_is_a_fault() -> None:
    rule = dataclasses.replace(
        only("kmemleak/in-production"), remedy=("# CONFIG_DEBUG_KMEMLEAK is not set", "CONFIG_STACKDEPOT_ALWAYS_INIT=y")
    )
    assert faults(rule) == ["the remedy 'CONFIG_STACKDEPOT_ALWAYS_INIT=y' is not honoured: the value is n"] * 2


def test_an_example_for_an_architecture_that_is_not_there() -> None:
    rule = only("debug-vm/in-production")
    example = dataclasses.replace(rule.examples[0], architecture="arm46")
    with pytest.raises(UsageError, match="arm46"):
        faults(dataclasses.replace(rule, examples=(example,)))


def test_an_unknown_rule_gets_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        only("kasan/software-in-produktion")
    assert caught.value.hint == "did you mean 'kasan/software-in-production'?"


def test_only_what_rules_ask_about_has_to_be_evaluated() -> None:
    names = shipped_catalogue().symbols()
    assert list(names) == sorted(set(names))
    assert {"DEBUG_VM", "STACK_HASH_ORDER", "ARCH_NO_PREEMPT", "KASAN_HW_TAGS"} <= set(names)
    assert "EXPERT" not in names


def test_paths_are_those_of_the_package() -> None:
    assert all(path == f"kpolicy/rules/{rule_id}.toml" for rule_id, path, _text in shipped_files())
