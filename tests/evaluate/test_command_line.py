# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line that the kernel sees, and how each parameter is read."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.config.boot_files import parse_boot_file, read_command_line
from kpolicy.config.command_line import RUNNING
from kpolicy.config.read import parse_config
from kpolicy.evaluate.command_line import (
    bootconfig_ignored,
    cut,
    fallback_parameter,
    is_passed,
    origin,
    parameter,
    seen,
    standing,
)
from kpolicy.evaluate.parameters import PARAMETERS
from kpolicy.evaluate.values import Values
from kpolicy.policy.expressions.syntax import parse
from kpolicy.run.bare import bare_values


def _values(line: str, symbols: str = "X86 CMDLINE_BOOL", version: str = "6.12.117") -> Values:
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    head = f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 {version} Kernel Configuration\n#\n"
    text = head + "".join(f"CONFIG_{name}=y\n" for name in symbols.split()) + f'CONFIG_CMDLINE="{escaped}"\n'
    return bare_values(parse_config(".config", text.encode()))


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        ("X86 CMDLINE_BOOL", "overridable"),
        ("X86 CMDLINE_BOOL CMDLINE_OVERRIDE", "final"),
        ("ARM64 CMDLINE_FROM_BOOTLOADER", "fallback"),
        ("ARM64 CMDLINE_FORCE", "final"),
        ("ARM CMDLINE_EXTEND", "final"),
        ("ARM CMDLINE_EXTEND ATAGS", "overridable"),
        ("RISCV CMDLINE_FALLBACK", "fallback"),
        ("RISCV CMDLINE_EXTEND", "final"),
        ("PPC CMDLINE_EXTEND", "final"),
        ("LOONGARCH CMDLINE_EXTEND", "final"),
        ("LOONGARCH CMDLINE_BOOTLOADER", "fallback"),
        ("MIPS CMDLINE_BOOL", "final"),
        ("MIPS CMDLINE_BOOL MIPS_CMDLINE_BUILTIN_EXTEND", "overridable"),
        ("SUPERH CMDLINE_OVERWRITE", "final"),
        ("SPARC64 CMDLINE_BOOL", "fallback"),
    ],
)
def test_what_becomes_of_the_line(symbols: str, expected: str) -> None:
    values = _values("page_owner=on", symbols)
    assert standing(values) == expected
    assert parameter(values, "page_owner") == ("" if expected == "fallback" else "y")
    assert fallback_parameter(values, "page_owner") == ("y" if expected == "fallback" else "")


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        # arch/x86/kernel/setup.c: the boot loader's words come last; an override drops them.
        ("X86 CMDLINE_BOOL", ["built", "in", "from", "loader"]),
        ("X86 CMDLINE_BOOL CMDLINE_OVERRIDE", ["built", "in"]),
        # drivers/of/fdt.c: the built-in words come last, replace the others, or are for an empty line.
        ("ARM CMDLINE_EXTEND", ["from", "loader", "built", "in"]),
        ("ARM64 CMDLINE_FROM_BOOTLOADER", ["from", "loader"]),
        ("ARM64 CMDLINE_FORCE", ["built", "in"]),
        ("RISCV CMDLINE_FALLBACK", ["from", "loader"]),
        # arch/loongarch/kernel/setup.c: bootcmdline_init()
        ("LOONGARCH CMDLINE_EXTEND", ["from", "loader", "built", "in"]),
        ("LOONGARCH CMDLINE_BOOTLOADER", ["from", "loader"]),
        ("LOONGARCH CMDLINE_FORCE", ["built", "in"]),
        # arch/mips/kernel/setup.c: bootcmdline_init()
        ("MIPS CMDLINE_BOOL", ["from", "loader", "built", "in"]),
        ("MIPS CMDLINE_BOOL MIPS_CMDLINE_BUILTIN_EXTEND", ["built", "in", "from", "loader"]),
        ("MIPS CMDLINE_BOOL CMDLINE_OVERRIDE", ["built", "in"]),
        # arch/sh/kernel/setup.c
        ("SUPERH CMDLINE_EXTEND", ["from", "loader", "built", "in"]),
        ("SUPERH CMDLINE_OVERWRITE", ["built", "in"]),
    ],
)
def test_the_command_line_that_the_kernel_sees(symbols: str, expected: list[str]) -> None:
    values = _values("built in", symbols).booted(read_command_line("from loader"))
    assert [word.name for word in seen(values).words] == expected
    passed = [word.name for word in seen(values).words if is_passed(values, word)]
    assert passed == [name for name in expected if name in ("from", "loader")]


_BOOTCONFIG = "kernel {\n page_owner = off\n debug_pagealloc = on\n slab_debug = FZ\n x\n}\ninit.one = 1\n"


@pytest.mark.parametrize(
    ("symbols", "line", "words", "why"),
    [
        # init/main.c: setup_command_line() puts the words of a bootconfig before all others.
        ("X86 BOOT_CONFIG", "from bootconfig", ["page_owner", "debug_pagealloc", "slab_debug", "x", "from"], ""),
        ("X86 BOOT_CONFIG BOOT_CONFIG_FORCE", "from", ["page_owner", "debug_pagealloc", "slab_debug", "x", "from"], ""),
        ("X86", "from bootconfig", ["from"], "CONFIG_BOOT_CONFIG is not set"),
        (
            "X86 BOOT_CONFIG",
            "from -- bootconfig",
            ["from"],
            "the command line lacks bootconfig, and CONFIG_BOOT_CONFIG_FORCE is not set",
        ),
    ],
)
def test_a_bootconfig(symbols: str, line: str, words: list[str], why: str) -> None:
    loader = replace(read_command_line(line), bootconfig=parse_boot_file("my.bconf", _BOOTCONFIG).bootconfig)
    values = _values("", symbols).booted(loader)
    assert [word.name for word in seen(values).words if word.name != "bootconfig"] == words
    assert [str(word) for word in seen(values).for_init][:1] == (
        ["one=1"] if not why else ["bootconfig"] * ("--" in line)
    )
    assert bootconfig_ignored(values) == why


def test_early_parameters_in_a_bootconfig() -> None:
    loader = replace(
        read_command_line("bootconfig page_owner=on"), bootconfig=parse_boot_file("f.bconf", _BOOTCONFIG).bootconfig
    )
    values = _values("slab_debug=P", "X86 CMDLINE_BOOL BOOT_CONFIG").booted(loader)
    # parse_early_param() parses boot_command_line, to which a bootconfig is not added.
    assert parameter(values, "page_owner") == "y"
    assert parameter(values, "debug_pagealloc") == ""
    # The words of the config come behind it.
    assert [parameter(values, f"slab_debug.{flag}") for flag in "FP"] == ["n", "y"]
    assert {str(word): origin(values, word) for word in seen(values).words if word.name == "slab_debug"} == {
        "slab_debug=FZ": "bootconfig",
        "slab_debug=P": "config",
    }


def test_an_empty_command_line_of_the_boot_loader() -> None:
    values = _values("page_owner=on", "ARM64").booted(read_command_line(""))
    assert parameter(values, "page_owner") == "y"
    # Now it is known what becomes of it.
    assert fallback_parameter(values, "page_owner") == ""
    assert parameter(values.booted(read_command_line("quiet")), "page_owner") == ""
    assert parameter(values.booted(None), "page_owner") == ""


def test_no_built_in_line() -> None:
    values = _values("", "S390").booted(read_command_line("page_owner=on page_owner=off"))
    assert parameter(values, "page_owner") == "n"
    assert parameter(values.booted(read_command_line("page_owner=on -- page_owner=off")), "page_owner") == "y"


def test_a_quote_that_the_built_in_line_leaves_open() -> None:
    values = _values('x="a', "X86 CMDLINE_BOOL").booted(read_command_line('page_owner=on" kmemleak=on'))
    assert [word.name for word in seen(values).words] == ["x", "kmemleak"]


def test_places_of_built_in_words() -> None:
    values = _values('a="x y" b', "X86 CMDLINE_BOOL")
    assert [(str(word), word.location.line) for word in seen(values).words] == [("a=x y", 7), ("b", 7)]


def test_what_follows_from_other_lines_keeps_the_command_line() -> None:
    values = _values("", "X86").booted(read_command_line("page_owner=on"))
    assert values.config is not None
    assert parameter(values.with_config(values.config), "page_owner") == "y"
    assert parameter(values.again(values.config), "page_owner") == "y"


@pytest.mark.parametrize(
    ("symbols", "version", "size"),
    [
        ("X86 CMDLINE_BOOL", "6.12.117", 2048),
        ("UML", "6.12.117", 4096),
        ("ARM", "6.12.117", 1024),
        ("RISCV", "6.12.117", 1024),
        ("RISCV", "7.3.4", 2048),
        ("LOONGARCH", "6.12.117", 512),
        ("XTENSA", "6.12.117", 256),
        ("S390", "6.12.117", 4096),
    ],
)
def test_a_line_that_is_too_long(symbols: str, version: str, size: int) -> None:
    fits = f"{'a' * (size - 1 - len(' page_owner=on'))} page_owner=on"
    values = _values("", symbols, version).booted(read_command_line(fits))
    assert (parameter(values, "page_owner"), cut(values)) == ("y", ())
    # One character more: "o" is no value that kstrtobool() takes, and what follows is lost.
    values = _values("", symbols, version).booted(read_command_line(f"a{fits} kmemleak=on"))
    assert parameter(values, "page_owner") == ""
    assert [word.text for word in cut(values)] == ["page_owner=on", "kmemleak=on"]


def test_an_empty_line() -> None:
    assert standing(_values("  ")) == "unused"
    assert parameter(_values(""), "page_owner") == ""


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("page_owner=on", "page_owner", "y"),
        ("page-owner=1", "page_owner", "y"),
        ("page_owner=on page_owner=off", "page_owner", "n"),
        ("page_owner=on page_owner=what", "page_owner", "y"),
        ("page_owner", "page_owner", ""),
        ("quiet -- page_owner=on", "page_owner", ""),
        ("page_ownership=on", "page_owner", ""),
        ("debug_pagealloc=Yes", "debug_pagealloc", "y"),
        ("kmemleak=off kmemleak=on", "kmemleak", "n"),
        ("kmemleak=1", "kmemleak", ""),
        ("kfence.sample_interval=0", "kfence.sample_interval", "0"),
        ("kfence.sample_interval=0x64", "kfence.sample_interval", "100"),
        ("kfence.sample_interval=9 kfence.sample_interval=-1", "kfence.sample_interval", "9"),
        ("log_buf_len=1M", "log_buf_len", "1048576"),
        ("log_buf_len=0x10k", "log_buf_len", "16384"),
        ("dma_debug_entries=1000", "dma_debug_entries", "1000"),
        ("dma_debug_entries=64K", "dma_debug_entries", "64"),
        ("dma_debug_entries=-1", "dma_debug_entries", "4294967295"),
        ("dma_debug_entries=8 dma_debug_entries=x", "dma_debug_entries", ""),
        ("dma_debug=off", "dma_debug", "n"),
        ("debug_objects no_debug_objects=0", "debug_objects", "n"),
        ("no_hash_pointers=0", "hash_pointers", "never"),
        ("slab_debug", "slab_debug", "y"),
        ("slub_debug=FZ", "slab_debug.Z", "y"),
        ("slub_debug=FZ", "slab_debug.P", "n"),
        ("slab_debug=-", "slab_debug", "n"),
        ("slab_debug=0", "slab_debug", "n"),
        ("slab_debug=O", "slab_debug", "n"),
        ("slab_debug=P,kmalloc-64", "slab_debug", ""),
        ("slab_debug=P,kmalloc-64", "slab_debug.lists", "y"),
        ("slab_debug=P,kmalloc-64;U", "slab_debug.U", "y"),
        ("kasan=off", "kasan", "n"),
        ("kasan=0", "kasan", ""),
        ("lockdep.prove_locking=0", "lockdep.prove_locking", "0"),
        ("lockdep.prove_locking=-1", "lockdep.prove_locking", "-1"),
        ("lockdep.prove_locking=x", "lockdep.prove_locking", ""),
        # lib/kstrtox.c: kstrtoint() and kstrtoul() refuse what is out of range.
        ("panic_on_warn=1 panic_on_warn=99999999999", "panic_on_warn", "1"),
        ("panic=-2147483648 panic=-2147483649", "panic", "-2147483648"),
        ("panic=0x7fffffff panic=0x80000000", "panic", "2147483647"),
        ("panic=-0", "panic", "0"),
        ("panic_print=4294967295 panic_print=4294967296", "panic_print", "4294967295"),
        # lib/cmdline.c: get_option() reads a minus, stores the low 32 bits, and 0 for what is no number.
        ("watchdog_thresh=-5", "watchdog_thresh", "-5"),
        ("watchdog_thresh=20s", "watchdog_thresh", "20"),
        ("watchdog_thresh=4294967291", "watchdog_thresh", "-5"),
        ("watchdog_thresh=5 watchdog_thresh=x", "watchdog_thresh", "0"),
        ("watchdog_thresh=5 watchdog_thresh= watchdog_thresh", "watchdog_thresh", "5"),
        ("loglevel=-1", "loglevel", "-1"),
        # It takes no plus; loglevel() keeps the level where there is no number.
        ("loglevel=7 loglevel=+4 loglevel=- loglevel=", "loglevel", "7"),
        ("dma_debug_entries=4294967297", "dma_debug_entries", "1"),
        # lib/vsprintf.c: simple_strtoul() takes no sign.
        ("softlockup_panic=1 softlockup_panic=-1", "softlockup_panic", "0"),
        ("softlockup_panic=0x1y", "softlockup_panic", "1"),
        ("softlockup_panic=4294967296", "softlockup_panic", "0"),
        ("softlockup_panic", "softlockup_panic", ""),
        ("nokaslr", "nokaslr", "y"),
        # Without the EFI stub x86 looks for the word without a value.
        ("nokaslr=0", "nokaslr", ""),
        ("nokaslr=1 nokaslr", "nokaslr", "y"),
        ("pti=on nopti", "pti", "off"),
        ("nopti pti=auto", "pti", "auto"),
        ("pti=what", "pti", ""),
        ("mitigations=auto,nosmt", "mitigations", "auto"),
        ("mitigations=off", "mitigations", "off"),
        ("mitigations=off mitigations=none", "mitigations", "off"),
        ("mitigations=auto,no_user_user", "mitigations", ""),
        ("mitigations", "mitigations", ""),
        ("slab_nomerge", "slab_merge", "n"),
        ("slab_nomerge slub_merge", "slab_merge", "y"),
        ("rodata=off rodata=0", "rodata", "off"),
        ("rodata=full", "rodata", ""),
        ("kpti=0", "kpti", "n"),
        ("workqueue.watchdog_thresh=0", "workqueue.watchdog_thresh", "0"),
        ("sysctl.vm.mem_profiling=1", "sysctl.vm.mem_profiling", "y"),
        ("sysctl.vm.mem_profiling=never", "sysctl.vm.mem_profiling", "never"),
    ],
)
def test_parameters(line: str, name: str, expected: str) -> None:
    assert parameter(_values(line), name) == expected


@pytest.mark.parametrize(
    ("version", "line", "name", "expected"),
    [
        # 5.10 knows "on" alone, and "off" does not take it back.
        ("5.10.223", "page_owner=1", "page_owner", ""),
        ("5.10.223", "page_owner=on page_owner=off", "page_owner", "y"),
        ("5.15.30", "page_owner=1", "page_owner", "y"),
        ("5.15.30", "page_owner=on page_owner=off", "page_owner", "n"),
        ("5.10.223", "init_on_alloc=true", "init_on_alloc", ""),
        ("6.1.192", "init_on_alloc=true", "init_on_alloc", "y"),
        ("6.12.117", "init_on_alloc=enable", "init_on_alloc", ""),
        ("7.3.4", "init_on_alloc=enable", "init_on_alloc", "y"),
        ("6.1.192", "slab_debug", "slab_debug", ""),
        ("6.1.192", "slub_debug", "slab_debug", "y"),
        ("5.10.223", "slub_debug=P,kmalloc-64", "slab_debug", "n"),
        ("6.12.117", "hash_pointers=never", "hash_pointers", ""),
        ("7.3.4", "no_hash_pointers hash_pointers=always", "hash_pointers", "always"),
        # lib/kstrtox.c: what does not fit into 64 bits wraps around, in 7.3 it becomes ULLONG_MAX.
        ("6.12.117", f"watchdog_thresh={(1 << 400) + 7}", "watchdog_thresh", "7"),
        ("7.3.4", f"watchdog_thresh={(1 << 400) + 7}", "watchdog_thresh", "-1"),
        ("7.3.4", f"watchdog_thresh=-{(1 << 64) + 7}", "watchdog_thresh", "1"),
        ("7.3.4", "sysctl.vm.mem_profiling=1,compressed", "sysctl.vm.mem_profiling", "y,compressed"),
        ("6.12.117", "sysctl.vm.mem_profiling=1,compressed", "sysctl.vm.mem_profiling", "y"),
    ],
)
def test_parameters_by_release(version: str, line: str, name: str, expected: str) -> None:
    assert parameter(_values(line, version=version), name) == expected


@pytest.mark.parametrize(
    ("symbols", "version", "line", "name", "expected"),
    [
        # arch/x86/boot/compressed/kaslr.c and arch/arm64/kernel/pi/idreg-override.c look for the word alone, the EFI
        # stub and other architectures do not examine the value.
        ("X86 EFI_STUB", "6.12.117", "nokaslr=0", "nokaslr", "y"),
        ("ARM64", "6.12.117", "nokaslr=0", "nokaslr", ""),
        ("ARM64 EFI_STUB", "6.12.117", "nokaslr=0", "nokaslr", "y"),
        ("ARM64", "5.10.223", "nokaslr=0", "nokaslr", "y"),
        ("RISCV", "6.12.117", "nokaslr=0", "nokaslr", "y"),
        # An unsigned long has 64 bits.
        ("X86 64BIT", "6.12.117", "panic_print=4294967296", "panic_print", "4294967296"),
        ("X86 64BIT", "6.12.117", "panic_print=18446744073709551616", "panic_print", ""),
        ("S390", "7.3.4", "nokaslr=0", "nokaslr", "y"),
        ("ARM64", "6.12.117", "rodata=full", "rodata", "full"),
        ("ARM64", "6.12.117", "rodata=off rodata=noalias", "rodata", "off"),
        ("ARM64", "7.3.4", "rodata=noalias rodata=full", "rodata", "noalias"),
        ("X86", "7.3.4", "rodata=off rodata=noalias", "rodata", "off"),
        ("X86", "5.10.223", "rodata=0", "rodata", "off"),
        ("X86", "7.3.4", "mitigations=auto,no_user_user", "mitigations", "auto"),
        ("X86", "7.3.4", "mitigations=auto mitigations=no_user_user", "mitigations", "auto"),
        ("X86", "7.3.4", "mitigations=auto mitigations=off,x", "mitigations", "off"),
        ("PPC_BOOK3S_64", "6.12.117", "pti=off", "pti", ""),
        ("PPC_BOOK3S_64", "6.12.117", "nopti pti=on", "pti", "off"),
    ],
)
def test_parameters_by_architecture(symbols: str, version: str, line: str, name: str, expected: str) -> None:
    values = _values("", symbols, version).booted(read_command_line(line))
    assert parameter(values, name) == expected


def test_every_parameter_can_be_asked_for() -> None:
    for name in PARAMETERS:
        assert parameter(_values("ro"), name) == ""
        assert str(parse(f"boot({name}) || fallback({name}) = y")) == f"boot({name}) || fallback({name}) = y"


def test_conditions() -> None:
    values = _values("page_owner=on kfence.sample_interval=0")
    for text in (
        "boot(page_owner)",
        "boot(page_owner) = y",
        "boot(kfence.sample_interval) = 0",
        '!boot(kmemleak) && boot(kmemleak) = ""',
        "!fallback(page_owner)",
    ):
        assert parse(text).holds(values), text
    for text in ("boot(kfence.sample_interval)", "boot(kmemleak) = n", "boot(log_buf_len) > 0"):
        assert not parse(text).holds(values), text


def test_the_command_line_of_a_running_kernel_has_the_built_in_one_in_it(tmp_path: Path) -> None:
    # init/main.c: setup_command_line() keeps what setup_arch() made of both, and /proc/cmdline shows that.
    whole = replace(read_command_line("page_owner=on quiet"), whole=True)
    values = _values("page_owner=on")
    assert [str(word) for word in seen(values.booted(whole)).words] == ["page_owner=on", "quiet"]
    for symbols in ("X86 CMDLINE_BOOL CMDLINE_OVERRIDE", "ARM64 CMDLINE_FORCE", "ARM CMDLINE_EXTEND"):
        assert [str(word) for word in seen(_values("other", symbols).booted(whole)).words] == ["page_owner=on", "quiet"]
    # Only the file of the kernel is known to be whole.
    copy = tmp_path / "cmdline"
    copy.write_text("quiet\n")
    assert not read_command_line(str(copy)).whole
    assert not os.path.exists(RUNNING) or read_command_line(RUNNING).whole
