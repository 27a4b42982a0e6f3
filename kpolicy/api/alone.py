# SPDX-License-Identifier: GPL-2.0-or-later
"""Full .config files without their tree, by what they say themselves."""

from __future__ import annotations

import os
from typing import BinaryIO

from kpolicy.api.convert import cost_result, difference, report_result, role_result
from kpolicy.api.listener import Message, Told
from kpolicy.api.results import (
    CostReport,
    Difference,
    Report,
    RoleReport,
)
from kpolicy.api.terms import Policy
from kpolicy.run.context import Context


def check(
    *configs: str,
    arch: str | None = None,
    release: str | None = None,
    policy: Policy | None = None,
    stdin: BinaryIO | None = None,
    message: Message | None = None,
) -> Report:
    """Full .config files without their tree, by what they say themselves; `-` is read from `stdin`."""
    from kpolicy.run import check as run

    request = run.CheckRequest(None, configs, arch, release, (policy or Policy()).terms(None))
    return report_result(run.check(request, _here(stdin, message)))


def check_running(
    root: str | os.PathLike[str] = "/",
    config: str | None = None,
    *,
    arch: str | None = None,
    release: str | None = None,
    policy: Policy | None = None,
    stdin: BinaryIO | None = None,
    message: Message | None = None,
) -> Report:
    """The running kernel, or the one whose files are below `root`: its config, its command line and its settings.

    The config is the one that is found there, or `config`; `arch` and `release` are for a kernel that does not say.
    """
    from kpolicy.run import running as run

    asked = run.root_folder(os.fspath(root))
    request = run.RunningRequest(None, asked, config, arch, release, (policy or Policy()).terms(None))
    return report_result(run.check_running(request, _here(stdin, message)))


def diff(
    before: str, after: str, *, arch: str | None = None, release: str | None = None, policy: Policy | None = None
) -> Difference:
    """What differs between two full .config files without their tree."""
    from kpolicy.run.diff import ConfigsDiff, diff_configs

    request = ConfigsDiff(None, before, after, arch, release, (policy or Policy()).terms(None))
    return difference(diff_configs(request, _here()))


def cost(
    config: str,
    *,
    arch: str | None = None,
    release: str | None = None,
    ram: int | None = None,
    cpus: int | None = None,
) -> CostReport:
    """What the debug options of a full .config cost, by what it says itself."""
    return cost_result(None, config, arch, release, ram, cpus, None, _here())


def role(
    config: str, *, arch: str | None = None, release: str | None = None, policy: Policy | None = None
) -> RoleReport:
    """What the kernel of a full .config is for, by what it says itself."""
    return role_result(None, config, arch, release, (policy or Policy()).terms(None), _here())


def _here(stdin: BinaryIO | None = None, message: Message | None = None) -> Context:
    return Context(listener=Told(None, message), stdin=stdin)
