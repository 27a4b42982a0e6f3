# SPDX-License-Identifier: GPL-2.0-or-later
"""The committed reports about real kernels: whole, what README.md says of them, and what the tool says today."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.report.formats import FORMATS
from kpolicy.report.json.saved import read_report
from kpolicy.report.presentation import PLAIN
from reports.make import FORMS, HERE, audit, chain, changes, debian, lay_out
from reports.readme import AUDIT, CHAIN, CHANGES, DEBIAN, NEWER, README, Untrue, newer, newest_release, readme
from tests.oracle.cache import cache_folder
from tests.oracle.trees import RELEASES, Trees

_NEWEST = newest_release(HERE)
_NAMES = [f"{release}/{name}" for release in (*RELEASES, _NEWEST) for name in (AUDIT, DEBIAN)]
_MAX_SIZE = 20 * 10**6


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", _NAMES)
def test_the_data_give_every_form(name: str) -> None:
    report = read_report(name, (HERE / f"{name}.json").read_bytes())
    assert report.errors == ()
    assert report.unread == 0
    for form, end in FORMS.items():
        assert FORMATS[form].render(report, PLAIN) == _text(f"{name}.{end}"), f"{name}.{end}: run `make reports`"


def test_the_readme_says_what_the_data_say() -> None:
    assert readme(HERE) == _text(README), "run `make reports`"


def test_the_page_on_the_newest_kernel_says_what_the_data_say() -> None:
    assert newer(HERE) == _text(NEWER), "run `python -m reports.make --readme`"
    assert f"({NEWER})" in _text(README)


def test_the_newest_kernel_is_judged_by_the_rules_of_today() -> None:
    """Its tree is not on every machine; that its reports are old shows where a rule says something else now."""
    told = {rule.id: (rule.title, rule.rationale.strip()) for rule in shipped_catalogue()}
    for name in (AUDIT, DEBIAN):
        found = json.loads(_text(f"{_NEWEST}/{name}.json"))["rules"]
        rules = {rule["id"]: (rule["title"], rule["rationale"].strip()) for rule in found if rule["id"] in told}
        assert rules
        assert [rule for rule, text in rules.items() if told[rule] != text] == [], (
            "run `python -m reports.make --newest TREE CONFIGS`"
        )


def test_a_sentence_that_no_longer_holds_is_named(tmp_path: Path) -> None:
    for name in (*(f"{name}.json" for name in _NAMES), CHANGES):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(HERE / name, tmp_path / name)
    found = json.loads(_text(CHANGES))
    found["changes"] = [change for change in found["changes"] if change["symbol"] != "KVM"]
    (tmp_path / CHANGES).write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(Untrue) as caught:
        readme(tmp_path)
    match = re.match(rf"{re.escape(README)}\.j2:(\d+): ", str(caught.value))
    assert match is not None
    assert "lost_kvm" in _text(f"{README}.j2").splitlines()[int(match[1]) - 1]


def test_the_reports_are_small_and_name_no_place_of_a_machine() -> None:
    files = [path for path in HERE.rglob("*") if path.is_file() and path.suffix in (".json", ".md", ".html", ".svg")]
    assert sum(path.stat().st_size for path in files) < _MAX_SIZE
    for path in files:
        # The default of an option of User-mode Linux is a socket there.
        text = path.read_text(encoding="utf-8").replace("/tmp/uml.ctl", "")
        assert re.search(r"(?<![\w.])/(home|root|tmp|work)/", text) is None, path


def test_they_are_those_of_today(
    trees: Trees, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    """All in one, since each takes the models of the kernels from the cache that another one fills.

    The cache is kept, for the time that this saves: it goes by the content of trees and code.  The older kernel's
    audit is made again with --whole; what changed between the two always.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_folder("reports")))
    folder = lay_out(trees, tmp_path)
    others = {}
    for release in RELEASES if pytestconfig.getoption("--whole") else RELEASES[:1]:
        reported = read_report(release, (HERE / release / f"{AUDIT}.json").read_bytes()).version
        if folder.versions[release] != reported:
            others[reported] = folder.versions[release]
            continue
        for name, make in ((AUDIT, audit), (DEBIAN, debian)):
            path = f"{release}/{name}.json"
            assert FORMATS["json"].render(make(folder, release), PLAIN) == _text(path), f"{path}: run `make reports`"
    if others:
        told = ", ".join(f"Linux {reported} (here is {here})" for reported, here in others.items())
        pytest.skip(f"not compared with today's: the reports of {told}; `make reports` writes them anew")
    changes(folder, RELEASES[1], RELEASES[0], tmp_path / CHANGES)
    chain(folder, tmp_path)
    for path in (CHANGES, CHAIN):
        assert (tmp_path / path).read_text(encoding="utf-8") == _text(path), f"{path}: run `make reports`"
