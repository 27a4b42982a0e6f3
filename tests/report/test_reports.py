# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports from records made by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kpolicy.errors import InputError, KpolicyError
from kpolicy.explain.cause import Link
from kpolicy.location import Location
from kpolicy.policy.judging.census import Observation, tally
from kpolicy.policy.roles.role import Evidence, OtherRole, RoleVerdict
from kpolicy.policy.rules.finding import Finding, SymbolValue
from kpolicy.policy.rules.rule import Severity
from kpolicy.report.formats import json_document, text
from kpolicy.report.json.document import document
from kpolicy.report.presentation import PLAIN, Presentation
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.remark import Remark
from kpolicy.report.text.style import Style, columns
from kpolicy.report.text.summary import summary


def _finding(severity: Severity = "warning", place: Location | None = None, config: str = "a_defconfig") -> Finding:
    place = place or Location("a_defconfig", 3)
    return Finding(
        rule="family/rule",
        severity=severity,
        tree="linux",
        architecture="arm64",
        config=config,
        role="production",
        symbol="A",
        symbols=(SymbolValue("A", "y"), SymbolValue("B", "n")),
        message="A=y is costly",
        causes=(
            Link("selected", "A", "y", "ROOT", Location("lib/Kconfig", 7), "selected by ROOT"),
            Link("assigned", "ROOT", "y", None, place, "CONFIG_ROOT=y"),
        ),
        place=place,
        remedy=("# CONFIG_ROOT is not set", "CONFIG_C=y"),
    )


def _config(*findings: Finding, name: str = "a_defconfig", arch: str = "arm64") -> ConfigReport:
    return ConfigReport(
        config=name,
        architecture=arch,
        srcarch=arch,
        toolchain="dummy",
        verdict=RoleVerdict("debug", "checks", tuple(Evidence(f"E{n}", "y", None, "why") for n in range(6))),
        findings=findings,
        remarks=(Remark(Location(name, 9), "odd"),),
        observation=Observation(arch, ("A",), ("A", "B")),
    )


def _report(*configs: ConfigReport, errors: tuple[KpolicyError, ...] = (), census: bool = True) -> Report:
    return Report(
        command="audit",
        tree="linux",
        version="6.12.1",
        toolchain="dummy",
        rules=5,
        roles=("production", "debug"),
        configs=configs,
        census=tally(config.observation for config in configs) if census else None,
        remarks=(),
        errors=errors,
        unread=len(errors),
    )


def _lines(report: Report, *, details: bool = False, style: Style | None = None) -> list[str]:
    return text.render(report, Presentation(style or Style(), details=details, full=True)).splitlines()


def _json(report: Report) -> str:
    return json_document.render(report, PLAIN)


def test_a_finding_is_one_gcc_style_line() -> None:
    lines = _lines(_report(_config(_finding()), census=False))
    assert lines == [
        "a_defconfig:3: warning: A=y is costly [family/rule]",
        "judged as debug: a_defconfig",
        "1 config: 0 errors, 1 warning, 0 notes",
    ]


def test_a_place_in_kconfig_tells_whose_value_it_is() -> None:
    finding = _finding(place=Location("lib/Kconfig", 7))
    first = next(iter(_lines(_report(_config(finding)))))
    assert first == "lib/Kconfig:7: warning: a_defconfig: A=y is costly [family/rule]"
    finding = _finding(place=Location("b.config", 7), config="a_defconfig+b.config")
    assert next(iter(_lines(_report(_config(finding))))) == "b.config:7: warning: A=y is costly [family/rule]"
    finding = _finding(place=Location("kernel/configs/b.config", 7), config="a_defconfig+b.config")
    assert next(iter(_lines(_report(_config(finding))))).startswith("kernel/configs/b.config:7: warning: A=y")


def test_details() -> None:
    lines = _lines(_report(_config(_finding()), census=False), details=True)
    assert lines[1:] == [
        "    A=y     selected by ROOT  lib/Kconfig:7",
        "    ROOT=y  CONFIG_ROOT=y     a_defconfig:3",
        "    fix: # CONFIG_ROOT is not set",
        "         CONFIG_C=y",
        "a_defconfig: judged as debug for arm64: E0=y, E1=y, E2=y, E3=y and 2 more",
        "1 config: 0 errors, 1 warning, 0 notes",
    ]


def test_census() -> None:
    configs = (_config(_finding("error"), _finding("note")), _config(name="b_defconfig", arch="x86"))
    lines = _lines(_report(*configs))
    assert lines[2:] == [
        "",
        "census: Linux 6.12.1, toolchain dummy",
        "  architecture  configs  production  debug  errors  warnings  notes",
        "  arm64               1           0      1       1         0      1",
        "  x86                 1           0      1       0         0      0",
        "  all                 2           0      2       1         0      1",
        "",
        "  symbol  set  on  where it is on",
        "  A         2   2  arm64 1, x86 1",
        "  B         0   2  arm64 1, x86 1",
        "",
        "judged as debug: a_defconfig",
        "2 configs: 1 error, 0 warnings, 1 note",
    ]


def test_many_architectures_are_counted_and_not_listed() -> None:
    configs = [_config(name=f"{n}", arch=f"arch{n}") for n in range(9)]
    assert any(line.endswith("arch5 1, and 3 more") for line in _lines(_report(*configs)))


def test_what_failed_is_in_the_summary() -> None:
    report = _report(_config(), errors=(InputError("broken", Location("b", 1)),))
    assert summary(report) == "1 config: 0 errors, 0 warnings, 0 notes; 1 could not be analysed"


def test_control_characters_do_not_reach_a_terminal() -> None:
    finding = _finding(place=Location("\x1b]0;x\x07", 1), config="\x1b[2J")
    lines = "\n".join(_lines(_report(_config(finding, name="\x1b[2J")), details=True))
    assert "\x1b" not in lines
    assert "\\x1b]0;x\\x07:1: warning" in lines


def test_colour_changes_nothing_but_colour() -> None:
    import re

    report = _report(_config(_finding("error"), _finding("note")))
    plain = _lines(report, details=True)
    coloured = _lines(report, details=True, style=Style(colour=True))
    assert coloured != plain
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain


@pytest.mark.parametrize(("severity", "reached"), [("error", (1, 1, 1)), ("warning", (0, 1, 1)), ("note", (0, 0, 1))])
def test_reaches(severity: Severity, reached: tuple[int, int, int]) -> None:
    report = _report(_config(_finding(severity)))
    thresholds: tuple[Severity, Severity, Severity] = ("error", "warning", "note")
    assert tuple(replace(report, fail_on=threshold).fails for threshold in thresholds) == reached
    assert not replace(report, fail_on="never").fails
    assert not replace(_report(_config()), fail_on="note").fails
    assert report.fails == (severity != "note")


def test_json() -> None:
    error = InputError("broken", Location("b", 1), hint="mend it")
    found = json.loads(_json(_report(_config(_finding()), errors=(error,))))
    assert found["schema"] == "kpolicy/1"
    assert found["tree"] == {"name": "linux", "version": "6.12.1"}
    counts = {"configs": 1, "unread": 1, "rules": 5, "errors": 0, "warnings": 1, "notes": 0, "waived": 0, "known": 0}
    assert found["summary"] == counts
    (error_object,) = found["errors"]
    assert error_object["location"] == {"path": "b", "line": 1}
    assert (error_object["message"], error_object["hint"], error_object["status"]) == ("broken", "mend it", 3)
    assert found["census"] == {"arm64": {"configs": 1, "symbols": {"A": {"set": 1, "on": 1}, "B": {"set": 0, "on": 1}}}}
    (config,) = found["configs"]
    assert (config["config"], config["architecture"], config["srcarch"]) == ("a_defconfig", "arm64", "arm64")
    assert config["role"]["name"] == "debug"
    assert config["role"]["reading"] == "checks"
    assert len(config["role"]["evidence"]) == 6
    assert config["remarks"] == [{"location": {"path": "a_defconfig", "line": 9}, "text": "odd"}]
    (finding,) = config["findings"]
    assert finding["rule"] == "family/rule"
    assert finding["symbols"] == {"A": "y", "B": "n"}
    assert finding["location"] == {"path": "a_defconfig", "line": 3}
    assert [link["by"] for link in finding["causes"]] == ["ROOT", None]
    assert finding["remedy"] == ["# CONFIG_ROOT is not set", "CONFIG_C=y"]
    assert finding["fingerprint"] == _finding().fingerprint


def test_json_without_a_tree_and_census() -> None:
    import dataclasses

    report = dataclasses.replace(_report(_config(), census=False), tree="", version="")
    found = document(report)
    assert found["tree"] is None
    assert found["census"] is None


def test_json_is_ascii_whatever_the_names() -> None:
    rendered = _json(_report(_config(name="caf\u00e9\udcff")))
    assert rendered.isascii()
    assert json.loads(rendered)["configs"][0]["config"] == "caf\u00e9\udcff"


def test_columns() -> None:
    assert columns([]) == []
    assert columns([("a", "1", "x"), ("bbb", "22", "")], right=(1,)) == ["  a     1  x", "  bbb  22"]


def test_roles_of_many_configs_and_two_readings() -> None:
    place = Location("b_defconfig", 3)
    unclear = RoleVerdict("production", "", (), "unclear", OtherRole("debug", (Evidence("KASAN", "y", place, "why"),)))
    earlier = RoleVerdict("production", "", (), "earlier", OtherRole("debug", ()))
    many = tuple(_config(_finding(), name=f"{number}_defconfig") for number in range(5))
    configs = (
        *many,
        replace(_config(_finding(), name="b_defconfig"), verdict=unclear),
        replace(_config(_finding(), name="c_defconfig"), verdict=earlier),
        _config(name="clean_defconfig"),
    )
    assert _lines(_report(*configs, census=False))[7:-1] == [
        "judged as debug: 5 configs",
        "b_defconfig: judged as production for arm64, role unclear, with options of a debug kernel: KASAN=y (line 3)",
        "c_defconfig: judged as production for arm64, the role before the change; now its options are those of a debug"
        " kernel",
    ]
