# SPDX-License-Identifier: GPL-2.0-or-later
"""Reasons: one small Kconfig file for each way in which a value comes about."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.explanation import Explanation, explain
from kpolicy.explain.reason import Reason
from tests.kconfig.small import load, make_tree

_MODULES = 'config MODULES\n\tbool "modules"\n\tmodules\n\tdefault y\n\n'


def values_of(folder: Path, kconfig: str, config: str = "", *, arch: str = "") -> Values:
    model = load(make_tree(folder, {"Kconfig": kconfig, "arch/x86/Kconfig": arch}))
    return evaluate(model, parse_config("config", config.encode()))


def told(reasons: tuple[Reason, ...], depth: int = 0) -> list[str]:
    """A line for each reason, indented as it hangs."""
    lines = []
    for item in reasons:
        place = f" {item.location}" if item.location is not None else ""
        again = " again" if item.is_repeated else ""
        lines.append(f"{'  ' * depth}{item.symbol}={item.value} {item.text}{place} [{item.decider}]{again}")
        lines += told(item.because, depth + 1)
    return lines


def _told(found: Explanation) -> list[str]:
    return told(found.reasons)


def test_a_line_and_what_it_depends_on(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\nconfig B\n\tbool "b"\n\tdefault y\n\nconfig X\n\tbool "x"\n\tdepends on A && B\n'
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=y\nCONFIG_X=y\n"), "X")
    # That B is on is nobody's line.
    assert _told(found) == ["X=y CONFIG_X=y config:2 [person]", "  A=y CONFIG_A=y config:1 [person]"]
    assert [item.symbol for item in found.decisions.all] == ["A", "X"]
    assert [item.gives for item in found.decisions.all] == ["n", "n"]
    assert found.decisions.changes == ("# CONFIG_X is not set",)
    assert (found.prompt, found.type, str(found.location)) == ("x", "bool", "Kconfig:8")


def test_two_selects_in_force(tmp_path: Path) -> None:
    kconfig = (
        'config A\n\tbool "a"\n\tselect X\n\nconfig B\n\tbool "b"\n\tselect X if C\n\n'
        'config C\n\tbool "c"\n\nconfig D\n\tbool "d"\n\tselect X\n\nconfig X\n\tbool\n'
    )
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n"), "X")
    assert _told(found) == [
        "X=y selected by A Kconfig:3 [tree]",
        "  A=y CONFIG_A=y config:1 [person]",
        "X=y selected by B if C Kconfig:7 [tree]",
        "  B=y CONFIG_B=y config:2 [person]",
        "  C=y CONFIG_C=y config:3 [person]",
    ]
    # Neither alone changes anything, but all of them are decisions.
    assert [(item.symbol, item.gives) for item in found.decisions.all] == [("A", "y"), ("B", "y"), ("C", "y")]
    assert found.decisions.reversed == "n"
    assert found.decisions.changes == ("# CONFIG_A is not set", "# CONFIG_B is not set")


def test_an_imply_and_a_line_that_overrides_it(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\timply X\n\nconfig X\n\tbool "x"\n'
    found = explain(values_of(tmp_path / "1", kconfig, "CONFIG_A=y\n"), "X")
    assert _told(found) == ["X=y implied by A Kconfig:3 [tree]", "  A=y CONFIG_A=y config:1 [person]"]
    against = explain(values_of(tmp_path / "2", kconfig, "CONFIG_A=y\n# CONFIG_X is not set\n"), "X")
    assert _told(against) == ["X=n # CONFIG_X is not set config:2 [person]"]


def test_the_default_that_won_and_those_before_it(tmp_path: Path) -> None:
    kconfig = (
        'config A\n\tbool "a"\n\nconfig B\n\tbool "b"\n\n'
        "config X\n\tint\n\tdefault 1 if A\n\tdefault 2 if B\n\tdefault 3\n"
    )
    found = explain(values_of(tmp_path, kconfig, "CONFIG_B=y\n"), "X")
    assert _told(found) == [
        "X=2 default 2 if B Kconfig:10 [tree]",
        "  X=2 not default 1 if A: A=n Kconfig:9 [tree]",
        "  B=y CONFIG_B=y config:1 [person]",
    ]


def test_a_default_that_follows_another_symbol(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\tdefault y\n\nconfig X\n\tbool "x"\n\tdefault A\n'
    found = explain(values_of(tmp_path, kconfig), "X")
    assert _told(found) == ["X=y default A Kconfig:7 [tree]", "  A=y default y Kconfig:3 [tree]"]
    made = found.decisions
    # No line has a part in it; the opposite of what the tree says can be asked for.
    assert [(item.symbol, item.line, item.text) for item in made.all] == [("X", None, "X=y: default A")]
    assert (made.alone, made.changes, made.changed) == ("y", ("# CONFIG_X is not set",), "n")


def test_a_line_that_says_what_the_default_says(tmp_path: Path) -> None:
    kconfig = 'config E\n\tbool "e"\n\nconfig X\n\tbool "x" if E\n\tdefault y\n'
    found = explain(values_of(tmp_path, kconfig, "CONFIG_E=y\nCONFIG_X=y\n"), "X")
    # E lets the line count; without E the value would be the same, so nobody decides it there.
    assert _told(found) == ["X=y CONFIG_X=y config:2 [person]", "  E=y CONFIG_E=y config:1 [person]"]
    assert [(item.symbol, item.gives) for item in found.decisions.all] == [("X", "n")]


def test_it_is_the_same_either_way(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\tselect X\n\nconfig X\n\tbool\n\tdefault y if !A\n'
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=y\n"), "X")
    assert _told(found)[0] == "X=y selected by A Kconfig:3 [tree]"
    assert found.decisions.all == ()
    assert (found.decisions.alone, found.decisions.changed) == ("y", None)


def test_the_architecture_and_the_toolchain(tmp_path: Path) -> None:
    kconfig = (
        'source "arch/x86/Kconfig"\n\nconfig HAVE\n\tbool\n\n'
        "config PROBE\n\tdef_bool $(shell,{ true; } >/dev/null 2>&1 && echo y || echo n)\n\n"
        "config X\n\tbool\n\tdefault y if HAVE && PROBE\n"
    )
    values = values_of(tmp_path, kconfig, arch="config X86\n\tdef_bool y\n\tselect HAVE\n")
    found = explain(values, "X")
    assert _told(found) == [
        "X=y default y if HAVE && PROBE Kconfig:11 [tree]",
        "  HAVE=y selected by X86 arch/x86/Kconfig:3 [architecture]",
        "    X86=y default y arch/x86/Kconfig:2 [architecture]",
        "  PROBE=y def_bool $(shell,{ true; } >/dev/null 2>&1 && echo y || echo n), "
        "which this toolchain answers with y Kconfig:7 [toolchain]",
    ]
    assert found.decisions.all == ()


def test_a_choice(tmp_path: Path) -> None:
    kconfig = (
        'choice\n\tprompt "which"\n\tdefault B\n\nconfig A\n\tbool "a"\n\nconfig B\n\tbool "b"\n\n'
        'config C\n\tbool "c"\n\nendchoice\n'
    )
    by_itself = values_of(tmp_path / "1", kconfig)
    assert _told(explain(by_itself, "B")) == ["B=y default B of the choice Kconfig:3 [tree]"]
    taken = values_of(tmp_path / "2", kconfig, "CONFIG_A=y\n")
    assert _told(explain(taken, "A")) == ["A=y CONFIG_A=y config:1 [person]"]
    assert _told(explain(taken, "B")) == [
        "B=n the choice 'which' is set to A Kconfig:1 [tree]",
        "  A=y CONFIG_A=y config:1 [person]",
    ]
    assert explain(taken, "B").decisions.changes == ("CONFIG_B=y",)
    refused = values_of(tmp_path / "3", kconfig, "# CONFIG_B is not set\n")
    found = explain(refused, "A")
    assert found.value == "y"
    assert [item.text for item in found.decisions.all if item.line] == ["# CONFIG_B is not set"]


def test_the_only_member_in_sight(tmp_path: Path) -> None:
    kconfig = (
        'config E\n\tbool "e"\n\nchoice\n\tprompt "which"\n\nconfig A\n\tbool "a"\n\n'
        'config B\n\tbool "b"\n\tdepends on E\n\nendchoice\n'
    )
    found = explain(values_of(tmp_path, kconfig, "# CONFIG_A is not set\n"), "A")
    assert found.value == "y"
    assert any("has no effect: no other member of the choice is set" in line for line in _told(found))
    assert not any(item.line for item in found.decisions.all if item.symbol != "A")
    assert found.decisions.changes == ("CONFIG_E=y",)


def test_a_range_that_clipped(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\nconfig X\n\tint "x"\n\trange 1 64 if A\n\tdefault 8\n'
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=y\nCONFIG_X=99\n"), "X")
    assert _told(found)[:2] == [
        "X=64 range 1 64 if A, which 99 is not in Kconfig:6 [tree]",
        "  X=64 CONFIG_X=99 config:2 [person]",
    ]
    assert [item.symbol for item in found.decisions.all if item.line] == ["A", "X"]


def test_a_line_that_a_select_overrides(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\tselect X\n\nconfig X\n\tbool "x"\n'
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=y\n# CONFIG_X is not set\n"), "X")
    assert _told(found)[-1] == "X=y # CONFIG_X is not set has no effect: selects override it config:2 [person]"
    # It has no effect, so it is no decision.
    assert [item.symbol for item in found.decisions.all] == ["A"]


def test_what_keeps_a_symbol_off(tmp_path: Path) -> None:
    kconfig = (
        'config A\n\tbool "a"\n\tdefault y\n\nconfig E\n\tbool "e"\n\nconfig B\n\tbool "b"\n\tdepends on E\n\n'
        'config X\n\tbool "x"\n\tdepends on A && B\n'
    )
    found = explain(values_of(tmp_path, kconfig, "CONFIG_X=y\n"), "X")
    assert _told(found) == [
        "X=n CONFIG_X=y is not honoured config:1 [person]",
        "  X=n needs B (of A && B): B=n Kconfig:14 [tree]",
        "    B=n needs E: E=n Kconfig:10 [tree]",
        "      E=n no line sets it Kconfig:6 [tree]",
    ]
    assert set(found.decisions.changes) == {"CONFIG_B=y", "CONFIG_E=y"}
    assert (found.decisions.alone, found.decisions.changed) == ("n", "y")


def test_what_is_in_the_way(tmp_path: Path) -> None:
    kconfig = (
        'config A\n\tbool "a"\n\tselect H\n\nconfig H\n\tbool\n\nconfig X\n\tbool "x"\n\tdepends on !H\n\tdefault y\n'
    )
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=y\n"), "X")
    assert _told(found) == [
        "X=n needs !H: H=y Kconfig:10 [tree]",
        "  H=y selected by A Kconfig:3 [tree]",
        "    A=y CONFIG_A=y config:1 [person]",
    ]
    assert found.decisions.changes == ("# CONFIG_A is not set",)


def test_what_has_no_prompt(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\tselect X\n\nconfig X\n\tbool\n\nconfig Y\n\tbool\n'
    values = values_of(tmp_path, kconfig)
    assert _told(explain(values, "X")) == [
        "X=n it has no prompt: only a select (A=n) sets it Kconfig:5 [tree]",
        "  A=n no line sets it Kconfig:2 [tree]",
    ]
    assert explain(values, "X").decisions.changes == ("CONFIG_A=y",)
    nothing = explain(values, "Y")
    assert _told(nothing) == ["Y=n it has no prompt: nothing sets it on this architecture Kconfig:8 [tree]"]
    assert nothing.decisions.changed is None


def test_m_where_y_was_asked_for(tmp_path: Path) -> None:
    kconfig = f'{_MODULES}config A\n\ttristate "a"\n\nconfig X\n\ttristate "x"\n\tdepends on A\n'
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=m\nCONFIG_X=y\n"), "X")
    assert found.value == "m"
    assert _told(found) == [
        "X=m CONFIG_X=y config:2 [person]",
        "  X=m needs A: A=m Kconfig:11 [tree]",
        "    A=m CONFIG_A=m config:1 [person]",
    ]
    assert {item.symbol for item in found.decisions.all} >= {"A", "X"}


@pytest.mark.parametrize(
    ("line", "value", "other"),
    [
        ("CONFIG_X=7", "7", "CONFIG_X=8"),
        ('CONFIG_S="a"', '"a"', 'CONFIG_S=""'),
        ("CONFIG_H=0x10", "0x10", "CONFIG_H=0x11"),
    ],
)
def test_numbers_and_texts(tmp_path: Path, line: str, value: str, other: str) -> None:
    kconfig = 'config X\n\tint "x"\n\nconfig S\n\tstring "s"\n\nconfig H\n\thex "h"\n'
    name = line[7]
    found = explain(values_of(tmp_path, kconfig, f"{line}\n"), name)
    assert found.value == value
    assert _told(found) == [f"{name}={value} {line} config:1 [person]"]
    assert found.decisions.changes == (other,)


def test_what_was_told_is_not_told_again(tmp_path: Path) -> None:
    kconfig = (
        'config A\n\tbool "a"\n\tselect B\n\nconfig B\n\tbool\n\tselect X\n\tselect C\n\n'
        "config C\n\tbool\n\tselect X\n\nconfig X\n\tbool\n"
    )
    found = explain(values_of(tmp_path, kconfig, "CONFIG_A=y\n"), "X")
    assert [line for line in _told(found) if line.endswith("again")] == ["    B=y selected by A Kconfig:3 [tree] again"]


def test_only_what_the_model_defines(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        explain(values_of(tmp_path, 'config X\n\tbool "x"\n'), "Y")


def test_selects_that_would_make_it_y_are_named_not_followed(tmp_path: Path) -> None:
    names = ("A", "B", "C", "D", "E", "F")
    kconfig = _MODULES + "".join(f'config {name}\n\ttristate "{name}"\n\tselect X\n\n' for name in names)
    kconfig += 'config X\n\ttristate\n\nconfig Y\n\ttristate "y"\n\tdepends on X\n'
    values = values_of(tmp_path, kconfig, "CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_B=m\nCONFIG_Y=y\n")
    found = _told(explain(values, "Y"))
    folded = [line for line in found if "not y because of" in line]
    assert folded == ["      X=m not y because of C=n, D=n, E=n and 1 more [tree]"]
    # Only those that are on are followed.
    assert not [line for line in found if line.lstrip().startswith(("C=", "D=", "E=", "F="))]
    assert {line.strip() for line in found} >= {"A=m CONFIG_A=m config:2 [person]", "B=m CONFIG_B=m config:3 [person]"}
