# SPDX-License-Identifier: GPL-2.0-or-later
"""House rules that a machine can check."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from kpolicy import __version__
from kpolicy.cli import app
from tests.cli.support import kpolicy

ROOT = Path(__file__).resolve().parents[2]
_CODE = [path for folder in ("kpolicy", "tests", "docs") for path in sorted((ROOT / folder).rglob("*.py"))]
_TEXT = [
    *_CODE,
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "docs" / "man").glob("*")),
    *sorted((ROOT / "kpolicy" / "completions").glob("kpolicy.*")),
    *sorted((ROOT / "kpolicy" / "rules").rglob("*.toml")),
    *sorted((ROOT / "kpolicy" / "costs").rglob("*.toml")),
    *sorted((ROOT / "kpolicy" / "parameters").rglob("*.toml")),
    *sorted((ROOT / "kpolicy" / "knobs").rglob("*.toml")),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", ".ci/run")),
]


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_every_module_says_its_licence() -> None:
    first = "# SPDX-License-Identifier: GPL-2.0-or-later"
    wrong = [path for path in _CODE if (text := path.read_text()) and not text.startswith(first)]
    assert not wrong, _names(wrong)
    data = [path for path in _TEXT if path.suffix == ".toml" and path.parent != ROOT and first not in path.read_text()]
    assert not data, _names(data)


def test_most_modules_are_short() -> None:
    long = [path for path in (ROOT / "kpolicy").rglob("*.py") if path.read_text().count("\n") > 400]
    modules = list((ROOT / "kpolicy").rglob("*.py"))
    assert len(long) <= len(modules) / 20, _names(long)


def test_nothing_is_left_for_later_and_no_path_of_a_machine() -> None:
    # Put together here, so that this file does not hold them itself.
    words = ["TO" + "DO", "FIX" + "ME", "/wo" + "rk/", "/tm" + "p/k", "/ro" + "ot/"]
    found = [(path.name, word) for path in _TEXT for word in words if word in path.read_text(errors="replace")]
    assert not found


def test_no_merge_left_its_marks() -> None:
    marked = [
        path
        for path in (*_CODE, *_TEXT)
        if re.search(r"^(?:<{7}|>{7}) ", path.read_text(errors="replace"), re.MULTILINE)
    ]
    assert not _names(marked)


def test_the_changelog_knows_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_tells_targets_and_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", readme))
    assert {"audit", "test"} <= named <= targets
    commands = set(re.findall(r"^(?:\$ )?kpolicy ([a-z]+) ", readme, re.MULTILINE)) - {"audits"}
    assert commands == set(app._COMMANDS)


def test_the_transcript_of_the_readme_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```console\n\$ kpolicy (.+)\n((?:.*\n)+?)```", (ROOT / "README.md").read_text())
    assert blocks
    for command, expected in blocks:
        out = kpolicy(*command.split()).out
        pattern = re.escape(expected).replace(re.escape("...\n"), "(?:.*\n)*?")
        assert re.fullmatch(pattern, out), f"{command} says:\n{out}"


def test_dependencies_are_the_ones_that_are_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text()
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[^a-zA-Z0-9_-]", word)[0] for group in groups for word in group} - {"kpolicy"}
    assert not [name for name in names if name not in text]
    assert {re.split(r"[^a-zA-Z0-9_-]", word)[0] for word in project["dependencies"]} == {
        "kconfiglib",
        "click",
        "jinja2",
    }


@pytest.mark.parametrize("words", [["make"], ["make", "help"]])
def test_make_tells_its_targets(words: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, env=environment, check=True)
    for target in ("audit", "test", "lint", "bench", "fuzz", "clean"):
        assert f"make {target} " in run.stdout


def test_ci_is_a_program() -> None:
    path = ROOT / ".ci" / "run"
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True, timeout=60)
