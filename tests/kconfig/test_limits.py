# SPDX-License-Identifier: GPL-2.0-or-later
"""The limits of what Kconfig files may ask for, lowered, on harmless files: an error with its place."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.config.read import parse_config
from kpolicy.errors import InputError
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain import Toolchain
from tests.cli.support import append, copy_of_demo, kpolicy
from tests.kernel.memory import MemorySource

_MAKEFILE = "VERSION = 6\nPATCHLEVEL = 12\n"
_USED = "A := " + "x" * 100 + "\nB = $(A)$(A)$(A)\n\nconfig C\n" + '\tstring "$(A)"\n' * 1000
_BLOCKS = 'menu "m"\n' * 40 + 'config X\n\tbool "x"\n' + "endmenu\n" * 40
_LIMITS = [
    # The text, the limit and its lowered value, the line, what is said.  The demonstration tree stays below all.
    (_USED + '\tdefault "$(B)"\n', "LONGEST_EXPANSION", 250, 1005, "a macro that expands to more than 250"),
    (_USED, "MOST_EXPANSIONS", 900, None, "more than 900 expansions of macros"),
    (_USED, "MOST_EXPANDED", 50_000, None, "macros that expand to more than 50000 characters"),
    (
        'config C\n\tstring "' + "$(ARCH)" * 1000 + '"\n',
        "MOST_COPIED",
        200_000,
        2,
        "the macros take too long to expand",
    ),
    ('source "arch/arm64/more"\n' * 300, "MOST_FILES", 200, None, "more than 200 files are sourced"),
    ('source "arch/arm64/more"\n' * 600, "MOST_STATEMENTS", 4000, None, "more than 4000 statements"),
    (_BLOCKS, "MOST_BLOCKS", 30, 31, "more than 30 menus, choices and ifs in each other"),
    ("#" * 30_000 + "\n", "MAX_SIZE", 29_000, 0, "larger than 29000 bytes: not a Kconfig file"),
]


def _lower(monkeypatch: pytest.MonkeyPatch, module: str, name: str, limit: int) -> None:
    # Without the module, or without the name in it, there is no limit: that is for the assertions to say.
    if find_spec(module) is not None:
        monkeypatch.setattr(f"{module}.{name}", limit, raising=False)


@pytest.mark.parametrize(("text", "name", "limit", "line", "said"), _LIMITS, ids=[item[1] for item in _LIMITS])
def test_a_limit_costs_its_architecture_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str, limit: int, line: int | None, said: str
) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "arch/arm64/more").write_text('config MORE\n\tbool "more"\n' + "\tdepends on y\n" * 9)
    (tree / "arch/arm64/limits").write_text(text)
    append(tree / "arch/arm64/Kconfig", 'source "arch/arm64/limits"\n')
    module = "elaborate" if name == "MOST_BLOCKS" else "limits"
    _lower(monkeypatch, f"kpolicy.kconfig.{module}", name, limit)
    outcome = kpolicy("audit", tree, "--no-cache")
    assert outcome.status == status.FAILURE
    place = r"arch/arm64/limits" + (f":{line}" if line else "" if line == 0 else r":\d+")
    assert re.search(f"^{place}: error: {said}", outcome.err, re.MULTILINE), outcome.err
    assert outcome.err.count("error: ") == 1, "once, not for every config"
    assert outcome.out.rstrip().endswith("; 2 could not be analysed")
    assert "arch/x86/configs/graphics_defconfig:" in outcome.out


def _model(kconfig: str) -> Model:
    source = MemorySource({"Makefile": _MAKEFILE, "Kconfig": kconfig, "more": 'config MORE\n\tbool "m"\n'})
    return Tree(source, "/").model(Architecture("x86", "x86"), Toolchain.dummy())


@pytest.mark.parametrize("kind", ["if y", 'menu "m"'])
def test_blocks_within_blocks(kind: str) -> None:
    end = "endif" if kind == "if y" else "endmenu"
    deep = 900
    assert _model(f"{kind}\n" * deep + 'config X\n\tbool "x"\n' + f"{end}\n" * deep).is_defined("X")
    # Recursion would end it somewhere else, or not at all.
    with pytest.raises(InputError) as caught:
        _model(f"{kind}\n" * 1500 + 'config X\n\tbool "x"\n' + f"{end}\n" * 1500)
    assert "Kconfig:1001: error: more than 1000 menus, choices and ifs in each other" in caught.value.render()


def test_negations_of_negations() -> None:
    assert _model('config X\n\tbool "x"\n\tdepends on ' + "!" * 100 + "Y\n").is_defined("X")
    with pytest.raises(InputError, match="negations") as caught:
        _model('config X\n\tbool "x"\n\tdepends on ' + "! " * 3000 + "Y\n")
    assert str(caught.value.location) == "Kconfig:3"


def test_values_that_rest_on_each_other_in_thousands() -> None:
    length = 3000
    chain = "".join(f'config A{n}\n\tbool "a"\n\tdepends on A{n + 1}\n' for n in range(length))
    model = _model(f'{chain}config A{length}\n\tbool "last"\n')
    lines = "".join(f"CONFIG_A{n}=y\n" for n in range(length + 1)).encode()
    assert dotconfig(evaluate(model, parse_config("config", lines), "olddefconfig")).count(b"=y\n") == length + 1


@pytest.mark.parametrize("kind", ["int", "hex", "string"])
def test_a_number_or_text_in_a_choice_is_no_member(kind: str) -> None:
    # The conf of 6.12 refuses it, that of 6.1 does not survive it.
    choice = (
        f'choice\n\tprompt "c"\n\nconfig A\n\t{kind} "a"\n\nconfig B\n\tbool "b"\n\nconfig C\n\tbool "c"\n\nendchoice\n'
    )
    model = _model(choice)
    for text in (b"", b"CONFIG_A=7\n", b'CONFIG_A="x"\nCONFIG_C=y\n'):
        values = evaluate(model, parse_config("config", text), "olddefconfig")
        assert dotconfig(values).startswith(b"#")
        assert (values.is_on("B"), values.is_on("C")) == (b"C=y" not in text, b"C=y" in text)


def test_a_choice_of_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.kconfig.build.MOST_MEMBERS", 3, raising=False)
    members = "".join(f'config A{n}\n\tbool "a"\n' for n in range(4))
    with pytest.raises(InputError, match="more than 3 members of a choice") as caught:
        _model(f'choice\n\tprompt "c"\n{members}endchoice\n')
    assert str(caught.value.location) == "Kconfig:9"


def test_what_conf_is_built_from(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"Makefile": _MAKEFILE, "Kconfig": 'config X\n\tbool "x"\n', "scripts/kconfig/lexer.l": "%%\n" * 20}
    tree = Tree(MemorySource(files), "/")
    assert tree.model(Architecture("x86", "x86"), Toolchain.dummy()).is_defined("X")
    if find_spec("kpolicy.kconfig.grammar") is not None:
        monkeypatch.setattr("kpolicy.kconfig.grammar.MAX_GRAMMAR", 50, raising=False)
    with pytest.raises(InputError, match="larger than 50 bytes") as caught:
        Tree(MemorySource(files), "/").model(Architecture("x86", "x86"), Toolchain.dummy())
    assert str(caught.value.location) == "scripts/kconfig/lexer.l"
