# SPDX-License-Identifier: GPL-2.0-or-later
"""What docs/policy-files.md shows is so."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.policy.files.extends import default_policy, load_policy
from kpolicy.policy.files.policy_reader import KEYS
from kpolicy.policy.files.require_reader import TABLE_KEYS
from kpolicy.policy.files.shipped import SHIPPED
from kpolicy.policy.files.show import changed
from kpolicy.policy.judging.baseline import KnownRole, make_baseline, parse_baseline
from kpolicy.policy.judging.check import judge
from kpolicy.policy.judging.required import judge_requirements
from kpolicy.policy.judging.requirements import read_requirements, requirements_of
from kpolicy.policy.rule_tests.examples import run_examples
from kpolicy.policy.toml.toml_file import FileErrors
from tests.policy.support import models, values_of

PAGE = Path(__file__).parents[2] / "docs" / "policy-files.md"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def block(kind: str, start: str) -> str:
    (found,) = [text for word, text in BLOCKS if word == kind and text.startswith(start)]
    return str(found)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the page, where it says that they are."""
    monkeypatch.chdir(tmp_path)
    for kind, text in BLOCKS:
        match = re.match(r"# (\S+\.(?:toml|config))\n", text)
        if kind in ("toml", "") and match:
            path = tmp_path / match.group(1)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "base.toml").write_text('fail_on = "error"\n', encoding="utf-8")
    return tmp_path


def test_the_whole_policy(site: Path) -> None:
    policy = load_policy("kpolicy.toml")
    text = block("toml", "# kpolicy.toml")
    assert all(re.search(rf"^(\[*{key}\b|{key} =)", text, re.MULTILINE) for key in KEYS)
    assert policy.fail_on.value == "warning"
    assert policy.toolchain is not None
    assert len(policy.waivers) == 1
    settings = policy.settings("arch/x86/configs/x86_64_defconfig")
    (pool,) = [rule for rule in settings.rules if rule.id == "site/small-pool"]
    assert pool.remedy == ("CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=32000",)
    assert "debug-vm/in-production" not in {rule.id for rule in settings.rules}
    assert {row.origin.path for row in changed(settings) if row.origin} == {
        "kpolicy.toml",
        "kpolicy/policy/shipped/production.toml",
    }
    assert (site / "rules").is_dir()


def test_the_own_rule(site: Path) -> None:
    (rule,) = [rule for rule in load_policy(str(site / "kpolicy.toml")).rules if rule.id == "site/small-pool"]
    results = list(run_examples([rule], models()))
    assert len(results) == 2
    assert all(result.passed for result in results)


def test_the_requirements(site: Path) -> None:
    found = judge_requirements(
        values_of("DEBUG_KERNEL", "DEBUG_VM"),
        requirements_of(parse_config("site.config", (site / "site.config").read_bytes())),
    )
    lines = [f"{item.place}: {item.severity}: {item.message} [{item.rule}]\n" for item in found]
    assert "".join(lines) == block("text", "some_defconfig")


def test_the_errors(site: Path) -> None:
    assert site.is_dir()
    with pytest.raises(FileErrors) as caught:
        load_policy("broken.toml")
    assert f"{caught.value.render()}\n" == block("text", "broken.toml")


def test_the_baseline() -> None:
    text = block("json", "{")
    found = judge(values_of("DEBUG_KERNEL", "DEBUG_VM"), default_policy().rules, "production")
    known = make_baseline(item for item in found if item.rule == "debug-vm/in-production")
    baseline = replace(known, roles=(KnownRole("some_defconfig", "x86", "production"),))
    assert baseline.text() == text
    assert parse_baseline("baseline.json", text) == baseline


def test_the_list_of_shipped_policies() -> None:
    # Other things have tables too, further down.
    text = PAGE.read_text(encoding="utf-8").partition("kpolicy policy show")[0]
    named = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert tuple(named) == SHIPPED


def test_the_tables_of_requirements(site: Path) -> None:
    (site / "site.config").write_text("CONFIG_DEBUG_KERNEL=y\n")
    found, missing = read_requirements([], load_policy("tables.toml").require)
    assert not missing
    assert [item.symbol for item in found] == [
        "OVERLAY_FS", "LSM", "DEFAULT_MMAP_MIN_ADDR", "MODULE_SIG_FORCE", "DEVKMEM", "DEBUG_KERNEL",
    ]  # fmt: skip
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{key}" in text for key in TABLE_KEYS)
