# SPDX-License-Identifier: GPL-2.0-or-later
"""A small sample of the damaged texts; `make fuzz` runs the whole."""

from __future__ import annotations

import pytest

from tests.fuzz.hostile import try_many
from tests.fuzz.texts import KINDS, text_of


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_texts_are_read_or_refused(kind: str) -> None:
    failures, _ = try_many(kind, range(60))
    assert not failures, failures[0].what


def test_texts_are_the_same_again() -> None:
    assert [text_of(kind, 7) for kind in KINDS] == [text_of(kind, 7) for kind in KINDS]
    assert len({text_of("kconfig", seed) for seed in range(50)}) > 40
