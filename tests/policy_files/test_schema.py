# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON Schemas say what the readers say."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from kpolicy.policy.files.policy_file import THRESHOLDS, TOOLS
from kpolicy.policy.files.policy_reader import KEYS, OVERRIDE_KEYS, SETTING_KEYS, SWITCHES, WAIVER_KEYS
from kpolicy.policy.files.require_reader import TABLE_KEYS
from kpolicy.policy.files.shipped import SHIPPED, shipped_text
from kpolicy.policy.rules import load
from kpolicy.policy.rules.catalogue import shipped_files
from kpolicy.policy.rules.rule import KINDS, SEVERITIES
from kpolicy.policy.schema import NAMES, SchemaName, schema_text

BROKEN = Path(__file__).parent / "broken"
# What no schema can tell: names that are not there, files that are not there, globs, circles, dates
# that the calendar does not have, tools that do not go together.
_BEYOND = (
    "extends-circle", "extends-itself", "extends-missing-file", "extends-folder", "extends-unknown", "extends-empty",
    "override-glob", "parameter-unknown", "reading-of-what-remains", "reading-role-unknown", "reading-unknown",
    "require", "required-odd-id", "role-unknown", "roles-glob", "rule-bracket", "rule-family-unknown",
    "rule-glob-matches-nothing", "rule-three-parts", "rule-unknown", "rules-dir-broken-rule", "rules-dir-clash",
    "rules-dir-empty", "rules-dir-loose-file", "rules-dir-missing", "rules-dir-reserved", "toolchain-dummy-and-more",
    "toolchain-no-compiler", "waiver-glob", "waiver-rule", "parameter-own",
)  # fmt: skip


@cache
def validator(name: SchemaName) -> Draft202012Validator:
    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def as_json(value: Any) -> Any:
    """What a TOML file holds, as JSON has it."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def faults(name: SchemaName, text: str) -> list[str]:
    return [error.message for error in validator(name).iter_errors(as_json(tomllib.loads(text)))]


@pytest.mark.parametrize("name", NAMES)
def test_they_are_schemas_of_the_draft_that_they_name(name: SchemaName) -> None:
    assert validator(name).schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"  # type: ignore[index]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policies(name: str) -> None:
    assert faults("policy", shipped_text(name)) == []


def test_shipped_rules() -> None:
    files = list(shipped_files())
    assert len(files) >= 20
    assert {rule_id: found for rule_id, _, text in files if (found := faults("rule", text))} == {}


def test_a_rule_with_parameters() -> None:
    text = (BROKEN / "support" / "own" / "site" / "small-pool.toml").read_text(encoding="utf-8")
    assert faults("rule", text) == []
    for old, new in (
        ("default = 16000", "default = true"),
        ("default = 16000", "defaults = 16000"),
        ("[parameters.pool_size]", "[parameters.Pool]"),
        ('kind = "defeat"', 'kind = "cost"'),
        ('kind = "defeat"', 'kind = "defeats"'),
        ('title = "', 'tile = "'),
        ("[[fires]]", "[[fire]]"),
        ('remedy = ["CONFIG_', 'remedy = ["'),
    ):
        assert text.count(old) == 1
        assert faults("rule", text.replace(old, new)), new


@pytest.mark.parametrize("case", sorted(path.stem for path in BROKEN.glob("*.toml")))
def test_broken_policies(case: str) -> None:
    try:
        text = (BROKEN / f"{case}.toml").read_text(encoding="utf-8")
        found = faults("policy", text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return
    assert bool(found) is (case not in _BEYOND), found


def test_the_lists_of_beyond_are_real() -> None:
    assert set(_BEYOND) <= {path.stem for path in BROKEN.glob("*.toml")}


def test_they_name_the_same_words_as_the_readers() -> None:
    policy, rule = (json.loads(schema_text(name)) for name in NAMES)
    properties = policy["properties"]
    assert tuple(properties) == KEYS
    assert tuple(properties["fail_on"]["enum"]) == THRESHOLDS
    assert tuple(properties["toolchain"]["oneOf"][1]["properties"]) == TOOLS
    assert tuple(properties["override"]["items"]["properties"]) == OVERRIDE_KEYS
    assert tuple(properties["waiver"]["items"]["properties"]) == WAIVER_KEYS
    assert set(policy["$defs"]["requirement"]["properties"]) == set(TABLE_KEYS)
    word, table = policy["$defs"]["rules"]["additionalProperties"]["oneOf"]
    assert tuple(word["enum"]) == (*SWITCHES, *SEVERITIES)
    assert tuple(table["properties"]) == SETTING_KEYS
    assert tuple(policy["$defs"]["severity"]["enum"]) == SEVERITIES
    assert sorted(rule["properties"]) == sorted(load._KEYS)
    assert tuple(rule["properties"]["kind"]["enum"]) == KINDS
    assert tuple(rule["properties"]["severity"]["enum"]) == SEVERITIES
    assert tuple(rule["$defs"]["reference"]["properties"]) == load._REFERENCE_KEYS
    assert tuple(rule["$defs"]["example"]["properties"]) == load._EXAMPLE_KEYS
    assert tuple(rule["properties"]["parameters"]["additionalProperties"]["properties"]) == load._PARAMETER_KEYS
