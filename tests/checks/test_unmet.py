# SPDX-License-Identifier: GPL-2.0-or-later
"""Selects that can break a dependency, on a few lines; each witness is a config of which conf warns."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kconfig.load import Tree
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.unmet import unmet_selects
from tests.kconfig.small import load, make_tree
from tests.oracle.conf import Oracle

_HEAD = 'config MODULES\n\tbool "modules"\n\tmodules\n\nconfig X\n\ttristate "x"\n\nconfig A\n\ttristate "a"\n{}\n'
_TARGET = "config T\n\t{}\n{}\n"
_CASES = {
    "n": ("\tselect T", "tristate", "\tdepends on X", "A selects T, which depends on X (=n)", "CONFIG_A=y"),
    "m against y": (
        "\tdepends on X!=n\n\tselect T",
        "tristate",
        "\tdepends on X",
        "A selects T, which depends on X (=m)",
        "CONFIG_MODULES=y",
    ),
    "the source depends on it": ("\tdepends on X\n\tselect T", "tristate", "\tdepends on X", "", ""),
    "the condition": ("\tselect T if X", "bool", "\tdepends on X", "", ""),
    "m is enough for a bool": ("\tselect T if X", "bool", "\tdepends on X", "", ""),
    "an imply does not break it": ("\timply T", "tristate", "\tdepends on X", "", ""),
    "what nothing turns on": ("\tdepends on n\n\tselect T", "tristate", "\tdepends on X", "", ""),
    # As NVMEM_U_BOOT_ENV selects NVMEM_LAYOUT_U_BOOT_ENV, and implies what that depends on.
    "what an imply turns on": ("\timply L\n\tselect T", "tristate", "\tdepends on L\n\nconfig L\n\tbool", "", ""),
    "what an imply cannot turn on": (
        "\timply L\n\tselect T",
        "tristate",
        "\tdepends on L\n\nconfig L\n\tbool\n\tdepends on X",
        "A selects T, which depends on L (=n)",
        "CONFIG_A=m",
    ),
}


@pytest.mark.parametrize("name", _CASES)
def test_what_can_break(tmp_path: Path, name: str) -> None:
    own, kind, depends, expected, line = _CASES[name]
    text = _HEAD.format(own) + _TARGET.format(kind, depends)
    found = unmet_selects(load(make_tree(tmp_path, {"Kconfig": text})))
    assert not found.undecided
    if not expected:
        assert not found.claims.claims
        return
    [claim] = found.claims.claims
    assert claim.message == expected
    assert claim.witness is not None
    assert claim.witness.architecture == "x86"
    assert line in claim.witness.lines
    [(ground, place)] = claim.grounds
    assert ground in expected.replace("which", "T").partition(", ")[2]
    assert place is not None
    assert text.splitlines()[place.line - 1].startswith("\tdepends on ")
    assert (claim.symbol, claim.part, claim.place.path) == ("A", "T", "Kconfig")


def test_a_dependency_of_what_is_selected_on_the_way(tmp_path: Path) -> None:
    """A is on against its own dependency, so that what it selects may lack it too."""
    text = (
        'config X\n\tbool "x"\n\nconfig B\n\tbool "b"\n\tselect A\n\n'
        "config A\n\tbool\n\tdepends on X\n\tselect T\n\nconfig T\n\tbool\n\tdepends on X\n"
    )
    found = unmet_selects(load(make_tree(tmp_path, {"Kconfig": text}))).claims.claims
    # A's select has no effect while its dependency is not met: the condition of a select includes it.
    assert [(claim.symbol, claim.part) for claim in found] == [("B", "A")]


@pytest.mark.newest_kernel
@pytest.mark.trees
@pytest.mark.slow
@pytest.mark.parametrize("arch", ["x86", "arm64"])
def test_conf_warns_of_every_witness(kernel: Path, arch: str) -> None:
    source = DirectorySource(kernel)
    model = Tree(source, str(kernel)).model(resolve_architecture(source, arch), Toolchain.dummy())
    found = unmet_selects(model)
    assert found.claims.claims
    assert not found.undecided
    oracle = Oracle(kernel)
    for claim in found.claims.claims:
        assert claim.witness is not None
        said = oracle.run(arch, "olddefconfig", "\n".join([*claim.witness.lines, ""]).encode()).stderr
        assert f"unmet direct dependencies detected for {claim.part}\n" in said
