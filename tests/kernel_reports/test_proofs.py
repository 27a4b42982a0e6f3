# SPDX-License-Identifier: GPL-2.0-or-later
"""The committed reports on proofs: the page has what the data have, and the trees have the lines that are quoted.

Nothing is proved again, which takes minutes.  The newest kernel is compared where KPOLICY_TEST_TREES names it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.location import Location
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.formats import FORMATS
from kpolicy.report.json.saved import read_report
from kpolicy.report.presentation import PLAIN
from reports.make import FORMS, HERE, version
from reports.proofs import CHECKS, PAGE, PROOFS, Kernel, kernels, page, rows
from tests.oracle.conf import Oracle
from tests.oracle.trees import RELEASES, VARIABLE, find_trees

_KERNELS = kernels(HERE)
# Of the witnesses in kernels that every run has; of others all.
_OF_WITNESSES = 6
_KEYWORDS = {
    "dead-option": r"(bool|tristate|int|hex|string|prompt)\b",
    "never-together": r"(bool|tristate|prompt)\b",
    "always-on": r"(bool|tristate|prompt)\b",
    "dead-default": r"(default|def_bool|def_tristate)\b",
    "constant-condition": r"(select|imply|default|def_bool|def_tristate|range|bool|tristate|int|hex|string|prompt)\b",
}


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def test_there_are_reports_on_the_kernels_of_the_others_and_on_a_newer_one() -> None:
    found = [kernel.folder for kernel in _KERNELS]
    assert set(RELEASES) < set(found)
    assert found[0] not in RELEASES
    for kernel in _KERNELS:
        assert kernel.version.startswith(f"{kernel.folder}.")
        assert kernel.report.about is not None
        assert kernel.report.about.complete
        assert set(kernel.report.about.checks) == {f"kconfig/{check}" for check in CHECKS}
        assert all(kernel.of(check) for check in CHECKS)


@pytest.mark.parametrize("folder", [kernel.folder for kernel in _KERNELS])
def test_the_data_give_every_form(folder: str) -> None:
    name = f"{folder}/{PROOFS}"
    report = read_report(name, (HERE / f"{name}.json").read_bytes())
    assert report.errors == ()
    for form, end in FORMS.items():
        assert FORMATS[form].render(report, PLAIN) == _text(f"{name}.{end}"), "run `python -m reports.make --readme`"


def test_the_page_says_what_the_data_say() -> None:
    assert page(HERE) == _text(PAGE), "run `python -m reports.make --readme`"
    assert f"({PAGE})" in _text("README.md")


def test_a_finding_of_several_kernels_is_one_row() -> None:
    first, check = _KERNELS[0], "unmet-select"
    found = first.of(check)
    # In the older one each is a line further down, on one architecture only; the first finding is not there.
    moved = [
        replace(
            item,
            place=Location(item.place.path, item.place.line + 1),
            message=f"{item.message.partition(' (on ')[0]} (on arc)",
        )
        for item in found[1:]
    ]
    about = first.report.about
    assert about is not None
    report = replace(first.report, version="1.0", about=replace(about, findings=tuple(moved)))
    older = Kernel("older", report)
    assert [(row.finding, row.places) for row in rows([first, older], check)] == [
        (found[0], {first.version: str(found[0].place)}),
        *(
            (item, {first.version: str(item.place), "1.0": str(other.place)})
            for item, other in zip(found[1:], moved, strict=True)
        ),
    ]


def test_each_row_has_the_lines_of_its_kernels() -> None:
    for check in CHECKS:
        places = [(version_, place) for row in rows(_KERNELS, check) for version_, place in row.places.items()]
        assert sorted(places) == sorted(
            (kernel.version, str(item.place)) for kernel in _KERNELS for item in kernel.of(check)
        )


def _tree(kernel: Kernel) -> Path:
    tree = find_trees().kernels.get(kernel.folder)
    if tree is None:
        pytest.skip(f"no kernel {kernel.folder}: name one in {VARIABLE}")
    if version(tree) != kernel.version:
        pytest.skip(f"{kernel.folder}/{PROOFS}.json is of Linux {kernel.version}, here is {version(tree)}")
    return tree


@pytest.mark.trees
@pytest.mark.parametrize("kernel", _KERNELS, ids=lambda kernel: kernel.folder)
def test_the_trees_have_the_lines(kernel: Kernel) -> None:
    tree = _tree(kernel)
    for check in CHECKS:
        for item in kernel.of(check):
            assert re.match(_pattern(check, item), _line(tree, item.place)), f"{item.place}: {item.message}"
            for text, location in item.grounds:
                if location is not None:
                    names = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", text))
                    entry = _entry(tree, location)
                    assert not names or any(name in entry for name in names), f"{location}: {text}"


def _pattern(check: str, item: Finding) -> str:
    if check == "unmet-select":
        return rf"select\s+{re.escape(item.message.split()[2].rstrip(','))}\b"
    return _KEYWORDS[check]


def _line(tree: Path, place: Location) -> str:
    return (tree / place.path).read_text(errors="replace").splitlines()[place.line - 1].strip()


def _entry(tree: Path, place: Location) -> str:
    """A line, and the one that it goes on in; for a definition the line after it."""
    lines = (tree / place.path).read_text(errors="replace").splitlines()
    return " ".join(lines[place.line - 1 : place.line + 6])


@pytest.mark.trees
@pytest.mark.slow
@pytest.mark.parametrize("kernel", _KERNELS, ids=lambda kernel: kernel.folder)
def test_conf_warns_of_the_witnesses(kernel: Kernel) -> None:
    tree = _tree(kernel)
    oracle = Oracle(tree)
    found = kernel.of("unmet-select")
    for item in found[:: _OF_WITNESSES if kernel.folder in RELEASES else 1]:
        assert item.witness is not None
        target = item.message.split()[2].rstrip(",")
        said = oracle.run(
            item.witness.architecture, "olddefconfig", "\n".join([*item.witness.lines, ""]).encode()
        ).stderr
        assert f"unmet direct dependencies detected for {target}\n" in said
