# SPDX-License-Identifier: GPL-2.0-or-later
"""Many trials with random small trees, in the dialect of one kernel, and the command line of such a program."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from tests.kconfig.small import make_tree
from tests.kconfig.trial import kinds

Outcome_co = TypeVar("Outcome_co", covariant=True)
Found = TypeVar("Found")


class Trial(Protocol[Outcome_co]):
    """What is tried with the tree of a seed, written to a folder; None where that tree cannot be used."""

    def __call__(self, seed: int, folder: Path, *, old: bool) -> Outcome_co | None:
        """`old` is for a dialect whose choices are symbols."""


def outcomes(
    trial: Trial[Found], seeds: range, kernel: Path | None, files: Mapping[str, str] | None = None
) -> list[Found]:
    """Those of trials in the dialect of a kernel, None for today's; `files` are in each tree."""
    sys.setrecursionlimit(50_000)
    with tempfile.TemporaryDirectory() as name:
        folder = make_tree(Path(name), files or {}, kernel)
        found = (trial(seed, folder, old=kernel is not None and kinds(kernel)[0]) for seed in seeds)
        return [item for item in found if item is not None]


def asked_for(some: Callable[[range, Path | None], list[Found]], about: str | None) -> list[Found]:
    """The outcomes of as many trials as the command line asks for; `about` is what --help says."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kernel", type=Path)
    options = parser.parse_args()
    return some(range(options.first, options.first + options.count), options.kernel)
