# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be read costs nothing but itself: files that are none, that have no end, that wait for a writer."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from kpolicy.cli import status
from tests.cli.support import Outcome, copy_of_demo, kpolicy
from tests.git import Repository

_GOOD = "arch/x86/configs/graphics_defconfig"
_BAD = "arch/arm64/configs/bad_defconfig"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the demonstration tree."""
    return copy_of_demo(tmp_path)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Whoever waits longer is interrupted, and fails."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError("waits")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _out_of_the_tree(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _circle(path: Path) -> None:
    path.symlink_to(path.name)


def _folder(path: Path) -> None:
    path.mkdir()


def _large(path: Path) -> None:
    # Sparse: it takes no room.
    with path.open("wb") as file:
        file.truncate(100 << 20)


_SPOILED: list[tuple[Callable[[Path], None], str]] = [
    (_out_of_the_tree, "leads out of the kernel tree, to /etc/hostname"),
    (_dangling, "no such file"),
    (_fifo, "is not a regular file"),
    (_circle, "symbolic link loop"),
    (_folder, "is a directory, expected a file"),
    (_large, "larger than 64 MiB"),
]


@pytest.mark.parametrize(("spoil", "said"), _SPOILED)
def test_a_defconfig_that_cannot_be_read_costs_no_other(tree: Path, spoil: Callable[[Path], None], said: str) -> None:
    spoil(tree / _BAD)
    for jobs in ("1", "2"):
        with _at_most(30):
            outcome = kpolicy("audit", tree, "-j", jobs)
        assert outcome.status == status.FAILURE
        assert f"{_BAD}: error: " in outcome.err
        assert said in outcome.err
        assert outcome.out.rstrip().endswith("; 1 could not be analysed")
        assert f"{_GOOD}:" in outcome.out


@pytest.mark.parametrize(("spoil", "said"), _SPOILED)
def test_a_fragment_that_cannot_be_read_costs_no_other(tree: Path, spoil: Callable[[Path], None], said: str) -> None:
    (tree / "kernel/configs/good.config").write_text("CONFIG_NO_SUCH_SYMBOL_AT_ALL=y\n")
    spoil(tree / "kernel/configs/bad.config")
    with _at_most(30):
        outcome = kpolicy("kconfig", tree)
    assert outcome.status == status.FAILURE
    assert "kernel/configs/bad.config: error: " in outcome.err
    assert said in outcome.err
    assert "kernel/configs/good.config:1: " in outcome.out


def test_a_folder_of_configs_that_leads_out_of_the_tree(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/more_defconfig").write_text("")
    (tree / "arch/arm64/configs/more").symlink_to(tmp_path / "outside")
    outcome = kpolicy("audit", tree)
    assert outcome.status == status.FAILURE
    assert "arch/arm64/configs/more: error: " in outcome.err
    assert f"{_GOOD}:" in outcome.out


def test_an_architecture_whose_kconfig_file_leads_out_of_the_tree(tree: Path, tmp_path: Path) -> None:
    (tree / "arch/arm64/Kconfig").rename(tmp_path / "Kconfig")
    (tree / "arch/arm64/Kconfig").symlink_to(tmp_path / "Kconfig")
    outcome = kpolicy("audit", tree)
    assert outcome.status == status.FAILURE
    assert "leads out of the kernel tree" in outcome.err
    assert outcome.out.rstrip().endswith("; 2 could not be analysed")
    assert f"{_GOOD}:" in outcome.out


def test_a_makefile_that_cannot_be_read(tree: Path) -> None:
    with (tree / "arch/arm64/Makefile").open("ab") as file:
        file.truncate(2 << 20)
    outcome = kpolicy("audit", tree)
    assert outcome.status == status.FAILURE
    assert "arch/arm64/Makefile: error: larger than 1 MiB: not a Makefile of a kernel" in outcome.err
    assert f"{_GOOD}:" in outcome.out


def _repository(tree: Path) -> Repository:
    repository = Repository(tree)
    repository.git("init")
    repository.git("add", "--all")
    repository.git("commit", "-m", "as it was")
    return repository


def test_trees_of_which_one_has_a_bad_config_are_compared(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = copy_of_demo(tmp_path / "other")
    for one in (tree, other):
        (one / _BAD).symlink_to("/etc/hostname")
    config = other / _GOOD
    config.write_text(config.read_text() + "CONFIG_DEBUG_VM=y\nCONFIG_DEBUG_KERNEL=y\n")
    outcome = kpolicy("diff", tree, other)
    assert outcome.status == status.FAILURE
    assert f"{_BAD}: error: " in outcome.err
    assert "DEBUG_VM" in outcome.out


def test_since_and_checkpatch_look_at_the_rest(tree: Path) -> None:
    (tree / _BAD).symlink_to("/etc/hostname")
    repository = _repository(tree)
    config = tree / _GOOD
    config.write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y\nCONFIG_KASAN=y\n" + config.read_text())
    since = kpolicy("audit", tree, "--since", "HEAD")
    assert since.status == status.FAILURE
    assert f"{_BAD}: error: " in since.err
    assert f"{_GOOD}:" in since.out
    patch = tree.parent / "x.patch"
    patch.write_text(repository.git("diff") + "\n")
    repository.git("checkout", _GOOD)
    checked = kpolicy("checkpatch", "--tree", tree, patch, "-j", "1")
    assert f"{_GOOD}:" in checked.out
    assert "internal error" not in checked.err


def test_a_revision_with_a_link_that_leads_out(tree: Path) -> None:
    (tree / _BAD).symlink_to("/etc/hostname")
    (tree / "arch/arm64/configs/worse_defconfig").symlink_to("nowhere")
    _repository(tree)
    outcome = kpolicy("audit", f"{tree}@HEAD")
    assert outcome.status == status.FAILURE
    assert "leads out of the kernel tree" in outcome.err
    assert "arch/arm64/configs/worse_defconfig: error: " in outcome.err
    assert outcome.out.rstrip().endswith("; 2 could not be analysed")
    assert f"{_GOOD}:" in outcome.out


def _asked(tree: Path, fifo: Path) -> list[tuple[str, ...]]:
    check = ("check", "--tree", str(tree), "--arch", "x86", str(tree / _GOOD))
    return [
        (*check, "--require", str(fifo)),
        (*check, "--baseline", str(fifo)),
        (*check, "--policy", str(fifo)),
        (*check[:-1], str(fifo)),
        ("report", str(fifo)),
        ("fix", "--tree", str(tree), "--arch", "x86", str(fifo)),
        ("checkpatch", "--tree", str(tree), str(fifo)),
        ("expand", "--tree", str(tree), "--arch", "x86", str(fifo)),
    ]


@pytest.mark.parametrize("number", range(8))
def test_nobody_waits_for_a_pipe_that_nothing_writes_to(tree: Path, tmp_path: Path, number: int) -> None:
    _repository(tree)
    os.mkfifo(tmp_path / "pipe")
    with _at_most(10):
        outcome = kpolicy(*_asked(tree, tmp_path / "pipe")[number])
    assert outcome.status in (status.USAGE, status.FAILURE)
    assert "a pipe that no process writes to" in outcome.err


def test_a_pipe_that_something_writes_to_is_read(tree: Path) -> None:
    # As a shell's <(command) is.
    reading, writing = os.pipe()
    os.write(writing, b"CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y\n")
    os.close(writing)
    with _at_most(10):
        outcome = kpolicy("check", "--tree", tree, "--arch", "x86", f"/dev/fd/{reading}")
    os.close(reading)
    assert f"/dev/fd/{reading}:2: warning: DEBUG_VM=y" in outcome.out


def _cached(tree: Path, folder: Path) -> Outcome:
    return kpolicy("audit", tree, environment={"XDG_CACHE_HOME": str(folder)})


def _deep(path: Path) -> None:
    path.write_bytes(b"[" * 100_000)
    path.chmod(0o600)


@pytest.mark.parametrize("spoil", [_fifo, _folder, _dangling, _circle, _large, _deep])
def test_a_spoiled_cache_entry_is_taken_for_absent(tree: Path, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    folder = tmp_path / "cache"
    first = _cached(tree, folder)
    entries = [path for path in (folder / "kpolicy").iterdir() if path.suffix in (".trail", ".model", ".data")]
    assert len(entries) > 3
    for path in entries:
        path.unlink()
        spoil(path)
        if not path.is_symlink():
            path.chmod(0o600)
    with _at_most(30):
        again = _cached(tree, folder)
    assert (again.status, again.out, again.err) == (first.status, first.out, first.err)


def _full(arch: bytes, version: bytes) -> bytes:
    head = b"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/%s %s Kernel Configuration\n#\n" % (arch, version)
    return head + b"CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y\n"


@pytest.mark.parametrize("content", [_full(b"x86", b"6.12.1-\xff"), _full(b"x\xff86", b"6.12.1")])
def test_bytes_that_are_no_utf_8_in_a_header(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd").write_bytes(content)
    (tmp_path / "good").write_bytes(_full(b"x86", b"6.12.1"))
    outcome = kpolicy("check", tmp_path / "odd", tmp_path / "good")
    assert "internal error" not in outcome.err
    for name in ("odd", "good"):
        assert f"{tmp_path / name}:6: warning: DEBUG_VM=y" in outcome.out


_LONG = "9" * 5000


def test_numbers_of_thousands_of_digits(tree: Path, tmp_path: Path) -> None:
    kconfig = tree / "lib/Kconfig.debug"
    kconfig.write_text(
        kconfig.read_text()
        + f'\nconfig LONG_NUMBER\n\tint "long"\n\trange 1 {_LONG}\n'
        + f'\nconfig LONGER\n\tint "longer"\n\trange -{_LONG} 5\n'
        + f"\nconfig COMPARED\n\tdef_bool y\n\tdepends on LONG_NUMBER > {_LONG} || LONG_NUMBER = 0x{_LONG}\n"
    )
    path = tmp_path / "long.config"
    path.write_text(f"CONFIG_LONG_NUMBER={_LONG}\nCONFIG_LONGER={_LONG}\nCONFIG_LOG_BUF_SHIFT={_LONG}\n")
    expanded = kpolicy("expand", "--tree", tree, "--arch", "x86", path)
    assert expanded.status == status.CLEAN, expanded.err
    # Both are clipped to 64 bits for the comparison, which the number as it is written then passes.
    assert f"CONFIG_LONG_NUMBER={_LONG}\n" in expanded.out
    assert "CONFIG_LONGER=5\n" in expanded.out
    (tmp_path / "kpolicy.toml").write_text(f'[rules]\n"lockdep/*" = "off"\n[rules."kasan".parameters]\nx = {_LONG}\n')
    for more in ([], ["--require", str(path)], ["--policy", str(tmp_path / "kpolicy.toml")]):
        outcome = kpolicy("check", "--tree", tree, "--arch", "x86", path, tree / _GOOD, *more)
        assert "internal error" not in outcome.err
    for words in (["-j", _LONG], ["--ram", _LONG], ["--cpus", _LONG]):
        outcome = kpolicy("check", "--tree", tree, "--arch", "x86", path, *words)
        assert "internal error" not in outcome.err
    for command in ("fix", "role", "explain LONGER --config", "cost"):
        outcome = kpolicy(*command.split(), path, "--tree", tree, "--arch", "x86")
        assert "internal error" not in outcome.err


def test_fix_keeps_permissions_and_refuses_what_is_read_only(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.config"
    content = (tree / _GOOD).read_bytes()
    path.write_bytes(content)
    fix = ("fix", "--tree", tree, "--arch", "x86", path, "--write", "--policy", "production")
    path.chmod(0o444)
    refused = kpolicy(*fix)
    assert refused.status == status.FAILURE
    assert f"{path} is read-only (mode 0444)" in refused.err
    assert path.read_bytes() == content
    path.chmod(0o640)
    (tmp_path / "other name").hardlink_to(path)
    linked = kpolicy(*fix)
    assert linked.status == status.FAILURE
    assert f"{path} has 2 hard links" in linked.err
    assert path.read_bytes() == (tmp_path / "other name").read_bytes() == content
    (tmp_path / "other name").unlink()
    if os.getuid() == 0:
        os.chown(path, 1234, 4321)
    (tmp_path / "link").symlink_to("my.config")
    through = kpolicy(*fix[:-4], tmp_path / "link", *fix[-3:])
    assert through.status == status.CLEAN
    assert f"{tmp_path / 'link'} is a symbolic link: {path} was edited" in through.err
    assert (tmp_path / "link").is_symlink()
    assert path.read_bytes() != content
    assert path.stat().st_mode & 0o7777 == 0o640
    if os.getuid() == 0:
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_a_folder_is_no_file_to_overwrite(tree: Path, tmp_path: Path) -> None:
    for words in ("audit {} -o json:{}", f"expand --tree {{}} --arch x86 {_GOOD} -o {{}}"):
        outcome = kpolicy(*words.format(tree, tmp_path).split())
        assert outcome.status == status.FAILURE
        assert f"cannot write {tmp_path}: it is a directory" in outcome.err
        assert "--force" not in outcome.err


def test_force_keeps_permissions(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_text("")
    path.chmod(0o600)
    assert kpolicy("audit", tree, "-o", f"json:{path}", "--force").status in (status.CLEAN, status.FINDINGS)
    assert path.stat().st_mode & 0o7777 == 0o600
    assert json.loads(path.read_text())["command"] == "audit"
