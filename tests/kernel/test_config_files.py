# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import pytest

from kpolicy.kernel.architecture import architecture_words, resolve_architecture
from kpolicy.kernel.config_files import (
    ConfigFile,
    config_files,
    default_config,
    default_config_name,
    make_target,
)
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.version import read_version
from tests.kernel.memory import MemorySource

_FILES = {
    "Makefile": "SRCARCH := $(ARCH)\nifeq ($(ARCH),x86_64)\n SRCARCH := x86\nendif\n",
    "arch/x86/Kconfig": "",
    "arch/x86/Makefile": "ifeq ($(ARCH),x86)\n KBUILD_DEFCONFIG := i386_defconfig\nelse\n"
    " KBUILD_DEFCONFIG := $(ARCH)_defconfig\nendif\n",
    "arch/x86/configs/i386_defconfig": "",
    "arch/x86/configs/x86_64_defconfig": "",
    "arch/x86/configs/xen.config": "",
    "arch/x86/configs/README": "",
    "arch/arm/Kconfig": "",
    "arch/arm/configs/deep/er/one_defconfig": "",
    "arch/arm/configs/deep/two.config": "",
    "arch/arm/configs/defconfig": "",
    "arch/ppc/Kconfig": "",
    "arch/ppc/Makefile": "KBUILD_DEFCONFIG := merged_defconfig\nmerged_defconfig:\n\tmerge\n",
    "arch/ppc/configs/base_defconfig": "",
    "arch/old/Kconfig": "",
    "arch/old/defconfig": "",
    "arch/none/configs/lost_defconfig": "",
    "kernel/configs/debug.config": "",
    "kernel/configs/notes.txt": "",
}


def test_finds_defconfigs_and_fragments() -> None:
    found = config_files(MemorySource(_FILES))
    assert found == (
        ConfigFile("arch/arm/configs/deep/er/one_defconfig", "arm", "defconfig"),
        ConfigFile("arch/arm/configs/deep/two.config", "arm", "fragment"),
        ConfigFile("arch/arm/configs/defconfig", "arm", "defconfig"),
        ConfigFile("arch/old/defconfig", "old", "defconfig"),
        ConfigFile("arch/ppc/configs/base_defconfig", "ppc", "defconfig"),
        ConfigFile("arch/x86/configs/i386_defconfig", "x86", "defconfig"),
        ConfigFile("arch/x86/configs/x86_64_defconfig", "x86", "defconfig"),
        ConfigFile("arch/x86/configs/xen.config", "x86", "fragment"),
        ConfigFile("kernel/configs/debug.config", None, "fragment"),
    )
    assert [file.name for file in found[:4]] == ["deep/er/one_defconfig", "deep/two.config", "defconfig", "defconfig"]
    assert found[-1].name == "debug.config"


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("x86", "arch/x86/configs/i386_defconfig"),
        ("x86_64", "arch/x86/configs/x86_64_defconfig"),
        ("arm", "arch/arm/configs/defconfig"),
        ("old", "arch/old/defconfig"),
        ("ppc", None),
    ],
)
def test_default_config(word: str, path: str | None) -> None:
    source = MemorySource(_FILES)
    assert default_config(source, resolve_architecture(source, word)) == path


def test_a_generated_default_config_has_a_name() -> None:
    source = MemorySource(_FILES)
    assert default_config_name(source, resolve_architecture(source, "ppc")) == "merged_defconfig"
    assert default_config_name(source, resolve_architecture(source, "arm")) == "defconfig"


_MERGED = {
    **_FILES,
    "arch/ppc/Makefile": "KBUILD_DEFCONFIG := ppcle_defconfig\nPHONY += ppcle_defconfig\nppcle_defconfig:\n"
    "\t$(call merge_into_defconfig,base_defconfig,\\\n\t\tle guest)\n"
    "alone_defconfig:\n\t$(call merge_into_defconfig_override,base_defconfig,)\n"
    "gone_defconfig:\n\t$(call merge_into_defconfig,base_defconfig,gone)\n",
    "arch/ppc/configs/le.config": "",
    "arch/ppc/configs/guest.config": "",
    "arch/ppc/configs/debug.config": "",
}


@pytest.mark.parametrize(
    ("arch", "word", "paths"),
    [
        ("x86_64", "defconfig", ("arch/x86/configs/x86_64_defconfig",)),
        ("x86_64", "i386_defconfig", ("arch/x86/configs/i386_defconfig",)),
        ("x86_64", "xen.config", ("arch/x86/configs/xen.config",)),
        ("x86_64", "debug.config", ("kernel/configs/debug.config",)),
        # Both, the architecture's own last: scripts/kconfig/Makefile, configfiles.
        ("ppc", "debug.config", ("kernel/configs/debug.config", "arch/ppc/configs/debug.config")),
        (
            "ppc",
            "defconfig",
            ("arch/ppc/configs/base_defconfig", "arch/ppc/configs/le.config", "arch/ppc/configs/guest.config"),
        ),
        ("ppc", "alone_defconfig", ("arch/ppc/configs/base_defconfig",)),
        ("ppc", "gone_defconfig", ()),
        ("ppc", "no_defconfig", ()),
        ("old", "defconfig", ("arch/old/defconfig",)),
        ("old", "no_defconfig", ()),
    ],
)
def test_what_make_puts_together(arch: str, word: str, paths: tuple[str, ...]) -> None:
    source = MemorySource(_MERGED)
    assert make_target(source, resolve_architecture(source, arch), word) == paths


@pytest.mark.trees
def test_what_make_puts_together_in_real_trees(tree: DirectorySource) -> None:
    powerpc, x86 = (resolve_architecture(tree, word) for word in ("powerpc", "x86_64"))
    configs = "arch/powerpc/configs"
    assert make_target(tree, powerpc, "ppc64le_defconfig") == (f"{configs}/ppc64_defconfig", f"{configs}/le.config")
    assert make_target(tree, powerpc, "defconfig")[0] == f"{configs}/ppc64_defconfig"
    if tree.is_file("kernel/configs/hardening.config"):
        assert make_target(tree, x86, "hardening.config") == (
            "kernel/configs/hardening.config",
            "arch/x86/configs/hardening.config",
        )


# Counted with find in Debian's sources.
_DEFCONFIGS = {(6, 12): 322, (6, 1): 375}

# KBUILD_DEFCONFIG as `make -pn ARCH=... defconfig` shows it on an x86_64 machine.
_DEFAULTS = {
    "alpha": "defconfig",
    "arc": "haps_hs_smp_defconfig",
    "arm": "multi_v7_defconfig",
    "arm64": "defconfig",
    "i386": "i386_defconfig",
    "mips": "32r2el_defconfig",
    "parisc": "generic-32bit_defconfig",
    "parisc64": "generic-64bit_defconfig",
    "s390": "defconfig",
    "sh": "shx3_defconfig",
    "sparc": "sparc32_defconfig",
    "sparc64": "sparc64_defconfig",
    "um": "x86_64_defconfig",
    "x86": "x86_64_defconfig",
    "x86_64": "x86_64_defconfig",
    "xtensa": "iss_defconfig",
}


@pytest.mark.trees
def test_real_trees(tree: DirectorySource) -> None:
    files = config_files(tree)
    version = read_version(tree)
    defconfigs = [file for file in files if file.kind == "defconfig"]
    assert len(defconfigs) == _DEFCONFIGS.get((version.version, version.patchlevel), len(defconfigs))
    assert len(defconfigs) > 200
    assert {"kernel/configs/debug.config", "arch/mips/configs/generic/eb.config"} <= {file.path for file in files}
    assert len({file.path for file in files}) == len(files)


@pytest.mark.trees
def test_defaults_of_real_trees(tree: DirectorySource) -> None:
    paths = {file.path for file in config_files(tree)}
    for word in architecture_words(tree):
        architecture = resolve_architecture(tree, word)
        name, path = default_config_name(tree, architecture), default_config(tree, architecture)
        assert name == _DEFAULTS.get(word, name)
        # Put together by make: powerpc since 6.4, mips.
        assert path in paths or (path is None and word in ("powerpc", "mips"))


@pytest.mark.parametrize(
    ("recipe", "stack"),
    [
        ("merge_into_defconfig,ppc64_defconfig,le", ("ppc64_defconfig", "le.config")),
        ("merge_into_defconfig,ppc64_defconfig,le gone", ()),
        ("something_else,ppc64_defconfig,le", ()),
    ],
)
def test_a_default_config_that_make_puts_together(recipe: str, stack: tuple[str, ...]) -> None:
    folder = "arch/powerpc/configs"
    files = {
        "Makefile": "",
        "arch/powerpc/Kconfig": "",
        "arch/powerpc/Makefile": (f"KBUILD_DEFCONFIG := ppc64le_defconfig\n\nppc64le_defconfig:\n\t$(call {recipe})\n"),
        f"{folder}/ppc64_defconfig": "",
        f"{folder}/le.config": "",
    }
    source = MemorySource(files)
    found = make_target(source, resolve_architecture(source, "powerpc"), "defconfig")
    assert found == tuple(f"{folder}/{name}" for name in stack)
