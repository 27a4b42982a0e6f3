# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments as policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.config.read import parse_config, read_config
from kpolicy.demo import demo_tree
from kpolicy.errors import InputError, UsageError
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.location import Location
from kpolicy.policy.files.extends import load_policy, policy_of_text
from kpolicy.policy.files.requirement import Requirement
from kpolicy.policy.files.vocabulary import requirement_id
from kpolicy.policy.judging.required import judge_requirements
from kpolicy.policy.judging.requirements import read_requirements, requirements_of
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.toml.toml_file import FileErrors
from tests.cli.support import kpolicy
from tests.models import tree_of
from tests.policy.support import values_of


def need(*lines: str) -> tuple[Requirement, ...]:
    return requirements_of(parse_config("need.config", "".join(f"{line}\n" for line in lines).encode()))


def findings(values: Values, *lines: str) -> dict[str, str]:
    return {finding.rule: finding.message for finding in judge_requirements(values, need(*lines), "debug", tree="demo")}


def only(values: Values, *lines: str) -> Finding:
    (finding,) = judge_requirements(values, need(*lines), "debug", tree="demo")
    return finding


def test_what_is_kept_says_nothing() -> None:
    values = values_of("DEBUG_KERNEL", "DEBUG_VM", "!DEBUG_FS", "DEBUG_KMEMLEAK", "DEBUG_KMEMLEAK_MEM_POOL_SIZE=4096")
    kept = (
        "CONFIG_DEBUG_KERNEL=y",
        "CONFIG_DEBUG_VM=y",
        "# CONFIG_KASAN is not set",
        "CONFIG_KCSAN=n",
        "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=4096",
        "# CONFIG_NO_SUCH_SYMBOL is not set",
        "# a comment",
        "",
    )
    assert findings(values, *kept) == {}


def test_a_finding_says_what_where_and_why() -> None:
    values = values_of("!DEBUG_VM", "DEBUG_KERNEL", name="some.config")
    finding = only(values, "# why we want it", "CONFIG_DEBUG_VM=y")
    assert finding.rule == "required/debug-vm"
    assert finding.message == (
        "CONFIG_DEBUG_VM=y required by need.config:2: is n, because of '# CONFIG_DEBUG_VM is not set' at some.config:1"
    )
    assert (finding.severity, finding.symbol, finding.tree, finding.role) == ("warning", "DEBUG_VM", "demo", "debug")
    assert finding.place == Location("some.config", 1)
    assert finding.remedy == ("CONFIG_DEBUG_VM=y",)
    assert [(item.symbol, item.value) for item in finding.symbols] == [("DEBUG_VM", "n")]


def test_the_reason_is_the_true_one() -> None:
    nothing = only(values_of("DEBUG_KERNEL"), "CONFIG_DEBUG_VM=y")
    assert nothing.message.endswith("is n, because it is not set, and it has no default")
    unmet = only(values_of("!DEBUG_KERNEL"), "CONFIG_DEBUG_VM=y")
    needs = "because it needs DEBUG_KERNEL (DEBUG_KERNEL=n) at lib/Kconfig.debug:187"
    assert unmet.message.endswith(f"is n, {needs}")
    # A line alone would not mend it.
    assert unmet.remedy == ()
    dropped = only(values_of("!DEBUG_KERNEL", "DEBUG_VM"), "CONFIG_DEBUG_VM=y")
    assert dropped.message.endswith(f"is n, {needs}"), "in the words of config/dropped-request"
    selected = only(values_of("KASAN"), "# CONFIG_STACKDEPOT is not set")
    assert "is y, because it is selected by STACKDEPOT_ALWAYS_INIT at lib/Kconfig:" in selected.message
    assert [link.symbol for link in selected.causes] == ["STACKDEPOT", "STACKDEPOT_ALWAYS_INIT", "KASAN"]
    assert selected.place == Location("some_defconfig", 1)
    default = only(values_of("DEBUG_KERNEL", "DEBUG_KMEMLEAK"), "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=1000")
    assert "is 16000, because of 'default 16000' at mm/Kconfig.debug:" in default.message
    assert default.remedy == ("CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=1000",)


def test_modules_numbers_and_strings() -> None:
    values = values_of("MODULES", "DEBUG_KERNEL", "DEBUG_KMEMLEAK", 'LOCALVERSION="-x"')
    assert findings(values, "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=016000") == {}
    off = values_of("DEBUG_KERNEL")
    assert list(findings(off, "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000"))
    assert findings(off, "# CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE is not set") == {}


@pytest.mark.parametrize(("modules", "kept"), [("CONFIG_MODULES=y", False), ("# CONFIG_MODULES is not set", True)])
def test_a_module_is_no_built_in_option_without_a_tree(tmp_path: Path, modules: str, kept: bool) -> None:
    """That an option which is y can be no m is known from Kconfig files only, or from a kernel without modules."""
    config, fragment = tmp_path / ".config", tmp_path / "ours.config"
    config.write_text(f"# Linux/x86 6.12.43 Kernel Configuration\nCONFIG_X86_64=y\n{modules}\nCONFIG_XFS_FS=y\n")
    fragment.write_text("CONFIG_XFS_FS=m\n")
    found = kpolicy("check", config, "--require", fragment, "-o", "json").json["configs"][0]["findings"]
    assert [item["rule"] for item in found if item["rule"].startswith("required/")] == (
        [] if kept else ["required/xfs-fs"]
    )


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("CONFIG_DEBUG_KERNEL=m", 21, "'m' is not a valid value for CONFIG_DEBUG_KERNEL, which is a bool"),
        ("CONFIG_DEBUG_KERNEL=", 21, "'' is not a valid value for CONFIG_DEBUG_KERNEL, which is a bool"),
        (
            "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=many",
            37,
            "'many' is not a valid value for CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE, which is an int",
        ),
    ],
)
def test_a_value_that_the_symbol_cannot_have_is_an_error_of_the_policy(line: str, column: int, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        findings(values_of("DEBUG_KERNEL"), "# first", line)
    error = caught.value
    assert (str(error.location), error.source_line, error.column, error.message) == ("need.config:2", line, column, why)


def test_a_symbol_that_linux_no_longer_defines_is_a_note() -> None:
    finding = only(values_of("DEBUG_KERNEL"), "CONFIG_IOSCHED_CFQ=y")
    assert (finding.rule, finding.severity) == ("policy/unknown-requirement", "note")
    assert finding.message.endswith("x86 has no such symbol in this tree: in Linux 4.20, gone by 5.0.1")


def test_an_unknown_symbol_is_a_warning() -> None:
    finding = only(values_of("DEBUG_KERNEL"), "CONFIG_NO_SUCH=y")
    assert (finding.rule, finding.severity) == ("policy/unknown-requirement", "warning")
    assert finding.message == "CONFIG_NO_SUCH=y required by need.config:1: x86 has no such symbol in this tree"
    assert finding.place == Location("need.config", 1)
    off = policy_of_text("kpolicy.toml", 'rules."policy/unknown-requirement" = "off"').settings("x")
    assert off.adjust([finding]) == ()


def test_the_last_line_counts() -> None:
    values = values_of("DEBUG_KERNEL")
    assert findings(values, "CONFIG_DEBUG_VM=y", "# CONFIG_DEBUG_VM is not set") == {}
    assert len(findings(values, "# CONFIG_DEBUG_VM is not set", "CONFIG_DEBUG_VM=y")) == 1


def test_a_policy_sets_the_severity_of_requirements() -> None:
    found = judge_requirements(values_of("DEBUG_KERNEL"), need("CONFIG_DEBUG_VM=y", "CONFIG_KASAN=y"))
    text = 'rules.required = "error"\nrules."required/kasan" = "off"\n'
    adjusted = policy_of_text("kpolicy.toml", text).settings("x").adjust(found)
    assert [(finding.rule, finding.severity) for finding in adjusted] == [("required/debug-vm", "error")]


@pytest.mark.parametrize(
    ("symbol", "rule"),
    [
        ("DEBUG_VM", "required/debug-vm"),
        ("40x", "required/40x"),
        ("A__B_", "required/a-b"),
        ("__", "required/-"),
        ("", "required/-"),
    ],
)
def test_ids(symbol: str, rule: str) -> None:
    assert requirement_id(symbol) == rule


def test_lines_that_ask_for_nothing_are_errors() -> None:
    with pytest.raises(FileErrors) as caught:
        need("CONFIG_KASAN=y", "KASAN=y", "CONFIG_KASAN", " CONFIG_X=y")
    assert caught.value.exit_status == 2
    assert [error.location and error.location.line for error in caught.value.errors] == [2, 3, 4]
    assert caught.value.errors[0].render() == (
        "need.config:2: error: conf ignores this line (no CONFIG_ before the name), so nothing is required"
        " by it\n"
        "    KASAN=y\n    ^\n  write CONFIG_KASAN=y"
    )


def test_fragments_of_the_command_line_come_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.config").write_text("CONFIG_A=y\nCONFIG_B=y\n", encoding="utf-8")
    Path("b.config").write_text("# CONFIG_A is not set\n", encoding="utf-8")
    policy = policy_of_text("kpolicy.toml", 'require = ["a.config", "tree:no/such.config"]')
    source = open_tree(str(demo_tree()))
    found, missing = read_requirements(["b.config", "kernel/configs/debug.config"], policy.require, source)
    assert [(item.symbol, item.value) for item in found][:2] == [("B", "y"), ("A", "n")]
    assert {item.location.path for item in found[2:]} == {"kernel/configs/debug.config"}
    assert [(item.name, item.location and item.location.line) for item in missing] == [("no/such.config", 1)]
    # Without a tree there is nothing to look in.
    _, missing = read_requirements([], load_policy("debug").require, None)
    assert [item.name for item in missing] == ["kernel/configs/debug.config"]


def test_fragments_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = open_tree(str(demo_tree()))
    with pytest.raises(UsageError) as policy:
        read_requirements([], policy_of_text("kpolicy.toml", '\nrequire = "gone.config"').require, source)
    assert str(policy.value.location) == "kpolicy.toml:2"
    assert policy.value.message.startswith("gone.config: cannot read the config: No such file")
    for word in ("gone.config", "tree:gone.config"):
        with pytest.raises(UsageError):
            read_requirements([word], (), source)
    with pytest.raises(UsageError):
        read_requirements(["gone.config"])


def test_a_fragment_of_one_architecture_is_for_its_configs(tmp_path: Path) -> None:
    source = open_tree(str(demo_tree()))
    policy = policy_of_text("kpolicy.toml", 'require = "tree:arch/arm64/configs/kasan.config"')
    found, missing = read_requirements([], policy.require, source)
    assert not missing
    assert {item.srcarch for item in found} == {"arm64"}
    assert judge_requirements(values_of("DEBUG_KERNEL", arch="arm64"), found)
    assert judge_requirements(values_of("DEBUG_KERNEL"), found) == ()
    assert tmp_path.exists()


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_requirements_or_an_error(content: bytes) -> None:
    try:
        found = requirements_of(parse_config("need.config", content))
    except (UsageError, InputError):
        return
    values = values_of("DEBUG_KERNEL")
    try:
        results = judge_requirements(values, found)
    except UsageError:
        return
    assert len(results) <= len(found)


@pytest.mark.trees
def test_what_a_tree_asks_of_its_own_default_configs(kernel: Path, release: str) -> None:
    source = open_tree(str(kernel))
    model = tree_of(kernel).model(resolve_architecture(source, "x86_64"), Toolchain.dummy())
    path = "arch/x86/configs/x86_64_defconfig"
    config = read_config(path, folder=kernel)
    for name, enough in (("debug", 40), ("hardening", 10 if release == "6.12" else 0)):
        found, missing = read_requirements([], load_policy(name).require, source)
        assert bool(missing) is (name == "hardening" and release == "6.1")
        values = evaluate(model, config, "defconfig")
        results = judge_requirements(values, found)
        assert len(results) >= enough
        for item in results:
            assert " required by " in item.message
            assert item.severity == "note" or ": is " in item.message
            if item.severity != "note":
                assert item.message.count("because") == 1
        # With its lines at the end of the config all but a few hold, and those have a reason in Kconfig.
        merged = parse_config(
            path, "\n".join((*(line.text for line in config.assignments), *(item.text for item in found), "")).encode()
        )
        left = judge_requirements(evaluate(model, merged, "defconfig"), found)
        assert len(left) <= max(12, len(found) // 5), [item.message for item in left]
