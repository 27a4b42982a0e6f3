# SPDX-License-Identifier: GPL-2.0-or-later
"""pmbootstrap's own verdicts beside ours: `python -m tests.foreign.pmbootstrap PACKAGES KCONFIGCHECK CONFIG...`.

PACKAGES is the folder with its package `pmb` (Debian's pmbootstrap: usr/lib/python3/dist-packages).  Each full .config
is checked for every category and alias of the kconfigcheck.toml, and the options that fail have to be the same.  What
differs is printed, and the exit status is 1.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class _Log:
    """Takes the place of pmbootstrap's logging: its errors are the verdicts."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def error(self, text: str) -> None:
        self.errors.append(text)

    def _other(self, text: str) -> None:
        """Hints and doubts."""

    warning = info = debug = _other


def sections(rules: Path) -> list[str]:
    """The aliases and categories of a kconfigcheck.toml."""
    known = tomllib.loads(rules.read_text(encoding="utf-8"))
    names = (word.partition(":")[2] for key in known for word in key.split() if word.startswith("category:"))
    return [*known["aliases"], *sorted(set(names))]


def theirs(checker: Any, config: Path, section: str) -> set[str]:
    """The options of a config that fail in pmbootstrap's eyes."""
    checker.logging = log = _Log()
    checker.check_file(config, [section], details=True)
    return {found[1] for line in log.errors if (found := re.search(r"CONFIG_(\w+)", line)) is not None}


def ours(rules: Path, config: Path, section: str) -> set[str]:
    """The options of a config that fail in ours."""
    words = ["check", "--policy", f"pmos:{rules}@{section}", str(config), "-o", "json"]
    words += ["--select", "required", "--select", "policy/unknown-requirement"]
    done = subprocess.run([sys.executable, "-m", "kpolicy", *words], capture_output=True, text=True, check=False)
    return {item["symbol"] for item in json.loads(done.stdout)["configs"][0]["findings"]}


def main(arguments: Sequence[str]) -> int:
    packages, rules, configs = arguments[0], Path(arguments[1]), [Path(word) for word in arguments[2:]]
    sys.path.insert(0, packages)
    checker = importlib.import_module("pmb.parse.kconfig")
    # It looks for the file in a checkout of pmaports.
    importlib.import_module("pmb.parse.kconfigcheck").get_path = lambda: rules  # type: ignore[attr-defined]
    failed = different = 0
    for config in configs:
        for section in sections(rules):
            expected, found = theirs(checker, config, section), ours(rules, config, section)
            failed += len(expected)
            if expected != found:
                different += 1
                print(f"{config}, {section}: theirs {sorted(expected - found)}, ours {sorted(found - expected)}")
    print(f"{failed} options fail in {len(configs)} configs, {different} lists differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
