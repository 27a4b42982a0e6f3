# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped policy `kspp` on small configs, without a tree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kpolicy.cli import status
from kpolicy.kconfig.expressions import conjuncts
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.lifetime import lifetime
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.files.extends import load_policy
from kpolicy.policy.files.requirement import Requirement
from tests.cli.support import kpolicy
from tests.kconfig.small import make_tree
from tests.models import tree_of

X86 = "CONFIG_X86=y\nCONFIG_X86_64=y\nCONFIG_64BIT=y\nCONFIG_CC_IS_GCC=y\nCONFIG_MODULES=y\n"
ARM64 = "CONFIG_ARM64=y\nCONFIG_64BIT=y\nCONFIG_CC_IS_CLANG=y\n"
# After the word that names its source: a finding shows it on one line.
LONGEST_NOTE = 90

_PROTECTED = frozenset(
    "ACPI BPF_SYSCALL CPU_SUP_AMD CPU_SUP_INTEL DEVMEM EFI INET KVM MODULES NET PCI RISCV_ISA_XTHEADVECTOR SCHED_SMT"
    " TCG_TPM".split()
)
"""Options that settings protect or need, and the processors that they are for."""


def findings(tmp_path: Path, lines: str, release: str = "6.12.43", arch: str = "x86") -> dict[str, Any]:
    full = tmp_path / ".config"
    head = f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{arch} {release} Kernel Configuration\n#\n"
    full.write_text(head + lines)
    found = json.loads(kpolicy("check", "--policy", "kspp", "-o", "json", full).out)["configs"][0]["findings"]
    return {item["symbol"]: item for item in found}


def test_a_recommended_option_that_is_off(tmp_path: Path) -> None:
    found = findings(tmp_path, X86 + "# CONFIG_INIT_ON_FREE_DEFAULT_ON is not set\n")
    item = found["INIT_ON_FREE_DEFAULT_ON"]
    assert (item["rule"], item["severity"]) == ("required/init-on-free-default-on", "warning")
    assert item["note"].startswith("KSPP: ")


def test_an_option_without_a_line_that_the_release_has(tmp_path: Path) -> None:
    assert "UBSAN_BOUNDS" in findings(tmp_path, X86)
    assert "UBSAN_BOUNDS" not in findings(tmp_path, X86, "5.4.0")


def test_an_option_that_a_stable_release_took_in(tmp_path: Path) -> None:
    # arch/Kconfig has CPU_MITIGATIONS from 6.9 on; 5.10.223 has it, and 5.11 to 6.8 do not
    assert "CPU_MITIGATIONS" not in findings(tmp_path, X86, "5.12.9")
    assert "CPU_MITIGATIONS" in findings(tmp_path, X86)


@pytest.mark.parametrize(("release", "is_required"), [("6.1.176", False), ("6.12.43", True), ("7.3.4", True)])
def test_an_option_of_some_releases(tmp_path: Path, release: str, is_required: bool) -> None:
    # mm/Kconfig has RANDOM_KMALLOC_CACHES from 6.6 on, transitional from 7.2 on
    found = findings(tmp_path, X86 + "CONFIG_ARCH_SUPPORTS_PAGE_TABLE_CHECK=y\n", release)
    assert ("RANDOM_KMALLOC_CACHES" in found) is is_required
    assert "PAGE_TABLE_CHECK_ENFORCED" in found


def test_the_new_name_meets_the_requirement_for_the_old_one(tmp_path: Path) -> None:
    found = findings(tmp_path, X86 + "CONFIG_KMALLOC_PARTITION_CACHES=y\n", "7.3.4")
    assert not {"RANDOM_KMALLOC_CACHES", "KMALLOC_PARTITION_CACHES"} & found.keys()


def test_an_old_name_meets_the_requirement_for_the_new_one(tmp_path: Path) -> None:
    assert "MITIGATION_RETPOLINE" not in findings(tmp_path, X86 + "CONFIG_RETPOLINE=y\n", "6.1.176")
    assert "RETPOLINE" in findings(tmp_path, X86 + "# CONFIG_RETPOLINE is not set\n", "6.1.176")


def test_what_only_an_option_under_its_old_name_allows(tmp_path: Path) -> None:
    lines = "CONFIG_GCC_PLUGIN_STACKLEAK=y\nCONFIG_STACKLEAK_RUNTIME_DISABLE=y\n"
    assert "STACKLEAK_RUNTIME_DISABLE" in findings(tmp_path, X86 + lines, "6.1.176")


def test_options_of_another_architecture_and_compiler(tmp_path: Path) -> None:
    found = findings(tmp_path, X86)
    assert not {"ARM64_PAN", "SHADOW_CALL_STACK", "CFI_CLANG"} & found.keys()
    found = findings(tmp_path, ARM64, arch="arm64")
    assert {"ARM64_PAN", "SHADOW_CALL_STACK", "CFI_CLANG"} <= found.keys()
    assert "MITIGATION_RETPOLINE" not in found


@pytest.mark.parametrize(
    ("symbol", "arch", "lines", "release", "is_required"),
    [
        # arch/arm64/Kconfig has it up to 5.9; 5.10 has it in arch/arm only
        ("HARDEN_BRANCH_PREDICTOR", "arm64", ARM64, "5.9.2", True),
        ("HARDEN_BRANCH_PREDICTOR", "arm64", ARM64, "6.12.43", False),
        # depends on ARCH_SUPPORTS_PAGE_TABLE_CHECK
        ("PAGE_TABLE_CHECK", "x86", X86, "6.12.43", False),
        # depends on CPU_SUP_INTEL
        ("MITIGATION_GDS", "x86", X86 + "# CONFIG_CPU_SUP_INTEL is not set\n", "6.12.43", False),
        ("MITIGATION_GDS", "x86", X86 + "CONFIG_CPU_SUP_INTEL=y\n", "6.12.43", True),
        # ARCH_MMAP_RND_COMPAT_BITS_MAX has a line without COMPAT, ARCH_MMAP_RND_COMPAT_BITS has none
        ("ARCH_MMAP_RND_COMPAT_BITS", "x86", X86 + "CONFIG_ARCH_MMAP_RND_COMPAT_BITS_MAX=16\n", "6.12.43", False),
        # depends on !RANDSTRUCT, on riscv alone
        ("STACKPROTECTOR_PER_TASK", "riscv", "CONFIG_RISCV=y\nCONFIG_RANDSTRUCT=y\n", "6.12.43", False),
        ("STACKPROTECTOR_PER_TASK", "riscv", "CONFIG_RISCV=y\n", "6.12.43", True),
        # depends on SECURITY_SELINUX
        ("LSM_MMAP_MIN_ADDR", "x86", X86, "6.12.43", False),
    ],
)
def test_no_option_that_its_dependencies_rule_out(
    tmp_path: Path, symbol: str, arch: str, lines: str, release: str, is_required: bool
) -> None:
    assert (symbol in findings(tmp_path, lines, release, arch)) is is_required


@pytest.mark.parametrize("most", [14, 15, 16, 17, 18, 19, 24, 27, 29, 30, 31, 32, 33])
def test_the_most_random_bits_of_each_configuration(tmp_path: Path, most: int) -> None:
    # The defaults of ARCH_MMAP_RND_BITS_MAX in arch/{arm,arm64,riscv,x86}/Kconfig
    lines = f"CONFIG_ARCH_MMAP_RND_BITS_MAX={most}\nCONFIG_ARCH_MMAP_RND_BITS={most - 1}\n"
    assert "ARCH_MMAP_RND_BITS" in findings(tmp_path, X86 + lines)


def test_an_option_has_one_short_note() -> None:
    notes: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for item in load_policy("kspp").files[0].require:
        assert isinstance(item, Requirement)
        note = item.note.partition(": ")[2]
        assert 0 < len(note) <= LONGEST_NOTE, item.note
        notes.setdefault((item.symbol, item.contains), set()).add(note)
    assert {key: found for key, found in notes.items() if len(found) > 1} == {}


def test_what_others_recommend_is_a_note(tmp_path: Path) -> None:
    item = findings(tmp_path, X86 + "CONFIG_USERFAULTFD=y\n")["USERFAULTFD"]
    assert (item["severity"], item["note"].partition(":")[0]) == ("note", "grsecurity")


def test_the_exit_status_follows_the_severity(tmp_path: Path) -> None:
    findings(tmp_path, X86)
    assert kpolicy("check", "--policy", "kspp", "--fail-on", "warning", tmp_path / ".config").status == status.FINDINGS


def test_each_requirement_is_for_a_symbol_that_some_release_has() -> None:
    for item in load_policy("kspp").files[0].require:
        assert isinstance(item, Requirement)
        assert lifetime(item.symbol) is not None, item.symbol
        assert item.if_exists, item.symbol
        assert item.scope.architectures, item.symbol
        assert item.note, item.symbol


def _needs(model: Model, symbol: str) -> set[str]:
    """The options that a symbol cannot be y without, as far as its dependencies name them one by one."""
    found = model.symbol(symbol)
    parts = conjuncts(found.direct_dependency) if found is not None else ()
    return {str(part) for part in parts if part.op == "symbol"}


@pytest.mark.parametrize(
    ("option", "symbol", "release"),
    [
        ("KVM=m", "MITIGATION_VMSCAPE", "6.18.0"),
        ("MODULES=y\nCONFIG_ARCH_HAS_STRICT_MODULE_RWX=y", "STRICT_MODULE_RWX", "6.12.43"),
        ("EFI=y", "EFI_DISABLE_PCI_DMA", "6.12.43"), ("BPF_SYSCALL=y", "BPF_UNPRIV_DEFAULT_OFF", "6.12.43"),
        ("DEVMEM=y", "STRICT_DEVMEM", "6.12.43"), ("CPU_SUP_INTEL=y", "MITIGATION_RFDS", "6.12.43"),
        ("CPU_SUP_AMD=y", "MITIGATION_SRSO", "6.12.43"), ("SCHED_SMT=y", "SCHED_CORE", "6.12.43"),
        ("TCG_TPM=m", "HW_RANDOM_TPM", "6.12.43"), ("INET=y", "SYN_COOKIES", "6.12.43"),
        ("PCI=y\nCONFIG_ACPI=y", "AMD_IOMMU", "6.12.43"),
    ],
)  # fmt: skip
def test_a_setting_that_protects_an_option_is_for_configs_with_that(
    tmp_path: Path, option: str, symbol: str, release: str
) -> None:
    without = X86.replace("CONFIG_MODULES=y\n", "")
    assert symbol not in findings(tmp_path, without, release)
    assert symbol in findings(tmp_path, f"{without}CONFIG_{option}\n", release)


def test_fix_enables_no_option_for_the_sake_of_what_protects_it(tmp_path: Path) -> None:
    kconfig = """\
config CPU_MITIGATIONS
	def_bool y

config KVM
	tristate "Virtualization"

config MITIGATION_VMSCAPE
	bool "Mitigate VMSCAPE"
	depends on CPU_MITIGATIONS && KVM

config SLUB_DEBUG
	bool "Debug slabs"
"""
    tree = make_tree(tmp_path / "tree", {"Kconfig": kconfig, "arch/x86/Kconfig": ""})
    config = tmp_path / "my.config"

    def fragment(text: str) -> str:
        config.write_text(text)
        words = ("--tree", tree, "--arch", "x86_64", "--policy", "kspp", "--format", "fragment")
        return kpolicy("fix", *words, config).out

    assert "KVM" not in fragment("CONFIG_CPU_MITIGATIONS=y\n")
    assert "CONFIG_SLUB_DEBUG=y\n" in fragment("CONFIG_CPU_MITIGATIONS=y\n")
    assert "CONFIG_MITIGATION_VMSCAPE=y\n" in fragment("CONFIG_KVM=m\n")


@pytest.mark.trees
@pytest.mark.parametrize("word", ["x86", "arm64", "arm", "riscv"])
def test_no_requirement_enables_a_feature(kernel: Path, word: str) -> None:
    model = tree_of(kernel).model(resolve_architecture(open_tree(kernel), word), Toolchain.dummy())
    for item in load_policy("kspp").files[0].require:
        assert isinstance(item, Requirement)
        if item.value not in ("", "n"):
            named = symbols(item.scope.when) if item.scope.when is not None else ()
            # INET is part of NET.
            named = (*named, "NET") if "INET" in named else named
            assert _needs(model, item.symbol) & _PROTECTED <= {*named}, item.symbol
