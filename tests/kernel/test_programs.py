# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated build tools, by toolchain record."""

from __future__ import annotations

import dataclasses

import pytest

from kpolicy.kernel.toolchain import EmulatedProbes, Toolchain, parse_toolchain
from kpolicy.kernel.toolchain.programs.compilers import preprocess
from kpolicy.kernel.toolchain.programs.flags import compiler_accepts, compiler_knows, linker_accepts
from kpolicy.kernel.toolchain.programs.regex import compile_posix
from tests.kernel.memory import MemorySource

_FULL = dataclasses.replace(
    parse_toolchain("clang-19.1.7"),
    pahole_version=(1, 25),
    rustc_version=(1, 78, 0),
    rustc_llvm_version=(18, 1, 7),
    bindgen_version=(0, 65, 1),
    python_modules=frozenset({"lxml"}),
    refused_flags=frozenset({"-fbad", "-mtune=*", "--bad"}),
)


def _run(toolchain: Toolchain, command: str, files: dict[str, str] | None = None) -> str:
    answer = EmulatedProbes(toolchain, MemorySource(files or {})).shell(command, {"srctree": "."})
    assert answer.known, answer.why
    return answer.output


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("gcc --version | head -n 1", "gcc (GCC) 14.2.0"),
        ("gcc -dumpversion", "14.2.0"),
        ("gcc -Wa,--version -c -x assembler /dev/null", "GNU assembler (GNU Binutils) 2.50"),
        ("ld -v", "GNU ld (GNU Binutils) 2.50"),
        ("ld -v --pack-dyn-relocs=relr || echo no", "no"),
        ("ld -v -z pack-relative-relocs", "GNU ld (GNU Binutils) 2.50"),
        ("objcopy --version | head -n1 | grep -qv llvm && echo gnu", "gnu"),
        ("nm --help | head -n 1 | grep -qi llvm || echo gnu", "gnu"),
        ("gcc -Werror -mllvm -x; echo $?", "1"),
        ("gcc -Werror -mprofile-kernel; echo $?", "0"),
        ("gcc -Werror -m32 -E -x c /dev/null -o /dev/null && echo -m32", "-m32"),
        ("echo __XTENSA_CALL0_ABI__ | gcc -mabi=call0 -E -P - 2>/dev/null", "1"),
        ("echo __XTENSA_EB__ | gcc -E -P -", "__XTENSA_EB__"),
        ("clang --version; echo $?", "127"),
        ("rustc --version; command -v bindgen; echo $?", "127"),
        ("python3 -c 'import lxml' || echo none; python3 -c 'import sys, os.path' && echo own", "none own"),
        ("test -e $(gcc -print-file-name=plugin)/include/plugin-version.h && echo plugins", "plugins"),
        ("echo 'int x __attribute__((__counted_by__(y)));' | gcc -x c - -c -o /dev/null; echo $?", "1"),
    ],
)
def test_gcc(command: str, output: str) -> None:
    assert _run(parse_toolchain("gcc-14.2"), command) == output


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("clang --version", "clang version 19.1.7"),
        ("echo __clang_major__ | clang -E -x c - | tail -n 1", "19"),
        ("clang -fintegrated-as -Wa,--version -c -x assembler /dev/null; echo $?", "1"),
        ("ld.lld --version", "LLD 19.1.7 (compatible with GNU linkers)"),
        ("ld.lld -v --pack-dyn-relocs=relr >/dev/null; echo $?", "0"),
        ("ld.lld --bad || echo no", "no"),
        ("llvm-objcopy --version | head -n1", "llvm-objcopy, compatible with GNU objcopy"),
        ("llvm-nm --help | grep -ci llvm", "1"),
        ("clang -Werror -mprofile-kernel; echo $?", "1"),
        ("clang -fbad; echo $?; clang -mtune=power9; echo $?; clang -mcpu=power9; echo $?", "1 1 0"),
        ("clang -fsanitize=kcfi; echo $?", "0"),
        ("pahole --version", "v1.25"),
        ("rustc --version", "rustc 1.78.0"),
        ("rustc --version --verbose | grep -E 'LLVM.*[0-9]+'", "LLVM version: 18.1.7"),
        ("test -e $(rustc --print sysroot)/lib/rustlib/src/rust/library/core/src/lib.rs && echo core", "core"),
        ("bindgen --version workaround-for-0.69.0", "bindgen 0.65.1"),
        ("bindgen scripts/x_libclang.h 2>&1 >/dev/null | sed -nE 's:.*clang version ([0-9.]+).*:\\1:p'", "18.1.7"),
        ("python3 -c 'import lxml' && echo there", "there"),
        ("openssl list -key-managers | grep -q ML-DSA-87 || echo none", "none"),
        ("test -e $(clang -print-file-name=plugin)/include/plugin-version.h || echo none", "none"),
    ],
)
def test_clang_and_rust(command: str, output: str) -> None:
    assert _run(_FULL, command) == output


def test_a_script_of_the_tree_is_interpreted() -> None:
    script = """\
#!/bin/sh -e
# Says how old the compiler is, and checks it as the kernel's scripts do.
get() {
\tcat <<- EOF | "$@" -E -P -x c - 2>/dev/null
\t#if defined(__clang__)
\tClang __clang_major__
\t#elif defined(__GNUC__)
\tGCC __GNUC__ __GNUC_MINOR__
\t#endif
\tEOF
}
set -- $(get "$@")
min=$($(dirname $0)/min.sh)
[ "$2" -lt "$min" ] && exit 1
echo $1 $(($2 * 100 + $3))
"""
    files = {"scripts/v.sh": script, "scripts/min.sh": '#!/bin/sh\n[ "$SRCARCH" = s390 ] && echo 15 || echo 5\n'}
    probes = EmulatedProbes(parse_toolchain("gcc-14.2"), MemorySource(files))
    for srctree in (".", "/somewhere/linux", "../linux"):
        assert probes.shell("$srctree/scripts/v.sh gcc", {"srctree": srctree, "SRCARCH": "x86"}).output == "GCC 1402"
        assert probes.shell("$srctree/scripts/v.sh gcc", {"srctree": srctree, "SRCARCH": "s390"}).output == ""
    assert probes.shell("./scripts/none.sh", {"srctree": "."})[:3] == ("", True, "")


def test_scripts_before_5_12() -> None:
    """What the older scripts do, in words of our own: awk for the linker, one macro at a time for the compiler."""
    files = {
        "scripts/ld-version.sh": "#!/usr/bin/awk -f\n{ gsub(/x/, y) }\n",
        "scripts/gcc.sh": '#!/bin/sh\nM=$(echo __GNUC__ | $* -E -x c - | tail -n 1)\nprintf "%d%02d%02d\\\\n" $M 0 0\n',
        "scripts/plugin.sh": '#!/bin/sh\nout=$($1 -E -x c++ - -o /dev/null 2>&1 <<E\n#include "p.h"\n'
        "#if BUILDING_GCC_VERSION >= 4008 || defined(X)\n#warning $2 CXX\n#else\n#warning $1 CC\n#endif\nE\n)\n"
        'case "$out" in *"$2 CXX"*) echo $2;; esac\n',
    }
    dummy = Toolchain.dummy()
    assert _run(dummy, "scripts/dummy-tools/ld --version | scripts/ld-version.sh", files) == "250000000"
    assert _run(dummy, "echo 'GNU ld version 2.36.1-8' | scripts/ld-version.sh", files) == "236010000"
    assert _run(dummy, "scripts/gcc.sh scripts/dummy-tools/gcc", files) == "200000"
    assert _run(dummy, "scripts/plugin.sh gcc g++", files) == "g++"
    assert _run(dummy, "scripts/dummy-tools/gcc -Werror -E -x c /dev/null -o /dev/null; echo $?", files) == "0"
    assert _run(dummy, 'echo "$CC_VERSION_TEXT" | grep -q gcc || scripts/dummy-tools/gcc --version', files) != ""


def test_uname_is_the_same_everywhere() -> None:
    probes = EmulatedProbes(Toolchain.dummy(), MemorySource({}))
    command = 'echo "/lib/modules/$(uname --release)/.config $(uname -m)"'
    environment = {"KERNELVERSION": "5.4.0", "srctree": "."}
    assert probes.shell(command, environment).output == "/lib/modules/5.4.0/.config x86_64"
    assert probes.shell(command, {**environment, "KERNELVERSION": "5.4.1"}).output.startswith("/lib/modules/5.4.1/")


def test_preprocessor() -> None:
    text = (
        "#ifdef A\none A\n#else\ntwo\n#endif\n#if A > 2 && !defined B\nthree\n#elif defined(A)\nfour\n#endif\nplain\n"
    )
    assert preprocess(text, {"A": "3"}) == ("one 3\nthree\nplain\n", "")
    assert preprocess(text, {"A": "1"}) == ("one 1\nfour\nplain\n", "")
    assert preprocess(text, {}) == ("two\nplain\n", "")
    assert preprocess(text, {"A": "3"}, only_changed=True) == ("one 3\n", "")
    assert preprocess("#if (\nx\n#endif\n#elif\n#else\n#endif\n", {}) == ("", "")
    assert preprocess("#ifndef A\n#if 0\n#warning no\n#endif\n#warning yes\n#endif\n", {})[1].count("warning: ") == 1


def test_facts_about_flags() -> None:
    assert compiler_accepts("GCC", 12, "-ftrivial-auto-var-init=zero")
    assert not compiler_accepts("GCC", 11, "-ftrivial-auto-var-init=zero")
    assert compiler_accepts("Clang", 15, "-fzero-call-used-regs=used-gpr")
    assert compiler_accepts("GCC", 5, "-fanything")
    assert not compiler_knows("GCC", 14, "__attribute__((__counted_by__(x)))")
    assert compiler_knows("GCC", 5, "int x;")
    assert linker_accepts("LLD", (13, 0, 0), "--pack-dyn-relocs=relr")
    assert not linker_accepts("BFD", (2, 39, 0), "--compress-debug-sections=zstd")


@pytest.mark.parametrize(
    ("pattern", "extended", "text", "matches"),
    [
        ("a+", False, "a+", True),
        (r"a\+", False, "aa", True),
        ("a+", True, "aa", True),
        ("(b)", False, "(b)", True),
        (r"\(b\)\1", False, "bb", True),
        ("^*a", False, "*a", True),
        ("a$b", False, "a$b", True),
        ("[[:space:]]x", False, "\tx", True),
        ("[]x]", False, "]", True),
        ("[^]x]", False, "]", False),
        ("a{2}", True, "aa", True),
        (r"a\{2\}", False, "aa", True),
        (r"\<a\>", False, "b a c", True),
        ("a|b", True, "b", True),
        (r"a\|b", False, "b", True),
        ("x.y", False, "x\ny", True),
        (r"\.c$", True, "a.c", True),
    ],
)
def test_posix_expressions(pattern: str, extended: bool, text: str, matches: bool) -> None:
    assert bool(compile_posix(pattern, extended=extended).search(text)) == matches
