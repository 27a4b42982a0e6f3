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
    having = _with_longest_word(every, name)
    ending = f"_{name}"
    longer = [item for item in having if item.endswith(ending) and model.is_defined(item)]
    if len(name) >= _LEAST_LETTERS and len(longer) == 1:
        first_word = longer[0].removesuffix(ending)
        if "_" not in first_word and model.has_prompt(longer[0]):
            return (longer[0],)
    # A line could not set what has no prompt.
    settable = [item for item in _near(every, name, having) if model.has_prompt(item)]
    return tuple(settable) if len(settable) == 1 else ()


def joined(names: Iterable[str]) -> str:
    """Names in one text, in which they can be looked for without an index that would take longer to make."""
    return "\n".join(("", *names, ""))


def alike(every: str, name: str) -> tuple[str, ...]:
    """The names, out of all that are `joined`, that are spelt almost like `name`, in alphabetical order."""
    return _near(every, name, _with_longest_word(every, name))


def _near(every: str, name: str, having: Iterable[str]) -> tuple[str, ...]:
    """The names that are near, `having` are those with the longest word of this one."""
    # One that is near has all words of the name but one.
    other = _single(every, name) if name == _longest_word(name) else _without_longest_word(every, name)
    return tuple(sorted({candidate for candidate in (*having, *other) if _is_near(name, candidate)}))


def _longest_word(name: str) -> str:
    return max(name.split("_"), key=len)


def _with_longest_word(every: str, name: str) -> set[str]:
    """The names that have the longest word of a name as a word."""
    word = _longest_word(name)
    having: set[str] = set()
    found = every.find(word) if word else -1
    while found >= 0:
        end = found + len(word)
        if every[found - 1] in _AROUND and every[end] in _AROUND:
            having.add(every[every.rfind("\n", 0, found) + 1 : every.find("\n", end)])
        found = every.find(word, end)
    return having


def _without_longest_word(every: str, name: str) -> Iterator[str]:
    """The names that differ from another in its longest word only, as far as that may be misspelt."""
    word = _longest_word(name)
    if not _can_be_misspelt(word):
        return
    before, _, after = name.partition(word)
    before, after = f"\n{before}{word[0]}", f"{after}\n"
    part = max(before, after, key=len)
    found = every.find(part)
    while found >= 0:
        # Both parts have a line feed at their end that is not at the middle of the name.
        start = found if part is before else every.rfind("\n", 0, found)
        end = every.find("\n", start + 1)
        if every.startswith(before, start) and every.endswith(after, start + len(before), end + 1):
            yield every[start + 1 : end]
        found = every.find(part, end)


def _single(every: str, name: str) -> list[str]:
    """The names of one word that may be another one misspelt."""
    # What is asked for on the command line can be any text.
    if len(name) < _LEAST_LETTERS or not name.isascii() or not name.isalpha():
        return []
    found = re.findall(f"\n({name[0]}[A-Z]{{{len(name) - 2},{len(name)}}})(?=\n)", every)
    # PHONET is another word than PHONE, LOCKDEPP is none.
    return [item for item in found if not item.startswith(name) or item[-1] == name[-1]]


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


def _can_be_misspelt(word: str) -> bool:
    """Whether a word is no abbreviation, and not the name of a chip or an algorithm, which has digits."""
    return len(word) >= _LEAST_LETTERS and not any(letter.isdigit() for letter in word)


def _is_misspelt(left: str, right: str) -> bool:
    """Whether one letter is wrong, missing or one too many, or two are swapped.

    One that begins otherwise is another word.
    """
    if not (_can_be_misspelt(left) and _can_be_misspelt(right)):
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
