# SPDX-License-Identifier: GPL-2.0-or-later
"""What the toolchain answers to the probes of an architecture's Kconfig files, and which of them it cannot answer."""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.kernel.toolchain import Probes
from kpolicy.location import Location

_LONGEST_SHOWN = 200


class Answers:
    """Answers `$(shell,...)`; `unknown` are the probes without an answer, as they are reported, and their first places.

    `lasts` says that all were answered in time: another time this machine may be quicker.
    """

    def __init__(self, probes: Probes, environment: Mapping[str, str]) -> None:
        self._probes = probes
        self._environment = environment
        self.unknown: dict[str, Location] = {}
        self.lasts = True

    def __call__(self, command: str, location: Location) -> str:
        """The output of a command at a line."""
        answer = self._probes.shell(command, self._environment)
        if not answer.known and not answer.told:
            self.unknown.setdefault(_shown(command, answer.fault), location)
        self.lasts = self.lasts and answer.lasting
        return answer.output


def _shown(command: str, fault: str) -> str:
    """A probe that is not known, as it is reported: the command, and why the emulation gave up."""
    text = command if len(command) <= _LONGEST_SHOWN else f"{command[:_LONGEST_SHOWN]}..."
    return f"{text} ({fault})" if fault else text
