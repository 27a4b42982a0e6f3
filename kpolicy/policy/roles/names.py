# SPDX-License-Identifier: GPL-2.0-or-later
"""What the names of a config say about its role: its file, what wrote it, and the suffix of its release."""

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
    return values.config is not None and _OWN.fullmatch(values.config.name) is not None


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
