# SPDX-License-Identifier: GPL-2.0-or-later
"""An audit starts no process, opens no socket, and writes nothing but its cache: Python itself is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Ends the process on the spot, also a worker, so that nothing can hide what it did.
_WATCH = """
import os, sys

cache = os.path.join(os.environ["XDG_CACHE_HOME"], "")
forks = sys.argv[1] == "forks"
BANNED = ("subprocess.", "socket.", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "pty.", "os.forkpty",
          "ctypes.dlopen", "urllib.", "ftplib.", "smtplib.", "http.client", "webbrowser.", "pickle.find_class")
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
           "os.chown", "os.utime", "os.setxattr", "shutil.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def ours(path):
    return isinstance(path, int) or os.fsdecode(path).startswith(cache) or os.fsdecode(path) + "/" == cache

def watch(event, args):
    if event.startswith(BANNED) and not (forks and event == "pickle.find_class"):
        bad = True
    elif event == "os.fork":
        bad = not forks
    elif event == "open":
        bad = bool(args[2] & WRITING) and not ours(args[0])
    elif event.startswith(CHANGES):
        bad = not all(ours(arg) for arg in args if isinstance(arg, (str, bytes)))
    else:
        return
    if bad:
        os.write(2, f"VIOLATION {event} {args!r}\\n".encode())
        os._exit(99)

sys.dont_write_bytecode = True
from kpolicy.cli.main import main
sys.addaudithook(watch)
sys.exit(main(sys.argv[2:]))
"""


def _watched(folder: Path, forks: bool, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A process whose coverage is measured would write that down.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment = {**inherited, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    words = ["-c", _WATCH, "forks" if forks else "alone", *arguments]
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=600, env=environment, cwd=folder
    )


def test_the_watch_sees_what_it_should(tmp_path: Path, demo: Path) -> None:
    run = _watched(tmp_path, False, "audit", str(demo), "-j", "1", "-o", f"text:{tmp_path}/report")
    assert run.returncode == 99
    assert "VIOLATION open" in run.stderr
    run = _watched(tmp_path, False, "audit", str(demo), "-j", "2", "--no-cache")
    assert run.returncode == 99
    assert "VIOLATION os.fork" in run.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_audit_of_the_demonstration_tree(tmp_path: Path, demo: Path, jobs: str) -> None:
    for _ in ("empty cache", "warm cache"):
        run = _watched(tmp_path, jobs != "1", "audit", str(demo), "-j", jobs)
        assert run.returncode == 1, run.stderr
        assert "VIOLATION" not in run.stderr
    assert os.listdir(tmp_path) == ["cache"]


@pytest.mark.parametrize("form", ["text", "svg"])
def test_a_chain(tmp_path: Path, demo: Path, form: str) -> None:
    words = ("--from", "KASAN", "--to", "STACKTRACE", "--config", "debug_defconfig", "--format", form)
    for _ in ("empty cache", "warm cache"):
        run = _watched(tmp_path, False, "chain", "--tree", str(demo), *words)
        assert run.returncode == 0, run.stderr
        assert "VIOLATION" not in run.stderr
    assert os.listdir(tmp_path) == ["cache"]


@pytest.mark.newest_kernel
@pytest.mark.trees
@pytest.mark.slow
def test_an_audit_of_a_real_tree(tmp_path: Path, kernel: Path, release: str) -> None:
    run = _watched(tmp_path, False, "audit", str(kernel), "-j", "1")
    assert run.returncode == 1, run.stderr
    assert f"{ {'6.12': 322, '6.1': 375}[release] } configs: " in run.stdout
    assert "unknown probe" not in run.stderr
    assert "could not be analysed" not in run.stdout


def test_completion_writes_not_even_a_cache(tmp_path: Path, demo: Path) -> None:
    for words in (("check", "--arch", "x86", ""), ("explain", "K"), ("check", "--arch", "")):
        first, *more = words
        run = _watched(tmp_path, False, "completion", "bash", "--answer", "--", first, "--tree", str(demo), *more)
        assert (run.returncode, run.stderr) == (0, "")
    assert os.listdir(tmp_path) == []
