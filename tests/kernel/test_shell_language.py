# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated shell prints what dash prints (and for scripts that ask for it, bash)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.kernel.toolchain import EmulatedProbes, Toolchain
from kpolicy.kernel.toolchain.probes import as_conf_reads
from tests.kernel.memory import MemorySource
from tests.kernel.shell_cases import BASH_CASES, CASES


def _emulated(command: str) -> str:
    answer = EmulatedProbes(Toolchain.dummy(), MemorySource({})).shell(command, {"srctree": "."})
    assert answer.known, answer.why
    return answer.output


def _emulated_bash(command: str) -> str:
    source = MemorySource({"scripts/x.sh": f"#!/bin/bash\n{command}\n"})
    answer = EmulatedProbes(Toolchain.dummy(), source).shell("scripts/x.sh", {"srctree": "."})
    assert answer.known, answer.why
    return answer.output


def _real(shell: str, command: str, folder: Path) -> str:
    # A locale in which the programs count characters as the emulation does; no other variable.
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    result = subprocess.run(
        [shell, "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return as_conf_reads(result.stdout.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(("command", "output"), CASES)
def test_prints_what_dash_prints(command: str, output: str) -> None:
    assert _emulated(command) == output


@pytest.mark.parametrize(("command", "output"), BASH_CASES)
def test_prints_what_bash_prints(command: str, output: str) -> None:
    assert _emulated_bash(command) == output


@pytest.mark.skipif(shutil.which("dash") is None, reason="no dash")
@pytest.mark.parametrize(("command", "output"), CASES)
def test_dash_agrees(command: str, output: str, tmp_path: Path) -> None:
    assert _real("dash", command, tmp_path) == output


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(("command", "output"), BASH_CASES)
def test_bash_agrees(command: str, output: str, tmp_path: Path) -> None:
    assert _real("bash", command, tmp_path) == output


_TEXTS = st.sampled_from(["x", "y z", "1.2.3", "", "-n", "*", "a:b", "  s  ", "=", "[a]", "#", "%"])
_NAMES = st.sampled_from(["a", "b", "u", "1", "2", "9", "#", "?", "*", "@"])


@st.composite
def _parameters(draw: st.DrawFn) -> str:
    name = draw(_NAMES)
    if name in "#?*@":
        return f"${name}"
    operator = draw(st.sampled_from(["", ":-", "-", ":+", "+", "%", "%%", "#", "##"]))
    word = draw(st.sampled_from(["q", "", "*", "?", ".*", "*.", "[0-9]", '"$1"', "'*'"])) if operator else ""
    return f"${{{name}{operator}{word}}}"


@st.composite
def _words(draw: st.DrawFn) -> str:
    """A word of quoted and unquoted parts.

    `$@` and `$*` stand alone: dash has a fault of its own where one is followed by what is split.
    """
    out = ""
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 3))
        if kind == 0:
            out += "'" + draw(_TEXTS) + "'"
        elif kind == 1:
            out += '"' + draw(_TEXTS).replace("*", "") + draw(_parameters()).replace("'*'", "*") + '"'
        elif kind == 2:
            out += draw(_parameters())
        else:
            out += "$((" + draw(st.sampled_from(["1+2", "$#*2", "7/2%3", "1<2", "!0", "-5%3", "010+0x10"])) + "))"
    return draw(st.sampled_from(["$@", '"$@"', "$*", '"$*"'])) if "$@" in out or "$*" in out else out


@pytest.mark.skipif(shutil.which("dash") is None, reason="no dash")
@settings(max_examples=60, deadline=None)
@given(st.lists(_words(), min_size=1, max_size=12))
def test_dash_agrees_on_any_words(words: list[str]) -> None:
    setting = "set -f; a='x y'; b=; set -- one 'two  three' 4.5.6; "
    command = setting + "; ".join(f"printf '<%s>' {word}; echo $?" for word in words)
    assert _emulated(command) == _real("dash", command, Path("/"))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_an_answer(command: str) -> None:
    answer = EmulatedProbes(Toolchain.dummy(), MemorySource({})).shell(command, {})
    assert "\n" not in answer.output


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"$(){}'\"`;|&<>\\ \n#=!", "if", "then", "fi", "case", "in", "esac", "do", "x", "<<E", "set"])
    )
)
def test_any_mixture_of_tokens_gets_an_answer(tokens: list[str]) -> None:
    for command in ("".join(tokens), " ".join(tokens)):
        EmulatedProbes(Toolchain.dummy(), MemorySource({})).shell(command, {})


@pytest.mark.parametrize(
    "command",
    [
        "while :; do :; done",
        "until false; do x=$((x+1)); done",
        "f() { f; }; f",
        "x=a; while :; do x=$x$x; done",
        "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done",
        "printf '%99999999999s' x",
        "scripts/self.sh",
        'eval \'eval "$x"\' ; x=\'eval "$x"\'; eval "$x"',
        "$(" * 5000 + ")" * 5000,
        "(" * 5000 + ")" * 5000,
        "$((" + "(" * 5000 + "1" + ")" * 5000 + "))",
        "i=0; while :; do i=$((i+1)); mkdir d$i; done",
        "i=0; while :; do i=$((i+1)); : >f$i; done",
        "printf %d " + "9" * 5000,
        "[ " + "9" * 5000 + " -eq 1 ]",
        "head -n " + "9" * 5000 + " /dev/null",
        "x=$(cat big); y=$x$x$x$x",
    ],
)
def test_what_never_ends_is_given_up(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.kernel.toolchain.probes._EACH", 0.5, raising=False)
    source = MemorySource({"scripts/self.sh": "#!/bin/sh\n$0\n", "big": "x" * 400_000})
    answer = EmulatedProbes(Toolchain.dummy(), source).shell(command, {"srctree": "."})
    assert (answer.output, answer.known) == ("", False)
    assert answer.why
    success = EmulatedProbes(Toolchain.dummy(), source).shell(f'{{ {command}; }} && echo "y" || echo "n"', {})
    assert success.output in ("n", "")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("echo 'x", "unterminated"),
        ("if true; then", "fi"),
        ("echo )", "')'"),
        ("sleep 1 &", "background"),
        ("perl -e 1", "perl"),
        ("/usr/bin/perl -e 1", "/usr/bin/perl"),
        ("test -e /etc/passwd", "/etc/passwd"),
        ("cat /proc/cpuinfo", "/proc/cpuinfo"),
        ("gcc -dumpmachine", "-dumpmachine"),
        ("sed -i s/a/b/ x", "sed -i"),
        ("echo | sed 'N;P;D'", "sed"),
        ("awk '{ x = 1 }'", "awk"),
        ("python3 -c 'print(1)'", "python3"),
        ("env", "env"),
        ("echo *.c", "*.c"),
        ("x='a?'; echo $x", "a?"),
        ("uname -a", "uname -a"),
        ("scripts/x.pl", "scripts/x.pl"),
        ("scripts/bad.sh", "scripts/bad.sh"),
    ],
)
def test_what_is_not_emulated_is_named(command: str, why: str) -> None:
    source = MemorySource({"scripts/x.pl": "#!/usr/bin/env perl\n", "scripts/bad.sh": "#!/bin/sh\nif\n"})
    probes = EmulatedProbes(Toolchain.dummy(), source)
    answer = probes.shell(command, {"srctree": "."})
    assert (answer.output, answer.known) == ("", False)
    assert why in answer.why
    # In $(if-success,...) it has failed; a text that is no command makes all of that none.
    success = f'{{ {command}; }} >/dev/null 2>&1 && echo "y" || echo "-m$V"'
    answer = probes.shell(success, {"srctree": ".", "V": "32"})
    is_command = command not in ("echo 'x", "if true; then", "echo )", "sleep 1 &")
    assert (answer.output, answer.known) == ("-m32" if is_command else "", False)


def test_conf_reads_so_much_and_no_more() -> None:
    assert as_conf_reads("a\nb\n\n\n") == "a b"
    assert as_conf_reads("x" * 5000) == "x" * 4095
    assert as_conf_reads("a\0b\n") == "a"
    assert as_conf_reads("\udcff\n") == "\udcff"
    assert as_conf_reads("") == ""
