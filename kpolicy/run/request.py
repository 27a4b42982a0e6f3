# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be asked of a run, beside the tree and the configs: the terms by which they are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.errors import KpolicyError, UsageError
from kpolicy.frozen import dataclass, field
from kpolicy.kernel.version import parse_version
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.run.policies import PolicyChoice

if TYPE_CHECKING:
    from kpolicy.config.command_line import CommandLine
    from kpolicy.costing.bill import Machine
    from kpolicy.running.system import System


@dataclass(frozen=True, slots=True)
class Terms:
    """By which policy configs are judged, and what their report shows.

    `toolchain` is the word for what answers probes, None for the default; `machine` the one that costs are worked
    out for, None if not requested; `fail_on` the least severity that fails, None for that of the policy;
    `line_hashes` asks for the hash of every line that a finding points at; `loader` is the command line that the boot
    loader passes, None where that is not stated; `system` is the running kernel that is judged with its config, if any.
    """

    policy: PolicyChoice = field(default_factory=PolicyChoice)
    toolchain: str | None = None
    machine: Machine | None = None
    fail_on: Threshold | None = None
    line_hashes: bool = False
    loader: CommandLine | None = None
    system: System | None = None


def check_release(release: str | None, *, has_tree: bool) -> None:
    """Refuse a --release that is none, or that the tree states; raises UsageError."""
    if release is None:
        return
    if has_tree:
        raise UsageError("--release is for a .config without a tree", hint="the tree has its own release")
    try:
        parse_version(release)
    except KpolicyError as error:
        raise UsageError(f"--release: {error.message}", hint=error.hint) from None


def check_toolchain(word: str | None, *, has_tree: bool) -> None:
    """Refuse a --toolchain that nothing asks; raises UsageError."""
    if word is not None and not has_tree:
        raise UsageError("--toolchain answers the probes of Kconfig files", hint="pass --tree")
