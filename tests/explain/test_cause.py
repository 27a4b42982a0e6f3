# SPDX-License-Identifier: GPL-2.0-or-later
"""Causes: from a value to the line that a person would edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.demo import demo_tree
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.cause import Link, cause, config_line, end, place
from kpolicy.explain.shown import shown
from kpolicy.location import Location
from tests.kconfig.small import load, make_tree
from tests.policy.support import models, values_of


def steps(values: Values, name: str) -> list[tuple[str, str, str]]:
    return [(link.kind, link.symbol, link.text) for link in cause(values, name)]


def text_at(location: Location | None) -> str:
    """The text of a line of the demonstration tree."""
    assert location is not None
    return (demo_tree() / location.path).read_text().splitlines()[location.line - 1].strip()


def test_assigned() -> None:
    values = values_of("DEBUG_KERNEL", "DEBUG_VM")
    assert cause(values, "DEBUG_VM") == (
        Link("assigned", "DEBUG_VM", "y", None, Location("some_defconfig", 2), "CONFIG_DEBUG_VM=y"),
    )


def test_assigned_n() -> None:
    values = values_of("DEBUG_KERNEL", "DEBUG_VM", "!DEBUG_VM_PGTABLE")
    assert steps(values, "DEBUG_VM_PGTABLE") == [
        ("assigned", "DEBUG_VM_PGTABLE", "# CONFIG_DEBUG_VM_PGTABLE is not set")
    ]
    assert place(values, "DEBUG_VM_PGTABLE") == Location("some_defconfig", 3)


def test_the_last_line_counts() -> None:
    assert place(values_of("DEBUG_KERNEL", "!DEBUG_SG", "DEBUG_SG"), "DEBUG_SG").line == 3


def test_numbers_and_texts() -> None:
    values = values_of("LOG_BUF_SHIFT=14", 'LOCALVERSION="-a\\"b\\\\"', "EXPERT", "PHYSICAL_START=0x200000")
    names = ("LOG_BUF_SHIFT", "LOCALVERSION", "PHYSICAL_START")
    assert {cause(values, name)[0].kind for name in names} == {"assigned"}
    assert shown(values, "LOCALVERSION") == '"-a\\"b\\\\"'
    assert steps(values, "NR_CPUS") == [("default", "NR_CPUS", "default 1 if !SMP")]


def test_selected_down_to_the_config_line() -> None:
    values = values_of("KASAN")
    assert steps(values, "STACKTRACE") == [
        ("selected", "STACKTRACE", "selected by STACKDEPOT"),
        ("selected", "STACKDEPOT", "selected by STACKDEPOT_ALWAYS_INIT"),
        ("selected", "STACKDEPOT_ALWAYS_INIT", "selected by KASAN"),
        ("assigned", "KASAN", "CONFIG_KASAN=y"),
    ]
    for link in cause(values, "STACKTRACE")[:-1]:
        assert text_at(link.location).startswith(f"select {link.symbol}")
    assert place(values, "STACKTRACE") == Location("some_defconfig", 1)


def test_a_select_shows_its_own_condition_only() -> None:
    values = values_of("DEBUG_KERNEL", "DEBUG_KMEMLEAK")
    link = cause(values, "STACKDEPOT_ALWAYS_INIT")[0]
    assert link.text == "selected by DEBUG_KMEMLEAK if !DEBUG_KMEMLEAK_DEFAULT_OFF"
    assert text_at(link.location) == "select STACKDEPOT_ALWAYS_INIT if !DEBUG_KMEMLEAK_DEFAULT_OFF"


def test_a_chain_that_ends_at_a_config_line_is_preferred_though_longer() -> None:
    # SLUB_DEBUG selects the stack depot too, and is on by default.
    values = values_of("DEBUG_KERNEL", "PAGE_OWNER")
    assert [link.symbol for link in cause(values, "STACKDEPOT")] == ["STACKDEPOT", "PAGE_OWNER"]
    alone = values_of("SYSVIPC")
    assert steps(alone, "STACKDEPOT") == [
        ("selected", "STACKDEPOT", "selected by SLUB_DEBUG if STACKTRACE_SUPPORT"),
        ("default", "SLUB_DEBUG", "default y"),
    ]
    assert text_at(place(alone, "STACKDEPOT")) == "default y"


def test_the_shortest_chain_is_taken() -> None:
    values = values_of("DEBUG_KERNEL", "PROVE_LOCKING")
    assert [link.symbol for link in cause(values, "DEBUG_LOCK_ALLOC")] == ["DEBUG_LOCK_ALLOC", "PROVE_LOCKING"]


def test_selects_in_a_circle_come_to_an_end() -> None:
    # LOCKDEP and DEBUG_LOCK_ALLOC hang together by several selects.
    values = values_of("DEBUG_KERNEL", "LOCK_STAT")
    assert [link.symbol for link in cause(values, "LOCKDEP")] == ["LOCKDEP", "LOCK_STAT"]


def test_asked_off_and_selected_on() -> None:
    values = values_of("DEBUG_KERNEL", "PROVE_LOCKING", "!DEBUG_SPINLOCK")
    assert steps(values, "DEBUG_SPINLOCK")[0] == ("selected", "DEBUG_SPINLOCK", "selected by PROVE_LOCKING")


def test_a_default_that_passes_another_symbol_on_is_followed() -> None:
    values = values_of("EXPERT", "DEBUG_VM")
    assert steps(values, "DEBUG_VM_PGTABLE") == [
        ("default", "DEBUG_VM_PGTABLE", "default y if DEBUG_VM"),
        ("assigned", "DEBUG_VM", "CONFIG_DEBUG_VM=y"),
    ]
    assert steps(values, "DEBUG_MISC") == [
        ("default", "DEBUG_MISC", "default DEBUG_KERNEL"),
        ("selected", "DEBUG_KERNEL", "selected by EXPERT"),
        ("assigned", "EXPERT", "CONFIG_EXPERT=y"),
    ]


def test_what_a_symbol_depends_on_is_no_reason_for_its_default() -> None:
    values = values_of("DEBUG_KERNEL")
    assert steps(values, "X86_DEBUG_FPU") == [("default", "X86_DEBUG_FPU", "default y")]
    assert place(values, "X86_DEBUG_FPU").path == "arch/x86/Kconfig.debug"


def test_implied() -> None:
    values = values_of("DEBUG_KERNEL", "HARDLOCKUP_DETECTOR")
    chain = cause(values, "HARDLOCKUP_DETECTOR_PERF")
    assert [(link.kind, link.by) for link in chain] == [("implied", "HARDLOCKUP_DETECTOR"), ("assigned", None)]
    assert text_at(chain[0].location) == "imply HARDLOCKUP_DETECTOR_PERF"


def test_choice() -> None:
    by_default = values_of("KASAN")
    assert steps(by_default, "KASAN_GENERIC") == [("choice", "KASAN_GENERIC", "default KASAN_GENERIC of the choice")]
    assert text_at(place(by_default, "KASAN_GENERIC")) == "default KASAN_GENERIC"
    chosen = values_of("KASAN", "KASAN_OUTLINE")
    assert steps(chosen, "KASAN_OUTLINE") == [("assigned", "KASAN_OUTLINE", "CONFIG_KASAN_OUTLINE=y")]
    # A choice without a default: what is visible first.
    first = values_of("DEBUG_KERNEL")
    assert steps(first, "DEBUG_INFO_NONE") == [("choice", "DEBUG_INFO_NONE", "the first visible member of the choice")]


def test_toolchain() -> None:
    values = values_of("SYSVIPC")
    (link,) = cause(values, "CC_HAS_KASAN_GENERIC")
    assert link.kind == "toolchain"
    assert text_at(link.location) == "def_bool $(cc-option,-fsanitize=kernel-address)"


@pytest.mark.parametrize(
    ("lines", "name", "text", "line"),
    [
        (("SYSVIPC",), "STACK_HASH_ORDER", "not defined in this tree", None),
        (("STACK_HASH_ORDER=9",), "STACK_HASH_ORDER", "CONFIG_STACK_HASH_ORDER=9, which this tree does not define", 1),
        (("SYSVIPC",), "DEBUG_SG", "depends on DEBUG_KERNEL", None),
        (("DEBUG_KERNEL",), "DEBUG_SG", "not set, and it has no default", None),
        (("DEBUG_SG",), "DEBUG_SG", "CONFIG_DEBUG_SG=y is not honoured: depends on DEBUG_KERNEL", 1),
        (("LOCKUP_DETECTOR",), "LOCKUP_DETECTOR", "CONFIG_LOCKUP_DETECTOR=y is not honoured: no prompt", 1),
        (("KASAN", "KASAN_OUTLINE", "KASAN_INLINE"), "KASAN_OUTLINE",
         "CONFIG_KASAN_OUTLINE=y is not honoured: another member of the choice is set", 2),
        (("SYSVIPC",), "DEBUG_KMEMLEAK_MEM_POOL_SIZE", "depends on DEBUG_KMEMLEAK", None),
    ],
)  # fmt: skip
def test_unset(lines: tuple[str, ...], name: str, text: str, line: int | None) -> None:
    values = values_of(*lines)
    (link,) = cause(values, name)
    assert (link.kind, link.value, link.text) == ("unset", "n", text)
    assert (link.location.line if link.location else None) == line
    assert place(values, name) == (link.location or Location("some_defconfig", len(lines)))


def test_m_that_becomes_y_without_modules_is_still_the_users() -> None:
    values = values_of("PCI", "DRM=m")
    assert steps(values, "DRM") == [("assigned", "DRM", "CONFIG_DRM=m")]
    assert shown(values, "DRM") == "y"


def test_a_preset_has_no_config_to_point_at() -> None:
    values = evaluate(models()("x86"), None, "allnoconfig")
    assert end(values) == Location("Kconfig", 1)
    assert place(values, "DEBUG_SG") == Location("Kconfig", 1)
    assert config_line(values, "DEBUG_SG") == Location("Kconfig", 1)


def test_the_line_to_edit_is_one_of_the_config() -> None:
    values = values_of("EXPERT", "DEBUG_KERNEL", "KASAN", "NET")
    assert place(values, "KASAN_GENERIC").path.startswith("lib/Kconfig")
    assert str(config_line(values, "KASAN_GENERIC", "DEBUG_SG", "KASAN")) == "some_defconfig:3"
    assert str(config_line(values, "KASAN_GENERIC", "DEBUG_SG")) == "some_defconfig:4"
    assert str(config_line(values_of(), "DEBUG_SG")) == "some_defconfig:1"


def test_every_symbol_of_every_config_has_a_cause_whose_links_hold_together() -> None:
    for lines, arch in ((("EXPERT", "PROVE_LOCKING", "KASAN"), "x86"), (("KCOV", "DEBUG_KERNEL"), "arm64")):
        values = values_of(*lines, arch=arch)
        for name in values.model.names():
            chain = cause(values, name)
            assert [link.symbol for link in chain] == [name, *[link.by for link in chain[:-1]]]
            assert chain[-1].by is None
            assert len({link.symbol for link in chain}) == len(chain)
            if values.is_on(name):
                assert chain[-1].kind != "unset", name
                assert all(link.location is not None for link in chain), name


def test_an_imply_wins_over_a_default_of_n(tmp_path: Path) -> None:
    text = 'config A\n\tbool "A"\n\tdefault n\n\nconfig B\n\tbool "B"\n\timply A\n'
    values = evaluate(load(make_tree(tmp_path, {"Kconfig": text})), parse_config("c", b"CONFIG_B=y\n"))
    assert steps(values, "A") == [("implied", "A", "implied by B"), ("assigned", "B", "CONFIG_B=y")]


_MODULES = 'config MODULES\n\tbool "modules"\n\tmodules\n\tdefault y\n\n'


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("\tdepends on A\n", "CONFIG_X=y, limited to m by A"),
        ("\tdepends on A\n\tdepends on B || !B\n", "CONFIG_X=y, limited to m by A && (B || !B)"),
        ("\tdepends on MODULES && A\n", "CONFIG_X=y, limited to m by A"),
    ],
)
def test_a_line_that_gets_m_names_what_is_m(tmp_path: Path, more: str, text: str) -> None:
    others = "".join(f'config {name}\n\ttristate "{name}"\n\n' for name in "AB")
    tree = make_tree(tmp_path, {"Kconfig": f'{_MODULES}{others}config X\n\ttristate "x"\n{more}'})
    config = parse_config("config", b"CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_B=m\nCONFIG_X=y\n")
    assert steps(evaluate(load(tree), config), "X") == [("assigned", "X", text)]
