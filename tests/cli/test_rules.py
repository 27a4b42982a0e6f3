# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy rules`."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.policy.expressions.expression import Predicate
from kpolicy.policy.rules import catalogue as catalogue_module
from kpolicy.policy.rules.catalogue import make_catalogue, shipped_catalogue
from tests.cli.support import copy_of_demo, kpolicy


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
    monkeypatch.setattr(catalogue_module, "shipped_catalogue", lambda: catalogue)
    outcome = kpolicy("rules", "test")
    assert outcome.status == status.FINDINGS
    assert f"{wrong[0].location}: error: " in outcome.out
    assert f"1 rule, {len(wrong)} examples: {len(wrong)} failed" in outcome.out


def test_list_by_what_rules_say_of_themselves() -> None:
    words = (
        "--family",
        "kmemleak",
        "--family",
        "kasan",
        "--role",
        "fuzzing",
        "--kind",
        "defeat",
        "--severity",
        "warning",
    )
    outcome = kpolicy("rules", "list", *words)
    assert outcome.out.split()[0::1][:3] == ["kmemleak/small-pool", "warning", "defeat"]
    for line in outcome.out.splitlines():
        rule = shipped_catalogue().rule(line.split()[0])
        assert rule.family in ("kmemleak", "kasan")
        assert (rule.severity, rule.kind, rule.is_for("fuzzing")) == ("warning", "defeat", True)
    both = kpolicy("rules", "list", "kasan", "--family", "kmemleak").out
    assert both == kpolicy("rules", "list", "kasan", "kmemleak").out


def test_list_is_aligned() -> None:
    lines = kpolicy("rules", "list").out.splitlines()
    rules = list(shipped_catalogue())
    starts = {line.index(rule.title) for line, rule in zip(lines, rules, strict=True)}
    assert len(starts) == 1


def test_list_for_programs() -> None:
    found = kpolicy("rules", "list", "kmsan", "--format", "json").json
    rule = shipped_catalogue().rule("kmsan/in-production")
    assert [item["id"] for item in found] == [rule.id]
    assert found[0] == {
        "id": rule.id,
        "title": rule.title,
        "kind": rule.kind,
        "severity": rule.severity,
        "roles": list(rule.roles),
        "symbols": list(rule.symbols),
        "requires": str(rule.requires),
        "when": str(rule.when),
        "remedy": list(rule.remedy),
        "aliases": [],
        "file": "kpolicy/rules/kmsan/in-production.toml",
    }
    assert len(kpolicy("rules", "list", "--format", "json").json) == len(shipped_catalogue())


def test_a_list_of_nothing_says_so() -> None:
    outcome = kpolicy("rules", "list", "kmsan", "--kind", "stale")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "note: no rule matches all options\n")
    assert kpolicy("rules", "list", "kmsan", "--kind", "stale", "--format", "json").json == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("list kmemlek", "error: unknown family 'kmemlek'\n  did you mean 'kmemleak'?\n"),
        ("list --family kmemlek", "error: unknown family 'kmemlek'\n  did you mean 'kmemleak'?\n"),
        ("list --role debog", "error: unknown role 'debog'\n  did you mean 'debug'?\n"),
        ("list --kind mising", "error: unknown kind 'mising'\n  did you mean 'missing'?\n"),
        ("list --severity warn", "error: unknown severity 'warn'\n  did you mean 'warning'?\n"),
        ("test kmsam", "error: unknown family 'kmsam'\n  did you mean 'kmsan'?\n"),
        ("test --arch x86", "error: --arch needs a tree\n  pass --tree\n"),
        ("pages", "error: Missing option '--output' / '-o'.\n  try: kpolicy rules pages --help\n"),
    ],
)
def test_wrong_words(words: str, said: str) -> None:
    outcome = kpolicy("rules", *words.split())
    assert (outcome.status, outcome.out, outcome.err) == (status.USAGE, "", said)


def test_against_a_tree(demo: Path) -> None:
    outcome = kpolicy("rules", "test", "--tree", demo)
    gcov = ", ".join(f"GCOV_PROFILE_{name}" for name in ("AMDGPU", "IPSET", "IPVS", "NETFILTER", "RDS", "URING"))
    count, examples = len(shipped_catalogue()), sum(len(rule.examples) for rule in shipped_catalogue())
    assert outcome.status == status.CLEAN
    assert outcome.err == ""
    assert outcome.out.splitlines() == [
        f"{count} rules, {examples} examples: 0 failed",
        f"{demo}, Linux 6.12.0-demo, 3 architectures: {count} of {count} rules applicable, 0 faults",
        "  197 fire in some configuration, found by a solver and evaluated; "
        "37 are about config lines or boot parameters",
        "  rules that also name symbols that this tree does not define:",
        *(
            f"    {rule:36} {gcov}"
            for rule in (
                "coverage/gcov-in-production",
                "coverage/gcov-profiles-nothing",
                "coverage/gcov-runtime-in-production",
            )
        ),
        "    debugfs/page-tables-shown            ARM_PTDUMP_DEBUGFS",
        "    iommu/tables-open                    AMD_IOMMU_DEBUGFS",
        "    watchdog/stuck-cpus-unseen           S390",
        f"  examples: {examples} of {examples} have the expected result",
    ]
    assert kpolicy("rules", "test", "--tree", demo, "-q").out == ""


def test_against_one_architecture(demo: Path) -> None:
    outcome = kpolicy("rules", "test", "--tree", demo, "--arch", "arm64", "kasan", "sched")
    assert outcome.status == status.CLEAN
    assert "1 architecture: " in outcome.out
    assert (
        "  rules whose requirements this tree does not meet; they are silent here:\n    sched/fpu-checks" in outcome.out
    )
    assert "no architecture defines X86_DEBUG_FPU\n" in outcome.out


def test_a_tree_without_what_a_rule_asks_for(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    # The demonstration tree without one of the symbols that kmsan's rule does not guard.
    rename(tree, "KMSAN", "KMSAN_NO_MORE")
    outcome = kpolicy("rules", "test", "--tree", tree, "kmsan")
    assert outcome.status == status.CLEAN
    assert "    kmsan/in-production  no architecture defines KMSAN\n" in outcome.out
    assert "examples: 0 of 0 have the expected result, 3 cannot run here" in outcome.out


def test_a_rule_that_makes_no_sense_in_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = copy_of_demo(tmp_path)
    rename(tree, "KMSAN", "KMSAN_NO_MORE")
    rule = dataclasses.replace(shipped_catalogue().rule("kmsan/in-production"), requires=Predicate("exists", "KASAN"))
    monkeypatch.setattr(catalogue_module, "shipped_catalogue", lambda: make_catalogue([rule]))
    outcome = kpolicy("rules", "test", "--tree", tree)
    assert outcome.status == status.FINDINGS
    fault = "it can never fire, for no architecture defines KMSAN: 'requires' must say so"
    assert f"{rule.location}: error: {fault} [kmsan/in-production]\n" in outcome.out


def test_a_rule_that_negates_what_a_tree_does_not_define(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    rename(tree, "COMPILE_TEST", "COMPILE_TEST_NO_MORE")
    outcome = kpolicy("rules", "test", "--tree", tree, "build/warnings-stop-the-build")
    fault = "!COMPILE_TEST holds where no architecture defines COMPILE_TEST"
    advice = "ask exists(COMPILE_TEST), or state in 'absent' why"
    assert f": error: {fault}: {advice} [build/warnings-stop-the-build]\n" in outcome.out
    assert outcome.status == status.FINDINGS


def test_an_architecture_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "arch/arm64/Kconfig").write_text("config\n")
    outcome = kpolicy("rules", "test", "--tree", tree, "kmsan")
    assert outcome.status == status.FAILURE
    assert outcome.err.startswith("arch/arm64/Kconfig:1: error: ")
    assert "1 architecture: 1 of 1 rule applicable, 0 faults" in outcome.out
    alone = kpolicy("rules", "test", "--tree", tree, "--arch", "arm64", "kmsan")
    assert alone.status == status.FAILURE
    assert alone.out == "1 rule, 3 examples: 0 failed\n"


@pytest.mark.parametrize(
    ("words", "expected", "said"),
    [
        (("--tree", "{tree}/no"), status.FAILURE, "error: "),
        (("--tree", "{tree}", "--arch", "x68"), status.USAGE, "error: unknown architecture 'x68'\n  did you mean x86"),
        (("--tree", "{tree}", "--toolchain", "gc-14"), status.USAGE, "error: "),
    ],
)
def test_trees_and_words_for_them(demo: Path, words: tuple[str, ...], expected: int, said: str) -> None:
    outcome = kpolicy("rules", "test", *(word.format(tree=demo) for word in words))
    assert outcome.status == expected
    assert outcome.out == ""
    assert outcome.err.startswith(said) or f": {said}" in outcome.err


def rename(tree: Path, old: str, new: str) -> None:
    for path in (path for path in tree.rglob("Kconfig*") if path.is_file()):
        text = path.read_text()
        path.write_text(re.sub(rf"\b{old}\b", new, text))
