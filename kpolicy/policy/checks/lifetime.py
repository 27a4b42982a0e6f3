# SPDX-License-Identifier: GPL-2.0-or-later
"""Which releases of Linux have a name: `kpolicy/names/seen.txt`, read when a name is not there."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import parse_version
from kpolicy.policy.checks.renames import renamed

if TYPE_CHECKING:
    from kpolicy.kernel.version import KernelVersion

_TREES: Final = "Trees: "


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The first and the last series that define a name: `first` is "" where it is older than all that were read.

    `before` is the series read before the first, `after` the one read after the last; "" where there is none.
    """

    first: str
    last: str
    before: str
    after: str


def lifetime(name: str) -> Lifetime | None:
    """When Linux had a name; None for one that no release has had that was read."""
    text = _seen()
    start = text.find(f"\n{name} ")
    if start < 0:
        return None
    runs = text[start + len(name) + 2 : text.find("\n", start + 1)].split()
    first, last = runs[0].partition("-")[0], runs[-1].partition("-")[2]
    every = _series()
    if not first:
        return Lifetime("", "", "", every[0])
    at = every.index(first)
    after = every[every.index(last) + 1] if last else ""
    return Lifetime(first, last, every[at - 1] if at else "", after)


def removed_by(name: str, version: str) -> str | None:
    """The release from which on no architecture defines a name, if `version` is that one or a later one.

    A release that was read: where the one before it was not, the name may have gone there.
    """
    found = lifetime(name)
    release = _parsed(version)
    if found is None or not found.after or release is None or release < parse_version(found.after):
        return None
    return found.after


def is_in(name: str, version: str) -> bool:
    """Whether a release is known to have a name, on some architecture."""
    found, release = lifetime(name), _parsed(version)
    if found is None or not found.first or release is None or _series_of(release) < parse_version(found.first):
        return False
    return not found.last or not parse_version(found.last) < _series_of(release)


def lifetime_words(name: str, version: str) -> str:
    """Why a release lacks a name, as an end of a sentence: `last in Linux 6.0`; "" where that is not known."""
    found, release = lifetime(name), _parsed(version)
    if found is None or release is None:
        return ""
    if removed_by(name, version):
        return _successor(name, found) or _gone(found)
    if found.first and found.before and not parse_version(found.before) < _series_of(release):
        exact = f"new in Linux {found.first}"
        return exact if _adjoin(found.before, found.first) else f"not in Linux {found.before}, new by {found.first}"
    return ""


def _gone(found: Lifetime) -> str:
    if not found.last:
        return f"gone before Linux {found.after}"
    exact = f"last in Linux {found.last}"
    return exact if _adjoin(found.last, found.after) else f"in Linux {found.last}, gone by {found.after}"


def _successor(name: str, found: Lifetime) -> str:
    entry = renamed(name)
    if entry is None:
        return ""
    names = " and ".join(entry.names)
    since = f" since Linux {found.after}" if found.last and _adjoin(found.last, found.after) else ""
    what = {"renamed": f"named {names}", "merged": f"part of {names}", "choice": f"{names}=y"}
    return f"{what[entry.kind]}{since}"


def _adjoin(one: str, other: str) -> bool:
    left, right = parse_version(one), parse_version(other)
    if left.version == right.version:
        return left.patchlevel + 1 == right.patchlevel
    return right.patchlevel == 0


def _series_of(release: KernelVersion) -> KernelVersion:
    return parse_version(f"{release.version}.{release.patchlevel}")


def _parsed(version: str) -> KernelVersion | None:
    try:
        return parse_version(version)
    except InputError:
        return None


@functools.cache
def _series() -> tuple[str, ...]:
    head = _seen()
    start = head.index(_TREES) + len(_TREES)
    trees = head[start : head.index("\n", start)].split()
    return tuple(".".join(tree.split(".")[:2]) for tree in trees)


@functools.cache
def _seen() -> str:
    from importlib import resources

    return (resources.files("kpolicy.names") / "seen.txt").read_text(encoding="ascii")
