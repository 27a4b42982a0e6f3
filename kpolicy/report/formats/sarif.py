# SPDX-License-Identifier: GPL-2.0-or-later
"""SARIF 2.1.0: one run, the rules that findings are of, a result for each finding.

What is waived has a suppression, what a baseline knows the state "unchanged".  It keeps to what GitHub's code
scanning takes at most; what is left out for that is reported in a notification of the run.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from kpolicy import __version__
from kpolicy.errors import KpolicyError
from kpolicy.location import Location
from kpolicy.policy.judging.waivers import Waived
from kpolicy.policy.rules.finding import Finding, line_to_replace
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report, RuleNote
from kpolicy.report.remark import Remark
from kpolicy.report.rule_help import help_markdown, help_text
from kpolicy.report.text.lines import message_and_why, number
from kpolicy.report.text.plain import line
from kpolicy.report.text.rule_page import rule_page

# GitHub Docs, "SARIF results exceed one or more limits" and "SARIF results file is too large".
MOST_RESULTS: Final = 25_000
MOST_SHOWN: Final = 5_000
MOST_RULES: Final = 25_000
MOST_STEPS: Final = 1_000
MOST_BYTES: Final = 10_000_000
"""Of the file when it is packed by gzip."""
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TREE: Final = "%SRCROOT%"
_Object = dict[str, Any]


def render(report: Report, how: Presentation) -> str:
    """The report as a SARIF log, a result a line."""
    rules = {note.id: index for index, note in enumerate(report.notes[:MOST_RULES])}
    results = list(_results(report, rules))
    kept = results[:MOST_RESULTS]
    text = _log(report, kept, len(results), how.pages)
    while (size := _packed(text)) > MOST_BYTES and kept:
        kept = kept[: len(kept) * MOST_BYTES * 9 // (size * 10)]
        text = _log(report, kept, len(results), how.pages)
    return text


def _packed(text: str) -> int:
    """The size that matters; a text that is small enough as it is needs no packing to be known as such."""
    return len(text) if len(text) <= MOST_BYTES else len(zlib.compress(text.encode()))


def _log(report: Report, results: Sequence[str], of: int, pages: str) -> str:
    run: _Object = {
        "tool": {"driver": _driver(report, pages)},
        "automationDetails": {"id": f"kpolicy/{report.command}/"},
        "invocations": [
            {
                "executionSuccessful": not report.unread,
                "toolExecutionNotifications": [*_notifications(report), *_cuts(report, len(results), of)],
            }
        ],
        "columnKind": "unicodeCodePoints",
    }
    if report.tree:
        version = f", Linux {line(report.version)}" if report.version else ""
        run["originalUriBaseIds"] = {
            _TREE: {"description": {"text": _message(f"the top of the kernel tree {line(report.tree)}{version}")}}
        }
    head = json.dumps(run)
    listed = "[\n" + ",\n".join(results) + "\n]" if results else "[]"
    return (
        f'{{"$schema": {json.dumps(_SCHEMA)}, "version": "2.1.0", "runs": [\n{head[:-1]}, "results": {listed}}}\n]}}\n'
    )


def _driver(report: Report, pages: str) -> _Object:
    return {
        "name": "kpolicy",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(note, pages) for note in report.notes[:MOST_RULES]],
    }


def _rule(note: RuleNote, pages: str) -> _Object:
    tags = dict.fromkeys(word for word in (line(note.id).partition("/")[0], note.kind) if word)
    page = rule_page(pages, note.id)
    problem = "recommendation" if note.severity == "note" else note.severity
    return {
        "id": line(note.id),
        "shortDescription": {"text": _message(line(note.title))},
        "fullDescription": {"text": _message(line(note.rationale.partition("\n\n")[0].strip() or note.title))},
        "help": {"text": _message(help_text(note)), "markdown": _message(help_markdown(note))},
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": note.severity},
        "properties": {"tags": list(tags), "problem.severity": problem},
    }


def _results(report: Report, rules: Mapping[str, int]) -> Iterator[str]:
    """Every result as JSON, findings that count before accepted ones, of these the most severe first."""
    _, known = report.accepted
    new = {"baselineState": "new"} if known else {}
    standing = list(report.told)
    for severity in SEVERITIES:
        for finding in standing:
            if finding.severity == severity:
                yield json.dumps(_result(finding, report, rules) | new)
    for item in (item for judged in report.judged for item in judged.waived):
        yield json.dumps(_result(item.finding, report, rules) | new | {"suppressions": [_suppression(item, report)]})
    for finding in (finding for judged in report.judged for finding in judged.known):
        yield json.dumps(_result(finding, report, rules) | {"baselineState": "unchanged"})


def _result(finding: Finding, report: Report, rules: Mapping[str, int]) -> _Object:
    index = rules.get(finding.rule)
    line_hash = report.line_hashes.get(finding.place)
    steps = [link for link in reversed(finding.causes) if link.location is not None]
    result: _Object = {
        "ruleId": line(finding.rule),
        **({"ruleIndex": index} if index is not None else {}),
        "level": finding.severity,
        "message": {"text": _message(message_and_why(finding))},
        "locations": [_location(finding.place, report)],
        "partialFingerprints": {
            **({"primaryLocationLineHash": line_hash} if line_hash is not None else {}),
            "kpolicy/v1": finding.fingerprint,
        },
        "properties": {
            "config": line(finding.config),
            "architecture": line(finding.architecture),
            "role": line(finding.role),
            "symbol": line(finding.symbol),
            "remedy": [line(text) for text in finding.remedy],
            **({"note": line(finding.note)} if finding.note else {}),
            **({"owner": line(finding.owner)} if finding.owner else {}),
            **({"witness": [line(text) for text in finding.witness.lines]} if finding.witness is not None else {}),
        },
    }
    related = [(item.place, item.message) for item in finding.members]
    related += [(ground.location, ground.text) for ground in finding.grounds if ground.location is not None]
    if related:
        result["relatedLocations"] = [
            {"id": number, **_location(place, report, text)}
            for number, (place, text) in enumerate(related[:MOST_STEPS])
        ]
    fix = _fix(finding, report)
    if fix is not None:
        result["fixes"] = [fix]
    if len(steps) > 1:
        # From the line that a person wrote to the symbol that it is about.
        flow = [
            {"location": _location(link.location, report, f"{link.symbol}={link.value}: {link.text}")}
            for link in steps[-MOST_STEPS:]
            if link.location is not None
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    return result


def _fix(finding: Finding, report: Report) -> _Object | None:
    """The edit where the remedy is one line in the place of the one that the finding points at."""
    replaced = line_to_replace(finding)
    if replaced is None:
        return None
    place = _location(replaced, report)["physicalLocation"]
    change = {"deletedRegion": place["region"], "insertedContent": {"text": finding.remedy[0]}}
    return {
        "description": {"text": _message(line(f"write {finding.remedy[0]}"))},
        "artifactChanges": [{"artifactLocation": place["artifactLocation"], "replacements": [change]}],
    }


def _suppression(item: Waived, report: Report) -> _Object:
    until = f", until {item.waiver.expires}" if item.waiver.expires is not None else ""
    return {
        "kind": "external",
        "justification": line(f"{item.waiver.owner}: {item.waiver.reason}{until}"),
        "location": _location(item.waiver.location, report),
    }


def _location(place: Location, report: Report, text: str | None = None) -> _Object:
    inside = bool(report.tree) and not place.path.startswith(("/", "../"))
    # A path that begins at the root is no relative one, whatever tree was examined.
    uri = ("file://" if place.path.startswith("/") else "") + quote(place.path.encode("utf-8", "surrogateescape"))
    artifact = {"uri": uri, **({"uriBaseId": _TREE} if inside else {})}
    region = {"region": {"startLine": place.line}} if place.line else {}
    location: _Object = {"physicalLocation": {"artifactLocation": artifact, **region}}
    return location if text is None else location | {"message": {"text": _message(line(text))}}


def _notifications(report: Report) -> Iterator[_Object]:
    for error in report.errors:
        yield _notification("error", error, report)
    for remark in (*report.remarks, *(item for config in report.configs for item in config.remarks)):
        yield _notification("warning", remark, report)


def _notification(level: str, about: KpolicyError | Remark, report: Report) -> _Object:
    text = line(about.message if isinstance(about, KpolicyError) else about.text)
    where = {"locations": [_location(about.location, report)]} if about.location is not None else {}
    return {"level": level, "message": {"text": _message(text)}, **where}


def _cuts(report: Report, kept: int, of: int) -> Iterator[_Object]:
    """What is left out because GitHub would not take the file otherwise, and what it will not show."""
    texts = []
    if kept < of:
        texts.append(f"{number(of - kept, 'result')} of {of} left out, the least severe: GitHub takes no larger file")
    if kept > MOST_SHOWN:
        texts.append(f"GitHub shows {MOST_SHOWN} results of a run, and there are {kept} here")
    if len(report.notes) > MOST_RULES:
        texts.append(f"{number(len(report.notes) - MOST_RULES, 'rule')} left out: GitHub takes {MOST_RULES}")
    if any(len(finding.causes) > MOST_STEPS for finding in report.told):
        texts.append(f"of longer chains of causes only the last {MOST_STEPS} steps are included: GitHub shows no more")
    if any(len(finding.members) > MOST_STEPS for finding in report.told):
        texts.append(f"of the findings with one cause only the first {MOST_STEPS} are related locations")
    for text in texts:
        yield {"level": "warning", "message": {"text": text}}


def _message(text: str) -> str:
    """A text as a message, in which braces hold arguments and `](` makes a link."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
