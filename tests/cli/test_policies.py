# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies on the command line: which one is taken, waivers, baselines, requirements, and showing what is in force."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from kpolicy.cli import setup, status
from tests.cli.support import append, copy_of_demo, kpolicy

RULE = "kmemleak/in-production"
CONFIG = "arch/x86/configs/graphics_defconfig"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def _rules(outcome_json: object, key: str = "findings") -> set[tuple[str, str]]:
    assert isinstance(outcome_json, dict)
    return {(config["config"], item["rule"]) for config in outcome_json["configs"] for item in config[key]}


def _audit(tree: Path, *words: str | Path) -> object:
    return kpolicy("audit", tree, "-o", "json", *words).json


def _waiver(rule: str = RULE, config: str = CONFIG, more: str = "") -> str:
    return f'[[waiver]]\nrule = "{rule}"\nconfig = "{config}"\nreason = "known"\nowner = "graphics"\n{more}\n'


def test_without_a_policy_nothing_is_said_about_one(tree: Path) -> None:
    outcome = kpolicy("audit", tree)
    assert outcome.status == status.FINDINGS
    assert "policy" not in outcome.err


def test_the_policy_of_the_tree_is_found(tree: Path) -> None:
    assert (CONFIG, RULE) in _rules(_audit(tree))
    (tree / "kpolicy.toml").write_text("[rules]\nkmemleak = 'off'\n")
    outcome = kpolicy("audit", tree, "-o", "json")
    assert (CONFIG, RULE) not in _rules(outcome.json)
    assert f"by the policy in {Path(tree / 'kpolicy.toml')}"[-20:] in outcome.err
    assert outcome.json["policies"][0]["files"][0].endswith("kpolicy.toml")


def test_the_policy_of_the_nearest_folder_is_for_a_config(tree: Path, tmp_path: Path) -> None:
    (tree / "kpolicy.toml").write_text("[rules]\nkmemleak = 'off'\n")
    for folder, text in (("one", "[rules]\n'*' = 'off'\n"), ("two", "fail_on = 'never'\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kpolicy.toml").write_text(text)
        (tmp_path / folder / "c_defconfig").write_bytes((tree / CONFIG).read_bytes())
    one, two = tmp_path / "one" / "c_defconfig", tmp_path / "two" / "c_defconfig"
    outcome = kpolicy("check", "--tree", tree, "--arch", "x86", "-o", "json", one, two)
    assert [len(config["findings"]) > 0 for config in outcome.json["configs"]] == [False, True]
    assert [policy["fail_on"] for policy in outcome.json["policies"]] == ["warning", "never"]
    assert outcome.status == status.CLEAN
    assert kpolicy("check", "--tree", tree, "--arch", "x86", "--fail-on", "error", one, two).status == status.FINDINGS


def test_policy_names_one(tree: Path, tmp_path: Path) -> None:
    (tree / "kpolicy.toml").write_text("[rules]\n'*' = 'off'\n")
    assert {config["role"]["name"] for config in _configs(_audit(tree, "--policy", "fuzzing"))} == {"fuzzing"}
    own = tmp_path / "own.toml"
    own.write_text("[roles]\n'*' = 'debug'\n")
    assert {config["role"]["name"] for config in _configs(_audit(tree, "--policy", own))} == {"debug"}
    evidence = _configs(_audit(tree, "--policy", own))[0]["role"]["evidence"]
    assert evidence[0]["location"] == {"path": str(own), "line": 2}


def _configs(outcome_json: object) -> list[dict[str, Any]]:
    assert isinstance(outcome_json, dict)
    configs: list[dict[str, Any]] = outcome_json["configs"]
    return configs


def test_a_broken_policy_is_told_before_any_work(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text("fail-on = 'error'\n[rules]\nkmemleek = 'off'\n")
    outcome = kpolicy("audit", tree)
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert "kpolicy.toml:1: error: unknown key 'fail-on'" in outcome.err
    assert "kpolicy.toml:3: error: unknown family 'kmemleek'" in outcome.err
    assert "did you mean 'kmemleak'?" in outcome.err


def test_policy_that_is_not_there(tree: Path) -> None:
    outcome = kpolicy("audit", tree, "--policy", "prodution")
    assert outcome.status == status.USAGE
    assert "did you mean 'production'?" in outcome.err


def test_fail_on_of_the_policy_and_of_the_command_line(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text("fail_on = 'never'\n")
    assert kpolicy("audit", tree).status == status.CLEAN
    assert kpolicy("audit", tree, "--fail-on", "error").status == status.FINDINGS


def test_the_toolchain_of_the_policy(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text("toolchain = 'gcc-14.2'\n")
    assert "14.2" in kpolicy("audit", tree, "-o", "json").json["toolchain"]
    assert "19.1" in kpolicy("audit", tree, "-o", "json", "--toolchain", "clang-19.1").json["toolchain"]


def test_checks_can_be_switched_on(tree: Path) -> None:
    line = append(tree / CONFIG, "CONFIG_SMP=y\n")
    (tree / "kpolicy.toml").write_text("[rules]\n'*' = 'off'\n'config/redundant-line' = 'warning'\n")
    found = [item for config in _configs(_audit(tree)) for item in config["findings"]]
    assert {item["rule"] for item in found} == {"config/redundant-line"}
    assert line > 1


def test_a_waived_finding_does_not_count(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text(_waiver())
    found = _audit(tree)
    assert (CONFIG, RULE) not in _rules(found)
    assert (CONFIG, RULE) in _rules(found, "waived")
    assert (CONFIG, RULE) in _rules(_audit(tree, "--no-waivers"))
    text = kpolicy("audit", tree, "-v").out
    assert "waived: " in text
    assert "graphics: known" in text
    assert text.splitlines()[-1].endswith("; 1 waived")


def test_all_waived_is_clean(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text(_waiver("*", "**/*_defconfig") + _waiver("*", "defconfig"))
    assert kpolicy("audit", tree).status == status.CLEAN


@pytest.mark.parametrize(("day", "rules"), [("2030-01-01", set()), ("2030-01-02", {"policy/waiver-expired"})])
def test_an_expired_waiver(monkeypatch: pytest.MonkeyPatch, tree: Path, day: str, rules: set[str]) -> None:
    monkeypatch.setattr(setup, "today", lambda: dt.date.fromisoformat(day))
    (tree / "kpolicy.toml").write_text(_waiver(more="expires = 2030-01-01"))
    found = kpolicy("audit", tree, "-o", "json").json
    assert {item["rule"] for item in found["policies"][0]["findings"]} == rules
    assert ((CONFIG, RULE) in _rules(found)) == bool(rules)


def test_a_waiver_without_use_is_a_finding_where_all_was_looked_at(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text(_waiver("kasan/*", "no_such_defconfig"))
    outcome = kpolicy("audit", tree, "--full")
    assert "kpolicy.toml:1: note: unused waiver: kasan/* matches no finding in no_such_defconfig" in outcome.out
    assert "[policy/waiver-unused]" in outcome.out
    assert "waiver-unused" not in kpolicy("audit", tree, "--arch", "x86").out


def test_requirements(tree: Path, tmp_path: Path) -> None:
    fragment = tmp_path / "site.config"
    fragment.write_text("# CONFIG_DEBUG_KMEMLEAK is not set\n")
    outcome = kpolicy("check", "--tree", tree, "graphics_defconfig", "--require", fragment)
    assert f"required by {fragment}:1" in outcome.out
    assert "[required/debug-kmemleak]" in outcome.out
    (tree / "kpolicy.toml").write_text("require = ['tree:kernel/configs/debug.config']\n[rules]\nrequired = 'error'\n")
    found = kpolicy("check", "--tree", tree, "-o", "json", "graphics_defconfig").json["configs"][0]["findings"]
    severities = {item["severity"] for item in found if item["rule"].startswith("required/")}
    assert severities == {"error"}


def test_a_fragment_that_the_tree_does_not_have(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text("require = ['tree:kernel/configs/none.config']\n")
    assert "requirements of kernel/configs/none.config are ignored" in kpolicy("audit", tree).err
    assert kpolicy("audit", tree, "--require", "nowhere.config").status == status.USAGE


def test_requirements_without_a_tree(tree: Path, tmp_path: Path) -> None:
    full = tmp_path / ".config"
    full.write_text(kpolicy("expand", "--tree", tree, "graphics_defconfig").out)
    fragment = tmp_path / "site.config"
    fragment.write_text("CONFIG_NO_SUCH=y\n# CONFIG_DEBUG_KMEMLEAK is not set\n# CONFIG_NONE is not set\n")
    outcome = kpolicy("check", full, "--require", fragment)
    assert "CONFIG_NO_SUCH=y required by" in outcome.out
    assert "not set, there is no line for it [required/no-such]" in outcome.out
    assert "[required/debug-kmemleak]" in outcome.out
    assert "required/none" not in outcome.out


def test_a_policy_without_a_tree(tree: Path, tmp_path: Path) -> None:
    full = tmp_path / ".config"
    full.write_text(kpolicy("expand", "--tree", tree, "graphics_defconfig").out)
    assert RULE in kpolicy("check", full).out
    (tmp_path / "kpolicy.toml").write_text(_waiver(config=".config"))
    outcome = kpolicy("check", full)
    assert f"[{RULE}]" in outcome.out
    assert "waived: " in outcome.out


def test_a_baseline(tree: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    outcome = kpolicy("baseline", "update", "--tree", tree, "--baseline", known)
    assert outcome.status == status.USAGE
    assert "--grow" in outcome.err
    outcome = kpolicy("baseline", "update", "--tree", tree, "--baseline", known, "--grow")
    assert outcome.status == status.CLEAN
    count = sum(item["count"] for item in json.loads(known.read_text())["findings"])
    assert outcome.out == f"{known}: {count} known; 0 removed, {count} new\n"
    outcome = kpolicy("audit", tree, "--baseline", known)
    assert outcome.status == status.CLEAN
    assert outcome.out.splitlines()[-1].endswith(f"; {count} in the baseline")
    append(tree / CONFIG, "CONFIG_NO_SUCH_OPTION=y\n")
    outcome = kpolicy("audit", tree, "--baseline", known, "-o", "json")
    assert _rules(outcome.json) == {(CONFIG, "config/unknown-symbol")}
    assert outcome.status == status.FINDINGS


def test_a_baseline_only_shrinks(tree: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    kpolicy("baseline", "update", "--tree", tree, "--baseline", known, "--grow")
    before = known.read_text()
    config = tree / CONFIG
    text = config.read_text().replace("CONFIG_DEBUG_KMEMLEAK=y\n", "")
    config.write_text(text + "CONFIG_NO_SUCH_OPTION=y\n")
    assert "no longer occurs: `kpolicy baseline update`" in kpolicy("audit", tree, "--baseline", known).err
    outcome = kpolicy("baseline", "update", "--tree", tree, "--baseline", known, "i386_defconfig")
    assert (outcome.status, known.read_text()) == (status.CLEAN, before)
    outcome = kpolicy("baseline", "update", "--tree", tree, "--baseline", known)
    assert "1 new, not added (--grow adds them)" in outcome.out
    assert RULE not in known.read_text()
    assert "NO_SUCH_OPTION" not in known.read_text()


@pytest.mark.parametrize("text", ["", "{}", '{"format": "kpolicy-baseline/1", "findings": [{"rule": 1}]}'])
def test_a_broken_baseline(tree: Path, tmp_path: Path, text: str) -> None:
    known = tmp_path / "known.json"
    known.write_text(text)
    for words in (["audit", str(tree)], ["baseline", "update", "--tree", str(tree), "--grow"]):
        outcome = kpolicy(*words, "--baseline", known)
        assert outcome.status == status.USAGE
        assert outcome.err.startswith((f"{known}: error: not a baseline", f"{known}:1: error: "))
    assert known.read_text() == text


def test_a_baseline_needs_a_tree(tmp_path: Path) -> None:
    outcome = kpolicy("-C", tmp_path, "baseline", "update", "--baseline", "x.json")
    assert outcome.status == status.USAGE
    assert "--tree" in outcome.err


def test_policy_show(tree: Path) -> None:
    (tree / "kpolicy.toml").write_text(
        "require = ['tree:kernel/configs/debug.config']\n[rules]\nkasan = 'note'\n"
        f"[[override]]\nconfigs = ['graphics_defconfig']\n[override.rules]\n'{RULE}' = 'off'\n" + _waiver()
    )
    text = kpolicy("policy", "show", "--tree", tree, "graphics_defconfig").out
    line = next(line for line in text.splitlines() if RULE in line)
    assert line.split()[1] == "off"
    assert line.endswith("kpolicy.toml:7")
    assert "kernel/configs/debug.config:" in text
    assert "no expiry" in text
    assert f"  {RULE} " not in kpolicy("policy", "show", "--tree", tree).out.partition("waivers")[0]
    everything = kpolicy("policy", "show", "--tree", tree, "--all").out
    assert "debug-vm/in-production" in everything
    assert " default" in everything


@pytest.mark.parametrize("has_tree", [True, False])
def test_policy_show_of_no_config(tree: Path, tmp_path: Path, *, has_tree: bool) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "x.xml").write_text("<xml/>\n")
    expected = {
        "folder": "directory",
        "binary": "looks like an ELF file",
        "x.xml": "looks like an XML file",
        "missing": "o such file",
    }
    for name, said in expected.items():
        outcome = kpolicy("-C", tmp_path, "policy", "show", *(("--tree", tree) if has_tree else ()), tmp_path / name)
        assert (outcome.status in (2, 3), outcome.out) == (True, "")
        assert said in outcome.err


@pytest.mark.parametrize(("text", "what"), [("<xml/>\n", "an XML file"), ('{"rules": {}}\n', "a JSON file")])
def test_a_policy_of_another_format(tree: Path, tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    outcome = kpolicy("policy", "show", "--tree", tree, "--policy", path)
    assert outcome.status == 2
    assert f"{path}:1: error: not TOML: looks like {what}\n" in outcome.err


def test_policy_show_as_json(tree: Path) -> None:
    found = kpolicy("policy", "show", "--tree", tree, "--policy", "hardening", "--format", "json").json
    assert found["files"] == ["kpolicy/policy/shipped/hardening.toml"]
    assert {"setting": "fail_on", "value": "warning", "location": None} not in found["settings"]
    everything = kpolicy("policy", "show", "--tree", tree, "--all", "--format", "json").json
    assert {"setting": "fail_on", "value": "warning", "location": None} in everything["settings"]


def test_policy_show_without_a_tree(tmp_path: Path) -> None:
    (tmp_path / "kpolicy.toml").write_text("fail_on = 'error'\n")
    text = kpolicy("-C", tmp_path, "policy", "show").out
    assert "by kpolicy.toml" in text
    assert [line.split() for line in text.splitlines() if "fail_on" in line] == [["fail_on", "error", "kpolicy.toml:1"]]


@pytest.mark.parametrize(("release", "severity"), [("6.1.9", "warning"), ("6.12.1", "note")])
def test_requirements_for_removed_symbols_without_a_tree(tmp_path: Path, release: str, severity: str) -> None:
    full = tmp_path / ".config"
    head = f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 {release} Kernel Configuration\n#\n"
    full.write_text(head + "CONFIG_X86=y\n")
    fragment = tmp_path / "site.config"
    fragment.write_text("CONFIG_DEBUG_CREDENTIALS=y\n")
    out = kpolicy("check", full, "--require", fragment).out
    assert f"site.config:1: {severity}: " in out
    assert ("Linux 6.12.1 has no such symbol: in Linux 6.5, gone by 6.6.9 [policy/unknown-requirement]" in out) is (
        severity == "note"
    )


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        (("--select", "required"), True),
        (("--select", "required/no-such"), True),
        (("--select", "required/no-*"), True),
        (("--select", "required/kasan"), False),
        (("--select", "kasan"), False),
        (("--select", "required", "--ignore", "policy/unknown-requirement"), False),
    ],
)
def test_who_selects_requirements_is_told_which_cannot_be_judged(
    selection: tuple[str, ...], demo: Path, tmp_path: Path, *, told: bool
) -> None:
    site = tmp_path / "site.config"
    site.write_text("CONFIG_NO_SUCH=y\nCONFIG_KASAN=y\n")
    outcome = kpolicy("check", "--tree", demo, "--require", site, *selection, "arch/x86/configs/debug_defconfig")
    assert ("[policy/unknown-requirement]" in outcome.out) is told
