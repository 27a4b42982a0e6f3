# SPDX-License-Identifier: GPL-2.0-or-later
"""Some configs: of a tree, or full .config files by themselves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kpolicy.config.read import read_config
from kpolicy.errors import KpolicyError, UsageError, together
from kpolicy.frozen import dataclass, field, replace
from kpolicy.report.records import ConfigReport, Report
from kpolicy.run.attempt import attempt
from kpolicy.run.conclude import Work, conclude, finish, plan_by, tell_roleless
from kpolicy.run.context import Context
from kpolicy.run.plan import Plan, Target
from kpolicy.run.policies import Standards, known_findings
from kpolicy.run.request import Terms, check_release, check_toolchain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpolicy.config.model import Config
    from kpolicy.kernel.source import KernelTree


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Configs by their names, for one ARCH word where `arch` is given.

    Without a `source` they are full .config files; `release` is the kernel's where their header names none.
    """

    source: KernelTree | None
    configs: tuple[str, ...]
    arch: str | None = None
    release: str | None = None
    terms: Terms = field(default_factory=Terms)


def check(request: CheckRequest, context: Context) -> Report:
    """The report on some configs; raises KpolicyError when there is nothing to report on."""
    if request.configs.count("-") > 1:
        raise UsageError("standard input can be read only once")
    check_release(request.release, has_tree=request.source is not None)
    source = request.source
    if source is None:
        return _bare(request, context)
    if request.terms.loader is not None:
        from kpolicy.kernel.parameters import MARK  # most configs are checked without a command line

        if not source.is_file(MARK):
            context.listener.note(f"{source.name} has no C sources: unknown boot parameters are not reported")
    work = check_work(source, request.configs, request.arch, request.terms, context)
    if work.failed and not work.targets:
        raise together(work.failed)
    return conclude(work, source, request.terms, context, census=False)


def check_work(source: KernelTree, configs: tuple[str, ...], arch: str | None, terms: Terms, context: Context) -> Work:
    """What looking at some configs of a tree takes."""
    from kpolicy.run.selection import policy_start, read_target  # a .config is judged without a tree, too

    plan = plan_by(source, terms, context)
    standards = Standards(terms.policy, source, context)
    targets: list[Target] = []
    failed: list[KpolicyError] = []
    for spec in configs:
        target = attempt(partial(read_target, spec, source, arch, context.stdin), spec)
        if isinstance(target, KpolicyError):
            failed.append(target)
            continue
        targets.append(replace(target, standard=standards.number_for(policy_start(target, source))))
    baseline = known_findings(terms.policy, standards) if targets else None
    plan = replace(plan, standards=tuple(standards.all), deltas=True)
    return Work("check", plan, tuple(targets), tuple(failed), baseline=baseline)


def _bare(request: CheckRequest, context: Context) -> Report:
    terms = request.terms
    if terms.policy.since is not None:
        raise UsageError("--since needs a kernel tree", hint="pass --tree")
    check_toolchain(terms.toolchain, has_tree=False)
    standards = Standards(terms.policy, None, context)
    failed: list[KpolicyError] = []
    configs: list[tuple[Config, int]] = []
    for spec in request.configs:
        config = attempt(partial(read_config, spec, context.stdin), spec)
        if isinstance(config, KpolicyError):
            failed.append(config)
            continue
        configs.append((config, standards.number_for(spec if spec != "-" else None)))
    return judge_bare(configs, failed, standards, request, context)


def judge_bare(
    configs: Sequence[tuple[Config, int]],
    failed: Sequence[KpolicyError],
    standards: Standards,
    request: CheckRequest,
    context: Context,
) -> Report:
    """The report on full configs without a tree, each with the number of its standard; `failed` are unreadable ones."""
    # Only here: what makes a model of a .config is not needed where there is a tree.
    from kpolicy.run.bare import bare_report, bare_values

    if context.cluster is not None:
        raise UsageError("without a tree configs are judged on this machine", hint="leave out --scheduler")
    terms, failed = request.terms, list(failed)
    reports: list[ConfigReport] = []
    baseline = known_findings(terms.policy, standards) if configs else None
    roles = baseline.earlier_roles() if baseline is not None else {}

    def judge(config: Config, number: int) -> ConfigReport:
        values = bare_values(config, request.arch, request.release).booted(terms.loader)
        earlier = roles.get((config.name, values.model.architecture))
        standard = standards.all[number]
        return bare_report(values, standard, number, terms.machine, context.cache, earlier, terms.system)

    for config, number in configs:
        found = attempt(partial(judge, config, number), config.name)
        if isinstance(found, KpolicyError):
            failed.append(found)
        else:
            reports.append(found)
    if failed and not reports:
        raise together(failed)
    for item in reports:
        if item.unjudged and not (terms.system is not None and terms.system.config is None):
            rules = len(standards.all[item.standard].policy.rules)
            context.listener.note(
                f"{item.config}: judged without Kconfig files: {len(item.unjudged)} of {rules} rules cannot"
                f" be judged that way ({', '.join(item.unjudged)}); --tree names the kernel's source"
            )
    plan = Plan(tree="", name="", toolchain=None, cache=None, standards=tuple(standards.all))
    work = Work("check", plan, (), tuple(failed), baseline=baseline)
    tell_roleless(work, terms, context)
    report = Report(
        command="check",
        tree="",
        version="",
        toolchain=reports[0].toolchain,
        rules=len(standards.all[0].policy.rules),
        roles=standards.all[0].policy.vocabulary.role_names,
        configs=tuple(reports),
        census=None,
        remarks=(),
        errors=tuple(failed),
        unread=len(failed),
    )
    return finish(work, report, None, terms, context)
