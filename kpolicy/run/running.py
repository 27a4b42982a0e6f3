# SPDX-License-Identifier: GPL-2.0-or-later
"""A running kernel: its config, its command line and its settings; or those that were collected of another one."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from kpolicy.config.model import Config
from kpolicy.config.origin import architecture_of
from kpolicy.config.read import read_config
from kpolicy.errors import InputError, UsageError
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.parameters import MARK
from kpolicy.location import Location
from kpolicy.policy.files.requirement import ARCHITECTURES
from kpolicy.policy.running.load import shipped_knobs, wanted_files
from kpolicy.run.check import CheckRequest, judge_bare
from kpolicy.run.conclude import Work, conclude, plan_by
from kpolicy.run.plan import Target
from kpolicy.run.policies import Standards, known_findings
from kpolicy.run.request import Terms, check_release, check_toolchain
from kpolicy.running.collect import collect

if TYPE_CHECKING:
    from kpolicy.kernel.source import KernelTree
    from kpolicy.report.records import Report
    from kpolicy.run.context import Context
    from kpolicy.running.system import System

# As scripts/subarch.include has it, which leaves all other machines as they are: for them make has the same word.
# That of parisc64 is in 5.10 and no longer in 6.12, where make takes both words.
_ARCHITECTURES: Final = (
    (re.compile(r"i.86|x86_64"), "x86"),
    (re.compile(r"sun4u"), "sparc64"),
    (re.compile(r"aarch64.*"), "arm64"),
    (re.compile(r"(?!arm64\Z)arm.*|sa110"), "arm"),
    (re.compile(r"s390x"), "s390"),
    (re.compile(r"parisc64"), "parisc"),
    (re.compile(r"ppc.*"), "powerpc"),
    (re.compile(r"mips.*"), "mips"),
    (re.compile(r"sh[234].*"), "sh"),
    (re.compile(r"riscv.*"), "riscv"),
    (re.compile(r"loongarch.*"), "loongarch"),
)


@dataclass(frozen=True, slots=True)
class RunningRequest:
    """The kernel whose files are below a `root`, `/` for the one that runs.

    Its config is looked for where kernels and distributions have it, unless `config` names it.  `arch` and `release` as
    for `CheckRequest`; a command line that the `terms` state counts instead of the one that is found.
    """

    source: KernelTree | None
    root: str = "/"
    config: str | None = None
    arch: str | None = None
    release: str | None = None
    terms: Terms = field(default_factory=Terms)


def root_folder(root: str) -> str:
    """A root as reports name it, `/` for that of this system; raises InputError for what is no directory."""
    if not os.path.isdir(root):
        raise InputError("not a directory, expected the root of a system", Location(root, 0))
    return "/" if os.path.samefile(root, "/") else root


def check_running(request: RunningRequest, context: Context) -> Report:
    """The report on a running kernel; raises KpolicyError when there is nothing to report on."""
    source = request.source
    check_release(request.release, has_tree=source is not None)
    system = collect(request.root, wanted_files(shipped_knobs(context.cache)))
    if request.config is not None:
        system = replace(system, config=read_config(request.config, context.stdin))
    terms = replace(request.terms, system=system, loader=request.terms.loader or system.command_line)
    _tell(system, context)
    if source is None or system.config is None:
        return _bare(replace(request, terms=terms), system, context)
    if terms.policy.since is None and terms.loader is not None and not source.is_file(MARK):
        context.listener.note(f"{source.name} has no C sources: unknown boot parameters are not reported")
    return conclude(
        _work(replace(request, terms=terms), source, system.config, context), source, terms, context, census=False
    )


def _bare(request: RunningRequest, system: System, context: Context) -> Report:
    terms = request.terms
    if terms.policy.since is not None:
        raise UsageError("--since needs a kernel tree", hint="pass --tree")
    check_toolchain(terms.toolchain, has_tree=False)
    standards = Standards(terms.policy, None, context)
    number = standards.number_for(request.config)
    config = system.config
    if config is None:
        # Nothing is required of a config that nobody has.
        standards.all[number] = replace(standards.all[number], requirements=())
        config = Config(system.name, ())
    arch = request.arch or architecture_of(config) or _architecture(system.machine)
    release = request.release or (system.release if config.version is None else None)
    if arch is None or not (release or config.version):
        raise UsageError(
            f"neither the config nor the {'architecture' if release else 'release'} of the kernel can be read",
            Location(system.name, 0),
            hint="pass the CONFIG, or --release and --arch (for example --release 6.12 --arch arm64)",
        )
    bare = CheckRequest(None, (), arch, release, terms)
    return judge_bare([(config, number)], (), standards, bare, context)


def _work(request: RunningRequest, source: KernelTree, config: Config, context: Context) -> Work:
    # Only here: without a tree there is none of this.
    from kpolicy.kernel.architecture import resolve_architecture

    word = request.arch or architecture_of(config)
    if word is None:
        hint = "pass --arch (for example --arch arm64)"
        raise UsageError("cannot tell the architecture", Location(config.name, 0), hint=hint)
    resolve_architecture(source, word)
    plan = plan_by(source, request.terms, context)
    standards = Standards(request.terms.policy, source, context)
    target = Target(config.name, word, (), config, standards.number_for(request.config))
    baseline = known_findings(request.terms.policy, standards)
    return Work("check", replace(plan, standards=tuple(standards.all)), (target,), baseline=baseline)


def _architecture(machine: str) -> str | None:
    """The ARCH word for what `uname -m` says; None where that is no machine of Linux."""
    found = next((arch for pattern, arch in _ARCHITECTURES if pattern.fullmatch(machine)), machine)
    return found if found in ARCHITECTURES else None


def _tell(system: System, context: Context) -> None:
    """Say what is judged."""
    read = sum(item.text is not None for item in system.readings.values())
    parts = [
        f"Linux {system.release}" if system.release else "a kernel of unknown release",
        f"config {system.config.name}" if system.config is not None else "no config",
        "its command line" if system.command_line is not None else "no command line",
        f"{read} of {len(system.readings)} settings",
    ]
    context.listener.note(f"read: {', '.join(parts)}")
