# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a report that was saved as JSON: exactly the one that was written.

What is wrong with the document is reported by the first fault, with its line.  Unknown keys are ignored.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, cast, get_args

from kpolicy.errors import InputError, KpolicyError, UsageError
from kpolicy.explain.cause import Kind, Link
from kpolicy.explain.grounds import Ground
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import THRESHOLDS, Threshold, Waiver
from kpolicy.policy.judging.census import ArchitectureCensus, Census, Count, Observation
from kpolicy.policy.judging.waivers import Waived
from kpolicy.policy.roles.role import CERTAINTIES, Certainty, Evidence, OtherRole, RoleVerdict
from kpolicy.policy.rules.finding import Finding, SymbolValue, Witness
from kpolicy.policy.rules.rule import SEVERITIES, Reference, Severity
from kpolicy.report.json.document import SCHEMA, Whose
from kpolicy.report.json.nodes import Node, or_empty, parse, read_location
from kpolicy.report.json.roots import read_root
from kpolicy.report.records import ConfigReport, PolicyReport, Report, RuleNote, TreeReport
from kpolicy.report.remark import Remark

if TYPE_CHECKING:
    from kpolicy.costing.summary import CostSummary

MAX_SIZE: Final = 64 << 20
"""So large may a saved report be, unpacked; that of a whole tree has about 3 MB."""
_KINDS: Final = get_args(Kind)
_GZIP: Final = b"\x1f\x8b"


def read_report(name: str, content: bytes) -> Report:
    """The report that is saved in a content, which may be packed by gzip; `name` is for errors.

    Raises InputError for anything that is no report, with the line of what is wrong.
    """
    try:
        text = _unpacked(name, content).decode()
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text: not a saved report", Location(name, 0)) from None
    root = parse(name, text)
    _check_schema(name, root)
    try:
        return _report(root)
    except RecursionError:
        raise InputError("not a saved report: nested too deeply", Location(name, 0)) from None


def _unpacked(name: str, content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    # Only here: what is kept in the cache is read by this module too, and is plain.
    import io
    import zlib
    from gzip import GzipFile

    try:
        unpacked = GzipFile(fileobj=io.BytesIO(content)).read(MAX_SIZE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot be unpacked: {error}", Location(name, 0)) from None
    if len(unpacked) > MAX_SIZE:
        raise InputError(f"larger than {MAX_SIZE >> 20} MiB when unpacked: not a saved report", Location(name, 0))
    return unpacked


def _check_schema(name: str, root: Node) -> None:
    found = root.value.get("schema") if isinstance(root.value, dict) else None
    if found == SCHEMA:
        return
    if isinstance(found, str) and found.startswith("kpolicy/"):
        raise InputError(f"a report of schema {found[:40]!r}, {SCHEMA!r} is known here", Location(name, 0))
    hint = "`kpolicy audit -o json:FILE` writes one"
    raise InputError("not a saved report of kpolicy", Location(name, 0), hint=hint)


def _report(root: Node) -> Report:
    tree = root["tree"].optional()
    name = tree["name"].text() if tree is not None else ""
    policies = tuple(_policy(item) for item in root["policies"].elements())
    about, census, fail_on = root["about_tree"].optional(), root["census"].optional(), root["fail_on"].optional()
    return Report(
        command=root["command"].text(),
        tree=name,
        version=tree["version"].text() if tree is not None else "",
        toolchain=root["toolchain"].text(),
        rules=root["summary"]["rules"].number(),
        roles=root["roles"].texts(),
        configs=tuple(read_config_report(item, name, len(policies)) for item in root["configs"].elements()),
        census=_census(census) if census is not None else None,
        remarks=read_remarks(root["remarks"]),
        errors=tuple(_error(item) for item in root["errors"].elements()),
        unread=root["summary"]["unread"].number(),
        policies=policies,
        fail_on=_threshold(fail_on) if fail_on is not None else None,
        about=_about(about, len(policies)) if about is not None else None,
        since=or_empty(root["since"]),
        notes=_notes(root["rules"]),
        line_hashes=_line_hashes(root["line_hashes"]),
    )


def read_config_report(node: Node, tree: str, policies: int = 1) -> ConfigReport:
    """What `config_document` wrote about a config of a tree, in a report with so many policies."""
    touched = node.get("touched")
    role, observed, srcarch = node["role"], node["observed"], node["srcarch"].text()
    verdict = _verdict(role)
    whose = Whose(tree, node["architecture"].text(), node["config"].text(), verdict.role)
    return ConfigReport(
        config=node["config"].text(),
        architecture=whose.architecture,
        srcarch=srcarch,
        toolchain=node["toolchain"].text(),
        verdict=verdict,
        findings=_findings(node["findings"], whose),
        remarks=read_remarks(node["remarks"]),
        observation=Observation(srcarch, observed["set"].texts(), observed["on"].texts()),
        unjudged=node["unjudged"].texts(),
        standard=_standard(node["policy"], policies),
        waived=_waived(node["waived"], whose),
        known=_findings(node["known"], whose),
        cost=_cost(node["cost"]),
        touched=touched is None or touched.truth(),
    )


def _cost(node: Node) -> CostSummary | None:
    if node.value is None:
        return None
    # Only here: most reports have no costs.
    from kpolicy.report.json.saved_costs import read_cost

    return read_cost(node)


def _about(node: Node, policies: int) -> TreeReport:
    return TreeReport(
        findings=_findings(node["findings"], Whose()),
        checks=frozenset(node["checks"].texts()),
        architectures=node["architectures"].texts(),
        complete=node["complete"].truth(),
        standard=_standard(node["policy"], policies),
        waived=_waived(node["waived"], Whose()),
        known=_findings(node["known"], Whose()),
    )


def _policy(node: Node) -> PolicyReport:
    return PolicyReport(node["files"].texts(), _threshold(node["fail_on"]), _findings(node["findings"], Whose()))


def _standard(node: Node, policies: int) -> int:
    if node.number() >= policies:
        node.wrong(f"there are only {policies} policies")
    return node.number()


def _findings(node: Node, whose: Whose) -> tuple[Finding, ...]:
    return tuple(_finding(item, whose) for item in node.elements())


def _finding(node: Node, whose: Whose) -> Finding:
    place = read_location(node["location"])
    architectures, root, grounds, witness = map(node.get, ("architectures", "root", "grounds", "witness"))
    finding = Finding(
        rule=node["rule"].text(),
        severity=cast("Severity", node["severity"].word(SEVERITIES)),
        tree=_own(node, "tree", whose.tree),
        architecture=_own(node, "architecture", whose.architecture),
        config=_own(node, "config", place.path if whose.config is None else whose.config),
        role=_own(node, "role", whose.role),
        symbol=node["symbol"].text(),
        symbols=tuple(SymbolValue(symbol, value.text()) for symbol, value in node["symbols"].items()),
        message=node["message"].text(),
        causes=tuple(_link(item) for item in node["causes"].elements()),
        place=place,
        remedy=node["remedy"].texts(),
        architectures=architectures.texts() if architectures is not None else (),
        root=read_root(root) if root is not None else None,
        note=_optional(node, "note"),
        owner=_optional(node, "owner"),
        grounds=tuple(map(_ground, grounds.elements())) if grounds is not None else (),
        witness=Witness(witness["architecture"].text(), witness["config"].texts()) if witness is not None else None,
    )
    if node["fingerprint"].text() != finding.fingerprint:
        node["fingerprint"].wrong("not the fingerprint of this finding: was the file edited by hand?")
    return finding


def _optional(node: Node, key: str) -> str:
    found = node.get(key)
    return found.text() if found is not None else ""


def _own(node: Node, key: str, usual: str) -> str:
    found = node.get(key)
    return usual if found is None else found.text()


def _waived(node: Node, whose: Whose) -> tuple[Waived, ...]:
    return tuple(Waived(_finding(item, whose), _waiver(item["waiver"])) for item in node.elements())


def _waiver(node: Node) -> Waiver:
    expires = node["expires"].optional()
    return Waiver(
        rule=node["rule"].text(),
        config=or_empty(node["config"]),
        symbol=or_empty(node["symbol"]),
        reason=node["reason"].text(),
        owner=node["owner"].text(),
        expires=_day(expires) if expires is not None else None,
        location=read_location(node["location"]),
    )


def _day(node: Node) -> dt.date:
    try:
        return dt.date.fromisoformat(node.text())
    except ValueError:
        node.wrong("expected a day, YYYY-MM-DD")


def _verdict(role: Node) -> RoleVerdict:
    # Reports of kpolicy 0.1 have neither the certainty of a role nor the evidence for another.
    certainty, other = role.get("certainty"), role.get("other")
    return RoleVerdict(
        role["name"].text(),
        or_empty(role["reading"]),
        tuple(_evidence(item) for item in role["evidence"].elements()),
        cast("Certainty", certainty.word(CERTAINTIES)) if certainty is not None else "clear",
        _other_role(other) if other is not None and other.value is not None else None,
    )


def _other_role(node: Node) -> OtherRole:
    return OtherRole(node["name"].text(), tuple(_evidence(item) for item in node["evidence"].elements()))


def _evidence(node: Node) -> Evidence:
    location = node["location"].optional()
    return Evidence(
        node["symbol"].text(),
        node["value"].text(),
        read_location(location) if location is not None else None,
        node["why"].text(),
    )


def _link(node: Node) -> Link:
    by, location = node["by"].optional(), node["location"].optional()
    return Link(
        kind=cast("Kind", node["kind"].word(_KINDS)),
        symbol=node["symbol"].text(),
        value=node["value"].text(),
        by=by.text() if by is not None else None,
        location=read_location(location) if location is not None else None,
        text=node["text"].text(),
    )


def _ground(node: Node) -> Ground:
    location = node["location"].optional()
    return Ground(node["text"].text(), read_location(location) if location is not None else None)


def _notes(node: Node) -> tuple[RuleNote, ...]:
    found: dict[str, RuleNote] = {}
    for item in node.elements():
        note = _note(item)
        if note.id in found:
            item.wrong(f"the rule {note.id!r} is here twice")
        found[note.id] = note
    return tuple(found.values())


def _note(node: Node) -> RuleNote:
    cost = node["cost"].optional()
    return RuleNote(
        id=node["id"].text(),
        title=node["title"].text(),
        severity=cast("Severity", node["severity"].word(SEVERITIES)),
        kind=or_empty(node["kind"]),
        rationale=node["rationale"].text(),
        references=tuple(_reference(item) for item in node["references"].elements()),
        remedy=node["remedy"].texts(),
        cost=_reference(cost) if cost is not None else None,
    )


def _reference(node: Node) -> Reference:
    return Reference(node["text"].text(), node["source"].text())


def _census(node: Node) -> Census:
    return Census(
        tuple(
            ArchitectureCensus(
                architecture,
                item["configs"].number(),
                {
                    symbol: Count(count["set"].number(), count["on"].number())
                    for symbol, count in item["symbols"].items()
                },
            )
            for architecture, item in node.items()
        )
    )


def read_remarks(node: Node) -> tuple[Remark, ...]:
    """Remarks that `remark_document` wrote, in a list."""
    found = []
    for item in node.elements():
        location = item["location"].optional()
        found.append(Remark(read_location(location) if location is not None else None, item["text"].text()))
    return tuple(found)


def _error(node: Node) -> KpolicyError:
    kind = UsageError if node["status"].number() == UsageError.exit_status else InputError
    location, hint, line, column = (node[key].optional() for key in ("location", "hint", "source_line", "column"))
    return kind(
        node["message"].text(),
        read_location(location, 0) if location is not None else None,
        source_line=line.text() if line is not None else None,
        column=column.number(1) if column is not None else None,
        hint=hint.text() if hint is not None else None,
    )


def _line_hashes(node: Node) -> dict[Location, str]:
    found: dict[Location, str] = {}
    for path, lines in node.items():
        for line, text in lines.items():
            if not (line.isascii() and line.isdigit() and len(line) < 10):
                text.wrong("expected the number of a line as its key")
            found[Location(path, int(line))] = text.text()
    return found


def _threshold(node: Node) -> Threshold:
    return cast("Threshold", node.word(THRESHOLDS))
