# SPDX-License-Identifier: GPL-2.0-or-later
"""Choosing rules by what they say about themselves."""

from __future__ import annotations

import pytest

from kpolicy.errors import UsageError
from kpolicy.policy.roles.shipped import role_names
from kpolicy.policy.rules.catalogue import make_catalogue, shipped_catalogue
from kpolicy.policy.rules.chosen import Wish, chosen


def ids(wish: Wish) -> list[str]:
    return [rule.id for rule in chosen(shipped_catalogue(), wish, role_names())]


def test_no_wish_is_all() -> None:
    assert ids(Wish()) == [rule.id for rule in shipped_catalogue()]


def test_families_and_ids_add_up_in_the_order_of_the_ids() -> None:
    found = ids(Wish(("stackdepot", "kmsan", "debug-vm/in-production", "kmsan/in-production")))
    assert found == [
        "debug-vm/in-production",
        "kmsan/in-production",
        "stackdepot/early-in-production",
        "stackdepot/longer-than-any-trace",
        "stackdepot/stale-hash-order",
    ]


def test_sorts_of_wishes_must_all_be_met() -> None:
    found = chosen(
        shipped_catalogue(), Wish(roles=("debug",), kinds=("missing", "half"), severities=("warning",)), role_names()
    )
    assert found
    for rule in found:
        assert rule.is_for("debug")
        assert rule.kind in ("missing", "half")
        assert rule.severity == "warning"
    expected = [
        rule.id
        for rule in shipped_catalogue()
        if rule.is_for("debug") and rule.kind in ("missing", "half") and rule.severity == "warning"
    ]
    assert [rule.id for rule in found] == expected


def test_rules_for_any_role_are_for_each() -> None:
    assert set(ids(Wish(roles=("any",)))) < set(ids(Wish(roles=("fuzzing",))))


def test_nothing_may_be_left() -> None:
    assert ids(Wish(("kmsan",), kinds=("stale",))) == []


@pytest.mark.parametrize(
    ("wish", "message", "hint"),
    [
        (Wish(("kmemlek",)), "unknown family 'kmemlek'", "did you mean 'kmemleak'?"),
        (Wish(("kmemleak/in-prod",)), "unknown rule 'kmemleak/in-prod'", "did you mean 'kmemleak/in-production'?"),
        (Wish(roles=("produktion",)), "unknown role 'produktion'", "did you mean 'production'?"),
        (Wish(kinds=("costs",)), "unknown kind 'costs'", "did you mean 'cost'?"),
        (Wish(severities=("warn",)), "unknown severity 'warn'", "did you mean 'warning'?"),
    ],
)
def test_words_that_name_nothing(wish: Wish, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        ids(wish)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_family_like_none_gets_them_all() -> None:
    with pytest.raises(UsageError) as caught:
        ids(Wish(("zzz",)))
    assert "kmemleak" in str(caught.value.hint)


def test_an_empty_catalogue() -> None:
    assert chosen(make_catalogue([]), Wish(), role_names()) == ()
