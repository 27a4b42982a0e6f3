# SPDX-License-Identifier: GPL-2.0-or-later
"""The limits of what a tree may ask for, lowered, on harmless input."""

from __future__ import annotations

import pytest

from kpolicy.errors import InputError
from kpolicy.kernel.makefile import Makefile
from kpolicy.kernel.patch import patch_text
from kpolicy.kernel.toolchain import Answer, EmulatedProbes, Toolchain
from tests.kernel.memory import MemorySource

_PROBES = "kpolicy.kernel.toolchain.probes"
_COUNTING = "i=0; while [ $i != 3000 ]; do i=$((i+1)); done; echo $i"


def _probes(files: dict[str, str] | None = None) -> EmulatedProbes:
    return EmulatedProbes(Toolchain.dummy(), MemorySource(files or {}))


def _answer(command: str) -> Answer:
    return _probes({"text": "line\n" * 100}).shell(command, {"srctree": "."})


@pytest.mark.parametrize(
    "command",
    [
        _COUNTING,
        "for i in $(cat text text text text text text text text); do for j in $(cat text); do :; done; done; echo done",
        "f() { case $1 in *xxxx) ;; *) f x$1;; esac; }; for i in $(cat text text text); do f; done; echo done",
        f"x=$(cat {'text ' * 24}); for i in $x; do y=${{i%e*f}}; done; echo done",
        "for i in $(head -n 60 text); do cat text | sed -e 's/l/ll/g' | grep -c l; done",
    ],
)
def test_all_that_a_probe_does_counts_for_its_time(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(command).known
    monkeypatch.setattr(f"{_PROBES}._EACH", 0.02, raising=False)
    answer = _answer(f"{{ {command}; }} >/dev/null 2>&1 && echo 'y' || echo \"n\"")
    assert (answer.known, answer.why) == (False, "takes more than 0.02 s of processor time")


def test_all_probes_of_a_tree_together_have_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{_PROBES}._TOGETHER", 0.05, raising=False)
    probes = _probes()
    answers = [probes.shell(f"{_COUNTING}$((i + {number}))", {}) for number in range(40)]
    unknown = [answer for answer in answers if not answer.known]
    assert unknown, "no limit"
    assert unknown[0].why == "the probes of this tree take more than 0.05 s of processor time"
    assert not any(answer.why for answer in unknown[1:]), "told once"
    # What is asked then has failed.
    assert probes.shell('{ true; } >/dev/null 2>&1 && echo "y" || echo "n"', {}).output == "n"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("x=$(cat text); y=$x$x$x$x", "a word of more than 1000 characters"),
        ("x=$(cat text); x=$x; y=$(cat text)$x$x", "a word of more than 1000 characters"),
        ("read x < text; set -- $(cat text); set -- $@ $@; set -- $@ $@ $@; echo $#", "a command of more than 1000"),
        ("cat text text text", "more than 1000 characters of output"),
        ("sort text text text", "more than 1000 characters"),
        ("sed -e s/line/longer/ text text text", "more than 1000 characters"),
        ("printf '%s %s\\n' $(cat text) $(cat text) $(cat text)", "more than 1000 characters"),
    ],
)
def test_texts_have_a_limit(command: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(command).known
    for module in ("streams", "expansion", "printing", "files"):
        name = f"kpolicy.kernel.toolchain.shell.{module}.LONGEST_TEXT"
        monkeypatch.setattr(name, 1000, raising=False)
    answer = _answer(command)
    assert not answer.known
    assert why in answer.why


def test_all_texts_of_a_probe_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    command = "for i in 1 2 3 4 5 6 7 8 9; do eval x$i='$(cat text)'; done; echo done"
    assert _answer(command).output == "done"
    monkeypatch.setattr("kpolicy.kernel.toolchain.patience.MOST_TEXT", 3000, raising=False)
    assert _answer(command).why == "makes more than 3000 characters of text"


@pytest.mark.parametrize(
    "command",
    [
        r"echo ab | sed -e 's/\(a\)/\2/'",
        r"echo x | sed -e 's/a/\1/'",
        "echo ab | sed -e s/a",
        "echo ab | sed -e y",
        "echo ab | awk '/(/ { print $1 }'",
        "case x in [z-a]) echo y;; esac",
        "x=abc; echo ${x#[z-a]}",
        "echo ab | grep '[z-a]'",
        "echo ab | tr z-a x",
        "echo ab | cut -f 9999999999999999999999999",
        "shift 99999999999999999999999",
        "echo $(( 99999999999999999999999 ))",
        "echo ab | head -n 99999999999999999999999",
        "awk 'NR == 99999999999999999999999' text",
    ],
)
def test_whatever_a_probe_makes_of_the_emulation_its_answer_is_not_known(command: str) -> None:
    answer = _answer(f'{{ {command}; }} >/dev/null 2>&1 && echo "y" || echo "n"')
    assert answer.output in ("y", "n")
    assert answer.known or answer.output == "n"


def test_a_long_pattern_and_a_long_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(f"echo x | grep -v {'y' * 300}").output == "x"
    monkeypatch.setattr("kpolicy.kernel.toolchain.patience.LONGEST_PATTERN", 299, raising=False)
    assert _answer(f"echo x | grep -v {'z' * 300}").why == "a pattern of more than 299 characters"
    monkeypatch.setattr(f"{_PROBES}.LONGEST_COMMAND", 250, raising=False)
    assert _answer(f"echo {'y' * 300}").why == "a command of more than 250 characters"


@pytest.mark.parametrize(
    ("text", "name", "limit", "said"),
    [
        (
            "A := x\n\nA += yyyyyyyy\nA += zzzzzzzz\n",
            "LONGEST_VALUE",
            15,
            "Makefile:4: error: a variable of more than 15",
        ),
        ("B := 12345678\nA = $(B)$(B)\n", "LONGEST_VALUE", 15, "Makefile:2: error: a variable of more than 15"),
        ("A := $(subst a,bbbbbbbb,aaaa)\n", "LONGEST_VALUE", 15, "Makefile:1: error: a variable of more than 15"),
        ("\n\nA := $(filter a b c d,a b c d e f)\n", "MOST_WORK", 60, "Makefile:3: error: the variables take too long"),
        (
            "B = $(C)$(C)\nC = $(D)$(D)\nD = x\nA = $(B)$(B)\n",
            "MOST_WORK",
            120,
            "Makefile:4: error: the variables take",
        ),
        ("ifeq (a,a)\n" * 20 + "A := 1\n", "MOST_WORK", 200, ": error: the variables take too long"),
    ],
)
def test_variables_of_makefiles(text: str, name: str, limit: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Makefile(text, {}).value("A")
    monkeypatch.setattr(f"kpolicy.kernel.makefile.{name}", limit, raising=False)
    with pytest.raises(InputError) as caught:
        Makefile(text, {}).value("A")
    assert said in caught.value.render()


_PART = "Content-Type: text/plain\n\ndiff --git a/x b/x\n"


def _nested(depth: int) -> bytes:
    text = _PART
    for number in range(depth):
        text = f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n{text}\n--b{number}--\n'
    return b"From: a@example.com\n" + text.encode()


def test_mails_with_nested_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"diff --git" in patch_text(_nested(20))
    monkeypatch.setattr("kpolicy.kernel.patch.MOST_PARTS", 10, raising=False)
    with pytest.raises(InputError, match="a mail of more than 10 parts"):
        patch_text(_nested(20))


def test_large_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.kernel.patch.MAX_ENCODED", 200, raising=False)
    plain = b"From: a@example.com\nSubject: x\n\n" + b"diff --git a/x b/x\n" * 50
    assert patch_text(plain) == plain
    with pytest.raises(InputError, match="larger than 200 bytes"):
        patch_text(b"Content-Transfer-Encoding: quoted-printable\n" + plain)
