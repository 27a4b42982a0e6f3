# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs on the booted kernel: an initramfs with busybox, and an /init that measures and stops the machine.

/init prints the memory before it does anything else.  The marks in the kernel log carry the clock, which counts
instructions, so the work between two marks is what its difference says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# Long enough that timer interrupts and the marks are far below one percent.
LIST_ROUNDS: Final = 15
FORK_ROUNDS: Final = 200

_TOOLS: Final = "sh mount sleep cat grep awk ls mkdir true dmesg reboot echo dd sed head tail wc seq rm uname".split()
_DIRECTORY, _FILE, _LINK = 0o040755, 0o100755, 0o120777

INIT: Final = f"""\
#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t debugfs debug /sys/kernel/debug 2>/dev/null
mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
mount -t tmpfs tmp /tmp
mark() {{ echo "lab: $1" > /dev/kmsg; }}
# Deferred work of the boot ends.
sleep 1
echo "LAB memory"
cat /proc/meminfo
# The lists of free pages of each CPU are not part of MemFree.
awk '/count:/ {{ pages += $2 }} END {{ print "PerCpuLists:", pages * 4, "kB" }}' /proc/zoneinfo
echo "LAB work"
for folder in $(seq 20); do
  mkdir -p /tmp/tree/$folder
  for file in $(seq 25); do : > /tmp/tree/$folder/$file; done
done
ls -lR /tmp/tree > /dev/null
/bin/true
mark ls
round=0; while [ $round -lt {LIST_ROUNDS} ]; do ls -lR /tmp/tree > /dev/null; round=$((round + 1)); done
mark fork
round=0; while [ $round -lt {FORK_ROUNDS} ]; do /bin/true; round=$((round + 1)); done
mark end
echo "LAB commands"
. /commands
echo "LAB log"
dmesg
echo "LAB end"
reboot -f
"""


def initramfs(busybox: bytes, commands: str) -> bytes:
    """A cpio archive of the form `newc`: busybox under the names of its tools, /init, and the commands of a recipe."""
    folders = [(name, _DIRECTORY, b"") for name in ("bin", "dev", "proc", "sys", "tmp")]
    links = [(f"bin/{name}", _LINK, b"busybox") for name in _TOOLS]
    files = [("bin/busybox", _FILE, busybox), ("init", _FILE, INIT.encode()), ("commands", _FILE, commands.encode())]
    return _archive([*folders, *files, *links])


def _archive(entries: Iterable[tuple[str, int, bytes]]) -> bytes:
    found = bytearray()
    for number, (name, mode, content) in enumerate((*entries, ("TRAILER!!!", 0, b"")), start=1):
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        found += b"070701" + b"".join(b"%08X" % field for field in fields)
        found += _padded(name.encode() + b"\0", len(found)) + _padded(content, 0)
    return bytes(found)


def _padded(content: bytes, start: int) -> bytes:
    """A piece of an archive, filled up so that the next one begins at a multiple of four bytes."""
    return content + b"\0" * (-(start + len(content)) % 4)
