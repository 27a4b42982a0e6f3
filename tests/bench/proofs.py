# SPDX-License-Identifier: GPL-2.0-or-later
"""What proofs about all configurations cost, against the earlier commit's reading of x86's Kconfig files."""

from __future__ import annotations

import itertools
import time

from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.toolchain import Toolchain
from tests.bench.measure import Cost, alternating
from tests.bench.rows import Row, memory, ratio
from tests.bench.setting import PROCESSORS, Setting, emptied
from tests.bench.sides import Words
from tests.models import tree_of
from tests.prove.kernels import whole_formula

_MOST_MEGABYTES = 700
_READING = "reading x86's Kconfig files, today"
_EXPRESSIONS = (
    "KASAN -> STACKDEPOT_ALWAYS_INIT",
    "PROVE_LOCKING -> LOCKDEP",
    "LOCKDEP -> DEBUG_LOCK_ALLOC",
    "DEBUG_KMEMLEAK -> STACKTRACE",
    "KCSAN -> !KASAN",
    "DEBUG_VM -> DEBUG_KERNEL",
    "DEBUG_OBJECTS -> DEBUG_KERNEL",
    "FUNCTION_TRACER -> FRAME_POINTER",
    "PAGE_OWNER -> STACKDEPOT",
    "UBSAN_BOUNDS -> UBSAN",
    "KUNIT -> DEBUG_FS",
    "DEBUG_PREEMPT -> PREEMPTION",
    "SLUB_DEBUG_ON -> SLUB_DEBUG",
    "FAULT_INJECTION -> DEBUG_KERNEL",
    "KFENCE -> STACKTRACE",
    "GCOV_PROFILE_ALL -> GCOV_KERNEL",
    "LATENCYTOP -> SCHEDSTATS",
    "DEBUG_INFO_BTF -> DEBUG_INFO",
    "HARDLOCKUP_DETECTOR -> LOCKUP_DETECTOR",
    "SMP -> NR_CPUS > 1",
)


def prove_rows(setting: Setting) -> list[Row]:
    """Proofs on x86 and on all architectures; where the solver lacks, the error of kpolicy ends the run."""
    now, today, tree = setting.now, setting.today, setting.tree
    cache, old = setting.cache("prove"), setting.cache("prove-today")
    one = ["--arch", "x86"]
    now.run(["prove", tree, *one, _EXPRESSIONS[0]], cache)
    each = itertools.cycle(_EXPRESSIONS)

    def proved() -> Cost:
        return now.run(["prove", tree, *one, next(each)], cache)

    kept = tree_of(tree)
    model = kept.model(resolve_architecture(kept.source, "x86"), Toolchain.dummy())

    def formula() -> Cost:
        start, clock = time.process_time(), time.perf_counter()
        whole_formula(model)
        return Cost(time.process_time() - start, time.perf_counter() - clock)

    reading: Words = ["chain", "KASAN", "--tree", tree, *one]
    times = max(setting.times, len(_EXPRESSIONS))
    proofs, formulas, read = alternating(times, proved, formula, lambda: today.run(reading, emptied(old)))
    checks = [*itertools.chain(*(("--check", f"kconfig/{name}") for name in ("unmet-select", "dead-option")))]
    (on_one,) = alternating(1, lambda: now.run(["kconfig", tree, *one, *checks], cache))
    (on_all,) = alternating(1, lambda: now.run(["kconfig", tree, "-j", str(PROCESSORS), *checks], cache))
    rows = [
        ratio("the formula of all of x86", formulas, _READING, read, 1),
        ratio(f"`prove`, model cached, median of {len(_EXPRESSIONS)} conditions", proofs, _READING, read, 0.3),
        ratio("`kconfig`: broken selects and dead options of x86", on_one, _READING, read, 12),
        ratio("the same of all architectures", on_all, _READING, read, 200),
    ]
    return [*rows, memory(rows, _MOST_MEGABYTES)]
