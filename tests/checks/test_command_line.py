# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said about the words of a command line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpolicy.config.boot_files import parse_boot_file, read_command_line
from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import Values
from kpolicy.policy.boot.load import by_name, shipped_parameters
from kpolicy.policy.boot.words import near
from kpolicy.policy.checks.command_line import check_command_line
from kpolicy.run.bare import bare_values

_X86 = "X86 CMDLINE_BOOL SLUB_DEBUG"


def _values(loader: str | None, symbols: str = _X86, built_in: str = "", version: str = "6.12.117") -> Values:
    head = f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 {version} Kernel Configuration\n#\n"
    lines = "".join(
        f"CONFIG_{name}={value or 'y'}\n" for name, _, value in (item.partition("=") for item in symbols.split())
    )
    config = parse_config(".config", f'{head}{lines}CONFIG_CMDLINE="{built_in}"\n'.encode())
    return bare_values(config).booted(read_command_line(loader) if loader is not None else None)


def _said(values: Values, role: str = "debug", known: frozenset[str] | None = None) -> list[str]:
    tell = known.__contains__ if known is not None else None
    findings = check_command_line(values, role, known=tell)
    return [f"{item.place}: {item.severity}: {item.message} [{item.rule}]" for item in findings]


_SWITCH = "expected 1 or 0, y or n, on or off"


@pytest.mark.parametrize(
    ("line", "rule", "said"),
    [
        ("slab_debug=FZ quiet splash", "", ""),
        ("page_owner=on", "no-effect", "warning: page_owner=on has no effect: CONFIG_PAGE_OWNER is not set"),
        ("kmemleak=off", "no-effect", "note: kmemleak=off has no effect: CONFIG_DEBUG_KMEMLEAK is not set"),
        ("kasan.stacktrace=on", "no-effect", "CONFIG_KASAN_SW_TAGS and CONFIG_KASAN_HW_TAGS are not set"),
        ("slub_debug=FZ", "old-name", "note: slub_debug is the old name of slab_debug"),
        ("slub-merge", "old-name", "note: slub_merge is the old name of slab_merge"),
        ("init_on_alloc=maybe", "invalid-value", f"warning: init_on_alloc=maybe has no effect: {_SWITCH}"),
        ("init_on_alloc", "invalid-value", "expected init_on_alloc= with 1 or 0, y or n, on or off"),
        ("no_hash_pointers=0", "invalid-value", "no_hash_pointers=0 has the effect of no_hash_pointers: the kernel"),
        ("panic_on_warn", "invalid-value", "expected panic_on_warn= with a whole number"),
        (
            "slab_debug=FZ slab_debug=-",
            "overridden",
            "slab_debug=FZ has no effect: slab_debug=- comes later (<cmdline>:1)",
        ),
        # A list for some caches leaves the flags for all alone; of two lists the last one counts.
        ("slab_debug=FZ slab_debug=P,dentry", "", ""),
        ("slab_debug=P,a slab_debug=P,b", "overridden", "slab_debug=P,a has no effect: slab_debug=P,b comes later"),
        ("slab_debug slab_debug", "overridden", "note: slab_debug is given again (<cmdline>:1)"),
        ("slab_nomerge slab_merge", "overridden", "warning: slab_nomerge has no effect: slab_merge comes later"),
        ("init_on_alloc=1 init_on_alloc=maybe", "invalid-value", _SWITCH),
        # Letters that mean nothing are skipped: "on" leaves no flag.
        ("slab_debug=on", "invalid-value", "slab_debug=on: the kernel skips 'n', expected letters of FZPUTAO or -"),
        ("slab_debug=fz;Pq,kmalloc-64;x", "invalid-value", "the kernel skips 'qx'"),
        ("slab_debug=-;,dentry", "", ""),
        ("quiet -- slab_debug=F", "after-dashes", "slab_debug=F comes after --: the kernel passes it to init"),
        ("hash_pointers=never", "no-effect", "Linux 6.12 does not know hash_pointers; use no_hash_pointers"),
    ],
)
def test_words(line: str, rule: str, said: str) -> None:
    found = _said(_values(line))
    assert [item.rpartition(" [")[2] for item in found] == ([f"boot/{rule}]"] if rule else [])
    assert all(said in item for item in found)


@pytest.mark.parametrize(
    ("version", "line", "said"),
    [
        ("6.1.192", "slab_debug=FZ", "Linux 6.1 does not know slab_debug; use slub_debug"),
        ("6.1.192", "slub_debug=FZ", ""),
        ("6.9.1", "slab_debug=FZ", ""),
        ("6.1.192", "check_pages=1", "Linux 6.1 does not know check_pages"),
        # 7.3 has it, 6.12 does not, and nobody looked at 6.18.
        ("6.18.1", "check_pages=1", ""),
        ("6.12.117", "init_on_free=enable", "expected 1 or 0, y or n, on or off"),
        ("7.3.4", "init_on_free=enable", ""),
    ],
)
def test_releases(version: str, line: str, said: str) -> None:
    found = _said(_values(line, version=version))
    assert [item.partition("no effect: ")[2].rpartition(" [")[0] for item in found] == ([said] if said else [])


def test_a_tree_knows_better_than_its_release() -> None:
    # A distribution that has the new name in an old release.
    assert _said(_values("slab_debug=FZ", version="6.1.192"), known=frozenset({"slab_debug"})) == []


@pytest.mark.parametrize(
    ("symbols", "line", "said"),
    [
        ("KASAN KASAN_GENERIC", "kasan.fault=panic", ""),
        ("KASAN KASAN_GENERIC", "kasan=off", "note: kasan=off has no effect: CONFIG_KASAN_HW_TAGS is not set"),
        ("KASAN", "kasan.fault=die", "expected report, panic or panic_on_write"),
        ("TRACING FUNCTION_TRACER", "ftrace=function", ""),
        ("TRACING", "ftrace=irqsoff", "warning: ftrace=irqsoff has no effect: CONFIG_IRQSOFF_TRACER is not set"),
        ("TRACING", "ftrace=mine", ""),
        ("FAILSLAB", "failslab=1", "expected four numbers: interval,probability,space,times"),
        ("FAILSLAB", "failslab=10,100,0,-1", ""),
        ("DEBUG_PAGEALLOC", "debug_guardpage_minorder=0x1", "expected a decimal number, not negative"),
        ("DEBUG_KMEMLEAK", "kmemleak=1", "warning: kmemleak=1 has no effect: expected on or off"),
        ("KFENCE", "kfence.check_on_panic", ""),
        ("EVENT_TRACING", "trace_event=sched trace_event=irq", ""),
        ("RANDOMIZE_BASE", "nokaslr=0", "warning: nokaslr=0 has no effect: expected no value"),
        (
            "RANDOMIZE_BASE EFI_STUB",
            "nokaslr=0",
            "nokaslr=0 has the effect of nokaslr if the EFI stub starts the kernel, and none otherwise",
        ),
        ("RANDOMIZE_BASE EFI_STUB", "nokaslr=1", ""),
        ("CPU_MITIGATIONS", "mitigations=none", "mitigations=none has no effect: expected off, auto or auto,nosmt"),
        ("CPU_MITIGATIONS", "mitigations=auto,nosmt", ""),
        ("STRICT_KERNEL_RWX", "rodata=full", "rodata=full has no effect: expected on or off"),
        ("KGDB_SERIAL_CONSOLE", "kgdboc=ttyS0", ""),
        ("MODULES KGDB_SERIAL_CONSOLE=m", "kgdboc=ttyS0", "has no effect: CONFIG_KGDB_SERIAL_CONSOLE is m, not y"),
        ("DMA_API_DEBUG", "dma_debug_entries=65536", ""),
        (
            "DMA_API_DEBUG",
            "dma_debug_entries=64K",
            "dma_debug_entries=64K has the effect of dma_debug_entries=64: the kernel skips 'K'",
        ),
        ("DMA_API_DEBUG", "dma_debug_entries=K", "dma_debug_entries=K has no effect: expected a number"),
        ("MITIGATION_PAGE_TABLE_ISOLATION", "pti=off", ""),
        ("UNMAP_KERNEL_AT_EL0", "pti=off", "MITIGATION_PAGE_TABLE_ISOLATION and CONFIG_PAGE_TABLE_ISOLATION are not"),
        ("PPC_BOOK3S_64", "pti=off", "MITIGATION_PAGE_TABLE_ISOLATION and CONFIG_PAGE_TABLE_ISOLATION are not"),
        ("PPC_BOOK3S_64", "nopti", ""),
        ("UNMAP_KERNEL_AT_EL0", "kpti=0", ""),
        # security/lockdown/lockdown.c: lock_kernel_down() goes up only.
        (
            "SECURITY_LOCKDOWN_LSM",
            "lockdown=confidentiality lockdown=integrity",
            "lockdown=integrity has no effect: lockdown=confidentiality is final",
        ),
        (
            "SECURITY_LOCKDOWN_LSM",
            "lockdown=integrity lockdown=confidentiality",
            "lockdown=integrity has no effect: lockdown=confidentiality is final",
        ),
    ],
)  # fmt: skip
def test_what_is_built_in(symbols: str, line: str, said: str) -> None:
    found = _said(_values(line, f"{_X86} {symbols}"))
    assert len(found) == bool(said)
    assert all(said in item for item in found)


def test_kernels_of_a_fuzzer_share_a_line() -> None:
    for role, severity in (("debug", "warning"), ("fuzzing", "note")):
        [found] = _said(_values("page_owner=on"), role)
        assert found.startswith(f"<cmdline>:1: {severity}: page_owner=on has no effect")


def test_what_cannot_be_taken_back() -> None:
    found = _said(_values("kmemleak=off kmemleak=on", f"{_X86} DEBUG_KMEMLEAK"))
    assert found == [
        "<cmdline>:1: warning: kmemleak=on has no effect: kmemleak=off is final (<cmdline>:1) [boot/overridden]",
        "<cmdline>:1: warning: kmemleak=off on the boot command line: memory leaks go undetected [boot/switched-off]",
    ]


@pytest.mark.parametrize(
    ("symbols", "line", "role", "said"),
    [
        ("DEBUG_KMEMLEAK", "kmemleak=off", "debug", True),
        ("DEBUG_KMEMLEAK", "kmemleak=off", "production", False),
        ("DEBUG_KMEMLEAK DEBUG_KMEMLEAK_DEFAULT_OFF", "kmemleak=off", "debug", False),
        ("SLUB_DEBUG_ON", "slab_debug=-", "fuzzing", True),
        ("SLUB_DEBUG_ON", "slab_debug=P,dentry", "fuzzing", False),
        ("KFENCE KFENCE_SAMPLE_INTERVAL=100", "kfence.sample_interval=0", "debug", True),
        ("KFENCE KFENCE_SAMPLE_INTERVAL=0", "kfence.sample_interval=0", "debug", False),
        ("STACKDEPOT", "stack_depot_disable=on", "debug", True),
        ("PROVE_LOCKING", "lockdep.prove_locking=0", "debug", True),
        ("HARDENED_USERCOPY", "hardened_usercopy=off", "production", True),
        ("HARDENED_USERCOPY", "hardened_usercopy=off", "debug", False),
        ("RANDOMIZE_BASE", "nokaslr", "hardened", True),
        ("RANDOMIZE_BASE", "nokaslr", "fuzzing", False),
        ("CPU_MITIGATIONS", "mitigations=off", "production", True),
        ("CPU_MITIGATIONS", "mitigations=auto", "production", False),
        ("MITIGATION_PAGE_TABLE_ISOLATION", "pti=on nopti", "production", True),
        ("INIT_ON_FREE_DEFAULT_ON", "init_on_free=0", "hardened", True),
        ("RANDOMIZE_KSTACK_OFFSET RANDOMIZE_KSTACK_OFFSET_DEFAULT", "randomize_kstack_offset=n", "production", True),
        ("SOFTLOCKUP_DETECTOR", "nosoftlockup", "debug", True),
        ("WQ_WATCHDOG", "workqueue.watchdog_thresh=0", "debug", True),
        ("STRICT_KERNEL_RWX", "rodata=off", "production", True),
        ("STRICT_KERNEL_RWX", "rodata=off rodata=0", "production", True),
        ("RANDOMIZE_BASE", "nokaslr=0", "production", False),
        ("RANDOMIZE_BASE EFI_STUB", "nokaslr=0", "production", True),
        ("PPC_BOOK3S_64", "nopti", "production", True),
        ("UNMAP_KERNEL_AT_EL0", "kpti=off", "production", True),
        ("CPU_MITIGATIONS", "mitigations=off mitigations=none", "production", True),
        ("DMA_API_DEBUG", "dma_debug=off", "debug", True),
    ],
)
def test_what_the_command_line_switches_off(symbols: str, line: str, role: str, said: bool) -> None:
    found = _said(_values(line, f"{_X86} {symbols}"), role)
    assert any("[boot/switched-off]" in item for item in found) == said


def test_the_boot_loader_overrides_the_built_in_line() -> None:
    values = _values("page_owner=off", f"{_X86} PAGE_OWNER", built_in="page_owner=on")
    assert _said(values) == [
        ".config:9: note: page_owner=on has no effect: page_owner=off comes later (<cmdline>:1) [boot/overridden]"
    ]
    # The same once more is no contradiction.
    assert _said(_values("page_owner=on", f"{_X86} PAGE_OWNER", built_in="page_owner=on")) == []


def test_a_command_line_that_is_not_used() -> None:
    values = _values("page_owner=on", f"{_X86} PAGE_OWNER CMDLINE_OVERRIDE", built_in="quiet")
    assert _said(values) == [
        "<cmdline>:1: warning: CONFIG_CMDLINE_OVERRIDE=y: the kernel ignores the boot loader's command line"
        " [boot/loader-ignored]"
    ]
    values = _values("quiet", "ARM64 PAGE_OWNER", built_in="page_owner=on quiet")
    assert _said(values) == [
        ".config:7: warning: page_owner=on in CONFIG_CMDLINE has no effect: the boot loader passes a command line"
        " [boot/built-in-unused]"
    ]
    assert _said(_values("", "ARM64 PAGE_OWNER", built_in="page_owner=on quiet")) == []


def test_words_that_the_tree_does_not_know() -> None:
    values = _values("page_ower=on other.thing=1 what=1 rd.break $kernelopts console=ttyS0 known=2 kmemlaek=on kasn=1")
    found = [item.removeprefix("<cmdline>:1: ") for item in _said(values, known=frozenset({"known"}))]
    assert found == [
        "warning: page_ower=on is not a parameter of this kernel: did you mean page_owner? [boot/misspelt]",
        "note: other.thing=1 is not a parameter of this kernel: only an out-of-tree module takes it"
        " [boot/unknown-parameter]",
        "note: what=1 is not a parameter of this kernel: the kernel passes it to init [boot/unknown-parameter]",
        "warning: kmemlaek=on is not a parameter of this kernel: did you mean kmemleak? [boot/misspelt]",
        # Too short to say what is meant.
        "note: kasn=1 is not a parameter of this kernel: the kernel passes it to init [boot/unknown-parameter]",
    ]
    assert _said(values) == []


def test_unknown_words_of_the_config_are_not_looked_up() -> None:
    # Without --cmdline no C file is read.
    assert _said(_values(None, built_in="page_ower=on"), known=frozenset()) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("page_ownr", "page_owner"),
        ("page_ownerr", "page_owner"),
        ("page_owenr", "page_owner"),
        ("page_owmer", "page_owner"),
        ("page_own", ""),
        ("fail_futez", "fail_futex"),
        ("slab_ge", ""),
    ],
)
def test_slips(name: str, meant: str) -> None:
    assert near(name, by_name(shipped_parameters())) == meant


def test_a_bootconfig() -> None:
    text = "kernel {\n init_on_alloc = 1\n slab_debug = FZ\n kernel_x\n}\ninit.kmemleak = off\n"
    added = parse_boot_file("my.bconf", text).bootconfig
    line = replace(read_command_line("bootconfig slab_debug=P"), bootconfig=added)
    assert _said(_values(None, f"{_X86} BOOT_CONFIG").booted(line)) == [
        "my.bconf:2: warning: init_on_alloc=1 in a bootconfig has no effect: the kernel parses init_on_alloc before it"
        " reads one [boot/no-effect]",
        "my.bconf:3: note: slab_debug=FZ has no effect: slab_debug=P comes later (<cmdline>:1) [boot/overridden]",
        "my.bconf:6: warning: kmemleak=off is below init in a bootconfig: the kernel passes it to init and does not"
        " parse it [boot/after-dashes]",
    ]
    assert _said(_values(None).booted(line)) == [
        "<cmdline>:1: warning: bootconfig has no effect: CONFIG_BOOT_CONFIG is not set [boot/no-effect]",
    ]
    assert _said(_values(None).booted(replace(read_command_line("quiet"), bootconfig=added))) == [
        "my.bconf:2: warning: the kernel ignores the bootconfig: CONFIG_BOOT_CONFIG is not set"
        " [boot/bootconfig-ignored]",
    ]
    alone = parse_boot_file("my.bconf", "kernel.slab_debug = FZ\n")
    assert _said(_values(None, f"{_X86} BOOT_CONFIG BOOT_CONFIG_FORCE").booted(alone)) == []
    [said] = _said(_values(None, f"{_X86} BOOT_CONFIG").booted(alone))
    assert "the command line lacks bootconfig, and CONFIG_BOOT_CONFIG_FORCE is not set" in said


def test_findings_are_about_parameters() -> None:
    line = parse_boot_file("grub.cfg", "set x=1\nlinux /vmlinuz quiet page_owner=on kmemleak=on\n")
    findings = check_command_line(_values("").booted(line), "debug")
    assert [(item.symbol, item.symbols[0].value, str(item.place)) for item in findings] == [
        ("page_owner", "on", "grub.cfg:2"),
        ("kmemleak", "on", "grub.cfg:2"),
    ]
    assert len({item.fingerprint for item in findings}) == 2


def test_a_line_that_is_too_long() -> None:
    [found] = _said(_values(f"{'a' * 2040} page_owner=on page_owner=off kmemleak=on"))
    assert "warning: the kernel cuts its command line after 2047 characters: page_owner=on and 2 more" in found


def test_only_what_is_wanted() -> None:
    values = _values("page_owner=on slub_debug")
    assert [item.rule for item in check_command_line(values, "debug", wanted={"boot/old-name"})] == ["boot/old-name"]


def test_a_long_word_is_shortened() -> None:
    [said] = _said(_values(f"page_owner={'x' * 500}"))
    assert len(said) < 200
