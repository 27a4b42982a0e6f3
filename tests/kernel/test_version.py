# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import pytest

from kpolicy.errors import InputError
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.version import KernelVersion, parse_version, read_version
from tests.kernel.memory import MemorySource


@pytest.mark.parametrize(
    ("text", "version", "shown", "candidate"),
    [
        ("6.12.117", KernelVersion(6, 12, 117), "6.12.117", None),
        ("6.18.0-rc4", KernelVersion(6, 18, 0, "-rc4"), "6.18.0-rc4", 4),
        ("v6.18-rc12-next", KernelVersion(6, 18, 0, "-rc12-next"), "6.18.0-rc12-next", 12),
        ("6.1", KernelVersion(6, 1, 0), "6.1.0", None),
        ("5.10.0-28-amd64", KernelVersion(5, 10, 0, "-28-amd64"), "5.10.0-28-amd64", None),
        (" 5.4.1 ", KernelVersion(5, 4, 1), "5.4.1", None),
    ],
)
def test_parses(text: str, version: KernelVersion, shown: str, candidate: int | None) -> None:
    assert parse_version(text) == version
    assert str(version) == shown
    assert version.release_candidate == candidate


@pytest.mark.parametrize("text", ["", "6", "six.one", "6.x", "6.1 or so"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(InputError, match="not a kernel version"):
        parse_version(text)


def test_versions_have_an_order() -> None:
    texts = ["5.4.200", "5.10.1", "6.1-rc2", "6.1-rc10", "6.1.0", "6.1.0-debian", "6.1.1-rc1", "6.1.1"]
    versions = [parse_version(text) for text in texts]
    assert sorted([*versions[4:], *versions[:4]]) == versions
    assert versions[2] <= versions[4]
    assert versions[4] > versions[3]


def test_reads_the_top_makefile() -> None:
    text = (
        "# SPDX\nVERSION = 6\nPATCHLEVEL = 18\nSUBLEVEL = 0 # comment\nEXTRAVERSION = -rc4\nNAME = Baby\nVERSION = 9\n"
    )
    assert str(read_version(MemorySource({"Makefile": text}))) == "6.18.0-rc4"


def test_says_what_is_wrong_with_a_makefile() -> None:
    with pytest.raises(InputError, match="no kernel version in the top Makefile"):
        read_version(MemorySource({"Makefile": "all:\n"}))
    with pytest.raises(InputError, match=r"^Makefile:2: error: PATCHLEVEL is not a number"):
        read_version(MemorySource({"Makefile": "VERSION = 6\nPATCHLEVEL = x\n"}))
    with pytest.raises(InputError, match="no such file"):
        read_version(MemorySource({}))


@pytest.mark.trees
def test_real_trees(tree: DirectorySource) -> None:
    version = read_version(tree)
    assert version.version >= 5
    assert version == parse_version(str(version))
