# SPDX-License-Identifier: GPL-2.0-or-later
"""The hooks, run by pre-commit."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.ci.support import CONFIG, ROOT, Done, change, is_installed, plain, run, shown, transcript
from tests.git import Repository, make_repository

_FILES = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "COPYING")


@pytest.fixture
def hooked(linux: Repository, tmp_path: Path) -> Repository:
    """The kernel tree with the page's `.pre-commit-config.yaml`, and this kpolicy where pre-commit gets it from."""
    source = tmp_path / "kpolicy"
    shutil.copytree(ROOT / "kpolicy", source / "kpolicy", ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, source / name)
    commit = make_repository(source).git("rev-parse", "HEAD")
    text = re.sub(r"repo: .*", f"repo: {source}", shown("yaml", "# .pre-commit-config.yaml"))
    linux.write(".pre-commit-config.yaml", re.sub(r"rev: .*", f"rev: {commit}", text))
    linux.commit("pre-commit")
    is_installed(_run(linux, "pre-commit", "install", "--install-hooks"))
    return linux


def _run(linux: Repository, *words: str) -> Done:
    return run(words, linux.folder, {"PRE_COMMIT_HOME": str(linux.folder.parent / "home"), "PYTHONPATH": ""})


def _results(done: Done) -> list[str]:
    return re.findall(r"(Passed|Failed|Skipped)$", done.said, re.MULTILINE)


def test_only_what_a_commit_brings_counts(hooked: Repository) -> None:
    # One story, since it takes pre-commit long to install kpolicy.
    change(hooked)
    done = _run(hooked, "git", "commit", "-am", "x86: check scatter lists")
    assert (done.status, plain(done.said)) == (1, transcript("git commit -am 'x86: check scatter lists'"))
    assert hooked.git("log", "-1", "--format=%s") == "pre-commit"

    # The same change, not staged, is none of the next commit's.
    changed = hooked.read(CONFIG)
    hooked.git("reset", "-q")
    other = "arch/x86/configs/i386_defconfig"
    hooked.write(other, hooked.read(other).decode() + "# nothing\n")
    hooked.git("add", other)
    done = _run(hooked, "git", "commit", "-m", "x86: say something")
    assert (done.status, _results(done)) == (0, ["Passed", "Skipped"]), done.said
    assert hooked.read(CONFIG) == changed
    hooked.git("checkout", "-q", CONFIG)

    hooked.write("mm/slub.c", "int x;\n")
    hooked.git("add", "-A")
    done = _run(hooked, "git", "commit", "-m", "mm: add a file")
    assert (done.status, _results(done)) == (0, ["Skipped", "Skipped"]), done.said

    nowhere = '\nconfig C\n\tbool "c"\n\tselect NOWHERE\n'
    hooked.write("mm/Kconfig.debug", hooked.read("mm/Kconfig.debug").decode() + nowhere)
    done = _run(hooked, "git", "commit", "-am", "mm: select nothing")
    assert (done.status, _results(done)) == (1, ["Passed", "Failed"]), done.said
    assert "[kconfig/undefined-reference]" in done.said
