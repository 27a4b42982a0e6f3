# SPDX-License-Identifier: GPL-2.0-or-later
"""Which releases have a name, as shipped."""

from __future__ import annotations

from importlib import resources

import pytest

from kpolicy.policy.checks.lifetime import lifetime, lifetime_words, removed_by
from kpolicy.policy.checks.renames import renames


def test_the_first_and_the_last_release() -> None:

    found = lifetime("DEBUG_CREDENTIALS")
    assert found is not None
    assert (found.last, found.after) == ("6.5", "6.6")
    found = lifetime("DEBUG_VM")
    assert found is not None
    assert (found.last, found.after) == ("", "")
    assert lifetime("NO_SUCH_NAME") is None


@pytest.mark.parametrize(
    ("name", "release", "words"),
    [
        ("MEMCG_SWAP", "6.12.117", "part of MEMCG since Linux 6.1"),
        ("MEMCG_SWAP", "6.0.1", ""),
        ("RETPOLINE", "6.12.0", "named MITIGATION_RETPOLINE since Linux 6.9"),
        ("DEBUG_CREDENTIALS", "6.12", "last in Linux 6.5"),
        ("RESOURCE_COUNTERS", "6.12", "gone before Linux 4.9"),
        ("RANDOM_KMALLOC_CACHES", "6.1.176", "new in Linux 6.6"),
        ("MITIGATION_VMSCAPE", "6.12.43", "not in Linux 6.14, new by 6.17"),
        ("DEBUG_VM", "6.12", ""),
        ("NO_SUCH_NAME", "6.12", ""),
        ("MEMCG_SWAP", "unknown", ""),
    ],
)
def test_why_a_release_lacks_a_name(name: str, release: str, words: str) -> None:
    assert lifetime_words(name, release) == words


def test_removed_by_is_the_first_release_without_the_name() -> None:
    assert removed_by("DEBUG_CREDENTIALS", "6.5.13") is None
    assert removed_by("DEBUG_CREDENTIALS", "7.3.4") == "6.6"


def test_each_name_has_releases_in_their_order() -> None:
    lines = (resources.files("kpolicy.names") / "seen.txt").read_text(encoding="ascii").splitlines()
    names = [line.split()[0] for line in lines if not line.startswith("#")]
    assert names == sorted(set(names))
    for name in names[::500]:
        found = lifetime(name)
        assert found is not None
        assert bool(found.last) == bool(found.after) or not found.first


def test_a_successor_outlives_the_name() -> None:
    for old, entry in renames().items():
        was = lifetime(old)
        for new in entry.names:
            now = lifetime(new)
            if was is None or now is None or not was.last:
                continue
            assert now.last == "" or now.after == "" or now.last != was.last, (old, new)
