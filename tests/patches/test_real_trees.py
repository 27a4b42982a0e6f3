# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches for a real kernel: git takes them, checkpatch.pl has nothing to say, and conf gives the same with them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.support import kpolicy
from tests.git import make_repository
from tests.oracle.conf import PRESETS, Oracle
from tests.oracle.trees import find_trees

pytestmark = [pytest.mark.trees, pytest.mark.slow, pytest.mark.no_cover]

# One architecture alone reads each of these files, so that the proofs take seconds.
_FILES = {"s390": "arch/s390/Kconfig", "m68k": "arch/m68k/Kconfig"}
_DEFCONFIGS = 3


def _kernel() -> Path:
    found = find_trees().kernels.get("6.12")
    if found is None:
        pytest.skip("no kernel 6.12")
    return found


def test_what_git_and_checkpatch_and_conf_make_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = _kernel()
    who = tmp_path / "gitconfig"
    who.write_text("[user]\n\tname = A U Thor\n\temail = author@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(who))
    folder = tmp_path / "out"
    where = [word for arch, path in _FILES.items() for word in ("--arch", arch, "--path", path)]
    words = ["--check", "redundant-select", *where, "--patches", str(folder), "--signoff"]
    outcome = kpolicy("kconfig", "-j", "1", kernel, *words)
    mails = sorted(folder.iterdir())
    paths = {line[6:] for mail in mails for line in mail.read_text().splitlines() if line.startswith("+++ b/")}
    assert paths == set(_FILES.values()), outcome.err

    tree = tmp_path / "linux"
    shutil.copytree(kernel, tree, symlinks=True)
    part = tmp_path / "repository"
    for path in paths:
        (part / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / path, part / path)
    repository = make_repository(part)
    repository.git("am", "-q", *map(str, mails))
    for path in paths:
        assert repository.read(path) != (tree / path).read_bytes()
        shutil.copy(part / path, tree / path)

    if shutil.which("perl"):
        for mail in mails:
            command = ["perl", str(tree / "scripts/checkpatch.pl"), "--no-tree", "--strict", str(mail)]
            told = subprocess.run(command, capture_output=True, text=True)
            assert told.stdout.startswith("total: 0 errors, 0 warnings, 0 checks"), told.stdout

    before, after = Oracle(kernel), Oracle(tree)
    for arch in _FILES:
        before.environment(arch)
        # The same program: only the Kconfig files are others.
        after.__dict__["build"] = before.build
        defconfigs = sorted((kernel / "arch" / arch / "configs").glob("*defconfig"))[:_DEFCONFIGS]
        cases: list[tuple[str, str | None]] = [(preset, None) for preset in PRESETS]
        cases += [("defconfig", str(path.relative_to(kernel))) for path in defconfigs]
        assert len(cases) > len(PRESETS)
        for mode, config_path in cases:
            theirs = before.run(arch, mode, path=config_path).config
            assert theirs
            assert after.run(arch, mode, path=config_path, cached=False).config == theirs
