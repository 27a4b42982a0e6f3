# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading config files: lines as conf takes them, stacks, packed files, and what is no config at all."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.config.lines import parse_lines
from kpolicy.config.read import MAX_LINE, MAX_SIZE, parse_config, read_config
from kpolicy.errors import InputError, KpolicyError, UsageError

_PLAIN = b'CONFIG_A=y\n# CONFIG_B is not set\n\n# a comment\nCONFIG_S="text"\n'


def _pairs(content: bytes) -> list[tuple[str, str, int]]:
    return [(item.name, item.value, item.location.line) for item in parse_config("c", content).assignments]


def test_lines_keep_their_numbers() -> None:
    assert _pairs(_PLAIN) == [("A", "y", 1), ("B", "n", 2), ("S", '"text"', 5)]


def test_windows_line_ends_and_a_missing_last_one() -> None:
    assert _pairs(b"CONFIG_A=y\r\n# CONFIG_B is not set\r\nCONFIG_C=m") == [("A", "y", 1), ("B", "n", 2), ("C", "m", 3)]


@pytest.mark.parametrize(
    "line", ["#CONFIG_A is not set", "# CONFIG_A", "#  CONFIG_A is not set", "# config_A is not set"]
)
def test_comments_that_are_only_comments(line: str) -> None:
    config = parse_config("c", line.encode() + b"\n")
    assert not config.assignments
    assert not config.remarks
    assert bool(config.unread) == ("is not set" in line and "CONFIG_" in line)


def test_more_text_behind_is_not_set() -> None:
    (item,) = parse_config("c", b"# CONFIG_A is not set, really\n").assignments
    assert item.loose


@pytest.mark.parametrize("line", ["garbage", " CONFIG_A=y", "CONFIG_A", "config_A=y", "=y"])
def test_malformed_lines_are_remarked_on(line: str) -> None:
    config = parse_config("c", f"CONFIG_X=y\n{line}\n".encode())
    assert [(str(where), text) for where, text in config.remarks] == [("c:2", f"unexpected data: {line}")]


def test_the_header_of_a_whole_config() -> None:
    header = b"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 6.12.1-rt5 Kernel Configuration\n#\n"
    content = header + b"CONFIG_A=y\n"
    config = parse_config("c", content)
    assert (config.is_full, config.arch, config.version) == (True, "arm64", "6.12.1-rt5")
    assert not parse_config("c", _PLAIN).is_full


def test_bytes_that_are_no_utf8_survive() -> None:
    (item,) = parse_config("c", b'CONFIG_S="\xff\xfe"\n').assignments
    assert item.value.encode("utf-8", "surrogateescape") == b'"\xff\xfe"'


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_packed_files(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "config"
    path.write_bytes(pack(_PLAIN))  # type: ignore[operator]
    assert [item.name for item in read_config(str(path)).assignments] == ["A", "B", "S"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_truncated_packed_files(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "config.packed"
    path.write_bytes(pack(_PLAIN * 50)[:-20])  # type: ignore[operator]
    with pytest.raises(InputError, match="broken") as caught:
        read_config(str(path))
    assert str(caught.value.location) == str(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\n" * (MAX_SIZE + 10)))
    with pytest.raises(InputError, match="unpacks to more than"):
        read_config(str(path))


def test_a_stack_keeps_order_and_places(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("CONFIG_A=y\nCONFIG_B=y")
    (tmp_path / "b").write_text("# CONFIG_A is not set\n")
    config = read_config("a+b", folder=tmp_path)
    assert [(str(item.location), item.name, item.value) for item in config.assignments] == [
        ("a:1", "A", "y"),
        ("a:2", "B", "y"),
        ("b:1", "A", "n"),
    ]


def test_a_file_with_a_plus_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "config-6.12+deb13").write_text("CONFIG_A=y\n")
    assert len(read_config("config-6.12+deb13", folder=tmp_path).assignments) == 1


def test_standard_input_in_a_stack(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("CONFIG_B=y\n")
    config = read_config("-+b", io.BytesIO(gzip.compress(b"CONFIG_A=y\n")), tmp_path)
    assert [str(item.location) for item in config.assignments] == ["<stdin>:1", "b:1"]


@pytest.mark.parametrize("spec", ["a++b", "+a", "-+-"])
def test_stacks_that_make_no_sense(spec: str) -> None:
    with pytest.raises(UsageError):
        read_config(spec, io.BytesIO(b""))


def _unreadable(path: Path) -> None:
    path.write_text("CONFIG_A=y\n")
    path.chmod(0)


_BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _path: None, "No such file"),
    "directory": (lambda path: path.mkdir(), "directory"),
    "binary": (lambda path: path.write_bytes(b"\x7fELF\x02\x01\x00\x00"), "looks like an ELF file"),
    "long line": (lambda path: path.write_bytes(b"CONFIG_A=" + b"y" * (MAX_LINE + 1)), "line of"),
    "too large": (lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), MAX_SIZE + 1), "larger than"),
    "link to itself": (lambda path: path.symlink_to(path.name), "symbolic link"),
}


@pytest.mark.parametrize("kind", _BAD)
def test_what_is_no_config(tmp_path: Path, kind: str) -> None:
    make, words = _BAD[kind]
    path = tmp_path / "bad"
    make(path)
    with pytest.raises(InputError) as caught:
        read_config(str(path))
    assert words in caught.value.render()
    line = ":1" if kind == "long line" else ""
    assert caught.value.render().startswith(f"{path}{line}: error: ")


def test_a_device_is_not_read() -> None:
    with pytest.raises(InputError, match="not a regular file"):
        read_config("/dev/zero")


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_unreadable(tmp_path: Path) -> None:
    _unreadable(tmp_path / "c")
    with pytest.raises(InputError, match="Permission denied"):
        read_config("c", folder=tmp_path)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    if b"\0" in content:
        with pytest.raises(KpolicyError, match="NUL"):
            parse_config("c", content)
        return
    try:
        config = parse_config("c", content)
    except KpolicyError:
        assert not parse_lines("c", content).assignments or content.startswith((b"\xff\xfe", b"\xfe\xff"))
        return
    lines = content.count(b"\n") + 1
    assert all(1 <= item.location.line <= lines for item in config.assignments)
    assert all("\n" not in item.value for item in config.assignments)


def test_a_slash_behind_a_name_is_none_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("CONFIG_A=y\n")
    (tmp_path / "a+b").write_text("CONFIG_B=y\n")
    assert [read_config(f"{name}/", folder=tmp_path).written for name in ("a", "a+b")] == [{"A": "y"}, {"B": "y"}]
    with pytest.raises(InputError, match="is a directory"):
        read_config("", folder=tmp_path)
