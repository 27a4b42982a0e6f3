# SPDX-License-Identifier: GPL-2.0-or-later
"""The findings as rows of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kpolicy.costing.summary import CostLine
from kpolicy.explain.cause import Link
from kpolicy.frozen import dataclass
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Severity
from kpolicy.report.page.chains import Drawing, Drawings
from kpolicy.report.page.costs import line_text
from kpolicy.report.page.words import Anchors, Words
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.text.lines import why_required


@dataclass(frozen=True, slots=True)
class Step:
    """A link of a chain of causes."""

    symbol: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Member:
    """One of the findings that a row stands for, or a line that a proof needs."""

    anchor: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """A finding.

    `where` is the config, or the file that it is about, `line` the line of it that a person would edit; where that
    is a line of another file, `place` names it.  `config` is the anchor of the config, "" where the page has none.
    `architectures` are where it holds, `members` the findings with one cause that it stands for, `costs` what the
    symbols of the finding cost in its config; `grounds` the lines that a proof needs, `witness` a config that shows it.
    """

    anchor: str
    rule: str
    rule_anchor: str
    family: str
    severity: Severity
    where: str
    line: str
    place: str
    config: str
    architectures: str
    role: str
    message: str
    symbols: tuple[str, ...]
    steps: tuple[Step, ...]
    drawing: Drawing | None
    remedy: str
    why: str
    costs: tuple[str, ...]
    members: tuple[Member, ...] = ()
    grounds: tuple[Member, ...] = ()
    witness: str = ""
    witness_for: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that does not count: waived, with the words of the waiver, or known already, which has none."""

    row: Row
    by: str = ""
    reason: str = ""
    until: str = ""
    place: str = ""


class Rows:
    """Makes the rows of a report."""

    def __init__(self, words: Words, anchors: Anchors, drawings: Drawings, rules: Mapping[str, str]) -> None:
        self._words = words
        self._anchors = anchors
        self._drawings = drawings
        self._rules = rules

    def standing(self, report: Report, configs: Mapping[int, str]) -> Iterator[Row]:
        """The findings that count, about the tree, of all configs, about the policies; `configs` are anchors."""
        if report.about is not None:
            yield from self._rows(report.about.told)
        for number, config in enumerate(report.configs):
            yield from self._rows(config.told, config, configs[number])
        for policy in report.policies:
            yield from self._rows(policy.findings)

    def accepted(self, report: Report, configs: Mapping[int, str]) -> Iterator[Accepted]:
        """The findings that do not count."""
        anchors = {id(config): configs[number] for number, config in enumerate(report.configs)}
        for judged in report.judged:
            config = judged if isinstance(judged, ConfigReport) else None
            anchor = anchors.get(id(judged), "")
            for item in judged.waived:
                yield self._waived(self._row(item.finding, config, anchor), item.waiver)
            for finding in judged.known:
                yield Accepted(self._row(finding, config, anchor))

    def _waived(self, row: Row, waiver: Waiver) -> Accepted:
        until = waiver.expires.isoformat() if waiver.expires is not None else ""
        place = self._words(str(waiver.location))
        return Accepted(row, self._words(waiver.owner), self._words(waiver.reason), until, place)

    def _rows(self, findings: Iterable[Finding], config: ConfigReport | None = None, anchor: str = "") -> Iterator[Row]:
        for finding in findings:
            yield self._row(finding, config, anchor)

    def _row(self, finding: Finding, config: ConfigReport | None, anchor: str) -> Row:
        words = self._words
        own = finding.place.path == finding.config
        return Row(
            anchor=self._anchors.name("f", finding.fingerprint[:12]),
            rule=words(finding.rule),
            rule_anchor=self._rules[finding.rule],
            family=words(finding.rule.partition("/")[0]),
            severity=finding.severity,
            where=words(finding.config),
            line=f":{finding.place.line}" if own and finding.place.line else "",
            place="" if own else words(str(finding.place)),
            config=anchor,
            architectures=words(" ".join(finding.architectures) or finding.architecture),
            role=words(finding.role),
            message=words(finding.message),
            symbols=tuple(words(f"{item.symbol}={item.value}") for item in finding.symbols),
            steps=self._steps(finding.causes),
            drawing=self._drawings.of(finding.causes),
            remedy=words("\n".join(finding.remedy)),
            why=words(why_required(finding)),
            costs=tuple(words(line_text(line)) for line in _costs(finding, config)),
            members=tuple(self._member(item) for item in finding.members),
            grounds=tuple(Member("", words(str(item.location or "")), words(item.text)) for item in finding.grounds),
            witness=words("\n".join(finding.witness.lines) or "(empty)") if finding.witness is not None else "",
            witness_for=words(finding.witness.architecture) if finding.witness is not None else "",
        )

    def _member(self, finding: Finding) -> Member:
        anchor = self._anchors.name("f", finding.fingerprint[:12])
        return Member(anchor, self._words(str(finding.place)), self._words(finding.message))

    def _steps(self, causes: Sequence[Link]) -> tuple[Step, ...]:
        words = self._words
        return tuple(
            Step(
                words(f"{link.symbol}={link.value}" if link.value else link.symbol),
                words(link.text),
                words(str(link.location)) if link.location is not None else "",
            )
            for link in causes
        )


def _costs(finding: Finding, config: ConfigReport | None) -> tuple[CostLine, ...]:
    """What the config pays for the symbols that the finding says are on."""
    if config is None or config.cost is None:
        return ()
    on = {item.symbol for item in finding.symbols if item.value not in ("n", "")}
    return tuple(line for line in config.cost.lines if line.symbol in on)
