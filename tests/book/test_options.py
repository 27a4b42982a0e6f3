# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages about options without a rule: the tools find the options, the pages name rules that exist."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from docs.tools.candidates import REASONS, candidates, options, reasons
from docs.tools.news import PAGE, changes
from kpolicy.policy.rule_tests.footing import named
from kpolicy.policy.rules.catalogue import shipped_catalogue

_KCONFIG = """\
config FOO_DEBUG
\tbool "Debug foo"
\tdepends on FOO
\thelp
\t  This may have a runtime
\t  overhead.

\t  config is a word of this text, and so is

\t  if at the start of a line.
config QUIET_DEBUG
\tbool "Messages"
\thelp
\t  Nothing of note.
menuconfig HIDDEN_DEBUG
\tbool
\thelp
\t  Slow.
config BAR
\ttristate "Bar" if EXPERT
\thelp
\t  Not for production.
choice
\tprompt "Which"
"""


def tree(folder: Path, text: str) -> Path:
    (folder / "drivers").mkdir(parents=True)
    (folder / "drivers" / "Kconfig").write_text(text)
    return folder


def test_options_with_their_help_texts(tmp_path: Path) -> None:
    found = {option.name: option for option in options(tree(tmp_path, _KCONFIG))}
    assert list(found) == ["FOO_DEBUG", "QUIET_DEBUG", "BAR"]
    assert found["FOO_DEBUG"].place == "drivers/Kconfig:1"
    assert found["FOO_DEBUG"].text.startswith("This may have a runtime overhead. config is a word")
    assert found["FOO_DEBUG"].text.endswith("line.")


def test_candidates_are_those_whose_help_text_warns(tmp_path: Path) -> None:
    assert [option.name for option in candidates([tree(tmp_path, _KCONFIG)])] == ["BAR", "FOO_DEBUG"]


def test_what_came_and_what_went(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", _KCONFIG)
    new = tree(tmp_path / "new", _KCONFIG.replace("FOO_DEBUG", "FOO_TRACE").replace("config BAR", "config BAZ"))
    assert [(word, option.name) for word, option in changes(old, new)] == [("new", "FOO_TRACE"), ("gone", "FOO_DEBUG")]


@pytest.mark.parametrize("page", [REASONS, PAGE], ids=lambda page: page.name)
def test_rules_that_the_pages_name_exist(page: Path) -> None:
    ids = {rule.id for rule in shipped_catalogue()}
    mentioned = set(re.findall(r"`([a-z-]+/[a-z0-9-]+)`", page.read_text(encoding="utf-8")))
    checks = {name for name in mentioned if name.startswith(("config/", "kconfig/"))}
    assert mentioned - checks <= ids
    assert len(mentioned) > 5


def test_nothing_has_both_a_rule_and_a_reason() -> None:
    globs = [name for name in reasons(REASONS.read_text(encoding="utf-8")) if "*" not in name]
    ruled = frozenset[str]().union(*map(named, shipped_catalogue()))
    assert {name for name in globs if name in ruled} == set()


@pytest.mark.trees
def test_every_candidate_of_a_real_tree_has_a_rule_or_a_reason(kernel: Path, release: str) -> None:
    if release != "6.12":
        pytest.skip("judged for 6.12 and 7.3")
    ruled = frozenset[str]().union(*map(named, shipped_catalogue()))
    judged = reasons(REASONS.read_text(encoding="utf-8"))
    found = candidates([kernel])
    assert len(found) > 200
    left = [item for item in found if item.name not in ruled]
    assert [item.name for item in left if not any(fnmatchcase(item.name, glob) for glob in judged)] == []
