# SPDX-License-Identifier: GPL-2.0-or-later
"""Texts of every kind that kpolicy reads, damaged or made of pieces; the same again from the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from kpolicy.demo import demo_tree
from kpolicy.policy.files.shipped import SHIPPED, shipped_text
from tests.kconfig.generate import config, kconfig
from tests.kernel.shell_cases import CASES

_BROKEN: Final = Path(__file__).parent.parent / "policy_files" / "broken"
_ODD: Final = [
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b"\r\n",
    b"\n",
    b"\n\n",
    b"\t",
    b"\\\n",
    b"\\",
    b'"',
    b"'",
    b"`",
    b"$",
    b"$(",
    b"${",
    b")",
    b"(",
    b"{",
    b"}",
    b"[",
    b"]",
    b"=",
    b"#",
    b"!",
    b"&&",
    b"||",
    b",",
    b";",
    b"*",
    b"?",
    b"%",
    b"~",
    b"9" * 30,
    b"9" * 5000,
    b"0x" + b"f" * 5000,
    b"-",
    b"+",
    b"(" * 300,
    b"!" * 300,
    b"a" * 3000,
    b"\xe2\x80\xa8",
]
_KCONFIG: Final = [
    "config A\n",
    "menuconfig B\n",
    "choice\n",
    "choice NAME\n",
    "endchoice\n",
    'menu "m"\n',
    "endmenu\n",
    "if A\n",
    "endif\n",
    'comment "c"\n',
    'source "Kconfig.more"\n',
    'source "Kconfig"\n',
    'source "$(X)"\n',
    'mainmenu "t"\n',
    "\tbool\n",
    '\tbool "b"\n',
    '\ttristate "t" if B\n',
    '\tint "i"\n',
    "\thex\n",
    '\tstring "s"\n',
    "\tdef_bool y\n",
    "\tdef_tristate m if A\n",
    "\tdefault A\n",
    '\tdefault "x" if B = "y"\n',
    "\tdefault 5\n",
    "\tdepends on A && !B || C = m\n",
    "\tdepends on A if B\n",
    "\tselect C if A\n",
    "\tselect A\n",
    "\timply B\n",
    "\trange 1 A\n",
    "\trange 0x1 0xffffffffffffffffff\n",
    "\tmodules\n",
    "\toptional\n",
    "\ttransitional\n",
    "\tvisible if A\n",
    "\thelp\n",
    "\t  words\n",
    '\toption env="X"\n',
    "\toption modules\n",
    "config C\n",
    "V := $(shell,echo y)\n",
    "V += $(V)$(V)\n",
    "W = $(V)\n",
    "f = $(f,$(1)x)\n",
    "\tdefault $(W)\n",
    "\tdef_bool $(f,y)\n",
    "$(error-if,$(W),no)\n",
    "$(warning-if,y,careful)\n",
    "$(info,x)\n",
    '\tprompt "p" if $(shell,false)\n',
    "---help---\n",
    "\tdefault $(shell,cat Kconfig)\n",
    "\tdepends on $(success,test -e x)\n",
    "\tdefault A < B\n",
    "\tdefault '\n",
    "# c\n",
]
_SHELL: Final = [
    "echo x",
    "echo $((",
    "))",
    "1+",
    "$x",
    "${x",
    "%%",
    "##",
    ":-",
    "}",
    "$(",
    ")",
    "`",
    '"',
    "'",
    "\\",
    "\n",
    ";",
    ";;",
    "&&",
    "||",
    "|",
    "!",
    "{ ",
    "; }",
    "( ",
    "if true; then ",
    "; fi",
    "while :; do ",
    "; done",
    "for i in a b; do ",
    "case x in ",
    "*) ",
    " esac",
    "f() { ",
    "f",
    "x=$x$x",
    "set -- $x $x",
    "shift 3",
    "eval ",
    "exec ",
    ". ",
    "read x",
    "cat text",
    "cat",
    "head -n 2",
    "tail -c 3",
    "grep -E '(a+)+$'",
    "grep -v [z-a]",
    r"sed -e 's/\(a\)/\2/g'",
    "sed -n '2,$p'",
    "sed 's/",
    "awk '{ print $9 }'",
    "awk -F. '/(/'",
    "cut -d. -f 2-",
    "tr a-z A-Z",
    "tr '[:upper:]' x",
    "sort -nu",
    "uniq",
    "wc -l",
    "expr 1 / 0",
    "env -i",
    "mktemp",
    "printf '%s %9999d %b'",
    "printf %*d 5",
    "test -e",
    "[ 1 -lt",
    "]",
    "gcc -E -",
    "ld -v",
    "uname -m",
    "<<E\nx\nE\n",
    ">f",
    "2>&1",
    "<text",
    "0<&-",
    " ",
    "exit 3",
    "return",
    "break 9",
    "trap 'echo t' EXIT",
    "export x=1",
    "local y",
    "unset x",
    "*",
    "?",
    "[a-",
]
_CONFIG: Final = [
    "CONFIG_NET=y\n",
    "CONFIG_DEBUG_VM=m\n",
    "# CONFIG_KASAN is not set\n",
    "CONFIG_LOG_BUF_SHIFT=17\n",
    'CONFIG_LOCALVERSION="x\\""\n',
    "CONFIG_LOG_BUF_SHIFT=0x",
    "CONFIG_",
    "=",
    " is not set",
    "# ",
    "CONFIG_MODULES=y\n",
    "# Linux/x86 6.12.0 Kernel Configuration\n",
    "# Linux/\\ \xff Kernel Configuration\n",
    "# Automatically generated file; DO NOT EDIT.\n",
    'CONFIG_CC_VERSION_TEXT="gcc"\n',
    "CONFIG_GCC_VERSION=140200\n",
    "CONFIG_LOG_BUF_SHIFT=" + "9" * 5000 + "\n",
    "CONFIG_A=y # c\n",
    " CONFIG_B=y\n",
    "export CONFIG_C=y\n",
    "CONFIG_X=n\n",
    "CONFIG_config=y\n",
    "CONFIG_if=y\n",
    "CONFIG_y=y\n",
    'CONFIG_CMDLINE="slub_debug=FZ kasan=off init="\n',
]
_POLICY: Final = [
    "[rules]\n",
    "[[override]]\n",
    "[[waiver]]\n",
    "[roles]\n",
    "[roles.reading]\n",
    "[toolchain]\n",
    "extends = ",
    '"production"\n',
    "fail_on = ",
    "require = ",
    '["tree:x"]\n',
    "rules.kasan = ",
    '"off"\n',
    "{ enabled = true }\n",
    "parameters.x = 1\n",
    "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z = 1\n",
    "x = " + "9" * 5000 + "\n",
    "x = " + "[" * 2000 + "\n",
    '"""',
    "'''",
    "= 1979-05-27T07:32:00Z\n",
    "= nan\n",
    "[",
    "]",
    "{",
    "}",
    "\\u0000",
    "\\ud800",
    "#",
    "\n",
    '"',
    "'",
    'config = "**"\n',
    'rule = "*/*"\n',
    'symbol = "X"\n',
    'reason = "r"\n',
    'owner = "o"\n',
    "expires = 2026-13-45\n",
    'severity = "error"\n',
]
_PATCH: Final = [
    "From: a@example.com\n",
    "Subject: [PATCH] x\n",
    "MIME-Version: 1.0\n",
    "Content-Transfer-Encoding: base64\n",
    "Content-Transfer-Encoding: quoted-printable\n",
    "Content-Transfer-Encoding: x-uuencode\n",
    'Content-Type: text/plain; charset="x"\n',
    'Content-Type: multipart/mixed; boundary="b"\n',
    "Content-Type: message/rfc822\n",
    "--b\n",
    "--b--\n",
    "\n",
    "diff --git a/x b/x\n",
    "--- a/x\n",
    "+++ b/x\n",
    "@@ -1 +1 @@\n",
    "-a\n",
    "+b\n",
    "index 1234567..89abcde 100644\n",
    "ZGlmZiAtLWdpdCBhL3ggYi94Cg==\n",
    "=3D=\n",
    "=\n",
    "=ZZ\n",
    "begin 644 x\n",
    "end\n",
    "Content-Type: multipart/\xff; boundary*0=b\n",
    "Content-Type: ;;;\n",
    " folded\n",
]


@cache
def _demo(pattern: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(demo_tree().rglob(pattern)) if path.is_file())


def _kconfig(chance: random.Random) -> bytes:
    draw = chance.random()
    if draw < 0.2:
        return _pieces(chance, _KCONFIG, 40)
    text = kconfig(chance, chance.random() < 0.5) if draw < 0.7 else chance.choice(_demo("Kconfig*")).decode()
    # Lines in places where they are mostly allowed, and mostly odd.
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randrange(5)):
        at = chance.randrange(len(lines) + 1)
        lines[at : at + chance.randrange(2)] = [chance.choice(_KCONFIG)]
    return "".join(lines).encode()


_COMMANDS: Final = [
    "cat text",
    "cat",
    "echo $x",
    "echo a.b-1.2",
    "printf '%s %d\\n' $x 3",
    "printf %*d 5 7",
    "head -n 2 text",
    "tail -c 9",
    "wc -l",
    "uniq",
    "sort -nu",
    "sort text text",
    "tr a-z A-Z",
    "tr z-a x",
    "tr -d '[:space:]'",
    "tr -s",
    "cut -d. -f 2-",
    "cut -c 5-1",
    "cut -f 1,9999999999",
    "grep -E '(a|b)+$' text",
    "grep -c [z-a]",
    "grep -o '\\(a\\)\\1'",
    "grep -wx a",
    "grep -e",
    "sed -n '2,$p'",
    "sed -e 's/\\(a\\)/\\2/g'",
    "sed 's/[z-a]//'",
    "sed y/ab/ba/",
    "sed '/a/,/b/{p;d}'",
    "sed s/a/b/9999999999999999999999",
    "sed 5q text",
    "awk '{ print $9 }'",
    "awk -F. '{ print $NF, NR }' text",
    "awk -F'(' '{ print $1 }'",
    "awk 'NR == 2'",
    "awk 'BEGIN { RS = \"\" } /a/'",
    "expr 7 / 2",
    "expr $x + 1",
    "expr 1 / 0",
    "test -e text",
    "[ $x -lt 3 ]",
    "[ 1 -eq 99999999999999999999 ]",
    "read x y",
    "shift 9",
    "set -- $x $x",
    "eval echo $x",
    "x=$x$x",
    "echo ${x%%[z-a]*}",
    "echo ${x#*.}",
    "echo ${#x} ${y:-z} ${y?gone}",
    "echo $((7 / 0)) $((x))",
    "echo $((1 << 99))",
    "exit 3",
    "./s.sh a b",
    "sh -c 'echo $0 $1' a b",
    ". s.sh",
    "gcc -E -",
    "ld -v",
    "uname -r",
    "mktemp",
    "mkdir d && test -d d",
    "basename a/b.c .c",
    "dirname /",
    "env -u x ./s.sh",
    "command -v gcc",
    "trap 'echo t' EXIT",
    "local y",
    "unset x",
    "return 4",
    "break",
    "cd /",
    "pwd",
    "touch f",
]


def _command(chance: random.Random, depth: int = 0) -> str:
    draw = chance.random()
    if depth > 2 or draw < 0.6:
        return chance.choice(_COMMANDS)
    inner, other = _command(chance, depth + 1), _command(chance, depth + 1)
    forms = (
        f"{inner} | {other}",
        f"{inner}; {other}",
        f"{inner} && {other}",
        f"{inner} || {other}",
        f"{{ {inner}; }}",
        f"( {inner} )",
        f"if {inner}; then {other}; fi",
        f"for i in a $x; do {inner}; done",
        f"case $x in a*|[z-a]) {inner};; *) {other};; esac",
        f"x=$({inner}); {other}",
        f"x=`{inner}`",
        f"f() {{ {inner}; }}; f a",
        f"! {inner}",
        f"{inner} >f; cat f",
        f"{inner} <text",
        f"while {inner}; do {other}; break; done",
        f"{inner} 2>&1 >/dev/null",
        f"cat <<E | {other}\n$x {inner}\nE\n",
    )
    return chance.choice(forms)


def _probe(chance: random.Random) -> bytes:
    draw = chance.random()
    if draw < 0.2:
        return chance.choice(CASES)[0].encode()
    return _command(chance).encode() if draw < 0.8 else _pieces(chance, _SHELL, 12, " ")


def _config(chance: random.Random) -> bytes:
    draw = chance.random()
    if draw < 0.3:
        return config(chance)
    return chance.choice(_demo("*defconfig")) if draw < 0.6 else _pieces(chance, _CONFIG, 20)


@cache
def _policies() -> tuple[bytes, ...]:
    shipped = [shipped_text(name).encode() for name in SHIPPED]
    return (*shipped, *(path.read_bytes() for path in sorted(_BROKEN.glob("*.toml"))))


def _policy(chance: random.Random) -> bytes:
    return chance.choice(_policies()) if chance.random() < 0.5 else _pieces(chance, _POLICY, 14)


def _patch(chance: random.Random) -> bytes:
    return _pieces(chance, _PATCH, 20)


def _pieces(chance: random.Random, pieces: list[str], most: int, between: str = "") -> bytes:
    chosen = [chance.choice(pieces) for _ in range(chance.randint(1, most))]
    return between.join(chosen).encode("latin-1")


_MAKERS: Final[Mapping[str, Callable[[random.Random], bytes]]] = {
    "kconfig": _kconfig,
    "probe": _probe,
    "config": _config,
    "policy": _policy,
    "patch": _patch,
}
KINDS: Final = tuple(_MAKERS)


def text_of(kind: str, seed: int) -> bytes:
    """The text of a kind with a number: as it was made, or damaged in up to six places."""
    chance = random.Random(f"{kind} {seed}")
    text = _MAKERS[kind](chance)
    for _ in range(chance.randrange(7)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 0, 1, 1, 4, 40)))
        middle = chance.choice((b"", chance.choice(_ODD), text[start:end] * chance.choice((2, 50))))
        text = text[:start] + middle + text[end:]
    return text
