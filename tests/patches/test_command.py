# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy kconfig --patches`: what is written, what is not and why, and what git makes of it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from kpolicy import __version__
from kpolicy.prove import solver
from kpolicy.run import patch_bench
from tests.cli.support import Outcome, kpolicy
from tests.git import Repository, make_repository
from tests.kconfig.small import make_tree

_LIB = """\
config X
	bool "x"

config Y
	bool "y"
	depends on X

config NEVER
	bool

config T
	bool

config Q
	bool "q"

config DUPLICATE
	bool "duplicate"
	depends on X && Q
	select T
	depends on X

config REDUNDANT
	bool "redundant"
	depends on Y && X && (T || NEVER)

config DEAD
	bool
	default y if X
	default n if Y
	default y

config CONSTANT
	bool "constant"
	depends on Y
	select T if X

if X

config INSIDE
	bool "inside"
	depends on X

endif

config RANGE
	int "number"
	range 1 5
	range 2 4 if X
	default 3

config NEEDY
	bool
	depends on Y

config BREAKS
	bool "breaks"
	select NEEDY

config COMMENTED
	bool "commented"
	depends on X
	# why
	depends on X

menuconfig PARENT
	bool "parent"
	select X

config CHILD
	bool "child"
	depends on PARENT && T && X
"""
_FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\n',
    "lib/Kconfig": _LIB,
    "arch/one/Kconfig": "",
    "arch/one/configs/defconfig": "CONFIG_X=y\n",
    "arch/two/Kconfig": "config TWO\n\tdef_bool y\n\tselect T\n",
}
_CHECKS = (
    "duplicate-line",
    "inherited-depends",
    "dead-range",
    "dead-default",
    "constant-condition",
    "redundant-depends",
)
_ALL = [word for check in (*_CHECKS, "unmet-select") for word in ("--check", check)]
_NAMES = [
    "0001-lib-remove-duplicate-dependency-of-DUPLICATE-on-X.patch",
    "0002-lib-remove-redundant-dependency-of-REDUNDANT-on-X.patch",
    "0003-lib-remove-unreachable-default-of-DEAD.patch",
    "0004-lib-remove-always-true-condition-from-CONSTANT.patch",
    "0005-lib-remove-redundant-dependency-of-INSIDE-on-X.patch",
    "0006-lib-remove-unreachable-range-of-RANGE.patch",
    "0007-lib-remove-redundant-dependency-of-COMMENTED-on-X.patch",
    "0008-lib-remove-redundant-dependency-of-CHILD-on-X.patch",
]


_MAIL = """\
From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: Jane Doe <jane@example.org>
Date:
Subject: [PATCH] lib: remove redundant dependency of REDUNDANT on X

REDUNDANT depends on X, which always holds when its other dependencies
do:

    lib/Kconfig:6: Y depends on X

No configuration changes: proved with a SAT solver for every
configuration on one and two, with any compiler. The defconfig and the
presets (allnoconfig, allyesconfig, allmodconfig, alldefconfig) expand
to the same .config.

Found and verified with kpolicy VERSION (check kconfig/redundant-depends).

Signed-off-by: Jane Doe <jane@example.org>
---
 lib/Kconfig | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    repository = make_repository(make_tree(tmp_path / "linux", _FILES))
    repository.git("config", "user.name", "Jane Doe")
    repository.git("config", "user.email", "jane@example.org")
    return repository


def _run(repository: Repository, *words: str | Path, jobs: int = 1) -> Outcome:
    return kpolicy("kconfig", "-j", str(jobs), repository.folder, *words)


def _written(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_patches_for_what_needs_no_decision(repository: Repository, tmp_path: Path) -> None:
    found = _run(repository, *_ALL, "--patches", tmp_path / "out", "--signoff", jobs=2)
    assert _written(tmp_path / "out") == _NAMES
    plain = _run(repository, *_ALL)
    assert (found.out, found.status) == (plain.out, plain.status)
    assert found.err.splitlines() == [
        "note: proving 9 edits, each on every architecture that reads the file",
        "lib/Kconfig:19: warning: no patch for DUPLICATE depends on X, which always holds when its other dependencies"
        f" do [kconfig/redundant-depends]: {_NAMES[0]} edits lines beside it: apply that, and run kpolicy again",
        "lib/Kconfig:64: warning: no patch for COMMENTED depends on X already on line 62 [kconfig/duplicate-line]:"
        " the comment above the line may be about it",
        "lib/Kconfig:58: warning: no patch for BREAKS selects NEEDY, which depends on Y (=n)"
        " [kconfig/unmet-select]: proved to clear it with the toolchain of the run: 'depends on Y' in BREAKS or"
        " 'select NEEDY if Y' on this line",
        f"note: 8 patches written to {tmp_path / 'out'}",
        "note: 2 findings without a patch: the reasons are above",
        "note: 1 finding with remedies to choose from: see above",
    ]
    assert repository.git("status", "--porcelain") == ""


def test_a_mail(repository: Repository, tmp_path: Path) -> None:
    _run(
        repository, "--check", "redundant-depends", "--check", "dead-range", "--patches", tmp_path / "out", "--signoff"
    )
    name = next(name for name in _written(tmp_path / "out") if "REDUNDANT" in name)
    text = re.sub(r"Date: .*", "Date:", (tmp_path / "out" / name).read_text())
    assert text.replace(__version__, "VERSION").partition("diff --git")[0] == _MAIL


def test_git_applies_them_and_nothing_is_found_any_more(repository: Repository, tmp_path: Path) -> None:
    _run(repository, *_ALL, "--patches", tmp_path / "out", "--signoff")
    repository.git("am", "-q", *(str(tmp_path / "out" / name) for name in _NAMES))
    assert repository.git("log", "--format=%an %s", "-1") == ("Jane Doe lib: remove redundant dependency of CHILD on X")
    left = _run(repository, *_ALL)
    assert [line.partition(" [")[0] for line in left.out.splitlines() if line.startswith("lib/")] == [
        "lib/Kconfig:54: warning: BREAKS selects NEEDY, which depends on Y (=n)",
    ]
    # Each of them alone, too.
    repository.git("reset", "-q", "--hard", "HEAD~8")
    for name in _NAMES:
        repository.git("apply", "--check", str(tmp_path / "out" / name))


def test_menus_stay_as_they_are(repository: Repository, tmp_path: Path) -> None:
    repository.replace("lib/Kconfig", "depends on PARENT && T && X", "depends on PARENT && GRANDCHILD")
    repository.replace(
        "lib/Kconfig", "config NEEDY\n", "config GRANDCHILD\n\tbool\n\tdefault y\n\tdepends on PARENT\n\nconfig NEEDY\n"
    )
    found = _run(repository, "--check", "redundant-depends", "--path", "lib", "--patches", tmp_path / "out")
    said = [line for line in found.err.splitlines() if "CHILD depends" in line]
    assert said == [
        "lib/Kconfig:77: warning: no patch for CHILD depends on PARENT, which always holds when its other dependencies"
        " do [kconfig/redundant-depends]: menuconfig would no longer show CHILD below PARENT, but in its menu (on one)"
    ]


_TWICE = """\
config BOTH
	bool "both"
	depends on X
	select T
	select USED_1
	select USED_2
	select USED_3
	select USED_4
	select USED_5
	depends on X && Q

"""


def test_two_lines_of_which_each_makes_the_other_one_redundant(repository: Repository, tmp_path: Path) -> None:
    used = "".join(f"config USED_{number}\n\tbool\n\n" for number in range(1, 6))
    repository.write("lib/Kconfig", f"{_LIB}\n{used}{_TWICE}")
    repository.commit("lib: add two lines")
    words = ("--check", "duplicate-line", "--check", "redundant-depends", "--patches", tmp_path / "out")
    found = _run(repository, *words)
    # Either line can go, and not both: the second patch would need the line that the first one removes.
    names = [name for name in _written(tmp_path / "out") if "BOTH" in name]
    assert names == ["0006-lib-remove-redundant-dependency-of-BOTH-on-X.patch"]
    assert [line for line in found.err.splitlines() if "BOTH" in line] == [
        "lib/Kconfig:98: warning: no patch for BOTH depends on X already on line 91 [kconfig/duplicate-line]:"
        f" not proved after {names[0]}: with CONFIG_Q=y .config has # CONFIG_BOTH is not set"
        " instead of no line for BOTH (on one)"
    ]
    repository.git("am", "-q", *(str(tmp_path / "out" / name) for name in _written(tmp_path / "out")))
    assert repository.read("lib/Kconfig").decode().endswith(_TWICE.replace("\tdepends on X\n", ""))


def test_a_line_that_only_one_architecture_uses(repository: Repository, tmp_path: Path) -> None:
    text = 'config BETWEEN\n\tbool\n\nconfig ON_TWO\n\tbool "t"\n\tdepends on T && TWO && X\n'
    repository.write("lib/Kconfig", _LIB + text)
    found = _run(repository, "--check", "redundant-depends", "--patches", tmp_path / "out")
    assert "ON_TWO depends on T" in found.out
    name = next(name for name in _written(tmp_path / "out") if "ON_TWO" in name)
    assert "on one and two" in (tmp_path / "out" / name).read_text()


def test_an_architecture_that_cannot_be_read(repository: Repository, tmp_path: Path) -> None:
    repository.write("arch/two/Kconfig", "config\n")
    found = _run(repository, "--check", "duplicate-line", "--patches", tmp_path / "out")
    assert (found.status, _written(tmp_path)) == (1, ["linux"])
    assert "[kconfig/duplicate-line]: not decided: syntax error: expected the name of a symbol (on two)" in found.err


def test_without_a_solver(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise solver.NoSolverError("proofs need python-sat", hint="install it")

    monkeypatch.setattr(solver, "_solver", missing)
    found = _run(repository, "--check", "duplicate-line", "--check", "dead-range", "--patches", tmp_path / "out")
    assert _written(tmp_path / "out") == ["0001-lib-remove-duplicate-dependency-of-DUPLICATE-on-X.patch"]
    assert "[kconfig/dead-range]: not decided: proofs need python-sat (pip install 'kpolicy[prove]')" in found.err


def test_the_prefix_of_the_history(repository: Repository, tmp_path: Path) -> None:
    for number in range(2):
        repository.write("lib/Kconfig", f"{_LIB}# {number}\n")
        repository.commit(f"lib/core: change {number}")
    _run(repository, "--check", "duplicate-line", "--patches", tmp_path / "out")
    assert _written(tmp_path / "out") == ["0001-lib-core-remove-duplicate-dependency-of-DUPLICATE-on.patch"]


def test_whose_they_are(repository: Repository, tmp_path: Path) -> None:
    repository.git("config", "--unset", "user.email")
    refused = _run(repository, "--check", "duplicate-line", "--patches", tmp_path / "out", "--signoff")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.splitlines()[0] == "error: --signoff: git does not know who you are"
    found = _run(repository, "--check", "duplicate-line", "--patches", tmp_path / "out")
    assert "the patches are From: Unknown Author <author@example.invalid>" in found.err
    (name,) = _written(tmp_path / "out")
    assert "From: Unknown Author <author@example.invalid>\n" in (tmp_path / "out" / name).read_text()
    repository.git("am", "-q", str(tmp_path / "out" / name))


def test_nothing_is_overwritten(repository: Repository, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine").write_text("mine")
    for path, text in (
        (folder, "out is not empty"),
        (folder / "mine", "mine is not a directory"),
        (folder / "mine" / "x", "mine is not"),
    ):
        refused = _run(repository, "--check", "duplicate-line", "--patches", path)
        assert (refused.status in (2, 3), refused.out) == (True, "")
        assert text in refused.err
    assert _written(folder) == ["mine"]
    (folder / "mine").unlink()
    assert _run(repository, "--check", "duplicate-line", "--patches", folder).err.count("1 patch written") == 1


def test_where_there_is_nothing_to_write(repository: Repository, tmp_path: Path) -> None:
    found = _run(repository, "--check", "select-of-choice-member", "--patches", tmp_path / "out")
    assert found.err == "note: 0 patches written\n"
    assert not (tmp_path / "out").exists()
    assert _run(repository, "--signoff").status == 2
    executed = _run(repository, "--patches", tmp_path / "out", "--toolchain", "exec")
    assert (executed.status, "--toolchain exec" in executed.err) == (2, True)


def test_nothing_is_kept_for_the_end_of_the_process(repository: Repository, tmp_path: Path) -> None:
    _run(repository, "--check", "dead-range", "--patches", tmp_path / "out")
    assert not patch_bench._benches
    assert not patch_bench._trees


def test_a_revision(repository: Repository, tmp_path: Path) -> None:
    name = repository.git("rev-parse", "HEAD")
    repository.write("lib/Kconfig", "")
    repository.commit("lib: empty")
    found = kpolicy(
        "kconfig", "-j", "1", f"{repository.folder}@{name}", "--check", "duplicate-line", "--patches", tmp_path / "out"
    )
    assert "1 patch written" in found.err
    subprocess.run(["git", "-C", str(repository.folder), "reset", "-q", "--hard", name], check=True)
    repository.git("apply", "--check", str(tmp_path / "out" / _NAMES[0]))
