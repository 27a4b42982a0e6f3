# SPDX-License-Identifier: GPL-2.0-or-later
"""Bootconfig files: what is in them, and which words they add to a command line."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.config.boot_files import read_command_line, read_command_lines
from kpolicy.config.bootconfig import parse_bootconfig, read_bootconfig
from kpolicy.config.command_line import Bootconfig, parse
from kpolicy.errors import InputError, UsageError
from tests.oracle.trees import VARIABLE, find_trees


def _added(text: str) -> Bootconfig:
    added = read_bootconfig("f", text).bootconfig
    assert added is not None
    return added


@pytest.mark.parametrize(
    ("text", "kernel", "init"),
    [
        ("kernel.a = 1\n", "a=1 ", ""),
        ("kernel {\n a\n b.c = 1, 2\n}\ninit.splash\n", "a b.c=1 b.c=2 ", "splash "),
        # Only a value with a blank is quoted; it cannot hold what quotes it.
        ("kernel { a = \"x y\"; b = 'x'; c = 'say \"x\"' }", 'a="x y" b=x c="say "x"" ', ""),
        ("kernel.a = 1\nkernel.a += 2\nkernel.b = 1, 2\nkernel.b := 3\n", "a=1 a=2 b=3 ", ""),
        # A value comes before the keys below it.
        ("kernel.a.b = 1\nkernel.c = 2\nkernel.a = 3\n", "a=3 a.b=1 c=2 ", ""),
        ("kernel.a = 1, # one\n # two\n 2 # three\nkernel.b = ,\n1;", "a=1 a=2 b= b=1 ", ""),
        ("kernel { a { b } } kernel.a.c =1}", None, ""),
        ("kernel {}\n", "", ""),
        ("kernel.a = 1 2;kernel.b={\n", "a=\"1 2\" b={ ", ""),
        ("kernel.a = 1  ", 'a="1  " ', ""),
    ],
)  # fmt: skip
def test_words(text: str, kernel: str | None, init: str) -> None:
    if kernel is None:
        with pytest.raises(InputError, match="unexpected closing brace"):
            _added(text)
        return
    added = _added(text)
    assert (added.kernel.text, added.init.text) == (kernel, init)


def test_lines() -> None:
    added = _added("\nkernel {\n a = 1,\n  2\n b\n}\ninit.x = 3\n")
    words = (*parse(added.kernel).words, *parse(added.init).words)
    assert [(str(word), word.location.line) for word in words] == [("a=1", 3), ("a=2", 4), ("b", 5), ("x=3", 7)]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a = 1\nb", 2, "no delimiter"),
        ("a = 1\na = 2\n", 2, "value is redefined"),
        ("a {\nb = 1\n", 3, "brace is not closed"),
        ("a = 1 }\n", 1, "unexpected closing brace"),
        ("a\n b c = 1\n", 2, "invalid keyword"),
        ("a..b = 1\n", 1, "invalid keyword"),
        ("a = 'x\n", 1, "no closing quotes"),
        ("a = 'x' y\n", 1, "no value delimiter"),
        ("a + 1\n", 1, "wrong '+' operator"),
        ("a = \x01\n", 1, "non printable value"),
        ("# nothing\n", 1, "empty config"),
        ("a{" * 17 + "}" * 17, 1, "exceed max depth of braces"),
        (".".join("a" * 17) + " = 1\n", 1, "too many key words"),
        (f"{'a' * 256} = 1\n", 1, "too long key length"),
        ("\n".join(f"k{number}" for number in range(5000)) + "\n", 4097, "too many nodes"),
        (f"a = {'x' * 32764}", 1, "larger than 32767 bytes"),
    ],
)
def test_refused(text: str, line: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.config.bootconfig._MAX_NODES", 4096)
    with pytest.raises(InputError) as caught:
        read_bootconfig("f", text)
    assert caught.value.message == f"the kernel refuses this bootconfig: {said}"
    assert caught.value.location is not None
    assert caught.value.location.line == line


def test_what_is_remarked() -> None:
    text = "kernel = 1\nkernel.a =\n 2\nftrace.event.x\nfoo\nbar\n"
    assert read_bootconfig("f", text).remarks == (
        "line 2: the value is on a later line: Linux 6.12 reads it, 7.3 reads an empty value",
        "line 1: kernel has a value: Linux 6.12 ignores the keys below it, 7.3 reads them",
        "keys outside kernel and init are not examined: ftrace and 2 more",
    )


@pytest.mark.parametrize(
    ("name", "text", "is_one"),
    [
        ("f", "kernel.page_owner = on\n", True),
        ("f", "# c\n  init {\n splash\n}\n", True),
        ("f", "kernel.quiet", True),
        ("f.bconf", "a = 1\n", True),
        ("f", "kernel.a=1 quiet\n", True),
        ("f", "default a\nlabel a\nkernel /v\nappend x=1\n", False),
        ("f", "title a\nkernel .v a=1\n", False),
        ("f", "init=/bin/sh ftrace=function kernel quiet\n", False),
        ("f", "rcutorture.onoff_interval=1 init.x y\n", False),
    ],
)
def test_files(tmp_path: Path, name: str, text: str, is_one: bool) -> None:
    path = tmp_path / name
    path.write_text(text)
    try:
        found = read_command_line(str(path)).bootconfig is not None
    except InputError as error:
        found = "this bootconfig" in error.message
    assert found == is_one


def test_a_command_line_and_a_bootconfig(tmp_path: Path) -> None:
    path = tmp_path / "my.bconf"
    path.write_text("kernel.a = 1\nother\n")
    line = read_command_lines(["quiet bootconfig", str(path)])
    assert line.text == "quiet bootconfig"
    assert line.bootconfig is not None
    assert line.bootconfig.kernel.text == "a=1 "
    assert line.remarks == (f"{path}: keys outside kernel and init are not examined: other",)
    alone = read_command_lines([str(path)])
    assert alone.remarks[1:] == ("the command line is taken to be empty: pass it with another --cmdline",)
    [said] = read_command_lines(["bootconfig"]).remarks
    assert said == "the kernel also reads a bootconfig: pass it with another --cmdline"
    for specs, what in ((["a", "b"], "command lines"), ([str(path), str(path)], "bootconfigs")):
        with pytest.raises(UsageError, match=f"two {what} given"):
            read_command_lines(specs)


_PIECES = [
    *"kernel init a b a.b foo-bar_1 . = += := { } ; # , 1 v".split(),
    *("\n", " ", "\t", "\r", "'x y'", '"p q"', "'", '"', "kernel.", "init.", "=v\n", "=1;", "{\n", "}\n", "# c\n"),
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*_PIECES, "é", "\x85", "\xa0"]), max_size=30))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    lines: set[int | None] = set()
    try:
        added = _added(text)
        lines = {word.location.line for word in (*parse(added.kernel).words, *parse(added.init).words)}
    except InputError as error:
        lines = {error.location.line if error.location is not None else None}
    assert lines <= set(range(1, text.count("\n") + 2))


def _listed(text: str) -> str | None:
    """What `bootconfig -l` prints, None where it refuses the file."""
    try:
        root, _ = parse_bootconfig("f", text)
    except InputError:
        return None
    lines = []
    for name, key in root.leaves():
        values = [value for value, _ in key.values]
        shown = (f"'{value}'" if '"' in value else f'"{value}"' for value in values)
        lines.append(f"{name} = {', '.join(shown)}\n" if values and values[0] else f'{name} = ""\n')
    return "".join(lines)


def _generated(letters: random.Random) -> str:
    if letters.randrange(2):
        return "".join(letters.choices(_PIECES, k=letters.randrange(1, 25)))
    lines, depth = [], 0
    for _ in range(letters.randrange(1, 12)):
        key = ".".join(letters.choices(["kernel", "init", "a", "b", "c-d", "e_f"], k=letters.randrange(1, 4)))
        values = letters.choices(["1", "x y", "'q r'", '"s\nt"', "a=b", "", "'it\"s'"], k=letters.randrange(1, 4))
        pair = f"{key} {letters.choice(['=', '+=', ':='])} {letters.choice([', ', ',', f',{chr(10)} ']).join(values)}"
        kind = letters.choice(["pair", "pair", "pair", "key", "comment", "open", "close" if depth else "pair"])
        lines.append({"pair": pair, "key": key, "comment": f"# {key}", "open": f"{key} {{", "close": "}"}[kind])
        depth += {"open": 1, "close": -1}.get(kind, 0)
    return "\n".join([*lines, *"}" * depth]) + letters.choice(["", "\n"])


@pytest.mark.parametrize("seed", range(2))
def test_files_are_read_as_the_kernel_reads_them(seed: int, tool: Path, tmp_path: Path) -> None:
    letters = random.Random(seed)
    path = tmp_path / "file"
    accepted = 0
    for _ in range(500):
        text = _generated(letters)
        path.write_bytes(text.encode())
        run = subprocess.run([tool, "-l", path], capture_output=True, timeout=60, check=False)
        wanted = run.stdout.decode() if run.returncode == 0 and not run.stderr else None
        assert _listed(text) == wanted, repr(text)
        accepted += wanted is not None
    assert accepted > 100


def test_samples_of_the_kernel(tool: Path) -> None:
    samples = sorted((_sources()[0] / "tools/bootconfig/samples").glob("*.bconf"))
    assert len(samples) > 20
    for path in samples:
        run = subprocess.run([tool, "-l", path], capture_output=True, timeout=60, check=False)
        wanted = run.stdout.decode() if run.returncode == 0 and not run.stderr else None
        assert _listed(path.read_text()) == wanted, path.name


def _sources() -> list[Path]:
    """Trees that have the tool, and read a value on the line after its key as 6.12 does."""
    trees = (tree for tree in find_trees().kernels.values() if (tree / "tools/bootconfig/main.c").is_file())
    return [tree for tree in trees if "skip_spaces_until_newline(v)" not in (tree / "lib/bootconfig.c").read_text()]


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kernel's own bootconfig command."""
    compiler, sources = shutil.which("gcc"), _sources()
    if compiler is None or not sources:
        pytest.skip(f"no gcc, or no kernel 6.12 with tools/bootconfig: {VARIABLE} names one")
    program = tmp_path_factory.mktemp("bootconfig") / "bootconfig"
    folder = sources[0] / "tools/bootconfig"
    files = [folder / "main.c", sources[0] / "lib/bootconfig.c"]
    subprocess.run([compiler, "-w", "-o", program, *files, f"-I{folder / 'include'}"], check=True, timeout=60)
    return program
