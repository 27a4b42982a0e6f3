# SPDX-License-Identifier: GPL-2.0-or-later
"""Work on one config of several: what goes wrong with it is its result, and the others keep theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from kpolicy.bounds import failure
from kpolicy.errors import KpolicyError
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.report.remark import Remark
    from kpolicy.run.context import Listener

Done = TypeVar("Done")


def attempt(work: Callable[[], Done], name: str, what: str = "the config") -> Done | KpolicyError:
    """What the work on `name` gives, or the error that it ends with, a bug of kpolicy included."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - a bug met in one config must not hide what the others show
        return failure(error, what, Location(name, 0)).kept()


def attempt_each(
    work: Callable[[str], tuple[Done, Iterable[Remark]]], names: Iterable[str], listener: Listener
) -> tuple[list[Done], list[KpolicyError]]:
    """What the work on each config gives, and the errors of the others; remarks go to the listener."""
    done: list[Done] = []
    failed: list[KpolicyError] = []
    for name in names:
        found = attempt(partial(work, name), name)
        if isinstance(found, KpolicyError):
            failed.append(found)
            continue
        result, remarks = found
        for remark in remarks:
            listener.warning(remark.location, remark.text)
        done.append(result)
    return done, failed
