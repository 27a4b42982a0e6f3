# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy rules`."""

from __future__ import annotations

import dataclasses

import pytest

from kpolicy.cli import rules, status
from kpolicy.policy.catalogue import make_catalogue, shipped_catalogue
from tests.cli.support import kpolicy


def test_list_has_a_line_for_every_rule() -> None:
    lines = kpolicy("rules", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.id for rule in shipped_catalogue()]
    chosen = kpolicy("rules", "list", "stackdepot").out.splitlines()
    assert chosen
    assert all(line.startswith("stackdepot/") for line in chosen)


@pytest.mark.parametrize("rule", [rule.id for rule in shipped_catalogue()])
def test_show_says_all(rule: str) -> None:
    outcome = kpolicy("rules", "show", rule)
    definition = shipped_catalogue().rule(rule)
    assert outcome.status == 0
    assert outcome.out.startswith(f"{rule}: {definition.title}\n")
    flat = " ".join(outcome.out.split())
    for reference in definition.references:
        assert " ".join(reference.source.split()) in flat
    assert all(line in outcome.out for line in definition.remedy)
    assert max(map(len, outcome.out.split("\n"))) <= 120


def test_examples_pass() -> None:
    outcome = kpolicy("rules", "test")
    assert outcome.status == 0
    assert outcome.out.rstrip().endswith(": 0 failed")
    assert kpolicy("rules", "test", "-q").out == ""


def test_a_failing_example_is_shown_at_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = shipped_catalogue().rule("debug-vm/in-production")
    wrong = tuple(dataclasses.replace(example, fires=not example.fires) for example in rule.examples)
    catalogue = make_catalogue([dataclasses.replace(rule, examples=wrong)])
    monkeypatch.setattr(rules, "shipped_catalogue", lambda: catalogue)
    outcome = kpolicy("rules", "test")
    assert outcome.status == status.FINDINGS
    assert f"{wrong[0].location}: error: " in outcome.out
    assert f"1 rules, {len(wrong)} examples: {len(wrong)} failed" in outcome.out
