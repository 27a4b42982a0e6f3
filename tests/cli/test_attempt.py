# SPDX-License-Identifier: GPL-2.0-or-later
"""A bug that one config meets costs no other config its report, whichever command looks at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.support import kpolicy

_HEADER = "#\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"


@pytest.mark.parametrize(
    ("words", "module", "name"),
    [
        (("check",), "kpolicy.run.bare", "bare_values"),
        (("cost",), "kpolicy.run.cost", "bare_values"),
        (("role",), "kpolicy.run.role", "bare_values"),
        (("check", "--tree"), "kpolicy.run.selection", "read_target"),
        (("cost", "--tree"), "kpolicy.run.cost", "read_target"),
        (("role", "--tree"), "kpolicy.run.role", "read_target"),
    ],
)
def test_one_config_with_a_bug_leaves_the_others(
    words: tuple[str, ...], module: str, name: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.config").write_text(f"{_HEADER}CONFIG_X86_64=y\nCONFIG_DEBUG_FS=y\n")
    real = getattr(__import__(module, fromlist=[name]), name)

    def broken(config: object, *rest: object, **more: object) -> object:
        if "1.config" in str(config):
            raise ZeroDivisionError("division by zero")
        return real(config, *rest, **more)

    monkeypatch.setattr(f"{module}.{name}", broken)
    tree = (demo, "--arch", "x86_64") if "--tree" in words else ()
    outcome = kpolicy(*words, *tree, tmp_path / "1.config", tmp_path / "2.config")
    assert outcome.status == status.FAILURE
    assert f"{tmp_path}/1.config: error: internal error: ZeroDivisionError: division by zero" in outcome.err
    assert "2.config" in outcome.out
