# SPDX-License-Identifier: GPL-2.0-or-later
"""Records of what another kernel makes of a config, or of the defconfigs of a tree, and whether that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.errors import InputError, KpolicyError
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import parse_version
from kpolicy.report.records import reaches

if TYPE_CHECKING:
    from kpolicy.policy.files.policy_file import Threshold
    from kpolicy.policy.upgrade.records import Upgrade
    from kpolicy.report.views.diff import Side


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """A config on another kernel; `before` has no name where the tree is not known, and no version without a header."""

    config: str
    architecture: str
    before: Side
    after: Side
    upgrade: Upgrade
    fail_on: Threshold = "warning"

    @property
    def fails(self) -> bool:
        """Whether a request or a protection is lost, or a finding is gained that fails."""
        return fails(self.upgrade, self.fail_on)

    @property
    def older(self) -> bool:
        """Whether the kernel is an older one than the config is for, as far as that is known."""
        return is_older(self.before, self.after)

    @property
    def title(self) -> str:
        """What goes where."""
        before = f"Linux {self.before.version} ->" if self.before.version else "to Linux"
        return f"{self.config}: {self.architecture}, {before} {self.after.version}"


@dataclass(frozen=True, slots=True)
class UpgradeRow:
    """A defconfig on another kernel: the symbols of each kind, and the rules whose findings come and go."""

    config: str
    architecture: str
    lost: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    protections_lost: tuple[str, ...] = ()
    protections_gained: tuple[str, ...] = ()
    findings_gained: tuple[str, ...] = ()
    findings_lost: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    fails: bool = False
    error: KpolicyError | None = None


@dataclass(frozen=True, slots=True)
class TreeUpgrade:
    """All defconfigs that two trees have; `only_before` counts those that the tree after lacks.

    `lost` is the error about rows that are missing, None where none is.
    """

    before: Side
    after: Side
    rows: tuple[UpgradeRow, ...]
    only_before: int = 0
    lost: KpolicyError | None = None
    fail_on: Threshold = "warning"

    @property
    def older(self) -> bool:
        """Whether the kernel after is the older one."""
        return is_older(self.before, self.after)

    @property
    def errors(self) -> tuple[KpolicyError, ...]:
        """What could not be looked at, each reason once."""
        found = [row.error for row in self.rows if row.error is not None]
        if self.lost is not None:
            found.append(self.lost)
        return tuple({error.render(): error for error in found}.values())

    @property
    def fails(self) -> bool:
        """Whether some config fails."""
        return any(row.fails for row in self.rows)


def is_older(before: Side, after: Side) -> bool:
    """Whether the release after is an earlier one than that before; False where one is unknown."""
    try:
        return parse_version(after.version).is_before(parse_version(before.version))
    except InputError:
        return False


def fails(upgrade: Upgrade, threshold: Threshold) -> bool:
    """Whether an upgrade loses a request or a protection, or gains a finding that fails."""
    lost = upgrade.protections.unkept if upgrade.protections is not None else ()
    return bool(upgrade.lost or lost) or any(reaches(item, threshold) for item in upgrade.findings_gained)


def row_of(config: str, architecture: str, upgrade: Upgrade, threshold: Threshold) -> UpgradeRow:
    """The row of a config in the table of a tree."""
    found = upgrade.protections
    return UpgradeRow(
        config,
        architecture,
        lost=tuple(item.lost.symbol for item in upgrade.lost),
        kept=tuple(item.lost.symbol for item in upgrade.kept),
        changed=tuple(item.change.symbol for item in upgrade.shifts.changed) if upgrade.shifts is not None else (),
        protections_lost=tuple(item.symbol for item in found.unkept) if found is not None else (),
        protections_gained=tuple(item.symbol for item in found.gained) if found is not None else (),
        findings_gained=tuple(item.rule for item in upgrade.findings_gained),
        findings_lost=tuple(item.rule for item in upgrade.findings_lost),
        questions=tuple(item.symbol for item in upgrade.questions),
        fails=fails(upgrade, threshold),
    )
