# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes of the lab: each names what there is, and they are few enough to be carried out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpolicy.costing.catalogue import shipped_costs
from kpolicy.policy.rules.catalogue import shipped_catalogue
from lab.machine import MACHINES
from lab.recipe import RECIPES, Boot, RecipeError, Table, load_all, load_recipes

ROOT = Path(__file__).resolve().parents[2]
KERNELS = [("x86_64", "6.12.117"), ("x86_64", "7.3.4"), ("arm64", "6.12.117")]
_SYMBOLS = {line.split()[0] for line in (ROOT / "kpolicy/names/seen.txt").read_text().splitlines()}


def test_costs_options_and_rules_exist() -> None:
    recipes = load_all()
    costs = {cost.id for cost in shipped_costs().costs}
    rules = {rule.id for rule in shipped_catalogue()}
    entries: list[Boot | Table] = [*recipes.boots, *recipes.tables]
    for entry in entries:
        assert set(entry.costs) <= costs, entry.name
        assert set(entry.options) <= _SYMBOLS, entry.name
    for boot in recipes.boots:
        assert set(boot.rules) <= rules, boot.name
        assert bool(boot.expect) == bool(boot.rules) == bool(boot.shows), boot.name
    for build in recipes.builds:
        for line in build.lines:
            found = re.fullmatch(r"CONFIG_(\w+)=\S+", line)
            assert found is not None, line
            assert found[1] in _SYMBOLS, line


@pytest.mark.parametrize(("architecture", "release"), KERNELS)
def test_builds_are_few(architecture: str, release: str) -> None:
    recipes = load_recipes(architecture, release)
    assert 1 < len(recipes.builds) <= 12
    names = {build.name for build in recipes.builds}
    boots = {boot.name for boot in recipes.boots}
    assert {boot.build for boot in recipes.boots} | {table.build for table in recipes.tables} <= names
    assert {boot.against for boot in recipes.boots} - {""} <= boots
    assert {table.against for table in recipes.tables} - {""} <= names
    assert architecture in MACHINES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "a"\nbuild = "base"\nparameter = "x"', "unknown key parameter"),
        ('name = "a"\nbuild = "none"', "no build none"),
        ('name = "a"\nbuild = "base"\nagainst = "b"', "nothing named b"),
        ('name = "a"', "build"),
        ('name = "a"\nbuild = "base"\ncosts = "x"', "costs is not of the type"),
        ('name = "base"\nbuild = "base"', "have the name base"),
    ],
)
def test_a_wrong_recipe_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    for path in RECIPES.glob("*.toml"):
        (tmp_path / path.name).write_text("" if path.name != "builds.toml" else path.read_text())
    (tmp_path / "boots.toml").write_text(f"[[boot]]\n{text}\n")
    with pytest.raises(RecipeError, match=message):
        load_all(tmp_path)
