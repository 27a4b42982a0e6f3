# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in force for a config, and which line says so."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.location import Location
from kpolicy.policy.files.extends import default_policy, load_policy, policy_of_text
from kpolicy.policy.files.policy_file import Placed
from kpolicy.policy.files.settings import Policy, RuleSetting, Settings, verdict
from kpolicy.policy.files.show import changed, rows
from kpolicy.policy.judging.check import judge
from kpolicy.policy.rules.rule import Severity
from tests.policy.support import values_of

RULES = ("kasan/vmalloc-unwatched", "kasan/pages-without-owner", "slab/debug-on-in-production")
SELECTORS = (*RULES, "kasan", "kasan/*", "*/*-in-production", "*")
CONFIGS = ("arch/x86/configs/x86_64_defconfig", "arch/arm64/configs/defconfig", ".config")
GLOBS = ("*", "*_defconfig", "arch/x86/**", ".config", "arch/arm64/configs/defconfig")


def of(text: str, config: str = "some_defconfig") -> Settings:
    return policy_of_text("kpolicy.toml", text).settings(config)


def setting(settings: Settings, rule: str) -> RuleSetting:
    return next(item for item in settings.entries if item.id == rule)


def line(placed: Placed[bool] | Placed[Severity]) -> int | None:
    return placed.location.line if placed.location is not None else None


def test_without_a_policy_everything_is_as_it_ships() -> None:
    policy = default_policy()
    settings = policy.settings("some_defconfig")
    assert settings.rules == policy.rules
    assert settings.role is None
    assert policy.toolchain is None
    assert policy.fail_on == Placed("warning")
    assert all(row.origin is None for row in rows(settings))
    assert list(changed(settings)) == []
    quiet = {check.id for check in policy.vocabulary.checks if check.quiet}
    assert settings.checks == {check.id for check in policy.vocabulary.checks} - quiet
    assert quiet


def test_off_on_and_severity() -> None:
    settings = of(
        """\
[rules]
kasan = "off"
"kasan/vmalloc-unwatched" = "error"
slab.enabled = false
"config/redundant-line" = "on"

[rules."debug-vm/in-production"]
severity = "note"
"""
    )
    on = {rule.id: rule.severity for rule in settings.rules}
    assert on["kasan/vmalloc-unwatched"] == "error"
    assert on["debug-vm/in-production"] == "note"
    assert not [rule for rule in on if rule.startswith(("slab/", "kasan/")) and rule != "kasan/vmalloc-unwatched"]
    assert "config/redundant-line" in settings.checks
    assert line(setting(settings, "kasan/vmalloc-unwatched").severity) == 3
    assert line(setting(settings, "kasan/pages-without-owner").enabled) == 2
    assert line(setting(settings, "slab/debug-on-in-production").enabled) == 4
    assert setting(settings, "debug-vm/in-production").severity == Placed("note", Location("kpolicy.toml", 8))


def test_a_severity_in_a_table_switches_nothing_on() -> None:
    settings = of('rules.kasan = "off"\nrules."kasan/vmalloc-unwatched".severity = "error"\n')
    assert not setting(settings, "kasan/vmalloc-unwatched").enabled.value


def test_what_takes_minutes_is_turned_on_by_its_id_only() -> None:
    family = of('rules.kconfig = "on"\n')
    assert "kconfig/redundant-select" in family.checks
    assert not family.checks & {"kconfig/dead-option", "kconfig/select-of-prompt"}
    named = of('rules."kconfig/dead-option" = "on"\n')
    assert "kconfig/dead-option" in named.checks
    both = of('rules."kconfig/dead-option" = "on"\nrules.kconfig = "off"\n')
    assert "kconfig/dead-option" in both.checks


def test_an_alias_stands_for_its_rule() -> None:
    policy = default_policy()
    aliased = [rule for rule in policy.rules if rule.aliases]
    for rule in aliased:
        assert not setting(of(f'rules."{rule.aliases[0]}" = "off"'), rule.id).enabled.value


def test_overrides_are_for_their_configs_and_the_later_wins() -> None:
    text = """\
[rules]
"kasan/vmalloc-unwatched" = "note"
[[override]]
configs = ["arch/x86/**", ".config"]
rules.kasan = "error"
[[override]]
configs = "x86_64_defconfig"
rules.kasan.enabled = false
"""
    rule = "kasan/vmalloc-unwatched"
    assert setting(of(text, "arch/arm64/configs/defconfig"), rule).severity.value == "note"
    # An override is later than [rules], so that it wins although its selector is wider.
    assert setting(of(text, ".config"), rule).severity == Placed("error", Location("kpolicy.toml", 5))
    found = setting(of(text, "arch/x86/configs/x86_64_defconfig"), rule)
    assert (found.enabled.value, found.severity.value) == (False, "error")


def test_roles_by_the_more_exact_glob_and_by_the_later_file(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('[roles]\n"debug_defconfig" = "debug"\n"*" = "fuzzing"\n', encoding="utf-8")
    text = 'extends = "./base.toml"\n[roles]\n"arch/x86/*/*" = "production"\n"x86/configs/d*" = "fuzzing"\n'
    (tmp_path / "kpolicy.toml").write_text(text, encoding="utf-8")
    policy = load_policy(str(tmp_path / "kpolicy.toml"))
    found = {
        config: (role.value, role.location.path.rpartition("/")[2], role.location.line)
        for config in ("arch/x86/configs/debug_defconfig", "arch/x86/configs/a_defconfig", "debug_defconfig", "x")
        if (role := policy.settings(config).role) is not None and role.location is not None
    }
    assert found == {
        "arch/x86/configs/debug_defconfig": ("fuzzing", "kpolicy.toml", 4),
        "arch/x86/configs/a_defconfig": ("production", "kpolicy.toml", 3),
        "debug_defconfig": ("debug", "base.toml", 2),
        "x": ("fuzzing", "base.toml", 3),
    }


def test_the_last_part_of_a_stack_states_its_role() -> None:
    text = '[roles]\n"x86_64_defconfig" = "production"\n"debug.config" = "debug"\n'
    for config, role in (
        ("arch/x86/configs/x86_64_defconfig+kernel/configs/debug.config", "debug"),
        ("kernel/configs/debug.config+x86_64_defconfig", "production"),
        ("x86_64_defconfig+other.config", "production"),
    ):
        stated = of(text, config).role
        assert stated is not None
        assert stated.value == role


def test_a_stated_role_judges() -> None:
    values = values_of("DEBUG_KERNEL", "DEBUG_VM")
    stated = of('[roles]\n"some_*" = "debug"')
    found = verdict(values, stated)
    assert (found.role, found.reading) == ("debug", "")
    assert (found.evidence[0].location, found.evidence[0].why) == (
        Location("kpolicy.toml", 2),
        "stated by the policy",
    )
    told = of("")
    assert verdict(values, told).role == "production"
    ids = {finding.rule for finding in judge(values, told.rules, "production")}
    assert "debug-vm/in-production" in ids
    off = of('rules."debug-vm/in-production" = "off"')
    assert {finding.rule for finding in judge(values, off.rules, "production")} == ids - {"debug-vm/in-production"}
    note = of('rules."*" = "note"')
    assert {finding.severity for finding in judge(values, note.rules, "production")} == {"note"}


def test_the_reading_of_debug_kernel_can_be_chosen() -> None:
    values = values_of("DEBUG_KERNEL")
    assert verdict(values, of("")).role == "production"
    chosen = of('[roles.reading]\ndebug = "release-candidate"\n')
    assert {name: placed.value for name, placed in chosen.policy.readings.items()} == {"debug": "release-candidate"}
    # The demonstration tree is no release candidate.
    assert verdict(values, chosen).role == "production"


def test_findings_of_checks_are_adjusted() -> None:
    values = values_of("DEBUG_KERNEL", "DEBUG_VM")
    findings = judge(values, default_policy().rules, "production")
    settings = of('rules.debug-vm = "off"\nrules."*" = "error"')
    adjusted = settings.adjust(findings)
    assert {finding.rule for finding in adjusted} == {
        finding.rule for finding in findings if not finding.rule.startswith("debug-vm/")
    }
    assert {finding.severity for finding in adjusted} == {"error"}
    assert of("").adjust(findings) == findings


def test_the_rows_name_the_line_of_every_setting() -> None:
    text = """\
fail_on = "note"
require = "need.config"
toolchain = "gcc-14.2"
[roles]
"*" = "debug"
[roles.reading]
debug = "enables"
[rules]
kasan = "off"
required = "note"
"""
    found = [(row.setting, row.value, row.origin.line if row.origin else None) for row in changed(of(text))]
    kasan = [(rule.id, "off", 9) for rule in default_policy().rules if rule.family == "kasan"]
    assert found == [
        ("role", "debug", 5),
        ("reading of debug", "enables", 7),
        ("fail_on", "note", 1),
        ("toolchain.compiler", "gcc-14.2", 3),
        ("require", "need.config", 2),
        *kasan,
        ("required", "note", 10),
    ]


# The algebra: a policy is a row of layers, and files put in a row are one.

changes = st.fixed_dictionaries(
    {}, optional={"enabled": st.booleans(), "severity": st.sampled_from(("error", "warning", "note"))}
)
tables = st.dictionaries(st.sampled_from(SELECTORS), changes, max_size=4)
overrides = st.lists(st.tuples(st.sampled_from(GLOBS), tables), max_size=3)
files = st.tuples(tables, overrides)
File = tuple[dict[str, dict[str, object]], list[tuple[str, dict[str, dict[str, object]]]]]


def text_of(file: File) -> str:
    lines = ["[rules]", *table_of(file[0])]
    for glob, table in file[1]:
        lines += ["[[override]]", f'configs = "{glob}"', "[override.rules]", *table_of(table)]
    return "\n".join(lines) + "\n"


def table_of(table: dict[str, dict[str, object]]) -> list[str]:
    return [
        f'"{selector}" = {{ {", ".join(f"{key} = {toml(value)}" for key, value in change.items())} }}'
        for selector, change in table.items()
    ]


def toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def outcome(policy: Policy) -> list[tuple[str, str, bool, str]]:
    return [
        (config, item.id, item.enabled.value, item.severity.value)
        for config in CONFIGS
        for item in policy.settings(config).entries
    ]


def policy_of(*files: File) -> Policy:
    """The policies of some texts, in a row."""
    found = [policy_of_text(f"{number}.toml", text_of(file)) for number, file in enumerate(files)]
    return Policy(tuple(file for policy in found for file in policy.files), default_policy().vocabulary)


@given(files)
@settings(deadline=None)
def test_a_policy_after_itself_changes_nothing(file: File) -> None:
    assert outcome(policy_of(file, file)) == outcome(policy_of(file))


@given(files)
@settings(deadline=None)
def test_an_empty_policy_changes_nothing(file: File) -> None:
    empty: File = ({}, [])
    assert outcome(policy_of(empty, file)) == outcome(policy_of(file)) == outcome(policy_of(file, empty))


@given(files, st.sampled_from(RULES), st.sampled_from(("on", "off")))
@settings(deadline=None)
def test_what_is_set_last_for_a_rule_holds(file: File, rule: str, word: str) -> None:
    last: File = ({rule: {"enabled": word == "on", "severity": "note"}}, [])
    for config in CONFIGS:
        found = setting(policy_of(file, last).settings(config), rule)
        assert (found.enabled.value, found.severity.value) == (word == "on", "note")
        assert found.severity.location is not None
        assert found.severity.location.path == "1.toml"


@given(tables)
@settings(deadline=None)
def test_an_override_for_all_is_as_good_as_the_rules_of_a_later_file(table: dict[str, dict[str, object]]) -> None:
    base: File = ({"kasan": {"severity": "error"}}, [])
    assert outcome(policy_of((base[0], [("*", table)]))) == outcome(policy_of(base, (table, [])))


@given(tables)
@settings(deadline=None)
def test_the_order_of_keys_in_a_table_does_not_matter(table: dict[str, dict[str, object]]) -> None:
    # Selectors of the same rank match other rules, or come in the order of the file.
    backwards = dict(reversed(table.items()))
    assert outcome(policy_of((table, []))) == outcome(policy_of((backwards, [])))


@given(files, files, st.sampled_from(CONFIGS))
@settings(deadline=None)
def test_what_no_later_file_sets_is_as_the_files_before_have_it(first: File, second: File, config: str) -> None:
    both = policy_of(first, second)
    alone = {
        number: {item.id: item for item in Policy((file,), both.vocabulary).settings(config).entries}
        for number, file in enumerate(both.files)
    }
    for item in both.settings(config).entries:
        later, earlier = alone[1][item.id], alone[0][item.id]
        assert item.enabled == (later.enabled if later.enabled.location else earlier.enabled)
        assert item.severity == (later.severity if later.severity.location else earlier.severity)


@pytest.mark.parametrize("name", ["production", "debug", "fuzzing"])
def test_a_policy_can_be_sent_to_another_process(name: str) -> None:
    policy = load_policy(name)
    assert policy.rules
    again = pickle.loads(pickle.dumps(policy))
    assert again.settings("x").rules == policy.settings("x").rules
