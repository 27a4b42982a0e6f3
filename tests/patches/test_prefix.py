# SPDX-License-Identifier: GPL-2.0-or-later
"""The prefix of a subject."""

from __future__ import annotations

import pytest

from kpolicy.policy.patches.prefix import prefix_by_history, prefix_by_path


@pytest.mark.parametrize(
    ("subjects", "prefix"),
    [
        (["mm: fix a", "mm: add b", "mm/slub: c"], "mm: "),
        (["net: phy: add a", "net: phy: add b", "net: dsa: c"], "net: phy: "),
        (["net: phy: add a", "net: dsa: b"], "net: "),
        (["ASoC: codecs: add a", "ASoC: codecs: add b"], "ASoC: codecs: "),
        (["drm/i915: add a", "drm/i915: b", "Revert \"drm/i915: x\""], "drm/i915: "),
        (["treewide: a", "treewide: b", "kbuild: c", "kbuild: d", "Merge tag: x"], None),
        (["Linux 6.12", "import"], None),
        (["lib: a"], None),
        (["net: phy: a: add", "net: phy: b: add", "net: phy: c: add", "net: phy: c: fix", "net: x"], "net: phy: "),
        (["a: x", "b: x", "c: x", "d: x", "c: y"], "c: "),
        (["x: new", "x: newer", "y: old", "y: older"], "x: "),
    ],
)  # fmt: skip
def test_the_history_of_a_file(subjects: list[str], prefix: str | None) -> None:
    assert prefix_by_history(subjects) == prefix


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("mm/Kconfig.debug", "mm: "),
        ("drivers/net/phy/Kconfig", "net: phy: "),
        ("arch/x86/Kconfig", "x86: "),
        ("fs/ext4/Kconfig", "ext4: "),
        ("fs/Kconfig", "fs: "),
        ("Kconfig", "Kconfig: "),
    ],
)
def test_the_path_of_a_file(path: str, prefix: str) -> None:
    assert prefix_by_path(path) == prefix
