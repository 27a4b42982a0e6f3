# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that conf does not read as they are written, and files that are no config, as every command sees them."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from kpolicy.cli import status
from tests.cli.support import Outcome, append, copy_of_demo, kpolicy

_RULE = "config/unreadable-line"
_HEADER = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 {} Kernel Configuration\n#\n"


def _findings(outcome: Outcome, rule: str = _RULE) -> list[tuple[str, int, str, tuple[str, ...]]]:
    """Severity, line, symbol and remedy of the findings of a rule."""
    return [
        (item["severity"], item["location"]["line"], item["symbol"], tuple(item["remedy"]))
        for config in outcome.json["configs"]
        for item in config["findings"]
        if item["rule"] == rule
    ]


def _write(folder: Path, *lines: str) -> Path:
    path = folder / "some.config"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("line", "better"),
    [
        (" CONFIG_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("\tCONFIG_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("\u00a0CONFIG_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("export CONFIG_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("> CONFIG_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("\ufeffCONFIG_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("CONFIG_PAGE_OWNER = y", "CONFIG_PAGE_OWNER=y"),
        ("CONFIG_PAGE_OWNER =yes # for leaks", "CONFIG_PAGE_OWNER=y"),
        ("CONFIG_PAGE_OWNER:=y", "CONFIG_PAGE_OWNER=y"),
        ("CONFIG_PAGE_OWNER: y", "CONFIG_PAGE_OWNER=y"),
        ("CONFIG_PAGE_OWNER y", "CONFIG_PAGE_OWNER=y"),
        ("config_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("#CHECK#CONFIG_PAGE_OWNER=y", "CONFIG_PAGE_OWNER=y"),
        ("# CONFIG_VMAP_STACK is not set # why", "# CONFIG_VMAP_STACK is not set"),
        ("# CONFIG_VMAP_STACK is not set ", "# CONFIG_VMAP_STACK is not set"),
        ("#CONFIG_VMAP_STACK is not set", "# CONFIG_VMAP_STACK is not set"),
        ("#  CONFIG_VMAP_STACK is not set", "# CONFIG_VMAP_STACK is not set"),
        ("# CONFIG_VMAP_STACK  is not set", "# CONFIG_VMAP_STACK is not set"),
        ("# CONFIG_VMAP_STACK is\u00a0not set", "# CONFIG_VMAP_STACK is not set"),
        (" # CONFIG_VMAP_STACK is not set", "# CONFIG_VMAP_STACK is not set"),
        ("CONFIG_VMAP_STACK is not set", "# CONFIG_VMAP_STACK is not set"),
        ("# CONFIG_VMAP_STACK=n", "# CONFIG_VMAP_STACK is not set"),
    ],
)
def test_a_request_that_is_lost(demo: Path, tmp_path: Path, line: str, better: str) -> None:
    symbol = "PAGE_OWNER" if "PAGE_OWNER" in line else "VMAP_STACK"
    before = ["CONFIG_DEBUG_KERNEL=y", ""]
    path = _write(tmp_path, *before, line)
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", path, "-o", "json")
    assert _findings(outcome) == [("warning", 3, symbol, (better,))]
    assert outcome.err == "", "said once, as a finding"
    # The remedy is what it asks for: with it there is no such finding.
    path = _write(tmp_path, *before, better)
    assert not _findings(kpolicy("check", "--tree", demo, "--arch", "x86", path, "-o", "json"))


@pytest.mark.parametrize(
    "line",
    [
        "# a comment",
        "#CONFIG_PAGE_OWNER=y",
        "# CONFIG_PAGE_OWNER=y",
        "## CONFIG_DEBUG_KERNEL is not set",
        "# # CONFIG_DEBUG_KERNEL is not set",
        "#CONFIG_DEBUG_KERNEL=n",
        "# with CONFIG_DEBUG_KERNEL is not set in mind",
        "# CONFIG_PAGE_OWNER is not set # and is not",
        "#CHECK#CONFIG_DEBUG_KERNEL=y",
        "# CONFIG_NO_SUCH_THING is not set # why",
        " # an indented comment",
        "\t",
        'CONFIG_LOCALVERSION="-x" ',
    ],
)
def test_what_is_only_a_comment(demo: Path, tmp_path: Path, line: str) -> None:
    outcome = kpolicy(
        "check", "--tree", demo, "--arch", "x86", _write(tmp_path, "CONFIG_DEBUG_KERNEL=y", line), "-o", "json"
    )
    assert not _findings(outcome)


@pytest.mark.parametrize(
    "line", ["CONFIG_DEBUG_KERNEL=yes", "CONFIG_DEBUG_KERNEL=y # why", 'CONFIG_LOCALVERSION="a"b"']
)
def test_a_value_of_which_only_the_beginning_is_read(demo: Path, tmp_path: Path, line: str) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", _write(tmp_path, line), "-o", "json")
    found = _findings(outcome)
    assert [item[:2] for item in found] == [("note", 1)]
    assert re.fullmatch(r'CONFIG_DEBUG_KERNEL=y|CONFIG_LOCALVERSION="a"', found[0][3][0])


def test_a_line_in_small_letters(demo: Path, tmp_path: Path) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", _write(tmp_path, "config_page_owner=y"), "-o", "json")
    assert _findings(outcome) == [("warning", 1, "PAGE_OWNER", ("CONFIG_PAGE_OWNER=y",))]


def test_a_line_without_a_value_asks_for_none(demo: Path, tmp_path: Path) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", _write(tmp_path, "CONFIG_PAGE_OWNER", "CONFIG_NET=y"))
    assert "(no value): CONFIG_PAGE_OWNER is n [config/unreadable-line]\n" in outcome.out
    assert "requested" not in outcome.out


def test_lines_without_a_name_are_one_finding(demo: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "CONFIG_NET=y", "CONFIG_DEBUG_KERNEL=y", "<<<<<<< HEAD", "=======", "CONFIG_MODULES=y")
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", path, "-o", "json")
    assert _findings(outcome) == [("warning", 3, "", ())]
    assert outcome.err == ""


def test_every_format_takes_a_finding_without_a_symbol(demo: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "CONFIG_NET=y", "nonsense")
    for form in ("text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "ktap", "markdown", "csv", "html"):
        outcome = kpolicy("check", "--tree", demo, "--arch", "x86", path, "-o", form)
        assert (outcome.status, outcome.err) == (status.FINDINGS, "")
        assert _RULE in outcome.out
    saved = tmp_path / "saved.json"
    kpolicy("check", "--tree", demo, "--arch", "x86", path, "-o", f"json:{saved}")
    assert _RULE in kpolicy("report", saved).out


def test_without_a_tree(tmp_path: Path) -> None:
    path = _write(tmp_path, *_HEADER.format("6.12.1").splitlines(), "CONFIG_NET=y", " CONFIG_PAGE_OWNER=y")
    assert _findings(kpolicy("check", path, "-o", "json")) == [("warning", 6, "PAGE_OWNER", ("CONFIG_PAGE_OWNER=y",))]


@pytest.mark.parametrize("first", ["\ufeff#", "\ufeff# by hand", "\ufeff"])
def test_a_byte_order_mark_before_a_line_that_requests_nothing(demo: Path, tmp_path: Path, first: str) -> None:
    path = _write(tmp_path, first, "CONFIG_NET=y")
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "-o", "json", path)
    assert _findings(outcome) == [("note", 1, "", ())]
    # The finding says what conf says.
    assert "unexpected data" not in outcome.err + outcome.out


def test_audit_and_check_patch_have_it(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    line = append(tree / "arch/x86/configs/x86_64_defconfig", " CONFIG_PAGE_OWNER=y\n")
    found = _findings(kpolicy("audit", tree, "--arch", "x86", "-o", "json"))
    assert ("warning", line, "PAGE_OWNER", ("CONFIG_PAGE_OWNER=y",)) in found


def test_fix_writes_the_line_that_was_meant(demo: Path, tmp_path: Path) -> None:
    path = _write(
        tmp_path, "CONFIG_NET=y", " CONFIG_MODULES=y", "# CONFIG_VMAP_STACK is not set # why", "\ufeffnonsense"
    )
    outcome = kpolicy("fix", "--tree", demo, "--arch", "x86", path, "--write", "--rule", _RULE)
    assert "not fixed: conf ignores this line" in outcome.err
    text = path.read_text()
    assert "\nCONFIG_MODULES=y\n" in text
    assert "nonsense" in text, "what nobody understands is not deleted"
    assert outcome.status == status.FINDINGS


def test_fix_never_deletes_a_request_that_is_not_read(demo: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "CONFIG_DEBUG_KERNEL=y", " CONFIG_DEBUG_VM=y")
    outcome = kpolicy("fix", "--tree", demo, "--arch", "x86", path, "--rule", _RULE)
    # The corrected line would bring debug-vm/in-production.
    assert "- CONFIG_DEBUG_VM=y" not in outcome.out
    assert "not fixed" in outcome.err


@pytest.mark.parametrize(("wrong", "right"), [("yes ", "y"), ('"y"', "y"), (" y", "y"), ("Y", "y")])
def test_fix_corrects_a_value(demo: Path, tmp_path: Path, wrong: str, right: str) -> None:
    path = _write(tmp_path, f"CONFIG_MODULES={wrong}")
    outcome = kpolicy("fix", "--tree", demo, "--arch", "x86", path, "--fail-on", "note", "--rule", "config/*")
    assert f"+CONFIG_MODULES={right}" in outcome.out


def test_explain_tells_of_a_line_about_its_symbol(demo: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "CONFIG_NET=y", " CONFIG_PAGE_OWNER=y")
    outcome = kpolicy("explain", "PAGE_OWNER", "--tree", demo, "--arch", "x86", "--config", path)
    assert f"{path}:2: warning: conf ignores this line" in outcome.err
    assert kpolicy("explain", "NET", "--tree", demo, "--arch", "x86", "--config", path).err == ""


def test_diff_has_it_as_a_gained_finding(demo: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("CONFIG_MODULES=y\n")
    new.write_text("CONFIG_MODULES=y\n CONFIG_PAGE_OWNER=y\n")
    outcome = kpolicy("diff", "--tree", demo, "--arch", "x86", old, new)
    assert _RULE in outcome.out


def test_expand_warns_as_conf_does(demo: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "CONFIG_NET=y", " CONFIG_PAGE_OWNER=y", "#CONFIG_NET is not set")
    outcome = kpolicy("expand", "--tree", demo, "--arch", "x86", path)
    assert outcome.err == f"{path}:2: warning: unexpected data:  CONFIG_PAGE_OWNER=y\n"


@pytest.mark.parametrize(
    "line",
    [
        "# CONFIG_NET is not set # why",
        "#CONFIG_NET is not set",
        " CONFIG_NET=y",
        "export CONFIG_NET=y",
        "CONFIG_NET = y",
    ],
)
def test_a_requirement_that_conf_does_not_read(demo: Path, tmp_path: Path, line: str) -> None:
    path = _write(tmp_path, line)
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "defconfig", "--require", path)
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert f"{path}:1: error: conf ignores this line" in outcome.err


def test_a_requirement_of_a_longer_word(demo: Path, tmp_path: Path) -> None:
    required = tmp_path / "required"
    required.write_text("CONFIG_DEBUG_KERNEL=yes\n")
    path = _write(tmp_path, "CONFIG_DEBUG_KERNEL=y")
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", path, "--require", required, "--terse")
    assert "required/" not in outcome.out


def test_remarks_of_lines_that_a_patch_does_not_touch(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    path = tree / "arch/x86/configs/x86_64_defconfig"
    append(path, "CONFIG_NET=y\nCONFIG_NET=y\n")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", tree, *words], check=True)
    append(path, "CONFIG_SHOWN=y\n")
    outcome = kpolicy("audit", tree, "--arch", "x86", "--since", "HEAD", "--terse")
    assert "override:" not in outcome.err
    assert "duplicate" not in outcome.out


_FORMATS: dict[str, tuple[bytes, str]] = {
    "annotations": (b"# Menu: HEADER\n# FORMAT: 4\nCONFIG_NET  policy<{'amd64': 'y'}>\n", "an Ubuntu annotations file"),
    "toml": (b'[category]\n"DEBUG_VM" = "y"\n', "a TOML file"),
    "toml that begins as a list does": (b'["category:default"]\n"DEBUG_VM" = true\n', "a TOML file"),
    "json list": (b'["category",\n"default"]\n', "a JSON file"),
    "yaml": (b"config:\n - KASAN\n - DEBUG_VM: n\n", "a YAML file"),
    "yaml document": (b"---\nname: x\nvalue: y\n", "a YAML file"),
    "xml": (b'<?xml version="1.0"?>\n<kernel>\n</kernel>\n', "an XML file"),
    "xml without a head": (b'<kernel minlts="5.4.42" />\n<group>\n</group>\n', "an XML file"),
    "html": (b"<!doctype html>\n<html>\n<body>\nCONFIG_NET=y\n</body>\n</html>\n", "an HTML page"),
    "json": (b'{"CONFIG_NET": "y"}\n', "a JSON file"),
    "scc": (b'define KFEATURE_DESCRIPTION "x"\nkconf hardware x.cfg\n', "a list of kernel features (.scc)"),
    "kconfig": (b'config NET\n\tbool "networking"\n\tdepends on X\n', "a Kconfig file"),
    "makefile": (b"# SPDX\nobj-$(CONFIG_NET) += net.o\nobj-y += main.o\n", "a Makefile"),
    "patch": (b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n CONFIG_NET=y\n+CONFIG_A=y\n", "a patch"),
    "log": (b"[    0.000000] Linux version 6.12\n[    0.000000] Command line: quiet\n", "a kernel log"),
    "autoconf.h": (b"#define CONFIG_NET 1\n#define CONFIG_HZ 250\n", "autoconf.h"),
    "autoconf.h with its head": (b"/*\n * Automatically generated file\n */\n#define CONFIG_NET 1\n", "autoconf.h"),
    "C": (b"#include <linux/kernel.h>\nint x;\n", "a C file"),
    "buildroot": (b"BR2_x86_64=y\n# BR2_arm is not set\n", "a Buildroot config"),
    "shell": (b"#!/bin/sh\nscripts/config -e NET\n", "a shell script"),
    "python": (b"#!/usr/bin/env python3\nprint(1)\n", "a Python script"),
    "diffconfig": (b"-NET y\n+KASAN y\n HZ 250 -> 300\n", "the output of diffconfig"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer"),
    "utf-16": ("CONFIG_NET=y\n".encode("utf-16"), "UTF-16 text"),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(9), "an ELF file"),
    "bzImage": (b"MZ" + bytes(0x200) + b"HdrS" + bytes(20), "an x86 kernel image"),
    "arm64 image": (b"MZ" + bytes(54) + b"ARM\x64" + bytes(20), "an arm64 or RISC-V kernel image"),
    "deb": (b"!<arch>\ndebian-binary   " + bytes(9), "a Debian package or an ar archive"),
    "zip": (b"PK\x03\x04" + bytes(9), "a zip archive"),
    "tar": (bytes(257) + b"ustar" + bytes(9), "a tar archive"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(9), "zstd data"),
    "gzipped": (gzip.compress(b"<?xml?>\n<x/>\n"), "an XML file"),
    "auto.conf": (
        (_HEADER.format("6.12.1") + 'CONFIG_NET=y\nCONFIG_LOCALVERSION=-x\nCONFIG_HZ=250\n').encode(),
        "auto.conf",
    ),
    "old auto.conf": (
        (_HEADER.format("5.10.1") + "".join(f"CONFIG_X{number}=y\n" for number in range(300))).encode(),
        "auto.conf",
    ),
    "prose": (b"Hello,\nthis is no config\n", ""),
    "an empty .config": (_HEADER.format("6.12.1").encode(), ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", _FORMATS)
def test_what_is_no_config_is_named(demo: Path, tmp_path: Path, kind: str) -> None:
    content, name = _FORMATS[kind]
    said = f"looks like {name}, not a config" if name else "not a config: it has no config line"
    path = tmp_path / "some.config"
    path.write_bytes(content)
    in_tree: list[str | Path] = ["--tree", demo, "--arch", "x86"]
    for words in (
        ["check", path],
        ["check", *in_tree, path],
        ["check", *in_tree, path, "-q", "--terse"],
        ["check", *in_tree, path, "-q", "-o", "junit"],
        ["check", *in_tree, f"defconfig+{path}"],
        ["check", *in_tree, path, "-o", "sarif"],
        ["expand", *in_tree, "-q", path],
        ["explain", "NET", *in_tree, "--config", path],
        ["fix", *in_tree, path],
        ["diff", *in_tree, path, path],
        ["diff", path, path],
        ["cost", *in_tree, path],
        ["role", path],
        ["chain", "NET", *in_tree, "--config", path],
    ):
        outcome = kpolicy(*words)
        assert (outcome.status, outcome.out) == (status.FAILURE, ""), words
        assert outcome.err.startswith(f"{path}: error: {said}"), words
    outcome = kpolicy("check", *in_tree, "defconfig", "--require", path)
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert outcome.err.startswith(f"{path}: error: {said}")


def test_a_large_kernel_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.config.read.MAX_SIZE", 1000)
    path = tmp_path / "vmlinux"
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(2000))
    assert kpolicy("check", path).err.startswith(f"{path}: error: looks like an ELF file, not a config")


def test_what_is_no_config_beside_one_that_is(demo: Path, tmp_path: Path) -> None:
    good, bad = _write(tmp_path, "CONFIG_DEBUG_KERNEL=y"), tmp_path / "bad.xml"
    bad.write_text("<?xml?>\n<a/>\n")
    in_tree: list[str | Path] = ["--tree", demo, "--arch", "x86"]
    text = kpolicy("check", *in_tree, good, bad)
    assert text.status == status.FAILURE
    assert text.out.rstrip().endswith("; 1 could not be analysed")
    document = kpolicy("check", *in_tree, good, bad, "-o", "json").json
    assert [error["location"] for error in document["errors"]] == [{"path": str(bad), "line": 0}]
    sarif = kpolicy("check", *in_tree, good, bad, "-o", "sarif").json
    (about,) = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert "region" not in about["locations"][0]["physicalLocation"]
    github = kpolicy("check", *in_tree, good, bad, "-o", "github").out
    assert f"::error file={str(bad)[1:]},title=could not be analysed::looks like an XML file" in github
    junit = kpolicy("check", *in_tree, good, bad, "-o", "junit").out
    assert "looks like an XML file" in junit
    saved = tmp_path / "saved.json"
    kpolicy("check", *in_tree, good, bad, "-o", f"json:{saved}")
    assert f"{bad}: error: looks like an XML file" in kpolicy("report", saved).err


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n# comments\n", " # indented\n\t\n"])
def test_a_fragment_without_lines(demo: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.config"
    path.write_text(text)
    assert kpolicy("check", "--tree", demo, "--arch", "x86", path).status == status.CLEAN
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "defconfig", "--require", path)
    assert outcome.status in (status.CLEAN, status.FINDINGS)


def test_a_handful_of_lines_under_a_header_is_no_auto_conf(tmp_path: Path) -> None:
    path = _write(
        tmp_path, *_HEADER.format("6.12.1").splitlines(), "CONFIG_NET=y", 'CONFIG_LOCALVERSION="-x"', "CONFIG_HZ=250"
    )
    assert kpolicy("check", path, "-q").status == status.CLEAN


_SYZ = (
    "# Automatically generated by syz-kconf; DO NOT EDIT.\n# Kernel: git://git.kernel.org/x.git {}\n\n"
    + _HEADER.format("syzkaller")
)


@pytest.mark.parametrize(
    ("head", "release"),
    [
        (_SYZ.format("v7.1-rc4"), "7.1.0-rc4"),
        (_SYZ.format("v5.15.165"), "5.15.165"),
        (_SYZ.format("linux-6.6.y"), "6.6.0"),
        (_SYZ.format("android14-5.15"), "5.15.0"),
        ("# Linux/x86 6.12.3 Kernel Configuration\n", "6.12.3"),
        ("# Linux/x86_64 6.1.0-rc1-next Kernel Configuration\n", "6.1.0-rc1-next"),
    ],
)
def test_the_release_in_the_header(tmp_path: Path, head: str, release: str) -> None:
    path = tmp_path / "some.config"
    path.write_text(f"{head}CONFIG_X86_64=y\n")
    outcome = kpolicy("role", path)
    assert outcome.status == status.CLEAN, outcome.err
    assert f"Linux {release})" in outcome.out


@pytest.mark.parametrize("tag", ["next-20260805", "e931c5c3244d7ebba8856dc6aed54a5d1a85975e"])
@pytest.mark.parametrize("command", ["check", "role", "cost"])
def test_a_release_that_nobody_names_can_be_stated(tmp_path: Path, tag: str, command: str) -> None:
    path = tmp_path / "some.config"
    path.write_text(_SYZ.format(tag) + "CONFIG_X86_64=y\n")
    outcome = kpolicy(command, path)
    assert outcome.status == status.FAILURE
    assert outcome.err.startswith(f"{path}: error: no kernel release in the header: '{tag}'\n  pass --release")
    stated = kpolicy(command, path, "--release", "6.12")
    assert (stated.status, "error" in stated.err) == (status.CLEAN, False)
    assert kpolicy("diff", path, path, "--release", "6.12").status == status.CLEAN


def test_a_release_where_none_is_to_be_stated(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "some.config"
    path.write_text("CONFIG_X86_64=y\nCONFIG_DEBUG_KERNEL=y\n")
    assert kpolicy("check", path).status == status.USAGE
    assert kpolicy("check", path, "--release", "6.12", "--arch", "x86").status in (status.CLEAN, status.FINDINGS)
    for words in (["--release", "six"], ["--tree", demo, "--arch", "x86", "--release", "6.12"]):
        outcome = kpolicy("check", path, *words)
        assert outcome.status == status.USAGE
        assert "--release" in outcome.err


def _folder(path: Path) -> None:
    path.mkdir(parents=True)
    (path / "some_defconfig").write_text("CONFIG_A=y\n")


@pytest.mark.parametrize(
    ("name", "make", "hint"),
    [
        ("arch/x86/configs", _folder, "`kpolicy audit --arch x86`"),
        ("folder", _folder, "It has: some_defconfig"),
        ("missing", lambda _path: None, ""),
    ],
)
def test_an_error_about_a_whole_file_has_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[Path], None], hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / name)
    outcome = kpolicy("check", name)
    assert outcome.status == status.FAILURE
    assert outcome.err.startswith(f"{name}: error: ")
    assert hint in outcome.err


def test_standard_input(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b" CONFIG_PAGE_OWNER=y\n")))
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "-", "-o", "json")
    assert [line for _, line, _, _ in _findings(outcome)] == [1]
    assert json.loads(outcome.out)["summary"]["warnings"] == 1
