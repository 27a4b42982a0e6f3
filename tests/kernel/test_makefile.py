# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kpolicy.kernel.makefile import Makefile

# A makefile, and the variables that make finds in it.  `make` itself confirms them below.
CASES: list[tuple[str, dict[str, str]]] = [
    ("A := x\nB = $(A) y\nA := z\n", {"A": "z", "B": "z y"}),
    ("A = 1\nA ?= 2\nB ?= 3\nA += 4\n", {"A": "1 4", "B": "3"}),
    ("ifeq ($(W),x)\nA := 1\nelse\nA := 2\nendif\n", {"A": "1"}),
    ("ifneq ($(W),x)\nA := 1\nelse ifeq ($(W), x)\nA := 2\nelse\nA := 3\nendif\n", {"A": "2"}),
    ("ifeq ($(W),y)\nifeq (a,a)\nA := 1\nendif\nelse\nifdef W\nA := 4\nendif\nendif\n", {"A": "4"}),
    ("ifndef NONE\nA := 1\nendif\nEMPTY :=\nifdef EMPTY\nB := 1\nelse\nB := 2\nendif\n", {"A": "1", "B": "2"}),
    ("ifeq \"$(W)\" 'x'\nA := quoted\nendif\n", {"A": "quoted"}),
    ("A := $(if $(filter ppc%,$(W)),$(W),ppc64)_defconfig\n", {"A": "ppc64_defconfig"}),
    ("A := $(filter x y,a x b y)\nB := $(filter-out %.o,a.o b.c)\n", {"A": "x y", "B": "b.c"}),
    ("L := a.o b.o\nA := $(L:.o=.c)\nB := $(L:%.o=%)\nC := $(patsubst %,x/%,$(L))\n", {"A": "a.c b.c", "B": "a b"}),
    ("A := $(subst e,E,feet)\nB := $(strip  a   b )\nC := $(words a b c)\n", {"A": "fEEt", "B": "a b", "C": "3"}),
    ("A := $(firstword a b)$(lastword a b)\nB := $(findstring b,abc)$(findstring z,abc)\n", {"A": "ab", "B": "b"}),
    ("A := $(or ,b,c)\nB := $(and a,b)\nC := $(and a,,b)\n", {"A": "b", "B": "b", "C": ""}),
    ("A := $(sort c a b a)\nB := $(notdir a/b c/d)\n", {"A": "a b c", "B": "b d"}),
    ("A := one \\\n\ttwo\nB := $$x\n", {"A": "one two", "B": "$x"}),
    ("define X\nA := no\nendef\nB := 1\n", {"B": "1"}),
    ("B := 0\nall:\n\tB := 1\nC := 2\n", {"B": "0", "C": "2"}),
    ("\tA := tab\nB := a#comment\nexport D := e\noverride F := g\n", {"A": "tab", "B": "a", "D": "e", "F": "g"}),
    ("W := changed\nA := $(W)\n", {"A": "x"}),
    ("N := A\n$(N)B := named\n", {"AB": "named"}),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_evaluates(text: str, expected: dict[str, str]) -> None:
    makefile = Makefile(text, {"W": "x"})
    assert {name: makefile.value(name) for name in expected} == expected


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
@pytest.mark.parametrize(("text", "expected"), CASES)
def test_make_agrees(text: str, expected: dict[str, str], tmp_path: Path) -> None:
    shown = "".join(f"$(info {name}=[$({name})])\n" for name in expected)
    rule = "" if "all:" in text else "all:;@:\n"
    (tmp_path / "Makefile").write_text(f"{text}{shown}{rule}")
    command = ["make", "-s", "-n", "W=x"]
    output = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert [line for line in output.splitlines() if "=[" in line] == [f"{n}=[{v}]" for n, v in expected.items()]


def test_asks_for_the_shell_and_runs_nothing() -> None:
    asked: list[str] = []

    def shell(command: str) -> str:
        asked.append(command)
        return "x86_64"

    makefile = Makefile("A := $(shell uname -m | sed -e 's/i.86/i386/')\n", {}, shell)
    assert makefile.value("A") == "x86_64"
    assert asked == ["uname -m | sed -e 's/i.86/i386/'"]
    assert Makefile("A := $(shell uname)$(wildcard *)$(call f,x)$(nonsense a)\n", {}).value("A") == ""


def test_stops_where_it_is_told_to() -> None:
    makefile = Makefile("A := 1\ninclude arch/x\nA := 2\n", {}, until="include arch")
    assert makefile.value("A") == "1"
    assert makefile.value("NONE") is None


@pytest.mark.parametrize(
    "text", ["A = $(A)\n", "A = $(B)\nB = $(A)\n", "A := $(if\n", "endif\nelse\nifeq (\nA:=$", "define\n"]
)
def test_odd_makefiles_end(text: str) -> None:
    assert isinstance(Makefile(text, {}).value("A"), str | None)
