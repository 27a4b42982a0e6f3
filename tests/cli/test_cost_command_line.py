# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy cost` and the built-in command line: what the config itself asks for is paid at every boot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import kpolicy

_X86 = (
    "CONFIG_64BIT=y\nCONFIG_X86=y\nCONFIG_X86_64=y\nCONFIG_SMP=y\nCONFIG_PAGE_SHIFT=12\nCONFIG_X86_L1_CACHE_SHIFT=6\n"
)
_ARM = "CONFIG_64BIT=y\nCONFIG_ARM64=y\nCONFIG_SMP=y\nCONFIG_PAGE_SHIFT=12\n"
_M = 1 << 20


def _file(tmp_path: Path, lines: str, version: str, command_line: str = "", more: str = _X86) -> Path:
    path = tmp_path / "some.config"
    arch = "arm64" if "ARM64" in more else "x86"
    head = f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{arch} {version} Kernel Configuration\n#\n"
    if command_line:
        more += "CONFIG_CMDLINE_BOOL=y\n" * (more == _X86) + f'CONFIG_CMDLINE="{command_line}"\n'
    path.write_text(head + more + "".join(f"CONFIG_{line}\n" for line in lines.split()))
    return path


def _items(path: Path) -> dict[str, dict[str, Any]]:
    report = kpolicy("cost", "--format", "json", "--ram", "1G", "--cpus", "2", path).json[0]
    return {item["id"]: item for item in report["costs"]}


def _totals(path: Path) -> dict[str, int]:
    totals: dict[str, int] = kpolicy("cost", "--format", "json", "--ram", "1G", "--cpus", "2", path).json[0]["totals"]
    return totals


@pytest.mark.parametrize(
    ("lines", "command_line", "cost", "version"),
    [
        ("PAGE_OWNER=y", "page_owner=on", "page-owner/records", "6.12.117"),
        ("PAGE_OWNER=y", "quiet page-owner=1", "page-owner/records", "6.1.192"),
        ("DEBUG_PAGEALLOC=y", "debug_pagealloc=on", "page-alloc/direct-map", "6.12.117"),
        ("PAGE_TABLE_CHECK=y", "page_table_check=on", "page-table-check/counters", "6.12.117"),
        ("MEM_ALLOC_PROFILING=y", "sysctl.vm.mem_profiling=1", "alloc-profiling/page-tags", "6.12.117"),
        # The memory is set aside so that profiling can be switched on later.
        ("MEM_ALLOC_PROFILING=y", "sysctl.vm.mem_profiling=0", "alloc-profiling/page-tags", "6.12.117"),
        ("KFENCE=y KFENCE_NUM_OBJECTS=63 KFENCE_SAMPLE_INTERVAL=0", "kfence.sample_interval=9", "kfence/pool", "7.3.4"),
        ("DEBUG_KMEMLEAK=y DEBUG_KMEMLEAK_DEFAULT_OFF=y", "kmemleak=on", "kmemleak/records", "6.12.117"),
        ("PAGE_OWNER=y STACKDEPOT=y STACKDEPOT_MAX_FRAMES=64", "page_owner=on", "stackdepot/pools", "6.12.117"),
        ("SLUB_DEBUG=y STACKDEPOT=y STACKDEPOT_MAX_FRAMES=64", "slab_debug=U", "stackdepot/table", "6.12.117"),
    ],
)  # fmt: skip
def test_what_the_config_asks_for(tmp_path: Path, lines: str, command_line: str, cost: str, version: str) -> None:
    asleep = _items(_file(tmp_path, lines, version))[cost]
    assert asleep["needs"]
    quiet = _items(_file(tmp_path, lines, version, "quiet"))[cost]
    assert quiet["needs"] == asleep["needs"]
    awake = _items(_file(tmp_path, lines, version, command_line))[cost]
    assert (awake["needs"], awake["bytes"]) == (None, asleep["bytes"])
    word = command_line.removeprefix("quiet ").replace("page-owner", "page_owner")
    assert awake.get("command_line") == f"CONFIG_CMDLINE has {word}; the boot loader can override it"


def test_it_is_in_the_sums(tmp_path: Path) -> None:
    assert _totals(_file(tmp_path, "PAGE_OWNER=y", "6.12.117")) == {}
    path = _file(tmp_path, "PAGE_OWNER=y", "6.12.117", "page_owner=on")
    assert _totals(path) == {"computed": 18 * _M}
    text = kpolicy("cost", "--ram", "1G", path).out
    assert "  memory, computed\n    page-owner/records  18 MiB  (8 + 64) * 256K\n" in text
    assert "        CONFIG_CMDLINE has page_owner=on; the boot loader can override it\n" in text
    assert "only when it is asked for" not in text


def test_a_line_that_is_a_fallback(tmp_path: Path) -> None:
    path = _file(tmp_path, "PAGE_OWNER=y", "6.12.117", "page_owner=on", _ARM + "CONFIG_CMDLINE_FROM_BOOTLOADER=y\n")
    item = _items(path)["page-owner/records"]
    said = "CONFIG_CMDLINE has page_owner=on, but is used only when the boot loader passes no command line"
    assert (item["needs"], item.get("command_line")) == ("page_owner=on", said)
    assert _totals(path) == {}
    path = _file(tmp_path, "PAGE_OWNER=y", "6.12.117", "page_owner=on", _ARM + "CONFIG_CMDLINE_FORCE=y\n")
    item = _items(path)["page-owner/records"]
    assert (item["needs"], item.get("command_line")) == (None, "CONFIG_CMDLINE has page_owner=on")


@pytest.mark.parametrize(
    ("lines", "command_line", "cost"),
    [
        ("KFENCE=y KFENCE_NUM_OBJECTS=255 KFENCE_SAMPLE_INTERVAL=100", "kfence.sample_interval=0", "kfence/pool"),
        ("DEBUG_PAGEALLOC=y DEBUG_PAGEALLOC_ENABLE_DEFAULT=y", "debug_pagealloc=off", "page-alloc/direct-map"),
    ],
)
def test_what_the_config_switches_off_again(tmp_path: Path, lines: str, command_line: str, cost: str) -> None:
    assert _items(_file(tmp_path, lines, "6.12.117"))[cost]["needs"] is None
    assert _items(_file(tmp_path, lines, "6.12.117", command_line))[cost]["needs"]


@pytest.mark.parametrize(
    ("lines", "command_line", "cost"),
    [
        ("SLUB_DEBUG=y SLUB_DEBUG_ON=y", "slab_debug=-", "slab/debug-on"),
        ("DMA_API_DEBUG=y STACKTRACE=y", "dma_debug=off", "dma/entries"),
        ("MEM_ALLOC_PROFILING=y", "sysctl.vm.mem_profiling=never", "alloc-profiling/page-tags"),
        ("DEBUG_KMEMLEAK=y", "kmemleak=off", "kmemleak/records"),
        ("STACKDEPOT=y STACKDEPOT_MAX_FRAMES=64", "stack_depot_disable=on", "stackdepot/table"),
        ("INIT_ON_ALLOC_DEFAULT_ON=y", "init_on_alloc=0", "hardening/init-on-alloc"),
    ],
)
def test_what_the_config_never_pays(tmp_path: Path, lines: str, command_line: str, cost: str) -> None:
    assert cost in _items(_file(tmp_path, lines, "6.12.117"))
    assert cost not in _items(_file(tmp_path, lines, "6.12.117", command_line))


def test_zeroing_that_only_the_command_line_asks_for(tmp_path: Path) -> None:
    items = _items(_file(tmp_path, "INIT_ON_FREE_DEFAULT_ON=n", "6.12.117", "init_on_free=1"))
    assert "hardening/init-on-free" in items
    assert items["hardening/init-on-free"]["causes"][0]["symbol"] == "CMDLINE"
    assert items["hardening/init-on-free-boot"]["figure"] == "some time, more with more memory; no number given"


def test_the_size_of_the_log_buffer(tmp_path: Path) -> None:
    path = _file(tmp_path, "PRINTK=y LOG_BUF_SHIFT=17 LOG_CPU_MAX_BUF_SHIFT=12", "6.12.117", "log_buf_len=16M")
    # 16 MiB of text, a descriptor of 24 and a record of 88 bytes for each 32.
    assert _items(path)["printk/log-buffer-cpus"]["bytes"] == 16 * _M + (16 * _M // 32) * 112


def test_slab_debugging_is_a_lower_bound(tmp_path: Path) -> None:
    items = _items(_file(tmp_path, "SLUB_DEBUG=y SLUB_DEBUG_ON=y STACKDEPOT=y STACKDEPOT_MAX_FRAMES=64", "6.12.117"))
    assert items["slab/debug-on"]["certainty"] == "at least"
    assert items["slab/debug-on-kmalloc"]["figure"] == (
        "kmalloc-8 takes 112 B, -16 128 B, -32 160 B, -64 256 B; kmalloc-128 to -8k three times their size"
    )


def test_unmapping_keeps_init_memory(tmp_path: Path) -> None:
    lines = "DEBUG_PAGEALLOC=y DEBUG_PAGEALLOC_ENABLE_DEFAULT=y"
    items = _items(_file(tmp_path, lines, "6.12.117"))
    assert "page-alloc/init-memory" in items
    item = items["page-alloc/init-memory"]
    assert (item["figure"], item["needs"]) == ("the init sections of the kernel and the whole initrd", None)
    assert "page-alloc/init-memory" not in _items(_file(tmp_path, lines, "6.12.117", more=_ARM))


def test_the_pools_of_a_depot_that_sleeps(tmp_path: Path) -> None:
    lines = "SLUB_DEBUG=y STACKDEPOT=y STACKDEPOT_MAX_FRAMES=64"
    path = _file(tmp_path, lines, "6.12.117")
    assert _items(path)["stackdepot/pools"]["needs"] == _items(path)["stackdepot/table"]["needs"] != ""
    assert "at most" not in _totals(path)
    early = _file(tmp_path, f"{lines} STACKDEPOT_ALWAYS_INIT=y", "6.12.117")
    assert _totals(early)["at most"] == 128 * _M
    small = kpolicy("cost", "--format", "json", "--ram", "64M", early).json[0]
    assert small["totals"]["at most"] == 64 * _M


@pytest.mark.parametrize(("version", "name"), [("6.1.192", "slub_debug=U"), ("6.12.117", "slab_debug=U")])
def test_a_parameter_has_the_name_that_the_kernel_knows(tmp_path: Path, version: str, name: str) -> None:
    more = " STACKDEPOT_MAX_FRAMES=64" if version != "6.1.192" else ""
    items = _items(_file(tmp_path, f"STACKDEPOT=y{more}", version))
    for cost in ("stackdepot/table", "stackdepot/pools"):
        assert name in (items[cost]["needs"] or ""), cost


@pytest.mark.parametrize(
    ("lines", "cost", "amount"),
    [
        ("LOCKDEP=y DEBUG_LOCK_ALLOC=y", "lockdep/held-locks", 1920),
        ("PAGE_OWNER=y", "page-owner/records", 18 * _M),
        ("PRINTK=y LOG_BUF_SHIFT=17 LOG_CPU_MAX_BUF_SHIFT=12", "printk/log-buffer", 589824),
        ("DMA_API_DEBUG=y STACKTRACE=y", "dma/entries", 8 * _M),
        ("DEBUG_OBJECTS=y DEBUG_OBJECTS_ENABLE_DEFAULT=1", "objects/hash", 303104),
        ("KASAN=y KASAN_GENERIC=y", "kasan/quarantine", 32 * _M),
    ],
)
@pytest.mark.parametrize("version", ["6.18.19", "7.3.4"])
def test_newer_releases(tmp_path: Path, lines: str, cost: str, amount: int, version: str) -> None:
    if (cost, version) == ("dma/entries", "6.18.19"):
        return  # its record differs between 6.12 and 7.3
    assert _items(_file(tmp_path, lines, version))[cost]["bytes"] == amount


def test_addresses_for_the_shadow_where_the_processor_decides(tmp_path: Path) -> None:
    item = _items(_file(tmp_path, "KASAN=y KASAN_GENERIC=y", "6.18.19"))["kasan/address-space"]
    assert (item["bytes"], item["figure"]) == (None, "16 TiB, or 8 PiB on a CPU with five-level page tables")


def test_the_stack_erased_by_clang(tmp_path: Path) -> None:
    out = kpolicy("cost", _file(tmp_path, "KSTACK_ERASE=y", "6.18.19")).out
    assert "    hardening/stackleak  1%\n        STACKLEAK: kernel stack erased at the end of each system call\n" in out


def test_a_parameter_that_the_boot_loader_passes_is_the_cause(tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    head = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.117 Kernel Configuration\n#\n"
    lines = "".join(f"CONFIG_{name}=y\n" for name in ("64BIT", "X86", "X86_64", "SLUB_DEBUG", "STACKDEPOT"))
    config.write_text(f"{head}{lines}CONFIG_STACKDEPOT_MAX_FRAMES=64\n")
    words = "page_owner=on slab_debug=U init_on_free=1"
    text = kpolicy("cost", "--ram", "1G", "--cmdline", words, config).out
    costs = {
        item["id"]: item for item in kpolicy("cost", "--cmdline", words, "--format", "json", config).json[0]["costs"]
    }
    assert "CMDLINE=n" not in text
    assert [link["symbol"] for link in costs["slab/debug-on"]["causes"]] == ["SLUB_DEBUG"]
    assert costs["slab/debug-on"]["command_line"] == "the command line has slab_debug=U"
    assert costs["slab/debug-on-speed"]["state"] == "not known"
    assert costs["slab/debug-on-speed"]["command_line"] == "the command line has slab_debug=U"
    assert costs["hardening/init-on-free"]["causes"] == []
    assert costs["hardening/init-on-free"]["command_line"] == "the command line has init_on_free=1"
    # Without PAGE_OWNER page_owner=on does nothing.
    assert costs["stackdepot/pools"]["command_line"] == "the command line has slab_debug=U"
