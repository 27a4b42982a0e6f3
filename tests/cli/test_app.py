# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line as a whole: help, versions, errors, and every way to end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kpolicy import __version__
from kpolicy.cli import app, main, status
from tests.cli.support import kpolicy


def _python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, env={**os.environ, **environment}
    )


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_version(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main([word]) == 0
    assert capsys.readouterr().out == f"kpolicy {__version__}\n"
    assert kpolicy(word).status == 0


def test_version_imports_next_to_nothing() -> None:
    code = "import sys; from kpolicy.cli.main import main; main(['--version']); print(*sys.modules)"
    # Measuring coverage imports much that kpolicy does not.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment)
    modules = run.stdout.split()
    assert f"{__version__}" in modules
    assert not {"click", "kconfiglib", "jinja2", "tomllib", "json", "asyncio", "concurrent"} & set(modules)


def test_module_can_be_run() -> None:
    run = _python("-m", "kpolicy", "--version")
    assert (run.returncode, run.stdout) == (0, f"kpolicy {__version__}\n")


@pytest.mark.parametrize("words", ["", "--help", "-h", "audit -h", "check -h", "expand -h", "rules show -h"])
def test_help_has_examples(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert kpolicy(*words.split()).status == 0
    text = capsys.readouterr().out
    assert text.startswith("Usage: kpolicy")
    assert "Example" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["audti"], "Did you mean audit?"),
        (["audit", "--frobnicate"], "No such option"),
        (["audit", "-j", "0"], "-j"),
        (["audit", "-o", "xml"], "-o xml: unknown format 'xml'"),
        (["audit", "-o", "audit.json"], "did you mean json:audit.json?"),
        (["audit", "--fail-on", "all"], "--fail-on"),
        (["check"], "CONFIG"),
        (["expand"], "--preset"),
        (["expand", "a", "--preset", "allnoconfig"], "--preset"),
        (["expand", "--preset", "allnoconfig"], "--arch"),
        (["-C", "/nowhere/at/all", "audit"], "cannot work in /nowhere/at/all"),
        (["rules", "show", "debug-vm/in-prod"], "debug-vm/in-production"),
        (["rules", "list", "nosuch"], "unknown family 'nosuch'"),
        (["audit", "--demo", "--toolchain", "gcc", "-q"], "unknown toolchain 'gcc'"),
    ],
)
def test_wrong_usage_is_2(words: list[str], said: str) -> None:
    outcome = kpolicy(*words)
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert said in outcome.err
    assert outcome.err.startswith("error: ")


def test_minus_c_works_elsewhere_and_comes_back(tmp_path: Path, demo: Path) -> None:
    before = Path.cwd()
    (tmp_path / "c").write_text("")
    outcome = kpolicy("-C", tmp_path, "check", "--tree", demo, "--arch", "x86", "c")
    assert outcome.status == 0
    assert Path.cwd() == before


def _command_that_raises(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    @click.command("audit")
    def command() -> None:
        raise error

    monkeypatch.setattr(app._Commands, "get_command", lambda *_: command)


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (RuntimeError("oops"), status.FAILURE, "error: internal error: RuntimeError: oops"),
        (BrokenPipeError(), status.NO_READER, ""),
    ],
)
def test_ways_to_end(monkeypatch: pytest.MonkeyPatch, error: BaseException, expected: int, said: str) -> None:
    _command_that_raises(monkeypatch, error)
    outcome = kpolicy("rules")
    assert outcome.status == expected
    assert outcome.err.split("\n")[0] == said
    assert "Traceback" not in outcome.err


def test_a_traceback_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    _command_that_raises(monkeypatch, RuntimeError("oops"))
    assert "Traceback" in kpolicy("rules", environment={"KPOLICY_TRACEBACK": "1"}).err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("words", ["--version", "rules list", "rules --help", "expand --tree {demo} i386_defconfig"])
def test_a_full_disk_is_an_error(words: str, demo: Path) -> None:
    command = [sys.executable, "-m", "kpolicy", *words.format(demo=demo).split()]
    with open("/dev/full", "w") as full:
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert run.returncode == status.FAILURE
    assert "No space left" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m kpolicy rules show {' '.join(['stackdepot'] * 50)} | true; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    assert run.stderr == ""
    assert run.stdout.strip() in ("0", str(status.NO_READER))


@pytest.mark.parametrize(
    ("environment", "terminal", "colour"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "0"}, False, False),
    ],
)
def test_colour(environment: dict[str, str], terminal: bool, colour: bool) -> None:
    outcome = kpolicy("rules", "show", "debug-vm/in-production", terminal=terminal, environment=environment)
    assert ("\x1b[" in outcome.out) is colour
