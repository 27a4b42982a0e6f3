# SPDX-License-Identifier: GPL-2.0-or-later
"""The GitHub action: its steps, run as the runner runs them."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kpolicy import __version__
from tests.ci.support import ROOT, Done, change, is_installed, plain, run, settings, shown, transcript
from tests.git import Repository

_ACTION: dict[str, Any] = settings((ROOT / "action.yml").read_text())
_STEPS: list[dict[str, Any]] = _ACTION["runs"]["steps"]
_INSTALL, _AUDIT = _STEPS
# What the runner makes of `shell: bash`.
_BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


@dataclass(frozen=True)
class Job:
    """A step that ran, and the files that it wrote."""

    done: Done
    outputs: dict[str, str]
    summary: str


@pytest.fixture
def runner_temp(tmp_path: Path) -> Path:
    """RUNNER_TEMP, with this kpolicy where the first step puts one."""
    programs = tmp_path / "runner" / "kpolicy" / "bin"
    programs.mkdir(parents=True)
    (programs / "kpolicy").symlink_to(Path(sys.executable).parent / "kpolicy")
    return tmp_path / "runner"


def _step(step: dict[str, Any], cwd: Path, temp: Path, inputs: dict[str, str]) -> Job:
    given = {name: item["default"] for name, item in _ACTION["inputs"].items()} | inputs
    script, output, summary = temp / "step.sh", temp / "output", temp / "summary"
    script.write_text(step["run"])
    output.write_text("")
    summary.write_text("")
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: given[match[1]], text)
        for name, text in step.get("env", {}).items()
    }
    runner = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(cwd),
        "RUNNER_TEMP": str(temp),
    }
    done = run([*_BASH, script], cwd, runner | variables)
    lines = (line.split("=", 1) for line in output.read_text().splitlines())
    return Job(done, dict(lines), summary.read_text())


def test_it_is_an_action_by_the_schema_and_the_page_s_workflow_is_one(tmp_path: Path) -> None:
    workflow = tmp_path / "kpolicy.yml"
    workflow.write_text(shown("yaml", "# .github/workflows/kpolicy.yml"))
    for kind, path in (("actions", ROOT / "action.yml"), ("workflows", workflow)):
        done = run(["check-jsonschema", "--builtin-schema", f"vendor.github-{kind}", path], tmp_path)
        assert done.status == 0, done.said


def test_nothing_is_pasted_into_scripts_and_every_action_is_pinned() -> None:
    assert all("${{" not in step["run"] for step in _STEPS)
    named = [step["uses"] for step in _STEPS if "uses" in step]
    named += re.findall(r"uses: (\S+)", shown("yaml", "# .github/workflows/kpolicy.yml"))
    assert named
    # The page's reader puts the commit of kpolicy that he wants.
    assert [name for name in named if not re.search(r"@([0-9a-f]{40}|COMMIT)$", name)] == []


def test_it_installs_the_kpolicy_that_it_comes_with(tmp_path: Path) -> None:
    is_installed(_step(_INSTALL, tmp_path, tmp_path, {}).done)
    done = run([tmp_path / "kpolicy" / "bin" / "kpolicy", "--version"], tmp_path, {"PYTHONPATH": ""})
    assert (done.status, done.said) == (0, f"kpolicy {__version__}\n")


def test_what_a_pull_request_brings_is_annotated(linux: Repository, runner_temp: Path) -> None:
    change(linux)
    linux.commit("x86: check scatter lists")
    job = _step(_AUDIT, linux.folder, runner_temp, {"since": "HEAD^"})
    assert (job.done.status, plain(job.done.said)) == (1, transcript("kpolicy audit --since=HEAD^ -o github"))
    sarif = json.loads(Path(job.outputs["sarif"]).read_text())
    found = [item for item in sarif["runs"][0]["results"] if item.get("baselineState") != "unchanged"]
    assert "kvmalloc/sg-in-production" in {item["ruleId"] for item in found}
    assert json.loads(Path(job.outputs["json"]).read_text())["since"] == "HEAD^"
    assert "kvmalloc/sg-in-production" in job.summary
    again = run(["kpolicy", "report", job.outputs["json"], "--fail-on", "error"], linux.folder)
    assert again.status == 0


def test_inputs_reach_kpolicy(linux: Repository, runner_temp: Path) -> None:
    inputs = {"archs": "arm64 x86", "policy": "debug", "fail-on": "never"}
    job = _step(_AUDIT, linux.folder.parent, runner_temp, {"tree": "linux", **inputs})
    assert job.done.status == 0, job.done.said
    report = json.loads(Path(job.outputs["json"]).read_text())
    assert {item["architecture"] for item in report["configs"]} == {"arm64", "x86"}
    assert report["fail_on"] == "never"
    assert any("debug" in path for policy in report["policies"] for path in policy["files"])
    one = _step(_AUDIT, linux.folder, runner_temp, {"archs": "arm64", "fail-on": "never"})
    assert {item["architecture"] for item in json.loads(Path(one.outputs["json"]).read_text())["configs"]} == {"arm64"}


@pytest.mark.parametrize("name", ["tree", "archs", "policy", "since", "fail-on"])
def test_no_input_is_a_program(linux: Repository, runner_temp: Path, name: str) -> None:
    evil = """--help $(touch evil) `touch evil` '; touch evil; ' "; touch evil; ${{ x }} * \\"""
    job = _step(_AUDIT, linux.folder, runner_temp, {name: evil})
    assert (job.done.status in (2, 3), (linux.folder / "evil").exists()) == (True, False), job.done.said
    assert "error: " in job.done.said
