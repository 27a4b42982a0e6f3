# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of an audit that begins with what matters, and what can be chosen of a report."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from kpolicy.cli import links, status
from kpolicy.cli.links import knows_links
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.rules.catalogue import Catalogue
from kpolicy.report.formats.sarif import render as sarif
from kpolicy.report.formats.text import render
from kpolicy.report.presentation import PLAIN, Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.overview import MOST_LINES, WIDTH
from kpolicy.report.text.rule_page import rule_page
from tests.cli.support import copy_of_demo, kpolicy
from tests.report.formats.samples import config, finding, note, report

_GRAPHICS = "arch/x86/configs/graphics_defconfig"


def _many(rules: int, configs: int) -> Report:
    found = [
        config(
            *(finding(f"family/rule-{rule}", "error" if rule % 2 else "warning", config=f"arch/x86/configs/c{number}")
              for rule in range(rules)),
            *(finding("config/unknown-symbol", "warning", f"LOST_{number}_{lost}", config=f"arch/x86/configs/c{number}")
              for lost in range(20)),
            name=f"arch/x86/configs/c{number}",
        )
        for number in range(configs)
    ]  # fmt: skip
    return report(*found)


@pytest.mark.parametrize(("rules", "configs"), [(0, 1), (10, 30), (200, 50)])
def test_it_fits(rules: int, configs: int) -> None:
    lines = render(_many(rules, configs), PLAIN).splitlines()
    assert len(lines) <= MOST_LINES + 2
    assert max(map(len, lines)) <= WIDTH
    assert any(text.strip().startswith("and ") for text in lines) == (configs > 1)


def test_errors_come_first_and_each_rule_once(demo: Path) -> None:
    lines = kpolicy("audit", demo).out.splitlines()
    severities = [text.partition(":")[0] for text in lines if text.startswith(("error: ", "warning: "))]
    assert severities == sorted(severities)
    heads = [text for text in lines if text.endswith("[kmemleak/in-production]")]
    assert heads == [
        "error: DEBUG_KMEMLEAK=y: records slab, vmalloc and per-CPU allocations with their stack traces (1 config) "
        "[kmemleak/in-production]"
    ]
    assert lines[lines.index(heads[0]) + 1] == f"    {_GRAPHICS}:14"


def test_everything_in_full(demo: Path) -> None:
    full = kpolicy("audit", demo, "--full").out.splitlines()
    found = kpolicy("audit", demo, "-o", "json").json
    count = sum(found["summary"][f"{word}s"] for word in ("error", "warning", "note"))
    assert sum(text.endswith("]") for text in full) == count
    assert any(text.startswith("census: ") for text in full)
    assert not any(text.startswith("census: ") for text in kpolicy("audit", demo).out.splitlines())
    assert any(text.startswith("census: ") for text in kpolicy("audit", demo, "--census").out.splitlines())


@pytest.mark.parametrize(
    ("words", "families"),
    [
        (["--select", "kmemleak"], {"kmemleak"}),
        (["--select", "kmemleak/in-production", "--select", "stale/*"], {"kmemleak", "stale"}),
        (["--select", "kmemleak", "--ignore", "kmemleak/*"], set()),
    ],
)
def test_some_rules(demo: Path, words: list[str], families: set[str]) -> None:
    found = kpolicy("audit", demo, *words, "-o", "json")
    rules = {item["rule"] for config in found.json["configs"] for item in config["findings"]}
    assert {rule.partition("/")[0] for rule in rules} == families
    assert {item["id"] for item in found.json["rules"]} == rules
    assert found.status == (status.FINDINGS if families else status.CLEAN)


def test_what_is_left_out_does_not_fail_the_run(demo: Path) -> None:
    words = ("check", "--tree", demo, "--arch", "x86", "i386_defconfig", "--fail-on", "warning")
    assert kpolicy(*words).status == status.FINDINGS
    assert kpolicy(*words, "--min-severity", "error").status == status.CLEAN
    assert "note: " not in kpolicy(*words, "--min-severity", "warning").out


def test_words_for_no_rule_are_refused(demo: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    kpolicy("audit", demo, "-o", f"json:{saved}")
    asked: list[tuple[str, Path]] = [("audit", demo), ("kconfig", demo), ("report", saved)]
    for words in asked:
        outcome = kpolicy(*words, "--select", "kmemleak/in-prod")
        assert (outcome.status, outcome.out) == (status.USAGE, "")
        assert "did you mean 'kmemleak/in-production'?" in outcome.err


def test_a_rule_is_selected_by_the_name_that_it_had(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "site" / "leak").mkdir(parents=True)
    shipped = resources.files("kpolicy.rules").joinpath("kmemleak/in-production.toml").read_text(encoding="utf-8")
    renamed = f'aliases = ["leak/before"]\n{shipped}'
    (tree / "site" / "leak" / "today.toml").write_text(renamed)
    (tree / "kpolicy.toml").write_text('rules_dir = "site"\n')
    for option in ("--select", "--ignore"):
        outcomes = [kpolicy("audit", tree, option, f"leak/{name}") for name in ("before", "today")]
        assert outcomes[0] == outcomes[1]
        assert ("[leak/today]" in outcomes[0].out) == (option == "--select")
    config = "arch/x86/configs/graphics_defconfig"
    fixed = [kpolicy("fix", "--tree", tree, config, "--rule", f"leak/{name}") for name in ("before", "today")]
    assert fixed[0] == fixed[1]
    assert fixed[0].status == status.CLEAN


def test_a_saved_report_is_selected_by_the_name_that_a_rule_has_or_had(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "saved.json"
    kpolicy("audit", demo, "-o", f"json:{saved}")
    known = shipped_vocabulary(examples=False)
    rules = [
        replace(rule, aliases=("leak/before",)) if rule.id == "kmemleak/in-production" else rule for rule in known.rules
    ]
    monkeypatch.setattr(
        "kpolicy.report.chosen.shipped_vocabulary", lambda **_: replace(known, rules=Catalogue(tuple(rules)))
    )
    before, today = (kpolicy("report", saved, "--select", word) for word in ("leak/before", "kmemleak/in-production"))
    assert before == today
    assert "[kmemleak/in-production]" in before.out


def test_a_saved_report_is_selected_as_the_run_was(demo: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    kpolicy("audit", demo, "-o", f"json:{saved}")
    for words in (["--ignore", "config", "--statistics"], ["--group-by", "cause"], ["--select", "kmemleak", "-q"]):
        assert kpolicy("report", saved, *words) == kpolicy("audit", demo, *words)


def test_waivers_of_rules_that_are_left_out_are_in_use(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "kpolicy.toml").write_text('[[waiver]]\nrule = "kmemleak/*"\nreason = "why not"\nowner = "jane"\n')
    found = kpolicy("audit", tree, "--ignore", "kmemleak", "-o", "json").json
    assert not any(item["rule"] == "policy/waiver-unused" for item in found["policies"][0]["findings"])


def test_a_check_that_is_off_runs_where_its_id_is_named(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "some.config"
    path.write_text("# CONFIG_DEBUG_VM is not set\n")
    words = ("check", "--tree", demo, "--arch", "x86", path, "-o", "json")

    def found(*more: str) -> set[str]:
        return {item["rule"] for config in kpolicy(*words, *more).json["configs"] for item in config["findings"]}

    assert "config/redundant-line" not in found("--select", "config")
    assert found("--select", "config/redundant-line") == {"config/redundant-line"}
    # What was remembered of the run before is that of another question.
    assert "config/redundant-line" not in found()


def test_quiet_prints_what_fails_the_run(demo: Path) -> None:
    outcome = kpolicy("audit", demo, "-q", "--fail-on", "error")
    assert outcome.err == ""
    lines = outcome.out.splitlines()
    assert lines
    assert all(": error: " in text for text in lines)


def test_statistics_count_each_rule(demo: Path) -> None:
    lines = kpolicy("audit", demo, "--statistics").out.splitlines()
    assert lines[0].split()[:4] == ["findings", "in", "severity", "rule"]
    row = next(text for text in lines if "kmemleak/in-production" in text)
    assert row.split()[:4] == ["1", "1", "config", "error"]


@pytest.mark.parametrize("grouping", ["rule", "config", "cause"])
def test_groups_hold_every_finding_once(demo: Path, grouping: str) -> None:
    lines = kpolicy("audit", demo, "--group-by", grouping).out.splitlines()
    told = kpolicy("audit", demo, "--terse").out.splitlines()
    assert sorted(text.strip() for text in lines if text.startswith("  ")) == sorted(told)


def test_two_ways_at_once_are_refused(demo: Path) -> None:
    outcome = kpolicy("audit", demo, "--statistics", "--group-by", "rule")
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert kpolicy("audit", demo, "--full", "-o", "json").status == status.USAGE


def test_colour(demo: Path) -> None:
    assert "\x1b[" in kpolicy("audit", demo, "--color", "always").out
    assert "\x1b[" not in kpolicy("audit", demo, "--color", "never", terminal=True, environment={"TERM": "xterm"}).out
    assert "\x1b[" not in kpolicy("audit", demo, terminal=True, environment={"TERM": "xterm", "NO_COLOR": "1"}).out


@pytest.mark.parametrize(
    ("environment", "knows"),
    [({}, False), ({"TERM": "xterm"}, False), ({"VTE_VERSION": "7603"}, True), ({"VTE_VERSION": "4000"}, False),
     ({"TERM": "xterm-kitty"}, True), ({"TERM_PROGRAM": "WezTerm"}, True)],
)  # fmt: skip
def test_terminals_that_know_links(environment: dict[str, str], knows: bool) -> None:
    assert knows_links(environment) is knows


def test_rule_ids_are_links_on_terminals_that_know_them(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.cli.links.pages_for_terminal", lambda: "https://example.org/rules")
    known = {"TERM": "xterm-kitty", "NO_COLOR": "1"}
    link = "\x1b]8;;https://example.org/rules/kmemleak.html#in-production\x1b\\[kmemleak/in-production]\x1b]8;;\x1b\\"
    assert link in kpolicy("audit", demo, terminal=True, environment=known).out
    assert "\x1b]8" not in kpolicy("audit", demo, environment=known).out


def test_pages_of_rules() -> None:
    assert rule_page("", "kmemleak/in-production") == ""
    assert rule_page("file:///docs/rules", "kmemleak/in-production") == "file:///docs/rules/kmemleak.md"
    assert rule_page("https://example.org/", "stale/renamed") == "https://example.org/config.html#renamed"
    # Somebody's own.
    assert rule_page("https://example.org/", "mine/rule") == ""


def test_the_address_is_that_of_the_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    class Metadata:
        def get_all(self, _name: str) -> list[str]:
            return ["Source, https://example.org/git", "Documentation, https://example.org/docs/"]

    monkeypatch.setattr("importlib.metadata.metadata", lambda _name: Metadata())
    assert links.published_pages() == "https://example.org/docs/rules"


def test_sarif_has_pages_and_fixes() -> None:
    one = finding("config/wrong-type", symbol="NFC")
    one = replace(one, remedy=("CONFIG_NFC=y",))
    made = report(config(one))
    made = replace(made, notes=(note("config/wrong-type"),))
    run = json.loads(sarif(made, Presentation(pages="https://example.org")))["runs"][0]
    assert run["tool"]["driver"]["rules"][0]["helpUri"] == "https://example.org/config.html#wrong-type"
    (change,) = run["results"][0]["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [{"deletedRegion": {"startLine": 3}, "insertedContent": {"text": "CONFIG_NFC=y"}}]
    plain = json.loads(sarif(made, PLAIN))["runs"][0]
    assert "helpUri" not in plain["tool"]["driver"]["rules"][0]


@pytest.mark.newest_kernel
@pytest.mark.trees
def test_a_whole_kernel_fits(kernel: Path) -> None:
    outcome = kpolicy("audit", kernel, "-j", "2")
    lines = outcome.out.splitlines()
    assert len(lines) <= 150
    assert max(map(len, lines)) <= 160
    errors = kpolicy("audit", kernel, "-q", "--fail-on", "error").out.splitlines()
    places = {text.partition(": ")[0] for text in errors}
    first = "\n".join(lines[:50])
    assert {place for place in places if place not in first} == set()
