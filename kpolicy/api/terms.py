# SPDX-License-Identifier: GPL-2.0-or-later
"""By what configs are judged."""

from __future__ import annotations

import os
from collections.abc import Sequence

from kpolicy.frozen import dataclass
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.policy.judging.choice import Choice
from kpolicy.policy.rules.rule import Severity
from kpolicy.run.policies import PolicyChoice
from kpolicy.run.request import Terms


@dataclass(frozen=True, slots=True)
class Policy:
    """By what configs are judged; the fields are the options of `kpolicy check` of the same names.

    `policy` is a policy file, or the name of one that ships with kpolicy; None is the nearest `kpolicy.toml`.
    `cmdline` is a file of a boot loader, or the words of a command line; a bootconfig may follow it.  `ram` (bytes) and
    `cpus` say which machine costs are computed for; without `costs` they are not computed.
    """

    policy: str | os.PathLike[str] | None = None
    require: Sequence[str] = ()
    waivers: bool = True
    baseline: str | os.PathLike[str] | None = None
    since: str | None = None
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    min_severity: Severity = "note"
    fail_on: Threshold | None = None
    costs: bool = False
    ram: int | None = None
    cpus: int | None = None
    cmdline: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None

    def terms(self, toolchain: str | None) -> Terms:
        """The same as the run layer wants it."""
        machine = None
        if self.costs:
            # Only here: most who judge do not ask for costs.
            from kpolicy.costing.bill import Machine

            machine = Machine(ram=self.ram, cpus=self.cpus)
        choice = PolicyChoice(
            policy=os.fspath(self.policy) if self.policy is not None else None,
            require=tuple(self.require),
            waivers=self.waivers,
            baseline=os.fspath(self.baseline) if self.baseline is not None else None,
            since=self.since,
            findings=Choice(tuple(self.select), tuple(self.ignore), self.min_severity),
        )
        loader = None
        if self.cmdline is not None:
            # Only here: most who judge state none.
            from kpolicy.config.boot_files import read_command_lines

            given = (self.cmdline,) if isinstance(self.cmdline, str | os.PathLike) else self.cmdline
            loader = read_command_lines([os.fspath(item) for item in given]) if given else None
        return Terms(choice, toolchain, machine, self.fail_on, loader=loader)
