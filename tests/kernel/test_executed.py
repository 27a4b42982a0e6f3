# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes that are really run, with tools made for the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.errors import InputError
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain import ExecutedProbes, executed_environment, executed_identity
from kpolicy.kernel.version import KernelVersion

_PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def test_runs_in_a_folder_of_its_own() -> None:
    with ExecutedProbes() as probes:
        folder = Path(probes.shell("pwd", _PATH).output)
        assert folder.is_dir()
        assert folder != Path.cwd()
        probes.shell("echo x >left-over; mkdir d", _PATH)
        assert (folder / "left-over").is_file()
    assert not folder.exists()


def test_answers_as_conf_reads() -> None:
    with ExecutedProbes() as probes:
        assert probes.shell("printf 'a\\nb\\n\\n'; echo err >&2", _PATH)[:3] == ("a b", True, "")
        assert probes.shell("cat; echo $X-$HOME", {**_PATH, "X": "1"}).output == "1-"
        assert probes.shell("exit 3", _PATH).output == ""
        assert probes.shell("printf '\\377'", _PATH).output == "\udcff"
        assert probes.shell("nonsense_x || echo missing", _PATH).output == "missing"


def test_each_command_runs_once() -> None:
    with ExecutedProbes() as probes:
        command = "echo x >>count; grep -c x count"
        assert [probes.shell(command, _PATH).output for _ in range(3)] == ["1", "1", "1"]
        assert probes.shell(command, {**_PATH, "Y": ""}).output == "2"


def test_what_does_not_end_is_stopped() -> None:
    with ExecutedProbes(patience=0.2) as probes, pytest.raises(InputError, match="did not end within"):
        probes.shell("exec sleep 60", _PATH)


def test_what_cannot_be_run() -> None:
    with ExecutedProbes() as probes, pytest.raises(InputError, match="cannot be run"):
        probes.shell("echo \0", _PATH)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    for name, text in {
        "gcc": "echo 'gcc #1 (test) 9.8.7'; echo more",
        "clang": "echo 'clang version 19.1.7'",
        "cross-gcc": "echo 'cross-gcc 1.2.3'",
        "rustc": "echo 'rustc 1.80.0'",
    }.items():
        tool = tmp_path / "bin" / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(f"#!/bin/sh\n{text}\n")
        tool.chmod(0o755)
    script = tmp_path / "tree" / "scripts" / "pahole-version.sh"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\necho 125\n")
    script.chmod(0o755)
    return tmp_path


def _environment(tools: Path, variables: dict[str, str]) -> dict[str, str]:
    process = {"PATH": f"{tools}/bin:/usr/bin:/bin", "HOME": "/home/x", "CC": "not-this-one"}
    with ExecutedProbes() as probes:
        return executed_environment(
            f"{tools}/tree", KernelVersion(6, 12, 1), Architecture("x86_64", "x86"), probes, variables, process
        )


def test_the_environment_is_that_of_make(tools: Path) -> None:
    environment = _environment(tools, {})
    assert (environment["CC"], environment["LD"], environment["CPP"]) == ("gcc", "ld", "gcc -E")
    assert environment["CC_VERSION_TEXT"] == "gcc 1 (test) 9.8.7"
    assert environment["RUSTC_VERSION_TEXT"] == "rustc 1.80.0"
    assert environment["PAHOLE_VERSION"] == "125"
    assert (environment["HOME"], environment["srctree"]) == ("/home/x", f"{tools}/tree")
    assert not {"CLANG_FLAGS", "CROSS_COMPILE"} & set(environment)


def test_variables_of_the_command_line(tools: Path) -> None:
    environment = _environment(tools, {"CROSS_COMPILE": "cross-", "LD": "my-ld", "NONSENSE": "x", "PAHOLE": "p"})
    assert (environment["CC"], environment["LD"], environment["NM"]) == ("cross-gcc", "my-ld", "cross-nm")
    assert environment["CC_VERSION_TEXT"] == "cross-gcc 1.2.3"
    assert environment["CROSS_COMPILE"] == "cross-"
    assert "NONSENSE" not in environment


def test_llvm(tools: Path) -> None:
    environment = _environment(tools, {"LLVM": "1"})
    assert (environment["CC"], environment["LD"], environment["HOSTCXX"]) == ("clang", "ld.lld", "clang++")
    assert environment["CLANG_FLAGS"].startswith("--target=x86_64-linux-gnu -fintegrated-as")
    assert _environment(tools, {"LLVM": "-15"})["AR"] == "llvm-ar-15"
    assert _environment(tools, {"LLVM": "/opt/"})["LD"] == "/opt/ld.lld"
    environment = _environment(tools, {"CC": "clang", "LLVM_IAS": "0"})
    assert "-fno-integrated-as" in environment["CLANG_FLAGS"]
    assert environment["LD"] == "ld"


def test_identity(tools: Path) -> None:
    plain, cross = _environment(tools, {}), _environment(tools, {"CROSS_COMPILE": "cross-"})
    assert executed_identity(plain).startswith("exec (gcc 1 (test) 9.8.7) ")
    assert executed_identity(plain) == executed_identity(dict(reversed(plain.items())))
    assert executed_identity(plain) != executed_identity(cross)
