# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped rules held against real kernels, all architectures of them."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.policy.checks.renames import renames
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.roles.load import shipped_roles
from kpolicy.policy.rule_tests.footing import named
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Rule
from tests.cli.support import kpolicy
from tests.oracle.trees import RELEASES, find_trees

pytestmark = [pytest.mark.trees, pytest.mark.slow]

_CONFIG = re.compile(rb"^[ \t]*(?:menu)?config[ \t]+(\w+)", re.MULTILINE)
_STANDING = re.compile(r" \d\d architectures: (\d+) of (\d+) rules applicable, 0 faults")
_OUTCOME = re.compile(r"examples: (\d+) of (\d+) have the expected result")


# Of Linux 7.3: looked up in its source, which the tests do not have.
# Names that came after both trees, in Linux 6.13 to 7.3.
_LATER_NAMES = frozenset(
    "CFI CRYPTO_SELFTESTS_FULL KMALLOC_PARTITION_CACHES KSTACK_ERASE KSTACK_ERASE_METRICS KSTACK_ERASE_RUNTIME_DISABLE "
    "KSTACK_ERASE_TRACK_MIN_SIZE UBSAN_INTEGER_WRAP".split()
)
_NEWER = frozenset({"KUNIT_AUTORUN_ENABLED"}) | {
    f"GCOV_PROFILE_{name}" for name in ("NETFILTER", "IPVS", "IPSET", "AMDGPU")
}


@cache
def defined_in(tree: Path) -> frozenset[str]:
    """The symbols that some Kconfig file of a tree defines, by its text alone."""
    return frozenset(
        name.decode()
        for folder, _, files in os.walk(tree)
        for file in files
        if file.startswith("Kconfig")
        for name in _CONFIG.findall(Path(folder, file).read_bytes())
    )


@pytest.fixture(scope="module")
def everywhere() -> frozenset[str]:
    """The symbols that one of the kernels that kpolicy is tested with defines."""
    kernels = find_trees().kernels
    missing = [release for release in RELEASES if release not in kernels]
    if missing:
        text = f"no source of Linux {', '.join(missing)}: run `make trees`"
        if os.environ.get("CI") == "true":
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return frozenset[str]().union(*(defined_in(kernels[release]) for release in RELEASES))


def test_the_rules_make_sense_in_a_real_tree(kernel: Path) -> None:
    outcome = kpolicy("rules", "test", "--tree", kernel)
    assert outcome.status == status.CLEAN, outcome.out
    standing, rules = _numbers(_STANDING, outcome.out)
    assert rules == len(shipped_catalogue())
    assert standing > 0.9 * rules
    as_written, tried = _numbers(_OUTCOME, outcome.out)
    assert tried > 400
    assert as_written > 0.95 * tried
    # What the models say about definitions the text of the Kconfig files says too.
    lines = outcome.out.splitlines()
    assert not {line.split()[-1] for line in lines if "no architecture defines" in line} & defined_in(kernel)
    assert {line.split()[1] for line in lines if line.endswith("still defined")} <= defined_in(kernel)


def _numbers(pattern: re.Pattern[str], text: str) -> tuple[int, int]:
    match = pattern.search(text)
    assert match is not None, text
    return int(match.group(1)), int(match.group(2))


def test_no_rule_names_a_symbol_that_neither_tree_knows(everywhere: frozenset[str]) -> None:
    unknown = {rule.id: names for rule in shipped_catalogue() if (names := sorted(unknown_to(rule, everywhere)))}
    assert unknown == {}


def unknown_to(rule: Rule, defined: frozenset[str]) -> frozenset[str]:
    # A stale rule is about a name that is gone; the others of its names have to be there.
    gone = {rule.symbols[0]} if rule.kind == "stale" else set()
    return named(rule) - defined - gone - _NEWER


def test_removed_names_are_gone(kernel: Path, release: str) -> None:
    defined = defined_in(kernel)
    table = tomllib.loads((resources.files("kpolicy.rules") / "removed.toml").read_text(encoding="utf-8"))
    releases = list(table)
    for since in releases[: releases.index(release) + 1]:
        assert not defined & set(table[since].split())
    # What a later release lacks this one may have.
    later = {name for since in releases[releases.index(release) + 1 :] for name in table[since].split()}
    assert len(later & defined) > 100


def test_no_role_and_no_rename_leads_to_a_symbol_that_neither_tree_knows(everywhere: frozenset[str]) -> None:
    conditions = [mark.when for role in shipped_roles() for mark in role.marks]
    conditions += [reading.when for role in shipped_roles() for reading in role.readings]
    named_by_roles = {name for condition in conditions for name in symbols(condition)}
    assert named_by_roles - everywhere <= _LATER_NAMES
    assert {name for rename in renames().values() for name in rename.names} - everywhere <= _LATER_NAMES
