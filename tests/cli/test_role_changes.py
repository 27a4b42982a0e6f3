# SPDX-License-Identifier: GPL-2.0-or-later
"""The role before a change judges, and a change of role is a finding: --since, checkpatch, diff and baselines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import kpolicy
from tests.git import Repository, make_repository

_NAME = "arch/x86/configs/mine.config"
_BEFORE = "CONFIG_NET=y\nCONFIG_DEBUG_KERNEL=y\nCONFIG_PROVE_LOCKING=y\nCONFIG_DEBUG_KMEMLEAK=y\n"
_MORE = "CONFIG_DEBUG_VM=y\nCONFIG_DEBUG_OBJECTS=y\nCONFIG_DEBUG_OBJECTS_TIMERS=y\nCONFIG_KASAN=y\n"
_ERRORS = {"kasan/software-in-production", "objects/lifetimes-in-production"}


@pytest.fixture
def repository(demo: Path, tmp_path: Path) -> Repository:
    shutil.copytree(demo, tmp_path / "linux")
    repository = make_repository(tmp_path / "linux")
    repository.write(_NAME, _BEFORE)
    repository.git("add", "-A")
    repository.commit("x86: a config")
    return repository


def _config(found: Any) -> Any:
    return found["configs"][0]


def _errors(found: Any) -> set[str]:
    return {item["rule"] for item in _config(found)["findings"] if item["severity"] == "error"}


def _changed(found: Any) -> Any:
    return next(item for item in _config(found)["findings"] if item["rule"] == "role/changed")


def test_what_makes_a_debug_kernel_is_judged_as_what_it_was(repository: Repository) -> None:
    repository.write(_NAME, _BEFORE + _MORE)
    words = ("check", "--tree", repository.folder, "--arch", "x86", _NAME)
    assert _config(kpolicy(*words, "-o", "json").json)["role"]["name"] == "debug"
    found = kpolicy(*words, "--since", "HEAD", "--fail-on", "error", "-o", "json")
    assert (found.status, _errors(found.json)) == (1, _ERRORS)
    role = _config(found.json)["role"]
    assert (role["name"], role["certainty"], role["other"]["name"]) == ("production", "earlier", "debug")
    changed = _changed(found.json)
    assert changed["severity"] == "warning"
    assert changed["location"] == {"path": _NAME, "line": 5}
    assert "from production to debug: DEBUG_VM=y, KASAN=y, DEBUG_OBJECTS=y" in changed["message"]
    text = kpolicy(*words, "--since", "HEAD").out
    assert f"{_NAME}: judged as production for x86, the role before the change; now its options are those" in text


def test_a_role_that_is_lost(repository: Repository) -> None:
    name = "arch/x86/configs/debug_defconfig"
    lines = repository.read(name).decode().splitlines(keepends=True)
    gone = ("DEBUG_VM=", "DEBUG_ATOMIC_SLEEP=", "DEBUG_OBJECTS=", "DEBUG_KMEMLEAK=", "KASAN=", "FAILSLAB=",
            "FAIL_PAGE_ALLOC=", "DEBUG_PAGEALLOC=", "DMA_API_DEBUG=", "SLUB_DEBUG_ON=")  # fmt: skip
    repository.write(name, "".join(line for line in lines if not any(f"CONFIG_{item}" in line for item in gone)))
    found = kpolicy("audit", repository.folder, "--arch", "x86", "--since", "HEAD", "-o", "json").json
    config = next(item for item in found["configs"] if item["config"] == name)
    assert (config["role"]["name"], config["role"]["other"]["name"]) == ("debug", "production")
    assert "role/changed" in {item["rule"] for item in config["findings"]}


def test_a_patch(repository: Repository) -> None:
    repository.write("arch/x86/configs/debug_defconfig", _BEFORE)
    patch = repository.folder.parent / "change.patch"
    patch.write_text(repository.git("diff") + "\n")
    repository.git("checkout", "-q", ".")
    found = kpolicy("checkpatch", "--tree", repository.folder, patch, "-o", "json")
    config = next(item for item in found.json["configs"] if item["config"] == "arch/x86/configs/debug_defconfig")
    assert config["role"]["name"] == "debug"
    assert "role/changed" in {item["rule"] for item in config["findings"]}


def test_two_revisions(repository: Repository) -> None:
    repository.write(_NAME, _BEFORE + _MORE)
    repository.commit("x86: debug it")
    found = kpolicy(
        "diff", "--format", "json", "--arch", "x86", "--config", _NAME,
        f"{repository.folder}@HEAD~1", f"{repository.folder}@HEAD",
    ).json  # fmt: skip
    assert {item["rule"] for item in found["gained"]} >= {"role/changed", *_ERRORS}


def test_a_baseline_remembers_the_role(repository: Repository) -> None:
    known = repository.folder.parent / "known.json"
    words = ("--tree", repository.folder, "--arch", "x86", "--baseline", known, _NAME)
    kpolicy("baseline", "update", "--grow", *words)
    assert json.loads(known.read_text())["roles"] == [{"config": _NAME, "architecture": "x86", "role": "production"}]
    repository.write(_NAME, _BEFORE + _MORE)
    found = kpolicy("check", *words, "-o", "json").json
    assert _errors(found) == _ERRORS
    assert _changed(found)["location"]["line"] == 5
    # Without --grow the baseline goes on knowing the role, with it what is there now is accepted.
    kpolicy("baseline", "update", *words)
    assert _errors(kpolicy("check", *words, "-o", "json").json) == _ERRORS
    kpolicy("baseline", "update", "--grow", *words)
    assert _config(kpolicy("check", *words, "-o", "json").json)["role"]["name"] == "debug"


def test_fix_clears_what_check_reports_by_the_role_of_a_baseline(repository: Repository) -> None:
    words = ("--tree", repository.folder, "--arch", "x86", _NAME, "--baseline", repository.folder.parent / "known.json")
    kpolicy("baseline", "update", *words, "--grow")
    repository.write(_NAME, _BEFORE + _MORE)
    found = kpolicy("fix", *words, "--fail-on", "error", "--format", "json").json
    assert {item["rule"] for item in found["fixed"]} == _ERRORS


def test_a_baseline_without_roles(repository: Repository) -> None:
    known = repository.folder.parent / "known.json"
    words = ("--tree", repository.folder, "--arch", "x86", "--baseline", known, _NAME)
    kpolicy("baseline", "update", "--grow", *words)
    old = json.loads(known.read_text())
    del old["roles"]
    known.write_text(json.dumps(old))
    repository.write(_NAME, _BEFORE + _MORE)
    found = kpolicy("check", *words)
    assert "judged as debug" in found.out
    assert "has no roles: each config is judged by its role now" in found.err
    kpolicy("baseline", "update", *words)
    assert json.loads(known.read_text())["roles"][0]["role"] == "debug"


@pytest.mark.parametrize("roles", ["1", '[{"config": "a"}]', '[{"config": "a", "architecture": "x86", "role": 1}]'])
def test_a_broken_baseline(repository: Repository, roles: str) -> None:
    known = repository.folder.parent / "known.json"
    known.write_text(f'{{"format": "kpolicy-baseline/1", "findings": [], "roles": {roles}}}')
    found = kpolicy("check", "--tree", repository.folder, "--arch", "x86", "--baseline", known, _NAME)
    assert found.status == 2
    assert "an entry of 'roles' has the texts config, architecture, role and nothing else" in found.err


def test_full_configs_without_a_tree(tmp_path: Path) -> None:
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86_64 6.12.5 Kernel Configuration\n#\n"
    (tmp_path / "before").write_text(f"{header}CONFIG_X86=y\n{_BEFORE}")
    (tmp_path / "after").write_text(f"{header}CONFIG_X86=y\n{_BEFORE}{_MORE}CONFIG_KASAN_GENERIC=y\n")
    found = kpolicy("diff", "--format", "json", tmp_path / "before", tmp_path / "after").json
    assert {item["rule"] for item in found["gained"]} >= {"role/changed", *_ERRORS}


def test_a_role_that_the_policy_states_stays(repository: Repository) -> None:
    repository.write(_NAME, _BEFORE + _MORE)
    words = ("check", "--tree", repository.folder, "--arch", "x86", _NAME, "--policy", "debug", "--since", "HEAD")
    found = _config(kpolicy(*words, "-o", "json").json)
    assert found["role"]["certainty"] == "stated"
    assert "role/changed" not in {item["rule"] for item in found["findings"]}


def test_fix_adds_no_debugging_to_a_guessed_role(repository: Repository) -> None:
    name = "arch/x86/configs/debug_defconfig"
    repository.replace(name, "CONFIG_PROVE_LOCKING=y\n", "# CONFIG_PROVE_LOCKING is not set\n")
    words = ("fix", "--tree", repository.folder, name)
    found = kpolicy(*words)
    assert "PROVE_LOCKING=y" not in found.out
    assert "the role debug is a guess: pass --policy debug to fix it" in found.err
    assert "+CONFIG_PROVE_LOCKING=y" in kpolicy(*words, "--rule", "reclaim/recursion-unchecked").out
