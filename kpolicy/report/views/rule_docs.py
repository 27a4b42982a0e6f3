# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages about rules, checks and roles, in Markdown: `docs/rules/`.

There is a page for each family.  Its rules are about the same options, depend on the same facts and often
point at each other, so they are read together; a page for each rule would be a screen of text between
two clicks.  Each rule is a section named like the rule, so that a link can name it all the same:
`kmemleak.md#in-production` is `kmemleak/in-production`.

What comes out depends on nothing but the arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kpolicy.policy.checks.check import Check
from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.roles.role import Mark, Reading, Role
from kpolicy.policy.rules.rule import ANY_ROLE, KIND_MEANINGS, SEVERITIES, Example, Reference, Rule
from kpolicy.report.text.markdown import anchor, block, code, link, paragraphs, prose, table, wrapped

MARKER = "<!-- Written by `kpolicy rules pages` from the rule files: change those, not this. -->"
"""The second line of every page."""
INDEX, ROLES = "README.md", "roles.md"
_HEAD = ("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->", MARKER)
_SOURCE = "../../kpolicy/rules"


def rule_pages(rules: Iterable[Rule], checks: Iterable[Check], roles: Sequence[Role]) -> Mapping[str, str]:
    """All pages, by their names in the folder."""
    rules, checks = tuple(rules), tuple(checks)
    families = sorted({rule.family for rule in rules})
    subjects = sorted({check.subject for check in checks})
    pages = {INDEX: _index(rules, checks, roles), ROLES: _roles(roles)}
    pages |= {f"{family}.md": _family(family, rules, roles) for family in families}
    pages |= {f"{subject}.md": _checks(subject, checks) for subject in subjects}
    return {name: "\n".join((*_HEAD, *lines)) + "\n" for name, lines in pages.items()}


def target(rule_id: str) -> str:
    """Where the section about a rule or a check is, as seen from another page: checks are on that of their subject."""
    family, _, name = rule_id.partition("/")
    page = next((check.subject for check in CHECKS if check.id == rule_id), family)
    return f"{page}.md#{anchor(name)}"


def _index(rules: tuple[Rule, ...], checks: tuple[Check, ...], roles: Sequence[Role]) -> Iterator[str]:
    families = sorted({rule.family for rule in rules})
    yield "# Rules"
    yield ""
    yield from wrapped(
        f"{len(rules)} rules in {len(families)} families check the values that a kernel gets, {len(checks)} checks"
        " the lines of its config and the Kconfig files. Which rules apply depends on the"
        f" {link('role', ROLES)}. {link('Policy files', '../policy-files.md')} turn off rules, change severities."
    )
    yield ""
    yield from table(("kind", "title", "rules"), [
        (kind, meaning, str(sum(rule.kind == kind for rule in rules))) for kind, meaning in KIND_MEANINGS.items()
    ])  # fmt: skip
    yield from ("", "## By family")
    for family in families:
        yield from ("", f"### [{family}]({family}.md)", "")
        members = [rule for rule in rules if rule.family == family]
        yield from table(("rule", "severity", "kind", "roles", "title"), [
            (_linked(rule.id), "/".join(rule.severities), rule.kind, ", ".join(rule.roles), prose(rule.title))
            for rule in members
        ])  # fmt: skip
    yield from ("", "## Checks", "")
    yield from table(("check", "severity", "title"), [
        (_linked(check.id), _severity(check), prose(check.title)) for check in checks
    ])  # fmt: skip
    yield from ("", "## By role")
    for role in roles:
        yield from ("", f"### [{role.name}]({ROLES}#{anchor(role.name)})", "")
        yield from _by_severity([rule for rule in rules if rule.is_for(role.name)])


def _by_severity(rules: Sequence[Rule]) -> Iterator[str]:
    for severity in SEVERITIES:
        found = [_linked(rule.id) for rule in rules if rule.severity == severity]
        if found:
            yield from wrapped(f"- **{severity}** ({len(found)}): {', '.join(found)}", "  ", "")


def _family(family: str, rules: tuple[Rule, ...], roles: Sequence[Role]) -> Iterator[str]:
    yield f"# {family}"
    yield ""
    yield f"[All rules]({INDEX})"
    for rule in rules:
        if rule.family == family:
            yield from ("", f"## {rule.id.partition('/')[2]}", "")
            yield from _rule(rule, rules, roles)


def _rule(rule: Rule, rules: tuple[Rule, ...], roles: Sequence[Role]) -> Iterator[str]:
    yield f"**{prose(rule.title)}**"
    yield ""
    yield f"- rule: {link(code(rule.id), f'{_SOURCE}/{rule.id}.toml')}"
    if rule.aliases:
        yield f"- formerly: {', '.join(map(code, rule.aliases))}"
    yield f"- severity: {rule.severity_in_words}"
    yield f"- kind: {rule.kind}, {KIND_MEANINGS[rule.kind]}"
    names = [role.name for role in reversed(roles)] if ANY_ROLE in rule.roles else rule.roles
    yield f"- roles: {', '.join(link(name, f'{ROLES}#{anchor(name)}') for name in names)}"
    yield from wrapped(f"- symbols: {', '.join(map(code, rule.symbols))}", "  ", "")
    yield f"- requires: {code(str(rule.requires))}"
    yield f"- fires on: {code(str(rule.when))}"
    yield from wrapped(f"- message: {code(rule.message)}", "  ", "")
    for parameter in rule.parameters:
        description = f"{prose(parameter.description)} (default {code(str(parameter.default))})"
        yield from wrapped(f"- parameter {code(f'${parameter.name}')}: {description}", "  ", "")
    yield ""
    yield from paragraphs(rule.rationale)
    if rule.cost is not None:
        yield from ("", *wrapped(f"**Cost:** {_fact(rule.cost)}"))
    if rule.remedy:
        yield from ("", "**Fix:**", "", *block("\n".join(rule.remedy)))
    yield from ("", "**References:**", "")
    for reference in rule.references:
        yield from wrapped(f"- {_fact(reference)}", "  ", "")
    related = [other for other in rules if other is not rule and _related(rule, other)]
    if related:
        yield from ("", *wrapped(f"**See also:** {', '.join(_linked(other.id) for other in related)}"))
    yield from ("", "**Examples:**")
    for example in rule.examples:
        yield ""
        yield from _example(example)


def _related(rule: Rule, other: Rule) -> bool:
    """Whether one of the rules is about the very symbol that the other would have edited."""
    return rule.symbols[0] in other.symbols or other.symbols[0] in rule.symbols


def _example(example: Example) -> Iterator[str]:
    verb = "fires on" if example.fires else "is silent on"
    why = f": {prose(example.why)}" if example.why else ""
    yield from wrapped(f"- {verb} {example.architecture}, {example.role}{why}", "  ", "")
    yield ""
    yield from block(example.config, "  ")


def _fact(reference: Reference) -> str:
    return f"{prose(reference.text)} ({prose(reference.source)})"


def _checks(subject: str, checks: tuple[Check, ...]) -> Iterator[str]:
    what = "the lines of a config" if subject == "config" else "the Kconfig files of a tree"
    yield f"# {subject}"
    yield ""
    yield f"[All rules]({INDEX})"
    yield ""
    yield f"Checks of {what}; {link('how they work', '../checks.md')}."
    for check in checks:
        if check.subject == subject:
            yield from ("", f"## {check.id.partition('/')[2]}", "", f"**{prose(check.title)}**", "")
            yield f"- check: {code(check.id)}"
            yield f"- severity: {_severity(check)}"
            yield from ("", *paragraphs(check.rationale), "", *wrapped(f"**Reference:** {prose(check.source)}"))


def _severity(check: Check) -> str:
    return f"{check.severity}, off by default" if check.quiet else check.severity


def _roles(roles: Sequence[Role]) -> Iterator[str]:
    yield "# Roles"
    yield ""
    yield f"[All rules]({INDEX})"
    yield ""
    yield from wrapped(
        "The role is what a kernel is used for. If no policy file states it, kpolicy derives it: the roles are tried in"
        " this order. A role has marks, conditions that speak for it, and readings, ways to decide: a condition,"
        " and how many marks must hold besides. The first reading is used unless a policy file chooses"
        " another. The last role is what remains. Where a config has marks of a debug or fuzzing kernel, but too few,"
        " reports give both readings: production, role unclear, with options of a debug kernel. A defconfig of the tree"
        " is a debug or fuzzing kernel only if its name says so."
    )
    for role in roles:
        yield from ("", f"## {role.name}", "", f"**{prose(role.title)}**", "")
        yield f"- defined in: {link(code('roles.toml'), f'{_SOURCE}/roles.toml')}"
        yield f"- its rules: {link('by severity', f'{INDEX}#{anchor(role.name)}')}"
        yield ""
        yield from paragraphs(role.rationale)
        if role.names:
            words = ", ".join(code(name) for name in role.names)
            yield from ("", *wrapped(f"**Words in the name of a config that say it:** {words}"))
        if role.readings:
            yield from ("", "**Readings:**", "")
            for number, reading in enumerate(role.readings):
                yield from wrapped(f"- {_reading(reading, first=number == 0)}", "  ", "")
        if role.marks:
            yield from ("", "**Marks:**", "")
            for mark in role.marks:
                yield from wrapped(f"- {_mark(mark)}", "  ", "")


def _reading(reading: Reading, *, first: bool) -> str:
    marks = f", and at least {reading.at_least} marks" if reading.at_least else ""
    if reading.named:
        marks += f" (by name {reading.named} of the marks are enough)"
    if reading.added:
        marks += f" ({reading.added} are enough where fragments on a defconfig ask for them)"
    default = " (used unless another is chosen)" if first else ""
    return f"**{reading.name}**{default}: {code(str(reading.when))}{marks}: {prose(reading.why)}"


def _mark(mark: Mark) -> str:
    return f"**{mark.name}**: {code(str(mark.when))}: {prose(mark.why)} ({prose(mark.source)})"


def _linked(rule_id: str) -> str:
    return link(code(rule_id), target(rule_id))
