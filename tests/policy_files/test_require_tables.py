# SPDX-License-Identifier: GPL-2.0-or-later
"""Requirements that stand in a policy file: `[[require]]`."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from kpolicy.errors import UsageError
from kpolicy.evaluate.values import Values
from kpolicy.kernel.version import parse_version
from kpolicy.policy.files.extends import load_policy, policy_of_text
from kpolicy.policy.files.requirement import release, release_text
from kpolicy.policy.fixes.goals import RequirementGoal
from kpolicy.policy.judging.required import judge_requirements, keeps, wanted_value
from kpolicy.policy.judging.requirements import effective, read_requirements
from kpolicy.policy.rules.finding import Finding
from tests.cli.support import copy_of_demo, kpolicy
from tests.policy.support import values_of


def judged(values: Values, text: str) -> list[Finding]:
    found, _ = read_requirements([], policy_of_text("kpolicy.toml", text).require)
    assert pickle.loads(pickle.dumps(found)) == found
    return list(judge_requirements(values, found))


def table(**keys: object) -> str:
    return "[[require]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


BASE = values_of(
    "MODULES",
    "DEBUG_KERNEL",
    "DEBUG_KMEMLEAK",
    "DEBUG_KMEMLEAK_MEM_POOL_SIZE=4096",
    'LOCALVERSION="a,b c"',
    "!DEBUG_VM",
)


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ({"symbol": "DEBUG_VM", "value": "n"}, True),
        ({"symbol": "DEBUG_VM", "value": "y"}, False),
        ({"symbol": "DEBUG_KERNEL", "one_of": ["m", "y"]}, True),
        ({"symbol": "DEBUG_VM", "one_of": ["y", "m"]}, False),
        ({"symbol": "DEBUG_KMEMLEAK_MEM_POOL_SIZE", "value": 4096}, True),
        ({"symbol": "DEBUG_KMEMLEAK_MEM_POOL_SIZE", "at_least": 4096}, True),
        ({"symbol": "DEBUG_KMEMLEAK_MEM_POOL_SIZE", "at_least": "0x1001"}, False),
        ({"symbol": "DEBUG_KMEMLEAK_MEM_POOL_SIZE", "at_least": 1, "at_most": 4095}, False),
        ({"symbol": "DEBUG_KMEMLEAK_MEM_POOL_SIZE", "at_most": 5000}, True),
        ({"symbol": "LOCALVERSION", "contains": ["a"]}, True),
        ({"symbol": "LOCALVERSION", "contains": ["c", "a,b"][:1]}, True),
        ({"symbol": "LOCALVERSION", "contains": ["a", "x"]}, False),
        ({"symbol": "LOCALVERSION", "value": "a,b c"}, True),
        ({"symbol": "LOCALVERSION", "value": '"a,b c"'}, True),
        ({"symbol": "DEBUG_VM", "absent": True}, False),
        ({"symbol": "NO_SUCH_THING", "absent": True}, True),
        ({"symbol": "DEBUG_VM_PGFLAGS", "absent": True}, True),
        ({"symbol": "DEBUG_VM_PGFLAGS", "value": "y", "absent": True}, True),
        ({"symbol": "DEBUG_KERNEL", "value": "n", "absent": True}, False),
        ({"symbol": "NO_SUCH_THING", "value": "y", "if_exists": True}, True),
    ],
)
def test_what_a_table_can_require(keys: dict[str, object], kept: bool) -> None:
    assert bool(judged(BASE, table(**keys))) is not kept


@pytest.mark.parametrize(
    ("keys", "message", "remedy"),
    [
        (
            {"symbol": "DEBUG_VM", "one_of": ["y", "m"]},
            "CONFIG_DEBUG_VM=y or m required by kpolicy.toml:2: is n, because of '# CONFIG_DEBUG_VM is not set' at"
            " some_defconfig:6",
            "CONFIG_DEBUG_VM=y",
        ),
        (
            {"symbol": "LOCALVERSION", "contains": ["a", "x"]},
            'CONFIG_LOCALVERSION containing a and x required by kpolicy.toml:2: is "a,b c", without x, because of'
            " 'CONFIG_LOCALVERSION=\"a,b c\"' at some_defconfig:5",
            'CONFIG_LOCALVERSION="a,b c,x"',
        ),
        (
            {"symbol": "DEBUG_KMEMLEAK_MEM_POOL_SIZE", "at_least": 8192, "at_most": 9000},
            "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE from 8192 to 9000 required by kpolicy.toml:2: is 4096, because of"
            " 'CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=4096' at some_defconfig:4",
            "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=8192",
        ),
        (
            {"symbol": "DEBUG_VM", "absent": True},
            "no line for CONFIG_DEBUG_VM required by kpolicy.toml:2: is n, because of '# CONFIG_DEBUG_VM is not set' at"
            " some_defconfig:6",
            None,
        ),
    ],
)
def test_what_a_finding_says(keys: dict[str, object], message: str, remedy: str | None) -> None:
    (finding,) = judged(BASE, table(**keys))
    assert finding.message == message
    assert finding.remedy == ((remedy,) if remedy else ())


def test_a_remedy_keeps_to_the_requirement() -> None:
    for text in (
        table(symbol="LOCALVERSION", contains=["a", "x"]),
        table(symbol="DEBUG_KMEMLEAK_MEM_POOL_SIZE", at_least=8192, at_most=9000),
        table(symbol="DEBUG_VM", one_of=["m", "y"]),
    ):
        (item,) = read_requirements([], policy_of_text("kpolicy.toml", text).require)[0]
        assert not keeps(BASE, item)
        fixed = values_of("DEBUG_KERNEL", "DEBUG_KMEMLEAK", f"{item.symbol}={wanted_value(BASE, item)}")
        assert keeps(fixed, item)
        assert not RequirementGoal((item,)).met(BASE)
        assert RequirementGoal((item,)).met(fixed)


@pytest.mark.parametrize(
    ("scope", "applies"),
    [
        ({}, True),
        ({"architectures": "x86"}, True),
        ({"architectures": ["arm64", "x86_64"]}, True),
        ({"architectures": ["arm64", "i386"]}, False),
        ({"since": "6.12"}, True),
        ({"since": "6.13"}, False),
        ({"before": "6.12"}, False),
        ({"before": "6.13", "since": "6.1"}, True),
        ({"configs": "some_*"}, True),
        ({"configs": ["other", "x"]}, False),
        ({"flavours": "some"}, True),
        ({"flavours": "rt"}, False),
        ({"flavours": ["rt", "some"], "configs": "rt*"}, False),
        ({"when": "DEBUG_KERNEL && !DEBUG_FS"}, True),
        ({"when": "KASAN"}, False),
    ],
)
def test_the_configs_that_it_is_for(scope: dict[str, object], applies: bool) -> None:
    values = values_of("DEBUG_KERNEL", "64BIT")
    flavours = '[flavours]\nsome = "some_*"\nrt = ["*-rt", "rt_*"]\n'
    assert values.model.version.startswith("6.12"), "the tests of releases rest on it"
    assert bool(judged(values, table(symbol="DEBUG_VM", value="y", **scope) + flavours)) is applies


@pytest.mark.parametrize(
    ("bound", "found", "inside"),
    [
        ("6.12", "6.12-rc1", True),
        ("6.12", "6.12.5", True),
        ("6.12", "6.11.99", False),
        ("6.12.0", "6.12-rc7", False),
        ("6.12-rc3", "6.12-rc2", False),
        ("6.12.3", "6.12.3-custom", True),
    ],
)
def test_a_series_begins_with_its_first_release_candidate(bound: str, found: str, inside: bool) -> None:
    assert (not parse_version(found) < release(bound)) is inside
    assert release(release_text(release(bound))) == release(bound)


def test_the_last_that_is_for_a_config_counts() -> None:
    text = table(symbol="DEBUG_VM", value="y") + table(symbol="DEBUG_VM", value="n", architectures="arm64")
    assert judged(BASE, text)
    assert not judged(BASE, text + table(symbol="DEBUG_VM", value="n", configs="some_defconfig"))
    # Lists are apart, from values and from one another.
    lists = "".join(table(symbol="LOCALVERSION", contains=[item]) for item in "xay")
    assert len(judged(BASE, lists + table(symbol="LOCALVERSION", value="b"))) == 3


def test_of_several_files_the_last_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.toml").write_text(table(symbol="DEBUG_VM", value="y") + '[flavours]\nx = "none"\n')
    Path("a.config").write_text("CONFIG_DEBUG_VM=y\n")
    Path("kpolicy.toml").write_text(
        'extends = "base.toml"\n'
        + table(fragment="a.config", when="KASAN", severity="note", owner="us")
        + table(symbol="DEBUG_VM", value="n", flavours="x")
        + '[flavours]\nx = "some_*"\n'
    )
    found, _ = read_requirements([], load_policy("kpolicy.toml").require)
    assert len(found) == 3
    assert not judge_requirements(BASE, found)
    (finding,) = judge_requirements(values_of("KASAN", name="x"), found[1:])
    assert (finding.severity, finding.owner) == ("note", "us")
    assert [item.location.path for item in effective(BASE, found, "some_defconfig")] == ["kpolicy.toml"]


def test_severity_note_and_owner() -> None:
    keys = {"severity": "error", "note": "asked for by the lab", "owner": "lab"}
    (finding,) = judged(BASE, table(symbol="DEBUG_VM", value="y", **keys))
    assert (finding.severity, finding.note, finding.owner) == ("error", "asked for by the lab", "lab")
    (unknown,) = judged(BASE, table(symbol="NO_SUCH", value="y", **keys))
    assert (unknown.rule, unknown.severity, unknown.note) == ("policy/unknown-requirement", "error", keys["note"])


@pytest.mark.parametrize(
    ("keys", "column", "message"),
    [
        ({"symbol": "DEBUG_VM", "value": 5}, 9, "'5' is not a valid value for CONFIG_DEBUG_VM, which is a bool"),
        ({"symbol": "DEBUG_VM", "contains": ["x"]}, 12, "no list of items is in CONFIG_DEBUG_VM, which is a bool"),
        (
            {"symbol": "LOCALVERSION", "at_least": 1},
            12,
            "no number is the value of CONFIG_LOCALVERSION, which is a string",
        ),
    ],
)
def test_a_value_that_the_symbol_cannot_have(keys: dict[str, object], column: int, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        judged(BASE, table(**keys))
    error = caught.value
    assert (error.message, error.column, str(error.location)) == (message, column, "kpolicy.toml:2")
    assert error.source_line
    assert error.source_line.startswith(next(key for key in keys if key != "symbol"))


@pytest.fixture
def outputs(tmp_path: Path) -> dict[str, str]:
    tree = copy_of_demo(tmp_path)
    (tree / "kpolicy.toml").write_text(
        table(symbol="DEBUG_VM", value="y", note="why_we_want_it", owner="who_wants_it", severity="error")
    )
    formats = ("text", "json", "jsonl", "csv", "markdown", "sarif", "junit", "ktap", "github", "gitlab", "html")
    words = [word for form in formats for word in ("-o", f"{form}:{tmp_path / form}")]
    config = "arch/x86/configs/x86_64_defconfig"
    assert kpolicy("check", "--tree", tree, "--select", "required", config, *words).status == 1
    found = {form: (tmp_path / form).read_text() for form in formats}
    found["mail"] = kpolicy("check", "--tree", tree, "--select", "required", config, "--mail").out
    saved = kpolicy("report", tmp_path / "json", "-o", "text")
    return {**found, "saved": saved.out, "show": kpolicy("policy", "show", "--tree", tree).out}


def test_note_and_owner_are_wherever_the_finding_is(outputs: dict[str, str]) -> None:
    lacking = [form for form, text in outputs.items() if "why_we_want_it" not in text or "who_wants_it" not in text]
    assert lacking == []
