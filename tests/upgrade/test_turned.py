# SPDX-License-Identifier: GPL-2.0-or-later
"""Upgrades over options that became unconditional, optional, or the opposite; and names that came with a dependency."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.support import kpolicy
from tests.kconfig.small import make_tree

_OLD = "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\n"
_OLDER = _OLD.replace("12", "1")
_NEW = "VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\nEXTRAVERSION =\n"
_MODULES = 'config MODULES\n\tbool "Modules"\n\tdefault y\n\tmodules\n\n'


def _moved(
    folder: Path, before: str, after: str, text: str, *words: str, old: str = _OLD, new: str = _NEW, arch: str = "x86"
) -> Any:
    for name, kconfig, makefile in (("old", before, old), ("new", after, new)):
        files = {"Kconfig": _MODULES + kconfig, "Makefile": makefile, f"arch/{arch}/Kconfig": ""}
        make_tree(folder / name, files)
    config = folder / "my_defconfig"
    config.write_text(text)
    trees = ("--from", folder / "old", "--to", folder / "new", "--arch", arch)
    return kpolicy("upgrade", config, *trees, *words, "--format", "json").json


def _option(name: str, *more: str, kind: str = "bool") -> str:
    return f'config {name}\n\t{kind} "{name}"\n' + "".join(f"\t{line}\n" for line in more) + "\n"


def _names(found: Any, key: str) -> list[str]:
    return [item["symbol"] for item in found[key]]


def test_code_that_is_always_built_is_neither_lost_nor_gained(tmp_path: Path) -> None:
    option = _option("SCHED_DEBUG", "default y")
    found = _moved(tmp_path / "up", option, "", "CONFIG_SCHED_DEBUG=y\n")
    assert (_names(found, "protections_lost"), found["requests"]) == ([], [])
    found = _moved(tmp_path / "down", "", option, "", old=_NEW, new=_OLD)
    assert _names(found, "protections_gained") == []


def test_a_request_to_leave_out_what_is_always_built_is_lost(tmp_path: Path) -> None:
    found = _moved(
        tmp_path, _option("RANDOM_TRUST_CPU"), "", "# CONFIG_RANDOM_TRUST_CPU is not set\n", old=_OLDER, new=_OLD
    )
    (request,) = found["requests"]
    assert (request["symbol"], request["kept"]) == ("RANDOM_TRUST_CPU", False)
    assert request["reason"] == "not defined in Linux 6.12.117 (always on by Linux 6.2.12)"
    assert found["dropped"]["off"] == 0


def test_a_mitigation_that_became_optional_was_there_before(tmp_path: Path) -> None:
    options = _option("MITIGATION_MDS", "default y") + _option("MITIGATION_NEWTHING", "default y")
    found = _moved(tmp_path / "up", "", options, "", old=_OLDER, new=_OLD)
    assert _names(found, "protections_gained") == ["MITIGATION_NEWTHING"]
    found = _moved(tmp_path / "down", options, "", "", old=_OLD, new=_OLDER)
    assert _names(found, "protections_lost") == ["MITIGATION_NEWTHING"]


def test_what_went_into_another_option_is_not_lost(tmp_path: Path) -> None:
    before = _option("UBSAN") + _option("UBSAN_SANITIZE_ALL", "depends on UBSAN", "default y")
    found = _moved(tmp_path, before, _option("UBSAN"), "CONFIG_UBSAN=y\n", old=_OLDER, new=_OLD)
    assert _names(found, "protections_lost") == []


def test_a_protection_under_its_old_name_is_not_gained(tmp_path: Path) -> None:
    found = _moved(
        tmp_path,
        _option("MITIGATION_RETPOLINE", "default y"),
        _option("RETPOLINE", "default y"),
        "CONFIG_MITIGATION_RETPOLINE=y\n",
        old=_NEW,
        new=_OLDER,
    )
    assert (_names(found, "protections_gained"), _names(found, "protections_lost")) == ([], [])


def test_tests_that_were_not_disabled_are_kept_on(tmp_path: Path) -> None:
    before = _option("CRYPTO_MANAGER_DISABLE_TESTS", "default y")
    text = "# CONFIG_CRYPTO_MANAGER_DISABLE_TESTS is not set\n"
    found = _moved(tmp_path, before, _option("CRYPTO_SELFTESTS"), text)
    (request,) = found["requests"]
    assert (request["kept"], request["successors"]) == (True, ["CRYPTO_SELFTESTS"])
    assert [item["after"] for item in request["edits"]] == ["CONFIG_CRYPTO_SELFTESTS=y"]
    assert request["reason"] == "now the opposite of CRYPTO_SELFTESTS, which is n"
    assert [(item["symbol"], item["kept"]) for item in found["protections_lost"]] == [("CRYPTO_SELFTESTS", True)]


def test_tests_that_were_disabled_are_not_lost(tmp_path: Path) -> None:
    before = _option("CRYPTO_MANAGER_DISABLE_TESTS", "default y")
    found = _moved(tmp_path, before, _option("CRYPTO_SELFTESTS"), "CONFIG_CRYPTO_MANAGER_DISABLE_TESTS=y\n")
    assert (found["requests"], found["protections_lost"], found["protections_gained"]) == ([], [], [])


def test_a_new_name_gets_what_it_depends_on(tmp_path: Path) -> None:
    after = _option("KUNIT", kind="tristate") + _option("PRINTF_KUNIT_TEST", "depends on KUNIT", kind="tristate")
    found = _moved(tmp_path, _option("TEST_PRINTF", kind="tristate"), after, "CONFIG_TEST_PRINTF=m\n")
    (request,) = found["requests"]
    assert request["kept"]
    assert {item["after"] for item in request["edits"]} == {"CONFIG_PRINTF_KUNIT_TEST=m", "CONFIG_KUNIT=m"}


def test_a_new_name_that_has_the_value_already_is_still_written(tmp_path: Path) -> None:
    after = _option("MITIGATION_RETPOLINE", "default y")
    found = _moved(tmp_path, _option("RETPOLINE"), after, "CONFIG_RETPOLINE=y\n", old=_OLDER)
    assert [item["after"] for item in found["edits"]] == ["CONFIG_MITIGATION_RETPOLINE=y"]


def test_one_name_on_several_lines_is_one_request(tmp_path: Path) -> None:
    text = "CONFIG_SLS=y\nCONFIG_SLS=y\n# CONFIG_SLS is not set\nCONFIG_SLS=y\n"
    found = _moved(tmp_path, _option("SLS"), _option("MITIGATION_SLS"), text, old=_OLDER)
    (request,) = found["requests"]
    assert (request["kept"], request["location"]["line"]) == (True, 4)
    assert [item["after"] for item in request["edits"]] == ["CONFIG_MITIGATION_SLS=y"]


def test_a_protection_by_default_says_which_line_keeps_it(tmp_path: Path) -> None:
    before = _option("UBSAN") + _option("UBSAN_SHIFT", "depends on UBSAN", "default UBSAN")
    after = before.replace("\tdefault UBSAN\n", "")
    (lost,) = _moved(tmp_path, before, after, "CONFIG_UBSAN=y\n")["protections_lost"]
    assert lost["reason"] == "not set, and it has no default; CONFIG_UBSAN_SHIFT=y keeps it"


def test_what_an_x86_option_means_says_nothing_about_another_architecture(tmp_path: Path) -> None:
    gained = {}
    for arch in ("x86", "arm64"):
        fragment = tmp_path / arch / "new/kernel/configs/hardening.config"
        fragment.parent.mkdir(parents=True)
        fragment.write_text("# CONFIG_COMPAT_VDSO is not set\n")
        option = _option("COMPAT_VDSO")
        found = _moved(tmp_path / arch, option + "\tdefault y\n", option, "", arch=arch)
        gained[arch] = _names(found, "protections_gained")
    assert gained == {"x86": ["COMPAT_VDSO"], "arm64": []}


def test_less_of_a_protection_is_none(tmp_path: Path) -> None:
    names = ("SECURITY_SELINUX_DISABLE", "HARDENED_USERCOPY_FALLBACK", "MACH_DAVINCI_DA850_EVM")
    text = "".join(f"CONFIG_{name}=y\n" for name in names)
    assert _moved(tmp_path, "".join(map(_option, names)), "", text)["protections_lost"] == []


def test_a_menu_inside_a_menuconfig_comes_after_it(tmp_path: Path) -> None:
    crypto = 'menuconfig CRYPTO\n\tbool "Cryptographic API"\n\tdefault y\n\nif CRYPTO\n\nmenu "Helpers"\n\n'
    ended = "endmenu\n\nendif\n"
    found = _moved(tmp_path, f"{crypto}{ended}", f"{crypto}{_option('CRYPTO_NEW')}{ended}", "")
    (question,) = found["questions"]
    assert question["menu"] == ["Cryptographic API", "Helpers"]
