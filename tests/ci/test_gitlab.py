# SPDX-License-Identifier: GPL-2.0-or-later
"""The job for GitLab CI: its script, run in a shallow clone as GitLab makes one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ci.support import CONFIG, ROOT, Done, change, plain, run, settings, shown, transcript
from tests.git import Repository

_PATH = ROOT / "ci" / "gitlab.yml"
_JOB: dict[str, Any] = settings(_PATH.read_text())["kpolicy"]


@pytest.fixture
def clone(linux: Repository) -> Repository:
    """A clone with the last commit alone, of a branch with three."""
    linux.git("config", "uploadpack.allowAnySHA1InWant", "true")
    change(linux)
    linux.commit("x86: check scatter lists")
    linux.commit("nothing")
    folder = linux.folder.parent / "clone"
    linux.git("clone", "-q", "--depth=1", f"file://{linux.folder}", str(folder))
    return Repository(folder)


def _run(clone: Repository, **variables: str) -> Done:
    # pip is not what is tried here: the page's reader says what it is to install.
    bin_ = clone.folder.parent / "bin"
    bin_.mkdir(exist_ok=True)
    pip = bin_ / "pip"
    pip.write_text('#!/bin/sh\necho "pip $*" >&2\n')
    pip.chmod(0o755)
    script = "".join(f"{line}\n" for line in _JOB["script"])
    given = {**_JOB["variables"], "KPOLICY_SOURCE": "kpolicy.whl", **variables}
    return run(["bash", "-eo", "pipefail", "-c", f'PATH="{bin_}:$PATH"\n{script}'], clone.folder, given)


@pytest.mark.parametrize("text", ["the job", "the page"])
def test_it_is_right_by_the_schema(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(_PATH.read_text() if text == "the job" else shown("yaml", "# .gitlab-ci.yml"))
    words = ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    done = run([*words, path], tmp_path)
    assert done.status == 0, done.said


def test_of_a_merge_request_only_what_it_brings_fails(clone: Repository, linux: Repository) -> None:
    done = _run(clone, CI_MERGE_REQUEST_DIFF_BASE_SHA=linux.git("rev-parse", "HEAD~2"))
    assert done.status == 1, done.said
    said = done.said.removeprefix("pip install --quiet kpolicy.whl\n")
    assert plain(said) == transcript('kpolicy audit --since="$base" --terse .')


def test_the_report_has_all_findings_of_merge_request_and_branch(clone: Repository, linux: Repository) -> None:
    branch = _run(clone)
    assert (branch.status, branch.said) == (0, "pip install --quiet kpolicy.whl\n")
    path = clone.folder / _JOB["artifacts"]["reports"]["codequality"]
    report = path.read_text()
    path.unlink()
    assert {CONFIG, "arch/x86/configs/i386_defconfig"} <= {item["location"]["path"] for item in json.loads(report)}
    _run(clone, CI_MERGE_REQUEST_DIFF_BASE_SHA=linux.git("rev-parse", "HEAD~2"))
    assert path.read_text() == report


def test_a_policy_can_be_named(clone: Repository) -> None:
    done = _run(clone, KPOLICY_POLICY="no such policy")
    assert (done.status, "no such policy" in done.said) == (2, True)


def test_what_to_install_has_to_be_said(clone: Repository) -> None:
    done = _run(clone, KPOLICY_SOURCE="")
    assert (done.status != 0, "say in KPOLICY_SOURCE what to install" in done.said) == (True, True)
