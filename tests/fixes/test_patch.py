# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches that git takes, whatever the file looks like."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpolicy.config.lines import parse_lines
from kpolicy.policy.fixes.lines import Document, Edit
from kpolicy.policy.fixes.plan import Plan
from kpolicy.report.views.fix import FixReport, patch
from tests.fixes.bench import PATH, Small, rule

_KCONFIG = "".join(f'config {name}\n\tbool "{name}"\n\n' for name in "ABCDEFGH")
_NAMES = st.sampled_from("ABCDEFGHZ")
_ODD = st.sampled_from([b"", b"# a comment", b"# CONFIG_A is not set", b"nonsense", "# ä".encode(), b"# \xff", b"\x0c"])
_LINE = _ODD | _NAMES.map(lambda name: f"CONFIG_{name}=y".encode())
_CONTENT = st.tuples(st.lists(_LINE, max_size=12), st.sampled_from([b"\n", b"\r\n"]), st.booleans()).map(
    lambda item: item[1].join(item[0]) + (item[1] if item[2] and item[0] else b"")
)


def _apply(folder: Path, name: str, content: bytes, diff: bytes) -> bytes:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q", folder], check=True, capture_output=True)
    command = ["git", "-C", str(folder), "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
    run = subprocess.run(command, input=diff, capture_output=True)
    assert run.returncode == 0, f"{run.stderr.decode(errors='replace')}\n{diff!r}"
    return file.read_bytes()


def _plan(document: Document, edits: tuple[Edit, ...]) -> Plan:
    return Plan(document, (), (), edits, (), ())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small(tmp_path_factory.mktemp("small"), _KCONFIG, [rule("C || E")])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repository")


@given(_CONTENT, st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_patch_gives_the_text_and_the_text_the_config(
    small: Small, folder: Path, content: bytes, data: st.DataObject
) -> None:
    config = parse_lines(PATH, content)
    document = Document(config, PATH, content, small.model)
    edits: dict[object, Edit] = {}
    for name in data.draw(st.lists(_NAMES, max_size=4, unique=True)):
        edit = data.draw(st.sampled_from([document.put(name, "y"), document.put(name, "n"), document.remove(name)]))
        if edit is not None:
            edits[edit.line or name] = edit
    chosen = tuple(edits.values())
    text = document.text(chosen)
    read = parse_lines(PATH, text)
    promised = document.edited(chosen)
    assert [item[:2] for item in read.assignments] == [item[:2] for item in promised.assignments]
    diff = patch(FixReport(PATH, "x86", PATH, _plan(document, chosen)))
    if text == content:
        assert not diff
    else:
        assert _apply(folder, PATH, content, diff) == text


@given(_CONTENT)
@settings(max_examples=60, deadline=None)
def test_a_fix_never_leaves_its_finding(small: Small, content: bytes) -> None:
    before = small.judge(small.values(content)).findings
    plan = small.fix(content)
    after = {(item.rule, item.symbol) for item in small.judge(small.values(plan.text)).findings}
    assert not after.intersection((fix.finding.rule, fix.finding.symbol) for fix in plan.fixes)
    assert after <= {(item.rule, item.symbol) for item in before}
    assert all(item.finding.rule == "config/unreadable-line" for item in plan.hopeless)


@pytest.mark.parametrize("name", ["my_defconfig", "arch/x86/configs/my_defconfig", "with a blank", "ä+b"])
@pytest.mark.parametrize("content", [b"CONFIG_C=y", b"CONFIG_A=y\r\nCONFIG_C=y\r\n", b"CONFIG_C=y\n# end"])
def test_names_and_ends_of_lines(small: Small, tmp_path: Path, name: str, content: bytes) -> None:
    plan = small.fix(content)
    assert _apply(tmp_path, name, content, patch(FixReport(name, "x86", name, plan))) == plan.text
    assert b"CONFIG_C=y" not in plan.text


def test_a_line_is_added_after_one_that_does_not_end(small: Small, tmp_path: Path) -> None:
    document = Document(small.config("CONFIG_A=y"), PATH, b"CONFIG_A=y", small.model)
    plan = _plan(document, (document.put("B", "y"),))
    assert plan.text == b"CONFIG_A=y\nCONFIG_B=y\n"
    assert _apply(tmp_path, PATH, b"CONFIG_A=y", patch(FixReport(PATH, "x86", PATH, plan))) == plan.text
