# SPDX-License-Identifier: GPL-2.0-or-later
"""The model of a .config alone is that of a Kconfig file with a prompt for each of its symbols."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.stated import stated_model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import KernelVersion

_X86, _VERSION, _TOOLCHAIN = Architecture("x86_64", "x86"), KernelVersion(6, 12, 1), Toolchain.dummy()
_TYPES = {
    "A": ("y", "bool"),
    "B": ("n", "bool"),
    "C": ("m", "tristate"),
    "D": ("-12", "int"),
    "E": ("0x1F", "hex"),
    "F": ("007", "string"),
    "G": ('"a b"', "string"),
    "H": ("", "string"),
    "40x": ("y", "bool"),
}


def _stated(values: Mapping[str, str]) -> Model:
    return stated_model(values, _X86, _VERSION, _TOOLCHAIN)


@pytest.mark.parametrize("modules", [{}, {"MODULES": ("y", "bool")}])
def test_is_that_of_a_kconfig_file_with_prompts(tmp_path: Path, modules: dict[str, tuple[str, str]]) -> None:
    types = {**modules, **_TYPES}
    entries = [f'config {name}\n\t{word} "{name}"\n' for name, (_, word) in types.items() if name != "MODULES"]
    modules_entry = 'config MODULES\n\tbool "MODULES"\n\tmodules\n'
    (tmp_path / "Kconfig").write_text("".join(['mainmenu "Configuration"\n', modules_entry, *entries]))
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n")
    built = Tree(DirectorySource(tmp_path, "linux"), str(tmp_path)).model(_X86, _TOOLCHAIN)
    stated = _stated({name: value for name, (value, _) in types.items()})
    assert stated.core == built.core
    assert stated.details.menu == built.details.menu
    for name in ("architecture", "srcarch", "version", "toolchain_identity"):
        assert getattr(stated, name) == getattr(built, name)
    symbol = stated.symbol("C")
    assert symbol is not None
    assert [prompt.text for prompt in symbol.prompts] == ["C"]


def test_the_constants_and_what_is_no_name_are_no_symbols() -> None:
    assert list(_stated({"y": "n", "m": "y", "A-B": "y", "if": "y"}).names()) == ["MODULES", "if"]
