# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever ends a run leaves no process behind; a signal that whoever started it ignores ends nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from kpolicy.run import executors
from tests.cli.support import kpolicy

_SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
# On an idle machine they are gone at once; on a busy one they wait for a processor.
_PATIENCE = 10.0
# Whoever runs the tests may ignore signals, as nohup and shells in the background do: here that is stated.
_START = """
import os, signal, sys

ignored = {int(word) for word in sys.argv[1].split(",") if word}
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


def _start(words: Sequence[str | Path], *ignored: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _START, ",".join(str(int(number)) for number in ignored), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def _audit(kernel: Path) -> list[str | Path]:
    return ["-m", "kpolicy", "audit", kernel, "-j", "2", "--no-cache"]


def _children(pid: int) -> list[int]:
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(word) for word in words]


def _workers(process: subprocess.Popen[str]) -> list[int]:
    """The two workers of an audit, once they are there."""
    while len(found := _children(process.pid)) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    return found


def _alive(pids: Sequence[int]) -> list[int]:
    """Those that have not ended; a zombie has."""
    found = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found += [pid] if state != "Z" else []
    return found


def _remaining(pids: Sequence[int]) -> list[int]:
    """Those that are alive after a while."""
    end = time.monotonic() + _PATIENCE
    while _alive(pids) and time.monotonic() < end:
        time.sleep(0.02)
    return _alive(pids)


@pytest.mark.trees
@pytest.mark.parametrize("everybody", [True, False], ids=["terminal", "parent alone"])
@pytest.mark.parametrize("number", _SIGNALS, ids=lambda number: number.name)
def test_a_signal_leaves_no_process_behind(kernel: Path, number: signal.Signals, everybody: bool) -> None:
    process = _start(_audit(kernel))
    workers = _workers(process)
    (os.killpg if everybody else os.kill)(process.pid, number)
    remaining = _remaining(workers)
    for worker in remaining:
        os.kill(worker, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert not remaining
    assert (process.returncode, out, err.strip()) == (_SIGNALS[number], "", "")


@pytest.mark.trees
@pytest.mark.parametrize("wait", [0.0, 0.1, 0.5, 1.0])
def test_workers_end_with_a_parent_that_is_killed(kernel: Path, wait: float) -> None:
    process = _start(_audit(kernel))
    workers = _workers(process)
    time.sleep(wait)
    process.kill()
    remaining = _remaining(workers)
    for worker in remaining:
        os.kill(worker, signal.SIGKILL)
    assert not remaining
    # Nobody holds the streams, so that whoever reads them comes to their end.
    assert process.communicate(timeout=60)[0] == ""


def test_a_signal_that_is_ignored_ends_nothing(demo: Path) -> None:
    process = _start([*_audit(demo), "-q", "--terse"], signal.SIGINT, signal.SIGHUP)
    _workers(process)
    for number in (signal.SIGINT, signal.SIGHUP):
        os.killpg(process.pid, number)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (1, "")
    assert "arch/x86/configs/" in out


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_workers_may_be_started_in_every_way(method: str, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = kpolicy("audit", demo, "-j", "1", "--terse")
    monkeypatch.setattr(executors, "_START", method, raising=False)
    assert kpolicy("audit", demo, "-j", "2", "--terse") == alone
    assert alone.status == 1


def test_a_signal_is_no_error(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def end(*_: object) -> None:
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL, "nobody would clean up"
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("kpolicy.run.trees.find_tree", end)
    outcome = kpolicy("audit", demo)
    assert (outcome.status, outcome.out, outcome.err) == (143, "", "")
    assert signal.getsignal(signal.SIGTERM) is before
