# SPDX-License-Identifier: GPL-2.0-or-later
"""What edits cost: `kpolicy fix`, and `kpolicy policy show --costs`, against `kpolicy cost` before and after them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from kpolicy.api import Policy, open_tree
from kpolicy.cli import status
from kpolicy.costing.catalogue import shipped_costs
from tests.cli.support import kpolicy

_MACHINE = ("--ram", "16G", "--cpus", "8")
_LINES = """\
CONFIG_DEBUG_KERNEL=y
CONFIG_PROVE_LOCKING=y
CONFIG_KFENCE_NUM_OBJECTS=63
# CONFIG_SLUB_DEBUG is not set
CONFIG_FTRACE=y
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.config"
    path.write_text(_LINES)
    return path


def _without_causes(item: dict[str, Any]) -> dict[str, Any]:
    """A cost but for its cause, since lines have other numbers in an edited file, and for what only `cost` shows."""
    return {key: value for key, value in item.items() if key not in ("causes", "measured")}


def _bill(tree: Path, config: str | Path) -> dict[str, dict[str, Any]]:
    (report,) = kpolicy("cost", "--tree", tree, "--arch", "x86", config, *_MACHINE, "--format", "json").json
    return {item["id"]: _without_causes(item) for item in report["costs"]}


def _parts(costs: dict[str, Any]) -> list[dict[str, Any]]:
    return [*costs["lines"], costs["others"]]


@pytest.mark.parametrize(
    ("config", "policy", "kinds"),
    [
        ("x86_64_defconfig", "debug", {"adds", "changes"}),
        ("graphics_defconfig", "production", {"adds", "removes"}),
    ],
)
def test_the_changes_are_the_difference_of_the_two_bills(
    demo: Path, tmp_path: Path, site: Path, config: str, policy: str, kinds: set[str]
) -> None:
    own = tmp_path / "own_defconfig"
    shutil.copyfile(demo / "arch" / "x86" / "configs" / config, own)
    words = ("--tree", demo, "--arch", "x86", own, "--policy", policy, "--require", site)
    found = kpolicy("fix", *words, *_MACHINE, "--format", "json").json
    bill = _bill(demo, own)
    kpolicy("fix", *words, "--write")
    assert {kind for kind in ("adds", "removes", "changes") for part in _parts(found["costs"]) if part[kind]} == kinds
    for part in _parts(found["costs"]):
        for item in part["removes"]:
            assert bill.pop(item["id"]) == _without_causes(item)
        for change in part["changes"]:
            assert bill.pop(change["before"]["id"]) == _without_causes(change["before"])
            bill[change["after"]["id"]] = _without_causes(change["after"])
        for item in part["adds"]:
            assert item["id"] not in bill
            bill[item["id"]] = _without_causes(item)
    assert bill == _bill(demo, own)
    (after,) = kpolicy("cost", "--tree", demo, "--arch", "x86", own, *_MACHINE, "--format", "json").json
    assert found["costs"]["after"] == after["totals"]
    assert found["costs"]["machine"] == after["machine"]


def test_each_change_is_due_to_its_line(demo: Path, tmp_path: Path, site: Path) -> None:
    """Without the line the cost is as before."""
    own = tmp_path / "own_defconfig"
    shutil.copyfile(demo / "arch" / "x86" / "configs" / "x86_64_defconfig", own)
    words = ("--tree", demo, "--arch", "x86", own, "--policy", "debug", "--require", site)
    found = kpolicy("fix", *words, *_MACHINE, "--format", "json").json
    before = _bill(demo, own)
    kpolicy("fix", *words, "--write")
    added = [edit for edit in found["edits"] if edit["kind"] == "added"]
    tried = 0
    for line in found["costs"]["lines"]:
        (edit,) = [edit for edit in found["edits"] if edit["symbol"] == line["symbol"]]
        if edit not in added:
            continue
        other = tmp_path / "other_defconfig"
        other.write_text(own.read_text().replace(f"{edit['after']}\n", ""))
        bill = _bill(demo, other)
        changed = [(item["id"], item) for item in line["adds"]]
        changed += [(change["after"]["id"], change["after"]) for change in line["changes"]]
        for name, item in changed:
            assert bill.get(name) != _without_causes(item), (edit, name)
            assert bill.get(name) == before.get(name)
            tried += 1
    assert tried > 5
    assert {item["symbol"] for item in found["costs"]["lines"]} == {edit["symbol"] for edit in found["edits"]}


def test_lines_without_a_documented_cost_are_counted(demo: Path, site: Path) -> None:
    words = ("fix", "--tree", demo, "x86_64_defconfig", "--policy", "debug", "--require", site)
    costs = kpolicy(*words, "--format", "json").json["costs"]
    about = {name for cost in shipped_costs().costs for name in cost.symbols}
    silent = [line for line in costs["lines"] if not line["documented"]]
    assert silent
    assert costs["undocumented"] == len(silent)
    assert not any(line["symbol"] in about or line["adds"] or line["removes"] for line in silent)
    lines = kpolicy(*words, "--format", "text").out.splitlines()
    start = lines.index(f"  no cost is documented for {len(silent)} edit{'s' if len(silent) > 1 else ''}")
    assert [line.rpartition("CONFIG_")[2].partition("=")[0] for line in lines[start + 1 : start + 1 + len(silent)]] == [
        line["symbol"] for line in silent
    ]


def test_no_figure_without_its_source(demo: Path, site: Path) -> None:
    words = ("fix", "--tree", demo, "x86_64_defconfig", "--policy", "debug", "--require", site, "--format", "json")
    costs = kpolicy(*words, *_MACHINE).json["costs"]
    items = [item for part in _parts(costs) for item in part["adds"]]
    assert items
    assert all(item["sources"] for item in items if item["bytes"] is not None or item["figure"])
    assert all(item["reason"] for item in items if item["state"] == "not known")


def test_the_words_are_those_of_the_bill(demo: Path, site: Path) -> None:
    words = ("--tree", demo, "x86_64_defconfig", "--policy", "debug", "--require", site, *_MACHINE)
    out = kpolicy("fix", *words, "--format", "text").out
    assert "\ncosts of the edits (x86, Linux 6.12.0-demo, pages of 4 KiB, 16 GiB of RAM, 8 CPUs)\n" in out
    assert "  add CONFIG_PROVE_LOCKING=y\n    adds\n      memory, exact\n" in out
    assert "        lockdep/stack-traces  4.1 MiB  (1 << 19) * 8 + (1 << 14) * 8\n" in out
    assert "  in total\n    memory, exact" in out


def test_a_machine_needs_a_format_with_costs(demo: Path) -> None:
    for form in ("diff", "fragment"):
        outcome = kpolicy("fix", "--tree", demo, "x86_64_defconfig", "--ram", "1G", "--format", form)
        assert (outcome.status, "--ram and --cpus are for" in outcome.err) == (status.USAGE, True)
    outcome = kpolicy("policy", "show", "--tree", demo, "--cpus", "1")
    assert (outcome.status, "need --costs" in outcome.err) == (status.USAGE, True)


def test_what_a_policy_costs_a_config(demo: Path, site: Path) -> None:
    words = ("--tree", demo, "x86_64_defconfig", "--policy", "debug", "--require", site, *_MACHINE)
    shown = kpolicy("policy", "show", "--costs", *words, "--format", "json").json
    assert shown["config"] == "arch/x86/configs/x86_64_defconfig"
    assert {item["symbol"] for item in shown["required"]} >= {"PROVE_LOCKING", "DEBUG_VM"}
    # Its requirements are notes, which fix alone leaves; they are met here.
    edited = {edit["symbol"]: edit["after"] for edit in shown["fix"]["edits"]}
    assert edited["DEBUG_VM"] == "CONFIG_DEBUG_VM=y"
    found = kpolicy("fix", *words, "--format", "json").json
    assert "DEBUG_VM" not in {edit["symbol"] for edit in found["edits"]}
    (line,) = [item for item in shown["fix"]["costs"]["lines"] if item["symbol"] == "DEBUG_VM"]
    assert line["adds"][0]["id"] == "debug-vm/checks"
    text = kpolicy("policy", "show", "--costs", *words).out
    assert text.startswith("for arch/x86/configs/x86_64_defconfig, by ")
    assert "  add CONFIG_DEBUG_VM=y\n    adds\n" in text


@pytest.mark.parametrize("with_tree", [False, True])
def test_what_is_documented_without_a_config(demo: Path, tmp_path: Path, *, with_tree: bool) -> None:
    site = tmp_path / "site.config"
    site.write_text(
        "CONFIG_KASAN=y\n# CONFIG_KFENCE is not set\nCONFIG_NO_SUCH_SYMBOL=y\nCONFIG_KFENCE_NUM_OBJECTS=3\n"
    )
    words = ("-C", tmp_path, "policy", "show", "--costs", "--require", site, *(("--tree", demo) if with_tree else ()))
    text = kpolicy(*words).out
    assert f"  CONFIG_KASAN=y  {site}:1\n    kasan/address-space, memory of the running kernel: " in text
    assert "      ram / 8 bytes, as documented, when KASAN && KASAN_GENERIC\n" in text
    assert f"  # CONFIG_KFENCE is not set  {site}:2\n    saves, if the option is on\n" in text
    assert "  no cost is documented for 1 required option\n    CONFIG_NO_SUCH_SYMBOL=y\n" in text
    found = kpolicy(*words, "--format", "json").json["documented_costs"]
    assert found["undocumented"] == 1
    by_symbol = {item["symbol"]: [cost["id"] for cost in item["costs"]] for item in found["lines"]}
    assert by_symbol["KFENCE_NUM_OBJECTS"] == ["kfence/metadata", "kfence/pool"]
    assert by_symbol["NO_SUCH_SYMBOL"] == []
    figures = [figure for item in found["lines"] for cost in item["costs"] for figure in cost["figures"]]
    assert all(figure["sources"] and (figure["formula"] or figure["figure"]) for figure in figures)


def test_without_a_tree_a_config_is_not_computed(tmp_path: Path) -> None:
    config, site = tmp_path / ".config", tmp_path / "site.config"
    config.write_text("#\n# Linux/x86 6.12.0 Kernel Configuration\n#\nCONFIG_64BIT=y\n")
    site.write_text("CONFIG_KASAN=y\n")
    shown = kpolicy("-C", tmp_path, "policy", "show", config, "--costs", "--require", site, "--format", "json").json
    assert "fix" not in shown
    assert [item["symbol"] for item in shown["documented_costs"]["lines"]] == ["KASAN"]


def test_a_policy_without_requirements(tmp_path: Path) -> None:
    assert "costs: the policy requires no lines\n" in kpolicy("-C", tmp_path, "policy", "show", "--costs").out


def test_the_library_has_them_too(demo: Path, site: Path) -> None:
    policy = Policy(policy="debug", require=(str(site),), costs=True, ram=1 << 34)
    found = open_tree(demo).fix("x86_64_defconfig", policy=policy)
    assert found.costs is not None
    assert found.costs.machine.ram == 1 << 34
    assert any(item.id == "lockdep/stack-traces" for line in found.costs.lines for item in line.adds)
    assert open_tree(demo).fix("x86_64_defconfig", policy=Policy(policy="debug")).costs is None
