# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a tree has what a rule speaks of."""

from __future__ import annotations

import dataclasses

import pytest

from kpolicy.evaluate.values import evaluate
from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.rule_tests.footing import Footing, Ground, footing, ground, named
from kpolicy.policy.rule_tests.survey import survey
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Rule, RuleKind
from kpolicy.policy.toml.absence import Absence
from tests.policy.support import models


def rule_of(
    when: str,
    requires: str = "exists(A)",
    *,
    kind: RuleKind = "half",
    symbols: tuple[str, ...] = ("A",),
    remedy: tuple[str, ...] = (),
    message: str = "m",
) -> Rule:
    return dataclasses.replace(
        shipped_catalogue().rule("kmemleak/in-production"),
        when=parse(when), requires=parse(requires), kind=kind, symbols=symbols, remedy=remedy, message=message,
    )  # fmt: skip


def stand(rule: Rule, *architectures: str, met: bool = True, known: str | None = None) -> Footing:
    """The footing of a rule where each architecture defines the symbols of a word: "AB" is A and B.

    `known` are the symbols of the whole tree, where negations are looked at.
    """
    return footing(
        rule,
        [
            Ground(f"arch{number}", frozenset(names), frozenset({rule.id} if met else ()), "6.12.0")
            for number, names in enumerate(architectures)
        ],
        known,
    )


def test_a_rule_that_stands() -> None:
    assert stand(rule_of("A && !B"), "AB") == Footing(rule_of("A && !B"), "", (), ())


def test_every_name_counts() -> None:
    rule = rule_of("A || B", "exists(C)", message="{D} {E:cause} {on}", remedy=("CONFIG_F=y", "# CONFIG_G is not set"))
    assert named(rule) == set("ABCDEFG")


def test_no_footing_names_what_is_missing() -> None:
    rule = rule_of("A && B", "exists(A) && exists(B) && exists(C)")
    assert stand(rule, "A", "B", met=False).lacking == "no architecture defines C"
    assert stand(rule, "A", met=False).lacking == "no architecture defines B or C"


def test_no_footing_where_no_architecture_has_everything() -> None:
    found = stand(rule_of("A && B", "exists(A) && exists(B)"), "A", "B", met=False)
    assert found.lacking == "no architecture has what it requires: exists(A) && exists(B)"


@pytest.mark.parametrize(
    ("when", "requires"),
    [("assigned(O) && !exists(O)", "exists(A)"), ("assigned(O)", "exists(A) && !exists(O)")],
)
def test_a_stale_name_that_is_alive(when: str, requires: str) -> None:
    rule = rule_of(when, requires, kind="stale", symbols=("O",))
    assert stand(rule, "A").faults == ()
    assert stand(rule, "AO", met=requires == "exists(A)").lacking == "O is still defined"
    # Where one architecture is rid of it the rule has something to say.
    assert stand(rule, "A", "AO").lacking == ""


def test_the_condition_may_say_it_too() -> None:
    assert stand(rule_of("exists(B) && !B"), "A").lacking == "no architecture defines B"


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (rule_of("A && B"), "it can never fire, for no architecture defines B: 'requires' must say so"),
        (rule_of("A && (B || C)"), "it can never fire, for no architecture defines B or C: 'requires' must say so"),
        (rule_of("A || !B", symbols=("A",)), "it fires on every config of arch0, whatever it says"),
        (
            rule_of("A && !B", symbols=("B",)),
            "it uses B, which no architecture defines: 'requires' must say so",
        ),
        (
            rule_of("A && B != 3", message="{B}"),
            "it uses B, which no architecture defines: 'requires' must say so",
        ),
        (rule_of("!A", remedy=("CONFIG_B=y",)), "its remedy sets B, which no architecture defines"),
        (
            rule_of("assigned(A) && !C", kind="stale", symbols=("A",)),
            "A is not stale, arch0 defines it: 'requires' must say !exists()",
        ),
        # The present name of something stale has to be there.
        (
            rule_of("assigned(O) && !exists(O) && A && !N", kind="stale", symbols=("O", "N")),
            "it uses N, which no architecture defines: 'requires' must say so",
        ),
    ],
)
def test_faults(rule: Rule, fault: str) -> None:
    assert stand(rule, "AC" if rule.kind == "stale" else "A").faults == (fault,)


def test_a_condition_that_no_architecture_can_meet() -> None:
    found = stand(rule_of("B && C", "y"), "B", "C")
    assert (found.lacking, found.faults) == ("", ("it can never fire: B && C",))


def test_a_symbol_of_some_other_architecture_is_known() -> None:
    assert stand(rule_of("A && !B", symbols=("B",)), "A", "AB").faults == ()
    assert stand(rule_of("A && B"), "A", "AB").faults == ()


def test_what_a_list_names_may_be_absent() -> None:
    rule = rule_of("A && !B && !C", symbols=("A", "B", "C"), message="{off} are off")
    assert stand(rule, "AB").faults == ()


def test_what_is_absent_and_not_missed() -> None:
    exception = stand(rule_of("A && !B"), "A")
    alternative = stand(rule_of("A || B", symbols=("A", "B"), remedy=("# CONFIG_B is not set",)), "A")
    assert (exception.faults, exception.absent) == ((), ("B",))
    assert (alternative.faults, alternative.absent) == ((), ("B",))
    guarded = stand(rule_of("A || (exists(B) && assigned(A))"), "A")
    assert (guarded.faults, guarded.absent) == ((), ())


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("A && !B", "B"),
        ("A && B != y", "B"),
        ("A && (assigned(A) || B = n)", ""),
        ("A && (assigned(A) || B < 3)", ""),
        ("A && (!B || !C)", "BC"),
        ("A && !(B && C)", "BC"),
        # The condition says it itself.
        ("A && (!exists(B) || !B)", ""),
        ("A && (assigned(A) || settable(B) && !B)", ""),
        # This part cannot hold in such a tree.
        ("A && (assigned(A) || exists(C) && !B)", ""),
        ("A && (assigned(A) || version < 6.1 && !B)", ""),
        ("A && (assigned(A) || version >= 6.1 && !B)", "B"),
        ("A && !boot(page_owner)", ""),
    ],
)
def test_negated_symbols_that_a_tree_does_not_define(when: str, names: str) -> None:
    faults = [f"!{name} holds where no architecture defines {name}: ask exists({name}), or state in 'absent' why"
              for name in names]  # fmt: skip
    rule = rule_of(when)
    assert list(stand(rule, "A", known="A").faults) == faults
    stated = dataclasses.replace(rule, absent=tuple(Absence(name, "so it is") for name in names))
    assert stand(stated, "A", known="A").faults == ()
    # Another architecture defines it.
    assert stand(rule, "A", known="ABC").faults == ()


def test_the_ground_of_an_architecture() -> None:
    values = evaluate(models()("x86"), None, "alldefconfig")
    there, not_there = rule_of("KASAN", "exists(KASAN)"), rule_of("NO_SUCH", "exists(NO_SUCH)")
    not_there = dataclasses.replace(not_there, id="a/b")
    found = ground(values, [there, not_there])
    assert found == Ground("x86", frozenset({"KASAN"}), frozenset({there.id}), values.model.version)


def test_every_shipped_rule_stands_on_the_demonstration_tree() -> None:
    rules = tuple(shipped_catalogue())
    defaults = [evaluate(models()(word), None, "alldefconfig") for word in ("x86", "i386", "arm64")]
    found = survey(rules, defaults, models())
    assert [item for item in found.footings if item.lacking or item.faults] == []
    assert (found.passed_over, found.faults) == (0, 0)
    assert [item for item in found.examples if item.difference] == []
    assert len(found.examples) == sum(len(rule.examples) for rule in rules)


def test_a_survey_of_one_architecture_passes_over_the_examples_of_others() -> None:
    rules = tuple(shipped_catalogue())
    found = survey(rules, [evaluate(models()("arm64"), None, "alldefconfig")], models())
    assert found.architectures == ("arm64",)
    assert {item.example.architecture for item in found.examples} == {"arm64"}
    assert found.passed_over == sum(len(rule.examples) for rule in rules) - len(found.examples) > 100
