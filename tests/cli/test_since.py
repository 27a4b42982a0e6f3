# SPDX-License-Identifier: GPL-2.0-or-later
"""`--since`: only findings that came since a revision count."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import kpolicy
from tests.git import Repository, make_repository

_NAME = "arch/x86/configs/x86_64_defconfig"
_SG = "kvmalloc/sg-in-production"
_NEW = [_SG, "sched/fpu-checks-by-default"]


@pytest.fixture
def repository(demo: Path, tmp_path: Path) -> Repository:
    shutil.copytree(demo, tmp_path / "linux")
    return make_repository(tmp_path / "linux")


def _rules(found: Any) -> list[str]:
    return [item["rule"] for config in found["configs"] for item in config["findings"]]


def _add_line(repository: Repository) -> None:
    repository.write(_NAME, repository.read(_NAME).decode() + "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n")


def test_nothing_is_new_in_what_did_not_change(repository: Repository) -> None:
    everything = kpolicy("audit", repository.folder, "-o", "json").json
    since = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json")
    assert (since.status, _rules(since.json)) == (0, [])
    assert since.json["summary"]["known"] == len(_rules(everything)) > 0
    assert since.json["since"] == "HEAD"


def test_a_parameter_that_goes_from_a_c_file_counts(repository: Repository) -> None:
    """With a command line what is found rests on more than Kconfig files and configs."""
    repository.write("init/main.c", "asmlinkage void start_kernel(void);\n")
    repository.write("mm/extra.c", '__setup("kpfoo=", set_foo);\n')
    # So that the names of all architectures are asked for, and cached.
    repository.write(_NAME, repository.read(_NAME).decode() + "CONFIG_NOWHERE=y\n")
    repository.commit("a parameter")
    repository.write("mm/extra.c", "\n")
    repository.commit("no parameter")
    words = ("check", "--tree", repository.folder, _NAME, "--since", "HEAD~", "--cmdline", "kpfoo=1", "-o", "json")
    found = kpolicy(*words, "--no-cache")
    assert "boot/unknown-parameter" in _rules(found.json)
    assert [kpolicy(*words).json for _ in range(2)] == [found.json, found.json]


@pytest.mark.parametrize("cached", [True, False])
def test_an_uncommitted_line_is_new(repository: Repository, cached: bool) -> None:
    _add_line(repository)
    words = () if cached else ("--no-cache",)
    found = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json", *words)
    assert (found.status, _rules(found.json)) == (1, _NEW)
    check = kpolicy("check", "--tree", repository.folder, _NAME, "--since", "HEAD", "-o", "json", *words)
    assert (check.status, _rules(check.json)) == (1, _NEW)


def test_a_change_of_kconfig_files_counts_in_every_config(repository: Repository) -> None:
    repository.replace("lib/Kconfig.debug", "config DEBUG_SG\n", "config DEBUG_SG\n\tdefault y\n")
    found = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json")
    assert found.status == 1
    assert set(_rules(found.json)) == {_SG}
    assert len(_rules(found.json)) > 1


def test_two_revisions_are_compared_without_the_work_tree(repository: Repository) -> None:
    _add_line(repository)
    repository.commit("x86: check scatter lists")
    repository.write(_NAME, "CONFIG_NONSENSE=y\n")
    found = kpolicy("audit", f"{repository.folder}@HEAD", "--since", "HEAD~1", "-o", "json")
    assert (found.status, _rules(found.json)) == (1, _NEW)


def test_a_new_config_is_new_as_a_whole(repository: Repository) -> None:
    shutil.copy(repository.folder / _NAME, repository.folder / "arch/x86/configs/new_defconfig")
    found = kpolicy("audit", repository.folder, "--since", "HEAD", "-o", "json").json
    whose = {config["config"] for config in found["configs"] if config["findings"]}
    assert whose <= {"arch/x86/configs/new_defconfig"}
    old = next(config for config in found["configs"] if config["config"] == _NAME)
    new = next(config for config in found["configs"] if config["config"].endswith("new_defconfig"))
    assert [item["rule"] for item in new["findings"]] == [item["rule"] for item in old["known"]]


def test_what_is_gone_is_told(repository: Repository) -> None:
    _add_line(repository)
    repository.commit("x86: check scatter lists")
    repository.git("checkout", "-q", "HEAD~1", "--", _NAME)
    done = kpolicy("audit", repository.folder, "--since", "HEAD")
    assert (done.status, "note: 2 findings of HEAD no longer occur" in done.err) == (0, True), done.err


def test_a_config_outside_is_held_against_the_old_kconfig_files(repository: Repository, tmp_path: Path) -> None:
    config = tmp_path / "my.config"
    config.write_text("CONFIG_DEBUG_KERNEL=y\n")
    repository.replace("lib/Kconfig.debug", "config DEBUG_SG\n", "config DEBUG_SG\n\tdefault y\n")
    words = ("check", "--tree", repository.folder, "--arch", "x86", config, "--since", "HEAD", "-o", "json")
    assert _rules(kpolicy(*words).json) == [_SG]


def test_findings_about_the_tree_count_too(repository: Repository) -> None:
    repository.write(
        "mm/Kconfig.debug", repository.read("mm/Kconfig.debug").decode() + "\nconfig X\n\tbool\n\tdefault NOWHERE\n"
    )
    found = kpolicy("kconfig", repository.folder, "--since", "HEAD", "--fail-on", "note", "-o", "json", "-j", "1")
    assert [(item["rule"], item["symbol"]) for item in found.json["about_tree"]["findings"]] == [
        ("kconfig/undefined-reference", "NOWHERE")
    ]


def test_without_a_tree_or_repository_there_is_nothing_to_compare_with(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    shutil.copytree(demo, "linux")
    outside = kpolicy("audit", "linux", "--since", "HEAD")
    assert (outside.status, "not in a git repository" in outside.err) == (2, True)
    Path("x").write_text("CONFIG_A=y\n")
    bare = kpolicy("check", "x", "--since", "HEAD")
    assert (bare.status, "--tree" in bare.err) == (2, True)


_PROBE = "config ODD\n\tdef_bool $(success,no-such-program --version)\n"


@pytest.mark.parametrize("path", ["lib/Kconfig.debug", "arch/arm64/Kconfig"])
def test_remarks_about_kconfig_files_that_were_there_are_not_told(repository: Repository, path: str) -> None:
    text = repository.read(path).decode()
    repository.write(path, text + _PROBE)
    new = kpolicy("audit", repository.folder, "--since", "HEAD").err
    assert "unknown probe" in new
    repository.commit("a probe")
    _add_line(repository)
    assert "unknown probe" not in kpolicy("audit", repository.folder, "--since", "HEAD").err
    repository.write("lib/Kconfig", repository.read("lib/Kconfig").decode() + "config MORE\n\tbool\n")
    assert "unknown probe" not in kpolicy("audit", repository.folder, "--since", "HEAD").err
    assert "unknown probe" in kpolicy("audit", repository.folder).err


def test_remarks_about_a_config_that_were_there_are_not_told(repository: Repository) -> None:
    head = "# Linux/x86 5.10.1 Kernel Configuration\n"
    repository.write(_NAME, head + repository.read(_NAME).decode())
    assert "5.10.1" in kpolicy("audit", repository.folder, "--since", "HEAD").err
    repository.commit("a header")
    _add_line(repository)
    assert "5.10.1" not in kpolicy("audit", repository.folder, "--since", "HEAD").err


@pytest.mark.parametrize("word", ["^master", "^@", "-master", "master..HEAD"])
def test_what_names_no_commit_is_wrong_usage(repository: Repository, word: str) -> None:
    for words in (["audit", f"{repository.folder}@{word}"], ["audit", str(repository.folder), "--since", word]):
        outcome = kpolicy(*words)
        assert (outcome.status, outcome.out) == (2, "")
        assert word in outcome.err
        assert "internal error" not in outcome.err
