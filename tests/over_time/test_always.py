# SPDX-License-Identifier: GPL-2.0-or-later
"""Options whose code is always built in releases that do not have them, and options that were turned round."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.lines import parse_lines
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from kpolicy.policy.checks.always import sides
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.checks.heirs import Heirs, heirs
from kpolicy.policy.checks.lifetime import is_always_on, lifetime, lifetime_words
from kpolicy.policy.checks.old_names import holds, replacement
from kpolicy.policy.checks.renames import looked_up
from tests.kconfig.small import load, make_tree

_LATER = "VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION =\n"


@pytest.mark.parametrize(
    ("name", "release", "always"),
    [
        ("SCHED_DEBUG", "7.3.4", True),
        ("SCHED_DEBUG", "6.14.1", False),
        ("RANDOM_TRUST_CPU", "6.12.117", True),
        ("MITIGATION_MDS", "6.1.192", True),
        ("MITIGATION_MDS", "6.12.117", False),
        # It came with the mitigation.
        ("MITIGATION_VMSCAPE", "6.1.192", False),
        ("DEBUG_CREDENTIALS", "6.12.117", False),
        ("NO_SUCH_NAME", "6.12.117", False),
    ],
)
def test_what_a_release_without_the_option_has(name: str, release: str, *, always: bool) -> None:
    assert is_always_on(name, release) is always


def test_each_side_is_one_that_there_is() -> None:
    for name, side in sides().items():
        found = lifetime(name)
        assert found is not None, name
        assert found.after if side == "since" else found.first and found.before, name
        assert name not in looked_up(), f"{name} has a successor as well"


def test_it_is_said_since_when() -> None:
    assert lifetime_words("SCHED_DEBUG", "7.3.4") == "always on by Linux 6.18.2"
    assert lifetime_words("RANDOM_TRUST_CPU", "6.12.117") == "always on by Linux 6.2.12"


def _model(folder: Path, kconfig: str, makefile: str = _LATER) -> Model:
    return load(make_tree(folder, {"Kconfig": kconfig, "Makefile": makefile}))


@pytest.mark.parametrize(
    ("line", "tests", "answer", "instead"),
    [
        ("# CONFIG_CRYPTO_MANAGER_DISABLE_TESTS is not set", "y", True, "y"),
        ("# CONFIG_CRYPTO_MANAGER_DISABLE_TESTS is not set", "n", False, "y"),
        ("CONFIG_CRYPTO_MANAGER_DISABLE_TESTS=y", "y", False, "n"),
        ("CONFIG_CRYPTO_MANAGER_DISABLE_TESTS=y", "n", True, "n"),
    ],
)
def test_an_option_that_was_turned_round(tmp_path: Path, line: str, tests: str, answer: object, instead: str) -> None:
    model = _model(tmp_path, f'config CRYPTO_SELFTESTS\n\tbool "Tests"\n\tdefault {tests}\n')
    config = parse_lines("a.config", f"{line}\n".encode())
    values, written = evaluate(model, config, "olddefconfig"), config.assignments[0]
    assert holds(values, written) is answer
    assert replacement(values, written) == (("CRYPTO_SELFTESTS", instead),)


def test_the_old_side_of_it_is_known_to_older_kernels(tmp_path: Path) -> None:
    model = _model(tmp_path, 'config CRYPTO_MANAGER_DISABLE_TESTS\n\tbool "No tests"\n\tdefault y\n')
    assert heirs(model, "CRYPTO_SELFTESTS") == Heirs(("CRYPTO_MANAGER_DISABLE_TESTS",), "opposite")


@pytest.mark.parametrize(
    ("line", "answer"), [("CONFIG_SCHED_DEBUG=y", True), ("# CONFIG_SCHED_DEBUG is not set", False)]
)
def test_what_is_always_on_holds(tmp_path: Path, line: str, answer: object) -> None:
    model = _model(tmp_path, 'config SMP\n\tbool "SMP"\n')
    config = parse_lines("a.config", f"{line}\n".encode())
    assert holds(evaluate(model, config, "olddefconfig"), config.assignments[0]) is answer


@pytest.mark.parametrize("line", ["CONFIG_SCHED_DEBUG=y", "# CONFIG_SCHED_DEBUG is not set"])
def test_a_line_for_what_is_always_on_is_a_note(tmp_path: Path, line: str) -> None:
    model = _model(tmp_path, 'config SMP\n\tbool "SMP"\n')
    values = evaluate(model, parse_lines("a.config", f"{line}\n".encode()), "olddefconfig")
    (found,) = check_lines(values, "any")
    assert found.severity == "note"
    assert "not defined on x86 (always on by Linux 6.18.2): the line has no effect" in found.message
