# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for programs: JSON, schema "kpolicy/1".

Keys are only ever added within a schema version; a reader has to pass over those that it does
not know.  Lines count from 1; paths are those of the text report.  docs/json.md describes it.
"""

from __future__ import annotations

import json
from typing import Any

from kpolicy import __version__
from kpolicy.errors import KpolicyError
from kpolicy.explain.cause import Link
from kpolicy.location import Location
from kpolicy.policy.census import Census
from kpolicy.policy.finding import Finding
from kpolicy.policy.policy_file import Waiver
from kpolicy.policy.roles import RoleVerdict
from kpolicy.report.records import ConfigReport, PolicyReport, Remark, Report, TreeReport

SCHEMA = "kpolicy/1"


def render(report: Report) -> str:
    """The report as JSON text, indented, with a last newline."""
    return json.dumps(document(report), indent=2, ensure_ascii=True) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain lists and dicts."""
    return {
        "schema": SCHEMA,
        "kpolicy": __version__,
        "command": report.command,
        "tree": {"name": report.tree, "version": report.version} if report.tree else None,
        "toolchain": report.toolchain,
        "about_tree": _about(report.about) if report.about is not None else None,
        "configs": [_config(config) for config in report.configs],
        "policies": [_policy(policy) for policy in report.policies],
        "since": report.since or None,
        "census": _census(report.census) if report.census is not None else None,
        "remarks": [_remark(remark) for remark in report.remarks],
        "errors": [error_document(error) for error in report.errors],
        "summary": {
            "configs": len(report.configs),
            "unread": report.unread,
            "rules": report.rules,
            "waived": sum(len(item.waived) for item in report.judged),
            "known": sum(len(item.known) for item in report.judged),
            **{f"{severity}s": count for severity, count in report.severities().items()},
        },
    }


def _config(config: ConfigReport) -> dict[str, Any]:
    return {
        "config": config.config,
        "architecture": config.architecture,
        "srcarch": config.srcarch,
        "toolchain": config.toolchain,
        "role": _role(config.verdict),
        "remarks": [_remark(remark) for remark in config.remarks],
        "unjudged": list(config.unjudged),
        **_judgement(config),
    }


def _about(about: TreeReport) -> dict[str, Any]:
    return {
        "architectures": list(about.architectures),
        "checks": sorted(about.checks),
        **_judgement(about),
    }


def _judgement(judged: ConfigReport | TreeReport) -> dict[str, Any]:
    return {
        "policy": judged.standard,
        "findings": [finding_document(finding) for finding in judged.findings],
        "waived": [{**finding_document(item.finding), "waiver": _waiver(item.waiver)} for item in judged.waived],
        "known": [finding_document(finding) for finding in judged.known],
    }


def _policy(policy: PolicyReport) -> dict[str, Any]:
    return {
        "files": list(policy.files),
        "fail_on": policy.fail_on,
        "findings": [finding_document(finding) for finding in policy.findings],
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat() if waiver.expires is not None else None,
        "location": location_document(waiver.location),
    }


def _role(verdict: RoleVerdict) -> dict[str, Any]:
    return {
        "name": verdict.role,
        "reading": verdict.reading or None,
        "evidence": [
            {"symbol": item.symbol, "value": item.value, "location": location_document(item.location), "why": item.why}
            for item in verdict.evidence
        ],
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as plain lists and dicts."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "symbol": finding.symbol,
        "symbols": {item.symbol: item.value for item in finding.symbols},
        "message": finding.message,
        "location": location_document(finding.place),
        "causes": [_link(link) for link in finding.causes],
        "remedy": list(finding.remedy),
        "fingerprint": finding.fingerprint,
        **({"architectures": list(finding.architectures)} if finding.architectures else {}),
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "symbol": link.symbol,
        "value": link.value,
        "kind": link.kind,
        "by": link.by,
        "location": location_document(link.location),
        "text": link.text,
    }


def _census(census: Census) -> dict[str, Any]:
    return {
        item.architecture: {
            "configs": item.configs,
            "symbols": {name: {"set": count.set_in_text, "on": count.on} for name, count in item.counts.items()},
        }
        for item in census.architectures
    }


def _remark(remark: Remark) -> dict[str, Any]:
    return {"location": location_document(remark.location), "text": remark.text}


def error_document(error: KpolicyError) -> dict[str, Any]:
    """An error as a plain dict."""
    return {"location": location_document(error.location), "message": error.message, "hint": error.hint}


def location_document(location: Location | None) -> dict[str, Any] | None:
    """A location as a plain dict, or None."""
    return {"path": location.path, "line": location.line} if location is not None else None
