# SPDX-License-Identifier: GPL-2.0-or-later
"""What options cost, in the reports of `audit` and `check`."""

from __future__ import annotations

from pathlib import Path

from kpolicy.cli import status
from tests.cli.support import kpolicy

_CONFIG = """\
#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 6.12.117 Kernel Configuration
#
CONFIG_64BIT=y
CONFIG_X86=y
CONFIG_PAGE_SHIFT=12
CONFIG_KASAN=y
"""


def test_the_report_has_the_figures_of_the_bill(demo: Path) -> None:
    machine = ("--ram", "16G", "--cpus", "64")
    report = kpolicy("audit", "-o", "json", *machine, demo).json
    for config in report["configs"]:
        words = ("--tree", demo, "--arch", config["architecture"], config["config"])
        (bill,) = kpolicy("cost", "--format", "json", *machine, *words).json
        cost = config["cost"]
        assert cost["machine"] == bill["machine"]
        assert cost["totals"] == bill["totals"]
        keys = cost["costs"][0].keys() - {"symbol", "location"}
        assert [{key: item[key] for key in keys} for item in bill["costs"]] == [
            {key: item[key] for key in keys} for item in cost["costs"]
        ]
        assert [item["location"] for item in cost["costs"]] == [
            item["causes"][-1]["location"] for item in bill["costs"]
        ]


def test_what_depends_on_a_machine_that_was_not_stated_stays_open(demo: Path) -> None:
    report = kpolicy("check", "-o", "json", "--tree", demo, "debug_defconfig").json
    cost = report["configs"][0]["cost"]
    assert cost["machine"]["ram"] is None
    assert {"open"} <= {item["state"] for item in cost["costs"]}
    assert "as documented" not in cost["totals"]


def test_without_a_tree(tmp_path: Path) -> None:
    path = tmp_path / ".config"
    path.write_text(_CONFIG)
    (config,) = kpolicy("check", "-o", "json", "--ram", "16G", path).json["configs"]
    assert config["cost"]["machine"] == {"ram": 1 << 34, "cpus": None, "page_size": 4096}
    assert config["cost"]["costs"]


def test_a_machine_that_no_format_asks_for_is_a_mistake(demo: Path) -> None:
    outcome = kpolicy("audit", "--ram", "16G", demo)
    assert outcome.status == status.USAGE
    assert "--ram and --cpus need a format that shows costs" in outcome.err
    outcome = kpolicy("audit", "-o", "json", "--ram", "lots", demo)
    assert outcome.status == status.USAGE
    assert "--ram lots: not a memory size" in outcome.err


def test_the_page_tells_them_too_and_so_does_a_saved_report(demo: Path, tmp_path: Path) -> None:
    machine = ("--ram", "16G", "--cpus", "64")
    saved, page = tmp_path / "audit.json", tmp_path / "page.html"
    outcome = kpolicy("audit", "-o", f"json:{saved}", "-o", f"html:{page}", *machine, demo)
    assert (outcome.status, outcome.out) == (status.FINDINGS, "")
    text = page.read_text()
    assert "16 GiB of memory and 64 CPUs" in text
    assert 'id="cost-stackdepot.table"' in text
    assert str(demo) not in text
    assert kpolicy("report", saved, "-o", "html").out == text


def test_a_page_without_a_machine_and_one_about_kconfig_files(demo: Path) -> None:
    assert "not stated (--ram, --cpus)" in kpolicy("check", "-o", "html", "--tree", demo, "debug_defconfig").out
    assert "Kconfig files of Linux" in kpolicy("kconfig", "-o", "html", demo).out
