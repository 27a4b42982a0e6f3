# SPDX-License-Identifier: GPL-2.0-or-later
"""The page in a browser: nothing asked for, nothing wrong, whole without its script, and usable with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from kpolicy.explain.root import Root
from kpolicy.location import Location
from kpolicy.report.page import render
from kpolicy.report.records import Report
from tests.page.conftest import Open
from tests.page.reports import audited, config, finding, hostile, report

_OPEN = "document.querySelectorAll('details').forEach((node) => { node.open = true })"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What opens in a row reaches below the cells before it, which must end above it.
_OVERLAPS = """
[...document.querySelectorAll(".findings > li, #config-table tbody tr")].filter((row) => {
  const more = row.querySelector(".more, dl").getBoundingClientRect();
  const summary = row.querySelector("summary");
  return [...summary.children, ...row.querySelectorAll("td > span, td > svg"), summary].some((node) => {
    const box = node.getBoundingClientRect();
    return box.bottom > more.top + 1 && box.right > more.left && box.left < more.right;
  });
}).map((row) => row.id)
"""
# The lines of each location, as they are broken.
_LINES = """
[...document.querySelectorAll("#findings .at")].map((at) => {
  const lines = [], range = document.createRange();
  let top = null;
  const walker = document.createTreeWalker(at, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (let at = 0; at < walker.currentNode.length; at++) {
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + 1);
      const box = range.getBoundingClientRect();
      if (top === null || box.top > top + 4) { lines.push(""); top = box.top; }
      lines[lines.length - 1] += walker.currentNode.data[at];
    }
  }
  return lines;
})
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(visit: Open, full_page: Path, scheme: str) -> None:
    page = visit(full_page, color_scheme=scheme).page
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        page.evaluate(_OPEN)


@pytest.mark.parametrize("width", [360, 390, 768, 1600])
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
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("#theme")).to_be_hidden()
    expect(page.locator(".told")).to_be_hidden()
    # What would filter leads to the parts.
    assert page.locator(".switch a:visible").all_inner_texts() == [
        "Debug policy 5",
        "Kconfig files 1",
        "Policy files 1",
    ]
    page.locator(".switch a:visible").nth(1).click()
    expect(page.locator("#part-kconfig:target")).to_be_in_viewport()
    # The heat map leads to the finding, which opens by itself or with a click.
    page.get_by_text("Map by config").click()
    page.locator("table.map td.error a").first.click()
    row = page.locator(".findings > li:target")
    expect(row).to_be_visible()
    summary = row.locator("summary")
    if not row.locator("dl").is_visible():
        summary.click()
    expect(row.locator("pre")).to_have_text("# CONFIG_DEBUG_KMEMLEAK is not set")
    expect(row.locator("svg.chain")).to_be_visible()
    row.locator("a.why").click()
    expect(page.locator("#rule-table tr:target")).to_be_visible()


def test_filters_work_together_and_stand_in_the_address(visit: Open, full_page: Path) -> None:
    found = visit(full_page)
    page = found.page
    assert len(found.shown()) == 7
    page.locator("select[name=arch]").select_option("x86")
    page.locator("select[name=severity]").select_option("note")
    assert [row for row in found.shown() if "stale/debug-slab" not in row] == []
    expect(page.locator("output")).to_have_text("1 of 7")
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
        "#?severity=%zz&sort=config-table.nine.up": (0, 4),
        "#?part=kconfig": (1, 4),
        "#?part=unheard-of": (7, 4),
        "#?part=policy&role=debug": (1, 1),
        "#?sort=no-table.1.descending&%": (7, 4),
        "#%zz": (7, 4),
        "": (7, 4),
    }
    found = visit(full_page)
    for fragment, (rows, configs) in cases.items():
        found.page.evaluate("(fragment) => { location.hash = fragment }", fragment)
        told = "7 findings" if rows == 7 else f"{rows} of 7"
        expect(found.page.locator("output")).to_have_text(told)
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
    before = found.shown("rule-table")
    head = page.locator("#rule-table thead th", has_text="rule")
    head.get_by_role("button").click()
    rules = [row.split("\t")[-1] for row in found.shown("rule-table")]
    assert rules == sorted(rules)
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert [row.split("\t")[-1] for row in found.shown("rule-table")] == sorted(rules, reverse=True)
    assert found.fragment == "#?sort=rule-table.3.descending"
    assert visit(full_page, found.fragment).shown("rule-table") == found.shown("rule-table")
    exact = page.locator("#config-table thead th", has_text="exact")
    exact.get_by_role("button").click()
    expect(exact).to_have_attribute("aria-sort", "descending")
    # 8 KiB, 4 KiB, then those that pay nothing.
    assert ["KiB" in row for row in found.shown("config-table")] == [True, True, False, False]
    assert "8 KiB" in found.shown("config-table")[0]
    # One table is sorted at a time, so that the address tells all of it.
    assert found.shown("rule-table") == before
    assert page.locator("[aria-sort]").count() == 1
    page.get_by_text("Census").click()
    page.locator("#census th", has_text="configs").get_by_role("button").click()
    assert found.shown("census")[-1].startswith("all")


def test_the_list_has_an_order(visit: Open, written: Callable[[Report], Path]) -> None:
    names = [f"arch/x86/configs/{number}_defconfig" for number in range(1, 61)]
    rules = ("kmemleak/in-production", "stale/debug-slab")
    path = written(
        report(
            *(
                config(*(finding(rule, ("note", "error")[rule < "s"], config=name) for rule in rules), name=name)
                for name in names
            )
        )
    )
    found = visit(path)
    worst = found.rules()
    assert worst == sorted(worst)
    found.page.locator("select[name=order]").select_option("location")
    assert found.fragment == "#?order=location"
    assert found.rules() == [*rules] * 60
    # Numbers are compared as numbers.
    assert "2_defconfig" in found.shown()[2]
    found.page.locator("select[name=order]").select_option("")
    assert found.rules() == worst


def test_the_first_screen_shows_findings(visit: Open, demo_page: Path) -> None:
    for size, rows in (((1400, 900), 10), ((1000, 900), 6), ((390, 844), 1)):
        page = visit(demo_page, viewport={"width": size[0], "height": size[1]}).page
        seen = page.evaluate(
            "[...document.querySelectorAll('#findings li')]"
            ".filter((row) => row.getBoundingClientRect().bottom <= innerHeight).map((row) => row.innerText)"
        )
        assert len(seen) >= rows
        assert "error" in seen[0]


def test_a_switch_shows_one_part(visit: Open, written: Callable[[Report], Path]) -> None:
    lines = [finding("config/unknown-symbol", symbol=f"GONE_{number}", line=number) for number in range(5)]
    found = visit(written(report(config(finding("config/wrong-type", "error"), *lines, finding()))))
    page = found.page
    assert found.rules()[0] == "kmemleak/in-production"
    assert page.locator(".switch a").all_inner_texts() == ["All 7", "Debug policy 1", "Config lines 6"]
    page.get_by_role("link", name="Config lines").click()
    assert set(found.rules()) == {"config/unknown-symbol", "config/wrong-type"}
    assert found.fragment == "#?part=lines"
    expect(page.locator(".switch [aria-current=true]")).to_have_text("Config lines 6")
    # It says what the other filters leave of each part.
    page.locator("select[name=severity]").select_option("error")
    assert page.locator(".switch a").all_inner_texts() == ["All 1", "Debug policy 0", "Config lines 1"]
    page.go_back()
    page.go_back()
    assert len(found.shown()) == 7


def test_a_cell_of_the_map_filters(visit: Open, written: Callable[[Report], Path]) -> None:
    names = [f"arch/{arch}/configs/{number}_defconfig" for number in range(10) for arch in ("arm", "x86")]
    found = visit(
        written(
            report(
                *(
                    config(
                        finding(config=name),
                        finding("stale/debug-slab", config=name),
                        name=name,
                        architecture=name.split("/")[1],
                    )
                    for name in names
                )
            )
        )
    )
    page = found.page
    expect(page.locator("#map")).to_be_hidden()
    page.get_by_text("Map by architecture").click()
    page.locator("table.map td a").first.click()
    assert found.fragment == "#?arch=arm&rule=kmemleak%2Fin-production"
    assert set(found.rules()) == {"kmemleak/in-production"}
    assert len(found.shown()) == 10
    assert all("arch/arm/" in row for row in found.shown())
    expect(page.locator("#findings-head")).to_be_in_viewport()
    expect(page.locator("table.map td.on")).to_have_count(1)
    page.locator("table.map thead a", has_text="x86").click()
    assert len(found.shown()) == 20
    page.locator("table.map tbody th a", has_text="stale/debug-slab").click()
    assert len(found.shown()) == 20
    assert set(found.rules()) == {"stale/debug-slab"}


@pytest.mark.parametrize("width", [1400, 1000, 500, 390])
def test_locations_break_only_where_a_path_does(visit: Open, written: Callable[[Report], Path], width: int) -> None:
    names = [
        f"arch/{arch}/configs/{name}_defconfig"
        for arch in ("powerpc", "sh")
        for name in ("ppc6xx", "gamecube", "sh7785lcr_32bit", "mpc85xx_smp_with_all")
    ]
    path = written(report(*(config(finding(config=name, line=10490), name=name) for name in names)))
    page = visit(path, viewport={"width": width, "height": 900}).page
    assert page.evaluate(_TOO_WIDE) == 0
    found = page.evaluate(_LINES)
    assert len(found) == len(names)
    for lines in found:
        assert "".join(lines).endswith(":10490")
        assert all(line.endswith("/") or rest.startswith(":") for line, rest in pairwise(lines)), lines


def test_an_opened_finding_has_the_whole_width(visit: Open, full_page: Path) -> None:
    page = visit(full_page, viewport={"width": 1400, "height": 900}).page
    row = page.locator("#findings li").first
    row.locator("summary").click()
    widths = row.evaluate(
        "(row) => [row, row.querySelector('.more'), row.querySelector('.grounds')]"
        ".map((node) => node.getBoundingClientRect()).map((box) => [box.left, box.right])"
    )
    (left, right), more, grounds = widths
    assert more[0] - left < 40
    assert right - more[1] < 10
    assert right - grounds[1] < 40


def test_a_link_to_a_finding_opens_it_also_when_it_is_filtered_away(visit: Open, full_page: Path) -> None:
    anchor = f"f-{finding('stale/debug-slab', symbol='DEBUG_SLAB').fingerprint[:12]}"
    found = visit(full_page, "#?severity=error")
    assert len(found.shown()) == 1
    found.page.evaluate(f"location.hash = '#{anchor}'")
    row = found.page.locator(f"#{anchor}")
    expect(row.locator("pre")).to_be_in_viewport()
    # The grounds of its rule are brought along.
    expect(row.locator(".more > .grounds")).to_contain_text("References")


def test_a_finding_has_those_that_it_stands_for(visit: Open, written: Callable[[Report], Path]) -> None:
    root = Root("needs", "MODULES", (("MODULES", "n"),), "m", Location("arch/x86/configs/a_defconfig", 9))
    members = [
        replace(finding("config/dropped-request", symbol=f"DRIVER_{number}", text=f"driver {number}"), root=root)
        for number in range(4)
    ]
    found = visit(written(report(config(*members, finding()))), f"#f-{members[2].fingerprint[:12]}")
    page = found.page
    expect(page.locator("output")).to_have_text("2 findings")
    # A link to one of them opens the row that it is in, and a search finds it there.
    expect(page.locator(".members li:target")).to_be_in_viewport()
    expect(page.locator(".members li:target")).to_contain_text("driver 2")
    page.locator("input[name=q]").fill("driver 3")
    assert found.rules() == ["config/dropped-request"]


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
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#findings pre").first).to_be_visible()
    for key, row in (("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(page.locator("#findings summary").nth(row)).to_be_focused()
    page.locator("#config-table thead button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#config-table th").first).to_have_attribute("aria-sort", "ascending")


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
    for selector in ("#filter", ".switch", "nav", "#theme"):
        expect(page.locator(selector)).to_be_hidden()
    expect(page.locator(".findings").first).to_be_visible()


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


def test_of_ten_thousand_findings_few_are_laid_out(visit: Open, written: Callable[[Report], Path]) -> None:
    path = written(report(config(*(finding(line=number, causes=()) for number in range(10_000)))))
    found = visit(path)
    page = found.page
    # A row that is not laid out has no box.
    drawn = """
    [...document.querySelectorAll(".findings > li")]
      .filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length
    """
    assert page.locator(".findings > li").count() == 10_000
    assert 0 < page.evaluate(drawn) < 1000
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    page.wait_for_timeout(100)
    assert 0 < page.evaluate(drawn) < 2000
    page.locator("input[name=q]").fill(":9999")
    expect(page.locator("output")).to_have_text("1 of 10,000")
    # What is hidden takes no room.
    assert page.locator("#findings").evaluate("(node) => node.getBoundingClientRect().height") < 900
    without = visit(path, java_script_enabled=False).page
    assert without.locator(".findings > li").count() == 10_000


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
