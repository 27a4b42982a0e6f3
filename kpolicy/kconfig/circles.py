# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what an edit says may make a dependency loop, by the order that names had before it (see `loops`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def may_make_a_loop(needs: Iterable[tuple[str, str]], new: Iterable[str], depths: Mapping[str, int]) -> bool:
    """Whether there may be a loop through some `needs`: names, each with one that it depends on since the edit.

    `new` are names that nothing knew before.  Without the needs there is no loop: a name is less deep than whatever
    depends on it, and comes before that in `depths`.  So there is none with them if one of both holds for these, too.
    """
    of_new: dict[str, list[str]] = {name: [] for name in new}
    others: list[tuple[str, str]] = []
    for name, needed in needs:
        if name in of_new:
            of_new[name].append(needed)
        else:
            others.append((name, needed))
    try:
        for name in of_new:
            # For new names alone.
            list(_beyond(name, of_new, ()))
        pairs = {(name, beyond) for name, needed in others for beyond in _beyond(needed, of_new, ())}
    except _CircleError:
        return True
    # What has no depth depends on nothing, but others may depend on it.
    known = {(name, needed) for name, needed in pairs if needed in depths}
    if not all(name in depths and name != needed for name, needed in known):
        return True
    # A loop leads through a single name but once.
    together = len({name for name, _ in known}) == 1
    if all(depths[needed] < depths[name] + together for name, needed in known):
        return False
    places = {name: place for place, name in enumerate(depths)}
    return not all(places[needed] < places[name] for name, needed in known)


class _CircleError(Exception):
    pass


def _beyond(name: str, of_new: Mapping[str, list[str]], way: tuple[str, ...]) -> Iterator[str]:
    """What a name stands for: itself, and what a new one needs in its place."""
    if name not in of_new:
        yield name
        return
    if name in way:
        raise _CircleError
    for needed in of_new[name]:
        yield from _beyond(needed, of_new, (*way, name))
