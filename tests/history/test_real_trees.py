# SPDX-License-Identifier: GPL-2.0-or-later
"""The history of two real kernels: what changes is what `kpolicy diff` finds, and a summary is short."""

from __future__ import annotations

from pathlib import Path

from kpolicy.policy.checks.renames import all_names
from tests.cli.support import kpolicy
from tests.oracle.trees import Trees


def test_options_change_as_diff_says(trees: Trees) -> None:
    words: tuple[str | Path, ...] = (trees.kernels["6.1"], trees.kernels["6.12"], "--arch", "x86", "--arch", "s390")
    found = kpolicy("history", *words, "--format", "json").json
    names = [item["config"] for item in found["configs"]]
    looked_at = {item["symbol"] for item in found["options"]}
    changes = {
        (item["symbol"], item["before"], item["after"], names[config])
        for item in found["changes"]
        for config in item["configs"]
        if item["earlier_name"] is None
    }
    difference = kpolicy("diff", *words, "--format", "json").json
    # A symbol that was renamed is two changes there.
    expected = {
        (item["symbol"], item["before"], item["after"], difference["configs"][config])
        for item in difference["changes"]
        for config in item["configs"]
        if item["symbol"] in looked_at and len(all_names(item["symbol"])) == 1
    }
    assert changes == expected
    assert len(changes) > 10
    causes = {(item["symbol"], item["text"]) for item in difference["changes"]}
    assert all((item["symbol"], item["steps"][0]["text"]) in causes for item in found["changes"])


def test_a_summary_is_short(trees: Trees) -> None:
    lines = kpolicy("history", trees.kernels["6.1"], trees.kernels["6.12"]).out.splitlines()
    assert len(lines) < 150
    assert max(map(len, lines)) <= 160
