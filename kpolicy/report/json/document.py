# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for programs: JSON, schema "kpolicy/1".

Keys are only ever added within a schema version; a reader has to pass over those that it does
not know.  Lines count from 1; paths are those of the text report.  docs/json.md describes it,
`kpolicy.report.json.saved` reads it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from kpolicy import __version__
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.judging.census import Census
from kpolicy.policy.roles.role import RoleVerdict
from kpolicy.policy.rules.finding import Finding, Witness
from kpolicy.policy.rules.rule import Reference
from kpolicy.report.json.pieces import (
    error_document,
    evidence_document,
    ground_document,
    link_document,
    location_document,
    other_role_document,
)
from kpolicy.report.json.roots import root_document
from kpolicy.report.records import ConfigReport, PolicyReport, Report, RuleNote, TreeReport
from kpolicy.report.remark import Remark

if TYPE_CHECKING:
    from kpolicy.costing.summary import CostLine, CostSummary

SCHEMA: Final = "kpolicy/1"


@dataclass(frozen=True, slots=True)
class Whose:
    """What the findings of a config, or of the tree, have in common; a finding says what is otherwise."""

    tree: str = ""
    architecture: str = ""
    config: str | None = None
    role: str = ""


def document(report: Report) -> dict[str, Any]:
    """The report as plain lists and dicts."""
    waived, known = report.accepted
    return {
        "schema": SCHEMA,
        "kpolicy": __version__,
        "command": report.command,
        "tree": {"name": report.tree, "version": report.version} if report.tree or report.version else None,
        "toolchain": report.toolchain,
        "fail_on": report.fail_on,
        "roles": list(report.roles),
        "rules": [_note(note) for note in report.notes],
        "about_tree": _about(report.about) if report.about is not None else None,
        "configs": [config_document(config, report.tree) for config in report.configs],
        "policies": [_policy(policy) for policy in report.policies],
        "since": report.since or None,
        "census": _census(report.census) if report.census is not None else None,
        "remarks": [remark_document(remark) for remark in report.remarks],
        "errors": [error_document(error) for error in report.errors],
        "line_hashes": _line_hashes(report.line_hashes),
        "summary": {
            "configs": len(report.configs),
            "unread": report.unread,
            "rules": report.rules,
            "waived": waived,
            "known": known,
            **{f"{severity}s": count for severity, count in report.severities().items()},
        },
    }


def finding_document(finding: Finding, whose: Whose | None = None) -> dict[str, Any]:
    """A finding as plain lists and dicts, with what differs from `whose`; without `whose` that is left out."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "symbol": finding.symbol,
        "symbols": {item.symbol: item.value for item in finding.symbols},
        "message": finding.message,
        "location": location_document(finding.place),
        "causes": [link_document(link) for link in finding.causes],
        "remedy": list(finding.remedy),
        "fingerprint": finding.fingerprint,
        **(_own(finding, whose) if whose is not None else {}),
        **({"architectures": list(finding.architectures)} if finding.architectures else {}),
        **({"note": finding.note} if finding.note else {}),
        **({"owner": finding.owner} if finding.owner else {}),
        **({"root": root_document(finding.root)} if finding.root is not None else {}),
        **({"members": [item.fingerprint for item in finding.members]} if finding.members else {}),
        **({"grounds": [ground_document(ground) for ground in finding.grounds]} if finding.grounds else {}),
        **({"witness": _witness(finding.witness)} if finding.witness is not None else {}),
    }


def _witness(witness: Witness) -> dict[str, Any]:
    return {"architecture": witness.architecture, "config": list(witness.lines)}


def _own(finding: Finding, whose: Whose) -> dict[str, str]:
    config = finding.place.path if whose.config is None else whose.config
    usual = {"tree": whose.tree, "architecture": whose.architecture, "config": config, "role": whose.role}
    return {key: value for key, common in usual.items() if (value := getattr(finding, key)) != common}


def config_document(config: ConfigReport, tree: str) -> dict[str, Any]:
    """What there is about one config of a tree as plain lists and dicts."""
    return {
        "config": config.config,
        "architecture": config.architecture,
        "srcarch": config.srcarch,
        "toolchain": config.toolchain,
        "role": _role(config.verdict),
        "remarks": [remark_document(remark) for remark in config.remarks],
        "unjudged": list(config.unjudged),
        "cost": _cost(config.cost) if config.cost is not None else None,
        **({} if config.touched else {"touched": False}),
        "observed": {"set": list(config.observation.set_in_text), "on": list(config.observation.on)},
        **_judgement(config, Whose(tree, config.architecture, config.config, config.verdict.role)),
    }


def _cost(cost: CostSummary) -> dict[str, Any]:
    return {
        "machine": {"ram": cost.machine.ram, "cpus": cost.machine.cpus, "page_size": cost.page_size},
        "totals": dict(cost.totals),
        "costs": [_cost_line(line) for line in cost.lines],
    }


def _cost_line(line: CostLine) -> dict[str, Any]:
    return {
        "id": line.cost,
        "title": line.title,
        "kind": line.kind,
        "state": line.state,
        "bytes": line.amount,
        "figure": line.words or None,
        "certainty": line.certainty,
        "per": line.per or None,
        "needs": line.needs or None,
        "worked": line.worked or None,
        "sources": list(line.sources),
        "missing": list(line.missing),
        "reason": line.reason or None,
        "symbol": line.symbol,
        "location": location_document(line.place),
    }


def _about(about: TreeReport) -> dict[str, Any]:
    return {
        "architectures": list(about.architectures),
        "checks": sorted(about.checks),
        "complete": about.complete,
        **_judgement(about, Whose()),
    }


def _judgement(judged: ConfigReport | TreeReport, whose: Whose) -> dict[str, Any]:
    return {
        "policy": judged.standard,
        "findings": [finding_document(finding, whose) for finding in judged.findings],
        "waived": [{**finding_document(item.finding, whose), "waiver": _waiver(item.waiver)} for item in judged.waived],
        "known": [finding_document(finding, whose) for finding in judged.known],
        "folded": [finding_document(finding, whose) for finding in judged.told if finding.members],
    }


def _policy(policy: PolicyReport) -> dict[str, Any]:
    return {
        "files": list(policy.files),
        "fail_on": policy.fail_on,
        "findings": [finding_document(finding, Whose()) for finding in policy.findings],
    }


def _note(note: RuleNote) -> dict[str, Any]:
    return {
        "id": note.id,
        "title": note.title,
        "severity": note.severity,
        "kind": note.kind or None,
        "rationale": note.rationale,
        "references": [_reference(item) for item in note.references],
        "remedy": list(note.remedy),
        "cost": _reference(note.cost) if note.cost is not None else None,
    }


def _reference(reference: Reference) -> dict[str, Any]:
    return {"text": reference.text, "source": reference.source}


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "rule": waiver.rule,
        "config": waiver.config or None,
        "symbol": waiver.symbol or None,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat() if waiver.expires is not None else None,
        "location": location_document(waiver.location),
    }


def _role(verdict: RoleVerdict) -> dict[str, Any]:
    return {
        "name": verdict.role,
        "reading": verdict.reading or None,
        "certainty": verdict.certainty,
        "evidence": [evidence_document(item) for item in verdict.evidence],
        "other": other_role_document(verdict.other),
    }


def _census(census: Census) -> dict[str, Any]:
    return {
        item.architecture: {
            "configs": item.configs,
            "symbols": {name: {"set": count.set_in_text, "on": count.on} for name, count in item.counts.items()},
        }
        for item in census.architectures
    }


def remark_document(remark: Remark) -> dict[str, Any]:
    """A remark as a plain dict."""
    return {"location": location_document(remark.location), "text": remark.text}


def _line_hashes(hashes: Mapping[Location, str]) -> dict[str, Any]:
    found: dict[str, dict[str, str]] = {}
    for place, text in sorted(hashes.items()):
        found.setdefault(place.path, {})[str(place.line)] = text
    return found
