# SPDX-License-Identifier: GPL-2.0-or-later
"""Every $(shell,...) of real trees: what /bin/sh prints with scripts/dummy-tools is what is emulated."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import EmulatedProbes, Toolchain, build_environment, parse_toolchain
from kpolicy.kernel.toolchain.probes import as_conf_reads
from kpolicy.kernel.version import read_version
from tests.kernel.probe_commands import probe_commands

pytestmark = pytest.mark.trees

# powerpc's gcc-check-*.sh have a race: under pipefail they fail when `grep -q` leaves before the compiler has
# written its last line, or the compiler before its input is written.  A busy machine loses it often.
_TRIES = 50


def _environment(tree: DirectorySource, word: str, toolchain: Toolchain) -> dict[str, str]:
    architecture = resolve_architecture(tree, word)
    return build_environment(str(tree.root), read_version(tree), architecture, toolchain)


def _collect(tree: DirectorySource, word: str, toolchain: Toolchain, probes: EmulatedProbes) -> list[str]:
    environment = _environment(tree, word, toolchain)
    srcarch = resolve_architecture(tree, word).srcarch
    return probe_commands(tree, srcarch, environment, lambda command: probes.shell(command, environment).output)


def _really_run(command: str, environment: dict[str, str], folder: Path, tree: DirectorySource) -> str:
    """As conf would run it: in a folder outside of the tree, with the dummy tools by their absolute path.

    python3 is shadowed by one that has no modules, because the emulated one has none.
    """
    tools = f"{tree.root}/scripts/dummy-tools/"
    real = {name: value.replace("scripts/dummy-tools/", tools) for name, value in environment.items()}
    real["PATH"] = f"{folder}:/usr/bin:/bin"
    python = folder / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    result = subprocess.run(
        ["/bin/sh", "-c", re.sub(r"(?<![/\w])scripts/dummy-tools/", tools, command)],
        cwd=folder,
        env=real,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return as_conf_reads(result.stdout.decode())


# A tree has some hundred different commands; most are the same for all architectures, and are run once.
@pytest.mark.slow
def test_sh_agrees_on_every_probe(tree: DirectorySource, tmp_path: Path) -> None:
    if not tree.is_file("scripts/dummy-tools/gcc"):
        pytest.skip("a tree without scripts/dummy-tools: there is nothing to compare with")
    toolchain = Toolchain.dummy()
    probes = EmulatedProbes(toolchain, tree)
    done: set[str] = set()
    different = []
    for srcarch in architectures(tree):
        environment = _environment(tree, srcarch, toolchain)
        for command in _collect(tree, srcarch, toolchain, probes):
            # The compiler's minimum version depends on the architecture.
            key = command if "version.sh" not in command else f"{srcarch} {command}"
            if key in done:
                continue
            done.add(key)
            answer = probes.shell(command, environment)
            for _ in range(_TRIES):
                real = _really_run(command, environment, tmp_path, tree)
                if real == answer.output:
                    break
            if (answer.output, answer.known) != (real, True):
                different.append((srcarch, command, real, answer))
    assert different == []
    # Fewer would mean that the collector no longer reads the tree.
    assert len(done) > 200


@pytest.mark.parametrize("word", ["dummy", "gcc-14.2", "clang-19.1"])
def test_no_probe_is_unknown(tree: DirectorySource, word: str) -> None:
    toolchain = parse_toolchain(word)
    probes = EmulatedProbes(toolchain, tree)
    for srcarch in architectures(tree):
        environment = _environment(tree, srcarch, toolchain)
        commands = _collect(tree, srcarch, toolchain, probes)
        assert [c for c in commands if not probes.shell(c, environment).known] == []


@pytest.mark.parametrize(
    ("word", "compiler", "assembler", "linker"),
    [
        ("dummy", "GCC 200000", "GNU 25000", "BFD 25000"),
        ("gcc-14.2", "GCC 140200", "GNU 25000", "BFD 25000"),
        ("clang-19.1.7", "Clang 190107", "LLVM 0", "LLD 190107"),
        # Too old for any tree since 5.4: the scripts say nothing, and Kconfig stops with an error.
        ("gcc-4.5", "", "GNU 25000", "BFD 25000"),
    ],
)
def test_version_scripts(tree: DirectorySource, word: str, compiler: str, assembler: str, linker: str) -> None:
    if not tree.is_file("scripts/cc-version.sh"):
        pytest.skip("a tree with the older version scripts")
    toolchain = parse_toolchain(word)
    probes = EmulatedProbes(toolchain, tree)
    environment = _environment(tree, "x86", toolchain)
    for script, words, output in (
        ("cc-version.sh", "$CC", compiler),
        ("as-version.sh", "$CC $CLANG_FLAGS", assembler),
        ("ld-version.sh", "$LD", linker),
        ("pahole-version.sh", "$PAHOLE", "9999"),
    ):
        assert probes.shell(f"$srctree/scripts/{script} {words}", environment).output == output


def test_emulated_dummy_gcc_is_the_one_of_the_tree(tree: DirectorySource) -> None:
    """What stands in where a tree has no dummy-tools answers as those of real trees do."""

    class WithoutDummyTools(DirectorySource):
        def is_file(self, path: str) -> bool:
            return not path.startswith("scripts/dummy-tools") and super().is_file(path)

    toolchain = Toolchain.dummy()
    environment = _environment(tree, "x86", toolchain)
    scripts, emulated = EmulatedProbes(toolchain, tree), EmulatedProbes(toolchain, WithoutDummyTools(tree.root))
    for command in (
        "$CC --version",
        "$CC -Wa,--version -c -x assembler-with-cpp /dev/null -o /dev/null",
        "$CC -c -x c /dev/null -o a.o; echo $?",
        "$CC -D__SIZEOF_INT128__=0 -c -x c /dev/null; echo $?",
        "printf 'GCC __GNUC__ __GNUC_MINOR__ __GNUC_PATCHLEVEL__\\nother\\n' | $CC -E -P -x c -",
        "echo __LONG_DOUBLE_128__ | $CC -E -P -",
        "echo __XTENSA_EB__ | $CC -E -P -",
        "$CC -S -fstack-protector -",
        "$CC -S -fstack-protector -mstack-protector-guard-reg=fs -",
        "echo x | $CC -S -m64 -mlittle-endian -mprofile-kernel -",
        "echo notrace | $CC -S -m64 -mlittle-endian -mprofile-kernel -",
        "$LD -v",
        "$LD --version --flag; $LD --flag; echo $?",
        "$NM --help; $OBJCOPY --version",
        "$PAHOLE --version",
        "$AR --version || echo $?",
        "test -e $($CC -print-file-name=plugin)/include/plugin-version.h && echo there",
    ):
        assert emulated.shell(command, environment) == scripts.shell(command, environment), command


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_sets_the_same_variables(tree: DirectorySource, tmp_path: Path) -> None:
    if not tree.is_file("scripts/dummy-tools/gcc"):
        pytest.skip("a tree without scripts/dummy-tools")
    # A makefile that includes the tree's own variables, but none of its rules: make writes nothing.
    text = Path(tree.root, "Makefile").read_text()
    start = text.index("# Make variables (CC, etc...)")
    variables = text[start : text.index("CHECKFLAGS", start)]
    names = ["CC", "CPP", "LD", "AR", "NM", "OBJCOPY", "OBJDUMP", "READELF", "STRIP", "AWK", "PERL", "PYTHON3", "LEX"]
    shown = "\n".join(f"$(info {name}=$({name}))" for name in names)
    (tmp_path / "Makefile").write_text(f"{variables}\n{shown}\nall:;@:\n")
    command = ["make", "-s", "CROSS_COMPILE=scripts/dummy-tools/"]
    output = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    environment = _environment(tree, "x86", Toolchain.dummy())
    assert output.splitlines() == [f"{name}={environment[name]}" for name in names]
