# SPDX-License-Identifier: GPL-2.0-or-later
"""Costs that depend on sizes of structures give what the sizes give that a compiler laid out, for every config.

No kernel is needed: `python -m lab.layout TREE` wrote the sizes (docs/lab.md).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.costing.catalogue import shipped_costs
from lab.layout import difference
from lab.layouts import LAYOUTS, Compared, Layout, asked, compare, load_layouts, load_plan, mentioned
from lab.machine import MACHINES
from lab.recipe import RECIPES, RecipeError

FILES = sorted(LAYOUTS.glob("*.json"))
CONFIGS = [layout for path in FILES for layout in load_layouts(path)]
# Figures of kernels without a layout: 5.10, and stable updates of 6.1 before 6.1.192.
_OTHERS = re.compile(r"version = 5\.10|version <= 6\.1\.176")
# Formulas without a size, a second buffer that 8 CPUs do not need, and the other tables of the stack depot, whose
# number of entries differs.
_NOT_COMPARED = {("slab/debug-on", 2), ("slab/debug-on", 5), ("printk/log-buffer-cpus", 1)}
_SIMILAR = "stackdepot/table"


def _name(layout: Layout) -> str:
    return f"{layout.release}-{layout.architecture}-{layout.variant}"


def _compared(layout: Layout) -> list[Compared]:
    return list(compare(layout, load_plan(layout.architecture, layout.release).compositions))


def _wrong(layout: Layout) -> list[str]:
    return [difference(item) for item in _compared(layout) if item.computed not in (None, item.expected)]


def test_there_are_layouts_of_the_releases() -> None:
    assert {path.stem for path in FILES} >= {"6.1-x86_64", "6.12-x86_64", "7.3-x86_64", "6.12-arm64", "7.3-arm64"}
    for path in FILES:
        found = list(load_layouts(path))
        plan = load_plan(found[0].architecture, found[0].release)
        assert [layout.variant for layout in found] == [variant.name for variant in plan.variants]
        assert {layout.architecture for layout in found} <= set(MACHINES)


@pytest.mark.parametrize("layout", CONFIGS, ids=_name)
def test_costs_give_what_the_sizes_give(layout: Layout) -> None:
    assert _wrong(layout) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_composition_is_compared(path: Path) -> None:
    layouts = list(load_layouts(path))
    compositions = load_plan(layouts[0].architecture, layouts[0].release).compositions
    found = [item.composition for layout in layouts for item in _compared(layout) if item.computed is not None]
    assert [item for item in compositions if item not in found] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_size_counts(path: Path) -> None:
    # A cost with another size of any structure is found.
    for layout in load_layouts(path):
        found = {name for item in _compared(layout) if item.computed is not None for name in asked(item.composition)}
        for name in found & set(layout.sizes):
            assert _wrong(replace(layout, sizes={**layout.sizes, name: 2 * layout.sizes[name]})), (layout.variant, name)


def test_the_configs_have_all_symbols_of_the_costs() -> None:
    # A symbol without a value would be taken for n: lay out the structures again.
    wanted = set(mentioned())
    assert {_name(layout): wanted - set(layout.config) for layout in CONFIGS if wanted - set(layout.config)} == {}


def test_figures_with_sizes_are_compared() -> None:
    wanted = {
        (cost.id, number)
        for cost in shipped_costs().costs
        if cost.id in {item.cost for item in load_plan("arm64", "6.12.117").compositions} - {_SIMILAR}
        for number, figure in enumerate(cost.figures)
        if figure.formula is not None and not _OTHERS.search(str(figure.when))
    }
    items = [item for layout in CONFIGS for item in _compared(layout) if item.computed is not None]
    assert wanted - {(item.composition.cost, item.figure) for item in items} == _NOT_COMPARED


def test_a_broken_recipe(tmp_path: Path) -> None:
    text = (RECIPES / "layouts.toml").read_text()
    (tmp_path / "layouts.toml").write_text(text.replace("gives =", "give =", 1))
    with pytest.raises(RecipeError, match=r"page-owner/records: unknown key give"):
        load_plan("x86_64", "6.12.117", tmp_path)
    (tmp_path / "layouts.toml").write_text('[[figure]]\ncost = "a/b"\n')
    with pytest.raises(RecipeError, match=r"a/b: .*gives"):
        load_plan("x86_64", "6.12.117", tmp_path)
