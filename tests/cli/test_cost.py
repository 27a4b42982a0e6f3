# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy cost`: bills of configs, with a tree and without one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpolicy.cli import status
from kpolicy.cli.machine import size
from kpolicy.costing.catalogue import shipped_costs, shipped_files
from kpolicy.costing.formula import VARIABLES, boot_parameter, names
from kpolicy.errors import UsageError
from tests.cli.support import kpolicy
from tests.costing.support import bill_of

_PAGE = (Path(__file__).resolve().parents[2] / "docs" / "costs.md").read_text()

_CONFIG = """\
#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 6.12.117 Kernel Configuration
#
CONFIG_64BIT=y
CONFIG_X86=y
CONFIG_X86_64=y
CONFIG_SMP=y
CONFIG_PAGE_SHIFT=12
CONFIG_KFENCE=y
CONFIG_KFENCE_NUM_OBJECTS=255
CONFIG_KASAN=y
CONFIG_KASAN_GENERIC=y
# CONFIG_X86_5LEVEL is not set
CONFIG_PAGE_OWNER=y
CONFIG_DEBUG_STACK_USAGE=y
CONFIG_PROVE_LOCKING=y
"""


def _bill(*words: str | Path) -> dict[str, dict[str, Any]]:
    report = kpolicy("cost", "--format", "json", *words).json[0]
    return {item["id"]: item for item in report["costs"]}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "some.config"
    path.write_text(_CONFIG)
    return path


def test_json(config: Path) -> None:
    outcome = kpolicy("cost", "--format", "json", "--ram", "16G", "--cpus", "64", config)
    assert (outcome.status, outcome.err) == (status.CLEAN, "")
    report = outcome.json[0]
    assert report["machine"] == {"ram": 1 << 34, "cpus": 64, "page_size": 4096}
    # The pool and the metadata of KFENCE (72 pages); the shadow; the quarantine; addresses for the shadow.
    assert report["totals"] == {
        "exact": (2 << 20) + 72 * 4096,
        "at most": 512 << 20,
        "as documented": 2 << 30,
        "address space": 16 << 40,
    }
    items = {item["id"]: item for item in report["costs"]}
    pool = items["kfence/pool"]
    assert (pool["state"], pool["bytes"], pool["certainty"]) == ("known", 2 << 20, "exact")
    assert pool["formula"] == "(KFENCE_NUM_OBJECTS + 1) * 2 * page_size"
    assert pool["worked"] == "(255 + 1) * 2 * 4K"
    assert pool["sources"][0].startswith("Documentation/dev-tools/kfence.rst:")
    assert pool["causes"][0]["location"] == {"path": str(config), "line": 10}
    assert items["page-owner/records"]["needs"] == "page_owner=on"
    assert items["kasan/kernel-stack"]["per"] == "task"
    assert items["lockdep/speed"]["state"] == "not known"
    assert items["lockdep/speed"]["bytes"] is None
    assert items["checks/stack-usage"]["figure"]


def test_what_the_machine_would_tell_is_not_guessed(config: Path) -> None:
    items = _bill(config)
    assert (items["kasan/shadow"]["state"], items["kasan/shadow"]["missing"]) == ("open", ["ram"])
    assert items["kasan/quarantine"]["missing"] == ["ram", "cpus"]
    assert items["kasan/quarantine"]["worked"] == "max(0, ram / 32 - cpus * 1M) + cpus * 1M"
    assert _bill("--ram", "1G", config)["kasan/quarantine"]["missing"] == ["cpus"]
    assert items["page-owner/records"]["missing"] == ["ram"]


def test_text(config: Path) -> None:
    lines = kpolicy("cost", "--ram", "16G", config).out.splitlines()
    assert lines[0] == f"{config}: cost of its options (x86, Linux 6.12.117, pages of 4 KiB, 16 GiB of RAM)"
    assert ["kfence/pool", "2", "MiB", "(255", "+", "1)", "*", "2", "*", "4K"] in [line.split() for line in lines]
    assert f"        KFENCE=y: CONFIG_KFENCE=y  {config}:10" in lines
    text = "\n".join(lines)
    for title in ("memory, exact", "memory, as documented", "memory, per object", "unknown"):
        assert f"\n  {title}\n" in text
    assert "pass --cpus" in text
    assert "    lockdep/speed" in text


def test_a_page_size_that_nobody_tells(config: Path) -> None:
    config.write_text(_CONFIG.replace("CONFIG_PAGE_SHIFT=12\n", "").replace("CONFIG_X86=y\n", "CONFIG_M68K=y\n"))
    item = _bill("--ram", "16G", config)["kfence/pool"]
    assert (item["state"], item["reason"]) == ("not known", "the config does not state the page size")
    assert "pages of unknown size" in kpolicy("cost", config).out


def test_a_number_that_the_config_lacks(config: Path) -> None:
    config.write_text(_CONFIG.replace("CONFIG_KFENCE_NUM_OBJECTS=255\n", ""))
    item = _bill(config)["kfence/pool"]
    assert (item["state"], item["reason"]) == ("not known", "KFENCE_NUM_OBJECTS has no value in this config")


def test_the_select_that_brought_an_option_in(demo: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.config"
    more.write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_SLUB_DEBUG_ON=y\n")
    items = _bill("--tree", demo, "--arch", "x86", f"i386_defconfig+{more}")
    causes = items["stackdepot/table"]["causes"]
    assert causes[0]["symbol"] == "STACKDEPOT_ALWAYS_INIT"
    assert "selected by" in causes[0]["text"]
    assert causes[0]["location"]["path"].endswith("Kconfig.debug")


def test_nothing_is_on(tmp_path: Path) -> None:
    path = tmp_path / "small.config"
    path.write_text("".join(_CONFIG.splitlines(keepends=True)[:4]) + "CONFIG_X86=y\n")
    outcome = kpolicy("cost", path)
    assert outcome.status == status.CLEAN
    assert "no option with a known cost is on" in outcome.out


def test_an_output_file(config: Path, tmp_path: Path) -> None:
    target = tmp_path / "bill.txt"
    assert kpolicy("cost", config, "-o", target).out == ""
    assert "kfence/pool" in target.read_text()
    assert kpolicy("cost", config, "-o", target).status == status.USAGE
    assert kpolicy("cost", config, "-o", target, "--force").status == status.CLEAN


@pytest.mark.parametrize(("text", "value"), [("16G", 16 << 30), ("512M", 512 << 20), ("4096", 4096), ("1TiB", 1 << 40)])
def test_sizes(text: str, value: int) -> None:
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "0", "16 G", "-1", "1e9", "x", "9" * 30, "1.5G", "2000000T"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(UsageError, match="not a memory size"):
        size(text)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--ram", "lots"], status.USAGE),
        (["--cpus", "0"], status.USAGE),
        (["--toolchain", "gcc-14.2"], status.USAGE),
    ],
)
def test_wrong_usage(config: Path, words: list[str], wanted: int) -> None:
    outcome = kpolicy("cost", *words, config)
    assert outcome.status == wanted
    assert "error:" in outcome.err


def test_configs_that_cannot_be_read(config: Path, tmp_path: Path) -> None:
    fragment = tmp_path / "fragment.config"
    fragment.write_text("CONFIG_KFENCE=y\n")
    assert kpolicy("cost", fragment).status == status.USAGE
    assert kpolicy("cost", tmp_path / "none").status == status.FAILURE
    assert kpolicy("cost", "-", "-").status == status.USAGE
    both = kpolicy("cost", config, tmp_path / "none")
    assert both.status == status.FAILURE
    assert "kfence/pool" in both.out
    assert "none" in both.err


_NAMES = sorted(
    {
        name
        for cost in shipped_costs().costs
        for figure in cost.figures
        if figure.formula is not None
        for name in (*names(figure.formula), *cost.symbols)
        if name not in VARIABLES and boot_parameter(name) is None
    }
)


@given(
    st.dictionaries(
        st.sampled_from(_NAMES), st.sampled_from(["y", "m", "0", "1", "63", "64", "0xffff"]) | st.integers().map(str)
    ),
    st.sampled_from(["5.10.223", "5.15.0", "6.1.176", "6.1.192", "6.12.117", "7.3.4"]),
    st.integers(1, 1 << 60),
    st.integers(1, 1 << 20),
)
# A busy machine is slow to make the first dictionaries.
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_numbers_give_a_figure_or_a_reason(values: dict[str, str], version: str, ram: int, cpus: int) -> None:
    config = " ".join(f"{name}={value}" for name, value in values.items())
    bill = bill_of(f"X86 64BIT SMP {config}", version, ram=ram, cpus=cpus)
    for item in bill.items:
        assert (item.state == "known") != bool(item.reason)


@pytest.mark.trees
def test_the_transcript_of_the_page_is_real(kernel: Path, release: str) -> None:
    if release != "6.12":
        return  # the page shows one kernel
    blocks = re.findall(r"```text\n\$ kpolicy (.+)\n((?:.*\n)+?)```", _PAGE)
    assert blocks
    for command, expected in blocks:
        words = [str(kernel) if word.startswith("~/") else word for word in command.split()]
        pattern = re.escape(expected).replace(re.escape("...\n"), "(?:.*\n)*?")
        out = kpolicy(*words).out
        assert re.fullmatch(pattern, out), out


def test_the_cost_file_of_the_page_is_real() -> None:
    shown = re.search(r"```toml\n(.+?)```", _PAGE, re.DOTALL)
    assert shown is not None
    files = {cost_id: text for cost_id, _, text in shipped_files()}
    assert tomllib.loads(shown[1]) == tomllib.loads(files["kfence/pool"])
