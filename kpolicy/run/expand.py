# SPDX-License-Identifier: GPL-2.0-or-later
"""The .config that conf would write."""

from __future__ import annotations

from kpolicy.evaluate.values import Values
from kpolicy.frozen import dataclass
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.report.remark import Remark
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Target, plan_for
from kpolicy.run.remarks import remarks
from kpolicy.run.selection import read_target


@dataclass(frozen=True, slots=True)
class ValuesRequest:
    """A config of a tree, or a preset of make (`config` is None then); `mode` as for `evaluate`."""

    source: KernelTree
    config: str | None
    arch: str | None = None
    preset: str | None = None
    mode: str | None = None
    toolchain: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The values of a config, what looked at it, and remarks about the input."""

    values: Values
    examiner: Examiner
    remarks: tuple[Remark, ...]

    @property
    def name(self) -> str:
        """What the config is called."""
        config = self.values.config
        return config.name if config is not None else ""


def values_of(request: ValuesRequest, context: Context) -> Evaluated:
    """The values that the kernel build would use; raises UsageError or InputError for a config that is none."""
    source = request.source
    examiner = Examiner(plan_for(source, request.toolchain, context), source)
    if request.config is not None:
        target = read_target(request.config, source, request.arch, context.stdin)
    else:
        resolve_architecture(source, request.arch or "")
        target = Target(request.preset or "", request.arch or "", ())
    values = examiner.values(target, request.preset or request.mode)
    return Evaluated(values, examiner, (*examiner.kconfig_remarks(), *remarks(values)))
