# SPDX-License-Identifier: GPL-2.0-or-later
"""What is remembered changes no report: cold, warm, after damage, with any number of processes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kpolicy.errors import InputError
from tests.cli.kills import kill
from tests.cli.support import append, kpolicy
from tests.git import Repository, make_repository

_CONFIG = "arch/x86/configs/x86_64_defconfig"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def repository(demo: Path, tmp_path: Path) -> Repository:
    """The demonstration tree with one commit, and changes on top of that."""
    shutil.copytree(demo, tmp_path / "linux")
    repository = make_repository(tmp_path / "linux")
    append(repository.folder / _CONFIG, "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\nCONFIG_NONSENSE=y\n")
    repository.replace("lib/Kconfig.debug", "config DEBUG_SG\n", "config DEBUG_SG\n\tdefault y\n")
    append(repository.folder / "arch/arm64/Kconfig", 'config ODD\n\tstring\n\tdefault "$(shell,no-such-program)"\n')
    return repository


@pytest.fixture
def run(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(repository.folder)

    def one(*words: str) -> tuple[int, str, str]:
        outcome = kpolicy(*words, environment={"XDG_CACHE_HOME": str(tmp_path / "cache")})
        return outcome.status, outcome.out, outcome.err

    return one


def _commands(folder: Path) -> Iterator[tuple[str, ...]]:
    form = ("-o", "json", "--ram", "16G")
    yield "audit", str(folder), *form
    yield "audit", str(folder), "-v"
    yield "audit", str(folder), "--since", "HEAD", *form
    yield "audit", f"{folder}@HEAD", *form
    yield "check", "--tree", str(folder), _CONFIG, "-v"
    yield "check", "--tree", str(folder), _CONFIG, "i386_defconfig", *form
    yield "check", "--tree", str(folder), "--arch", "x86", f"{_CONFIG}+kernel/configs/debug.config", *form
    yield "diff", "HEAD", str(folder), "--format", "json"


def _damage(folder: Path, chance: random.Random) -> None:
    """Spoil a good part of what is kept: cut, changed, empty, another's content, gone."""
    files = {path: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    for path in chance.sample(list(files), len(files) // 2):
        content = files[path]
        at = chance.randrange(len(content) + 1)
        damaged = (content[:at], content[:at] + b"x" + content[at + 1 :], b"", chance.choice(list(files.values())))
        path.write_bytes(chance.choice(damaged))
        if chance.random() < 0.2:
            path.unlink()


def test_every_report_is_the_same_with_and_without_the_cache(run: Run, repository: Repository, tmp_path: Path) -> None:
    commands = list(_commands(repository.folder))
    expected = {words: run(*words, "--no-cache") for words in commands}
    assert any(status == 1 for status, *_ in expected.values())
    assert "no-such-program" in "".join(err + out for _, out, err in expected.values())
    chance = random.Random(1)
    for jobs in ("1", "4", "2"):
        chance.shuffle(commands)
        for words in commands:
            found = run(*words, *(("-j", jobs) if words[0] == "audit" else ()))
            assert found == expected[words], (jobs, words)
        _damage(tmp_path / "cache" / "kpolicy", chance)


@contextmanager
def _unjudged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever judges a config meets an error."""

    def fail(*_: object) -> None:
        raise InputError("judged again")

    with monkeypatch.context() as patch:
        patch.setattr("kpolicy.run.judging.judge", fail)
        yield


@pytest.mark.parametrize(
    ("path", "text", "again"),
    [
        ("README", "", False),
        (_CONFIG, "# a comment\n", True),
        ("arch/x86/Kconfig", "config MORE\n\tbool\n", True),
        ("arch/x86/Kconfig", "# a comment\n", False),
        ("arch/arm64/Kconfig", "# a comment\n", False),
    ],
)
def test_is_judged_again_when_what_it_rests_on_changed(
    run: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch, path: str, text: str, again: bool
) -> None:
    words = ("check", "--tree", ".", "i386_defconfig" if path != _CONFIG else _CONFIG)
    expected = run(*words)
    assert expected[0] == 1
    (repository.folder / "README").touch()
    append(repository.folder / path, text)
    with _unjudged(monkeypatch):
        found = run(*words)
    assert (found == expected, "judged again" in found[2]) == (not again, again)


@pytest.mark.parametrize(
    "other",
    [("--policy", "debug"), ("--ram", "4G"), ("--toolchain", "clang-19.1"), ("--arch", "x86"), ("--require", "more")],
)
def test_is_judged_again_for_another_question(
    run: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch, other: tuple[str, str]
) -> None:
    (repository.folder / "more").write_text("CONFIG_DEBUG_VM=y\n")
    words = ("check", "--tree", ".", _CONFIG, "-o", "json")
    run(*words)
    with _unjudged(monkeypatch):
        assert "judged again" not in run(*words)[2]
        assert ("judged again" in run(*words, *other)[2]) == (other[0] != "--arch")


def test_a_tree_by_another_name_is_the_same(run: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("-o", "json")
    run("audit", ".", *words)
    with _unjudged(monkeypatch):
        found = run("audit", str(repository.folder), *words)
    assert found == run("audit", str(repository.folder), *words, "--no-cache")


def test_waivers_are_no_part_of_what_is_remembered(
    run: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = repository.folder / "kpolicy.toml"
    policy.write_text('fail_on = "never"\n')
    run("check", "--tree", ".", _CONFIG)
    append(policy, '[[waiver]]\nrule = "kvmalloc/*"\nreason = "test"\nowner = "me"\n')
    with _unjudged(monkeypatch):
        found = run("check", "--tree", ".", _CONFIG)
    assert "judged again" not in found[2]
    assert found == run("check", "--tree", ".", _CONFIG, "--no-cache")


def test_runs_that_are_killed_leave_nothing_wrong(tmp_path: Path) -> None:
    assert kill(3, tmp_path / "cache", random.Random(3)) == []


@pytest.mark.parametrize(
    ("path", "text", "words", "again"),
    [
        ("README", "", (), False),
        # By the files, not by what a model says: it would have to be read for that.
        ("arch/x86/Kconfig", "# a comment\n", (), True),
        (_CONFIG, "# a comment\n", (), True),
        ("arch/x86/Kconfig", "config MORE\n\tbool\n", (), True),
        ("README", "", ("--policy", "debug"), True),
        ("README", "", ("--toolchain", "clang-19.1"), True),
        ("README", "", ("--arch", "x86"), False),
        ("README", "", ("--require", "more"), True),
    ],
)
def test_pairs_are_compared_again_when_what_they_rest_on_changed(
    run: Run,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    text: str,
    words: tuple[str, ...],
    again: bool,
) -> None:
    (repository.folder / "more").write_text("CONFIG_DEBUG_VM=y\n")
    command = ("diff", "HEAD", ".", "-j", "1", "--format", "json")
    expected = run(*command)
    assert '"gained"' in expected[1]
    (repository.folder / "README").touch()
    append(repository.folder / path, text)

    def fail(*_: object) -> None:
        raise InputError("compared again")

    with monkeypatch.context() as patch:
        patch.setattr("kpolicy.run.compare._compare_pair", fail)
        found = run(*command, *words)
    assert ("compared again" in found[1] + found[2]) == again
    if not (again or words):
        assert found == expected
    assert run(*command, *words) == run(*command, *words, "--no-cache")


def test_a_config_that_lies_elsewhere_is_compared_again(run: Run, tmp_path: Path) -> None:
    fragment = tmp_path / "mine"
    command = ("diff", "HEAD", ".", "--config", str(fragment), "--arch", "x86", "--format", "json")
    for lines in ("CONFIG_DEBUG_KERNEL=y\n", "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n", "CONFIG_DEBUG_KERNEL=y\n"):
        fragment.write_text(lines)
        assert run(*command) == run(*command, "--no-cache")
