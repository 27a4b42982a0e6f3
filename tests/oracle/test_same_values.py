# SPDX-License-Identifier: GPL-2.0-or-later
"""Byte for byte what the kernel's own conf writes, for the config files of every architecture.

Of stacks of fragments, and of the defconfigs of the largest architectures, it is a seeded sample, unless pytest gets
--whole (`make oracle`): a fresh machine has to run conf for each of some 900 cases a kernel.
"""

from __future__ import annotations

import pytest

from tests.oracle.cases import GROUPS, architectures, cases, defconfigs, fragments, is_sampled, run_case
from tests.oracle.cases import group as members
from tests.oracle.compare import Subject, difference, expanded
from tests.oracle.conf import Oracle

pytestmark = [pytest.mark.trees, pytest.mark.slow]


def test_the_number_of_defconfigs(oracle: Oracle, release: str) -> None:
    count = sum(len(defconfigs(oracle.tree, arch)) for arch in architectures(oracle.tree))
    assert count == {"6.12": 322, "6.1": 375}[release]


def test_every_architecture_has_cases(oracle: Oracle) -> None:
    grouped = [arch for group in GROUPS for arch in members(oracle.tree, group)]
    assert sorted(grouped) == architectures(oracle.tree)
    assert all(fragments(oracle.tree, arch) for arch in grouped)


@pytest.mark.parametrize("arch", ["x86", "powerpc"])
def test_remembering_what_commands_print_changes_nothing(oracle: Oracle, arch: str) -> None:
    path = oracle.default_config(arch)
    for mode, start in (("defconfig", path), ("allmodconfig", None)):
        answers = [oracle.run(arch, mode, path=start, cached=False, probes=probes) for probes in (True, True, False)]
        assert answers[1:] == answers[:-1]


@pytest.mark.parametrize("group", GROUPS)
def test_same_as_conf(oracle: Oracle, group: str, pytestconfig: pytest.Config) -> None:
    subject = Subject(oracle)
    wrong = []
    count = 0
    for case in cases(oracle, members(oracle.tree, group)):
        if not (pytestconfig.getoption("--whole") or is_sampled(case)):
            continue
        theirs = run_case(oracle, case)
        assert theirs.status == 0, f"{case.name}: {theirs.stderr}"
        count += 1
        diff = difference(case.name, expanded(subject, oracle, case), theirs.config)
        if diff:
            wrong.append(diff)
    assert count
    assert not wrong, f"{len(wrong)} of {count} differ from conf:\n" + "\n".join(wrong[:5])
