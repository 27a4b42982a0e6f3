# SPDX-License-Identifier: GPL-2.0-or-later
"""Work on one config of several: what goes wrong with it is its result, and the others keep theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kpolicy.bounds import failure
from kpolicy.errors import KpolicyError
from kpolicy.location import Location

Done = TypeVar("Done")


def attempt(work: Callable[[], Done], name: str, what: str = "the config") -> Done | KpolicyError:
    """What the work on `name` gives, or the error that it ends with, a bug of kpolicy included."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - a bug met in one config must not hide what the others show
        return failure(error, what, Location(name, 0)).kept()
