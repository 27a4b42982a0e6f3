# SPDX-License-Identifier: GPL-2.0-or-later
"""A scheduler and workers of Dask as processes of this machine, which share nothing: no folder, no home, no tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Importing Dask takes a second on an idle machine.
_PATIENCE = 60.0
_START = ("-m", "dask")
# A worker that looks at a file of the tree where that lies fails: it has to do without.
_BLIND = """
import os, sys

def hook(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        if os.fsdecode(arguments[0]).startswith({tree!r}):
            raise AssertionError(f"{{event}} of {{arguments[0]!r}}")

sys.addaudithook(hook)
"""
DIES = """
import os, signal
from kpolicy.run import batches

batches._look = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
"""For a worker that is killed with its first config half done."""
DIES_OF_A_RELEASE = """
import os, signal
from kpolicy.run import release

release._part = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
"""For a worker that is killed with the first config of a release half done."""
DIES_OF_A_CHANGE = """
import os, signal
from kpolicy.run import release_changes

release_changes._answer = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
"""For a worker that is killed by the first difference between two releases that it explains."""
DIES_OF_ARM64 = """
import os, signal
from kpolicy.run import batches

def dies(memory, target, look=batches._look):
    if target.arch == "arm64":
        os.kill(os.getpid(), signal.SIGKILL)
    return look(memory, target)

batches._look = dies
"""
"""For a worker that is killed by every config of arm64."""
LACKS = """
import sys

sys.modules.update({"kpolicy": None, "kpolicy.run": None, "kpolicy.run.cluster_worker": None})
"""
"""For a worker or scheduler without kpolicy."""
DIFFERS = """
from kpolicy.run import cluster_worker

own = cluster_worker.identity()
cluster_worker.identity = lambda: ("kpolicy 0.0.1", *own[1:])
"""
"""For a worker with another kpolicy."""


@dataclass(frozen=True)
class Machines:
    """A cluster that runs: the address of its scheduler."""

    address: str


@contextmanager
def machines(
    folder: Path, tree: Path, workers: Sequence[str], *, threads: int = 1, failures: int = 3, scheduler: str = ""
) -> Iterator[Machines]:
    """A scheduler and workers, each of which runs some more Python first, as does the `scheduler`.

    A task may lose so many workers (`failures`).
    """
    processes: list[subprocess.Popen[bytes]] = []
    stated = folder / "scheduler.json"
    try:
        more = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(failures)}
        first = folder / "scheduler.py"
        first.write_text(scheduler)
        words: list[str | int | Path] = [
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            stated,
        ]
        words += ["--preload", first]
        processes.append(_start(folder / "scheduler", words, more))
        # The scheduler writes it in place.
        _wait(lambda: stated.exists() and stated.read_text().endswith("}"), processes)
        address = str(json.loads(stated.read_text())["address"])
        for number, code in enumerate(workers):
            own = folder / f"worker{number}"
            own.mkdir()
            preload = folder / f"preload{number}.py"
            preload.write_text(_BLIND.format(tree=str(tree)) + code)
            words = ["worker", address, "--no-nanny", "--no-dashboard", "--nthreads", threads, "--preload", preload]
            processes.append(_start(own, [*words, "--local-directory", own / "scratch"], {}))
        yield Machines(address)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def _start(home: Path, words: Sequence[str | int | Path], more: dict[str, str]) -> subprocess.Popen[bytes]:
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}
    with (home.parent / f"{home.name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, *_START, *map(str, words)], cwd=home, env=environment, stdout=log, stderr=log
        )


def _wait(is_there: object, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    assert callable(is_there)
    end = time.monotonic() + _PATIENCE
    while not is_there():
        assert time.monotonic() < end
        assert all(process.poll() is None for process in processes)
        time.sleep(0.05)
