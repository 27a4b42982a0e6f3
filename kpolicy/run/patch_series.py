# SPDX-License-Identifier: GPL-2.0-or-later
"""The patches of a run as one series: each was proved alone, and is proved again after those that it may rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.policy.patches.edits import Edit, edited
from kpolicy.policy.patches.groups import linked
from kpolicy.run.patch_bench import Trial
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.policy.patches.edits import Correction
    from kpolicy.policy.patches.message import Proof
    from kpolicy.report.views.patches import Commit

Prove: TypeAlias = "Callable[[Sequence[Trial]], Sequence[Proof | str]]"
"""Tries edits; by edit, why it changes nothing, or in words why that is not shown."""


class Candidate(NamedTuple):
    """A correction that is proved to change nothing, and its commit."""

    correction: Correction
    commit: Commit

    @property
    def place(self) -> tuple[str, int]:
        """The file, and the first line that is edited."""
        return self.correction.path, self.correction.edits[0].first


class Refused(NamedTuple):
    """A candidate that is not proved to change nothing after some others, and why."""

    candidate: Candidate
    after: tuple[Candidate, ...]
    reason: str


class Series(NamedTuple):
    """`made` can be applied in this order; `beside` edit lines beside those of others, which git refuses."""

    made: tuple[Candidate, ...]
    beside: tuple[Candidate, ...]
    refused: tuple[Refused, ...]


def in_series(candidates: Iterable[Candidate], prove: Prove) -> Series:
    """The candidates that change nothing alone and in their order: the first ones are preferred.

    See `kpolicy.policy.patches.groups` for why edits of different groups need no proof together.
    """
    series, beside = _apart(candidates)
    known: dict[tuple[Candidate, ...], str] = {}
    refused: list[Refused] = []
    while True:
        groups = [tuple(series[at] for at in group) for group in linked([item.correction.touches for item in series])]
        first_ones = [[group[:count] for count in range(2, len(group) + 1)] for group in groups]
        new = [several for group in first_ones for several in group if several not in known]
        # All at once: it is rare that one fails and those after it have to be tried anew.
        trials = [Trial(number, _contents(several)) for number, several in enumerate(new)]
        for several, found in zip(new, prove(trials) if trials else (), strict=True):
            known[several] = found if isinstance(found, str) else ""
        failed = [several for group in first_ones for several in [s for s in group if known[s]][:1]]
        if not failed:
            return Series(tuple(series), beside, tuple(refused))
        for *before, last in failed:
            refused.append(Refused(last, _nearest(before, last), known[(*before, last)]))
            series.remove(last)


def _apart(candidates: Iterable[Candidate]) -> tuple[list[Candidate], tuple[Candidate, ...]]:
    """Those that git can apply one after the other, in the order of files and lines, and the others."""
    made: list[Candidate] = []
    beside: list[Candidate] = []
    for item in candidates:
        meets = any(item.commit.meets(other.commit) for other in made)
        (beside if meets else made).append(item)
    return sorted(made, key=lambda item: item.place), tuple(beside)


def _nearest(before: Sequence[Candidate], last: Candidate) -> tuple[Candidate, ...]:
    """Those before a candidate that have most in common with it: the proof most likely fails because of them."""
    common = [len(item.correction.touches & last.correction.touches) for item in before]
    return tuple(item for item, count in zip(before, common, strict=True) if count == max(common))


def _contents(several: Iterable[Candidate]) -> Mapping[str, bytes]:
    """The files with the edits of all of some candidates, which are of different lines."""
    edits: dict[str, list[Edit]] = {}
    before: dict[str, bytes] = {}
    for item in several:
        edits.setdefault(item.correction.path, []).extend(item.correction.edits)
        before[item.correction.path] = item.commit.before
    return {path: edited(before[path], edits[path]) for path in edits}
