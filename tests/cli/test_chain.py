# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy chain`: the question, the architecture that is meant, the formats, what is no question."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.support import Outcome, append, copy_of_demo, kpolicy


def _chain(demo: Path, *words: str) -> Outcome:
    outcome = kpolicy("chain", "--tree", demo, *words)
    assert (outcome.status, outcome.err) == (status.CLEAN, "")
    return outcome


def _arrows(text: str) -> list[str]:
    return re.findall(r"\w+ -> \w+", text)


_KASAN = ["KASAN -> STACKDEPOT_ALWAYS_INIT", "STACKDEPOT_ALWAYS_INIT -> STACKDEPOT", "STACKDEPOT -> STACKTRACE"]


def test_a_symbol(demo: Path) -> None:
    out = _chain(demo, "KASAN").out
    assert _arrows(out) == _KASAN
    assert out.startswith("KASAN (x86, Linux 6.12.0-demo)  lib/Kconfig.kasan:")
    for place in re.findall(r"(\S+):(\d+)$", out, re.MULTILINE)[1:]:
        assert "select" in (demo / place[0]).read_text().splitlines()[int(place[1]) - 1]
    assert _chain(demo, "CONFIG_KASAN").out == out


def test_the_ways_between_two(demo: Path) -> None:
    out = _chain(demo, "--from", "KASAN", "--to", "STACKTRACE").out
    assert _arrows(out) == _KASAN
    found = _chain(demo, "--from", "KASAN", "--to", "STACKTRACE", "--format", "json").json
    assert found["paths"] == [["KASAN", "STACKDEPOT_ALWAYS_INIT", "STACKDEPOT", "STACKTRACE"]]
    assert [f"{edge['source']} -> {edge['target']}" for edge in found["edges"]] == _KASAN
    none = _chain(demo, "--from", "STACKTRACE", "--to", "KASAN").out
    assert "STACKTRACE cannot enable KASAN by select, imply, default" in none
    assert _chain(demo, "--from", "KASAN", "--to", "STACKTRACE", "--depth", "2").out.count("->") == 0


def test_direction_and_depth(demo: Path) -> None:
    both, out, into = (_chain(demo, "STACKDEPOT", "--direction", word).out for word in ("both", "out", "in"))
    assert _arrows(out) == ["STACKDEPOT -> STACKTRACE"]
    assert sorted(_arrows(both)) == sorted(_arrows(out) + _arrows(into))
    one = _arrows(_chain(demo, "STACKDEPOT", "--direction", "in", "--depth", "1").out)
    assert {arrow.split(" -> ")[1] for arrow in one} == {"STACKDEPOT"}
    assert set(one) < set(_arrows(into))


def test_with_a_config(demo: Path) -> None:
    words = ("STACKTRACE", "--config", "debug_defconfig", "--direction", "in")
    out = _chain(demo, *words).out
    assert out.startswith("STACKTRACE=y (x86, Linux 6.12.0-demo, arch/x86/configs/debug_defconfig)")
    starred = [line for line in out.splitlines() if line.startswith("  * ") and "->" in line]
    assert 0 < len(starred) < len(_arrows(out))
    only = _chain(demo, *words, "--in-force", "--format", "json").json["in"]["edges"]
    assert {edge["in_force"] for edge in only} == {True}
    assert {(edge["source"], edge["target"]) for edge in only} == {
        tuple(_arrows(line)[0].split(" -> ")) for line in starred
    }


def test_the_architecture_of_the_config(demo: Path) -> None:
    assert _chain(demo, "KASAN", "--config", "phone_defconfig").out.startswith("KASAN=n (arm64, ")


def test_the_architecture_that_has_the_symbol(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    line = append(tree / "arch/arm64/Kconfig", "\nconfig ONLY_HERE\n\tbool\n\tselect KASAN\n") + 2
    outcome = kpolicy("chain", "--tree", tree, "ONLY_HERE")
    assert outcome.status == status.CLEAN
    assert outcome.err == "note: x86 has no ONLY_HERE: this is arm64, see --arch\n"
    assert re.search(rf"ONLY_HERE -> KASAN +select  arch/arm64/Kconfig:{line + 1}\n", outcome.out)
    assert kpolicy("chain", "--tree", tree, "-q", "ONLY_HERE").err == ""
    named = kpolicy("chain", "--tree", tree, "--arch", "x86", "ONLY_HERE")
    assert named.status == status.USAGE
    place = f"arch/arm64/Kconfig:{line - 1}"
    assert f"error: ONLY_HERE is defined for arm64 only ({place}), not for x86\n" in named.err
    assert "--arch arm64" in named.err


def test_what_the_architecture_does_not_define(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    append(tree / "arch/x86/Kconfig", "\nconfig OLD\n\tbool\n\tselect LONG_GONE\n")
    assert "(not defined for x86)" in _chain(tree, "OLD").out
    assert "not defined" in _chain(tree, "OLD", "--format", "svg").out


def test_formats(demo: Path, tmp_path: Path) -> None:
    words = ("STACKDEPOT", "--config", "debug_defconfig")
    count = len(_arrows(_chain(demo, *words).out))
    assert _chain(demo, *words, "--format", "dot").out.count(" -> ") > count
    assert _chain(demo, *words, "--format", "mermaid").out.count("->|") == count
    document = _chain(demo, *words, "--format", "json").json
    assert len(document["in"]["edges"]) + len(document["out"]["edges"]) == count
    target = tmp_path / "chain.svg"
    assert _chain(demo, *words, "--format", "svg", "-o", str(target)).out == ""
    root = ET.parse(target).getroot()
    assert sum(item.attrib["class"] == "line" for item in root.iter("{http://www.w3.org/2000/svg}path")) == count
    again = kpolicy("chain", "--tree", demo, *words, "--format", "svg", "-o", target)
    assert again.status == status.USAGE
    before = target.read_bytes()
    _chain(demo, *words, "--format", "svg", "-o", str(target), "--force")
    assert target.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["KASN"], "no Kconfig file of any architecture defines KASN\n  did you mean KASAN?"),
        ([""], "a symbol is needed"),
        ([], "pass either a SYMBOL or both --from and --to"),
        (["--from", "KASAN"], "pass either a SYMBOL or both --from and --to"),
        (["KASAN", "--to", "STACKTRACE"], "pass either a SYMBOL or both --from and --to"),
        (["KASAN", "--from", "KASAN", "--to", "STACKTRACE"], "pass either a SYMBOL or both --from and --to"),
        (["--from", "KASAN", "--to", "STACKTRCE"], "did you mean STACKTRACE?"),
        (["KASAN", "--by", "selects"], "did you mean 'select'?"),
        (["KASAN", "--by", ""], "there are select, imply, default"),
        (["KASAN", "--depth", "0"], "--depth"),
        (["KASAN", "--in-force"], "--in-force needs a config"),
        (["KASAN", "--arch", "amd64"], "did you mean x86_64"),
        (["KASAN", "--toolchain", "gcc-x"], "gcc-x"),
    ],
)
def test_what_is_no_question(demo: Path, words: list[str], said: str) -> None:
    outcome = kpolicy("chain", "--tree", demo, *words)
    assert outcome.status == status.USAGE
    assert said in outcome.err
    assert outcome.out == ""


def test_a_config_and_a_tree_that_there_are_not(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kpolicy("chain", "--tree", demo, "KASAN", "--config", "no_defconfig").status == status.FAILURE
    assert kpolicy("chain", "--tree", tmp_path, "KASAN").status == status.FAILURE
    monkeypatch.chdir(tmp_path)
    outcome = kpolicy("chain", "KASAN")
    assert outcome.status == status.USAGE
    assert "--tree DIR" in outcome.err
