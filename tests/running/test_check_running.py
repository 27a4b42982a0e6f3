# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy check --running`: five systems, and the one that runs here."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kpolicy.cli.running import stated_root
from kpolicy.policy.running.load import shipped_knobs
from kpolicy.report.formats import FORMATS
from kpolicy.run.running import _architecture
from kpolicy.running import collect
from kpolicy.running.root import Root
from tests.cli.support import Outcome, copy_of_demo, kpolicy
from tests.running import roots
from tests.running.roots import config, write

Make = Callable[[Path], Path]
_ROOTS: Mapping[str, Make] = {
    "debian": roots.debian,
    "fedora": roots.fedora,
    "android": roots.android,
    "embedded": roots.embedded,
    "hostile": roots.hostile,
}


def _check(root: Path, *more: str | Path) -> Outcome:
    terse = () if "-o" in more else ("--terse",)
    return kpolicy("check", "--running", "--root", root, "--no-cache", *terse, *more)


def _said(root: Path, *more: str | Path) -> set[str]:
    """The findings about the system, as severity, check and message."""
    found = _check(root, "--select", "running", "-o", "json", "--fail-on", "never", *more).json
    return {
        f"{item['severity']} {item['rule'].removeprefix('running/')}: {item['message'].replace(str(root), '')}"
        for item in found["configs"][0]["findings"]
        if item["rule"] != "running/not-read"
    }


def _unread(root: Path) -> dict[str, str]:
    found = _check(root, "--select", "running/not-read", "-o", "json").json["configs"][0]["findings"]
    return {item["message"].partition(": ")[0].removeprefix("not read, "): item["message"] for item in found}


def test_debian(tmp_path: Path) -> None:
    root = roots.debian(tmp_path / "sosreport")
    assert _said(root) == {
        "note modified: kernel.panic is 10 at run time, 5 by the boot parameter panic=5",
        "warning weakened: kernel.dmesg_restrict is 0 at run time, 1 by CONFIG_SECURITY_DMESG_RESTRICT:"
        " every user can read the kernel log",
        "warning weakened: kernel.unprivileged_bpf_disabled is 0 at run time, 2 by default:"
        " every user can load BPF programs",
        "warning reported: kernel.tainted has the flag W: a warning was reported",
        "warning reported: warn_count is 2: the kernel has reported warnings since boot",
        "note tainted: kernel.tainted has the flag P: a proprietary module was loaded",
        "note tainted: kernel.tainted has the flag O: a module from outside of the kernel tree was loaded",
        "warning enabled: current_tracer is function at run time, nop by default:"
        " the tracer records functions or latencies all the time",
        "warning enabled: 2 enabled trace events at run time, 0 by default:"
        " the events are recorded whenever they happen",
    }
    assert set(_unread(root)) == {"the copy does not have them"}
    # The command line has that of the config in it already.
    outcome = _check(root, "--select", "boot")
    assert outcome.out == ""
    assert outcome.status == 0
    assert outcome.err.startswith(f"note: read: Linux {roots.DEBIAN}, config {root}/boot/config-{roots.DEBIAN}, its")


def test_locations_are_the_lines_that_were_read(tmp_path: Path) -> None:
    root = roots.debian(tmp_path / "sosreport")
    lines = _check(root, "--select", "running").out.splitlines()
    assert any(line.startswith(f"{root}/sos_commands/kernel/sysctl_-a:3: warning: ") for line in lines)
    assert any(line.startswith(f"{root}/sys/kernel/warn_count:1: warning: ") for line in lines)
    # Of two lines the one to edit; sysctl.d asks for another value of dmesg_restrict than there is.
    assert any(line.startswith(f"{root}/etc/sysctl.d/10-panic.conf:2: note: ") for line in lines)


def test_fedora(tmp_path: Path) -> None:
    root = roots.fedora(tmp_path / "root")
    assert _said(root) == {
        "warning gave-up: lockdep.debug_locks is 0: lockdep has turned itself off: wrong lock orders go undetected",
        "warning gave-up: kmemleak has turned itself off: memory leaks go undetected",
        "warning gave-up: dma-api.disabled is y: wrong uses of the DMA API go undetected",
        "warning disabled: kernel.hung_task_timeout_secs is 0 at run time, 120 by"
        " CONFIG_DEFAULT_HUNG_TASK_TIMEOUT: hung tasks go undetected",
        "warning disabled: kernel.soft_watchdog is 0 at run time, 1 by default: soft lockups go undetected",
        "warning disabled: kernel.panic_on_warn is 0 at run time, 1 by the boot parameter"
        " sysctl.kernel.panic_on_warn=1: the kernel no longer stops at the first warning",
        # To inject failures is what a debug kernel may be for.
        "note modified: failslab.probability is 10 at run time, 0 by default: slab allocations fail on purpose",
    }
    assert set(_unread(root)) == {"the copy does not have them", "tracefs is not mounted at /sys/kernel/tracing"}
    # page_owner=on makes the kernel record stacks: the rule about a sleeping page_owner is silent.
    assert "page-owner/asleep" not in _check(root).out


def test_a_log_that_is_not_there_is_not_read(tmp_path: Path) -> None:
    root = roots.fedora(tmp_path / "root")
    (root / "var/log/dmesg").write_bytes(b"x" * (5 << 20))
    assert "gave-up: kmemleak" not in "".join(_said(root))
    assert _unread(root)["larger than 4 MiB"] == "not read, larger than 4 MiB: debugobjects, kmemleak"
    (root / "var/log/dmesg").unlink()
    policy = write(tmp_path, {"config": config("7.3.4", "X86 DEBUG_KMEMLEAK")}) / "config"
    unread = _check(root, policy, "--select", "running/not-read").out
    assert "not read, the copy does not have them: kmemleak [running/not-read]" in unread


def test_android(tmp_path: Path) -> None:
    root = roots.android(tmp_path / "root")
    assert _said(root) == {
        "note disabled: kfence.sample_interval is 0 at run time, 500 by CONFIG_KFENCE_SAMPLE_INTERVAL:"
        " KFENCE does not detect out-of-bounds accesses",
        "note disabled: tracing_on is 0 at run time, 1 by default: tracers and events that are enabled record nothing",
        "warning weakened: kernel.perf_event_paranoid is -1 at run time, 2 by default:"
        " users can measure more than their own programs",
        "note modified: kernel.kptr_restrict is 2 at run time, 0 by default",
        "note modified: kernel.panic is 5 at run time, -1 by CONFIG_PANIC_TIMEOUT",
    }
    assert "debugfs is not mounted at /sys/kernel/debug" in _unread(root)
    assert "kasan=off has no effect: CONFIG_KASAN_HW_TAGS is not set" in _check(root, "--select", "boot").out


def test_embedded(tmp_path: Path) -> None:
    root = roots.embedded(tmp_path / "root")
    places = ", ".join(
        f"/{name}"
        for name in (
            "proc/config.gz",
            "boot/config-6.12.80",
            "lib/modules/6.12.80/config",
            "usr/lib/modules/6.12.80/config",
        )
    )
    assert _said(root) == {
        f"warning no-config: the config of Linux 6.12.80 is not found (tried {places}): no rule is judged",
        "warning weakened: kernel.oops_limit is 0 at run time, 10000 by default:"
        " an exploit that causes oopses can be repeated without limit",
        "note disabled: kernel.hung_task_timeout_secs is 0: hung tasks go undetected",
        "warning reported: kernel.tainted has the flag W: a warning was reported",
    }
    # No rule says anything about a config that nobody has read.
    assert all("[running/" in line for line in _check(root).out.splitlines())
    # What the user has of it counts.
    own = write(tmp_path, {"config": config("6.12.80", "MIPS PROC_FS SYSCTL PRINTK PANIC_TIMEOUT=3", "mips")})
    said = _said(root, own / "config")
    assert not [item for item in said if "no-config" in item]


@pytest.mark.timeout(60)
def test_hostile(tmp_path: Path) -> None:
    root = roots.hostile(tmp_path / "root")
    said = _said(root)
    assert {item.partition(":")[0] for item in said} == {"warning no-config", "note modified"}
    # A link of an absolute path is one below the root; what is outside was not read.
    assert "note modified: kernel.modules_disabled is 1 at run time, 0 by default" in said
    assert not [item for item in said if "oops_limit" in item or "randomize_va_space" in item]
    unread = _unread(root)
    assert set(unread) == {
        "not a regular file",
        "larger than 4 MiB",
        "not a text file",
        os.strerror(40),
        "the value is not understood",
    }
    assert "kernel.sysrq" in unread["not a regular file"]
    # A terminal is not driven by what the files hold.
    assert "\x1b" not in _check(root, "--select", "running").out


@pytest.mark.parametrize("name", _ROOTS)
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_format(tmp_path: Path, name: str, form: str) -> None:
    root = _ROOTS[name](tmp_path / "root")
    outcome = _check(root, "-o", f"{form}:{tmp_path / 'out'}")
    assert outcome.status in (0, 1), outcome.err
    assert (tmp_path / "out").stat().st_size
    assert "Traceback" not in outcome.err
    assert "internal error" not in outcome.err


@pytest.mark.parametrize("name", _ROOTS)
def test_findings_are_told_apart(tmp_path: Path, name: str) -> None:
    root = _ROOTS[name](tmp_path / "root")
    found = _check(root, "-o", "json").json["configs"][0]["findings"]
    prints = [item["fingerprint"] for item in found]
    assert len(prints) == len(set(prints))


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
@pytest.mark.parametrize("name", _ROOTS)
def test_whatever_cannot_be_read(tmp_path: Path, name: str, error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file in turn: a report, or an error that says what is missing, and no traceback."""
    root = _ROOTS[name](tmp_path / "root")
    read: set[str] = set()
    real = Root.read

    def note(self: Root, path: str, limit: int = 4 << 20) -> bytes:
        content = real(self, path, limit)
        read.add(path)
        return content

    monkeypatch.setattr(Root, "read", note)
    _check(root)
    for refused in (*sorted(read), ""):

        def refuse(self: Root, path: str, limit: int = 4 << 20, refused: str = refused) -> bytes:
            if path == refused or not refused:
                raise error
            return real(self, path, limit)

        monkeypatch.setattr(Root, "read", refuse)
        outcome = _check(root)
        assert "internal error" not in outcome.err, refused
        assert outcome.status in (0, 1) or "pass the CONFIG, or --release and --arch" in outcome.err


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\n",
        b"\0",
        b"\xff\xfe",
        b"-1",
        b"[",
        b"[]\n",
        b"y" * 100_000,
        b"9" * 100_000,
        b"\x1b[2J\r\n",
        b'= = =\n=p "',
    ],
    ids=repr,
)
def test_junk_in_every_file(tmp_path: Path, junk: bytes) -> None:
    paths = {path: junk for knob in shipped_knobs() for path in knob.paths}
    others = ("/proc/cmdline", "/proc/mounts", "/var/log/dmesg", "/etc/sysctl.conf", "/proc/sys/kernel/arch")
    root = write(tmp_path, {path.lstrip("/"): junk for path in (*paths, *others)})
    options = "X86 PROC_FS SYSCTL SYSFS DEBUG_FS TRACING PRINTK MMU DETECT_HUNG_TASK KFENCE SLUB_DEBUG LOCKDEP"
    write(root, {"proc/config.gz": config("6.12.9", options), "proc/version": "Linux version 6.12.9 (a@b)\n"})
    outcome = _check(root)
    assert outcome.status in (0, 1), outcome.err
    assert "internal error" not in outcome.err
    assert "\x1b" not in outcome.out


def test_an_empty_root(tmp_path: Path) -> None:
    outcome = _check(tmp_path)
    assert outcome.status == 2
    assert "neither the config nor the release of the kernel can be read" in outcome.err
    assert _check(tmp_path, "--release", "6.12").status == 2
    outcome = _check(tmp_path, "--release", "6.12", "--arch", "arm")
    assert outcome.status == 1
    assert "the config of the running kernel is not found" in outcome.out


@pytest.mark.parametrize(
    ("machine", "word"),
    [
        ("i686", "x86"),
        ("x86_64", "x86"),
        ("armv7l", "arm"),
        ("arm64", "arm64"),
        ("aarch64_be", "arm64"),
        ("ppc64le", "powerpc"),
        ("parisc64", "parisc"),
        ("sh4a", "sh"),
        ("sun4u", "sparc64"),
        # As they are.
        *((word, word) for word in ("sparc64", "sparc", "alpha", "m68k", "parisc", "openrisc", "xtensa", "arc")),
        ("vax", None),
        ("", None),
    ],
)
def test_machines(machine: str, word: str | None) -> None:
    assert _architecture(machine) == word


def test_a_machine_that_make_calls_the_same(tmp_path: Path) -> None:
    files = {"proc/version": "Linux version 6.12.9 (a@b)\n", "proc/sys/kernel/arch": "m68k\n"}
    outcome = _check(write(tmp_path, dict(files)))
    assert outcome.status == 1, outcome.err
    assert "the config of Linux 6.12.9 is not found" in outcome.out


def test_a_config_of_another_kernel(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "proc/version": "Linux version 6.12.9 (a@b) #1\n",
            "proc/config.gz": config("6.1.4", "X86 PROC_FS SYSCTL !DETECT_HUNG_TASK"),
            "proc/sys/kernel/hung_task_timeout_secs": "120\n",
            "proc/sys/kernel/hung_task_panic": "0\n",
        },
    )
    assert _said(root) == {
        "warning other-config: the config is of Linux 6.1.4, the running kernel is Linux 6.12.9",
        "warning other-config: the kernel has kernel.hung_task_panic and 1 more, but CONFIG_DETECT_HUNG_TASK is not"
        " set: the config is not that of the running kernel",
    }


def test_settings_of_a_kernel_without_proc_sysctl(tmp_path: Path) -> None:
    # Linux 7.3 has only SYSCTL, fs/proc/Kconfig; 6.12 has both, and PROC_SYSCTL selects SYSCTL.
    for version, options in (("7.3.4", "SYSCTL"), ("6.12.9", "PROC_SYSCTL SYSCTL")):
        root = write(
            tmp_path / version,
            {
                "proc/version": f"Linux version {version} (a@b) #1\n",
                "proc/config.gz": config(version, f"X86 PROC_FS MMU PRINTK {options}"),
                "proc/cmdline": "quiet\n",
                "proc/sys/kernel/randomize_va_space": "0\n",
            },
        )
        assert _said(root) == {
            "warning weakened: kernel.randomize_va_space is 0 at run time, 2 by default: addresses of programs are"
            " easier to guess",
        }


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--root", "."], 2, "--root is for --running"),
        ([], 2, "Missing argument 'CONFIG...'"),
        (["--running", "a", "b"], 2, "--running checks one kernel"),
        (["--running", "--root", "nowhere"], 3, "not a directory, expected the root of a system"),
        (["--running", "nowhere"], 3, "cannot read the config"),
        (["--running", "--since", "v1"], 2, "--since needs a kernel tree"),
        (["--running", "--toolchain", "dummy"], 2, "--toolchain answers the probes"),
    ],
)
def test_words_that_do_not_go_together(words: list[str], status: int, said: str) -> None:
    outcome = kpolicy("check", *words)
    assert outcome.status == status
    assert said in outcome.err


def test_with_a_tree(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    expanded = kpolicy("expand", "--tree", tree, "--arch", "x86", "x86_64_defconfig").out
    version = expanded.partition("Linux/x86 ")[2].partition(" ")[0]
    root = write(
        tmp_path / "root",
        {
            "proc/sys/kernel/osrelease": f"{version}\n",
            "proc/config.gz": expanded,
            "proc/cmdline": "quiet",
            "proc/sys/kernel/tainted": "128\n",
        },
    )
    outcome = kpolicy("check", "--running", "--root", root, "--tree", tree, "--terse", "--no-cache", "-j", "2")
    assert "kernel.tainted has the flag D: the kernel has oopsed [running/reported]" in outcome.out
    assert "cannot be judged" not in outcome.err
    # Again, with the cache: what runs is looked at anew.
    write(root, {"proc/sys/kernel/tainted": "0\n"})
    for _ in range(2):
        outcome = kpolicy("check", "--running", "--root", root, "--tree", tree, "--terse")
        assert "kernel.tainted" not in outcome.out


def test_a_system_goes_to_other_processes(tmp_path: Path) -> None:
    system = collect.collect(str(roots.debian(tmp_path / "root")), ())
    assert pickle.loads(pickle.dumps(system)) == system


def test_checks_are_chosen_as_others_are(tmp_path: Path) -> None:
    root = roots.debian(tmp_path / "root")
    policy = write(tmp_path, {"kpolicy.toml": '[rules]\nrunning = "off"\n'}) / "kpolicy.toml"
    outcome = _check(root, "--policy", policy)
    assert outcome.status in (0, 1), outcome.err
    assert "[running/" not in outcome.out


def test_settings_are_waived_by_their_names(tmp_path: Path) -> None:
    root = roots.debian(tmp_path / "root")
    waiver = (
        '[[waiver]]\nrule = "running/weakened"\nsymbol = "kernel.dmesg_restrict"\nreason = "x"\nowner = "y"\n'
        "expires = 2999-01-01\n"
    )
    policy = write(tmp_path, {"kpolicy.toml": waiver}) / "kpolicy.toml"
    outcome = _check(root, "--policy", policy, "--select", "running/weakened")
    assert "dmesg_restrict" not in outcome.out
    assert "unprivileged_bpf_disabled" in outcome.out


def test_the_root_is_the_running_system_by_any_name() -> None:
    assert stated_root((), running=True, root="/../.") == "/"
    assert stated_root((), running=True, root=None) == "/"


def test_the_running_kernel() -> None:
    """Whatever kernel runs here: a report on it, as any user and without an error."""
    outcome = kpolicy("check", "--running", "--terse", "--fail-on", "never", "--select", "running")
    if "pass the CONFIG" not in outcome.err:
        assert outcome.status == 0, outcome.err
        assert f"note: read: Linux {os.uname().release}" in outcome.err
