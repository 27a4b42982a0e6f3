# SPDX-License-Identifier: GPL-2.0-or-later
"""The initramfs of the lab, read as Documentation/driver-api/early-userspace/buffer-format.rst describes it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from lab.guest import INIT, initramfs


def _entries(archive: bytes) -> Iterator[tuple[str, int, bytes]]:
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * number : at + 14 + 8 * number], 16) for number in range(13)]
        mode, size, length = fields[1], fields[6], fields[11]
        name = archive[at + 110 : at + 110 + length - 1].decode()
        start = (at + 110 + length + 3) & ~3
        if name == "TRAILER!!!":
            assert len(archive) == start
            return
        yield name, mode, archive[start : start + size]
        at = (start + size + 3) & ~3


def test_the_archive() -> None:
    entries = {name: (mode, content) for name, mode, content in _entries(initramfs(b"\x7fELF!", "echo a\n"))}
    assert entries["init"] == (0o100755, INIT.encode())
    assert entries["commands"][1] == b"echo a\n"
    assert entries["bin/busybox"] == (0o100755, b"\x7fELF!")
    assert entries["bin/sh"] == (0o120777, b"busybox")
    assert entries["proc"][0] == 0o040755


def test_init_is_a_script_with_tools_that_the_archive_has() -> None:
    subprocess.run(["sh", "-n"], input=INIT, text=True, check=True, timeout=60)
    names = {name for name, _, _ in _entries(initramfs(b"", ""))}
    for tool in ("mount", "sleep", "cat", "awk", "seq", "mkdir", "ls", "true", "dmesg", "reboot"):
        assert tool in INIT
        assert f"bin/{tool}" in names
