# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration tree is one to the kernel's own `conf` too, and to it the values are the same."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kpolicy.config.read import read_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import evaluate
from tests.oracle.conf import PATH, PRESETS, Oracle
from tests.policy.support import models

WORDS = {"x86": "x86", "i386": "x86", "x86_64": "x86", "arm64": "arm64"}
# What the tree itself decides, in place of the kernel that conf was built from.
_VERSION = "6.12.0-demo"


def conf(oracle: Oracle, demo: Path, folder: Path, word: str, *arguments: str) -> tuple[bytes, str]:
    (folder / "include" / "config").mkdir(parents=True, exist_ok=True)
    (folder / "include" / "config" / "auto.conf").touch()
    environment = {**oracle.environment(word), "srctree": str(demo), "KERNELVERSION": _VERSION, "PATH": PATH}
    command = [str(oracle.program), "-s", *arguments, "Kconfig"]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return (folder / ".config").read_bytes(), run.stderr


@pytest.mark.trees
@pytest.mark.parametrize("word", WORDS)
def test_values_are_those_of_conf(oracle: Oracle, demo: Path, tmp_path: Path, word: str) -> None:
    model = models()(word)
    for preset in PRESETS:
        expected, messages = conf(oracle, demo, tmp_path, word, f"--{preset}")
        assert dotconfig(evaluate(model, None, preset)) == expected
        assert messages == ""
    files = sorted(demo.glob("**/configs/*config"))
    assert len(files) >= 9
    for file in files:
        expected, _ = conf(oracle, demo, tmp_path, word, f"--defconfig={file}")
        assert dotconfig(evaluate(model, read_config(str(file)), "defconfig")) == expected


@pytest.mark.parametrize("word", WORDS)
def test_nothing_in_it_needs_an_excuse(word: str) -> None:
    model = models()(word)
    assert model.unknown_probes == ()
    assert model.warnings == ()
    assert str(model.version) == _VERSION


def test_the_files_are_small_and_ours(demo: Path) -> None:
    files = [Path(folder) / name for folder, _, names in os.walk(demo) for name in names]
    assert len(files) > 30
    for file in files:
        text = file.read_text(encoding="ascii")
        assert text.startswith("# "), file
        if "Kconfig" in file.name or file.name == "Makefile":
            assert text.startswith("# SPDX-License-Identifier: GPL-2.0-or-later\n"), file
        assert len(text) < 20_000
