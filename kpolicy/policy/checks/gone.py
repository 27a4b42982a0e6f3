# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of a .config for symbols that Linux had before the .config's own release, without the Kconfig files of that."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kpolicy.kernel.version import parse_version
from kpolicy.policy.toml.compiled import compiled

if TYPE_CHECKING:
    from kpolicy.policy.checks.finding_maker import FindingMaker
    from kpolicy.policy.rules.finding import Finding

UNKNOWN: Final = "config/unknown-symbol"


@functools.cache
def gone_names(cache: str | None = None) -> tuple[tuple[str, list[str]], ...]:
    """The names that the newest release lacks, each row after the first series without them.

    Kept in a cache if there is one.
    """

    def read() -> tuple[tuple[str, str], ...]:
        from kpolicy.policy.checks.lifetime import names_gone  # what comes from the cache does without

        return tuple((series, " ".join(names)) for series, names in names_gone().items())

    rows = compiled("gone names", read, (), cache, "names")
    return tuple((series, names.split()) for series, names in rows)


def series_of(release: str) -> tuple[int, int]:
    """The series of a release: 6.12 for 6.12.43."""
    found = parse_version(release)
    return found.version, found.patchlevel


def gone_findings(maker: FindingMaker, cache: str | None = None) -> Iterator[Finding]:
    """A note for each line whose symbol has gone, with what became of it.

    Only of a symbol that a release before that of the .config lacks, too: a tree that was read between two releases has
    the number of the first.  A note, because the tree of a distribution may define the symbol again.
    """
    values = maker.values
    if values.config is None:
        return
    release, names = values.model.version, values.config.written.keys()
    own = series_of(release)
    rows = (gone for first, gone in gone_names(cache) if series_of(first) < own)
    found = [name for row in rows for name in names & row]
    if not found:
        return
    from kpolicy.policy.checks.lifetime import gone_before, gone_words  # most configs have no such line

    lines = (values.assignment(name) for name in found if gone_before(name, release))
    for line in sorted((line for line in lines if line is not None), key=lambda line: line.location):
        series = ".".join(map(str, own))
        what = f"CONFIG_{line.name} is not in Linux {series} ({gone_words(line.name, release)})"
        message = f"{what}: no effect unless a patch defines it"
        yield maker.finding(UNKNOWN, line.name, message, line.location, got=line.value, severity="note")
