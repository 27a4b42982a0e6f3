# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in effect for one config, and by which line of which policy file.

A policy is a row of layers.  Those of a file come after those of the files that it builds on;
within a file `[rules]` comes first, then each `[[override]]` in its order; within a layer the more
exact selector comes last.  Each setting of a rule is what the last layer says that sets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass, replace
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.registry import BY_NAME_CHECKS
from kpolicy.policy.files.globs import Rank, matches_config, matches_rule, rank_of_config
from kpolicy.policy.files.policy_file import (
    Change,
    Fragment,
    Placed,
    PolicyFile,
    StatedRole,
    Threshold,
    Tool,
    Waiver,
)
from kpolicy.policy.files.vocabulary import Entry, Vocabulary
from kpolicy.policy.roles.role import Evidence, RoleVerdict, role_of
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Rule, Severity

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.files.requirement import Requirement

DEFAULT_THRESHOLD: Threshold = "warning"


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How a rule or check is set; a location is None where nothing but kpolicy's default says so."""

    id: str
    title: str
    enabled: Placed[bool]
    severity: Placed[Severity]
    parameters: tuple[tuple[str, Placed[int | str]], ...] = ()


@dataclass(frozen=True)
class Policy:
    """Some policy files, in the order in which they apply, and what their names stand for.

    It can be sent to other processes.
    """

    files: tuple[PolicyFile, ...]
    vocabulary: Vocabulary

    @cached_property
    def fail_on(self) -> Placed[Threshold]:
        """The least severity that makes the exit status 1."""
        found = [file.fail_on for file in self.files if file.fail_on is not None]
        return found[-1] if found else Placed(DEFAULT_THRESHOLD)

    @cached_property
    def tools(self) -> dict[Tool, Placed[str]]:
        """The tools that are stated."""
        return {tool: word for file in self.files for tool, word in file.tools}

    @cached_property
    def toolchain(self) -> Toolchain | None:
        """The toolchain that is stated, None when none is."""
        if not self.tools:
            return None
        from kpolicy.policy.files.policy_toolchain import make_toolchain  # few policies state one

        return make_toolchain(self.tools)

    @cached_property
    def readings(self) -> dict[str, Placed[str]]:
        """By role, how it is derived from the values; only for roles with a choice that was made."""
        return {role: reading for file in self.files for role, reading in file.readings}

    @cached_property
    def require(self) -> tuple[Fragment | Requirement, ...]:
        """What is required, the same fragment once (see `kpolicy.policy.judging.requirements`)."""
        found: dict[object, Fragment | Requirement] = {}
        for item in (item for file in self.files for item in file.require):
            found[(item.name, item.scope) if isinstance(item, Fragment) else item] = item
        return tuple(found.values())

    @cached_property
    def waivers(self) -> tuple[Waiver, ...]:
        """The waivers of all files."""
        return tuple(waiver for file in self.files for waiver in file.waivers)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, own ones among them, whether in effect or not."""
        return self.vocabulary.rules.rules

    @cached_property
    def _known(self) -> dict[tuple[Change, ...], tuple[tuple[Rule, ...], frozenset[str]]]:
        """What is in effect by the changes that lead to it: the same for most of the configs of a tree."""
        return {}

    def settings(self, config: str) -> Settings:
        """What is in effect for a config, by its name as findings have it."""
        layers = [layer for file in self.files for layer in file.layers]
        return Settings(
            config=config,
            policy=self,
            role=self._role(config),
            changes=tuple(
                change
                for layer in layers
                if not layer.configs or any(matches_config(glob, config) for glob in layer.configs)
                for change in layer.changes
            ),
        )

    def _role(self, config: str) -> Placed[str] | None:
        """The role that is stated: by the last file that states one, there by the most exact glob."""
        for file in reversed(self.files):
            found: list[tuple[Rank, int, StatedRole]] = []
            for number, stated in enumerate(file.roles):
                rank = rank_of_config(stated.glob, config)
                if rank is not None:
                    found.append((rank, number, stated))
            if found:
                best = max(found, key=lambda item: item[:2])[2]
                return Placed(best.role, best.location)
        return None


@dataclass(frozen=True)
class Settings:
    """What is in effect for one config.

    `role` is the one that the policy states, None where it is to be derived from the values.
    `changes` are those that are made for this config, in the order in which they apply.
    """

    config: str
    policy: Policy
    role: Placed[str] | None
    changes: tuple[Change, ...]

    def of(self, entry: Entry) -> RuleSetting:
        """How a rule or check is set."""
        enabled, severity = Placed(entry.enabled), Placed(entry.severity)
        rule = entry.rule
        parameters = {item.name: Placed(item.value) for item in rule.parameters} if rule is not None else {}
        for change in self.changes:
            if matches_rule(change.selector, entry.id):
                if change.selector == entry.id or entry.id not in BY_NAME_CHECKS or enabled.value:
                    enabled = change.enabled or enabled
                severity = change.severity or severity
                parameters.update((name, value) for name, value in change.parameters if name in parameters)
        return RuleSetting(entry.id, entry.title, enabled, severity, tuple(parameters.items()))

    @cached_property
    def entries(self) -> tuple[RuleSetting, ...]:
        """How every rule and check is set, by id."""
        return tuple(self.of(entry) for entry in self.policy.vocabulary.entries)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are on, with the severity and the parameters that they have here: for `judge`."""
        return self._in_force[0]

    @property
    def checks(self) -> frozenset[str]:
        """The ids of the checks that are on."""
        return self._in_force[1]

    @property
    def _in_force(self) -> tuple[tuple[Rule, ...], frozenset[str]]:
        known = self.policy._known
        found = known.get(self.changes)
        if found is None:
            found = known[self.changes] = (tuple(self._rules()), frozenset(self._checks()))
        return found

    def adjust(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings of checks, requirements and waivers: without those that are off, with their severity here.

        Those of `rules` have it already, and stay as they are.
        """
        return tuple(self._adjust(findings))

    def _checks(self) -> Iterator[str]:
        known = {check.id for check in self.policy.vocabulary.checks}
        entries = (entry for entry in self.policy.vocabulary.entries if entry.id in known)
        return (entry.id for entry in entries if self.of(entry).enabled.value)

    def _rules(self) -> Iterator[Rule]:
        for entry in self.policy.vocabulary.entries:
            rule = entry.rule
            if rule is None:
                continue
            if not self.changes:
                # Most policies change nothing: every rule is as it is in its file.
                yield rule
                continue
            setting = self.of(entry)
            if not setting.enabled.value:
                continue
            if setting.severity.value != rule.severity:
                rule = replace(rule, severity=setting.severity.value)
            chosen = {name: item.value for name, item in setting.parameters if item.location is not None}
            yield rule.with_parameters(chosen) if chosen else rule

    def _adjust(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        for finding in findings:
            setting = self.of(Entry(finding.rule, "", finding.severity, enabled=True))
            if not setting.enabled.value:
                continue
            severity = setting.severity.value
            yield finding if severity == finding.severity else replace(finding, severity=severity)


def verdict(values: Values, settings: Settings) -> RoleVerdict:
    """The role of a config: the one that the policy states, else derived from its values, by the policy's readings."""
    if settings.role is not None:
        evidence = Evidence("role", settings.role.value, settings.role.location, "stated by the policy")
        return RoleVerdict(settings.role.value, "", (evidence,), "stated")
    readings = {role: reading.value for role, reading in settings.policy.readings.items()}
    return role_of(values, settings.policy.vocabulary.roles, readings)
