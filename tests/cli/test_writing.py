# SPDX-License-Identifier: GPL-2.0-or-later
"""Where results go: what is not written, and what is written to that is no file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.cli.writing import check_output, deliver
from kpolicy.errors import InputError, UsageError
from kpolicy.kconfig.library import _own_file
from tests.cli.support import copy_of_demo, kpolicy

_WAIVE = ("waive", "kmemleak/in-production", "graphics_defconfig", "--owner", "jane", "--until", "2099-01-31")
_SETPRIV = shutil.which("setpriv")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def _policy(tmp_path: Path) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text('fail_on = "error"\n')
    return path


def _baseline(tree: Path, tmp_path: Path) -> Path:
    path = tmp_path / "known.json"
    assert kpolicy("baseline", "update", "--baseline", path, "--grow", "--tree", tree).status == status.CLEAN
    # One of its findings is gone.
    config = tree / "arch/x86/configs/graphics_defconfig"
    config.write_text("".join(line for line in config.read_text().splitlines(True) if "KMEMLEAK" not in line))
    return path


def _unprivileged(*words: object, cwd: Path, src: str = "", before: str = ":") -> subprocess.CompletedProcess[str]:
    """A command of a user whom permissions bind, root too; `before` is run by the shell that starts it."""
    drop = [_SETPRIV, "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 and _SETPRIV else []
    here = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([here, src]) if src else here}
    own = [*drop, sys.executable, "-P", "-m", "kpolicy", *map(str, words)]
    command = ["/bin/sh", "-c", f'{before}; exec "$@"', "sh", *own]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


bound = pytest.mark.skipif(os.geteuid() == 0 and _SETPRIV is None, reason="root reads everything, and has no setpriv")


@pytest.mark.parametrize("kind", ["policy", "baseline"])
def test_a_file_that_is_protected_or_has_further_names_is_not_edited(tree: Path, tmp_path: Path, kind: str) -> None:
    command: tuple[str, ...] = (*_WAIVE, "--policy") if kind == "policy" else ("baseline", "update", "--baseline")
    path = _policy(tmp_path) if kind == "policy" else _baseline(tree, tmp_path)
    words: tuple[str | Path, ...] = (*command[:-1], "--tree", tree, command[-1])
    before = path.read_bytes()
    path.chmod(0o444)
    refused = kpolicy(*words, path)
    assert (refused.status, refused.err) == (
        status.FAILURE,
        f"error: {path} is read-only (mode 0444)\n  chmod u+w {path}\n",
    )
    path.chmod(0o644)
    other = tmp_path / "other"
    os.link(path, other)
    refused = kpolicy(*words, path)
    assert (refused.status, refused.err) == (
        status.FAILURE,
        f"error: {path} has 2 hard links\n  copy the file first\n",
    )
    assert (path.read_bytes(), other.read_bytes()) == (before, before)
    other.unlink()
    assert kpolicy(*words, path).status == status.CLEAN
    assert path.read_bytes() != before


@pytest.mark.parametrize("kind", ["policy", "baseline"])
def test_a_pipe_is_not_edited(tree: Path, tmp_path: Path, kind: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    words = (*_WAIVE, "--policy", pipe) if kind == "policy" else ("baseline", "update", "--baseline", pipe)
    refused = kpolicy(*words, "--tree", tree)
    assert (refused.status, refused.err) == (
        status.FAILURE,
        f"error: cannot edit {pipe}: it is a pipe or a device\n  name the file itself\n",
    )


def test_a_baseline_that_could_not_be_written_is_refused_before_the_audit(tree: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "known.json"
    refused = kpolicy("baseline", "update", "--baseline", nowhere, "--grow", "--tree", tree)
    assert (refused.status, refused.err) == (
        status.FAILURE,
        f"error: cannot write {nowhere}: no such directory: {nowhere.parent}\n",
    )


def test_a_link_to_a_baseline_that_is_to_be_made_is_followed(tree: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to("real.json")
    assert kpolicy("baseline", "update", "--baseline", link, "--grow", "--tree", tree).status == status.CLEAN
    assert link.is_symlink()
    assert (tmp_path / "real.json").is_file()


@pytest.mark.parametrize(
    "words",
    [
        ("expand", "graphics_defconfig", "-o", ""),
        ("baseline", "update", "--baseline", "", "--grow"),
        ("policy", "init", "-o", ""),
        ("kconfig", "--patches", ""),
    ],
)
def test_an_empty_name_is_no_file(tree: Path, words: tuple[str, ...]) -> None:
    before = sorted(tree.rglob("*"))
    where = (str(tree),) if words[0] == "kconfig" else ("--tree", str(tree))
    refused = kpolicy(*words, *where)
    assert refused.status == status.USAGE
    assert "is empty" in refused.err
    assert sorted(tree.rglob("*")) == before


def test_the_edited_config_is_not_where_the_patch_goes(tree: Path, tmp_path: Path) -> None:
    config = tmp_path / "site.config"
    config.write_bytes((tree / "arch/x86/configs/graphics_defconfig").read_bytes())
    before = config.read_bytes()
    words = ("fix", "--tree", tree, "--arch", "x86", config, "--write", "--force", "-q")
    refused = kpolicy(*words, "-o", tmp_path / "." / "site.config")
    assert refused.status == status.USAGE
    assert "is the config that --write edits" in refused.err
    assert config.read_bytes() == before


def test_what_is_no_file_is_written_to_unasked(tree: Path) -> None:
    assert kpolicy("expand", "--tree", tree, "x86_64_defconfig", "-o", "/dev/null").status == status.CLEAN


def test_standard_output_by_name_is_appended_to(tree: Path, tmp_path: Path) -> None:
    there = tmp_path / "out"
    there.write_text("before\n")
    with there.open("ab") as stream:
        command = [
            sys.executable,
            "-m",
            "kpolicy",
            "expand",
            "--tree",
            str(tree),
            "x86_64_defconfig",
            "-o",
            "/dev/stdout",
        ]
        subprocess.run(command, stdout=stream, check=True, cwd=Path(__file__).parents[2])
    assert there.read_text().startswith("before\n#\n# Automatically generated file")


def test_a_pipe_gets_the_result(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    check_output(str(pipe), force=False)
    deliver(None, "text\n", str(pipe), force=False)  # type: ignore[arg-type]  # nothing is said
    assert os.read(reader, 10) == b"text\n"
    os.close(reader)


def test_a_disk_is_no_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("kpolicy.cli.writing.stat.S_ISBLK", bool)
    (tmp_path / "disk").touch()
    with pytest.raises(InputError, match="it is a disk"):
        check_output(str(tmp_path / "disk"), force=True)
    with pytest.raises(UsageError, match="is empty"):
        check_output("", force=True)


def test_names_and_words_from_outside_stay_on_their_line(tree: Path, tmp_path: Path) -> None:
    words = ("waive", "kmemleak/in-production", "graphics_defconfig", "--owner", "a\x1b[31mb\nc")
    done = kpolicy(*words, "--until", "2099-01-31", "--tree", tree, "--policy", _policy(tmp_path))
    assert done.status == status.CLEAN
    assert done.out.endswith(r"(a\x1b[31mb\x0ac)" + "\n")
    assert done.out.count("\n") == 1
    odd = tmp_path / "two\nlines"
    odd.mkdir()
    wrote = kpolicy("policy", "init", "--tree", tree, "-o", odd / "kpolicy.toml")
    assert wrote.err == f"note: wrote {tmp_path}/two\\x0alines/kpolicy.toml\n"


@bound
def test_where_the_command_runs_does_not_matter_to_it(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    done = _unprivileged("rules", "list", "--family", "kmemleak", cwd=tmp_path)
    # The folder is closed once the command is in it.
    there = _unprivileged("rules", "list", "--family", "kmemleak", cwd=private, before="chmod 0 .")
    private.chmod(0o755)
    assert done.returncode == status.CLEAN
    assert (there.returncode, there.stdout, there.stderr) == (done.returncode, done.stdout, done.stderr)


def test_a_directory_that_was_removed_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    shell = f"cd {gone}; rmdir {gone}; exec {sys.executable} -P -m kpolicy policy show"
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == status.FAILURE
    assert done.stderr == "error: the current directory does not exist any more\n  change to another one\n"


@bound
def test_a_folder_of_the_path_that_cannot_be_read_is_passed_over(tree: Path, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    private.chmod(0)
    try:
        done = _unprivileged("check", "--tree", tree, "x86_64_defconfig", "--no-cache", cwd=tmp_path, src=str(private))
    finally:
        private.chmod(0o755)
    assert (done.returncode, done.stderr) == (status.CLEAN, "")
    assert _own_file([str(private), *sys.path]) is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_help_that_cannot_be_written_says_so() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "kpolicy", "--help"]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=Path(__file__).parents[2]
        )
    assert (done.returncode, done.stderr) == (
        status.FAILURE,
        "error: cannot write the output: No space left on device\n",
    )
