# SPDX-License-Identifier: GPL-2.0-or-later
"""Requirements that stand in a policy file: `[[require]]`."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.errors import UsageError
from kpolicy.evaluate.values import Values
from kpolicy.kernel.version import parse_version
from kpolicy.policy.files.extends import load_policy, policy_of_text
from kpolicy.policy.files.requirement import release, release_text
from kpolicy.policy.fixes.goals import RequirementGoal
from kpolicy.policy.judging.required import judge_requirements, keeps, wanted_value
from kpolicy.policy.judging.requirements import effective, read_requirements
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.toml.toml_file import FileErrors
from kpolicy.run.bare import bare_values
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
    assert len(judged(BASE, lists + table(symbol="LOCALVERSION", value="b", configs="some_*"))) == 3


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


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"value": "y"}, {"value": "n"}, "of two for the same configs only the last takes effect"),
        ({"at_least": 8}, {"at_most": 64}, "of two for the same configs only the last takes effect"),
        ({"value": 3}, {"contains": ["a"]}, "no option has both"),
        ({"contains": ["a"]}, {"value": "m"}, "no option has both"),
        ({"contains": ["a"]}, {"at_least": 5}, "no option has both"),
        ({"value": "y"}, {"value": 3, "architectures": "arm64"}, "no option has both"),
        ({"value": "b,c"}, {"contains": ["a"]}, "the text has no item 'a'"),
        ({"contains": ["a"]}, {"one_of": ["b", "c"]}, "the text has no item 'a'"),
    ],
)
def test_tables_of_one_file_that_exclude_each_other(
    first: dict[str, object], second: dict[str, object], why: str
) -> None:
    with pytest.raises(UsageError) as caught:
        policy_of_text("kpolicy.toml", table(symbol="X", **first) + table(symbol="X", **second))
    (error,) = caught.value.errors if isinstance(caught.value, FileErrors) else ()
    assert error.message.endswith(f"on line 2: {why}")
    assert (str(error.location), error.column) == ("kpolicy.toml:6", len(f"{next(iter(second))} = ") + 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"value": "y"}, {"value": "y"}),
        ({"value": "y"}, {"value": "n", "architectures": "arm64"}),
        # BASE_SMALL was a number before Linux 6.10.
        ({"value": "n", "since": "6.10"}, {"value": 0, "before": "6.10"}),
        ({"value": "y", "if_exists": True}, {"value": 3, "configs": "x"}),
        ({"value": "a,b"}, {"contains": ["a"]}),
        ({"contains": ["a"]}, {"contains": ["b"]}),
        ({"value": "n"}, {"contains": ["a"], "configs": "x"}),
        ({"one_of": ["y", 5]}, {"value": 5, "configs": "x"}),
    ],
)
def test_tables_of_one_file_that_go_together(first: dict[str, object], second: dict[str, object]) -> None:
    assert policy_of_text("kpolicy.toml", table(symbol="X", **first) + table(symbol="X", **second)).require


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"a', '"a is no text in double quotes'),
        ('"a" b', '"a" b is no text in double quotes'),
        ("a\nb", "no value of an option has more than one line"),
    ],
)
def test_values_that_no_option_has(value: str, message: str) -> None:
    for keys in ({"value": value}, {"one_of": ["y", value]}):
        with pytest.raises(FileErrors) as caught:
            policy_of_text("kpolicy.toml", table(symbol="X", **keys))
        assert [error.message for error in caught.value.errors] == [message]


BARE = (
    "# Linux/x86 6.12.0 Kernel Configuration\n"
    "CONFIG_SMP=y\nCONFIG_NR_CPUS=8\nCONFIG_START=0x1000\n"
    'CONFIG_LSM="yama"\n# CONFIG_KASAN is not set\n'
)


def bare(text: str) -> Values:
    return bare_values(parse_config(".config", text.encode()), "x86_64")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"symbol": "SMP", "contains": ["a"]}, "no list of items is in CONFIG_SMP, which is y in this .config"),
        ({"symbol": "SMP", "value": 3}, "'3' is not a valid value for CONFIG_SMP, which is y in this .config"),
        (
            {"symbol": "NR_CPUS", "value": "m"},
            "'m' is not a valid value for CONFIG_NR_CPUS, which is 8 in this .config",
        ),
        ({"symbol": "KASAN", "at_least": 5}, "no number is the value of CONFIG_KASAN, which is n in this .config"),
        ({"symbol": "LSM", "one_of": ["y", 1]}, "'y' or '1' is not a valid value for CONFIG_LSM, which is \"yama\" in"),
        ({"symbol": "START", "value": "x"}, "'\"x\"' is not a valid value for CONFIG_START, which is 0x1000 in this"),
    ],
)
def test_without_a_tree_the_config_shows_the_type(keys: dict[str, object], message: str) -> None:
    found, _ = read_requirements([], policy_of_text("kpolicy.toml", table(**keys)).require)
    with pytest.raises(UsageError) as caught:
        judge_requirements(bare(BARE), found, complete=False)
    assert caught.value.message.startswith(message)
    assert (str(caught.value.location), caught.value.source_line) == ("kpolicy.toml:2", table(**keys).splitlines()[2])
    # Of another tool's policy it is a finding, and no line is proposed that the symbol cannot have.
    (finding,) = judge_requirements(bare(BARE), [replace(found[0], origin="foreign")], complete=False)
    assert finding.remedy == ()


def test_all_values_that_cannot_be_are_reported_at_once() -> None:
    text = table(symbol="SMP", value=3) + table(symbol="NR_CPUS", value="y")
    found, _ = read_requirements([], policy_of_text("kpolicy.toml", text).require)
    with pytest.raises(FileErrors) as caught:
        judge_requirements(bare(BARE), found, complete=False)
    assert [str(error.location) for error in caught.value.errors] == ["kpolicy.toml:2", "kpolicy.toml:5"]


@pytest.mark.parametrize(
    ("keys", "remedy"),
    [
        # A bool can be a tristate where only its value is known.
        ({"symbol": "KASAN", "value": "m"}, "CONFIG_KASAN=m"),
        ({"symbol": "NR_CPUS", "value": 64}, "CONFIG_NR_CPUS=64"),
        ({"symbol": "LSM", "contains": ["bpf"]}, 'CONFIG_LSM="yama,bpf"'),
        # A number has no line "is not set".
        ({"symbol": "NR_CPUS", "value": "n"}, None),
    ],
)
def test_without_a_tree_only_possible_lines_are_proposed(keys: dict[str, object], remedy: str | None) -> None:
    found, _ = read_requirements([], policy_of_text("kpolicy.toml", table(**keys)).require)
    (finding,) = judge_requirements(bare(BARE), found, complete=False)
    assert finding.remedy == ((remedy,) if remedy else ())


def test_a_bool_that_a_foreign_policy_wants_as_a_module_is_proposed_as_y() -> None:
    found, _ = read_requirements([], policy_of_text("kpolicy.toml", table(symbol="DEBUG_VM", value="m")).require)
    (finding,) = judge_requirements(BASE, [replace(found[0], origin="foreign")])
    assert finding.remedy == ("CONFIG_DEBUG_VM=y",)


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("DEBUG_KERNEL", []),
        ("DEBUG_KERNEL && !DEBUG_KERNELL", ["DEBUG_KERNELL"]),
        ("NO_SUCH_ONE = y || NO_SUCH_ONE = m", ["NO_SUCH_ONE"]),
        ("exists(NO_SUCH_ONE) && NO_SUCH_ONE", []),
        ("settable(NO_SUCH_ONE)", ["NO_SUCH_ONE"]),
    ],
)
def test_a_condition_with_a_symbol_that_the_tree_lacks(when: str, names: list[str]) -> None:
    text = table(symbol="DEBUG_KERNEL", value="y", when=when, owner="lab")
    found = judged(BASE, text + table(symbol="MODULES", value="y", when=when))
    assert [finding.symbol for finding in found] == names
    for finding in found:
        assert (finding.rule, finding.severity, finding.owner) == ("policy/unknown-requirement", "warning", "lab")
        assert str(finding.place) == "kpolicy.toml:2"
        name = finding.symbol
        likely = "; did you mean DEBUG_KERNEL?" if name == "DEBUG_KERNELL" else ""
        start = f"{name} in the condition of CONFIG_DEBUG_KERNEL=y required by kpolicy.toml:2: x86"
        assert finding.message == f"{start} has no such symbol in this tree{likely}"


def test_conditions_for_other_kernels_and_of_other_tools_are_left_alone() -> None:
    text = table(symbol="DEBUG_KERNEL", value="y", when="NO_SUCH_ONE", architectures="arm64")
    assert not judged(BASE, text)
    found, _ = read_requirements([], policy_of_text("kpolicy.toml", text.replace("arm64", "x86")).require)
    assert judge_requirements(BASE, found)
    assert not judge_requirements(BASE, [replace(item, origin="foreign") for item in found])
    assert not judge_requirements(BASE, found, names=lambda: {"NO_SUCH_ONE": ()})  # type: ignore[arg-type, return-value]
    text = table(symbol="ITS_OPTION", value="y", when="NO_SUCH_ONE", if_exists=True)
    assert not judged(BASE, text)
    assert judged(BASE, text.replace("ITS_OPTION", "DEBUG_KERNEL"))


@pytest.mark.parametrize(
    ("when", "covers"),
    [
        ("RETPOLINE", True),
        ("!RETPOLINE", False),
        ("RETPOLINE && DEBUG_KERNEL", True),
        ("RETPOLINE = y || NO_SUCH_ONE", True),
        ("RETPOLINE != y", False),
        ("assigned(RETPOLINE)", True),
        ("MITIGATION_RETPOLINE", True),
        # Who asks whether a kernel has a name means that name.
        ("exists(RETPOLINE)", False),
        ("exists(RETPOLINE) && RETPOLINE", False),
    ],
)
def test_conditions_follow_renames(when: str, covers: bool) -> None:
    head = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.5 Kernel Configuration\n#\n"
    lines = "CONFIG_X86=y\nCONFIG_DEBUG_KERNEL=y\nCONFIG_MITIGATION_RETPOLINE=y\n# CONFIG_DEBUG_VM is not set\n"
    values = bare_values(parse_config("some.config", (head + lines).encode()))
    found, _ = read_requirements(
        [], policy_of_text("kpolicy.toml", table(symbol="DEBUG_VM", value="y", when=when)).require
    )
    assert bool(effective(values, found, "some.config")) is covers


def test_a_name_that_conditions_have_from_another_release_is_not_unknown(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    with (tree / "lib/Kconfig.debug").open("a") as file:
        file.write('\nconfig MITIGATION_RETPOLINE\n\tbool "retpolines"\n\tdefault y\n')
    policy = tmp_path / "kpolicy.toml"
    policy.write_text(table(symbol="DEBUG_KERNEL", value="y", when="RETPOLINE && NO_SUCH_ONE"))
    config = tmp_path / "some.config"
    config.write_text("CONFIG_NET=y\n")
    out = kpolicy("check", "--tree", tree, "--arch", "x86", "--policy", policy, config).out
    assert "NO_SUCH_ONE in the condition of CONFIG_DEBUG_KERNEL=y" in out
    assert "RETPOLINE in the condition" not in out
