# SPDX-License-Identifier: GPL-2.0-or-later
"""What kernels are for, and what would make them others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from kpolicy.config.read import parse_config, read_config, stack
from kpolicy.errors import KpolicyError, UsageError, did_you_mean, together
from kpolicy.evaluate.values import Values
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.files.settings import verdict
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.roles.alternatives import Retry, alternatives
from kpolicy.policy.roles.names import is_own_defconfig
from kpolicy.policy.roles.role import Role, reading_of, role_of
from kpolicy.report.remark import Remark
from kpolicy.report.views.role import RoleReport
from kpolicy.run.attempt import attempt_each
from kpolicy.run.bare import bare_values
from kpolicy.run.conclude import plan_by
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.policies import Standards
from kpolicy.run.remarks import origin_remarks
from kpolicy.run.request import Terms, check_release
from kpolicy.run.selection import policy_start, read_target


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """Configs of a tree, or full .config files without one; `readings` are words like debug=release-candidate."""

    source: KernelTree | None
    configs: tuple[str, ...]
    arch: str | None = None
    release: str | None = None
    readings: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)


def roles(request: RoleRequest, context: Context) -> tuple[tuple[RoleReport, ...], tuple[KpolicyError, ...]]:
    """A report for each config, and errors; raises KpolicyError when there is no report."""
    if request.configs.count("-") > 1:
        raise UsageError("standard input can be read only once")
    check_release(request.release, has_tree=request.source is not None)
    standards = Standards(request.terms.policy, request.source, context)
    work = partial(_of, request, standards, context)
    reports, failed = attempt_each(work, request.configs, context.listener)
    if failed and not reports:
        raise together(failed)
    return tuple(reports), tuple(failed)


def _of(
    request: RoleRequest, standards: Standards, context: Context, spec: str
) -> tuple[RoleReport, tuple[Remark, ...]]:
    """The role of a config, and remarks about where the config is from."""
    source = request.source
    if source is None:
        config = read_config(spec, context.stdin)
        standard = standards.all[standards.number_for(spec if spec != "-" else None)]
        values = bare_values(config, request.arch, request.release).booted(request.terms.loader)
        report = _report(values, config.name, standard, request.readings, None)
        return report, tuple(origin_remarks(values))
    target = read_target(spec, source, request.arch, context.stdin)
    number = standards.number_for(policy_start(target, source))
    plan = replace(plan_by(source, request.terms, context), standards=tuple(standards.all))
    values = Examiner(plan, source).values(replace(target, standard=number))
    name = values.config.name if values.config is not None else spec
    report = _report(values, name, standards.all[number], request.readings, _retry(values))
    return report, tuple(origin_remarks(values))


def _retry(values: Values) -> Retry | None:
    config = values.config
    if config is None:
        return None

    def retry(lines: Sequence[str]) -> Values:
        # A fragment is added: a defconfig of the tree alone is never a debug kernel.
        more = parse_config(f"{config.name}+", "".join(f"{line}\n" for line in lines).encode())
        return values.again(stack(f"{config.name}+", [config, more]))

    return retry


def _report(values: Values, name: str, standard: Standard, words: Sequence[str], retry: Retry | None) -> RoleReport:
    roles = standard.policy.vocabulary.roles
    stated = {role: reading.value for role, reading in standard.policy.readings.items()}
    readings = {**stated, **_readings(words, roles)}
    settings = standard.policy.settings(name)
    found = role_of(values, roles, readings) if settings.role is None or words else verdict(values, settings)
    others = {
        (role.name, reading.name): role_of(values, roles, {**readings, role.name: reading.name}).role
        for role in roles
        for reading in role.readings
        if reading != reading_of(role, readings.get(role.name))
    }
    # A role that the policy states is not derived from values: no line would change it.
    possible = alternatives(values, found.role, roles, readings, retry) if settings.role is None or words else ()
    title = next((role.title for role in roles if role.name == found.role), "")
    version, by_name = values.model.version, is_own_defconfig(values)
    return RoleReport(name, values.model.architecture, version, title, found, possible, others, by_name)


def _readings(words: Sequence[str], roles: Sequence[Role]) -> Mapping[str, str]:
    """The readings that --reading chooses; raises UsageError for a role or a reading that there is not."""
    chosen: dict[str, str] = {}
    for word in words:
        name, _, reading = word.partition("=")
        role = next((role for role in roles if role.name == name), None)
        if role is None:
            hint = did_you_mean(name, [role.name for role in roles if role.readings])
            raise UsageError(f"unknown role {name!r}", hint=hint)
        reading_of(role, reading)
        chosen[name] = reading
    return chosen
