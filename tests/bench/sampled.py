# SPDX-License-Identifier: GPL-2.0-or-later
"""Run kpolicy in this process and write down in which phase its processor time was spent.

    python -P sampled.py OUTPUT WORDS...

Run by the Python of the kpolicy that is measured, so nothing but that is imported.  A timer looks at the stack every
few milliseconds; what was spent since the last look belongs to the phase that the stack shows.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

PHASES = ("start", "Kconfig", "values", "judging", "report", "rest")
_OF = {
    "kernel": "Kconfig",
    "kconfig": "Kconfig",
    "config": "values",
    "evaluate": "values",
    "policy": "judging",
    "explain": "judging",
    "costing": "judging",
    "report": "report",
    "cli": "rest",
    "run": "rest",
}
_INTERVAL = 0.002


def phase(frame: FrameType | None) -> str:
    """The phase of a stack: of its innermost frame that belongs to one.

    Any import is start.  What values and judging ask of a model is theirs.
    """
    found = ""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return "start"
        position = file.rfind("/kpolicy/")
        if position >= 0:
            here = _OF.get(file[position + 9 :].partition("/")[0], "")
            if not found or (found == "Kconfig" and here in ("values", "judging")):
                found = here
        frame = frame.f_back
    return found or "rest"


def main() -> NoReturn:
    output = sys.argv[1]
    sys.argv = ["kpolicy", *sys.argv[2:]]
    spent = dict.fromkeys(PHASES, 0.0)
    last = time.process_time()
    spent["start"] = last

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.process_time()
        spent[phase(frame)] += now - last
        last = now

    leave = os._exit

    def finish(status: int) -> NoReturn:
        signal.setitimer(signal.ITIMER_PROF, 0)
        spent["rest"] += time.process_time() - last
        with open(output, "w", encoding="ascii") as stream:
            stream.writelines(f"{name} {seconds}\n" for name, seconds in spent.items())
        leave(status)

    # kpolicy ends by this, without unwinding.
    os._exit = finish
    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)
    from kpolicy.cli.main import entry

    entry()


if __name__ == "__main__":
    main()
