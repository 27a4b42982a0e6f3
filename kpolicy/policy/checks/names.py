# SPDX-License-Identifier: GPL-2.0-or-later
"""The likeliest present name for a symbol that is gone or misspelt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kpolicy.policy.checks.renames import renamed

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Core

_MOST = 2
# A name is close when it shares so much of its words, or differs by so few letters.
_LEAST_SHARED = 0.6
_MOST_EDITS = 2
_LETTERS_AN_EDIT = 4


def likely_names(model: Model, name: str) -> tuple[str, ...]:
    """Names that this tree defines: what the symbol was renamed to, else what is spelt almost alike."""
    known = renamed(name)
    if known is not None and all(model.is_defined(item) for item in known.names):
        return known.names
    return alike(model.derived("names by word", _of_model), name)


def by_word(names: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Names by the words that they are made of, to look for the ones that are alike."""
    words: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for word in name.split("_"):
            words[word].append(name)
    return words


def alike(words: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    """The names, by their words, that are spelt almost like `name`, the likeliest first."""
    counts: dict[str, int] = defaultdict(int)
    own = set(name.split("_"))
    for word in own:
        for candidate in words.get(word, ()):
            counts[candidate] += 1
    close = []
    for candidate, shared in counts.items():
        union = len(own | set(candidate.split("_")))
        score = shared / union
        if score >= _LEAST_SHARED or _edits(candidate, name):
            close.append((-score, candidate))
    return tuple(candidate for _score, candidate in sorted(close)[:_MOST])


def _of_model(core: Core) -> Mapping[str, Sequence[str]]:
    return by_word(
        name for name, node in core.symbols.items() if core.records[node] is not None and not name.startswith("<")
    )


def _edits(left: str, right: str) -> bool:
    """Whether few letters have to change: the same but for a short run in the middle."""
    if abs(len(left) - len(right)) > _MOST_EDITS:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    changed = max(len(left), len(right)) - start - end
    # Another number is another thing, and in a short name little is the same by chance.
    numbers = all(part.isdigit() for part in (left[start : len(left) - end], right[start : len(right) - end]))
    return not numbers and changed <= min(_MOST_EDITS, len(right) // _LETTERS_AN_EDIT)
