# SPDX-License-Identifier: GPL-2.0-or-later
"""The toolchain of a policy, tool by tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.errors import UsageError
from kpolicy.kernel.toolchain import Toolchain, parse_toolchain
from kpolicy.policy.files.extends import load_policy, policy_of_text


def of(text: str) -> Toolchain | None:
    return policy_of_text("kpolicy.toml", text).toolchain


@pytest.mark.parametrize("word", ["dummy", "gcc-14.2", "clang-19.1.7", "gcc-12"])
def test_a_word_alone_is_the_compiler(word: str) -> None:
    assert of(f'toolchain = "{word}"') == parse_toolchain(word)
    assert of(f'toolchain.compiler = "{word}"') == parse_toolchain(word)


def test_tool_by_tool() -> None:
    found = of(
        """\
[toolchain]
compiler = "gcc-14.2"
assembler = "llvm-19.1"
linker = "lld-19.1.7"
pahole = "1.29"
rustc = "1.85.0"
bindgen = "0.71.1"
"""
    )
    assert found is not None
    assert (found.compiler, found.compiler_version) == ("GCC", (14, 2, 0))
    assert (found.assembler, found.assembler_version) == ("LLVM", (19, 1, 0))
    assert (found.linker, found.linker_version) == ("LLD", (19, 1, 7))
    assert (found.pahole_version, found.rustc_version, found.bindgen_version) == ((1, 29), (1, 85, 0), (0, 71, 1))
    assert found.identity != parse_toolchain("gcc-14.2").identity
    none = of('[toolchain]\ncompiler = "clang-19"\nlinker = "bfd-2.44"\nassembler = "gnu-2.44"\npahole = "none"\n')
    assert none is not None
    assert (none.linker, none.assembler, none.pahole_version) == ("BFD", "GNU", None)


def test_tools_of_several_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('toolchain = "gcc-12"\n', encoding="utf-8")
    (tmp_path / "top.toml").write_text('extends = "./base.toml"\ntoolchain.pahole = "none"\n', encoding="utf-8")
    found = load_policy(str(tmp_path / "top.toml")).toolchain
    assert found is not None
    assert (found.compiler_version, found.pahole_version) == ((12, 0, 0), None)
    # A tool beside the dummy compiler is an error of the files together.
    (tmp_path / "base.toml").write_text('toolchain = "dummy"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="of one piece") as caught:
        load_policy(str(tmp_path / "top.toml"))
    assert f"{tmp_path}/top.toml:2: error" in caught.value.render()
    assert f"{tmp_path}/base.toml:1" in caught.value.render()


@pytest.mark.parametrize("word", ["exec", "", "gcc", "gcc-", "gcc-14.2 ; rm", "none"])
def test_a_policy_starts_nothing(word: str) -> None:
    with pytest.raises(UsageError):
        of(f'toolchain = "{word}"')
