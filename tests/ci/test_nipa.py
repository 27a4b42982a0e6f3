# SPDX-License-Identifier: GPL-2.0-or-later
"""The test for NIPA, run as NIPA runs one: in the tree, with a pipe for what it says in short."""

from __future__ import annotations

import json
import os
import subprocess

from tests.ci.support import CONFIG, ROOT, change, environment, transcript
from tests.git import Repository

_TEST = ROOT / "ci" / "nipa" / "kpolicy"


def _run(linux: Repository) -> tuple[int, str, str]:
    """The exit status, the description, and what stands on stdout and stderr."""
    (name,) = json.loads((_TEST / "info.json").read_text())["run"]
    reading, writing = os.pipe()
    done = subprocess.run(
        [_TEST / name],
        cwd=linux.folder,
        env=environment({"DESC_FD": str(writing)}),
        pass_fds=[writing],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    os.close(writing)
    with os.fdopen(reading) as stream:
        return done.returncode, stream.read(), done.stdout


def test_a_warning_is_one(linux: Repository) -> None:
    change(linux)
    linux.commit("x86: check scatter lists")
    linux.write(CONFIG, "left by another test\n")
    status, description, said = _run(linux)
    shown = f"$ cat stdout\n{said}$ cat desc\n{description}$ cat retcode\n{status}\n"
    assert f"$ cat stdout\n{transcript('cat stdout')}" == shown


def test_an_error_fails(linux: Repository) -> None:
    linux.write(CONFIG, linux.read(CONFIG).decode() + "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_KMEMLEAK=y\n")
    linux.commit("x86: find leaks")
    status, description, said = _run(linux)
    assert (status, "[kmemleak/in-production]" in said, "1 error" in description) == (1, True, True), said


def test_what_brings_nothing_passes(linux: Repository) -> None:
    linux.write("mm/slub.c", "int x;\n")
    linux.commit("mm: add a file")
    status, description, said = _run(linux)
    assert (status, "0 errors, 0 warnings, 0 notes" in description, said) == (0, True, "")


def test_a_tree_that_cannot_be_read_fails_and_says_so(linux: Repository) -> None:
    (linux.folder / "Kconfig").unlink()
    linux.commit("remove Kconfig")
    status, description, said = _run(linux)
    assert (status, description) == (3, "kpolicy could not analyse the tree\n"), said
