# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kpolicy.errors import UsageError
from kpolicy.kernel.architecture import (
    Architecture,
    architecture_words,
    architectures,
    resolve_architecture,
    root_kconfig,
)
from kpolicy.kernel.source import DirectorySource
from tests.kernel.memory import MemorySource

_TABLE = """\
ARCH ?= $(SUBARCH)
UTS_MACHINE := $(ARCH)
SRCARCH     := $(ARCH)

# Additional ARCH settings for x86
ifeq ($(ARCH),i386)
        SRCARCH := x86
endif
ifeq ($(ARCH),$(filter x86_64 amd64,$(ARCH)))
        SRCARCH := x86
else ifeq ($(ARCH),sparc64)
        SRCARCH := sparc
endif
ifeq ($(ARCH),gone64)
        SRCARCH := gone
endif
include $(srctree)/arch/$(SRCARCH)/Makefile
ifeq ($(ARCH),late)
        SRCARCH := x86
endif
"""
_UM = """\
HEADER_ARCH := $(SUBARCH)
ifneq ($(filter $(SUBARCH),x86 x86_64 i386),)
\tHEADER_ARCH := x86
endif
KBUILD_KCONFIG := arch/$(HEADER_ARCH)/um/Kconfig
"""


def _source(makefile: str | None = _TABLE) -> MemorySource:
    files = {f"arch/{name}/Kconfig": "" for name in ("x86", "sparc", "um", "arm64")}
    files |= {"arch/Kconfig": "", "arch/um/Makefile": _UM, "arch/empty/Makefile": ""}
    return MemorySource(files if makefile is None else {**files, "Makefile": makefile})


def test_lists_the_folders_with_a_kconfig() -> None:
    assert architectures(_source()) == ("arm64", "sparc", "um", "x86")


def test_reads_the_table_of_the_tree_itself() -> None:
    source = _source()
    assert architecture_words(source) == ("amd64", "arm64", "i386", "sparc", "sparc64", "um", "x86", "x86_64")
    assert resolve_architecture(source, "amd64") == Architecture("amd64", "x86", "x86", None)
    assert resolve_architecture(source, "sparc64").srcarch == "sparc"
    assert str(resolve_architecture(source, "i386")) == "i386"


@pytest.mark.parametrize("makefile", [None, "all:\n"])
def test_falls_back_on_the_spellings_that_make_has_long_had(makefile: str | None) -> None:
    source = _source(makefile)
    assert resolve_architecture(source, "x86_64").srcarch == "x86"
    assert resolve_architecture(source, "sparc32").srcarch == "sparc"
    assert "sh64" not in architecture_words(source)


def test_user_mode_has_a_machine_below_it() -> None:
    um = resolve_architecture(_source(), "um")
    assert um == Architecture("um", "um", "x86", "x86")
    assert resolve_architecture(_source(), "um", "i386") == Architecture("um", "um", "i386", "x86")
    assert resolve_architecture(_source(), "um", "arm64").header_arch == "arm64"
    # Trees before 5.5 start at another file for it.
    assert root_kconfig(_source(), um) == "arch/x86/um/Kconfig"
    assert root_kconfig(_source(), resolve_architecture(_source(), "x86")) == "Kconfig"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("aarch64", "did you mean arm64"),
        ("x86_46", "did you mean x86_64"),
        ("gone64", "this tree knows: amd64 arm64"),
        ("late", "this tree knows"),
        ("empty", "this tree knows"),
        ("", "this tree knows"),
        ("../x86", "this tree knows"),
    ],
)
def test_unknown_words(word: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"^error: unknown architecture '{word}'") as caught:
        resolve_architecture(_source(), word)
    assert hint in (caught.value.hint or "")
    assert caught.value.exit_status == 2


@pytest.mark.trees
def test_every_word_of_real_trees(tree: DirectorySource) -> None:
    folders = architectures(tree)
    assert {"arm", "arm64", "mips", "powerpc", "s390", "um", "x86"} <= set(folders)
    for word in architecture_words(tree):
        architecture = resolve_architecture(tree, word)
        assert architecture.srcarch in folders
        assert tree.is_file(root_kconfig(tree, architecture))
    assert resolve_architecture(tree, "i386").srcarch == "x86"
    assert resolve_architecture(tree, "sparc64").srcarch == "sparc"
    assert resolve_architecture(tree, "um").header_arch == "x86"


@pytest.mark.trees
@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_agrees(tree: DirectorySource, tmp_path: Path) -> None:
    # The table alone, without the recipes around it: make must not touch the tree.
    text = Path(tree.root, "Makefile").read_text()
    start = text.index("SRCARCH \t:=") if "SRCARCH \t:=" in text else text.index("SRCARCH")
    table = text[start : text.index("USERINCLUDE", start)]
    (tmp_path / "Makefile").write_text(f"{table}\n$(info $(SRCARCH))\nall:;@:\n")
    for word in architecture_words(tree):
        command = ["make", "-s", f"ARCH={word}"]
        output = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert output.strip() == resolve_architecture(tree, word).srcarch
