# SPDX-License-Identifier: GPL-2.0-or-later
"""A debug option that somebody left on makes no other kernel of a config, and is reported."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from kpolicy.config.model import Config
from kpolicy.config.read import parse_config, read_config
from kpolicy.demo import demo_tree
from kpolicy.policy.roles.role import role_of
from kpolicy.run.bare import bare_values
from tests.policy.strays import draws, prompts, with_options

_SEED = 20261129
_CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
_HEADER = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86_64 6.12.5 Kernel Configuration\n#\n"
# What distributions of 2025 have in common, as far as roles look at it.
_USUAL = tuple(
    "X86 X86_64 SMP MODULES MODULE_SIG NET EXPERT DEBUG_KERNEL DEBUG_FS MAGIC_SYSRQ DEVMEM STRICT_DEVMEM"
    " IO_STRICT_DEVMEM PROC_KCORE RANDOMIZE_BASE SLUB_DEBUG KFENCE SLAB_FREELIST_HARDENED SLAB_FREELIST_RANDOM"
    " RANDOM_KMALLOC_CACHES BUG_ON_DATA_CORRUPTION FAULT_INJECTION LDISC_AUTOLOAD".split()
)
_COSTLY = (
    "INIT_ON_FREE_DEFAULT_ON",
    "ZERO_CALL_USED_REGS",
    "DEBUG_LIST",
    "DEBUG_NOTIFIERS",
    "UBSAN_BOUNDS",
    "UBSAN_TRAP",
)
_OFF = ("PROVE_LOCKING", "DEBUG_SG", "KCOV", "PAGE_TABLE_CHECK_ENFORCED")
# The options on which the definitions of the roles rest, in the three files.
_HARDEST = tuple(
    "PROVE_LOCKING DEBUG_VM DEBUG_ATOMIC_SLEEP KASAN DEBUG_KMEMLEAK DEBUG_OBJECTS SLUB_DEBUG_ON DEBUG_PAGEALLOC"
    " FAILSLAB FAIL_PAGE_ALLOC KCOV PAGE_TABLE_CHECK_ENFORCED".split()
)


def _config(*on: str) -> Config:
    lines = [f"CONFIG_{name}=y" for name in on] + [f"# CONFIG_{name} is not set" for name in _OFF]
    return parse_config("some.config", (_HEADER + "\n".join(lines) + "\n").encode())


_OWN = ((_config(*_USUAL), "production"), (_config(*_USUAL, *_COSTLY), "hardened"))


def test_stray_options_change_no_role_and_are_reported() -> None:
    found = draws(_OWN, prompts(demo_tree()), 120, _SEED)
    assert [(draw.options, draw.own.verdict) for draw in found if not draw.holds] == []
    assert sum(len(draw.named) for draw in found) > 30


@pytest.mark.parametrize(("config", "role"), _OWN, ids=[role for _, role in _OWN])
def test_no_three_options_make_another_kernel(config: Config, role: str) -> None:
    made = [
        names
        for names in itertools.combinations(_HARDEST, 3)
        if role_of(bare_values(with_options(config, names))).role != role
    ]
    assert made == []


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (("KCOV",), "coverage/kcov-outside-fuzzing"),
        (("KASAN", "KASAN_GENERIC", "DEBUG_KMEMLEAK", "DEBUG_OBJECTS"), "kasan/software-in-production"),
        (("KASAN", "KASAN_GENERIC", "DEBUG_KMEMLEAK", "DEBUG_OBJECTS"), "kmemleak/in-production"),
        (("DEBUG_KMEMLEAK", "DEBUG_OBJECTS", "DEBUG_OBJECTS_TIMERS"), "objects/lifetimes-in-production"),
    ],
)
def test_rules_of_production_can_fire(options: tuple[str, ...], rule: str) -> None:
    report = draws([(with_options(_OWN[0][0], options), "production")], ("DEBUG_WX",), 1, _SEED)[0].own
    assert rule in {finding.rule for finding in report.findings if finding.severity == "error"}


@pytest.mark.newest_kernel
@pytest.mark.skipif(not _CORPUS.is_dir(), reason="no shared/corpus beside the project")
@pytest.mark.trees
def test_stray_options_in_kernels_that_are_in_use(kernel: Path) -> None:
    paths = [*sorted(_CORPUS.glob("production/*.xz")), *sorted(_CORPUS.glob("hardened/*.xz"))]
    found = draws([(read_config(str(path)), path.parent.name) for path in paths], prompts(kernel), 200, _SEED)
    assert [(draw.options, draw.own.verdict) for draw in found if not draw.holds] == []
