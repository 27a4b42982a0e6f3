# SPDX-License-Identifier: GPL-2.0-or-later
"""Globs of configs and of rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.policy.files.globs import (
    config_glob_fault,
    matches_config,
    matches_rule,
    rank_of_config,
    rank_of_selector,
    selector_fault,
)


@pytest.mark.parametrize(
    ("glob", "config", "expected"),
    [
        ("debug_defconfig", "arch/s390/configs/debug_defconfig", True),
        ("debug_defconfig", "arch/s390/configs/no_debug_defconfig", False),
        ("configs/*_defconfig", "arch/x86/configs/i386_defconfig", True),
        ("configs/*_defconfig", "arch/powerpc/configs/83xx/asp8347_defconfig", False),
        ("configs/**/*_defconfig", "arch/powerpc/configs/83xx/asp8347_defconfig", True),
        ("configs/**/*_defconfig", "arch/x86/configs/i386_defconfig", True),
        ("arch/*/configs/**", "arch/powerpc/configs/83xx/asp8347_defconfig", True),
        ("arch/x86/**", "/home/user/linux/arch/x86/configs/i386_defconfig", True),
        ("/arch/x86/**", "arch/x86/configs/i386_defconfig", True),
        ("/arch/x86/**", "linux/arch/x86/configs/i386_defconfig", False),
        ("/srv/*.config", "/srv/site.config", True),
        ("/srv/*.config", "/home/srv/site.config", False),
        ("*", "/proc/config.gz", True),
        ("**", "a/b/c", True),
        ("./.config", ".config", True),
        (".config", "./.config", True),
        ("*_defconfig", "some.config", False),
        ("[ab]?_defconfig", "bx_defconfig", True),
        ("[!ab]?_defconfig", "bx_defconfig", False),
        ("A_defconfig", "a_defconfig", False),
        # Stacks: one of the parts, or part by part.
        ("debug.config", "arch/x86/configs/x86_64_defconfig+kernel/configs/debug.config", True),
        ("x86_64_defconfig", "arch/x86/configs/x86_64_defconfig+kernel/configs/debug.config", True),
        ("*_defconfig+debug.config", "arch/x86/configs/x86_64_defconfig+kernel/configs/debug.config", True),
        ("*_defconfig+debug.config", "arch/x86/configs/x86_64_defconfig", False),
        ("*_defconfig+debug.config", "a_defconfig+b_defconfig+debug.config", False),
        ("configs", "arch/x86/configs/x86_64_defconfig", False),
    ],
)
def test_config_globs(glob: str, config: str, expected: bool) -> None:
    assert config_glob_fault(glob) is None
    assert matches_config(glob, config) is expected


@pytest.mark.parametrize("glob", ["", "a/", "a**b", "../a", "a/../b", "[a", "a+", "+a", "a\nb", "x\x7f"])
def test_bad_config_globs(glob: str) -> None:
    assert config_glob_fault(glob)


@pytest.mark.parametrize(
    ("selector", "rule", "expected"),
    [
        ("kasan/outline", "kasan/outline", True),
        ("kasan/outline", "kasan/outlined", False),
        ("kasan", "kasan/outline", True),
        ("kasan", "kasan-hw/outline", False),
        ("kasan*", "kasan-hw/outline", True),
        ("kasan/*", "kasan/outline", True),
        ("*/in-production", "slab/in-production", True),
        ("*/in-production", "slab/on-in-production", False),
        ("*", "slab/in-production", True),
        ("*-*", "slab/in-production", False),
    ],
)
def test_selectors(selector: str, rule: str, expected: bool) -> None:
    assert selector_fault(selector) is None
    assert matches_rule(selector, rule) is expected


@pytest.mark.parametrize("selector", ["", "/", "a/", "/a", "a/b/c", "[a", "a\0"])
def test_bad_selectors(selector: str) -> None:
    assert selector_fault(selector)


def test_the_more_exact_one_ranks_higher() -> None:
    selectors = ["kasan/outline", "kasan", "*", "kasan/out*", "kasan/*"]
    assert sorted(selectors, key=rank_of_selector) == ["*", "kasan", "kasan/*", "kasan/out*", "kasan/outline"]
    config = "arch/x86/configs/x86_64_defconfig+kernel/configs/debug.config"
    globs = ["*_defconfig", "x86_64_defconfig", "*", "*.config", "debug.config", "*+debug.config"]
    ranks = [rank_of_config(glob, config) for glob in globs]
    assert None not in ranks
    # A later part of a stack wins over an earlier one, the whole stack over all.
    assert sorted(globs, key=lambda glob: rank_of_config(glob, config) or (0, False, 0)) == globs


@given(st.text("ab*?[]!-/+.", max_size=30), st.text("ab/+.-]", max_size=30))
@settings(deadline=None)
def test_any_text_matches_or_does_not(glob: str, config: str) -> None:
    config_glob_fault(glob)
    selector_fault(glob)
    matches_rule(glob, config)
    assert matches_config(glob, config) is (rank_of_config(glob, config) is not None)


@given(st.lists(st.text("abc_.", min_size=1, max_size=5), min_size=1, max_size=5))
@settings(deadline=None)
def test_a_path_matches_itself_and_any_end_of_it(components: list[str]) -> None:
    components = [item.replace(".", "x") for item in components]
    path = "/".join(components)
    for start in range(len(components)):
        assert matches_config("/".join(components[start:]), path)
    assert matches_config(f"/{path}", path)
    assert matches_config("**", path)


def test_many_stars_take_no_exponential_time() -> None:
    assert not matches_config("**/a/" * 200 + "b", "a/" * 2000 + "c")
    assert not matches_config("*a" * 200 + "b", "a" * 2000)
