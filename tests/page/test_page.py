# SPDX-License-Identifier: GPL-2.0-or-later
"""The page as a document: whole, by itself, the same each time, and whatever is in it text."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from markupsafe import escape

from kpolicy.costing.summary import CostSummary
from kpolicy.explain.cause import Link
from kpolicy.location import Location
from kpolicy.policy.roles.role import Evidence, OtherRole, RoleVerdict
from kpolicy.report.page import render
from kpolicy.report.page.content import content
from kpolicy.report.page.words import Anchors, Words, breakable, sentence
from kpolicy.report.records import Report
from tests.page.markup import read
from tests.page.reports import HOSTILE, MACHINE, audited, config, cost_line, everything, finding, hostile, report


@pytest.fixture(scope="module")
def audit(demo: Path) -> Report:
    return audited(demo)


def pages() -> list[Report]:
    return [everything(), hostile(), report(), report(config()), everything("")]


def test_no_reference_leads_nowhere_and_no_name_is_given_twice(audit: Report) -> None:
    for item in (audit, *pages()):
        markup = read(render(item))
        names = Counter(element.attributes["id"] for element in markup.elements if "id" in element.attributes)
        assert [name for name, count in names.items() if count > 1] == []
        links = {element.attributes["href"] for element in markup.elements if "href" in element.attributes}
        assert {link[1:] for link in links} <= set(names)
        assert all(link.startswith("#") for link in links)
        described = {element.attributes.get("aria-labelledby") for element in markup.elements} - {None}
        assert described <= set(names)


def test_the_policy_of_the_page_allows_its_own_style_and_script_and_nothing_else(audit: Report) -> None:
    for item in (audit, *pages()):
        page = render(item)
        markup = read(page)
        (policy,) = (
            meta.attributes["content"]
            for meta in markup.all("meta")
            if meta.attributes.get("http-equiv") == "Content-Security-Policy"
        )
        rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        (style,), (script,) = markup.all("style"), markup.all("script")
        assert rules == {
            "default-src": "'none'",
            "style-src": _hash(style.text),
            "script-src": _hash(script.text),
            "base-uri": "'none'",
            "form-action": "'none'",
        }
        for element in markup.elements:
            assert "style" not in element.attributes
            assert not any(name.startswith("on") for name in element.attributes)
            assert not element.attributes.keys() & {"src", "srcset", "action", "formaction", "srcdoc", "data", "ping"}
        assert not {element.tag for element in markup.elements} & {"img", "iframe", "object", "embed", "link", "base"}
        assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/\S+", "", style.text + script.text)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_hostile_text_is_text_and_nothing_of_it_an_element() -> None:
    tame = {element.tag for element in read(render(everything())).elements}
    page = render(hostile())
    page.encode("utf-8")
    markup = read(page)
    assert {element.tag for element in markup.elements} <= tame
    assert markup.all("title")[0].text.startswith("Audit of Linux")
    assert "&lt;/script&gt;&lt;script&gt;document.title" in page
    # Nothing that drives a terminal, turns text round, or cannot be written.
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert "{{ 7*7 }}" in page


def test_the_same_report_is_the_same_page(audit: Report) -> None:
    assert render(audit) == render(replace(audit, configs=tuple(replace(item) for item in audit.configs)))


def test_no_path_of_the_machine_is_in_the_page() -> None:
    page = render(everything("/srv/src/linux"))
    for word in ("/srv/", "/home/", "/opt/", "somebody/"):
        assert word not in page, word
    # What is left tells the two configs apart.
    assert "secret/.config" in page
    assert "else/.config" in page
    assert "secret/.config and mm/Kconfig" in page
    assert "broken.config: no such file" in page


def test_what_looks_like_a_path_and_is_a_value_stays() -> None:
    init = finding(text='CMDLINE="init=/sbin/init root=/srv/src/linux-next/x"')
    words = Words(report(config(init), tree="/srv/src/linux"))
    assert words(init.message) == init.message
    assert words("/srv/src/linux/mm/Kconfig:3 in /srv/src/linux") == "mm/Kconfig:3 in linux"


def test_names_of_places_are_the_same_in_the_next_report() -> None:
    both = render(report(config(finding(), finding("stale/debug-slab", symbol="DEBUG_SLAB"))))
    one = render(report(config(finding("stale/debug-slab", symbol="DEBUG_SLAB", line=77))))
    anchor = f"f-{finding('stale/debug-slab', symbol='DEBUG_SLAB').fingerprint[:12]}"
    assert f'id="{anchor}"' in both
    assert f'id="{anchor}"' in one
    anchors = Anchors()
    assert [anchors.name("c", text) for text in ("A b", "a.B", "a b~2", "")] == ["c-a.b", "c-a.b~2", "c-a.b.2", "c-"]


def test_a_chain_that_many_configs_share_is_drawn_once() -> None:
    names = [f"arch/x86/configs/{number}_defconfig" for number in range(30)]
    page = render(report(*(config(finding(config=name, line=number), name=name) for number, name in enumerate(names))))
    markup = read(page)
    assert len(markup.all("symbol")) == 1
    assert len(markup.all("use")) == 30
    single = finding(causes=(Link("assigned", "A", "y", None, Location("a", 1), "CONFIG_A=y"),))
    assert not read(render(report(config(single)))).all("use")


def test_the_drawing_of_a_chain_runs_from_the_line_that_was_written_to_what_came_of_it() -> None:
    (drawing,) = content(report(config(finding()))).drawings
    assert [text.text for text in drawing.texts] == [
        "ROOT=y",
        "selects it if X86",
        "mm/Kconfig:7",
        "DEBUG_KMEMLEAK=y",
    ]
    assert [box.asked for box in drawing.boxes] == [False, True]
    assert [arrow.kind for arrow in drawing.arrows] == ["select"]
    tops = [text.y for text in drawing.texts]
    assert tops == sorted(tops)
    assert all(box.y + 26 <= drawing.height and box.width <= drawing.width for box in drawing.boxes)


def test_figures_of_different_certainty_are_not_added_up() -> None:
    page = content(everything())
    assert page.costs.certainties == ("exact", "computed", "at most")
    first, second = page.configs[0], page.configs[1]
    assert [bar and (bar.text, bar.share) for bar in first.bars] == [("4 KiB", 50.0), ("1 MiB", 100.0), None]
    assert [bar and (bar.text, bar.share) for bar in second.bars] == [("8 KiB", 100.0), None, ("128 MiB", 100.0)]
    figures = {item.cost: item.figure for item in page.costs.figures}
    assert figures["c/each"] == "64 B per task"
    assert figures["d/words"] == "slower"
    assert figures["e/open"] == "open: needs --ram"
    assert figures["f/unknown"] == "not known: nobody says"
    assert "16 GiB of memory and 64 CPUs" in render(everything())


def test_a_figure_is_told_once_however_many_configs_pay_it() -> None:
    bill = CostSummary(MACHINE, 4096, (cost_line("a/exact", 4096),))
    names = [f"arch/x86/configs/{number}_defconfig" for number in range(5)]
    page = content(report(*(config(name=name, cost=bill) for name in names)))
    (figure,) = page.costs.figures
    assert figure.configs == 5


def test_without_a_machine_the_page_says_so() -> None:
    bare = report(config(cost=CostSummary(type(MACHINE)(), None, (cost_line("a/exact", 1),))))
    assert "not stated (--ram, --cpus)" in render(bare)
    assert "Machine" not in render(report(config()))


def test_the_census_counts_what_is_about_no_config_too() -> None:
    page = content(everything())
    rows = {row.name: row.counts for row in page.census}
    assert rows["Kconfig files"] == (0, 1, 0)
    assert rows["policy files"] == (0, 0, 1)
    assert rows["all"] == tuple(count for _, count in page.severities) == (1, 4, 2)


def test_debug_policy_comes_first_and_in_each_part_the_worst_findings() -> None:
    lines = config(finding("config/unknown-symbol", "error", symbol="GONE"), finding("config/out-of-range", symbol="A"))
    whole = everything()
    page = content(replace(whole, configs=(lines, *whole.configs)))
    assert [part.title for part in page.parts] == ["Debug policy", "Config lines", "Kconfig files", "Policy files"]
    for part in page.parts:
        severities = [row.severity for row in part.rows]
        assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert {row.family for row in page.parts[0].rows}.isdisjoint({"config", "kconfig", "policy"})
    assert [row.rule for row in page.parts[1].rows] == ["config/unknown-symbol", "config/out-of-range"]
    assert page.map is not None
    assert [line.head.text.partition("/")[0] for line in page.map.lines][-2:] == ["config", "config"]


def test_configs_and_rules_are_in_the_order_of_their_findings() -> None:
    page = content(everything())
    assert [config.counts for config in page.configs] == [(1, 1, 1), (0, 1, 0), (0, 1, 0), (0, 0, 0)]
    severities = [rule.severity for rule in page.rules if rule.family not in ("kconfig", "policy")]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)


def test_a_role_that_all_have_is_a_sentence() -> None:
    names = [f"arch/x86/configs/{number}_defconfig" for number in range(3)]
    alike = render(report(*(config(name=name) for name in names)))
    assert "All 3 configs are judged as production kernels." in alike
    mixed = render(report(*(config(name=name, role="debug" if name == names[1] else "production") for name in names)))
    assert "2 of 3 configs are judged as production kernels; 1 as a debug kernel (" in mixed


def test_a_config_with_options_of_another_role_says_so() -> None:
    other = OtherRole("debug", (Evidence("KASAN", "y", Location("arch/x86/configs/a_defconfig", 7), "it is on"),))
    verdict = RoleVerdict("production", "", (), "unclear", other)
    page = render(report(replace(config(finding()), verdict=verdict)))
    assert "production: why</a>, role unclear, with options of a debug kernel" in page
    assert '<code>KASAN=y</code> debug: it is on <span class="place">arch/x86/configs/a_defconfig:7</span>' in page
    assert "1 has options of another role (" in page


def test_the_result_says_what_fails() -> None:
    assert content(everything()).outcome == "incomplete: 1 config could not be analysed"
    bad = report(config(finding(), finding("stale/debug-slab", "note", symbol="DEBUG_SLAB")))
    assert content(bad).outcome == "fails: 1 finding of severity warning or worse"
    assert content(replace(bad, fail_on="note")).outcome == "fails: 2 findings of severity note or worse"
    assert content(replace(bad, fail_on="error")).outcome == "passes"


def test_a_path_breaks_after_a_slash_or_before_the_number_of_its_line() -> None:
    assert breakable("arch/powerpc/configs/ppc6xx_defconfig:1051") == (
        "arch/powerpc/<wbr>configs/ppc6xx_defconfig<wbr>:1051"
    )
    for text in (*HOSTILE, "", "/", "//", ":", "mm/Kconfig:3", "a:b", "x" * 99 + "/y:1:2"):
        broken = breakable(text)
        assert broken.replace("<wbr>", "") == escape(text)
        assert all(part.endswith("/") or rest.startswith(":") for part, rest in pairwise(broken.split("<wbr>")))


def test_titles_begin_with_a_capital_but_for_names() -> None:
    assert sentence("short-lived mappings") == "Short-lived mappings"
    for name in ("/dev/mem is open", "printk() waits", "init_on_alloc is off", "DEBUG_VM is on", ""):
        assert sentence(name) == name


def test_few_configs_are_columns_of_the_map_and_of_many_their_architectures() -> None:
    few = content(report(config(finding())))
    assert few.map is not None
    assert [head.text for head in few.map.columns] == ["arch/x86/configs/a_defconfig"]
    names = [f"arch/x86/configs/{number}_defconfig" for number in range(40)]
    many = content(
        report(*(config(*[finding(config=name)] * (number % 3), name=name) for number, name in enumerate(names)))
    )
    assert many.map is not None
    assert [head.text for head in many.map.columns] == ["x86"]
    (line,) = many.map.lines
    assert line.total == 39


def test_what_is_accepted_is_told_with_the_words_of_its_waiver() -> None:
    page = render(everything())
    assert "A. N. Owner: &lt;known&gt; for years, until 2031-01-02" in page
    assert "in the baseline" in page
    assert "present at v6.12" in render(replace(everything(), since="v6.12"))


def test_a_rule_comes_with_its_grounds() -> None:
    page = content(everything())
    rules = {rule.id: rule for rule in page.rules}
    kmemleak = rules["kmemleak/in-production"]
    assert kmemleak.grounds.references
    assert kmemleak.grounds.cost is not None
    assert (kmemleak.findings, kmemleak.configs) == (2, 2)
    assert rules["drm/debug-in-production"].accepted == 1
    assert kmemleak.grounds.kind.startswith("cost: an option is too costly")
    assert rules["kconfig/dead-default"].grounds.references[0].source.startswith("scripts/kconfig/")


def test_ten_thousand_findings() -> None:
    page = render(hostile(10_000))
    assert page.count('<li id="f-') == 10_000


def test_a_check_is_named_by_what_was_checked() -> None:
    one = replace(report(config()), command="check")
    assert content(one).title == "Check of arch/x86/configs/a_defconfig"
    assert content(replace(one, configs=one.configs * 2)).title == "Check of 2 configs"
    about = everything().about
    kconfig = replace(report(), command="kconfig", about=about, census=None)
    assert content(kconfig).title == "Kconfig files of Linux 6.12.1"
    assert "mm/Kconfig" in render(kconfig)
