# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated probes start no process, open no socket, and open nothing for writing: an audit hook watches."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kpolicy.kernel.source import DirectorySource

# Run in a process of its own: an audit hook cannot be removed again.
_WATCHED = textwrap.dedent(
    """
    import os, sys
    import kpolicy.frozen
    import kpolicy.tuples
    # They would write a method for what is made often, which is no work of a tree's.
    kpolicy.frozen._FEW = kpolicy.tuples._FEW = 1 << 30
    from kpolicy.kernel.architecture import architectures, resolve_architecture
    from kpolicy.kernel.config_files import config_files, default_config
    from kpolicy.kernel.source import open_tree
    from kpolicy.kernel.toolchain import EmulatedProbes, build_environment, parse_toolchain
    from kpolicy.kernel.version import read_version
    from tests.kernel.probe_commands import probe_commands
    from tests.kernel.shell_cases import CASES

    FORBIDDEN = ("subprocess.", "os.system", "os.exec", "os.fork", "os.spawn", "os.posix_spawn", "pty.", "socket.",
                 "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink",
                 "os.truncate", "os.utime", "os.putenv", "os.unsetenv", "os.chdir", "os.kill", "ctypes.", "exec",
                 "compile", "shutil.", "tempfile.")
    seen = []

    def hook(event, arguments):
        if event == "open":
            path, mode, flags = arguments
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
                seen.append((event, path, mode))
        elif event.startswith(FORBIDDEN) and watching:
            seen.append((event, str(arguments)))

    # Python compiles modules when they are loaded first.
    watching = False
    source = open_tree(sys.argv[1])
    EmulatedProbes(parse_toolchain("dummy"), source).shell("awk x | sed p | grep x", {})
    resolve_architecture(source, architectures(source)[0])
    read_version(source)
    sys.addaudithook(hook)
    watching = True
    asked = 0
    for word in ("dummy", "gcc-14.2", "clang-19.1"):
        toolchain = parse_toolchain(word)
        probes = EmulatedProbes(toolchain, source)
        for srcarch in architectures(source):
            architecture = resolve_architecture(source, srcarch)
            environment = build_environment(str(source.root), read_version(source), architecture, toolchain)
            answer = lambda command: probes.shell(command, environment).output
            asked += len(probe_commands(source, srcarch, environment, answer))
        for command, _ in CASES:
            answer(command)
            asked += 1
    for command in ("rm -rf /", "echo x >" + sys.argv[1] + "/x", "touch $HOME/x", "curl example.org", "perl -e 1",
                    "exec 5<>/dev/tcp/127.0.0.1/80", "cat /etc/passwd | mail x", "kill -9 $$", "cd /; pwd; rm *"):
        answer(command)
    assert asked > 100, asked
    assert not seen, seen
    # And the hook would have seen it.
    open(os.devnull, "w").close()
    os.system("true")
    assert len(seen) == 2, seen
    watching = False
    print("asked", asked)
    """
)


def _watch(tree: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", _WATCHED, str(tree)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("asked ")


def test_nothing_happens_in_a_small_tree(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "arch" / "x86").mkdir(parents=True)
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n")
    (tmp_path / "scripts" / "Kconfig.include").write_text("a := $(shell,$(srctree)/scripts/evil.sh $(CC))\n")
    (tmp_path / "scripts" / "evil.sh").write_text("#!/bin/sh\necho x >owned; rm -rf $HOME; wget x; $1 -c x.c\n")
    (tmp_path / "Kconfig").write_text("config A\n\tdef_bool $(shell,echo y >owned; cat owned)\n")
    (tmp_path / "arch" / "x86" / "Kconfig").write_text("")
    before = sorted(tmp_path.rglob("*"))
    _watch(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.trees
def test_nothing_happens_in_real_trees(tree: DirectorySource) -> None:
    _watch(Path(tree.root))
