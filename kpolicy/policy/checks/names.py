# SPDX-License-Identifier: GPL-2.0-or-later
"""The likeliest present name for a symbol that is gone or misspelt.

What was renamed is known.  Else a name that has one more word in front is a good guess, where there is only one
(RETPOLINE became MITIGATION_RETPOLINE), or one that is spelt almost alike.
A wrong guess is worse than none: it names a driver for other hardware.  Of the names in the
defconfigs that no kernel knows any more most have no successor at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.policy.checks.heirs import heirs

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Core

# Short words are abbreviations, and most differ by one letter from some other one.
_LEAST_LETTERS = 5
# What stands around a word of a name in a text of names.
_AROUND = "_\n"
# What tests were called after they became KUnit's.
_TEST_WORDS = frozenset({"KUNIT", "TEST"})


def likely_names(model: Model, name: str) -> tuple[str, ...]:
    """Names that this tree defines: what the symbol was renamed to, else the one that is spelt almost alike."""
    # The same stale names stand in one defconfig after the other.
    found = model.derived("likely names", _none_yet)
    if name not in found:
        found[name] = _likely_names(model, name)
    return found[name]


def _likely_names(model: Model, name: str) -> tuple[str, ...]:
    known = heirs(model, name)
    if known is not None:
        return known.names
    every = model.derived("all names", _of_model)
    ending = _with_end(every, name) if len(name) >= _LEAST_LETTERS else ()
    longer = [item for item in ending if model.is_defined(item)]
    if len(longer) == 1 and "_" not in longer[0].removesuffix(f"_{name}") and model.has_prompt(longer[0]):
        return (longer[0],)
    near = alike(every, name)
    # A line could not set what has no prompt.
    settable = [item for item in near if model.has_prompt(item)]
    return tuple(settable) if len(settable) == 1 else ()


def joined(names: Iterable[str]) -> str:
    """Names in one text, in which they can be looked for without an index that would take longer to make."""
    return "\n".join(("", *names, ""))


def alike(every: str, name: str) -> tuple[str, ...]:
    """The names, out of all that are `joined`, that are spelt almost like `name`, in alphabetical order."""
    # One that is near has all words of the name but one.
    words = [word for word in name.split("_") if word]
    found = (
        _single(every, name) if len(words) == 1 else (_with_word(every, word) for word in sorted(words, key=len)[-2:])
    )
    near = {candidate for candidates in found for candidate in candidates if _is_near(name, candidate)}
    return tuple(sorted(near))


def _single(every: str, name: str) -> Iterator[Iterable[str]]:
    """The names of one word that may be another one misspelt, and those with that as a word."""
    yield _with_word(every, name)
    # What is asked for on the command line can be any text.
    if len(name) >= _LEAST_LETTERS and name.isascii() and name.isalpha():
        found = re.findall(f"\n({name[0]}[A-Z]{{{len(name) - 2},{len(name)}}})(?=\n)", every)
        # PHONET is another word than PHONE, LOCKDEPP is none.
        yield (item for item in found if not item.startswith(name) or item[-1] == name[-1])


def _with_word(every: str, word: str) -> Iterator[str]:
    found = every.find(word)
    while found >= 0:
        end = found + len(word)
        if every[found - 1] in _AROUND and every[end] in _AROUND:
            yield every[every.rfind("\n", 0, found) + 1 : every.find("\n", end)]
        found = every.find(word, end)


def _with_end(every: str, name: str) -> Iterator[str]:
    """The names that end in another after some words."""
    end = f"_{name}\n"
    found = every.find(end)
    while found >= 0:
        yield every[every.rfind("\n", 0, found) + 1 : found + len(end) - 1]
        found = every.find(end, found + 1)


def _none_yet(_core: Core) -> dict[str, tuple[str, ...]]:
    return {}


def _of_model(core: Core) -> str:
    """All names, also those that are only referred to: which of a few are defined is quicker to ask."""
    return joined(core.symbols)


def _is_near(name: str, candidate: str) -> bool:
    # What is one of a test has more letters; else at most one letter is wrong.
    if abs(len(candidate) - len(name)) > 1 and "KUNIT" not in candidate:
        return False
    own, other = name.split("_"), candidate.split("_")
    if sorted(own) == sorted(other) or set(other) == set(own) | _TEST_WORDS:
        return True
    if len(own) != len(other):
        return False
    pair, *more = [(left, right) for left, right in zip(own, other, strict=True) if left != right]
    return not more and _is_misspelt(*pair)


def _is_misspelt(left: str, right: str) -> bool:
    """Whether one letter is wrong, missing or one too many, or two are swapped.

    A word with digits is the name of a chip or an algorithm, and one that begins otherwise is another word.
    """
    if min(len(left), len(right)) < _LEAST_LETTERS or any(letter.isdigit() for letter in left + right):
        return False
    start = _same_start(left, right)
    if not start:
        return False
    end = _same_start(left[start:][::-1], right[start:][::-1])
    a, b = left[start : len(left) - end], right[start : len(right) - end]
    return max(len(a), len(b)) == 1 or (len(a) == 2 and a == b[::-1])


def _same_start(left: str, right: str) -> int:
    """How many letters two words have in common at their beginning."""
    count = 0
    for one, another in zip(left, right, strict=False):
        if one != another:
            break
        count += 1
    return count
