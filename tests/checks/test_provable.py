# SPDX-License-Identifier: GPL-2.0-or-later
"""What is proved of single lines, in both dialects of choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.grounds import Ground
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.location import Location
from kpolicy.policy.checks.claims import Claim, Claims
from kpolicy.policy.checks.provable import prove_lines
from kpolicy.policy.checks.tree import merged
from kpolicy.policy.rules.finding import Witness
from tests.kconfig.small import load, make_tree

_OLD = {"scripts/kconfig/symbol.c": "if (sym2 && sym2 == sym)", "scripts/kconfig/confdata.c": ""}
_X = 'config X\n\tbool "x"\n\nconfig Y\n\tbool "y"\n\tdepends on X\n\nconfig NEVER\n\tbool\n\n'
# Each: the check, what follows _X, and the messages about it.
_CASES = {
    "exclusive": (
        "dead-option",
        'config A\n\tbool "a"\n\tdepends on Y && !X\n',
        [
            "the prompt of A is never visible: its conditions exclude one another | depends on Y Kconfig:13"
            " | depends on !X Kconfig:13"
        ],
    ),
    "one that is never met": (
        "dead-option",
        'config A\n\tbool "a" if NEVER\n',
        ["the prompt of A is never visible: NEVER is never met | if NEVER Kconfig:12"],
    ),
    "broken on purpose": ("dead-option", 'config BROKEN\n\tbool\n\nconfig A\n\tbool "a"\n\tdepends on BROKEN\n', []),
    "seen": ("dead-option", 'config A\n\tbool "a"\n\tdepends on Y || !X\n', []),
    "never chosen": (
        "never-together",
        'choice\n\tprompt "c"\n\tdepends on Y\n\nconfig M\n\tbool "m"\n\n'
        'config N\n\tbool "n"\n\tdepends on !X\n\nendchoice\n',
        [
            "the choice member N can never be chosen: its conditions exclude one another | depends on Y Kconfig:13"
            " | depends on !X Kconfig:20"
        ],
    ),
    "defaults by what follows": (
        "dead-default",
        "config A\n\tbool\n\tdefault y if X\n\tdefault n if Y\n\tdefault y\n",
        ["the default n of A is never reached: an earlier one always applies | default y if X Kconfig:13"],
    ),
    "a condition that follows": (
        "constant-condition",
        'config A\n\tbool "a"\n\tdepends on Y\n\tselect T if X\n\tselect T if NEVER\n\nconfig T\n\tbool\n',
        [
            "A selects T if NEVER, which never holds there: the line has no effect | if NEVER Kconfig:15",
            "A selects T if X, which always holds there | depends on Y Kconfig:13",
        ],
    ),
    "a choice is no condition of its members' lines": (
        "constant-condition",
        'choice\n\tprompt "c"\n\nconfig M\n\tbool "m"\n\tselect T if X\n\tselect T if Y && X\n\n'
        'config N\n\tbool "n"\n\nendchoice\n\nconfig T\n\tbool\n',
        [],
    ),
    "a dependency that follows": (
        "redundant-depends",
        'config A\n\tbool "a"\n\tdepends on X && Y\n',
        ["A depends on X, which always holds when its other dependencies do | depends on Y Kconfig:13"],
    ),
    "two that follow from each other": (
        "redundant-depends",
        'config A\n\tbool "a"\n\tdepends on X\n\tdepends on X = y\n\tdepends on X\n',
        [
            "A depends on X, which always holds when its other dependencies do | depends on X Kconfig:15",
            "A depends on X, which always holds when its other dependencies do | depends on X Kconfig:15",
        ],
    ),
    "selected when it is seen": (
        "always-on",
        'config A\n\tbool "a"\n\tdepends on X\n\nconfig S\n\tdef_bool X\n\tselect A\n',
        ["A can never be answered n: it is on whenever its prompt is visible | S selects A Kconfig:17"],
    ),
    "a choice is no question of that kind": (
        "always-on",
        'choice\n\tprompt "c"\n\nconfig M\n\tbool "m"\n\nendchoice\n',
        [],
    ),
    "what the toolchain decides": (
        "dead-option",
        'config CC\n\tdef_bool $(shell,echo n)\n\nconfig A\n\tbool "a"\n\tdepends on CC\n',
        [],
    ),
}


@pytest.mark.parametrize("dialect", ["today", "old"])
@pytest.mark.parametrize("name", _CASES)
def test_what_is_proved(tmp_path: Path, name: str, dialect: str) -> None:
    check, text, expected = _CASES[name]
    files = {"Kconfig": _X + text, **(_OLD if dialect == "old" else {})}
    tree = make_tree(tmp_path, files)
    proofs = prove_lines(load(tree), [f"kconfig/{check}"])
    found = [item for claims in proofs.claims.values() for item in merged([claims], DirectorySource(tree))]
    shown = [" | ".join([item.message, *(f"{text} {place}" for text, place in item.grounds)]) for item in found]
    if dialect == "old":
        # A member depends on its choice.
        expected = [text.replace("Y Kconfig:13 | depends on !X Kconfig:20", "C") for text in expected]
        shown = [
            text.replace("needs the prompt of the choice Kconfig:11 | depends on !X Kconfig:20", "depends on C")
            for text in shown
        ]
    # X and Y of the head are in order.
    assert sorted(shown) == sorted(expected)


def test_what_one_architecture_contradicts_is_not_asked_again(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": _X + 'config A\n\tbool "a"\n\tdepends on Y && !X\n'}))
    first = prove_lines(model, ["kconfig/dead-option"])
    assert {key[2] for key in first.refuted} == {"X", "Y"}
    again = prove_lines(model, ["kconfig/dead-option"], first.refuted)
    assert not again.refuted
    assert again.claims == first.claims


@pytest.mark.newest_kernel
@pytest.mark.trees
@pytest.mark.slow
def test_no_config_contradicts_what_is_proved(kernel: Path) -> None:
    source = DirectorySource(kernel)
    model = Tree(source, str(kernel)).model(resolve_architecture(source, "x86"), Toolchain.dummy())
    checks = [f"kconfig/{name}" for name in ("dead-option", "never-together", "dead-default", "always-on")]
    claims = [claim for found in prove_lines(model, checks).claims.values() for claim in found.claims]
    assert len(claims) > 1000
    for values in (evaluate(model, None, preset) for preset in ("allyesconfig", "allmodconfig", "allnoconfig")):
        wrong = [claim for claim in claims if _is_contradicted(claim, values, model)]
        assert not wrong
    # The test can fail: what is visible contradicts a claim that it is not.
    seen = next(name for name in model.names() if model.has_prompt(name) and values.visibility(name))
    symbol = model.symbol(seen)
    assert symbol is not None
    wrong_claim = Claim("kconfig/dead-option", seen, "", symbol.prompts[0].location)
    assert _is_contradicted(wrong_claim, values, model)


def _is_contradicted(claim: Claim, values: Values, model: Model) -> bool:
    symbol = model.symbol(claim.symbol)
    assert symbol is not None
    if claim.check == "kconfig/dead-option":
        prompts = [item for item in symbol.prompts if item.location == claim.place]
        return not prompts or any(values.evaluate(item.condition) for item in prompts)
    if claim.check == "kconfig/dead-default":
        default = values.default(claim.symbol)
        return default is not None and default.location == claim.place
    if claim.check == "kconfig/never-together":
        return values.is_on(claim.symbol)
    return values.visibility(claim.symbol) > 0 and not values.is_on(claim.symbol)


def _claims(architecture: str, never: tuple[str, ...], *exclude: str) -> Claims:
    place = Location("lib/Kconfig", 1)
    grounds = tuple(Ground(f"depends on {name}", place) for name in exclude)
    single = tuple((name, Ground(f"depends on {name}", place)) for name in never)
    claim = Claim("kconfig/dead-option", "A", "the prompt of A is never visible", place, grounds=grounds, never=single)
    return Claims(architecture, (claim,), frozenset({"lib/Kconfig"}), frozenset())


@pytest.mark.parametrize(
    ("arm", "x86", "why", "grounds"),
    [
        # What one architecture never meets another one may.
        (("X86",), ("ARM",), "its conditions are never met together", ["X86", "ARM"]),
        (("X86", "GONE"), ("GONE",), "GONE is never met", ["GONE"]),
        # One reason is enough.
        (("GONE", "X86"), ("X86", "GONE"), "GONE is never met", ["GONE"]),
        (("X86",), (), "its conditions are never met together", ["X86", "B", "!B"]),
        ((), (), "its conditions exclude one another", ["B", "!B"]),
    ],
)
def test_the_reason_is_right_for_all_architectures(
    tmp_path: Path, arm: tuple[str, ...], x86: tuple[str, ...], why: str, grounds: list[str]
) -> None:
    claims = [_claims("arm", arm, *(() if arm else ("B", "!B"))), _claims("x86", x86, *(() if x86 else ("B", "!B")))]
    [found] = merged(claims, DirectorySource(make_tree(tmp_path, {"lib/Kconfig": "config A\n"})))
    assert found.message == f"the prompt of A is never visible: {why}"
    assert [item.text for item in found.grounds] == [f"depends on {name}" for name in grounds]


def test_the_witness_with_the_fewest_lines_is_shown(tmp_path: Path) -> None:
    place = Location("lib/Kconfig", 1)

    def claims(architecture: str, *lines: str) -> Claims:
        claim = Claim("kconfig/unmet-select", "A", "A selects B", place, witness=Witness(architecture, lines))
        return Claims(architecture, (claim,), frozenset({"lib/Kconfig"}), frozenset())

    source = DirectorySource(make_tree(tmp_path, {"lib/Kconfig": "config A\n"}))
    [found] = merged([claims("arm", "CONFIG_C=y", "CONFIG_A=y"), claims("x86", "CONFIG_A=y")], source)
    assert found.witness == Witness("x86", ("CONFIG_A=y",))
