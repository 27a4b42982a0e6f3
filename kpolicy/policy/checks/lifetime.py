# SPDX-License-Identifier: GPL-2.0-or-later
"""Which releases of Linux have a name: `kpolicy/names/seen.txt`, read when a name is not there."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.installed import data_text
from kpolicy.kernel.version import parse_version
from kpolicy.policy.checks.always import side_of
from kpolicy.policy.checks.renames import renamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """When Linux had a name, gaps included; None for one that no release has had that was read."""
    found = _history(name)
    if found is None:
        return None
    first, last = found.runs[0], found.runs[-1]
    return Lifetime(first.first, last.last, first.before, last.after)


def removed_by(name: str, version: str) -> str | None:
    """The release from which on no architecture defines a name, if `version` is that one or a later one.

    A release that was read: where the one before it was not, the name may have gone there.
    """
    found = lifetime(name)
    release = _parsed(version)
    if found is None or not found.after or release is None or release < parse_version(found.after):
        return None
    return found.after


def is_always_on(name: str, version: str) -> bool:
    """Whether a release that has no option of a name has its code all the same, and it is on."""
    side = side_of(name)
    if side is None:
        # Of most names: no need to read the releases of all.
        return False
    if side == "since":
        return removed_by(name, version) is not None
    found, release = lifetime(name), _parsed(version)
    if found is None or release is None:
        return False
    return bool(found.first) and _series_of(release) < parse_version(found.first)


def gone_before(name: str, version: str) -> bool:
    """Whether a series before that of a release lacks a name, and all later ones do, on every architecture."""
    found, release = lifetime(name), _parsed(version)
    if found is None or not found.after or release is None:
        return False
    return parse_version(found.after) < _series_of(release)


def gone_words(name: str, version: str) -> str:
    """When a name that a release lacks has gone, or what has its place in that release."""
    found, entry = lifetime(name), renamed(name)
    assert found is not None
    if entry is not None and all(is_in(new, version) for new in entry.names):
        return _successor(name, found)
    return _gone(name, found)


def names_gone() -> dict[str, list[str]]:
    """The names that the newest release lacks, by the series that was read after the last tree that has them."""
    every = [f"{tree.version}.{tree.patchlevel}" for tree in _trees()]
    after = dict(zip(["", *every], every, strict=False))
    found: dict[str, list[str]] = {}
    for line in _seen().splitlines():
        name, _, runs = line.partition(" ")
        # "-" alone is a name that is older than all trees.
        last = runs.rpartition("-")[2]
        if not line.startswith("#") and (last or runs == "-"):
            found.setdefault(after[last], []).append(name)
    return found


def is_in(name: str, version: str) -> bool:
    """Whether a release is known to have a name, on some architecture."""
    found, release = _history(name), _parsed(version)
    if found is None or release is None or _series_of(release) in found.unclear:
        return False
    return any(_holds(run, _series_of(release)) for run in found.runs)


def lifetime_words(name: str, version: str) -> str:
    """Why a release lacks a name, as an end of a sentence: `last in Linux 6.0`; "" where that is not known."""
    found, release = _history(name), _parsed(version)
    if found is None or release is None or _series_of(release) in found.unclear:
        return ""
    last = found.runs[-1]
    if removed_by(name, version):
        return _successor(name, last) or _gone(name, last)
    return _new(found.runs, _series_of(release))


def _new(runs: tuple[Lifetime, ...], series: KernelVersion) -> str:
    """The words for a series before a run, where it is known to be after the run before that."""
    at = next((at for at, run in enumerate(runs) if run.first and series < parse_version(run.first)), None)
    if at is None or not runs[at].before or parse_version(runs[at].before) < series:
        return ""
    run = runs[at]
    is_exact = _adjoin(run.before, run.first)
    if at == 0:
        return f"new in Linux {run.first}" if is_exact else f"not in Linux {run.before}, new by {run.first}"
    if series < parse_version(runs[at - 1].after):
        return ""
    return f"{_ended(runs[at - 1])}, again {'in' if is_exact else 'by'} {run.first}"


def _holds(run: Lifetime, series: KernelVersion) -> bool:
    if not run.first or series < parse_version(run.first):
        return False
    return not run.last or not parse_version(run.last) < series


def _gone(name: str, found: Lifetime) -> str:
    if side_of(name) != "since":
        return _ended(found)
    tree = _first_without(found)
    if _adjoin(found.last, found.after) and not tree.sublevel:
        return f"always on since Linux {found.after}"
    return f"always on by Linux {found.after}{f'.{tree.sublevel}' if tree.sublevel else ''}"


def _first_without(found: Lifetime) -> KernelVersion:
    """The tree that was read for the first series without a name."""
    return next(tree for tree in _trees() if _series_of(tree) == parse_version(found.after))


def _ended(found: Lifetime) -> str:
    if not found.last:
        return f"gone before Linux {found.after}"
    tree = _first_without(found)
    if _adjoin(found.last, found.after) and not tree.sublevel:
        return f"last in Linux {found.last}"
    # A stable release takes in what later ones remove: the first of its series may have it still.
    by = f"{found.after}.{tree.sublevel}" if tree.sublevel else found.after
    return f"in Linux {found.last}, gone by {by}"


def _successor(name: str, found: Lifetime) -> str:
    entry = renamed(name)
    if entry is None:
        return ""
    names = " and ".join(entry.names)
    since = f" since Linux {found.after}" if found.last and _adjoin(found.last, found.after) else ""
    what = {
        "renamed": f"named {names}",
        "merged": f"part of {names}",
        "choice": f"{names}=y",
        "opposite": f"the opposite of {names}",
    }
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


@dataclass(frozen=True, slots=True)
class _History:
    """The runs of series that define a name, and the series that may have it or not.

    A stable release takes in what later ones add and remove.  Where the tree of a series is one, and it differs from
    both of its neighbours, its series got or lost the name on the way: that is no run and no gap, unless it is the only
    run that there is.
    """

    runs: tuple[Lifetime, ...]
    unclear: frozenset[KernelVersion]


@functools.lru_cache(maxsize=1024)
def _history(name: str) -> _History | None:
    line = _line(_seen(), name)
    if line is None:
        return None
    runs = line.split()[1:]
    trees = _trees()
    every = [f"{tree.version}.{tree.patchlevel}" for tree in trees]
    if runs == ["-"]:
        return _History((Lifetime("", "", "", every[0]),), frozenset())
    has = [False] * len(trees)
    for run in runs:
        first, _, last = run.partition("-")
        end = every.index(last) + 1 if last else len(every)
        has[every.index(first) : end] = [True] * (end - every.index(first))
    odd = {
        at
        for at in range(1, len(trees) - 1)
        if trees[at].sublevel and has[at] != has[at - 1] and has[at] != has[at + 1]
    }
    present = [value is not (at in odd) for at, value in enumerate(has)]
    if not any(present):
        # Only that one tree has the name: it came and went about there.
        present = has
    return _History(tuple(_runs(present, every)), frozenset(_series_of(trees[at]) for at in odd))


def _line(text: str, name: str) -> str | None:
    """The line about a name, None without one: the names are in alphabetical order."""
    low, high = 0, len(text)
    while low < high:
        start = text.rfind("\n", low, (low + high) // 2) + 1 or low
        end = text.find("\n", start)
        line = text[start:end]
        found = line.partition(" ")[0]
        if found == name:
            return line
        low, high = (end + 1, high) if found < name else (low, start)
    return None


def _runs(present: Sequence[bool], every: Sequence[str]) -> Iterator[Lifetime]:
    ends = [at for at in range(len(every) + 1) if (at < len(every) and present[at]) is not (at > 0 and present[at - 1])]
    for first, after in zip(ends[::2], ends[1::2], strict=True):
        is_last = after == len(every)
        yield Lifetime(
            every[first],
            "" if is_last else every[after - 1],
            every[first - 1] if first else "",
            "" if is_last else every[after],
        )


@functools.cache
def _trees() -> tuple[KernelVersion, ...]:
    head = _seen()
    start = head.index(_TREES) + len(_TREES)
    return tuple(parse_version(tree) for tree in head[start : head.index("\n", start)].split())


@functools.cache
def _seen() -> str:
    return data_text("names/seen.txt")
