# SPDX-License-Identifier: GPL-2.0-or-later
"""The census: how many configs set a symbol, and in how many it is on in effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


@dataclass(frozen=True, slots=True)
class Observation:
    """What one config adds to the census: the symbols that it sets, and those that are on."""

    architecture: str
    set_in_text: tuple[str, ...]
    on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """In how many configs a symbol is set to something else than n, and in how many it is on.

    An int, hex or string counts as on where `.config` has a line for it.
    """

    set_in_text: int
    on: int


@dataclass(frozen=True, slots=True)
class ArchitectureCensus:
    """The census of one architecture: how many configs, and the counts by symbol."""

    architecture: str
    configs: int
    counts: Mapping[str, Count]


@dataclass(frozen=True, slots=True)
class Census:
    """The census of a tree, by architecture in alphabetical order."""

    architectures: tuple[ArchitectureCensus, ...]

    def total(self, symbol: str) -> Count:
        """The count of a symbol over all architectures."""
        counts = [item.counts[symbol] for item in self.architectures if symbol in item.counts]
        return Count(sum(count.set_in_text for count in counts), sum(count.on for count in counts))


def observe(values: Values, names: Iterable[str]) -> Observation:
    """What a config adds to the census; only the values of `names` are asked for."""
    wanted = frozenset(names)
    written = values.config.written if values.config is not None and wanted else {}
    return Observation(
        values.model.srcarch,
        tuple(sorted(name for name in wanted & written.keys() if written[name] != "n")),
        tuple(sorted(values.in_effect(wanted))),
    )


def tally(observations: Iterable[Observation]) -> Census:
    """The census of some observations."""
    configs: Counter[str] = Counter()
    texts: dict[str, Counter[str]] = {}
    effects: dict[str, Counter[str]] = {}
    for item in observations:
        configs[item.architecture] += 1
        texts.setdefault(item.architecture, Counter()).update(item.set_in_text)
        effects.setdefault(item.architecture, Counter()).update(item.on)
    return Census(
        tuple(
            ArchitectureCensus(
                architecture,
                configs[architecture],
                {
                    name: Count(texts[architecture][name], effects[architecture][name])
                    for name in sorted({*texts[architecture], *effects[architecture]})
                },
            )
            for architecture in sorted(configs)
        )
    )
