# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the oracle's answers for a whole tree to a folder: `python -m tests.oracle.sweep TREE FOLDER`.

FOLDER gets `<arch>/<name>.config`, the joined inputs as `<arch>/<name>.input` where there is more
than one, and `manifest.json`, a list of objects with the keys name, arch, mode, inputs (tree-relative
files), input (a file of FOLDER or null), expanded_first, generated, status, stderr, output.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.oracle.cases import Case, architectures, case_input, cases, run_case
from tests.oracle.conf import Oracle


def sweep(oracle: Oracle, folder: Path, archs: list[str] | None, jobs: int) -> list[dict[str, object]]:
    """Run all cases, `jobs` at a time, and write what came out; returns the manifest."""
    for arch in archs or architectures(oracle.tree):
        oracle.environment(arch)

    def one(case: Case) -> dict[str, object]:
        result = run_case(oracle, case)
        output = folder / f"{case.name}.config"
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(result.config)
        given = None
        if len(case.inputs) > 1 or case.generated:
            given = f"{case.name}.input"
            (folder / given).write_bytes(case_input(oracle, case) or b"")
        facts = {"input": given, "output": f"{case.name}.config", "status": result.status, "stderr": result.stderr}
        return {**asdict(case), **facts}

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, cases(oracle, archs)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--arch", action="append")
    parser.add_argument("-j", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    manifest = sweep(Oracle(options.tree), options.folder, options.arch, options.j)
    partial = options.folder / "manifest.json.new"
    partial.write_text(json.dumps(manifest, indent=1))
    os.replace(partial, options.folder / "manifest.json")
    bad = [entry["name"] for entry in manifest if entry["status"]]
    print(f"{len(manifest)} runs in {time.monotonic() - start:.0f} s, {len(bad)} with a bad exit status: {bad}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
