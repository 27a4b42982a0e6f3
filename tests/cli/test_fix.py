# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy fix`: patches, fragments, files, and what is said beside them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.support import Outcome, copy_of_demo, kpolicy

_CONFIG = "graphics_defconfig"
_PATH = f"arch/x86/configs/{_CONFIG}"


def _fix(tree: Path, *words: str | Path) -> Outcome:
    return kpolicy("fix", "--tree", tree, *words)


# A copy of that config with another name could be one of a debug kernel.
_STATED = ("--policy", "production")


def _check(tree: Path, *words: str | Path) -> list[str]:
    found = kpolicy("check", "--tree", tree, "-o", "json", *words).json
    return [item["rule"] for config in found["configs"] for item in config["findings"] if item["severity"] != "note"]


def _apply(folder: Path, diff: str) -> None:
    subprocess.run(["git", "init", "-q", folder], check=True, capture_output=True)
    run = subprocess.run(["git", "-C", folder, "apply", "-"], input=diff.encode(), capture_output=True)
    assert run.returncode == 0, run.stderr.decode()


def test_one_is_no_plural(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "my_defconfig"
    path.write_text("CONFIG_NO_SUCH_SYMBOL=y\n")
    outcome = kpolicy("fix", "--tree", demo, "--arch", "x86", path)
    summary = "1 of 1 finding cleared, 1 request given up, 1 line edited (minimal); proved by evaluation"
    assert f"note: {summary}\n" in outcome.err


def test_progress_on_terminals_only(demo: Path) -> None:
    words = ("fix", "--tree", demo, _CONFIG, *_STATED)
    assert "0/" in kpolicy(*words, terminal=True, environment={"TERM": "xterm"}).err
    assert " done" not in kpolicy(*words).err
    assert " done" not in kpolicy(*words, "-q", terminal=True, environment={"TERM": "xterm"}).err


def test_what_is_given_up_stands_above_the_patch(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "my_defconfig"
    path.write_text("CONFIG_NO_SUCH_SYMBOL=y\nCONFIG_NONE_SUCH=y\n")
    words = ("fix", "--tree", demo, "--arch", "x86", path)
    above, _, diff = kpolicy(*words).out.partition("\n\n--- a/")
    assert above.splitlines() == [
        "Gives up:",
        f"  CONFIG_NO_SUCH_SYMBOL=y ({path}:1),",
        f"  CONFIG_NONE_SUCH=y ({path}:2): no Kconfig file defines it",
    ]
    assert "-CONFIG_NO_SUCH_SYMBOL=y" in diff
    _apply(tmp_path, kpolicy(*words).out)
    assert path.read_text() == ""
    path.write_text("CONFIG_NO_SUCH_SYMBOL=y\n")
    found = kpolicy(*words, "--format", "json").json
    assert found["given_up"] == [
        {
            "symbol": "NO_SUCH_SYMBOL",
            "line": "CONFIG_NO_SUCH_SYMBOL=y",
            "location": {"path": str(path), "line": 1},
            "reason": "no Kconfig file defines it",
            "works": False,
            "proved": True,
            "never": False,
        }
    ]
    assert found["minimal"]


def test_a_fragment_says_so_beside_it(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "my_defconfig"
    path.write_text("CONFIG_DEBUG_KMEMLEAK=y\nCONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=400\n")
    outcome = kpolicy("fix", "--tree", demo, "--arch", "x86", path, "--policy", "production", "--format", "fragment")
    assert "note: CONFIG_DEBUG_KMEMLEAK=y (" in outcome.err
    assert "Gives up" not in outcome.out


_STRAY = ("DEBUG_KERNEL", "KASAN", "KCOV", "DEBUG_KMEMLEAK", "DEBUG_VM")


def _of_lines(path: Path, names: Sequence[str]) -> Path:
    path.write_text("".join(f"CONFIG_{name}=y\n" for name in names))
    return path


def test_debugging_is_not_added_for_a_guess(demo: Path, tmp_path: Path) -> None:
    path = _of_lines(tmp_path / "my_defconfig", (*_STRAY, "PROVE_LOCKING", "DEBUG_OBJECTS", "UBSAN"))
    words = ("--tree", demo, "--arch", "x86", path)
    assert kpolicy("role", *words, "--format", "json").json[0]["role"] == "debug"
    assert "is a guess: pass --policy debug" in kpolicy("fix", *words).err
    assert "is a guess" not in kpolicy("fix", *words, "--policy", "debug").err


def test_debugging_is_not_taken_away_where_the_role_is_unclear(demo: Path, tmp_path: Path) -> None:
    path = _of_lines(tmp_path / "my_defconfig", _STRAY)
    words = ("fix", "--tree", demo, "--arch", "x86", path)
    outcome = kpolicy(*words)
    # Neither of the two is a fuzzing kernel.
    assert [line for line in outcome.out.splitlines() if line.startswith("-C")] == ["-CONFIG_KCOV=y"]
    assert "the role is unclear, production or debug: pass --policy production or --policy debug" in outcome.err
    stated = kpolicy(*words, "--policy", "production")
    assert "is unclear" not in stated.err
    assert "-CONFIG_KASAN=y" in stated.out


def test_a_patch_for_git(demo: Path, tmp_path: Path) -> None:
    assert _check(demo, _CONFIG)
    outcome = _fix(demo, _CONFIG)
    assert outcome.status == status.CLEAN
    assert outcome.out.startswith(f"--- a/{_PATH}\n+++ b/{_PATH}\n")
    assert "findings cleared" in outcome.err
    assert "other values that change: " in outcome.err
    tree = copy_of_demo(tmp_path)
    _apply(tree, outcome.out)
    assert not _check(tree, _CONFIG)
    again = _fix(tree, _CONFIG)
    assert (again.status, again.out) == (status.CLEAN, "")
    assert "nothing to fix" in again.err


def test_every_config_of_the_demonstration_tree(demo: Path, tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    for path in sorted(demo.glob("arch/*/configs/*defconfig")):
        name = path.relative_to(demo).as_posix()
        role = kpolicy("role", "--tree", tree, name, "--format", "json").json[0]["role"]
        outcome = _fix(tree, name, "--write", "--format", "json", "--policy", role)
        left = sorted({item["rule"] for item in outcome.json["not_fixed"]})
        assert sorted(set(_check(tree, name, "--policy", role))) == left
        assert outcome.status == (status.FINDINGS if left else status.CLEAN)
        assert all(item["reason"] and item["location"] for item in outcome.json["not_fixed"])


def test_nothing_is_written_unless_asked(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    for form in ("diff", "fragment", "json", "text"):
        _fix(tree, _CONFIG, "--format", form, "--alternatives")
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before
    (tree / _PATH).chmod(0o640)
    diff = _fix(tree, _CONFIG, "--write").out
    changed = {path for path in tree.rglob("*") if path.is_file() and before.get(path) != path.read_bytes()}
    assert changed == {tree / _PATH}
    assert (tree / _PATH).stat().st_mode & 0o777 == 0o640
    (tree / _PATH).write_bytes(before[tree / _PATH])
    _apply(tree, diff)
    assert (tree / _PATH).read_bytes() != before[tree / _PATH]


def test_a_fragment_on_top(demo: Path, tmp_path: Path) -> None:
    outcome = _fix(demo, _CONFIG, "--format", "fragment", "-o", tmp_path / "fix.config")
    assert outcome.out == ""
    lines = (tmp_path / "fix.config").read_text().splitlines()
    assert "# CONFIG_DEBUG_KMEMLEAK is not set" in lines
    left = _check(demo, f"{_CONFIG}+{tmp_path / 'fix.config'}")
    assert (outcome.status == status.FINDINGS) == bool(left)
    assert "kmemleak/in-production" not in left


def test_only_some_rules(demo: Path) -> None:
    found = _fix(demo, _CONFIG, "--rule", "kmemleak", "--format", "json").json
    assert {item["rule"].partition("/")[0] for item in found["fixed"]} == {"kmemleak"}
    assert found["edits"]
    assert found["patch"].startswith("--- a/")
    unknown = _fix(demo, _CONFIG, "--rule", "kmemleek")
    assert unknown.status == status.USAGE
    assert "unknown rule 'kmemleek'" in unknown.err
    assert _fix(demo, _CONFIG, "--rule", "a/b/c").status == status.USAGE


def test_in_words(demo: Path) -> None:
    lines = _fix(demo, _CONFIG, "--format", "text", "--alternatives").out.splitlines()
    assert lines[0].startswith(f"{_PATH}: ")
    assert any(line.startswith("    remove CONFIG_DEBUG_KMEMLEAK=y  (line ") for line in lines)
    assert any(line.startswith("other values that change: ") for line in lines)


def test_a_required_fragment(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "site.config").write_text("CONFIG_DEBUG_FS=y\n# CONFIG_STACKDEPOT is not set\nCONFIG_NO_SUCH=y\n")
    found = _fix(demo, "i386_defconfig", "--require", tmp_path / "site.config", "--format", "json").json
    assert not {item["rule"] for item in found["not_fixed"]} & {"required/debug-fs", "required/stackdepot"}


def test_a_file_elsewhere(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "my.config"
    file.write_bytes((demo / _PATH).read_bytes())
    monkeypatch.chdir(tmp_path)
    diff = _fix(demo, "--arch", "x86", "sub/my.config", *_STATED).out
    assert diff.startswith("--- a/sub/my.config\n")
    _apply(tmp_path, diff)
    assert not _check(demo, "--arch", "x86", file)
    monkeypatch.chdir(tmp_path / "sub")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "my.config").write_bytes((demo / _PATH).read_bytes())
    assert _fix(demo, "--arch", "x86", "../other/my.config", *_STATED).out.startswith("--- a/my.config\n")


def test_a_full_config_keeps_its_lines(demo: Path, tmp_path: Path) -> None:
    full = tmp_path / ".config"
    full.write_text(kpolicy("expand", "--tree", demo, _CONFIG).out)
    lines = full.read_text().count("\n")
    outcome = _fix(demo, full, "--write", *_STATED)
    assert outcome.status == status.CLEAN
    assert "# CONFIG_DEBUG_KMEMLEAK is not set" in full.read_text().splitlines()
    assert full.read_text().count("\n") <= lines
    assert not _check(demo, full)


def test_of_a_stack_the_last_file(demo: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.config"
    more.write_text("CONFIG_DEBUG_FS=y\n# mine\n")
    outcome = _fix(demo, f"{_CONFIG}+{more}", "--write", "--format", "json", "--rule", "kmemleak/in-production")
    assert outcome.json["edits"]
    assert "# mine" in more.read_text()
    assert not [rule for rule in _check(demo, f"{_CONFIG}+{more}") if rule == "kmemleak/in-production"]
    twice = _fix(demo, f"{more}+{more}", "--arch", "x86")
    assert twice.status == status.USAGE


def test_standard_input(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (demo / _PATH).read_bytes()

    def fix(form: str, *words: str) -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        return _fix(demo, "--arch", "x86", "-", "--format", form, *_STATED, *words)

    assert fix("json").json["edits"]
    assert "CONFIG_DEBUG_KMEMLEAK" in fix("fragment").out
    assert fix("diff").status == status.USAGE
    assert fix("text", "--write").status == status.USAGE


@pytest.mark.parametrize("form", ["json", "fragment", "diff"])
def test_a_pipe_is_read_once(demo: Path, form: str) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file:
        file.write((demo / _PATH).read_bytes())
    try:
        found = _fix(demo, "--arch", "x86", f"/dev/fd/{reader}", "--format", form, *_STATED)
    finally:
        os.close(reader)
    if form == "diff":
        assert (found.status, f"/dev/fd/{reader} is not a file" in found.err) == (status.USAGE, True)
    else:
        assert "DEBUG_KMEMLEAK" in found.out


def test_what_cannot_be_edited(demo: Path, tmp_path: Path) -> None:
    packed = tmp_path / "config.gz"
    import gzip

    packed.write_bytes(gzip.compress((demo / _PATH).read_bytes()))
    assert "is compressed" in _fix(demo, "--arch", "x86", packed).err
    assert "DEBUG_KMEMLEAK" in _fix(demo, "--arch", "x86", packed, "--format", "fragment", *_STATED).out
    odd = tmp_path / 'my"config'
    odd.write_bytes((demo / _PATH).read_bytes())
    assert _fix(demo, "--arch", "x86", odd).status == status.USAGE
    assert _fix(demo, "no_such_defconfig").status == status.FAILURE
    assert _fix(demo, _CONFIG, "--write", "--format", "fragment").status == status.USAGE
    assert kpolicy("fix", odd).status == status.USAGE


def test_a_file_that_changes_meanwhile(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "my.config"
    file.write_bytes((demo / _PATH).read_bytes())
    # It is read again before it is written.
    monkeypatch.setattr("kpolicy.files.read_file", lambda path: Path(path).read_bytes() + b"# more\n")
    outcome = _fix(demo, "--arch", "x86", file, "--write", *_STATED)
    monkeypatch.undo()
    assert outcome.status == status.FAILURE
    assert "changed meanwhile" in outcome.err
    assert file.read_bytes() == (demo / _PATH).read_bytes()
    assert os.listdir(tmp_path) == ["my.config"]


def test_waived_findings_stay(demo: Path, tmp_path: Path) -> None:
    policy = tmp_path / "own.toml"
    policy.write_text('[[waiver]]\nrule = "kmemleak/*"\nreason = "r"\nowner = "o"\n')
    found = _fix(demo, _CONFIG, "--policy", policy, "--format", "json").json
    assert "kmemleak/in-production" not in {item["rule"] for item in found["fixed"]}
    found = _fix(demo, _CONFIG, "--policy", policy, "--no-waivers", "--format", "json").json
    assert "kmemleak/in-production" in {item["rule"] for item in found["fixed"]}


def test_a_line_that_is_honoured_stays_whatever_it_turns_off(tmp_path: Path) -> None:
    files = {
        "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n",
        "Kconfig": 'config EXPERT\n\tbool "Expert"\n\nconfig SPACES\n\tbool "Spaces" if EXPERT\n\tdefault !EXPERT\n',
        "arch/x86/Kconfig": "",
        "x.config": "CONFIG_EXPERT=y\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    words = ("--tree", tmp_path, "--arch", "x86", tmp_path / "x.config")
    assert "config/switches-off" in kpolicy("check", *words).out
    assert kpolicy("fix", *words, "--fail-on", "note").out == ""


def test_an_unclear_role_of_a_stack_is_not_acted_upon(demo: Path, tmp_path: Path) -> None:
    more = _of_lines(tmp_path / "more.config", ("DEBUG_KERNEL", "KASAN", "DEBUG_KMEMLEAK", "DEBUG_VM"))
    outcome = kpolicy("fix", "--tree", demo, f"x86_64_defconfig+{more}")
    assert "the role is unclear" in outcome.err
    assert "CONFIG_KASAN" not in outcome.out
