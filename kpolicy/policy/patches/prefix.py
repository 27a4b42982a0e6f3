# SPDX-License-Identifier: GPL-2.0-or-later
"""The prefix of a commit's subject, which says what part of the kernel it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

_PREFIX: Final = re.compile(r"(?:[\w./+-]+(?: [\w./+-]+)?: )+")
_PART: Final = re.compile(r"[\w./+-]+(?: [\w./+-]+)?: ")
# What touches many files at once has a prefix that says so; a revert, a merge and a tag have those of another commit.
_NOT_OF_A_FILE: Final = re.compile(
    r"(?:revert|merge|pull|treewide|tree-wide|tree wide|all|kconfig|kbuild)\b", re.IGNORECASE
)
_DROPPED: Final = ("drivers", "arch", "fs")


def prefix_by_history(subjects: Sequence[str]) -> str | None:
    """The longest prefix, or beginning of one, that half of some commits have, the newest first; else the most common.

    So `net: phy: ` is found where most commits name a driver behind it.  None if fewer than two commits agree, of
    those that are about the file at all.
    """
    own = [text for text in subjects if not _NOT_OF_A_FILE.match(text)]
    prefixes = [match[0] for text in own if (match := _PREFIX.match(text)) is not None]
    counts = Counter(part for prefix in prefixes for part in accumulate(_PART.findall(prefix)))
    common = [part for part, count in counts.items() if count > 1 and 2 * count >= len(prefixes)]
    if not common:
        # Of those that are as common the newest one is the first.
        common = [part for part, count in counts.most_common(1) if count > 1]
    return max(common, key=lambda part: part.count(": "), default=None)


def prefix_by_path(path: str) -> str:
    """The folders of a path, without drivers, arch or fs in front: `net: phy: ` for drivers/net/phy/Kconfig."""
    folders = path.split("/")[:-1]
    if len(folders) > 1 and folders[0] in _DROPPED:
        folders = folders[1:]
    return "".join(f"{folder}: " for folder in folders) or "Kconfig: "
