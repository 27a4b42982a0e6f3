# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy upgrade` on two small kernels: what it reports, and the configs that it writes."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kpolicy.api import open_tree
from kpolicy.errors import InputError
from kpolicy.report.views.diff import Side
from kpolicy.report.views.upgrade_records import is_older
from tests.cli.support import kpolicy
from tests.upgrade.small import DEFCONFIG, TEXT, kernels


@pytest.fixture
def trees(tmp_path: Path) -> tuple[str, str, str, str]:
    """The words that name both kernels."""
    old, new = kernels(tmp_path)
    return "--from", str(old), "--to", str(new)


def _document(trees: tuple[str, ...], *words: str, config: str = DEFCONFIG) -> Any:
    return kpolicy("upgrade", config, *trees, *words, "--format", "json").json


def test_each_lost_request_has_its_reason_and_its_edit(trees: tuple[str, ...]) -> None:
    found = {item["symbol"]: item for item in _document(trees)["requests"]}
    assert found.keys() == {"RETPOLINE", "PHY_MOTOR", "GONE", "LOG_SHIFT"}
    assert found["RETPOLINE"]["successors"] == ["MITIGATION_RETPOLINE"]
    assert found["RETPOLINE"]["edits"][0]["after"] == "CONFIG_MITIGATION_RETPOLINE=y"
    assert [item["after"] for item in found["PHY_MOTOR"]["edits"]] == ["CONFIG_MOTORS=y"]
    assert "MOTORS" in found["PHY_MOTOR"]["reason"]
    assert found["GONE"]["reason"] == "not defined in Linux 7.3.0"
    assert "12 to 20" in found["LOG_SHIFT"]["reason"]
    assert {name for name, item in found.items() if item["kept"]} == {"RETPOLINE", "PHY_MOTOR"}


def test_lines_that_cost_nothing_are_counted(trees: tuple[str, ...]) -> None:
    assert _document(trees)["dropped"] == {"renamed": 0, "off": 1, "result": 0, "ineffective": 1}


def test_new_defaults_change_values(trees: tuple[str, ...]) -> None:
    found = _document(trees)
    assert [(item["symbol"], item["before"], item["after"]) for item in found["changes"]] == [
        ("QUIET", "n", "y"),
    ]
    assert found["gone"] == ["HAVE_GONE"]


def test_questions_are_those_about_the_config_of_the_kernel_before(trees: tuple[str, ...]) -> None:
    found = {item["symbol"]: item for item in _document(trees)["questions"]}
    # QUIET is new in no sense: the old .config has a line for it.  MOTORS is not on, so that PHY_NEW is no question.
    assert set(found) == {"MITIGATION_RETPOLINE", "SLAB_BUCKETS", "MOTORS", "PANIC_COUNT"}
    buckets = found["SLAB_BUCKETS"]
    assert (buckets["default"], buckets["menu"], buckets["selects"]) == ("n", ["Security options"], ["HELPER"])
    assert buckets["help"] == "Kernel heap attacks frequently depend on placing objects."
    assert any(text.startswith("a mark of a hardened kernel") for text in buckets["remarks"])


def test_protections_are_told_by_themselves(trees: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / "my_defconfig"
    config.write_text(TEXT.replace("# CONFIG_HARDENED_USERCOPY is not set\n", ""))
    found = _document(trees, "--arch", "x86", config=str(config))
    assert [item["symbol"] for item in found["protections_lost"]] == ["HARDENED_USERCOPY", "RETPOLINE"]


def test_what_a_policy_requires_of_a_new_option_is_said(trees: tuple[str, ...], tmp_path: Path) -> None:
    fragment = tmp_path / "must.config"
    fragment.write_text("CONFIG_SLAB_BUCKETS=y\n")
    found = _document(trees, "--require", str(fragment))
    remarks = next(item["remarks"] for item in found["questions"] if item["symbol"] == "SLAB_BUCKETS")
    assert remarks[0].startswith("required: CONFIG_SLAB_BUCKETS=y")


def test_the_patch_applies_and_gives_what_is_promised(trees: tuple[str, ...]) -> None:
    done = kpolicy("upgrade", DEFCONFIG, *trees, "--format", "diff")
    assert done.status == 1
    assert "lost: CONFIG_GONE=m" in done.err
    old = Path(trees[1])
    subprocess.run(["patch", "-p1", "-s"], input=done.out, text=True, cwd=old, check=True)
    text = (old / DEFCONFIG).read_text()
    assert text == (
        "CONFIG_NET=y\nCONFIG_MOTORS=y\nCONFIG_MITIGATION_RETPOLINE=y\nCONFIG_PHY_MOTOR=m\n"
        "CONFIG_LOG_SHIFT=20\n# CONFIG_PANIC_COUNT is not set\n"
    )


def test_minimal_and_whole_config_are_the_same_kernel(trees: tuple[str, ...], tmp_path: Path) -> None:
    small, whole = (tmp_path / name for name in ("minimal_defconfig", "whole.config"))
    for path, form in ((small, "minimal"), (whole, "config")):
        kpolicy("upgrade", DEFCONFIG, *trees, "--format", form, "-o", path)
    expanded = kpolicy("expand", small, "--tree", trees[3], "--arch", "x86").out
    assert expanded == whole.read_text()
    assert "CONFIG_PHY_MOTOR=m\n" in expanded


def test_a_full_config_needs_no_tree_of_its_kernel(trees: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / ".config"
    kpolicy("expand", DEFCONFIG, "--tree", trees[1], "-o", config)
    config.write_text(
        config.read_text().replace("# Automatically", "# Linux/x86 6.12.0 Kernel Configuration\n# Auto", 1)
    )
    found = _document(trees[2:], config=str(config))
    assert found["before"] == {"name": None, "version": "6.12.0"}
    assert {item["symbol"] for item in found["requests"]} == {"RETPOLINE", "PHY_MOTOR", "GONE", "LOG_SHIFT"}
    assert {item["symbol"] for item in found["questions"]} == {
        "MITIGATION_RETPOLINE", "SLAB_BUCKETS", "MOTORS", "PANIC_COUNT"
    }  # fmt: skip


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_format_has_every_part(trees: tuple[str, ...], form: str) -> None:
    text = kpolicy("upgrade", DEFCONFIG, *trees, "--format", form, "--full").out.replace("\\", "")
    for words in ("MITIGATION_RETPOLINE", "CONFIG_GONE=m", "SLAB_BUCKETS", "QUIET", "12 to 20"):
        assert words in text, (form, words)


def test_all_defconfigs_of_a_tree(trees: tuple[str, ...]) -> None:
    done = kpolicy("upgrade", *trees, "--format", "json", "-j", "1")
    (row,) = done.json["configs"]
    assert (row["config"], row["lost"], row["kept"]) == (DEFCONFIG, ["GONE", "LOG_SHIFT"], ["RETPOLINE", "PHY_MOTOR"])
    assert done.status == 1
    lines = kpolicy("upgrade", *trees, "-j", "1").out.splitlines()
    assert lines[-1] == "1 config: 2 requests lost, 2 kept by edits; 4 new questions"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--format", "diff"), "CONFIG is missing"),
        (("-", "--format", "diff"), "standard input is not a file"),
        (("nothing_defconfig",), "no such config"),
    ],
)
def test_what_cannot_be_done_is_said(
    trees: tuple[str, ...], words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    done = kpolicy("upgrade", *words, *trees, "--arch", "x86")
    assert done.status in (2, 3)
    assert says in done.err


def test_the_library_has_the_fields_of_the_json(trees: tuple[str, ...]) -> None:
    old, new = open_tree(trees[1]), open_tree(trees[3])
    found, document = old.upgrade(DEFCONFIG, new), _document(trees)
    assert {field.name for field in dataclasses.fields(found)} == document.keys() - {"format", "kpolicy"}
    assert [item.symbol for item in found.questions] == [item["symbol"] for item in document["questions"]]
    assert {item.symbol for item in found.requests if item.kept} == {"RETPOLINE", "PHY_MOTOR"}


def test_the_last_file_of_a_stack_is_edited(trees: tuple[str, ...], tmp_path: Path) -> None:
    fragment = tmp_path / "more.config"
    fragment.write_text("CONFIG_HELPER=m\n")
    words = (f"{DEFCONFIG}+{fragment}", *trees, "--format")
    found = {item["symbol"]: item for item in kpolicy("upgrade", *words, "json").json["requests"]}
    assert found["PHY_MOTOR"]["kept"]
    patch = kpolicy("upgrade", *words, "diff").out
    assert "+++ b/more.config" in patch
    assert "+CONFIG_MOTORS=y" in patch


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_table_of_a_tree_in_other_formats(trees: tuple[str, ...], form: str) -> None:
    assert "a_defconfig" in kpolicy("upgrade", *trees, "--format", form, "-j", "1").out.replace("\\", "")


def test_a_config_of_the_new_kernel_is_refused(trees: tuple[str, ...]) -> None:
    done = kpolicy("upgrade", DEFCONFIG, *trees[2:])
    assert (done.status, "pass --from" in done.err) == (2, True)


def test_a_summary_is_short_and_has_every_lost_protection(tmp_path: Path) -> None:
    names = [f"HARDEN_{number}" for number in range(20)]
    old, new = kernels(tmp_path)
    with (old / "Kconfig").open("a") as file:
        file.writelines(f'\nconfig {name}\n\tbool "{name}"\n' for name in names)
    with (new / "Kconfig").open("a") as file:
        file.writelines(f'\nconfig OTHER_{number}\n\tbool "{number}"\n' for number in range(300))
    (old / DEFCONFIG).write_text(TEXT + "".join(f"CONFIG_{name}=y\n" for name in names))
    done = kpolicy("upgrade", DEFCONFIG, "--from", old, "--to", new)
    lines = done.out.splitlines()
    assert len(lines) <= 60
    assert all(any(line.startswith(f"  {name} ") for line in lines) for name in names)
    assert any("new questions" in line and "(304)" in line for line in lines)
    full = kpolicy("upgrade", DEFCONFIG, "--from", old, "--to", new, "--full").out
    assert all(f"CONFIG_OTHER_{number}=n" in full for number in range(300))


def test_a_line_under_a_transitional_name_is_not_lost_and_gets_the_new_name(tmp_path: Path) -> None:
    old, new = kernels(tmp_path)
    kconfig = new / "Kconfig"
    text = kconfig.read_text().replace(
        'config MITIGATION_RETPOLINE\n\tbool "Avoid speculative indirect branches"\n',
        'config MITIGATION_RETPOLINE\n\tbool "Avoid speculative indirect branches"\n\tdefault RETPOLINE\n\n'
        "config RETPOLINE\n\tbool\n\ttransitional\n",
    )
    kconfig.write_text(text)
    words = (DEFCONFIG, "--from", old, "--to", new, "--format")
    found = kpolicy("upgrade", *words, "json").json
    assert "RETPOLINE" not in {item["symbol"] for item in found["requests"]}
    assert "MITIGATION_RETPOLINE" not in {item["symbol"] for item in found["questions"]}
    # The line gives the new symbol its value, until one under the new name does.
    assert found["dropped"]["renamed"] == 0
    with (old / DEFCONFIG).open("a") as file:
        file.write("CONFIG_MITIGATION_RETPOLINE=y\n")
    assert kpolicy("upgrade", *words, "json").json["dropped"]["renamed"] == 1
    (old / DEFCONFIG).write_text(TEXT)
    assert "RETPOLINE" not in {item["symbol"] for item in found["protections_lost"]}
    assert "MITIGATION_RETPOLINE" not in {item["symbol"] for item in found["protections_gained"]}
    # No value changes: .config has no line for a transitional symbol.
    assert "RETPOLINE" not in {item["symbol"] for item in found["changes"]}
    assert "+CONFIG_MITIGATION_RETPOLINE=y" in kpolicy("upgrade", *words, "diff").out


def test_hardening_fragments_say_what_protects(tmp_path: Path) -> None:
    old, new = kernels(tmp_path, TEXT + "CONFIG_PANIC_COUNT=y\n")
    fragment = old / "kernel/configs/hardening.config"
    fragment.parent.mkdir(parents=True)
    fragment.write_text("CONFIG_GONE=m\n# CONFIG_QUIET is not set\n# CONFIG_UBSAN_SHIFT is not set\n")
    found = kpolicy("upgrade", DEFCONFIG, "--from", old, "--to", new, "--format", "json").json["protections_lost"]
    lost = {item["symbol"]: (item["before"], item["after"], item["source"]) for item in found}
    assert not any(item["kept"] for item in found if item["symbol"] in ("GONE", "QUIET"))
    assert lost["GONE"] == ("m", "n", "kernel/configs/hardening.config")
    assert lost["QUIET"] == ("n", "y", "kernel/configs/hardening.config")


def _with(folder: Path, old: str, new: str, text: str) -> tuple[Path, Path]:
    """Both kernels with more Kconfig lines, and another config."""
    trees = kernels(folder, text)
    for tree, more in zip(trees, (old, new), strict=True):
        with (tree / "Kconfig").open("a") as file:
            file.write(more)
    return trees


def test_a_config_can_come_from_a_pipe(trees: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file:
        file.write(TEXT.encode())
    try:
        found = _document(trees, "--arch", "x86", config=f"/dev/fd/{reader}")
    finally:
        os.close(reader)
    assert {item["symbol"] for item in found["requests"] if item["kept"]} == {"RETPOLINE", "PHY_MOTOR"}


def test_no_patch_is_for_a_pipe(trees: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file:
        file.write(TEXT.encode())
    try:
        done = kpolicy("upgrade", f"/dev/fd/{reader}", *trees, "--arch", "x86", "--format", "diff")
    finally:
        os.close(reader)
    assert (done.status, f"/dev/fd/{reader} is not a file" in done.err) == (2, True)


def test_a_protection_that_an_edit_keeps_is_not_counted_as_lost(tmp_path: Path) -> None:
    old, new = kernels(tmp_path, "CONFIG_RETPOLINE=y\n# CONFIG_HARDENED_USERCOPY is not set\n")
    words = ("--from", old, "--to", new)
    done = kpolicy("upgrade", DEFCONFIG, *words)
    assert "0 requests lost; 1 kept by edits; 0 protections lost, 1 kept by edits, 0 gained" in done.out
    assert done.status == 0
    (found,) = kpolicy("upgrade", DEFCONFIG, *words, "--format", "json").json["protections_lost"]
    assert (found["symbol"], found["kept"]) == ("RETPOLINE", True)
    (row,) = kpolicy("upgrade", *words, "--format", "json", "-j", "1").json["configs"]
    assert (row["protections_lost"], row["fails"]) == ([], False)


def test_a_protection_that_only_the_new_kernel_has_is_gained(tmp_path: Path) -> None:
    more = (
        '\nconfig MITIGATION_NEWTHING\n\tbool "New"\n\tdefault y\n\nconfig ACPI_DEBUG\n\tbool "Messages"\n\tdefault y\n'
    )
    old, new = _with(tmp_path, "", more, TEXT)
    found = kpolicy("upgrade", DEFCONFIG, "--from", old, "--to", new, "--format", "json").json
    gained = {item["symbol"]: (item["before"], item["after"]) for item in found["protections_gained"]}
    assert gained == {"MITIGATION_NEWTHING": ("n", "y")}


def test_a_protection_under_another_name_is_not_gained(tmp_path: Path) -> None:
    # PAGE_TABLE_ISOLATION has been MITIGATION_PAGE_TABLE_ISOLATION since 6.9.
    old = '\nconfig PAGE_TABLE_ISOLATION\n\tbool "Isolation"\n\tdefault y\n'
    more = '\nconfig MITIGATION_PAGE_TABLE_ISOLATION\n\tbool "Isolation"\n\tdefault y\n'
    trees = _with(tmp_path, old, more, TEXT)
    found = kpolicy("upgrade", DEFCONFIG, "--from", trees[0], "--to", trees[1], "--format", "json").json
    assert found["protections_gained"] == []


@pytest.mark.parametrize(
    ("name", "default", "says"),
    [
        ("LDISC_AUTOLOAD", "y", ["n is a mark of a hardened kernel: line disciplines are not loaded automatically"]),
        ("KASAN_HW_TAGS", "n", []),
    ],
)
def test_a_mark_is_named_with_the_value_that_is_it(tmp_path: Path, name: str, default: str, says: list[str]) -> None:
    more = f'\nconfig {name}\n\tbool "Something"\n\tdefault {default}\n'
    old, new = _with(tmp_path, "", more, TEXT)
    found = kpolicy("upgrade", DEFCONFIG, "--from", old, "--to", new, "--format", "json").json["questions"]
    (remarks,) = (item["remarks"] for item in found if item["symbol"] == name)
    assert [text for text in remarks if "a mark of" in text] == says


def test_a_protection_by_n_is_lost_if_the_new_name_is_on(tmp_path: Path) -> None:
    # X86_X32 became X86_X32_ABI between 5.10 and 6.1.
    old, new = _with(
        tmp_path, '\nconfig X86_X32\n\tbool "x32"\n', '\nconfig X86_X32_ABI\n\tbool "x32"\n\tdefault y\n', TEXT
    )
    fragment = old / "kernel/configs/hardening.config"
    fragment.parent.mkdir(parents=True)
    fragment.write_text("# CONFIG_X86_X32 is not set\n")
    found = kpolicy("upgrade", DEFCONFIG, "--from", old, "--to", new, "--format", "json").json["protections_lost"]
    lost = {item["symbol"]: (item["before"], item["reason"]) for item in found}
    assert lost["X86_X32"] == ("n", "now X86_X32_ABI, which is y")


def test_only_a_header_without_a_release_leaves_the_kernel_before_unknown(
    trees: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / ".config"
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 {} Kernel Configuration\n#\n"
    config.write_text(header.format("some") + TEXT)
    assert _document(trees[2:], config=str(config))["changes"] is None
    config.write_text(header.format("6.12.0") + TEXT)
    assert _document(trees[2:], config=str(config))["changes"] is not None

    def broken(*_words: object) -> None:
        raise InputError("broken")

    monkeypatch.setattr("kpolicy.run.bare.stated_model", broken)
    done = kpolicy("upgrade", config, *trees[2:])
    assert (done.status, "broken" in done.err) == (3, True)


def test_a_config_of_another_architecture_is_refused_before_the_work(trees: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / ".config"
    config.write_text(f"#\n# Linux/arm64 6.12.0 Kernel Configuration\n#\n{TEXT}")
    done = kpolicy("upgrade", config, *trees[2:], "--arch", "x86")
    assert (done.status, done.out) == (2, "")
    assert f"{config}: error: --arch x86 contradicts the config, which is for arm64\n  remove --arch" in done.err


def test_an_older_kernel_is_said_to_be_one(trees: tuple[str, ...]) -> None:
    back = ("--from", trees[3], "--to", trees[1])
    assert "Linux 6.12.0 is older than Linux 7.3.0: a downgrade" in kpolicy("upgrade", DEFCONFIG, *back).out
    assert "older" not in kpolicy("upgrade", DEFCONFIG, *trees).out
    assert "; Linux 6.12.0 is older than Linux 7.3.0: a downgrade" in kpolicy("upgrade", *back, "-j", "1").out
    assert kpolicy("upgrade", DEFCONFIG, *back, "--format", "json").json["older"]
    assert not _document(trees)["older"]


@pytest.mark.parametrize(
    ("before", "after", "older"),
    [("6.12.48-amd64", "6.12.48", False), ("6.12.48", "6.12.30", True), ("7.0.0-rc3", "6.19.9", True),
     ("7.0.0", "7.0.0-rc3", True), ("", "6.12.0", False), ("some", "6.12.0", False)],
)  # fmt: skip
def test_which_kernel_is_older(before: str, after: str, older: bool) -> None:
    assert is_older(Side("", before), Side("", after)) is older


def test_without_a_release_none_is_named(trees: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / "part.config"
    config.write_text(TEXT)
    assert kpolicy("upgrade", config, *trees[2:], "--arch", "x86").out.startswith(f"{config}: x86, to Linux 7.3.0\n")


@pytest.mark.parametrize("form", ["diff", "minimal", "config"])
def test_an_edited_config_is_not_called_a_diff(trees: tuple[str, ...], form: str) -> None:
    note = kpolicy("upgrade", DEFCONFIG, *trees, "--format", form).err
    assert " edited" in note
    assert "--format" not in note
