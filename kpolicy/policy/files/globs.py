# SPDX-License-Identifier: GPL-2.0-or-later
"""The two kinds of glob in a policy file: those of configs and those of rules.

A config glob is matched from the right, component by component, so that `debug_defconfig`
is that file in any folder and `arch/x86/configs/*` works with any path before it; one that
begins with `/` is matched from the first component on.  `*` and `?` stay inside of a component, `[ab]` and
`[!ab]` are one character, and `**` stands for any number of folders.

A stack a+b+c is matched by a glob that matches one of its parts, or by a glob that is a stack
itself, part by part.

A rule selector is an id (`kasan/outline`), a family (`kasan`), or a glob of either.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Sequence
from typing import Final

from kpolicy.patterns import lazy
from kpolicy.tuples import NamedTuple

_WILD: Final = lazy(r"\*\*|\*|\?|\[!?\]?[^\]]*\]")
_UNPRINTABLE: Final = lazy(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Rank(NamedTuple):
    """How exactly a glob names what it matches; the greater one wins.

    `part` is the last part of a stack that it matches, `exact` whether it has no wildcard,
    `letters` the number of its characters that are none.
    """

    part: int
    exact: bool
    letters: int


def config_glob_fault(glob: str) -> str | None:
    """What is wrong with a config glob; None when nothing is."""
    for part in glob.split("+"):
        components = part.split("/")
        if (found := _unprintable(part)) is not None:
            return found
        if not part:
            return "it is empty" if glob == part else "a part of the stack is empty"
        if not components[-1]:
            return "a config is a file: it cannot end in '/'"
        if ".." in components:
            return "'..' matches nothing"
        if "" in components[1:] or "." in components[1:]:
            return "'//' and '/./' match nothing"
        for component in components:
            if "**" in component and component != "**":
                return "'**' stands for whole folders: it cannot be part of a name"
            if _unclosed(component):
                return "'[' is not closed"
    return None


def selector_fault(selector: str) -> str | None:
    """What is wrong with a rule selector; None when nothing is."""
    if (found := _unprintable(selector)) is not None:
        return found
    parts = selector.split("/")
    if not all(parts) or len(parts) > 2:
        return "a rule is named family/name"
    return "'[' is not closed" if any(_unclosed(part) for part in parts) else None


def is_glob(text: str) -> bool:
    """Whether there is a wildcard in it."""
    return _WILD.search(text) is not None


def rank_of_config(glob: str, config: str) -> Rank | None:
    """How a config glob matches a config; None when it does not."""
    wanted, parts = glob.split("+"), config.split("+")
    if len(wanted) > 1:
        matched = len(wanted) == len(parts) and all(map(_matches_path, wanted, parts))
        part = len(parts) if matched else None
    else:
        part = next((n for n in reversed(range(len(parts))) if _matches_path(glob, parts[n])), None)
    return None if part is None else Rank(part, not is_glob(glob), _letters(glob))


def matches_config(glob: str, config: str) -> bool:
    """Whether a config glob matches a config."""
    return rank_of_config(glob, config) is not None


def matches_rule(selector: str, rule_id: str) -> bool:
    """Whether a rule selector matches the id of a rule."""
    family, _, name = rule_id.partition("/")
    wanted_family, slash, wanted_name = selector.partition("/")
    return _matches(wanted_family, family) and (not slash or _matches(wanted_name, name))


def rank_of_selector(selector: str) -> Rank:
    """How exact a rule selector is: an id is, a family is not."""
    return Rank(0, "/" in selector and not is_glob(selector), _letters(selector))


def _unprintable(text: str) -> str | None:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return None
    return "it has a control character in it" if found[0] < "\ud800" else "it is not UTF-8"


def _matches(glob: str, text: str) -> bool:
    return glob == text or fnmatch.fnmatchcase(text, glob)


def _matches_path(glob: str, path: str) -> bool:
    wanted = [] if glob.startswith("/") else ["**"]
    wanted += glob.removeprefix("./").removeprefix("/").split("/")
    return _matches_components(wanted, posixpath.normpath(path).lstrip("/").split("/"))


def _matches_components(wanted: Sequence[str], given: Sequence[str]) -> bool:
    """Match from left to right; only the last `**` is ever widened, so that this takes no exponential time."""
    at, position = 0, 0
    folders: tuple[int, int] | None = None
    while position < len(given):
        if at < len(wanted) and wanted[at] == "**":
            folders = (at, position)
            at += 1
        elif at < len(wanted) and _matches(wanted[at], given[position]):
            at += 1
            position += 1
        elif folders is not None:
            folders = (folders[0], folders[1] + 1)
            at, position = folders[0] + 1, folders[1]
        else:
            return False
    return all(component == "**" for component in wanted[at:])


def _letters(glob: str) -> int:
    return len(_WILD.sub("", glob))


def _unclosed(component: str) -> bool:
    return "[" in _WILD.sub("", component)
