# SPDX-License-Identifier: GPL-2.0-or-later
"""Kill audits at random moments, and compare what later ones say: `python -m tests.cli.kills 30`.

The cache that is left behind must not change a byte of any report.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kpolicy.demo import demo_tree

_COMMAND = (sys.executable, "-m", "kpolicy", "audit", str(demo_tree()), "-o", "json", "-j")


def kill(times: int, cache: Path, chance: random.Random) -> list[str]:
    """What differed from a report without a cache, after each of some killed runs; the last run is not killed."""
    expected = _report(cache, "1", "--no-cache")
    start = time.monotonic()
    _report(cache.with_name("other"), "2")
    whole = time.monotonic() - start
    different = []
    for number in range(times):
        process = subprocess.Popen(
            [*_COMMAND, chance.choice("124")],
            env=_environment(cache),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.random() * whole)
        # The workers too, in the middle of what they write.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        jobs = chance.choice("124")
        if chance.random() < 0.3 and _report(cache, jobs) != expected:
            different.append(f"after kill {number + 1}, with -j {jobs}")
    if _report(cache, "2") != expected:
        different.append("in the end")
    return different


def _report(cache: Path, jobs: str, *words: str) -> tuple[int, bytes]:
    done = subprocess.run([*_COMMAND, jobs, *words], env=_environment(cache), capture_output=True, check=False)
    return done.returncode, done.stdout


def _environment(cache: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CACHE_HOME": str(cache)}


def main() -> int:
    """Kill as many runs as the command line says."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    seed = random.randrange(1 << 30)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        different = kill(times, Path(folder) / "cache", random.Random(seed))
    for where in different:
        print(f"the report differs {where}")
    print(f"{times} runs killed, seed {seed}: {len(different)} reports differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
