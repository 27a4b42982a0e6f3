# SPDX-License-Identifier: GPL-2.0-or-later
"""Which releases have a name, as shipped."""

from __future__ import annotations

from importlib import resources

import pytest

from kpolicy.kernel.version import parse_version
from kpolicy.policy.checks.lifetime import is_in, lifetime, lifetime_words, removed_by
from kpolicy.policy.checks.renames import looked_up, renames


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
        ("DEBUG_CREDENTIALS", "6.12", "in Linux 6.5, gone by 6.6.9"),
        ("RESOURCE_COUNTERS", "6.12", "gone before Linux 4.9"),
        ("RANDOM_KMALLOC_CACHES", "6.1.176", "new in Linux 6.6"),
        ("MITIGATION_VMSCAPE", "6.12.43", "not in Linux 6.14, new by 6.18"),
        ("CPU_MITIGATIONS", "5.12.9", "new in Linux 6.9"),
        ("CPU_MITIGATIONS", "5.10.223", ""),
        ("CPU_MITIGATIONS", "6.9", ""),
        ("BPF_UNPRIV_DEFAULT_OFF", "5.9.0", "not in Linux 5.12, new by 5.14"),
        ("BPF_UNPRIV_DEFAULT_OFF", "5.13.0", ""),
        ("PCIE_BW", "5.10.223", ""),
        ("PCIE_BW", "5.12.9", "in Linux 5.11, gone by 5.12.9"),
        ("VIDEO_ATOMISP_OV2722", "4.19.0", "in Linux 4.15, gone by 4.19.40, again in 5.8"),
        ("VIDEO_ATOMISP_OV2722", "4.17.0", ""),
        # The only tree that has it is that of 6.18.
        ("DMABUF_HEAPS_CMA_LEGACY", "6.12.43", "not in Linux 6.14, new by 6.18"),
        ("DMABUF_HEAPS_CMA_LEGACY", "6.18.2", ""),
        ("DMABUF_HEAPS_CMA_LEGACY", "7.3.4", "last in Linux 6.18"),
        ("DEBUG_VM", "6.12", ""),
        ("NO_SUCH_NAME", "6.12", ""),
        ("MEMCG_SWAP", "unknown", ""),
    ],
)
def test_why_a_release_lacks_a_name(name: str, release: str, words: str) -> None:
    assert lifetime_words(name, release) == words


@pytest.mark.parametrize(
    ("name", "release", "known"),
    [
        ("CPU_MITIGATIONS", "5.10.0", False),
        ("CPU_MITIGATIONS", "5.10.223", False),
        ("CPU_MITIGATIONS", "5.12.9", False),
        ("CPU_MITIGATIONS", "6.8.0", False),
        ("CPU_MITIGATIONS", "6.9.0", True),
        ("LDISC_AUTOLOAD", "4.19.40", False),
        ("LDISC_AUTOLOAD", "5.1.15", True),
        ("PCIE_BW", "5.9.2", True),
        ("PCIE_BW", "5.10.0", False),
        ("PCIE_BW", "5.11.0", True),
        ("VIDEO_ATOMISP_OV2722", "4.15.0", True),
        ("VIDEO_ATOMISP_OV2722", "5.0.1", False),
        ("DEBUG_VM", "5.13", True),
        ("RESOURCE_COUNTERS", "4.9", False),
        ("NO_SUCH_NAME", "6.12", False),
    ],
)
def test_what_a_release_is_known_to_have(name: str, release: str, known: bool) -> None:
    assert is_in(name, release) is known


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
        assert was is not None or old in looked_up(), f"{old}: no release has it"
        for new in entry.names:
            now = lifetime(new)
            assert now is not None, f"{new}, after {old}: no release has it"
            assert now.first, f"{new}, after {old}: only older releases have it"
            if now.last:
                assert was is not None, (old, new)
                assert was.last, f"{old} is still there, {new} is not"
                assert parse_version(was.last) < parse_version(now.last), (old, new)


def test_each_name_of_the_table_has_a_lifetime() -> None:
    text = (resources.files("kpolicy.names") / "seen.txt").read_text(encoding="ascii")
    names = [line.partition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(names) > 20_000
    assert [name for name in names if lifetime(name) is None] == []
