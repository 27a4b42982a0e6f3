# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings with one cause are told as one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.explain.root import Origin, Root
from kpolicy.location import Location
from kpolicy.policy.folding.fold import cause_of, fold, unfolded
from kpolicy.policy.folding.words import cause_words
from kpolicy.policy.rules.finding import Finding, SymbolValue, fingerprint
from tests.cli.support import kpolicy
from tests.git import make_repository
from tests.kconfig.small import make_tree

_PLACE = Location("defconfig", 9)
_MODULES = Root("needs", "MODULES", (("MODULES", "n"),), "m", _PLACE)


def _finding(symbol: str, root: Root | None, *, got: str = "y", line: int = 1) -> Finding:
    return Finding(
        rule="config/dropped-request",
        severity="warning",
        tree="linux",
        architecture="x86",
        config="defconfig",
        role="production",
        symbol=symbol,
        symbols=(SymbolValue(symbol, got),),
        message=f"CONFIG_{symbol} is not honoured",
        causes=(),
        place=Location("defconfig", line),
        remedy=(),
        root=root,
    )


def test_findings_with_one_cause_become_one_with_members() -> None:
    members = tuple(_finding(f"DRIVER_{number}", _MODULES, line=number) for number in range(1, 6))
    other = _finding("ALONE", Root("needs", "NET", (("NET", "n"),), "y", _PLACE), got="n")
    loose = replace(other, symbol="LOOSE", root=None)
    (one, *rest) = fold((members[0], other, *members[1:], loose))
    assert one.message == "CONFIG_MODULES is not set: 5 requests for m become y"
    assert (one.symbol, one.place, one.members) == ("MODULES", _PLACE, members)
    assert one.fingerprint == fingerprint("config/dropped-request", "x86", "defconfig", "MODULES")
    assert rest == [other, loose]
    assert unfolded(one) == members
    assert unfolded(loose) == (loose,)


def test_without_a_line_of_the_cause_the_first_of_the_lost_lines_is_the_place(tmp_path: Path) -> None:
    tree = _tree(tmp_path)
    lines = ["CONFIG_DRIVER_0=y", "CONFIG_DEVICE_0=y", "CONFIG_DEVICE_1=y", "CONFIG_DRIVER_1=y"]
    (tree / _NAME).write_text("".join(f"{line}\n" for line in lines))
    (config,) = kpolicy("audit", tree, "-o", "json", "--no-cache").json["configs"]
    (one,) = config["folded"]
    assert (one["symbol"], one["location"]["line"], one["root"]["location"]) == ("BUS", 2, None)
    assert one["fingerprint"] == fingerprint("config/dropped-request", "one", _NAME, "BUS")
    (tree / _NAME).write_text("".join(f"{line}\n" for line in [*lines, "# CONFIG_BUS is not set"]))
    (config,) = kpolicy("audit", tree, "-o", "json", "--no-cache").json["configs"]
    (one,) = config["folded"]
    assert one["location"] == one["root"]["location"] == {"path": _NAME, "line": 5}


def test_few_lines_are_named() -> None:
    root = Root("needs", "A || B", (("A", "n"), ("B", "n")), "y", _PLACE)
    (one,) = fold((_finding("X", root, got="n"), _finding("Y", root, got="n")))
    assert one.message == "A || B is not met (A=n, B=n): CONFIG_X=y and CONFIG_Y=y become n"
    assert one.symbol == "A || B"


def test_what_needs_a_symbol_that_is_lost_itself_has_its_cause() -> None:
    bus = _finding("BUS", Root("needs", "PCI", (("PCI", "n"),), "y", _PLACE), got="n")
    device = _finding("DEVICE", Root("needs", "BUS", (("BUS", "n"),), "y", _PLACE), got="n")
    (one,) = fold((device, bus))
    assert (one.symbol, one.members) == ("PCI", (device, bus))


def test_what_goes_round_ends() -> None:
    one = _finding("ONE", Root("needs", "TWO", (("TWO", "n"),), "y"), got="n")
    two = _finding("TWO", Root("needs", "ONE", (("ONE", "n"),), "y"), got="n")
    assert {member.symbol for item in fold((one, two)) for member in unfolded(item)} == {"ONE", "TWO"}


def test_the_gravest_severity_is_that_of_all() -> None:
    grave = replace(_finding("A", _MODULES), severity="error")
    (one,) = fold((_finding("B", _MODULES), grave))
    assert one.severity == "error"


def test_one_line_that_a_change_lost_is_told_by_the_change() -> None:
    change = Origin("MODULES", "y", "n", "removed", "CONFIG_MODULES=y", Location("defconfig", 4))
    (one,) = fold((_finding("EXT4_FS", replace(_MODULES, change=change)),))
    assert one.message == (
        "CONFIG_MODULES is not set (was =y before this change; removed line: CONFIG_MODULES=y at defconfig:4):"
        " CONFIG_EXT4_FS=m becomes y"
    )


def test_causes_in_words() -> None:
    assert cause_words(Root("needs", "!RT", (("RT", "y"),), "y")) == "!RT is not met (RT=y)"
    assert cause_words(Root("needs", "BUS", (("BUS", "m"),), "y")) == "CONFIG_BUS=m"
    assert cause_words(Root("select", "BUS", (("BUS", "y"),), "n")) == "BUS=y selects another value"
    assert cause_words(Root("prompt", "LIB", (("LIB", "n"),), "y")).startswith("LIB has no prompt")
    assert cause_words(Root("undefined", "OLD", (("OLD", "n"),), "y")).startswith("OLD is not defined")


def test_the_same_cause_in_two_configs_is_one() -> None:
    here, there = _finding("A", _MODULES), replace(_finding("B", _MODULES), config="other_defconfig")
    assert cause_of(here) == cause_of(there)
    assert cause_of(here) != cause_of(_finding("A", replace(_MODULES, values=(("MODULES", "y"),))))


_KCONFIG = """\
config MODULES
	bool "modules"
	modules

config BUS
	bool "bus"

config INNER
	bool "inner"
	depends on BUS

""" + "".join(f'config DRIVER_{n}\n\ttristate "driver"\n\nconfig DEVICE_{n}\n\tbool "device"\n\tdepends on INNER\n\n'
              for n in range(4))  # fmt: skip
_CONFIG = "CONFIG_MODULES=y\nCONFIG_BUS=y\nCONFIG_INNER=y\n" + "".join(
    f"CONFIG_DRIVER_{n}=m\nCONFIG_DEVICE_{n}=y\n" for n in range(4)
)
_NAME = "arch/one/configs/defconfig"


def _tree(folder: Path) -> Path:
    return make_tree(
        folder / "linux",
        {"Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\n', "arch/one/Kconfig": _KCONFIG, _NAME: _CONFIG},
    )


def test_a_removed_line_is_one_finding_that_names_it(tmp_path: Path) -> None:
    repository = make_repository(_tree(tmp_path))
    repository.write(_NAME, _CONFIG.replace("CONFIG_MODULES=y\n", ""))
    done = kpolicy("audit", repository.folder, "--since", "HEAD", "--no-cache")
    assert done.out.splitlines()[0].startswith(
        f"{_NAME}:1: warning: CONFIG_MODULES is not set (was =y before this change; removed line: CONFIG_MODULES=y"
        f" at {_NAME}:1): 4 requests for m become y"
    )
    assert done.out.count(": warning: ") == 1, done.out
    found = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json").json["configs"][0]
    (one,) = found["folded"]
    assert one["root"]["change"]["why"] == "removed"
    assert sorted(one["members"]) == sorted(item["fingerprint"] for item in found["findings"])
    assert len(one["members"]) == 4


def test_a_difference_has_one_finding_a_cause(tmp_path: Path) -> None:
    repository = make_repository(_tree(tmp_path))
    repository.write(_NAME, _CONFIG.replace("CONFIG_MODULES=y\n", ""))
    trees = (f"{repository.folder}@HEAD", repository.folder)
    lines = kpolicy("diff", *trees).out.splitlines()
    (gained,) = (line for line in lines if line.startswith("+ "))
    assert ": warning: CONFIG_MODULES is not set: 4 requests for m become y [" in gained
    assert lines[-1].endswith("; 1 finding gained, 0 lost")
    assert len(kpolicy("diff", *trees, "--format", "json").json["gained"]) == 4
    (back,) = (line for line in kpolicy("diff", *reversed(trees)).out.splitlines() if line.startswith("- "))
    assert back.removeprefix("- ") == gained.removeprefix("+ ")


@pytest.mark.parametrize("line", ["CONFIG_MODULES=maybe", " CONFIG_MODULES=y"])
def test_a_line_that_became_invalid_was_changed(tmp_path: Path, line: str) -> None:
    repository = make_repository(_tree(tmp_path))
    repository.write(_NAME, _CONFIG.replace("CONFIG_MODULES=y", line))
    done = kpolicy("audit", repository.folder, "--since", "HEAD", "--no-cache", "--select", "config/dropped-request")
    said = f"was =y before this change; CONFIG_MODULES=y changed to the invalid line {line} at {_NAME}:1): 4 requests"
    assert said in done.out


def test_the_change_behind_the_cause_is_found(tmp_path: Path) -> None:
    repository = make_repository(_tree(tmp_path))
    repository.write(_NAME, _CONFIG.replace("CONFIG_BUS=y\n", ""))
    (config,) = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json").json["configs"]
    (one,) = config["folded"]
    assert one["symbol"] == "BUS"
    assert one["root"]["change"]["text"] == "CONFIG_BUS=y"
    # INNER=y is lost too, and with it what needs it.
    assert len(one["members"]) == 5


def test_a_change_of_kconfig_files_is_named(tmp_path: Path) -> None:
    repository = make_repository(_tree(tmp_path))
    repository.replace("arch/one/Kconfig", 'config BUS\n\tbool "bus"\n', 'config BUS\n\tbool "bus"\n\tdepends on NO\n')
    (config,) = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json").json["configs"]
    assert {item["root"]["change"]["symbol"] for item in config["folded"]} == {"BUS"}


def test_modules_under_another_name_are_one_cause(tmp_path: Path) -> None:
    repository = make_repository(_tree(tmp_path))
    repository.replace("arch/one/Kconfig", "config MODULES\n", "config LOADABLE\n")
    repository.replace("arch/one/Kconfig", "config DEVICE_0\n\tbool", "config DEVICE_0\n\tdepends on MODULES\n\tbool")
    (config,) = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json").json["configs"]
    (one,) = config["folded"]
    assert (one["root"]["change"]["symbol"], one["root"]["change"]["why"]) == ("MODULES", "gone")
    # Four modules, and what needs the old name: DEVICE_0 and the line for MODULES itself.
    assert len(one["members"]) == len(config["findings"]) == 6


def test_only_what_changed_is_counted(tmp_path: Path) -> None:
    tree = _tree(tmp_path)
    (tree / "arch/one/configs/other_defconfig").write_text("CONFIG_BUS=y\n")
    repository = make_repository(tree)
    repository.write(_NAME, _CONFIG.replace("CONFIG_MODULES=y\n", ""))
    found = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json").json
    assert found["census"]["one"]["configs"] == 1
    assert [config.get("touched", True) for config in found["configs"]] == [True, False]


def test_what_follows_a_line_that_a_change_broke_has_the_cause_of_that_line() -> None:
    gone = Origin("MODULES", "y", "n", "removed", "CONFIG_MODULES=y", Location("defconfig", 9))
    follows = Origin("DRM", "m", "y", "line", "CONFIG_DRM=m requested", Location("defconfig", 3))
    drm = _finding("DRM", replace(_MODULES, change=gone), line=3)
    bridge = _finding("BRIDGE", Root("prompt", "BRIDGE", (("BRIDGE", "y"),), "m", _PLACE, follows))
    other = _finding("TEST", Root("needs", "m || EXPERT", (("MODULES", "n"), ("EXPERT", "n")), "m", _PLACE, gone))
    by_select = Root("select", "DSI", (("DSI", "y"),), "m", _PLACE, follows)
    selected = replace(_finding("DSIM", by_select), rule="config/overridden-by-select")
    one, two = fold((bridge, drm, other, selected))
    assert one.members == (bridge, drm, other)
    assert two.members == (selected,)
    assert {one.symbol, two.symbol} == {"MODULES"}


def test_changes_that_refer_to_each_other_end() -> None:
    first = Root("needs", "X", (("X", "n"),), "m", _PLACE, Origin("B", "m", "y", "line", "b", None))
    second = replace(first, change=Origin("A", "m", "y", "line", "a", None))
    assert len(fold((_finding("A", first), _finding("B", second)))) == 2
