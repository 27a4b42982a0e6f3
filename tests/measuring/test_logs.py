# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures from logs: excerpts of those of a Linux 6.12.117 that the lab built and booted."""

from __future__ import annotations

import pytest

from lab.again import differences
from lab.logs import LogError, boot_figures, kernel_sizes, table_size

_BOOT = """\
LAB memory
MemTotal:        1019048 kB
MemFree:         1007748 kB
MemAvailable:    1001752 kB
PerCpuLists: 7284 kB
LAB work
LAB log
[    0.280040] Run /init as init process
[    0.280043]   with arguments:
[    1.276533] clocksource: Switched to clocksource tsc
[    1.323854] lab: ls
[    1.711219] lab: fork
[    2.033846] lab: end
LAB end
"""
_SYMBOLS = """\
0000000000000000 D __per_cpu_start
0000000000014c00 0000000000000018 d cpu_stopper
ffffffff81000000 T _stext
ffffffff81000000 T _text
ffffffff81000000 0000000000000056 T startup_64
ffffffff811f82c0 00000000000005b3 T vsnprintf
ffffffff811f82c0 0000000000000010 t an_alias
ffffffff81600000 T _etext
ffffffff81818560 0000000000058000 d _printk_rb_static_infos
ffffffff81870560 0000000000018000 d _printk_rb_static_descs
ffffffff81a36000 B __bss_start
ffffffff81a45cf8 0000000000020000 b __log_buf
ffffffff81c00000 B __bss_stop
"""
_SECTIONS = """\
vmlinux  :
section                            size                   addr
.text                           6291456   18446744071578845184
.rodata                          567104   18446744071585136640
.data                            609344   18446744071587233792
Total                          11253026
"""


def test_a_boot() -> None:
    assert boot_figures(_BOOT) == {
        "total": 1019048 << 10,
        "free": (1007748 + 7284) << 10,
        "init": 280_040_000,
        "ls": 387_365_000,
        "fork": 322_627_000,
    }


@pytest.mark.parametrize("line", ["MemFree: ", "PerCpuLists: ", "Run /init", "lab: end"])
def test_a_log_that_lacks_something(line: str) -> None:
    log = "".join(text for text in _BOOT.splitlines(keepends=True) if line not in text)
    with pytest.raises(LogError):
        boot_figures(log)


def test_tables() -> None:
    names = ["__log_buf", "_printk_rb_static_descs", "_printk_rb_static_infos"]
    assert table_size(_SYMBOLS, names, []) == 131072 + 98304 + 360448
    assert table_size(_SYMBOLS, [], ["_printk_rb_static_infos.._printk_rb_static_descs"]) == 0x58000
    with pytest.raises(LogError, match="no symbol none"):
        table_size(_SYMBOLS, ["none"], [])
    with pytest.raises(LogError, match="no symbol none"):
        table_size(_SYMBOLS, [], ["_stext..none"])


def test_sizes_are_without_padding() -> None:
    sizes = kernel_sizes(_SYMBOLS, _SECTIONS, 1_234)
    assert sizes == {"image": 1_234, "text": 0x56 + 0x5B3, "rodata": 567_104, "data": 609_344, "bss": 0x20000}


def test_a_second_boot_may_differ_a_little() -> None:
    first = boot_figures(_BOOT)
    assert not list(differences(first, {**first, "free": first["free"] + 99_000, "ls": round(first["ls"] * 1.009)}))
    assert list(differences(first, {**first, "free": first["free"] - 101_000})) == [
        f"free {first['free']} and {first['free'] - 101_000}"
    ]
    assert list(differences(first, {**first, "ls": round(first["ls"] * 0.98)}))
