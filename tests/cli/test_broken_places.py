# SPDX-License-Identifier: GPL-2.0-or-later
"""Files and folders that are there and cannot be used: the message says so, and nothing is passed over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.policy.files.globs import config_glob_fault, selector_fault
from tests.cli.support import copy_of_demo, kpolicy

_WAIVER = ("--owner", "jane", "--until", "2099-01-31")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("link", "cannot read the policy: a symbolic link to ../ours.toml, which does not exist"),
        ("folder", "is not a file, expected a policy file"),
        ("pipe", "is not a file, expected a policy file"),
    ],
)
def test_a_policy_that_is_there_and_cannot_be_read_ends_the_run(tree: Path, kind: str, told: str) -> None:
    path = tree / "kpolicy.toml"
    if kind == "link":
        path.symlink_to("../ours.toml")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    refused = kpolicy("check", "--tree", tree, "graphics_defconfig")
    assert (refused.status, refused.out) == (status.USAGE, "")
    assert refused.err == (
        f"{path}: error: {told}\n"
        "  every run below its folder reads it: repair or remove it, or name another policy with --policy\n"
    )


def test_a_policy_may_be_a_pipe_only_where_it_is_named(tree: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "ours.toml").write_text('extends = ["pipe.toml"]\n')
    refused = kpolicy("check", "--tree", tree, "graphics_defconfig", "--policy", tmp_path / "ours.toml")
    assert refused.status == status.USAGE
    assert "is not a file" in refused.err
    (tmp_path / "ours.toml").write_text('require = ["pipe.toml"]\n')
    refused = kpolicy("check", "--tree", tree, "graphics_defconfig", "--policy", tmp_path / "ours.toml")
    assert refused.status == status.USAGE


def test_a_byte_order_mark_is_named(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_bytes(b'\xef\xbb\xbffail_on = "error"\n')
    refused = kpolicy("check", "--tree", tree, "x86_64_defconfig", "--policy", path)
    assert (refused.status, refused.err) == (
        status.USAGE,
        f"{path}:1: error: not TOML: it begins with a byte order mark\n  save the file as UTF-8 without it\n",
    )


@pytest.mark.parametrize("words", [(), ("--arch", "x86")])
def test_a_config_that_leads_out_of_the_tree_is_not_missing(tree: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    config = tree / "arch/x86/configs/graphics_defconfig"
    config.rename(tmp_path / "outside")
    config.symlink_to(tmp_path / "outside")
    refused = kpolicy("check", "--tree", tree, "graphics_defconfig", *words)
    assert refused.status == status.FAILURE
    assert "arch/x86/configs/graphics_defconfig: leads out of the kernel tree" in refused.err
    missing = kpolicy("check", "--tree", tree, "no_such_defconfig", *words)
    assert "no such config" in missing.err


def test_a_kconfig_file_that_is_there_gets_no_advice_about_its_path(tree: Path) -> None:
    (tree / "mm/Kconfig").unlink()
    gone = kpolicy("check", "--tree", tree, "graphics_defconfig")
    assert "A 'source' path is relative to the top of the tree." in gone.err
    (tree / "mm/Kconfig").mkdir()
    folder = kpolicy("check", "--tree", tree, "graphics_defconfig")
    assert folder.status == status.FAILURE
    assert "A 'source' path is relative" not in folder.err


def test_a_waiver_for_a_file_of_the_tree_is_for_its_path_there(tree: Path) -> None:
    path = tree / "kpolicy.toml"
    path.write_text("")
    config = tree / "arch/x86/configs/graphics_defconfig"
    done = kpolicy("waive", "kmemleak/in-production", config, *_WAIVER, "--policy", path)
    assert done.status == status.CLEAN
    assert 'config = "arch/x86/configs/graphics_defconfig"' in path.read_text()
    after = kpolicy("check", "--tree", tree, config, "-o", "json").json["summary"]
    assert after["waived"] == 1


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("upstream", 'upstream is a policy of kpolicy: name a file that has `extends = ["upstream"]`'),
        ("none.toml", "`kpolicy policy init -o FILE` writes one"),
        ("-", "`kpolicy policy init -o FILE` writes one"),
    ],
)
def test_a_waiver_needs_a_file(name: str, advice: str) -> None:
    refused = kpolicy("waive", "kasan", "a_defconfig", *_WAIVER, "--policy", name)
    assert (refused.status, refused.err) == (
        status.USAGE,
        f"{name}: error: a waiver is added to a file, and there is none of that name\n  {advice}\n",
    )


def test_globs_that_match_nothing_are_told() -> None:
    assert config_glob_fault("arch//x86/a_defconfig") == config_glob_fault("a/./b") == "'//' and '/./' match nothing"
    assert config_glob_fault("./arch/x86/a_defconfig") is config_glob_fault("/arch/*/x") is None
    assert config_glob_fault("gra\udcff*") == selector_fault("gra\udcff") == "it is not UTF-8"
    assert config_glob_fault("gra\x1b*") == "it has a control character in it"


def test_a_cache_that_is_not_used_is_no_empty_one(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "caches").mkdir()
    (tmp_path / "disk").mkdir()
    (tmp_path / "caches" / "kpolicy").symlink_to(tmp_path / "disk")
    kpolicy("check", "--tree", tree, "x86_64_defconfig")
    assert list((tmp_path / "disk").iterdir()) == []
    told = kpolicy("cache")
    assert told.status == status.CLEAN
    assert told.err == (
        f"warning: {tmp_path}/caches/kpolicy is not used as a cache: it is a symbolic link, to {tmp_path}/disk; "
        "set XDG_CACHE_HOME instead\n"
    )
