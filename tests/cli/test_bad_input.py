# SPDX-License-Identifier: GPL-2.0-or-later
"""Input that is no input: an error with its place, status 2 or 3, and the rest is still looked at."""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.support import append, copy_of_demo, kpolicy

_KCONFIG = "arch/arm64/Kconfig"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the demonstration tree."""
    return copy_of_demo(tmp_path)


def _binary(path: Path) -> None:
    path.write_bytes(b"CONFIG_A=y\n" + random.Random(1).randbytes(5000))


def _truncated(path: Path) -> None:
    path.write_bytes(gzip.compress(b"CONFIG_NET=y\n" * 100)[:-12])


def _long_line(path: Path) -> None:
    path.write_bytes(b"CONFIG_NET=y\nCONFIG_A=" + b"y" * 3_000_000)


def _huge(path: Path) -> None:
    # Sparse: a line of 100 MB that takes no room.
    with path.open("wb") as file:
        file.truncate(100_000_000)


def _folder(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _fifo(path: Path) -> None:
    path.symlink_to("/dev/zero")


_SPOILED: list[tuple[Callable[[Path], None], str]] = [
    (_binary, "bad:2: error: not a text file"),
    (_truncated, "bad: error: broken gzip data"),
    (_long_line, "bad:2: error: a line of 3000009 bytes"),
    (_huge, "bad: error: "),
    (_folder, "bad: error: is a directory"),
    (_loop, "bad: error: "),
    (_fifo, "bad: error: "),
    (lambda _: None, "bad: error: no such config"),
]


@pytest.mark.parametrize(("spoil", "said"), _SPOILED)
def test_a_config_that_cannot_be_read(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    spoil(tmp_path / "bad")
    (tmp_path / "good").write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y\n")
    alone = kpolicy("check", "--tree", tree, "--arch", "x86", "bad")
    assert alone.status == status.FAILURE
    assert alone.err.startswith(said)
    assert alone.out == ""
    both = kpolicy("check", "--tree", tree, "--arch", "x86", "bad", "good")
    assert both.status == status.FAILURE
    assert said in both.err
    assert "good:2: warning: DEBUG_VM=y" in both.out
    assert both.out.rstrip().endswith("; 1 could not be analysed")
    assert kpolicy("expand", "--tree", tree, "--arch", "x86", "bad").err.startswith(said)


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_an_unreadable_config(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_text("")
    path.chmod(0)
    outcome = kpolicy("check", "--tree", tree, "--arch", "x86", path)
    assert outcome.status == status.FAILURE
    assert "Permission denied" in outcome.err


def test_a_defconfig_that_cannot_be_read(tree: Path) -> None:
    _binary(tree / "arch/arm64/configs/defconfig")
    outcome = kpolicy("audit", tree)
    assert outcome.status == status.FAILURE
    assert "arch/arm64/configs/defconfig:2: error: not a text file" in outcome.err
    assert outcome.out.rstrip().endswith("; 1 could not be analysed")
    assert "arch/x86/configs/graphics_defconfig:" in outcome.out


def _append(text: str) -> Callable[[Path], int]:
    return lambda tree: append(tree / _KCONFIG, text)


def _source_of_a_loop(tree: Path) -> int:
    (tree / "arch/arm64/a").symlink_to("b")
    (tree / "arch/arm64/b").symlink_to("a")
    return append(tree / _KCONFIG, 'source "arch/arm64/a"\n')


def _source_out_of_the_tree(tree: Path) -> int:
    (tree / "arch/arm64/a").symlink_to("/etc/passwd")
    return append(tree / _KCONFIG, 'source "arch/arm64/a"\n')


_LOOP = "config LA\n\tbool\n\tdepends on LB\n\nconfig LB\n\tbool\n\tdepends on LA\n"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_append("confg FOO\n"), "syntax error"),
        (_append("if FOO &&\nendif\n"), "syntax error"),
        (_append('source "arch/arm64/Kconfig"\n'), "recursive 'source' of arch/arm64/Kconfig"),
        (_append('source "no/where"\n'), "no/where"),
        (_append(_LOOP), "LA -> LB -> LA"),
        (_source_of_a_loop, "symbolic link loop"),
        (_source_out_of_the_tree, "leads out of the kernel tree"),
        (_append("$(error-if,y,not with this)\n"), "not with this"),
    ],
)
def test_an_architecture_with_broken_kconfig_files(tree: Path, spoil: Callable[[Path], int], said: str) -> None:
    line = spoil(tree)
    for jobs in ("1", "2"):
        outcome = kpolicy("audit", tree, "-j", jobs)
        assert outcome.status == status.FAILURE
        assert outcome.err.startswith(f"{_KCONFIG}:{line}: error: ")
        assert said in outcome.err
        assert outcome.err.count("error: ") <= 2, "once, not for every config"
        assert outcome.out.rstrip().endswith("; 2 could not be analysed")
        assert "arch/x86/configs/graphics_defconfig:" in outcome.out
    alone = kpolicy("expand", "--tree", tree, "--arch", "arm64", "defconfig")
    assert (alone.status, alone.out) == (status.FAILURE, "")
    assert kpolicy("expand", "--tree", tree, "--arch", "x86", "i386_defconfig").status == 0


@pytest.mark.parametrize(
    ("make", "expected", "said"),
    [
        (lambda _: None, status.FAILURE, "no such directory"),
        (lambda path: path.mkdir(), status.FAILURE, "not a kernel source tree: no Makefile and no Kconfig"),
        (lambda path: path.write_text(""), status.FAILURE, "is a file"),
        (lambda path: path.symlink_to(path), status.FAILURE, "symbolic link loop"),
    ],
)
def test_a_folder_that_is_no_tree(tmp_path: Path, make: Callable[[Path], None], expected: int, said: str) -> None:
    path = tmp_path / "folder"
    make(path)
    for command in ("audit", "check x --tree", "expand x --tree"):
        outcome = kpolicy(*command.split(), path)
        assert (outcome.status, outcome.out) == (expected, "")
        assert f"{path}: " in outcome.err
        assert said in outcome.err


def test_a_tree_without_defconfigs(tree: Path) -> None:
    for path in tree.glob("arch/*/configs/*defconfig"):
        path.unlink()
    outcome = kpolicy("audit", tree)
    assert outcome.status == status.USAGE
    assert "there are no defconfigs" in outcome.err


def test_a_tree_without_a_version(tree: Path) -> None:
    (tree / "Makefile").write_text("all:\n")
    outcome = kpolicy("audit", tree)
    assert outcome.status == status.FAILURE
    assert "no kernel version" in outcome.err


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"CONFIG_DEBUG_KERNEL=y\r\nCONFIG_DEBUG_VM=y\r\n",
        b"CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y",
        b'CONFIG_LOCALVERSION="\xff\xfe"\nCONFIG_DEBUG_VM=y\n',
        b"CONFIG_DEBUG_KERNEL\nCONFIG_=y\n=\nCONFIG_DEBUG_VM=maybe\n#CONFIG_NET is not set\n\t\n",
    ],
)
def test_odd_configs_are_read(tree: Path, tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "odd"
    path.write_bytes(text)
    outcome = kpolicy("check", "--tree", tree, "--arch", "x86", path)
    assert outcome.status in (status.CLEAN, status.FINDINGS)
    assert "error" not in outcome.err
    assert ("warning: DEBUG_VM=y" in outcome.out) is (b"DEBUG_KERNEL=y" in text)


def test_a_config_of_another_architecture_or_kernel_is_remarked(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "config"
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{} {} Kernel Configuration\n#\nCONFIG_NET=y\n"
    path.write_text(header.format("mips", "5.10.1"))
    outcome = kpolicy("check", "--tree", tree, "--arch", "arm64", path)
    assert f"{path}:1: warning: made for mips, read for arm64" in outcome.err
    path.write_text(header.format("arm64", "5.10.1"))
    outcome = kpolicy("check", "--tree", tree, path)
    assert f"{path}:1: warning: made by Linux 5.10.1, read as Linux " in outcome.err
