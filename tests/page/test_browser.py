# SPDX-License-Identifier: GPL-2.0-or-later
"""The page in a browser: nothing asked for, nothing wrong, whole without its script, and usable with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from kpolicy.report.page import render
from kpolicy.report.records import Report
from tests.page.conftest import Open
from tests.page.reports import audited, config, finding, hostile, report

_OPEN = "document.querySelectorAll('details').forEach((node) => { node.open = true })"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What opens in a row reaches below the cells before it, which must end above it.
_OVERLAPS = """
[...document.querySelectorAll("#finding-table tbody tr, #config-table tbody tr")].filter((row) => {
  const more = row.querySelector(".more, dl").getBoundingClientRect();
  const summary = row.querySelector("summary");
  return [...row.querySelectorAll("td > a, td > span, td.n > svg, td > svg"), summary].some((node) => {
    const box = node.getBoundingClientRect();
    return box.bottom > more.top && box.right > more.left && box.left < more.right;
  });
}).map((row) => row.id)
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(visit: Open, full_page: Path, scheme: str) -> None:
    page = visit(full_page, color_scheme=scheme).page
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        page.evaluate(_OPEN)


@pytest.mark.parametrize("width", [360, 768, 1600])
def test_it_fits_the_screen_and_nothing_hides_anything(
    visit: Open, full_page: Path, written: Callable[[Report], Path], width: int
) -> None:
    lengths = (20, 50, 70, 90, 200)
    names = ["arch/x86/configs/" + "board_" * (length // 6) + "defconfig" for length in lengths]
    long = report(
        *(config(finding("required/" + "a-rule-" * (len(name) // 9), config=name), name=name) for name in names)
    )
    for path in (full_page, written(long)):
        page = visit(path, viewport={"width": width, "height": 900}).page
        page.evaluate(_OPEN)
        assert page.evaluate(_TOO_WIDE) == 0
        assert page.evaluate(_OVERLAPS) == []


def test_it_is_whole_without_its_script(visit: Open, full_page: Path) -> None:
    without = visit(full_page, java_script_enabled=False)
    page = without.page
    assert len(without.shown()) == 7
    expect(page.locator("form.filter")).to_be_hidden()
    expect(page.locator("#theme")).to_be_hidden()
    # The heat map leads to the finding, which opens by itself or with a click.
    page.locator("table.map td.error a").first.click()
    row = page.locator("#finding-table tr:target")
    expect(row).to_be_visible()
    summary = row.locator("summary")
    if not row.locator("dl").is_visible():
        summary.click()
    expect(row.locator("pre")).to_have_text("# CONFIG_DEBUG_KMEMLEAK is not set")
    expect(row.locator("svg.chain")).to_be_visible()
    row.locator(".why a").click()
    expect(page.locator("#rule-table tr:target")).to_be_visible()


def test_filters_work_together_and_stand_in_the_address(visit: Open, full_page: Path) -> None:
    found = visit(full_page)
    page = found.page
    assert len(found.shown()) == 7
    page.locator("select[name=arch]").select_option("x86")
    page.locator("select[name=severity]").select_option("note")
    assert [row for row in found.shown() if "stale/debug-slab" not in row] == []
    expect(page.locator("form output")).to_have_text("1 of 7 findings")
    assert found.fragment == "#?arch=x86&severity=note"
    again = visit(full_page, found.fragment)
    assert again.shown() == found.shown()
    assert again.page.locator("select[name=arch]").input_value() == "x86"
    page.go_back()
    assert found.fragment == "#?arch=x86"
    assert len(found.shown()) == 5
    page.go_back()
    assert len(found.shown()) == 7
    page.go_forward()
    assert len(found.shown()) == 5
    page.get_by_role("button", name="Show all").click()
    assert len(found.shown()) == 7


def test_each_filter(visit: Open, full_page: Path) -> None:
    cases = {
        "#?family=kmemleak": (2, 4),
        "#?role=debug": (1, 1),
        "#?config=b_defconfig": (1, 1),
        "#?rule=my%2Fown-rule": (1, 4),
        "#?arch=arm64": (2, 1),
        "#?q=SELECTED+root+%22nothing": (0, 4),
        "#?q=selected+ROOT+arm64": (1, 4),
        "#?severity=error&q=zz": (0, 4),
        "#?unheard=of&severity=<script>": (0, 4),
        "#?severity=%zz&sort=finding-table.nine.up": (0, 4),
        "#?sort=no-table.1.descending&%": (7, 4),
        "#%zz": (7, 4),
        "": (7, 4),
    }
    found = visit(full_page)
    for fragment, (rows, configs) in cases.items():
        found.page.evaluate("(fragment) => { location.hash = fragment }", fragment)
        told = "7 findings" if rows == 7 else f"{rows} of 7 findings"
        expect(found.page.locator("form output")).to_have_text(told)
        assert (len(found.shown()), len(found.shown("config-table"))) == (rows, configs), fragment


def test_a_search_is_one_step_back(visit: Open, full_page: Path) -> None:
    found = visit(full_page)
    found.page.locator("input[name=q]").press_sequentially("slab")
    assert found.fragment == "#?q=slab"
    assert len(found.shown()) == 1
    found.page.go_back()
    assert found.fragment == ""
    assert len(found.shown()) == 7


def test_tables_sort_and_say_so(visit: Open, full_page: Path) -> None:
    found = visit(full_page)
    page = found.page
    head = page.locator("#finding-table th").nth(1)
    before = found.shown()
    head.get_by_role("button").click()
    rules = [row.split("\t")[1] for row in found.shown()]
    assert rules == sorted(rules)
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert [row.split("\t")[1] for row in found.shown()] == sorted(rules, reverse=True)
    assert found.fragment == "#?sort=finding-table.1.descending"
    assert visit(full_page, found.fragment).shown() == found.shown()
    exact = page.locator("#config-table thead th", has_text="exact")
    exact.get_by_role("button").click()
    expect(exact).to_have_attribute("aria-sort", "descending")
    # 8 KiB, 4 KiB, then those that pay nothing.
    assert ["KiB" in row for row in found.shown("config-table")] == [True, True, False, False]
    assert "8 KiB" in found.shown("config-table")[0]
    # One table is sorted at a time, so that the address tells all of it.
    assert found.shown() == before
    assert page.locator("[aria-sort]").count() == 1
    page.locator("#census th", has_text="configs").get_by_role("button").click()
    assert found.shown("census")[-1].startswith("all")


def test_the_map_leads_to_the_findings(visit: Open, full_page: Path) -> None:
    found = visit(full_page)
    found.page.locator("table.map td.error a").first.click()
    assert len(found.shown()) == 1
    assert "rule=kmemleak%2Fin-production" in found.fragment
    expect(found.page.locator("#findings-head")).to_be_in_viewport()


def test_a_link_to_a_finding_opens_it_also_when_it_is_filtered_away(visit: Open, full_page: Path) -> None:
    anchor = f"f-{finding('stale/debug-slab', symbol='DEBUG_SLAB').fingerprint[:12]}"
    found = visit(full_page, "#?severity=error")
    assert len(found.shown()) == 1
    found.page.evaluate(f"location.hash = '#{anchor}'")
    row = found.page.locator(f"#{anchor}")
    expect(row.locator("pre")).to_be_in_viewport()
    # The grounds of its rule are brought along.
    expect(row.locator(".why .grounds")).to_contain_text("References")


def test_the_keyboard_suffices(visit: Open, full_page: Path) -> None:
    found = visit(full_page)
    page = found.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_in_viewport()
    expect(page.locator(".skip")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert found.fragment == "#findings"
    page.keyboard.press("/")
    assert found.focused == "q"
    page.keyboard.type("a/b")
    assert page.locator("input[name=q]").input_value() == "a/b"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show all").focus()
    page.keyboard.press("Enter")
    page.locator("#finding-table summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#finding-table pre").first).to_be_visible()
    page.locator("#finding-table thead button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#finding-table th").first).to_have_attribute("aria-sort", "ascending")


def test_the_theme_follows_the_system_until_somebody_chooses(visit: Open, full_page: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = visit(full_page, color_scheme="light").page
    dark = visit(full_page, color_scheme="dark").page
    colours = (light.evaluate(ground), dark.evaluate(ground))
    assert colours[0] != colours[1]
    button = light.locator("#theme")
    expect(button).to_have_text("Theme: auto")
    button.click()
    button.click()
    expect(button).to_have_text("Theme: dark")
    assert light.evaluate(ground) == colours[1]
    light.reload()
    expect(button).to_have_text("Theme: dark")
    assert light.evaluate(ground) == colours[1]
    light.emulate_media(media="print")
    assert light.evaluate(ground) == colours[0]


def test_on_paper_there_is_nothing_to_press(visit: Open, full_page: Path) -> None:
    page = visit(full_page).page
    page.emulate_media(media="print")
    for selector in ("form.filter", "nav", "#theme"):
        expect(page.locator(selector)).to_be_hidden()
    expect(page.locator("#finding-table")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_hostile_text_does_nothing(visit: Open, written: Callable[[Report], Path], script: bool) -> None:
    found = visit(written(hostile()), java_script_enabled=script)
    assert len(found.shown()) == 40
    assert found.page.title().startswith("Audit of Linux")
    if script:
        options = found.page.locator("select[name=role] option").all_text_contents()
        assert any("<svg onload" in text for text in options)
        found.page.locator("select[name=role]").select_option(index=1)
        assert 0 < len(found.shown()) < 40


def test_ten_thousand_findings_can_be_filtered(visit: Open, written: Callable[[Report], Path]) -> None:
    found = visit(written(report(config(*(finding(line=number, causes=()) for number in range(10_000))))))
    found.page.locator("input[name=q]").fill(":9999")
    expect(found.page.locator("form output")).to_have_text("1 of 10000 findings")


def test_an_empty_report_is_a_page(visit: Open, written: Callable[[Report], Path]) -> None:
    for empty in (report(), report(config())):
        page = visit(written(empty)).page
        expect(page.locator("#findings")).to_contain_text("None.")
        page.keyboard.press("/")
        page.locator("#theme").click()


@pytest.mark.parametrize("release", ["6.12"], indirect=True)
def test_the_audit_of_a_whole_kernel(visit: Open, written: Callable[[Report], Path], kernel: Path) -> None:
    whole = audited(kernel, jobs=2)
    start = time.process_time()
    page = render(whole)
    assert time.process_time() - start < 5
    assert len(page.encode()) < 3_000_000
    assert str(kernel) not in page
    found = visit(written(whole), "#?severity=error")
    assert len(found.shown()) == whole.severities()["error"]
    paint: list[Any] = found.page.evaluate("performance.getEntriesByType('paint').map((entry) => entry.startTime)")
    assert paint
    assert max(paint) < 1500
