# SPDX-License-Identifier: GPL-2.0-or-later
"""kconfiglib is the release that is needed, whatever else has the name; where there is none, the error says so."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import Outcome

_ROOT = Path(__file__).parents[2]
_RELEASE = "14.1.0"
# Without site-packages only what lies in the named folders is installed.
_RUN = "import sys; sys.path[:0] = sys.argv.pop(1).split(':'); from kpolicy.cli.main import entry; entry()"


def _file() -> Path:
    return Path(str(importlib.metadata.distribution("kconfiglib").locate_file("kconfiglib.py")))


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of packages: what kpolicy needs but for kconfiglib."""
    folder = tmp_path / "packages"
    folder.mkdir()
    spec = importlib.util.find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    (folder / "click").symlink_to(Path(spec.origin).parent)
    return folder


def _distribution(folder: Path, name: str, release: str, file: str, content: str, kind: str = "dist-info") -> None:
    """What an installer leaves of a distribution of one module or package."""
    folder.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n"
    info = folder / f"{name.replace('-', '_')}-{release}.{kind}"
    info.mkdir()
    (info / ("METADATA" if kind == "dist-info" else "PKG-INFO")).write_text(metadata)
    (info / ("RECORD" if kind == "dist-info" else "SOURCES.txt")).write_text(f"{file},,\n")
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(content)


def _expand(demo: Path, *folders: Path) -> Outcome:
    words = ["expand", "--no-cache", "--tree", str(demo), "--arch", "x86", "x86_64_defconfig"]
    path = ":".join(map(str, (*folders, _ROOT)))
    run = subprocess.run(
        [sys.executable, "-S", "-c", _RUN, path, *words], capture_output=True, text=True, timeout=120, env=os.environ
    )
    return Outcome(run.returncode, run.stdout, run.stderr)


def _shadow(folder: Path) -> None:
    _distribution(folder, "esp-idf-kconfig", "3.2.0", "kconfiglib/__init__.py", "class Kconfig:\n    pass\n")


@pytest.mark.parametrize("kind", ["dist-info", "egg-info"])
@pytest.mark.parametrize("shadowed", ["", "beside", "before"])
def test_the_release_is_found(demo: Path, installed: Path, tmp_path: Path, kind: str, shadowed: str) -> None:
    _distribution(installed, "kconfiglib", _RELEASE, "kconfiglib.py", _file().read_text(), kind)
    folders = [installed]
    if shadowed:
        other = installed if shadowed == "beside" else tmp_path / "other"
        _shadow(other)
        folders = [other, installed] if other != installed else folders
    outcome = _expand(demo, *folders)
    assert (outcome.status, outcome.err) == (0, "")
    assert "CONFIG_X86_64=y" in outcome.out


def test_a_newer_release_that_comes_first_is_passed_over(demo: Path, installed: Path, tmp_path: Path) -> None:
    _distribution(tmp_path / "first", "kconfiglib", "15.0.0", "kconfiglib.py", "VERSION = (15, 0, 0)\n")
    _distribution(installed, "kconfiglib", _RELEASE, "kconfiglib.py", _file().read_text())
    assert _expand(demo, tmp_path / "first", installed).status == 0


def _error(demo: Path, installed: Path) -> str:
    outcome = _expand(demo, installed)
    assert (outcome.status, outcome.out) == (3, "")
    first, second, *more = outcome.err.splitlines()
    assert not more
    assert second == f"  run: {sys.executable} -m pip install kconfiglib=={_RELEASE}"
    return first


def test_none_is_installed(demo: Path, installed: Path) -> None:
    assert _error(demo, installed) == "error: kpolicy needs kconfiglib 14.1.0, found none"


def test_other_releases_and_packages_are_named(demo: Path, installed: Path) -> None:
    _distribution(installed, "kconfiglib", "15.0.0", "kconfiglib.py", "VERSION = (15, 0, 0)\n")
    first = f"error: kpolicy needs kconfiglib 14.1.0, found kconfiglib 15.0.0 ({installed}/kconfiglib.py)"
    assert _error(demo, installed) == first
    _shadow(installed)
    package = f"a package kconfiglib of esp-idf-kconfig 3.2.0 ({installed}/kconfiglib/__init__.py)"
    assert _error(demo, installed) == f"{first} and {package}"


def test_a_release_without_the_private_parts_is_refused(demo: Path, installed: Path) -> None:
    content = _file().read_text().replace("def _expand_whole(", "def _expand_all(")
    _distribution(installed, "kconfiglib", _RELEASE, "kconfiglib.py", content)
    said = f"error: {installed}/kconfiglib.py is not the file of kconfiglib 14.1.0: it lacks Kconfig._expand_whole"
    assert _error(demo, installed) == said


def test_a_file_that_cannot_be_loaded_is_told(demo: Path, installed: Path) -> None:
    _distribution(installed, "kconfiglib", _RELEASE, "kconfiglib.py", "raise RuntimeError('half installed')\n")
    said = f"error: kconfiglib 14.1.0 ({installed}/kconfiglib.py) cannot be loaded: RuntimeError: half installed"
    assert _error(demo, installed) == said


def test_the_parts_that_are_looked_for_are_those_that_are_used() -> None:
    from kpolicy.kconfig import frontend, library

    parser = frontend.kconfiglib.Kconfig
    source = ast.parse(Path(frontend.__file__).read_text())
    nodes = [node for node in ast.walk(source) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    named = {node.attr for node in nodes if isinstance(node.value, ast.Name) and node.value.id == "kconfiglib"}
    assert named == set(library.PARTS)
    own = {node.name for node in ast.walk(source) if isinstance(node, ast.FunctionDef)} - {"__init__"}
    inherited = {node.attr for node in nodes if callable(getattr(parser, node.attr, None))} - own
    assert {name for name in inherited if not name.startswith("__")} == set(library.PARSER)
    assert {name for name in own if hasattr(parser, name)} == set(library.REPLACED)
