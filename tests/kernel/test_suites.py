# SPDX-License-Identifier: GPL-2.0-or-later
"""Which fragments of the kernel's tests are found, and what each is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.suites import SuiteFragment, kunitconfigs, suite_fragments
from tests.kconfig.small import make_tree

_SELFTESTS = "tools/testing/selftests"
_KUNIT = "tools/testing/kunit"
_TORTURE = f"{_SELFTESTS}/rcutorture/configs/rcu"
_QEMU = (
    "from ..qemu_config import QemuArchParams\n\nQEMU_ARCH = QemuArchParams(linux_arch={!r}, kconfig={!r}, extra=[])\n"
)
_LINE = "CONFIG_A=y\n"
_FILES = {
    "Kconfig": 'config A\n\tbool "a"\n',
    **{f"arch/{arch}/Kconfig": "" for arch in ("x86", "arm64", "um", "sh")},
    "arch/arm64/Makefile": "UTS_MACHINE := aarch64\n",
    "arch/x86/Makefile": "ifeq ($(ARCH),i386)\nUTS_MACHINE := i386\nelse\nUTS_MACHINE := x86_64\nendif\n",
    f"{_SELFTESTS}/mm/config": _LINE,
    f"{_SELFTESTS}/mm/config.aarch64": _LINE,
    f"{_SELFTESTS}/mm/config.txt": _LINE,
    f"{_SELFTESTS}/net/deep/config": _LINE,
    f"{_TORTURE}/CFLIST": "TREE01\n",
    f"{_TORTURE}/CFcommon": _LINE,
    f"{_TORTURE}/CFcommon.x86_64": _LINE,
    f"{_TORTURE}/TREE01": _LINE,
    f"{_TORTURE}/TREE01.boot": "rcutorture.torture_type=rcu\n",
    "lib/kunit/.kunitconfig": _LINE,
    "Documentation/x/.kunitconfig": _LINE,
    f"{_KUNIT}/configs/arch_uml.config": _LINE,
    f"{_KUNIT}/configs/all_tests.config": _LINE,
    f"{_KUNIT}/qemu_configs/arm64.py": _QEMU.format("arm64", "CONFIG_B=y"),
    f"{_KUNIT}/qemu_configs/x86_64.py": _QEMU.format("x86_64", "CONFIG_C=y"),
    # For the same architecture, and taken only by its own name.
    f"{_KUNIT}/qemu_configs/arm64_other.py": _QEMU.format("arm64", "CONFIG_D=y"),
}
_UNIT_TESTS = ["lib/kunit/.kunitconfig", f"{_KUNIT}/configs/all_tests.config"]


@pytest.fixture(scope="module")
def suite_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("tree"), _FILES)


def _of(tree: Path, arch: str, suite: str) -> list[SuiteFragment]:
    source = open_tree(tree)
    found = suite_fragments(source, resolve_architecture(source, arch), kunitconfigs(source))
    return [item for item in found if item.suite == suite]


def test_selftests_are_for_every_machine_and_some_lines_for_one(suite_tree: Path) -> None:
    common = [f"{_SELFTESTS}/mm/config", f"{_SELFTESTS}/net/deep/config"]
    assert [item.path for item in _of(suite_tree, "sh", "selftests")] == common
    own = [item for item in _of(suite_tree, "arm64", "selftests") if item.path not in common]
    assert own == [SuiteFragment(f"{_SELFTESTS}/mm/config.aarch64", "selftests", (f"{_SELFTESTS}/mm/config",))]
    assert _of(suite_tree, "um", "selftests") == []


@pytest.mark.parametrize(("arch", "line"), [("x86", "CONFIG_C=y"), ("x86_64", "CONFIG_C=y"), ("arm64", "CONFIG_B=y")])
def test_unit_tests_run_on_emulated_machines(suite_tree: Path, arch: str, line: str) -> None:
    """What stands in a Python program is read, not run."""
    found = _of(suite_tree, arch, "kunit")
    assert [item.path for item in found] == _UNIT_TESTS
    assert {(item.lines[1], item.on) for item in found} == {(line, ())}


def test_unit_tests_run_on_user_mode_linux(suite_tree: Path) -> None:
    found = _of(suite_tree, "um", "kunit")
    assert [item.path for item in found] == _UNIT_TESTS
    assert {(item.lines, item.on) for item in found} == {(("", ""), (f"{_KUNIT}/configs/arch_uml.config",))}


@pytest.mark.parametrize("arch", ["sh", "i386"])
def test_without_a_machine_there_are_no_unit_tests(suite_tree: Path, arch: str) -> None:
    assert _of(suite_tree, arch, "kunit") == []


def test_scenarios_of_rcutorture(suite_tree: Path) -> None:
    below = (f"{_TORTURE}/CFcommon", f"{_TORTURE}/CFcommon.x86_64")
    assert _of(suite_tree, "x86", "rcutorture") == [SuiteFragment(f"{_TORTURE}/TREE01", "rcutorture", below)]
    assert _of(suite_tree, "arm64", "rcutorture") == []


def test_a_tree_without_tests_has_none(tmp_path: Path) -> None:
    source = open_tree(make_tree(tmp_path, {"Kconfig": "", "arch/x86/Kconfig": ""}))
    assert list(suite_fragments(source, resolve_architecture(source, "x86"), kunitconfigs(source))) == []
