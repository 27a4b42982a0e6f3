# SPDX-License-Identifier: GPL-2.0-or-later
"""The version of a kernel, as VERSION, PATCHLEVEL, SUBLEVEL and EXTRAVERSION of the top Makefile state it."""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import whole
from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.kernel.source import Source

_VERSION: Final = lazy(r"\s*v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(\S*)\s*")
_ASSIGNMENT: Final = lazy(r"(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*:?=[ \t]*([^#\n]*)")
_RELEASE_CANDIDATE: Final = lazy(r"-rc(\d+)")


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class KernelVersion:
    """A kernel version; `str()` is KERNELVERSION exactly as make has it, e.g. `6.12.117` or `6.18.0-rc4`.

    Versions have an order, in which release candidates come before their release.
    """

    version: int
    patchlevel: int
    sublevel: int
    extraversion: str = ""

    def __str__(self) -> str:
        return f"{self.version}.{self.patchlevel}.{self.sublevel}{self.extraversion}"

    def __lt__(self, other: KernelVersion) -> bool:
        return self._key() < other._key()

    def is_before(self, other: KernelVersion) -> bool:
        """Whether this is an earlier release, whatever a distribution adds to the number."""
        return self._key()[:-1] < other._key()[:-1]

    def _key(self) -> tuple[int, int, int, float, str]:
        candidate = self.release_candidate
        rank = math.inf if candidate is None else candidate
        return (self.version, self.patchlevel, self.sublevel, rank, self.extraversion)

    @property
    def release_candidate(self) -> int | None:
        """The number of the release candidate that EXTRAVERSION names (`-rc4` is 4), else None."""
        match = _RELEASE_CANDIDATE.match(self.extraversion)
        return whole(match.group(1)) if match else None


@functools.lru_cache(maxsize=1000)
def parse_version(text: str) -> KernelVersion:
    """The version in a text like `6.12.117`, `v6.18-rc4`, `6.1` or `5.10.0-28-amd64`.

    Raises InputError when it is none.
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise InputError(f"not a kernel version: {text!r}", hint="expected something like 6.12.117 or 6.18-rc4")
    version, patchlevel, sublevel, extra = match.groups()
    return KernelVersion(int(version), int(patchlevel), int(sublevel or 0), extra)


def read_version(source: Source) -> KernelVersion:
    """The version that the top Makefile of a tree states.

    Raises InputError when there is no Makefile, or no version in it.
    """
    from kpolicy.kernel.makefile import makefile_text  # a version in a text takes no Makefile

    # A tree without one has no version: read() says why there is none.
    text = makefile_text(source, "Makefile") or source.read("Makefile").decode("utf-8", "surrogateescape")
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _ASSIGNMENT.match(line)
        if match is None or match.group(1) in found:
            continue
        name, value = match.group(1), match.group(2).strip()
        if name != "EXTRAVERSION" and not re.fullmatch(r"[0-9]{0,6}", value):
            raise InputError(f"{name} is not a number", Location("Makefile", number), source_line=line)
        found[name] = value
        if len(found) == 4:
            break
    if not found.get("VERSION") or "PATCHLEVEL" not in found:
        raise InputError(
            "no kernel version in the top Makefile",
            Location("Makefile", 0),
            hint="expected lines like VERSION = 6 and PATCHLEVEL = 12",
        )
    return KernelVersion(
        int(found["VERSION"]),
        int(found["PATCHLEVEL"] or 0),
        int(found.get("SUBLEVEL") or 0),
        found.get("EXTRAVERSION", ""),
    )
