# SPDX-License-Identifier: GPL-2.0-or-later
"""What is read of a system, and where."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from kpolicy.location import Location
from kpolicy.running import collect as module
from kpolicy.running.collect import collect
from kpolicy.running.log import read_log
from kpolicy.running.mounts import AUTOMOUNT, is_automounted, mounted, unmounted
from kpolicy.running.root import Root
from kpolicy.running.system import Reading, Wanted
from tests.running.roots import config, write

_TRACING = ("/sys/kernel/tracing/tracing_on", "/sys/kernel/debug/tracing/tracing_on")


def _reading(root: Path, *paths: str, only_presence: bool = False) -> Reading:
    return collect(str(root), [Wanted(paths, only_presence)]).readings[paths[0]]


@pytest.mark.parametrize(
    ("path", "packed"),
    [
        ("proc/config.gz", True),
        ("boot/config-6.12.1-x", False),
        ("lib/modules/6.12.1-x/config", False),
        ("usr/lib/modules/6.12.1-x/config", False),
        ("lib/modules/6.12.1-x/build/.config", False),
        ("usr/src/linux-6.12.1-x/.config", False),
    ],
)
def test_configs_are_found(tmp_path: Path, path: str, packed: bool) -> None:
    text = config("6.12.1", "X86 PRINTK").encode()
    root = write(tmp_path, {"proc/sys/kernel/osrelease": "6.12.1-x\n", path: gzip.compress(text) if packed else text})
    system = collect(str(root), ())
    assert system.config is not None
    assert system.config.name == str(root / path)
    assert system.config.version == "6.12.1"


def test_the_kernels_own_config_comes_first_and_a_broken_one_is_passed_over(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "proc/version": "Linux version 6.12.1 (a@b) #1\n",
        "proc/config.gz": gzip.compress(config("6.12.1", "X86").encode()),
        "boot/config-6.12.1": config("6.12.1", "X86 PRINTK"),
    }
    root = write(tmp_path, files)
    assert collect(str(root), ()).config.name.endswith("config.gz")  # type: ignore[union-attr]
    (root / "proc/config.gz").write_bytes(gzip.compress(b"CONFIG_A=y\n")[:-9])
    system = collect(str(root), ())
    assert system.config is not None
    assert system.config.name.endswith("boot/config-6.12.1")
    assert system.tried[0][0].endswith("proc/config.gz")
    assert "broken gzip data" in system.tried[0][1]


def test_without_a_release_the_only_config_is_the_kernels(tmp_path: Path) -> None:
    root = write(tmp_path, {"boot/config-6.12.1": config("6.12.1", "X86")})
    assert collect(str(root), ()).config is not None
    write(root, {"boot/config-6.12.2": config("6.12.2", "X86")})
    assert collect(str(root), ()).config is None


@pytest.mark.parametrize("release", ["../../etc/passwd", "6.12/../..", "6.12 y", "", "\0", "x"])
def test_no_release_is_a_path(tmp_path: Path, release: str) -> None:
    root = write(tmp_path, {"proc/sys/kernel/osrelease": f"{release}\n"})
    assert collect(str(root), ()).release == ""


@pytest.mark.parametrize(
    ("files", "release", "machine"),
    [
        ({"proc/sys/kernel/osrelease": "6.12.1\n", "proc/sys/kernel/arch": "aarch64\n"}, "6.12.1", "aarch64"),
        ({"proc/version": "Linux version 6.1.9-x (g@h) (gcc 14)\n"}, "6.1.9-x", ""),
        ({"sos_commands/kernel/sysctl_-a": "kernel.osrelease = 6.6.1\nkernel.arch = s390x\n"}, "6.6.1", "s390x"),
        (
            {"sos_commands/kernel/uname_-a": "Linux h 6.6.2 #1 SMP Thu Jan 1 ppc64le ppc64le ppc64le GNU/Linux\n"},
            "6.6.2",
            "ppc64le",
        ),
    ],
)
def test_release_and_machine(tmp_path: Path, files: dict[str, str | bytes], release: str, machine: str) -> None:
    system = collect(str(write(tmp_path, files)), ())
    assert (system.release, system.machine) == (release, machine)


def test_the_command_line_is_whole_and_placed(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/cmdline": "quiet page_owner=on\n"})
    line = collect(str(root), ()).command_line
    assert line is not None
    assert line.whole
    assert line.text == "quiet page_owner=on"
    assert line.location(6) == (str(root / "proc/cmdline"), 1)
    write(root, {"proc/cmdline": b"quiet\0ro"})
    assert collect(str(root), ()).command_line is None


def test_sysctl_stands_for_files_that_are_not_there(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"sos_commands/kernel/sysctl_-a": "kernel.a = 1\nkernel.b = 2\n", "proc/sys/kernel/a": "3\n"},
    )
    assert _reading(root, "/proc/sys/kernel/a").text == "3\n"
    found = _reading(root, "/proc/sys/kernel/b")
    assert found.text == "2"
    assert found.location == (str(root / "sos_commands/kernel/sysctl_-a"), 2)


def test_what_is_missing(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/mounts": "debugfs /sys/kernel/debug debugfs rw 0 0\n"})
    assert _reading(root, "/sys/x").trouble == "missing"
    assert _reading(root, "/sys/kernel/debug/x").why == "the copy does not have them"
    assert _reading(root, "/sys/kernel/security/x").why == "securityfs is not mounted at /sys/kernel/security"
    # Of two places the first that there is counts.
    write(root, {"sys/kernel/debug/tracing/tracing_on": "1\n"})
    assert _reading(root, *_TRACING).text == "1\n"


def test_what_is_odd(tmp_path: Path) -> None:
    root = write(tmp_path, {"sys/binary": b"a\0b", "sys/huge": b"x" * (5 << 20), "sys/folder/x": ""})
    os.mkfifo(root / "sys/fifo")
    for path, why in (
        ("/sys/binary", "not a text file"),
        ("/sys/huge", "larger than 4 MiB"),
        ("/sys/folder", "not a regular file"),
        ("/sys/fifo", "not a regular file"),
    ):
        found = _reading(root, path)
        assert (found.trouble, found.why) == ("unreadable", why)


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may read everything, so that a refusal has to be played.
    root = write(tmp_path, {"proc/lockdep_stats": "debug_locks: 1\n"})

    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Root, "read", refuse)
    found = _reading(root, "/proc/lockdep_stats")
    assert (found.trouble, found.why) == ("not permitted", "permission denied")
    assert collect(str(root), ()).config is None


def test_presence(tmp_path: Path) -> None:
    root = write(tmp_path, {"sys/kernel/debug/page_owner": b"\0" * 9})
    found = _reading(root, "/sys/kernel/debug/page_owner", only_presence=True)
    assert found.text == "y"
    # It may not have been collected.
    assert _reading(root, "/sys/kernel/debug/other", only_presence=True).trouble == "missing"


def test_no_file_is_read_whose_reading_has_an_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = Root.read

    def note(self: Root, path: str, limit: int = 4 << 20) -> bytes:
        read.append(path)
        return real(self, path, limit)

    monkeypatch.setattr(Root, "read", note)
    monkeypatch.setattr(module, "mounted", lambda _: frozenset())
    path = "/proc/sys/kernel/nmi_watchdog"
    system = collect("/", [Wanted((path,), harmless_since=(99, 1)), Wanted(_TRACING)])
    assert path not in read
    assert system.readings[path].trouble == "not harmless"
    # Looking below it would mount tracefs.
    assert _TRACING[1] not in read


def test_proc_below_another_root_is_that_of_a_kernel(tmp_path: Path) -> None:
    # A container sees the kernel that runs: its /proc is no copy.
    wanted = Wanted(("/proc/sys/kernel/pid_max",), harmless_since=(99, 1))
    own = os.path.join("/proc/self", "root")
    if os.path.exists(own + wanted.paths[0]):
        assert not Root(own).is_copy(wanted.paths[0])
        assert collect(own, [wanted]).readings[wanted.paths[0]].trouble == "not harmless"
    copied = write(tmp_path, {"proc/sys/kernel/pid_max": "5\n"})
    assert collect(str(copied), [wanted]).readings[wanted.paths[0]].text == "5\n"


def test_tracefs_is_not_mounted_below_another_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Played, as debugfs can only be mounted by root: what it has is of the size 0.
    root = write(tmp_path, {path.lstrip("/"): "1\n" for path in _TRACING[1:]})
    assert _reading(root, *_TRACING).text == "1\n"
    entered: list[str] = []
    real = Root._walk

    def note(self: Root, path: str) -> tuple[int, str]:
        entered.append(path)
        return real(self, path)

    monkeypatch.setattr(Root, "is_copy", lambda _, path: path != AUTOMOUNT)
    monkeypatch.setattr(Root, "_walk", note)
    found = _reading(root, _TRACING[1])
    assert (found.trouble, found.why) == ("not mounted", f"looking below {AUTOMOUNT} may mount tracefs")
    write(root, {"proc/mounts": "none /sys/kernel/debug debugfs rw 0 0\n"})
    assert _reading(root, _TRACING[1]).why == f"tracefs is not mounted at {AUTOMOUNT}"
    assert not [path for path in entered if path.startswith(f"{AUTOMOUNT}/")]
    write(root, {"proc/mounts": f"tracefs {AUTOMOUNT} tracefs rw 0 0\n"})
    assert _reading(root, _TRACING[1]).text == "1\n"


def test_mounts(tmp_path: Path) -> None:
    assert mounted(Root(str(tmp_path))) is None
    root = write(tmp_path, {"proc/mounts": "x\nnone /sys/kernel/debug debugfs rw 0 0\n"})
    mounts = mounted(Root(str(root)))
    assert mounts == frozenset({("/sys/kernel/debug", "debugfs")})
    assert unmounted("/sys/kernel/debug/kcsan", mounts) == ""
    assert unmounted("/sys/kernel/debug/tracing/x", mounts) == "tracefs is not mounted at /sys/kernel/debug/tracing"
    assert unmounted("/sys/kernel/tracing/x", None) == ""
    assert is_automounted("/sys/kernel/debug/tracing/x", mounts)
    assert not is_automounted("/sys/kernel/debug/x", mounts)
    assert not is_automounted("/sys/kernel/debug/tracing/x", frozenset({("/sys/kernel/debug/tracing", "tracefs")}))


def test_the_log_of_a_copy(tmp_path: Path) -> None:
    root = write(tmp_path, {"sos_commands/kernel/dmesg": "[1] a\n\n[2] kmemleak: b\n"})
    log = collect(str(root), ()).log
    assert log.unread is None
    assert [line.text for line in log.lines] == ["[1] a", "[2] kmemleak: b"]
    assert log.lines[1].location.line == 3


def test_a_log_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = read_log(Root(str(tmp_path))).unread
    assert missing is not None
    assert (missing.trouble, missing.why) == ("missing", "the copy does not have them")
    root = write(tmp_path, {"var/log/dmesg": b"x" * (5 << 20)})
    large = read_log(Root(str(root))).unread
    assert large is not None
    assert (large.trouble, large.why) == ("unreadable", "larger than 4 MiB")
    assert large.location.path == str(root / "var/log/dmesg")

    def refuse(*_: object) -> int:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        refused = read_log(Root("/")).unread
    assert refused == Reading(Location("/dev/kmsg", 0), None, "not permitted", "permission denied")


def test_the_running_system() -> None:
    system = collect("/", [Wanted(("/proc/sys/kernel/pid_max",))])
    assert system.release == os.uname().release
    assert system.readings["/proc/sys/kernel/pid_max"].text is not None


def test_sysctl_files(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "usr/lib/sysctl.d/50-a.conf": "kernel.a = 1\nkernel.b = 1\nnet/ipv4/conf/eth0.1/x = 1\n",
            "etc/sysctl.d/50-a.conf": "# kernel.a = 5\n; x\n kernel.a=2 \n",
            "run/sysctl.d/10-b.conf": "kernel.a = 3\n-kernel.c = 1\nnonsense\n",
            "etc/sysctl.d/60-no": "kernel.a = 9\n",
            "etc/sysctl.conf": "kernel/d = 7\n",
        },
    )
    found = collect(str(root), ()).sysctl_files
    # A file of /etc replaces that of the same name in /usr/lib, and files are read by their names.
    assert {name: item.value for name, item in found.items()} == {"kernel.a": "2", "kernel.c": "1", "kernel.d": "7"}
    assert found["kernel.a"].location == (str(root / "etc/sysctl.d/50-a.conf"), 3)
