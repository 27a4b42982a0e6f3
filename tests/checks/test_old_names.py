# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines under old names: transitional symbols, which conf takes, and names that a table knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import append, copy_of_demo, kpolicy

_KCONFIG = """
config CFI
	bool "control flow integrity"
	default CFI_CLANG

config CFI_CLANG
	bool
	transitional

config CFI_EXTRA
	bool "extra"
	depends on CFI

config NEW_NUM
	int "number"
	default OLD_NUM
	default 5

config OLD_NUM
	int
	transitional

config NEW_TEXT
	string "text"
	default OLD_TEXT

config OLD_TEXT
	string
	transitional

config NEW_HEX
	hex "address"
	default OLD_HEX

config OLD_HEX
	hex
	transitional

config OUT_OF_SIGHT
	bool "only for experts" if CFI_EXTRA
	default OLD_HIDDEN

config OLD_HIDDEN
	bool
	transitional

config NEEDY
	bool "needs a device tree"
	depends on NO_SUCH_THING
	default OLD_NEEDY

config NO_SUCH_THING
	bool

config OLD_NEEDY
	bool
	transitional

config FIRST
	bool "first"
	default OLD_OF_TWO

config SECOND
	bool "second"
	default OLD_OF_TWO

config OLD_OF_TWO
	bool
	transitional

config MITIGATION_RETPOLINE
	bool "retpolines"
	default y

config MITIGATION_SLS
	bool "straight-line speculation"

config PTDUMP
	bool

config MHP_DEFAULT_ONLINE_TYPE_ONLINE_AUTO
	bool "auto"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = copy_of_demo(tmp_path)
    append(folder / "lib" / "Kconfig.debug", _KCONFIG)
    return folder


def _config(folder: Path, text: str, name: str = "my_defconfig") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def _findings(tree: Path, *words: str | Path) -> list[dict[str, Any]]:
    outcome = kpolicy("check", "--tree", tree, "--arch", "x86", "-o", "json", *words)
    found: list[dict[str, Any]] = outcome.json["configs"][0]["findings"]
    return [item for item in found if item["rule"].startswith(("config/", "required/", "policy/", "stale/renamed"))]


def _only(found: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(found) == 1, [item["message"] for item in found]
    return found[0]


def _told(tree: Path, config: Path, *words: str | Path) -> list[tuple[str, str, str]]:
    return [(item["symbol"], item["rule"], item["severity"]) for item in _findings(tree, config, *words)]


def _fix(tree: Path, config: Path, *words: str) -> str:
    return kpolicy("fix", "--tree", tree, "--arch", "x86", *words, config).out


def _changed(diff: str) -> list[str]:
    return [line for line in diff.splitlines() if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]


_LINES = {
    "bool": ("CONFIG_CFI_CLANG=y", "CONFIG_CFI=y"),
    "off": ("# CONFIG_CFI_CLANG is not set", "# CONFIG_CFI is not set"),
    "int": ("CONFIG_OLD_NUM=9", "CONFIG_NEW_NUM=9"),
    "string": ('CONFIG_OLD_TEXT="two words"', 'CONFIG_NEW_TEXT="two words"'),
    "hex": ("CONFIG_OLD_HEX=0x12", "CONFIG_NEW_HEX=0x12"),
}


@pytest.mark.parametrize(("old", "new"), _LINES.values(), ids=_LINES)
def test_an_old_name_is_a_note_and_its_edit_writes_the_new_one(tree: Path, tmp_path: Path, old: str, new: str) -> None:
    config = _config(tmp_path, f"{old}\n")
    finding = _only(_findings(tree, config))
    assert (finding["rule"], finding["severity"]) == ("stale/renamed", "note")
    assert finding["remedy"] == [new]
    assert new in finding["message"]
    assert "lib/Kconfig.debug:" in finding["message"]
    # Nothing at or above the default threshold: the line stays.
    assert _fix(tree, config) == ""
    assert _changed(_fix(tree, config, "--rule", "stale/renamed")) == [f"-{old}", f"+{new}"]


def test_a_true_finding_beside_it_does_not_take_the_line_away(tree: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, "CONFIG_PROVE_LOCKING=y\nCONFIG_CFI_CLANG=y\n")
    assert _changed(_fix(tree, config, "--rule", "config")) == ["-CONFIG_PROVE_LOCKING=y"]
    assert "-CONFIG_CFI_CLANG=y" not in _fix(tree, config)


def test_the_new_name_is_left_where_both_say_the_same(tree: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, "CONFIG_CFI_CLANG=y\nCONFIG_CFI=y\n")
    finding = _only(_findings(tree, config))
    assert (finding["rule"], finding["severity"]) == ("stale/renamed", "note")
    assert "line 2" in finding["message"]
    assert _changed(_fix(tree, config, "--rule", "stale/renamed")) == ["-CONFIG_CFI_CLANG=y"]


def test_two_names_that_contradict_each_other_are_a_warning(tree: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, "CONFIG_CFI_CLANG=y\n# CONFIG_CFI is not set\n")
    finding = _only(_findings(tree, config))
    assert (finding["rule"], finding["severity"], finding["symbol"]) == ("stale/renamed", "warning", "CFI_CLANG")
    assert "CONFIG_CFI_CLANG=y requested, but CONFIG_CFI" in finding["message"]
    assert "line 2" in finding["message"]
    outcome = kpolicy("fix", "--tree", tree, "--arch", "x86", config)
    assert outcome.out == ""
    assert "not fixed" in outcome.err


def test_what_the_new_name_cannot_be_is_a_lost_request(tree: Path, tmp_path: Path) -> None:
    finding = _only(_findings(tree, _config(tmp_path, "CONFIG_OLD_NEEDY=y\n")))
    assert (finding["rule"], finding["severity"]) == ("config/dropped-request", "warning")
    assert "CONFIG_NEEDY, its new name, is n: needs NO_SUCH_THING" in finding["message"]
    assert not finding["remedy"]


def test_a_lost_line_under_an_old_name_is_not_deleted(tree: Path, tmp_path: Path) -> None:
    """With another toolchain or architecture it can be what turns the new name on."""
    config = _config(tmp_path, "CONFIG_OLD_NEEDY=y\n")
    outcome = kpolicy("fix", "--tree", tree, "--arch", "x86", config)
    assert outcome.out == ""
    assert "NEEDY cannot be on: needs NO_SUCH_THING" in outcome.err


@pytest.mark.parametrize("old", ["OLD_HIDDEN", "OLD_OF_TWO"])
def test_no_edit_where_the_new_name_alone_would_not_do(tree: Path, tmp_path: Path, old: str) -> None:
    """A default counts where the prompt is hidden, and one old symbol can have two heirs."""
    config = _config(tmp_path, f"CONFIG_{old}=y\n")
    assert _told(tree, config) == [(old, "stale/renamed", "note")]
    outcome = kpolicy("fix", "--tree", tree, "--arch", "x86", "--rule", "stale/renamed", config)
    assert outcome.out == ""
    assert "not fixed" in outcome.err


def test_an_old_name_in_another_file_of_a_stack(tree: Path, tmp_path: Path) -> None:
    base = _config(tmp_path, "CONFIG_CFI=y\n", "base")
    top = _config(tmp_path, "CONFIG_CFI_CLANG=y\n", "top")
    assert _changed(_fix(tree, Path(f"{base}+{top}"), "--rule", "stale/renamed")) == [
        "-CONFIG_CFI_CLANG=y",
        "+CONFIG_CFI=y",
    ]


def test_savedefconfig_loses_an_old_name_and_redundant_line_does_not_follow(tree: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[rules]\n"config/redundant-line" = "note"\n')
    told = _told(tree, _config(tmp_path, "CONFIG_CFI_CLANG=y\n"), "--policy", policy)
    assert told == [("CFI_CLANG", "stale/renamed", "note")]


def test_the_commands_agree(tree: Path, tmp_path: Path) -> None:
    old, new = _config(tmp_path, "CONFIG_CFI_CLANG=y\n", "old"), _config(tmp_path, "CONFIG_CFI=y\n", "new")
    words = ("--tree", tree, "--arch", "x86")
    explained = kpolicy("explain", *words, "CFI_CLANG", "--config", old, "--format", "json").json
    assert explained[0]["value"] == "y"
    number = kpolicy("explain", *words, "OLD_NUM", "--config", _config(tmp_path, "CONFIG_OLD_NUM=9\n"))
    assert "OLD_NUM=9" in number.out.splitlines()[0]
    difference = kpolicy("diff", *words, old, new, "--format", "json").json
    assert difference["gained"] == []
    assert {item["severity"] for item in difference["lost"]} == {"note"}


@pytest.mark.parametrize(("config", "need"), [("CFI", "CFI_CLANG"), ("CFI_CLANG", "CFI"), ("CFI", "CFI")])
def test_a_requirement_is_met_under_either_name(tree: Path, tmp_path: Path, config: str, need: str) -> None:
    given = _config(tmp_path, f"CONFIG_{config}=y\n")
    required = _config(tmp_path, f"CONFIG_{need}=y\n", "need.config")
    rules = {rule for _symbol, rule, _severity in _told(tree, given, "--require", required)}
    assert rules <= {"stale/renamed"}


def test_a_requirement_under_the_old_name_is_fixed_under_the_new_one(tree: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, "CONFIG_DEBUG_KERNEL=y\n")
    required = _config(tmp_path, "CONFIG_CFI_CLANG=y\nCONFIG_OLD_NUM=9\n", "need.config")
    told = {item["rule"]: item for item in _findings(tree, config, "--require", required)}
    assert told["required/cfi-clang"]["remedy"] == ["CONFIG_CFI=y"]
    assert "CONFIG_CFI, its name in this kernel, is n" in told["required/cfi-clang"]["message"]
    assert told["required/old-num"]["remedy"] == ["CONFIG_NEW_NUM=9"]
    outcome = kpolicy("fix", "--tree", tree, "--arch", "x86", "--require", required, "--rule", "required", config)
    assert {"+CONFIG_CFI=y", "+CONFIG_NEW_NUM=9"} <= set(_changed(outcome.out))
    assert "CLANG" not in outcome.out


def test_what_was_to_be_off_under_its_old_name_and_is_on(tree: Path, tmp_path: Path) -> None:
    lines = "# CONFIG_RETPOLINE is not set\nCONFIG_SLS=y\n"
    off, lost = _findings(tree, _config(tmp_path, lines))
    assert (off["symbol"], off["severity"]) == ("RETPOLINE", "warning")
    assert "CONFIG_MITIGATION_RETPOLINE, which is y (n requested)" in off["message"]
    assert off["remedy"] == ["# CONFIG_MITIGATION_RETPOLINE is not set"]
    assert (lost["severity"], lost["remedy"]) == ("warning", ["CONFIG_MITIGATION_SLS=y"])
    kept = "CONFIG_RETPOLINE=y\n# CONFIG_SLS is not set\n"
    assert [item["severity"] for item in _findings(tree, _config(tmp_path, kept))] == ["note", "note"]


def test_a_name_that_came_later_than_the_tree(tree: Path, tmp_path: Path) -> None:
    """A config of a newer kernel on an older tree, and a requirement of one."""
    append(tree / "lib" / "Kconfig.debug", '\nconfig RETHUNK\n\tbool "return thunks"\n')
    finding = _only(_findings(tree, _config(tmp_path, "CONFIG_MITIGATION_RETHUNK=y\n")))
    assert "its name in this tree is CONFIG_RETHUNK, which is n (y requested)" in finding["message"]
    assert finding["remedy"] == ["CONFIG_RETHUNK=y"]
    need = _config(tmp_path, "CONFIG_MITIGATION_RETHUNK=y\n", "need.config")
    missing = _only(_findings(tree, _config(tmp_path, "CONFIG_DEBUG_KERNEL=y\n"), "--require", need))
    assert (missing["rule"], missing["remedy"]) == ("required/mitigation-rethunk", ["CONFIG_RETHUNK=y"])
    assert _findings(tree, _config(tmp_path, "CONFIG_RETHUNK=y\n"), "--require", need) == []


def test_fix_writes_no_line_that_has_no_effect(tree: Path, tmp_path: Path) -> None:
    """PTDUMP, the present name of PTDUMP_CORE, has no prompt."""
    config = _config(tmp_path, "CONFIG_DEBUG_KERNEL=y\nCONFIG_PTDUMP_CORE=y\nCONFIG_MEMORY_HOTPLUG_DEFAULT_ONLINE=y\n")
    told = {item["symbol"]: item for item in _findings(tree, config)}
    assert "has no prompt" in told["PTDUMP_CORE"]["message"]
    assert told["PTDUMP_CORE"]["remedy"] == []
    changed = _changed(_fix(tree, config, "--rule", "config/unknown-symbol"))
    assert "+CONFIG_PTDUMP=y" not in changed
    assert "+CONFIG_MHP_DEFAULT_ONLINE_TYPE_ONLINE_AUTO=y" in changed


_NAMES = {
    "one word more in front": ("MEDIA_ANALOG", "OLD_MEDIA_ANALOG", True),
    "two words more": ("CRYPTO_STATS", "CRYPTO_DEV_IAA_CRYPTO_STATS", False),
    "another algorithm": ("CRYPTO_BLAKE2S", "CRYPTO_BLAKE2B", False),
    "another word": ("CRYPTO_FCRYPT", "CRYPTO_PCRYPT", False),
    "another chip": ("VIDEO_MT9M032", "VIDEO_MT9V032", False),
    "a slip": ("DEBUG_KMEMLAEKS", "DEBUG_KMEMLEAKS", True),
}


@pytest.mark.parametrize(("gone", "present", "offered"), _NAMES.values(), ids=_NAMES)
def test_names_that_are_offered(tree: Path, tmp_path: Path, gone: str, present: str, *, offered: bool) -> None:
    append(tree / "lib" / "Kconfig.debug", f'\nconfig {present}\n\tbool "present"\n')
    finding = _only(_findings(tree, _config(tmp_path, f"CONFIG_{gone}=y\n")))
    assert (f"did you mean {present}?" in finding["message"]) == offered


def test_a_requirement_leads_to_the_line_under_the_old_name(tree: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, "CONFIG_DEBUG_KERNEL=y\n# CONFIG_CFI_CLANG is not set\nCONFIG_MODULES=y\n")
    for need in ("CONFIG_MODULES=y\nCONFIG_CFI_CLANG=y\n", "CONFIG_CFI=n\nCONFIG_CFI_CLANG=y\n"):
        required = _config(tmp_path, need, "need.config")
        found = _only(
            [item for item in _findings(tree, config, "--require", required) if "required" in item["message"]]
        )
        assert f"CONFIG_CFI_CLANG=y required by {required}:2: CONFIG_CFI, its name in this kernel" in found["message"]
        assert found["location"]["line"] == 2


def test_an_old_and_a_new_name_are_one_requirement(tree: Path, tmp_path: Path) -> None:
    required = _config(tmp_path, "CONFIG_CFI_CLANG=y\nCONFIG_CFI=y\n", "need.config")
    found = _only(_findings(tree, _config(tmp_path, "CONFIG_DEBUG_KERNEL=y\n"), "--require", required))
    assert (found["rule"], found["remedy"]) == ("required/cfi", ["CONFIG_CFI=y"])
    assert f"required by {required}:2: is n" in found["message"]


def test_explain_names_what_has_the_place_of_an_old_name(tree: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, "CONFIG_CFI_CLANG=y\n")
    words = ("explain", "--tree", tree, "--arch", "x86", "--config", config)
    assert "\n  transitional: old name of CFI\n" in kpolicy(*words, "CFI_CLANG").out
    # Neither a line nor a prompt.
    assert "old name of FIRST and SECOND\n" in kpolicy(*words, "OLD_OF_TWO").out
    assert "transitional" not in kpolicy(*words, "CFI").out
    assert kpolicy(*words, "--format", "json", "CFI_CLANG").json[0]["successors"] == ["CFI"]
