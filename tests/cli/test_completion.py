# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy completion`: the answers, and real shells that ask for them."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from kpolicy.cli import app, status
from kpolicy.cli.completion import SHELLS, script
from kpolicy.cli.console import Console
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.config_files import make_target, make_targets
from kpolicy.kernel.source import open_tree
from kpolicy.policy.rules.catalogue import shipped_catalogue
from tests.cli.support import copy_of_demo, kpolicy

# Of each kind of word, by its metavar, one that the demonstration tree has.
_WORDS = {
    "ARCH": "arm64",
    "CONFIG": "graphics_defconfig",
    "SYMBOL": "KASAN",
    "POLICY": "fuzzing",
    "RULE": "kasan/vmalloc-unwatched",
    "FAMILY|RULE": "kasan/vmalloc-unwatched",
    "SELECTOR": "kasan",
    "FRAGMENT": "kernel/configs/debug.config",
    "ROLE": "debug",
}
_FOLDERS = ("TREE", "DIR")


def answers(*words: str, shell: str = "fish") -> list[str]:
    """What the last of the words can become."""
    outcome = kpolicy("completion", shell, "--answer", "--", *words)
    assert (outcome.status, outcome.err) == (status.CLEAN, "")
    return [line.split("\t")[1] for line in outcome.out.splitlines() if line.startswith(("word\t", "part\t"))]


def kinds(*words: str) -> set[str]:
    outcome = kpolicy("completion", "fish", "--answer", "--", *words)
    return {line.split("\t")[0] for line in outcome.out.splitlines()}


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {word}", below) for word, below in commands(command, context))


@pytest.fixture(scope="module")
def warm(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that knows the symbols of the demonstration tree."""
    folder = tmp_path_factory.mktemp("warm")
    outcome = kpolicy(
        "explain",
        "NO_SUCH",
        "--tree",
        demo,
        "--config",
        "graphics_defconfig",
        environment={"XDG_CACHE_HOME": str(folder)},
    )
    assert outcome.status == status.USAGE
    return folder


def test_commands_options_and_their_words() -> None:
    assert answers("") == list(app._COMMANDS)
    assert answers("ch") == ["chain", "check", "checkpatch"]
    assert answers("rules", "") == ["list", "show", "test", "pages"]
    assert answers("check", "--fail-o") == ["--fail-on"]
    assert answers("check", "--fail-on", "") == ["error", "warning", "note", "never"]
    assert answers("completion", "") == list(SHELLS)


def test_whatever_takes_a_word_of_a_kind_completes_it(demo: Path, warm: Path) -> None:
    top = click.Context(app._group, obj=Console(environment={"XDG_CACHE_HOME": str(warm)}))
    wrong, found = [], 0
    for name, command in commands(app._group, top):
        for parameter in command.params:
            kind = re.sub(r"[][.]", "", parameter.metavar or (parameter.name or "").upper())
            if kind not in _WORDS and kind not in _FOLDERS:
                continue
            context = click.Context(command, parent=top)
            context.params["tree"] = str(demo)
            items = parameter.shell_complete(context, "")
            good = any(item.type == "dir" if kind in _FOLDERS else item.value == _WORDS[kind] for item in items)
            found += 1
            if not good:
                wrong.append(f"{name}: {parameter.name}")
    assert not wrong, "shell_complete=candidates.<kind>"
    assert found > 50


def test_the_tree_at_hand(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answers("check", "--tree", str(demo), "--arch", "a") == ["arm64"]
    assert answers("check", "--tree", str(demo), "--arch=a") == ["arm64"]
    assert answers("audit", str(demo), "--arch", "a") == ["arm64"]
    assert answers("kconfig", str(demo), "--path", "lib/Kconfig.d") == ["lib/Kconfig.debug"]
    assert answers("-C", str(demo.parent), "check", "--tree", demo.name, "graph") == ["graphics_defconfig"]
    assert answers("check", "graph") == []
    monkeypatch.setenv("HOME", str(demo.parent))
    assert answers("check", "--tree", f"~/{demo.name}", "graph") == ["graphics_defconfig"]
    monkeypatch.chdir(demo)
    assert answers("check", "graph") == ["graphics_defconfig"]
    assert answers("check", "graphics_defconfig+deb") == ["graphics_defconfig+debug.config"]
    assert "file" in kinds("check", "graph")
    assert "file" not in kinds("check", "graphics_defconfig+")


@pytest.mark.parametrize("release", ["6.12"], indirect=True)
def test_every_word_of_make(kernel: Path) -> None:
    source = open_tree(kernel)
    offered = answers("check", "--tree", str(kernel), "--arch", "powerpc", "")
    assert {"defconfig", "ppc64_defconfig", "ppc64le_defconfig", "debug.config", "pmac32_defconfig"} <= set(offered)
    architecture = resolve_architecture(source, "powerpc")
    assert tuple(offered) == make_targets(source, architecture)
    assert all(make_target(source, architecture, word) for word in offered)
    # Without an architecture a name must stand for one file.
    everywhere = answers("check", "--tree", str(kernel), "")
    assert "x86_64_defconfig" in everywhere
    assert "defconfig" not in everywhere
    assert len(everywhere) > 300


def test_rules_are_those_of_the_catalogue() -> None:
    assert answers("rules", "show", "") == [rule.id for rule in shipped_catalogue()]
    assert answers("fix", "--rule", "kmeml")[0] == "kmemleak"


def test_symbols_come_from_a_warm_cache_alone(
    demo: Path, warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("explain", "--tree", str(demo), "CONFIG_KMEM")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert answers(*words) == []
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("XDG_CACHE_HOME", str(warm))
    before = {path: path.stat().st_mtime_ns for path in warm.rglob("*")}
    assert "CONFIG_KMEMLEAK_NOT" not in answers(*words)
    assert "DEBUG_KMEMLEAK" in answers("chain", "--tree", str(demo), "--from", "DEBUG_KMEM")
    assert {path: path.stat().st_mtime_ns for path in warm.rglob("*")} == before


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense", ""),
        ("--nonsense", ""),
        ("check", "--tree", "/nowhere", ""),
        ("check", "--tree", "/etc/passwd", "--arch", ""),
        ("-C", "/nowhere", "check", ""),
        ("check", "--arch", "nonsense", ""),
        ("rules", "nonsense", ""),
        ("explain", "--tree", "\0", "K"),
        ("check", "'\"", "\\"),
    ],
)
@pytest.mark.parametrize("shell", SHELLS)
def test_no_message_whatever_is_typed(shell: str, words: tuple[str, ...]) -> None:
    outcome = kpolicy("completion", shell, "--answer", "--", *words)
    assert (outcome.status, outcome.err) == (status.CLEAN, "")


def test_bash_takes_words_apart(demo: Path) -> None:
    tree = str(demo)
    assert answers("check", "--tree", tree, "--arch", "=", "ar", shell="bash") == ["arm64"]
    assert answers("check", "--tree", "=", tree, "--arch", "=", shell="bash")[0] == "arm64"
    assert answers("check", "--tree", f"'{tree}'", "--arch", "'ar", shell="bash") == ["arm64"]
    # `debug=` is a word of its own there, and only what follows it is asked for.
    assert answers("role", "--reading", "debug", "=", "rel", shell="bash") == ["release-candidate"]
    assert answers("role", "--reading", "debug=rel") == ["debug=release-candidate"]


def test_no_name_that_a_shell_would_take_for_a_command(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    folder = tree / "arch" / "x86" / "configs"
    for name in (
        "$(reboot)_defconfig",
        "a;b_defconfig",
        "a b_defconfig",
        "a\tb_defconfig",
        "a\nb_defconfig",
        "`a`_defconfig",
    ):
        (folder / name).touch()
    (folder / "fine-1,2_defconfig").touch()
    offered = answers("check", "--tree", str(tree), "--arch", "x86", "")
    assert "fine-1,2_defconfig" in offered
    assert all(re.fullmatch(r"[\w,.-]+", word) for word in offered)


def test_wrong_use() -> None:
    assert kpolicy("completion", "tcsh").status == status.USAGE
    assert kpolicy("completion", "bash", "more").status == status.USAGE
    assert kpolicy("completion").status == status.USAGE
    assert "--answer" not in kpolicy("completion", "--help").out


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_of_that_shell(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell}")
    path = tmp_path / "script"
    path.write_text(kpolicy("completion", shell).out)
    assert path.read_text() == script(shell)
    subprocess.run([program, "-n", str(path)], check=True, timeout=60)


class Shell:
    """An interactive shell in a terminal, in which somebody types."""

    def __init__(self, shell: str, folder: Path, environment: Mapping[str, str]) -> None:
        arguments = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]
        self._process, self._terminal = pty.fork()
        if self._process == 0:  # the shell
            os.chdir(folder)
            os.execvpe(arguments[0], arguments, environment)
        path = folder / "completion-script"
        path.write_text(script(shell))
        if shell == "zsh":
            self.type("bindkey -e; autoload -Uz compinit && compinit -D -u\n")
        self.type(f"source {path}; PS1=; printf '<%s>' READY\n")
        self.read_to("<READY>")

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def read_to(self, end: str) -> str:
        """What appears up to a text; fails when it does not come."""
        seen, late = "", time.monotonic() + 30
        while end not in seen:
            ready, _, _ = select.select([self._terminal], [], [], max(late - time.monotonic(), 0))
            assert ready, f"no {end} in {seen!r}"
            seen += os.read(self._terminal, 65536).decode(errors="replace")
        return seen

    def completed(self, line: str, *, whole: bool = False) -> str:
        """What a line becomes with the tabulator key; `whole` with the blank that the shell adds, if it does."""
        self.type(f"{line}\t")
        # The line is not run but printed: whatever the shell does with it follows the completion.
        self.type("\x05 @END\x01printf '<%s>\\n' \"\x05\"\n")
        line = str(re.findall(r"<([^<>]*) @END>", self.read_to("@END>"))[-1])
        return line if whole else line.strip()

    def close(self) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.close(self._terminal)
        os.waitpid(self._process, 0)


def _environment(folder: Path, warm: Path) -> dict[str, str]:
    """The environment of a shell that finds this kpolicy."""
    program = folder / "bin" / "kpolicy"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m kpolicy "$@"\n')
    program.chmod(0o755)
    root = Path(__file__).parents[2]
    return {
        "PATH": f"{program.parent}:/usr/bin:/bin", "PYTHONPATH": str(root), "XDG_CACHE_HOME": str(warm),
        "HOME": str(folder), "TERM": "dumb", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8",
    }  # fmt: skip


_TYPED = {
    "kpolicy expl": "kpolicy explain",
    "kpolicy rules show vmalloc-": "kpolicy rules show vmalloc-",
    "kpolicy rules show kasan/vm": "kpolicy rules show kasan/vmalloc-unwatched",
    "kpolicy check --tree linux --arch ar": "kpolicy check --tree linux --arch arm64",
    "kpolicy check --tree=linux --arch=ar": "kpolicy check --tree=linux --arch=arm64",
    "kpolicy check --tree linux graph": "kpolicy check --tree linux graphics_defconfig",
    "kpolicy check --tree linux graphics_defconfig+deb": "kpolicy check --tree linux graphics_defconfig+debug.config",
    "kpolicy check --tree ~/lin": "kpolicy check --tree ~/linux",
    "kpolicy check some": "kpolicy check some.config",
    "kpolicy check --baseline=some": "kpolicy check --baseline=some.config",
    "kpolicy explain --tree ~/linux DEBUG_KMEMLEAK_AU": "kpolicy explain --tree ~/linux DEBUG_KMEMLEAK_AUTO_SCAN",
    "kpolicy role --reading debug=rel": "kpolicy role --reading debug=release-candidate",
    "kpolicy audit --policy fuz": "kpolicy audit --policy fuzzing",
    "kpolicy check ~/som": "kpolicy check ~/some.config",
    "kpolicy kconfig linux --path driv": "kpolicy kconfig linux --path drivers",
    "kpolicy policy import pm": "kpolicy policy import pmos:",
}
# More is to be typed right behind these.
_UNFINISHED = ("kpolicy kconfig linux --path driv", "kpolicy policy import pm", "kpolicy check --toolchain cl")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(shell: str, demo: Path, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    shutil.copytree(demo, tmp_path / "linux")
    (tmp_path / "some.config").touch()
    (tmp_path / "my file.config").touch()
    environment = _environment(tmp_path, tmp_path / "cache")
    tree = str(tmp_path / "linux")
    kpolicy(
        "explain", "NO_SUCH", "--tree", tree, "--config", "graphics_defconfig",
        environment={"XDG_CACHE_HOME": environment["XDG_CACHE_HOME"]},
    )  # fmt: skip
    if shell == "fish":
        (tmp_path / "completion-script").write_text(script(shell))
        found = {line: _fish(line, tmp_path, environment) for line in _TYPED}
        # The words are those before fish quotes them, in the place of all behind the last blank.
        assert _fish("kpolicy check my\\ f", tmp_path, environment) == "kpolicy check my\\ my file.config"
        assert _fish('kpolicy check "$HOME/som', tmp_path, environment) == "kpolicy check $HOME/some.config"
        assert _fish('kpolicy waive "kmemleak/in', tmp_path, environment) == "kpolicy waive kmemleak/in-production"
    else:
        terminal = Shell(shell, tmp_path, environment)
        try:
            found = {line: terminal.completed(line) for line in _TYPED}
            blanks = [line for line in _UNFINISHED if terminal.completed(line, whole=True).endswith(" ")]
            assert terminal.completed("kpolicy check my\\ f") == "kpolicy check my\\ file.config"
            # The shell that prints the line takes quotes and variables away; zsh leaves such a word to its user.
            quoted = terminal.completed('kpolicy check "$HOME/som') if shell == "bash" else ""
        finally:
            terminal.close()
        assert blanks == []
        assert quoted in ("", f"kpolicy check {tmp_path}/some.config")
    # zsh takes the slash of a folder away again before a blank.
    assert {line: done.removesuffix("/") for line, done in found.items()} == _TYPED


def _fish(line: str, folder: Path, environment: Mapping[str, str]) -> str:
    """fish tells itself what a line can become; its last word is replaced by a completion that is the only one."""
    code = "source completion-script; complete --do-complete $argv[1]"
    run = subprocess.run(
        ["fish", "--no-config", "-c", code, line],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert run.stderr == ""
    words = [item.split("\t")[0] for item in run.stdout.splitlines()]
    return f"{line.rpartition(' ')[0]} {words[0]}" if len(words) == 1 else line
