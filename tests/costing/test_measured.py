# SPDX-License-Identifier: GPL-2.0-or-later
"""Measured figures: which ones are shown for a config, beside the documented and computed ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kpolicy.costing import measured
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.costing.measured import OF_KIND, Measurement, load_measured
from lab.recipe import load_recipes
from tests.cli.support import kpolicy

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "kpolicy" / "costs" / "measured").glob("*.json"))


def _config(tmp_path: Path, release: str, *symbols: str, architecture: str = "x86") -> Path:
    path = tmp_path / "some.config"
    head = (
        f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{architecture} {release} Kernel Configuration\n#\n"
    )
    machine = ("64BIT", "X86", "X86_64") if architecture == "x86" else ("64BIT", "ARM64")
    lines = [f"CONFIG_{name}=y\n" for name in (*machine, "SMP", "STACKDEPOT", *symbols)]
    path.write_text(f"{head}CONFIG_PAGE_SHIFT=12\n{''.join(lines)}")
    return path


def _costs(*words: str | Path) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in kpolicy("cost", "--format", "json", *words).json[0]["costs"]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_data_is_complete_and_has_its_sources(path: Path) -> None:
    document = json.loads(path.read_text())
    recipes = load_recipes(document["architecture"], document["kernel"])
    # A build is measured with all its boots and tables, or not at all.
    builds = {row["build"] for row in document["measurements"]}
    wanted = {boot.name for boot in recipes.boots if boot.options and boot.against and boot.build in builds}
    wanted |= {table.name for table in recipes.tables if table.build in builds}
    assert {row["recipe"] for row in document["measurements"]} == wanted
    kinds = {cost.id: cost.kind for cost in shipped_costs().costs}
    for row in document["measurements"]:
        assert set(row["before"]) == set(row["after"])
        for cost, kind in row["costs"].items():
            assert kind == kinds[cost]
            assert set(OF_KIND[kind]) & set(row["after"]), (row["recipe"], cost)
    shown = {boot.name for boot in recipes.boots if boot.expect and boot.build in builds}
    assert {row["recipe"] for row in document["behaviour"]} == shown
    assert not [row["recipe"] for row in document["behaviour"] if row["lacks"]]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", document["date"])
    assert document["compiler"].startswith(("gcc", "aarch64-linux-gnu-gcc"))
    assert document["emulator"].startswith("QEMU emulator version")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_differs_from_the_computed_figure_says_why(path: Path) -> None:
    for item in load_measured(path.stem):
        if item.computed is None:
            continue
        name = "table" if "table" in item.after else "free"
        found = item.after[name] - item.before[name] if name == "table" else item.before[name] - item.after[name]
        assert item.why or abs(found - item.computed) <= 0.1 * item.computed, (item.recipe, found, item.computed)


def test_measured_figures_are_beside_the_others_and_in_no_sum(tmp_path: Path) -> None:
    config = _config(tmp_path, "6.12.117", "PAGE_OWNER")
    words = ("--ram", "1G", "--cmdline", "page_owner=on", config)
    report = kpolicy("cost", "--format", "json", *words).json[0]
    costs = {item["id"]: item for item in report["costs"]}
    [found] = [row for row in costs["page-owner/records"]["measured"] if row["recipe"] == "page_owner"]
    assert (found["parameters"], found["ram"]) == ("page_owner=on", 1 << 30)
    assert set(found["figures"]) == {"free"}
    assert report["totals"] == {"computed": (8 + 64) << 18, "at most": 128 << 20}
    lines = kpolicy("cost", *words).out.splitlines()
    [line] = [line for line in lines if "measured:" in line and "less free memory; with page_owner=on" in line][:1]
    assert "Linux 6.12.117, x86_64, 1 GiB of RAM" in line
    assert "includes" in line


def test_an_unknown_cost_shows_what_was_measured(tmp_path: Path) -> None:
    config = _config(tmp_path, "6.12.117", "SLUB_DEBUG")
    item = _costs("--cmdline", "slab_debug", config)["slab/debug-on-speed"]
    assert item["state"] == "not known"
    [found] = [row for row in item["measured"] if row["parameters"] == "slab_debug"]
    assert set(found["figures"]) == {"ls", "fork"}
    assert found["figures"]["ls"]["after"] > 2 * found["figures"]["ls"]["before"]
    assert "times the instructions of ls -lR" in kpolicy("cost", "--cmdline", "slab_debug", config).out


def test_the_nearest_release_and_the_same_architecture(tmp_path: Path) -> None:
    def kernels(release: str) -> dict[str, str]:
        config = _config(tmp_path, release, "PRINTK", "PAGE_OWNER")
        return {row["recipe"]: row["kernel"] for item in _costs(config).values() for row in item["measured"]}

    for release in ("6.1.192", "6.12.1", "6.17.3"):
        assert set(kernels(release).values()) == {"6.12.117"}
    assert kernels("7.4.0")["log-buffer"] == kernels("7.3.0-rc1")["log-buffer"] == "7.3.4"
    config = _config(tmp_path, "6.12.117", "PAGE_OWNER", architecture="riscv")
    config.write_text(config.read_text().replace("CONFIG_ARM64=y\n", "CONFIG_RISCV=y\n"))
    assert not [row for item in _costs(config).values() for row in item["measured"]]


def test_a_recipe_that_a_release_lacks_is_taken_from_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measured.load_measured

    def parts(name: str) -> tuple[Measurement, ...]:
        return tuple(item for item in whole("6.12-x86_64") if name == "6.12-x86_64" or item.recipe != "page_owner")

    monkeypatch.setattr(measured, "load_measured", parts)
    config = _config(tmp_path, "7.3.4", "PAGE_OWNER")
    [found] = [row for row in _costs(config)["page-owner/records"]["measured"] if row["recipe"] == "page_owner"]
    assert found["kernel"] == "6.12.117"


def test_a_kernel_without_the_option_is_not_shown(tmp_path: Path) -> None:
    config = _config(tmp_path, "6.12.117", "DEBUG_KMEMLEAK")
    config.write_text(config.read_text() + "CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000\n")
    [found] = _costs(config)["kmemleak/pool"]["measured"]
    assert found["figures"] == {"table": {"before": 0, "after": found["computed"]}}
    other = _config(tmp_path, "6.12.117", "PAGE_OWNER")
    assert "kmemleak-pool" not in {row["recipe"] for item in _costs(other).values() for row in item["measured"]}


def test_of_the_values_of_a_parameter_that_of_the_command_line_is_shown(tmp_path: Path) -> None:
    config = _config(tmp_path, "6.12.117", "SLUB_DEBUG")

    def shown(cost: str, *words: str) -> list[str]:
        return [row["parameters"] for row in _costs(*words, config)[cost]["measured"]]

    assert shown("slab/debug-on-speed", "--cmdline", "slab_debug=U") == ["slab_debug=U"]
    assert shown("slab/debug-on-speed", "--cmdline", "slab_debug=ZU") == ["slab_debug"]


def test_why_it_differs_stands_at_the_computed_amount_alone(tmp_path: Path) -> None:
    config = _config(tmp_path, "6.12.117", "SLUB_DEBUG")
    config.write_text(config.read_text() + "CONFIG_STACKDEPOT_MAX_FRAMES=64\n")
    lines = kpolicy("cost", "--ram", "1G", "--cmdline", "slab_debug=U", config).out.splitlines()
    explained = [number for number, line in enumerate(lines) if "computed is the table" in line]
    [head] = [number for number, line in enumerate(lines) if line.startswith("    stackdepot/table ")]
    assert len(explained) == 1
    assert head < explained[0] <= head + 5
