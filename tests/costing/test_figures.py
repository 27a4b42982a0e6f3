# SPDX-License-Identifier: GPL-2.0-or-later
"""Every formula of the catalogue against numbers that were worked out by hand.

The arithmetic stands beside each number, from the sources that the figure itself names; bytes of structures
are those of the declarations, with the padding of a 64-bit kernel.  Some are numbers that a kernel printed.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kpolicy.costing.catalogue import shipped_costs
from tests.costing.support import bill_of, item_of

X86 = "64BIT X86 X86_64 SMP X86_L1_CACHE_SHIFT=6 PAGE_SIZE_4KB PAGE_SHIFT=12 STACKTRACE"
ARM = "64BIT ARM64 SMP PAGE_SIZE_4KB PAGE_SHIFT=12 STACKTRACE"
LOCKDEP = (
    "LOCKDEP PROVE_LOCKING TRACE_IRQFLAGS DEBUG_SPINLOCK DEBUG_LOCK_ALLOC LOCKDEP_BITS=15 LOCKDEP_CHAINS_BITS=16"
    " LOCKDEP_STACK_TRACE_BITS=19 LOCKDEP_STACK_TRACE_HASH_BITS=14 LOCKDEP_CIRCULAR_QUEUE_BITS=12"
)
DEPOT = "STACKDEPOT STACKDEPOT_MAX_FRAMES=64"
NEW, OLD, OLDER, OLDEST = "7.3.4", "6.1.192", "6.1.176", "5.10.223"
K, M, G = 1 << 10, 1 << 20, 1 << 30


class Case(NamedTuple):
    """A cost, the number of its figure, a config, and the bytes worked out by hand."""

    cost: str
    figure: int
    config: str
    amount: int
    version: str = "6.12.117"
    ram: int | None = None
    cpus: int | None = None


CASES = [
    # Stack depot 5.17, lib/stackdepot.c: 2^STACK_HASH_ORDER pointers.  2^20 * 8 B = 8 MiB, 2^12 * 8 B = 32 KiB.
    Case("stackdepot/table", 0, f"{X86} STACKDEPOT STACKDEPOT_ALWAYS_INIT STACK_HASH_ORDER=20", 8 * M, "5.17.0"),
    Case("stackdepot/table", 0, f"{X86} STACKDEPOT STACKDEPOT_ALWAYS_INIT STACK_HASH_ORDER=12", 32 * K, "5.17.0"),
    # Before 5.17 every kernel with a depot had it from the start; on 32 bits a pointer has 4 bytes.
    Case("stackdepot/table", 0, f"{X86} STACKDEPOT STACK_HASH_ORDER=20", 8 * M, "5.15.0"),
    Case("stackdepot/table", 0, "X86 STACKDEPOT STACK_HASH_ORDER=20", 4 * M, "5.15.0"),
    Case("stackdepot/table", 1, f"{X86} STACKDEPOT STACK_HASH_ORDER=20", 8 * M, "5.17.0"),
    # 6.12, lib/stackdepot.c:49-55: with KASAN 2^20 heads of lists of 16 B.  Kernels print "stackdepot hash table
    # entries: 1048576 (order: 12, 16777216 bytes, linear)".
    Case("stackdepot/table", 2, f"{X86} {DEPOT} STACKDEPOT_ALWAYS_INIT KASAN KASAN_GENERIC", 16777216, ram=2 * G),
    # 6 GiB / 16 KiB = 393216, rounded up 524288, times 16 B.  A 6.12.0-rc1-next-20241002 with 6 GiB printed
    # "stackdepot hash table entries: 524288 (order: 11, 8388608 bytes, linear)":
    # kasan-dev list, 2024-10-03, <b6b89138-54d0-4f6f-86d3-6ed50fd6e80dn@googlegroups.com>.
    Case("stackdepot/table", 4, f"{X86} {DEPOT} STACKDEPOT_ALWAYS_INIT", 8388608, ram=6 * G),
    # 2 GiB / 16 KiB = 131072, times 16 B; so did a 7.1 kernel on arm64 with 2 GiB say.
    Case("stackdepot/table", 4, f"{ARM} {DEPOT} STACKDEPOT_ALWAYS_INIT", 2097152, ram=2 * G),
    # The limits: 2^12 * 16 B = 64 KiB for 32 MiB of memory, 2^20 * 16 B = 16 MiB for 1 TiB.
    Case("stackdepot/table", 4, f"{X86} {DEPOT} STACKDEPOT_ALWAYS_INIT", 64 * K, ram=32 * M),
    Case("stackdepot/table", 4, f"{X86} {DEPOT} STACKDEPOT_ALWAYS_INIT", 16 * M, ram=1024 * G),
    Case("stackdepot/table", 5, f"{X86} {DEPOT}", 16 * M, ram=16 * G),
    # 6.1, lib/stackdepot.c:160-224: buckets are pointers of 8 B.  A 5.19.0-rc6-next-20220713 with KASAN printed
    # "stackdepot hash table entries: 1048576 (order: 11, 8388608 bytes, linear)" (syzbot).
    Case("stackdepot/table", 6, f"{X86} STACKDEPOT STACKDEPOT_ALWAYS_INIT KASAN KASAN_GENERIC", 8388608, OLD),
    # Tags of the hardware: KASAN is on only where there are some, and then the table is as big.
    Case("stackdepot/table", 3, f"{ARM} {DEPOT} STACKDEPOT_ALWAYS_INIT KASAN KASAN_HW_TAGS", 16 * M),
    Case("stackdepot/table", 7, f"{ARM} STACKDEPOT STACKDEPOT_ALWAYS_INIT KASAN KASAN_HW_TAGS", 8 * M, OLD),
    # The text of commit f9987921cb54: 1 GB of memory, 512 kB of table; 16 GB, 8 MB.
    Case("stackdepot/table", 8, f"{X86} STACKDEPOT STACKDEPOT_ALWAYS_INIT", 512 * K, OLD, ram=G),
    Case("stackdepot/table", 8, f"{X86} STACKDEPOT STACKDEPOT_ALWAYS_INIT", 8 * M, OLD, ram=16 * G),
    Case("stackdepot/table", 9, f"{X86} STACKDEPOT", 8 * M, OLD, ram=16 * G),
    # 4 KiB pages: 17 bits number the pools, 8192 is the limit; 8192 * 16 KiB = 128 MiB.
    Case("stackdepot/pools", 0, f"{X86} {DEPOT}", 128 * M),
    # 64 KiB pages: 32 - 14 - 5 = 13 bits, less one for the handle 0; 8191 * 256 KiB.
    Case("stackdepot/pools", 0, f"64BIT ARM64 SMP PAGE_SHIFT=16 {DEPOT}", 8191 * 256 * K),
    # 6.1: 32 - 1 - 10 - 5 = 16 bits, 8192 is the limit.
    Case("stackdepot/pools", 1, f"{X86} STACKDEPOT", 128 * M, OLD),
    # 16 B of list, 16 B of numbers, 64 * 8 B of frames = 544 = 34 * 16.
    Case("stackdepot/record", 0, f"{X86} {DEPOT}", 544),
    # KASAN, Documentation/dev-tools/kasan.rst:311, 348 and lib/Kconfig.kasan:122: 1/8, 1/16, 1/32 of 16 GiB.
    Case("kasan/shadow", 0, f"{X86} KASAN KASAN_GENERIC", 2 * G, ram=16 * G),
    Case("kasan/shadow", 1, f"{ARM} KASAN KASAN_SW_TAGS", G, ram=16 * G),
    Case("kasan/shadow", 2, f"{ARM} KASAN KASAN_HW_TAGS", 512 * M, ram=16 * G),
    # kasan.rst:311: 16 TB to cover 128 TB; arm64 with 48 bits: 2^48 / 8 and 2^48 / 16.
    Case("kasan/address-space", 0, f"{X86} X86_5LEVEL=n KASAN KASAN_GENERIC", 16 << 40),
    Case("kasan/address-space", 2, f"{ARM} KASAN KASAN_GENERIC ARM64_VA_BITS=48", 32 << 40),
    Case("kasan/address-space", 2, f"{ARM} KASAN KASAN_SW_TAGS ARM64_VA_BITS=48", 16 << 40),
    # 16 GiB / 32 = 512 MiB: 448 MiB of it shared, 64 queues of 1 MiB.  1 GiB / 32 = 32 MiB is less than 64 queues.
    Case("kasan/quarantine", 0, f"{X86} KASAN KASAN_GENERIC", 512 * M, ram=16 * G, cpus=64),
    Case("kasan/quarantine", 0, f"{X86} KASAN KASAN_GENERIC", 64 * M, ram=G, cpus=64),
    # 32768 * (8 + 8 + 8 + 1, padded to 32) = 1 MiB; with 8 more: 32768 * 40 = 1310720.
    Case("kasan/stack-ring", 0, f"{ARM} KASAN KASAN_SW_TAGS", 1048576),
    Case("kasan/stack-ring", 0, f"{ARM} KASAN KASAN_HW_TAGS KASAN_EXTRA_INFO", 1310720),
    # x86: 32 KiB in place of 16 KiB.  arm64: 2^15 in place of 2^14, with 64 KiB pages a page either way.
    Case("kasan/kernel-stack", 0, f"{X86} KASAN KASAN_GENERIC", 16 * K),
    Case("kasan/kernel-stack", 1, f"{ARM} VMAP_STACK KASAN KASAN_GENERIC", 16 * K),
    Case("kasan/kernel-stack", 1, "64BIT ARM64 SMP PAGE_SHIFT=16 VMAP_STACK KASAN KASAN_GENERIC", 0),
    # mm/kmsan/init.c:106: two thirds.
    Case("kmsan/shadow", 0, f"{X86} KMSAN", 4 * G, ram=6 * G),
    # kfence.rst:74: 255 objects and 4 KiB pages, 2 MiB.  A 7.1 kernel printed "using 524288 bytes for 63 objects".
    Case("kfence/pool", 0, f"{X86} KFENCE KFENCE_SAMPLE_INTERVAL=100 KFENCE_NUM_OBJECTS=255", 2 * M),
    Case("kfence/pool", 0, f"{ARM} KFENCE KFENCE_SAMPLE_INTERVAL=100 KFENCE_NUM_OBJECTS=63", 524288),
    # mm/kfence/core.c: kfence_alloc_pool_and_metadata() sets nothing aside where the interval is 0.
    Case("kfence/pool", 0, f"{X86} KFENCE KFENCE_SAMPLE_INTERVAL=0 KFENCE_NUM_OBJECTS=255", 2 * M),
    # arch/arm64/mm/pageattr.c: can_set_direct_map(); 1 GiB of pages of 4 KiB.
    Case("kfence/linear-map", 0, f"{ARM} KFENCE KFENCE_SAMPLE_INTERVAL=0 KFENCE_NUM_OBJECTS=255", 2 * M, ram=G),
    # 16 + 16 + 4 + 4 + 4 * 8 + 2 * (4 + 4 + 8 + 4 + 4 + 64 * 8) + 8 + 8 (memcg) = 1160; * 255 = 295800; 73 pages.
    Case("kfence/metadata", 0, f"{X86} KFENCE KFENCE_SAMPLE_INTERVAL=100 KFENCE_NUM_OBJECTS=255 MEMCG", 73 * 4096),
    Case("kfence/metadata", 0, f"{X86} KFENCE KFENCE_SAMPLE_INTERVAL=0 KFENCE_NUM_OBJECTS=255 MEMCG", 73 * 4096),
    # Without memcg 1152 bytes; a lock of 64 with the state and padding takes 72 in place of 8: 1216; * 255; 76 pages.
    Case("kfence/metadata", 0, f"{X86} {LOCKDEP} KFENCE KFENCE_SAMPLE_INTERVAL=100 KFENCE_NUM_OBJECTS=255", 76 * 4096),
    # 7.3 has no extension of a slab object: 1152 bytes; * 255 = 293760; 72 pages.
    Case("kfence/metadata", 1, f"{X86} KFENCE KFENCE_SAMPLE_INTERVAL=100 KFENCE_NUM_OBJECTS=255 MEMCG", 72 * 4096, NEW),
    # 6.1 has an array: 1152 bytes, and with memcg a pointer, 1160; * 255, not rounded up.
    Case("kfence/metadata", 2, f"{X86} KFENCE KFENCE_SAMPLE_INTERVAL=0 KFENCE_NUM_OBJECTS=255 MEMCG", 295800, OLD),
    # 0x40000 words of 8 B = 2 MiB for each of 64 CPUs.
    Case("kcov/areas", 0, f"{X86} KCOV KCOV_IRQ_AREA_SIZE=0x40000", 128 * M, cpus=64),
    # PREEMPT_RT: twice as many areas, and for one CPU four more.
    Case("kcov/areas", 1, f"{X86} PREEMPT_RT KCOV KCOV_IRQ_AREA_SIZE=0x40000", 256 * M, cpus=64),
    Case("kcov/areas", 1, f"{X86} PREEMPT_RT KCOV KCOV_IRQ_AREA_SIZE=0x40000", 10 * M, cpus=1),
    # 2 + 2 + 4 + 4 + 4 + 8 + 8 + 16 + 4 * 4 = 64, and 8 of flags, for 4194304 pages = 288 MiB (1.76 %).
    Case("page-owner/records", 0, f"{X86} PAGE_OWNER", 72 * 4194304, ram=16 * G),
    # 6.1 lacks two ids: 56 and 8, for 4194304 pages = 256 MiB.
    Case("page-owner/records", 1, f"{X86} PAGE_OWNER", 256 * M, OLD, ram=16 * G),
    # 5.10 has neither times nor names: 2 + 2 + 4 + 4 + 4 = 16, and 8, for 4194304 pages.  7.3 is as 6.12.
    Case("page-owner/records", 2, f"{X86} PAGE_OWNER", 24 * 4194304, OLDEST, ram=16 * G),
    Case("page-owner/records", 0, f"{X86} PAGE_OWNER", 72 * 4194304, NEW, ram=16 * G),
    # 4 + 4 for 4194304 pages; with the 8 of page_owner's flags, its 64 and these 8 a kernel of 6.12-rc1 printed
    # "allocated 125829120 bytes of page_ext" for 6 GiB, which is 80 * 1572864 (the mail of the stack depot above).
    Case("page-table-check/counters", 0, f"{X86} PAGE_TABLE_CHECK PAGE_TABLE_CHECK_ENFORCED", 32 * M, ram=16 * G),
    Case("page-table-check/counters", 0, f"{X86} PAGE_TABLE_CHECK", 32 * M, ram=16 * G),
    Case("page-table-check/counters", 1, f"{X86} PAGE_TABLE_CHECK PAGE_TABLE_CHECK_ENFORCED", 64 * M, OLD, ram=16 * G),
    Case("page-table-check/counters", 1, f"{X86} PAGE_TABLE_CHECK", 64 * M, OLD, ram=16 * G),
    # A pointer for each page.
    Case(
        "alloc-profiling/page-tags",
        0,
        f"{X86} MEM_ALLOC_PROFILING MEM_ALLOC_PROFILING_ENABLED_BY_DEFAULT",
        32 * M,
        ram=16 * G,
    ),
    Case("alloc-profiling/page-tags", 0, f"{X86} MEM_ALLOC_PROFILING", 32 * M, ram=16 * G),
    # Each slab object has a slabobj_ext: a pointer, aligned to 8 bytes.  In 6.12 memcg has a pointer in it too: 8 + 8,
    # on 32 bits 4 + 4.
    Case("alloc-profiling/objects", 0, f"{X86} MEM_ALLOC_PROFILING MEMCG", 16),
    Case("alloc-profiling/objects", 0, "X86 X86_32 MEM_ALLOC_PROFILING MEMCG", 8),
    Case("alloc-profiling/objects", 1, f"{X86} MEM_ALLOC_PROFILING", 8),
    Case("alloc-profiling/objects", 1, f"{X86} MEM_ALLOC_PROFILING MEMCG", 8, NEW),
    Case("alloc-profiling/objects", 1, "X86 X86_32 MEM_ALLOC_PROFILING", 8),
    # A call site has a codetag of 4 + 4 + 3 * 8 = 32 bytes, a pointer of 8, and 8 + 8 on each CPU.  On 32 bits the
    # codetag has 4 + 4 + 3 * 4 = 20, aligned 24, and with the pointer 28, aligned 32.
    Case("alloc-profiling/sites", 0, f"{X86} MEM_ALLOC_PROFILING", 72, cpus=2),
    Case("alloc-profiling/sites", 0, "X86 X86_32 MEM_ALLOC_PROFILING", 64, cpus=2),
    # An entry of 8 B for each of 4194304 pages.
    Case(
        "page-alloc/direct-map",
        0,
        f"{X86} DEBUG_PAGEALLOC DEBUG_PAGEALLOC_ENABLE_DEFAULT",
        32 * M,
        ram=16 * G,
    ),
    Case("page-alloc/direct-map", 0, f"{X86} DEBUG_PAGEALLOC", 32 * M, ram=16 * G),
    # mm/Kconfig.debug:173: about 30 KB.
    Case("page-alloc/page-ref-size", 0, f"{X86} DEBUG_PAGE_REF", 30 * K),
    # Words: padding, red zone on the left = 16; tracks of 8 + 4 + 4 + 4 (+ 4) + 8 = 32, twice.  A red zone on the right
    # comes with sizes that are multiples of a word only, and caches typesafe by RCU move the free pointer anyhow.
    Case("slab/debug-on", 0, f"{X86} SLUB_DEBUG SLUB_DEBUG_ON {DEPOT}", 80),
    # Without the depot a track has 8 + 4 + 4 + 8 = 24.
    Case("slab/debug-on", 0, f"{X86} SLUB_DEBUG SLUB_DEBUG_ON", 64, NEW),
    Case("slab/debug-on", 1, f'{X86} SLUB_DEBUG {DEPOT} CMDLINE_BOOL CMDLINE="slab_debug=U"', 64),
    Case("slab/debug-on", 2, f'{X86} SLUB_DEBUG {DEPOT} CMDLINE_BOOL CMDLINE="slab_debug=FZ"', 16),
    Case("slab/debug-on", 3, f"{X86} SLUB SLUB_DEBUG SLUB_DEBUG_ON STACKDEPOT", 80, OLD),
    Case("slab/debug-on", 4, f'{X86} SLUB SLUB_DEBUG STACKDEPOT CMDLINE_BOOL CMDLINE="slub_debug=U"', 64, OLD),
    Case("slab/debug-on", 5, f'{X86} SLUB SLUB_DEBUG STACKDEPOT CMDLINE_BOOL CMDLINE="slub_debug=Z"', 16, OLD),
    # 4 + 4 + 16 + 16 + 24 + 16 + 4 + 4 + 8 + 8 + 8 + 4 + 4 + 4 + 4 + 8 + 8 + 4 + 16 (+ 4) = 168; * 16000 = 2688000.
    Case("kmemleak/pool", 0, f"{X86} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000", 2688000),
    # With lockdep's lock of 64 and the flags 72 in place of 8: 232 * 16000.
    Case("kmemleak/pool", 0, f"{X86} {LOCKDEP} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000", 3712000),
    # 6.1.192 has the trace after the list, which costs padding: 176 * 16000.
    Case("kmemleak/pool", 1, f"{X86} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000", 2816000, OLD),
    # 6.1.176 keeps 16 addresses and their number in place of that trace: 176 + 16 * 8 = 304; * 16000.
    Case("kmemleak/pool", 2, f"{X86} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000", 4864000, OLDER),
    # 7.3 counts scans, deduplicates, and pads the trace: 16 + 16 + 24 + 16 + 8 + 8 + 8 + 8 + 8 + 8 + 4 (+ 4) + 8 + 8
    # + 8 + 16 = 168, and 8.
    Case("kmemleak/pool", 3, f"{X86} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000", 2816000, NEW),
    Case("kmemleak/records", 3, f"{X86} DEBUG_KMEMLEAK", 176, NEW),
    Case("kmemleak/records", 2, f"{X86} DEBUG_KMEMLEAK", 304, OLDEST),
    Case("kmemleak/records", 0, f"{X86} DEBUG_KMEMLEAK", 168),
    Case("kmemleak/records", 1, f"{X86} DEBUG_KMEMLEAK", 176, OLD),
    Case("kmemleak/records", 2, f"{X86} DEBUG_KMEMLEAK", 304, OLDER),
    # A lock of 24 bytes and the flags: 32 in place of 8.
    Case("kmemleak/records", 0, f"{X86} DEBUG_SPINLOCK DEBUG_KMEMLEAK DEBUG_KMEMLEAK_DEFAULT_OFF", 192),
    Case("kmemleak/records", 1, f"{X86} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_DEFAULT_OFF", 176, OLD),
    Case("kmemleak/records", 2, f"{X86} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_DEFAULT_OFF", 304, OLDER),
    # 8192 * 200 + 1024 + 32768 + 32768 * 56 + 4096 + 32768 * 8 + 24 + 2 * (16 + 8192) + 32776 + 65536 * 32 + 8192
    # + 327680 * 2 = 6583360, and kernels print "memory used by lock dependency info: 6429 kB"
    # (6583360 / 1024 = 6429.06): linux-wireless list, 2025-06-23,
    # <08a310dd-6982-4e63-9f6a-02bd9d579167@oss.qualcomm.com>.
    Case("lockdep/tables", 0, f"{X86} {LOCKDEP}", 6583360),
    # LOCK_STAT: 64 more for each of 8192 classes.
    Case("lockdep/tables", 0, f"{X86} {LOCKDEP} LOCK_STAT", 6583360 + 524288),
    # Without PROVE_LOCKING: no queue (32776), no chains (2097152 + 8192 + 655360).
    Case("lockdep/tables", 0, f"{X86} {LOCKDEP.replace('PROVE_LOCKING ', '')}", 6583360 - 2793480),
    # 6.1.192: classes of 208 bytes; kernels of that layout print "6493 kB" (6648896 / 1024 = 6493.06).
    Case("lockdep/tables", 1, f"{X86} {LOCKDEP}", 6648896, OLD),
    # 6.1.176: classes of 192 bytes; kernels of that layout print "6365 kB" (6517824 / 1024 = 6365.06).
    Case("lockdep/tables", 2, f"{X86} {LOCKDEP}", 6517824, OLDER),
    Case("lockdep/tables", 2, f"{X86} {LOCKDEP}", 6517824, OLDEST),
    Case("lockdep/tables", 0, f"{X86} {LOCKDEP}", 6583360, NEW),
    # 2^19 * 8 + 2^14 * 8; the same kernels print "memory used for stack traces: 4224 kB".
    Case("lockdep/stack-traces", 0, f"{X86} {LOCKDEP}", 4224 * K),
    # 8 + 8 + 8 + 8 + 4 + 4 = 40, times 48; they print "per task-struct memory footprint: 1920 bytes", those with
    # LOCK_STAT 2688 (48 * 56).
    Case("lockdep/held-locks", 0, f"{X86} {LOCKDEP}", 1920),
    Case("lockdep/held-locks", 0, f"{X86} {LOCKDEP}", 1920, NEW),
    Case("lockdep/held-locks", 0, f"{X86} {LOCKDEP} LOCK_STAT", 2688),
    # 8 + 16 + 8 + 3 (+ 5) = 40; a CPU fits into the padding, an address adds 8.
    Case("lockdep/map", 0, f"{X86} {LOCKDEP}", 40),
    Case("lockdep/map", 0, f"{X86} {LOCKDEP} LOCK_STAT", 48),
    # 4 * 8 + 4 * 8 + 4 * (3 * 8 + 8) + 4 * 8 = 224; * 8192 = 1.75 MiB, for each of 64 CPUs 112 MiB.
    Case("locking/lock-stat", 0, f"{X86} {LOCKDEP} LOCK_STAT", 112 * M, cpus=64),
    # 4 + 4 + 4 (+ 4) + 8 = 24 in place of 4.
    Case("locking/debug-spinlock", 0, f"{X86} DEBUG_SPINLOCK", 20),
    # 16384 * (8 + 4 + 4) + 1024 * (16 + 4 + 4 + 8 + 8) = 262144 + 40960.
    Case("objects/hash", 1, f"{X86} DEBUG_OBJECTS DEBUG_OBJECTS_ENABLE_DEFAULT=1", 303104),
    Case("objects/hash", 1, f"{X86} DEBUG_OBJECTS DEBUG_OBJECTS_ENABLE_DEFAULT=0", 262144, OLD),
    # The parameters decide: debug_objects allocates the objects, no_debug_objects does not.
    Case(
        "objects/hash",
        1,
        f'{X86} DEBUG_OBJECTS DEBUG_OBJECTS_ENABLE_DEFAULT=0 CMDLINE_BOOL CMDLINE="debug_objects"',
        303104,
    ),
    Case(
        "objects/hash",
        0,
        f'{X86} DEBUG_OBJECTS DEBUG_OBJECTS_ENABLE_DEFAULT=1 CMDLINE_BOOL CMDLINE="no_debug_objects"',
        262144,
    ),
    # Buckets of 8 + 64 with lockdep: 16384 * 72 + 40960.
    Case("objects/hash", 1, f"{X86} {LOCKDEP} DEBUG_OBJECTS DEBUG_OBJECTS_ENABLE_DEFAULT=1", 1220608),
    # 16 + 8 + 8 + 8 + 4 * 4 + 8 + 4 + 4 + 5 * 8 = 112, two cache lines of 64: 32 to a page, 2048 pages.
    Case("dma/entries", 0, f"{X86} DMA_API_DEBUG", 8 * M),
    # 6.1 has a word more, 120: two cache lines as well.  A line of 128 bytes (X86_L1_CACHE_SHIFT=7) holds one.
    Case("dma/entries", 1, f"{X86} DMA_API_DEBUG", 8 * M, OLD),
    Case("dma/entries", 1, f"{X86.replace('SHIFT=6', 'SHIFT=7')} DMA_API_DEBUG", 8 * M, OLD),
    # 7.3 has attributes: 128, two cache lines as well.  dma_debug_entries=1000 are 32 pages (1024 records).
    Case("dma/entries", 2, f"{X86} DMA_API_DEBUG", 8 * M, NEW),
    Case("dma/entries", 0, f'{X86} DMA_API_DEBUG CMDLINE_BOOL CMDLINE="dma_debug_entries=1000"', 128 * K),
    # 16384 * (16 + 8); with DEBUG_SPINLOCK 16384 * (16 + 24).
    Case("dma/hash", 0, f"{X86} DMA_API_DEBUG", 393216),
    Case("dma/hash", 0, f"{X86} DEBUG_SPINLOCK DMA_API_DEBUG", 655360),
    # 131072 of text, 4096 descriptors of 24 and records of 88: a kernel prints
    # "printk: log buffer data + meta data: 131072 + 458752 = 589824 bytes".
    Case("printk/log-buffer", 0, f"{X86} PRINTK LOG_BUF_SHIFT=17", 589824),
    # With PRINTK_EXECUTION_CTX a record has 4 + 16 bytes more, 112 with padding: 131072 + 4096 * (24 + 112).
    Case("printk/log-buffer", 0, f"{X86} PRINTK PRINTK_EXECUTION_CTX LOG_BUF_SHIFT=17", 688128, NEW),
    # 1 MiB of text, 32768 descriptors of 24 and records of 88; what is no more than the first buffer is ignored.
    Case("printk/log-buffer-cpus", 0, f'{X86} PRINTK LOG_BUF_SHIFT=17 CMDLINE_BOOL CMDLINE="log_buf_len=1M"', 4718592),
    Case(
        "printk/log-buffer-cpus", 0, f'{X86} PRINTK LOG_BUF_SHIFT=17 CMDLINE_BOOL CMDLINE="log_buf_len=900k"', 4718592
    ),
    Case("printk/log-buffer-cpus", 0, f'{X86} PRINTK LOG_BUF_SHIFT=17 CMDLINE_BOOL CMDLINE="log_buf_len=128K"', 0),
    # 63 * 4 KiB = 252 KiB is more than 64 KiB; 128 + 252 KiB rounded up 512 KiB, times 4.5.
    Case("printk/log-buffer-cpus", 1, f"{X86} PRINTK LOG_BUF_SHIFT=17 LOG_CPU_MAX_BUF_SHIFT=12", 2304 * K, cpus=64),
    # init/Kconfig: "more than 16 CPUs are needed to trigger the allocation": 16 * 4 KiB are no more than 64 KiB.
    Case("printk/log-buffer-cpus", 1, f"{X86} PRINTK LOG_BUF_SHIFT=17 LOG_CPU_MAX_BUF_SHIFT=12", 0, cpus=17),
    Case("printk/log-buffer-cpus", 1, f"{X86} PRINTK LOG_BUF_SHIFT=17 LOG_CPU_MAX_BUF_SHIFT=12", 1152 * K, cpus=18),
    # lib/Kconfig.debug:198: about 3KB.
    Case("printk/symbolic-errors", 0, f"{X86} SYMBOLIC_ERRNAME", 3 * K),
    # ftrace.rst:3461-3467: 1408 kB for a CPU, 5632 for four.
    Case("tracing/ring-buffer", 0, f"{X86} TRACING", 5632 * K, cpus=4),
    # init/Kconfig: it may be 300KiB.
    Case("debug-info/kallsyms-all", 0, f"{X86} KALLSYMS_ALL", 300 * K),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.cost}:{case.figure}:{case.amount}")
def test_figures(case: Case) -> None:
    item = item_of(bill_of(case.config, case.version, ram=case.ram, cpus=case.cpus), case.cost)
    assert item.state == "known", item
    assert item.figure is item.cost.figures[case.figure]
    assert item.amount == case.amount


def test_every_formula_is_tested() -> None:
    formulas = {
        (cost.id, n) for cost in shipped_costs().costs for n, figure in enumerate(cost.figures) if figure.formula
    }
    assert formulas == {(case.cost, case.figure) for case in CASES}


@pytest.mark.parametrize(
    ("config", "version", "cost"),
    [
        # Releases whose structures nobody looked up, and machines that the figures are not for.
        (f"{X86} STACKDEPOT STACKDEPOT_ALWAYS_INIT", "6.0.0", "stackdepot/table"),
        (f"{X86} {LOCKDEP}", "6.6.0", "lockdep/tables"),
        ("PAGE_SHIFT=12 LOCKDEP", "6.12.0", "lockdep/tables"),
        (f"{X86} LOCKDEP LOCKDEP_SMALL", "6.12.0", "lockdep/tables"),
        (f"{X86} DEBUG_KMEMLEAK DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000", "6.1.180", "kmemleak/pool"),
        (f"{X86} PREEMPT_RT KCOV KCOV_IRQ_AREA_SIZE=0x40000", "6.12.1", "kcov/areas"),
        (f"{X86} PAGE_OWNER", "6.6.0", "page-owner/records"),
        (f"{X86} PAGE_OWNER", "7.4.0", "page-owner/records"),
        ("64BIT KFENCE KFENCE_SAMPLE_INTERVAL=100 KFENCE_NUM_OBJECTS=255", "6.12.0", "kfence/pool"),
        ("64BIT RISCV KASAN KASAN_GENERIC", "6.12.0", "kasan/address-space"),
        (f"{ARM} KASAN KASAN_SW_TAGS", "6.12.0", "kasan/speed"),
        (f"{X86} {LOCKDEP}", "6.12.0", "lockdep/speed"),
    ],
)
def test_what_is_not_known(config: str, version: str, cost: str) -> None:
    item = item_of(bill_of(config, version, ram=G, cpus=4), cost)
    assert (item.state, item.amount) == ("not known", None)
    assert item.reason
