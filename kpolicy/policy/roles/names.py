# SPDX-License-Identifier: GPL-2.0-or-later
"""What the files of a config say about its role: their names, what wrote them, and what was put on what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_OWN: Final = lazy(r"arch/[^/+]+/configs/[^+]*defconfig")
# "nodebug" and "debugfs" are other words, "no-debug" is a denial.
_BEFORE: Final = r"(?<![a-z])(?<!no[-_.])(?<!non[-_.])(?<!not[-_.])"


def is_own_defconfig(values: Values) -> bool:
    """Whether the config is a defconfig of its tree, with nothing added."""
    config = values.config
    if config is None or "+" in config.name:
        return False
    # A name can be a path from elsewhere into the tree; the location of a line is that in the tree.
    path = config.assignments[0].location.path if config.assignments else config.name
    return any(_OWN.fullmatch(text) for text in (config.name, path) if text.endswith("defconfig"))


def names_in_fragments(values: Values) -> frozenset[str]:
    """The symbols whose lines are in fragments put on a defconfig; none where what is below is a whole .config.

    Nobody knows why a line of a whole .config is there; a fragment is written for what is in it.
    """
    config = values.config
    if config is None or config.is_full or not config.assignments:
        return frozenset()
    base = config.assignments[0].location.path
    return frozenset(line.name for line in config.assignments if line.location.path != base)


def word_in_names(values: Values, words: Sequence[str]) -> str | None:
    """The first name of the config that has one of some words in it; None where no name has."""
    if not words or values.config is None:
        return None
    # Few names have one of them in any form, and only these need a pattern, which takes long to compile.
    found = [name for name in _names(values) if any(word.lower() in name.lower() for word in words)]
    if not found:
        return None
    pattern = re.compile(rf"{_BEFORE}(?:{'|'.join(map(re.escape, words))})(?![a-z])", re.IGNORECASE)
    return next((name for name in found if pattern.search(name)), None)


def _names(values: Values) -> Iterator[str]:
    config = values.config
    assert config is not None
    for part in config.name.split("+"):
        yield part.rpartition("/")[2]
    yield from (name for name in (config.maker, config.version) if name)
    suffix = values.text("LOCALVERSION").strip('"')
    if suffix not in ("", "n"):
        yield suffix
