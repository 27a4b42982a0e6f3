# SPDX-License-Identifier: GPL-2.0-or-later
"""Cost files: the shipped ones, and what is said about broken ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpolicy.costing.catalogue import load_costs, shipped_costs
from kpolicy.costing.cost import KINDS
from kpolicy.costing.footing import absence_faults
from kpolicy.costing.formula import VARIABLES, boot_parameter, names
from kpolicy.costing.load import load_cost, load_page_sizes
from kpolicy.errors import UsageError
from kpolicy.kconfig.names import index_names
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.version import read_version
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.toml.toml_file import FileErrors
from tests.costing.support import bill_of

_GOOD = """\
title = "a pool"
kind = "memory"
symbols = ["KFENCE"]
when = "KFENCE"

[[figure]]
formula = "KFENCE_NUM_OBJECTS * page_size"
certainty = "exact"
sources = ["here:1"]
"""
# Names that no tree of today has, and for whose release there is a figure.
_GONE = {"STACK_HASH_ORDER"}
_NEGATED = "!KASAN holds where no architecture defines KASAN"


def test_there_are_costs_of_all_kinds() -> None:
    costs = shipped_costs().costs
    assert len(costs) >= 90
    assert {cost.kind for cost in costs} == set(KINDS)
    assert [cost.id for cost in costs] == sorted(cost.id for cost in costs)


def test_every_figure_names_a_place() -> None:
    release = r"(?:5\.10\.223|5\.15|5\.17|6\.1\.176|6\.1\.192|6\.12\.117|7\.3\.4)"
    place = re.compile(rf"[\w./-]+:(?:\d+|[\w, ()]+) \({release}(?:, {release})?\)|lore\.kernel\.org/.+")
    wrong = [
        (cost.id, source)
        for cost in shipped_costs().costs
        for figure in cost.figures
        for source in figure.sources
        if not place.fullmatch(source)
    ]
    assert not wrong


def test_formulas_say_how_they_follow() -> None:
    plain = {"KASAN", "SYMBOLIC_ERRNAME", "KALLSYMS_ALL"}
    silent = [
        cost.id
        for cost in shipped_costs().costs
        for figure in cost.figures
        if figure.formula is not None and not figure.note and not plain & {*cost.symbols}
    ]
    assert not silent


@pytest.mark.trees
def test_symbols_are_those_of_a_kernel(kernel: Path) -> None:
    defined: set[str] = set()
    for path in [*kernel.rglob("Kconfig*")]:
        if path.is_file():
            defined |= set(re.findall(r"^\s*(?:menu)?config\s+(\w+)", path.read_text(errors="replace"), re.MULTILINE))
    unknown = {
        name
        for cost in shipped_costs().costs
        for name in (*symbols(cost.when), *(name for figure in cost.figures for name in symbols(figure.when)))
        if name not in defined
    }
    unknown |= {
        name
        for cost in shipped_costs().costs
        for figure in cost.figures
        if figure.formula is not None
        for name in names(figure.formula)
        if name not in defined and name not in VARIABLES and boot_parameter(name) is None
    }
    # What came after 6.1 or 6.12.
    later = {
        "STACKDEPOT_MAX_FRAMES", "KASAN_EXTRA_INFO", "SLUB_RCU_DEBUG", "LIST_HARDENED", "MEM_ALLOC_PROFILING",
        "MEM_ALLOC_PROFILING_ENABLED_BY_DEFAULT", "PRINTK_EXECUTION_CTX", "KSTACK_ERASE",
    }  # fmt: skip
    assert unknown <= _GONE | later


@pytest.mark.trees
def test_costs_state_what_the_absence_of_a_symbol_means(kernel: Path) -> None:
    source = open_tree(kernel)
    known, release = frozenset(index_names(source).places), str(read_version(source))
    assert {
        cost.id: faults for cost in shipped_costs().costs if (faults := [*absence_faults(cost, known, release)])
    } == {}


@pytest.mark.parametrize(
    ("old", "new", "release", "faults"),
    [
        ('when = "KFENCE"', 'when = "KFENCE && !KASAN"', "6.12.0", [_NEGATED]),
        ('when = "KFENCE"', 'when = "KFENCE && exists(KASAN) && !KASAN"', "6.12.0", []),
        ('when = "KFENCE"', 'when = "KFENCE && version < 6.1 && !KASAN"', "6.12.0", []),
        ("* page_size", "* (KASAN ? 2 : 1)", "6.12.0", ["a formula takes KASAN for 0, and no architecture defines it"]),
        ('sources = ["here:1"]', 'needs = "x=1"\nunless = "!KASAN"\nsources = ["here:1"]', "6.12.0",
         [_NEGATED]),
    ],
)  # fmt: skip
def test_an_absence_without_a_statement(old: str, new: str, release: str, faults: list[str]) -> None:
    assert old in _GOOD
    text = _GOOD.replace(old, new)
    known = {"KFENCE", "KFENCE_NUM_OBJECTS"}
    cost = load_cost("some/pool", "pool.toml", text)
    assert [fault.partition(":")[0] for fault in absence_faults(cost, known, release)] == faults
    stated = load_cost("some/pool", "pool.toml", text + '\n[absent]\nKASAN = "so it is"\n')
    assert [*absence_faults(stated, known, release)] == []
    assert [*absence_faults(cost, known | {"KASAN"}, release)] == []


def test_page_sizes() -> None:
    sizes = {
        ("X86 PAGE_SHIFT=12", "6.12.0"): 4096,
        ("ARM64 PAGE_SHIFT=16", "6.12.0"): 65536,
        ("X86", "6.1.0"): 4096,
        ("ARM64 ARM64_64K_PAGES", "6.1.0"): 65536,
        ("ARM64 ARM64_16K_PAGES", "6.1.0"): 16384,
        ("PPC PPC_64K_PAGES", "6.1.0"): 65536,
        ("MIPS PAGE_SIZE_16KB", "6.1.0"): 16384,
        ("IA64 IA64_PAGE_SIZE_16KB", "6.1.0"): 16384,
        ("SPARC SPARC64", "6.1.0"): 8192,
        ("ALPHA", "6.1.0"): 8192,
        ("M68K", "6.1.0"): None,
    }
    for (config, version), size in sizes.items():
        assert bill_of(config, version).page_size == size, config


def test_a_good_file() -> None:
    cost = load_cost("some/pool", "pool.toml", _GOOD)
    assert str(cost.figures[0].formula) == "KFENCE_NUM_OBJECTS * page_size"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "memory"', 'kind = "memroy"', "did you mean 'memory'?"),
        ('certainty = "exact"', 'certainty = "guessed"', "'guessed' is not a valid certainty"),
        ('certainty = "exact"\n', "", "the key 'certainty' is missing"),
        ("* page_size", "* page_sise", "did you mean 'page_size'?"),
        ("* page_size", "*", "the formula ends here"),
        ('formula = "KFENCE_NUM_OBJECTS * page_size"', "formula = 7", "'formula' must be a text"),
        ('formula = "KFENCE_NUM_OBJECTS * page_size"\n', "", "either a 'formula' or a 'text'"),
        ('certainty = "exact"', 'certainty = "exact"\ntext = "much"', "either a 'formula' or a 'text'"),
        ('sources = ["here:1"]', "", "the key 'sources' is missing"),
        ('sources = ["here:1"]', "sources = []", "'sources' is empty"),
        ('when = "KFENCE"', 'when = "KFENCE &&"', "the condition ends here"),
        ('symbols = ["KFENCE"]', 'symbols = ["KFENCES"]', "'when' does not mention 'KFENCES'"),
        ('when = "KFENCE"', 'when = "KFENCE"\nunknown = "x"', "nothing is left to be unknown"),
        ("[[figure]]", '[[figure]]\nwhen = "64BIT"', "there may be no figure"),
        ("[[figure]]", "[figure]", "must be written as [[figure]] tables"),
        ("sources =", "source =", "did you mean 'sources'?"),
        ('sources = ["here:1"]', 'unless = "KFENCE"\nsources = ["here:1"]', "'needs' is missing"),
        ('sources = ["here:1"]', 'sources = ["here:1"]\n[absent]\nKASAN = "x"', "no condition here mentions 'KASAN'"),
        ("* page_size", "* boot(log_buf_size)", "did you mean 'log_buf_len'?"),
        ('title = "a pool"', 'title = "a pool', "not TOML"),
    ],
)
def test_a_broken_file(old: str, new: str, said: str) -> None:
    assert old in _GOOD
    with pytest.raises(UsageError) as caught:
        load_cost("some/pool", "pool.toml", _GOOD.replace(old, new))
    assert said in caught.value.render()
    assert "pool.toml:" in caught.value.render()


def test_all_errors_of_all_files_at_once() -> None:
    broken = _GOOD.replace("memory", "x").replace("page_size", "y z")
    with pytest.raises(FileErrors) as caught:
        load_costs([("some/a", "a.toml", broken), ("Some/b", "b.toml", _GOOD), ("some/c", "c.toml", "=")])
    text = caught.value.render()
    assert "a.toml:2" in text
    assert "a.toml:7" in text
    assert "'Some/b' is not a cost id" in text
    assert "c.toml:1" in text


def test_page_sizes_rest_on_symbols_alone() -> None:
    text = '[[page_size]]\nwhen = "X86"\nformula = "page_size * 2"\nsource = "here"\n'
    with pytest.raises(FileErrors, match="rests on the page size itself"):
        load_page_sizes("p.toml", text)


@pytest.mark.trees
def test_places_in_kconfig_files_are_there(kernel: Path) -> None:
    if "\nSUBLEVEL = 117\n" not in (kernel / "Makefile").read_text():
        return  # another stable update, whose lines stand elsewhere
    checked = 0
    for cost in shipped_costs().costs:
        for source in (source for figure in cost.figures for source in figure.sources):
            match = re.fullmatch(r"(.*Kconfig[\w.]*):(\d+) \(6\.12\.117\)", source)
            if match is not None:
                assert (kernel / match[1]).read_text().splitlines()[int(match[2]) - 1].strip(), (cost.id, source)
                checked += 1
    assert checked > 50
