# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy waive` and `kpolicy policy init`: policy files that kpolicy writes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.location import Location
from kpolicy.policy.files.extends import policy_of_text
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.files.writing import starter, with_waiver
from tests.cli.support import copy_of_demo, kpolicy

_UNTIL = ("--owner", "jane", "--until", "2099-01-31")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def test_a_first_policy_is_written_once(tree: Path) -> None:
    first = kpolicy("policy", "init", "--tree", tree)
    assert (first.status, first.out) == (status.CLEAN, "")
    text = (tree / "kpolicy.toml").read_text()
    assert '# "arch/x86/configs/debug_defconfig" = "debug"' in text
    again = kpolicy("policy", "init", "--tree", tree)
    assert (again.status, (tree / "kpolicy.toml").read_text()) == (status.USAGE, text)
    assert kpolicy("policy", "show", "--tree", tree).status == status.CLEAN


def test_all_that_a_first_policy_suggests_can_be_switched_on() -> None:
    text = starter("Linux 6.12", ["arch/x86/configs/x86_64_defconfig", "kernel/configs/debug.config"])
    switched = "\n".join(
        line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in text.splitlines()
    )
    policy = policy_of_text("kpolicy.toml", switched.replace("# fail_on", "fail_on"))
    assert policy.waivers[0].owner == "who"


def test_a_waiver_is_added_and_comments_stay(tree: Path) -> None:
    path = tree / "kpolicy.toml"
    path.write_text('# ours\nfail_on = "error"  # only these\n')
    before = kpolicy("audit", tree, "-o", "json").json["summary"]
    done = kpolicy("waive", "kmemleak/in-production", "graphics_defconfig", *_UNTIL, "--tree", tree)
    assert (done.status, done.err) == (status.CLEAN, "")
    assert path.read_text() == (
        '# ours\nfail_on = "error"  # only these\n\n[[waiver]]\nrule = "kmemleak/in-production"\n'
        'config = "graphics_defconfig"\nreason = "accepted by jane"\nowner = "jane"\nexpires = 2099-01-31\n'
    )
    after = kpolicy("audit", tree, "-o", "json").json["summary"]
    assert (after["waived"], after["errors"]) == (1, before["errors"] - 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kmemleak/in-prod", "x_defconfig", *_UNTIL), "did you mean 'kmemleak/in-production'?"),
        (("kmemleak", "x_defconfig", "--owner", "jane", "--until", "soon"), "YYYY-MM-DD"),
        (("kmemleak", "x_defconfig", "--owner", "jane", "--until", "2020-01-31"), "the day is past"),
        (("kmemleak", "configs/", *_UNTIL), "a config is a file"),
        (("kmemleak", "x_defconfig", *_UNTIL, "--policy", "gone.toml"), "there is none of that name"),
    ],
)
def test_what_would_be_no_waiver_is_not_written(tree: Path, words: tuple[str, ...], said: str) -> None:
    path = tree / "kpolicy.toml"
    path.write_text("# ours\n")
    outcome = kpolicy("waive", *words, "--tree", tree)
    assert (outcome.status, path.read_text()) == (status.USAGE, "# ours\n")
    assert said in outcome.err


def test_without_a_policy_file_there_is_nothing_to_add_to(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tree.parent))
    (tree / ".git").mkdir()
    outcome = kpolicy("waive", "kmemleak", "x_defconfig", *_UNTIL, "--tree", tree)
    assert outcome.status == status.USAGE
    assert "kpolicy policy init" in outcome.err


def test_odd_texts_stay_what_they_are() -> None:
    waiver = Waiver("kasan", 'a"b\\c', "X", "caf\u00e9", "j", dt.date(2099, 1, 1), Location("kpolicy.toml", 2))
    text = with_waiver("# a\r\n", waiver)
    assert text.count("\r\n") == text.count("\n")
    (read,) = policy_of_text("kpolicy.toml", text).waivers
    assert replace(read, location=waiver.location) == waiver


def test_a_waiver_that_is_there_is_not_added_again(tree: Path) -> None:
    path = tree / "kpolicy.toml"
    path.write_text("# ours\n")
    words = ("waive", "kmemleak", "x_defconfig", *_UNTIL, "--policy", path)
    kpolicy(*words)
    text = path.read_text()
    again = kpolicy(*words)
    assert (again.status, again.err, path.read_text()) == (status.CLEAN, "", text)
    assert again.out == f"{path}:3: kmemleak is already waived in x_defconfig until 2099-01-31 (jane)\n"
    # Another owner, another reason: another waiver.
    assert kpolicy(*words, "--symbol", "X").out.startswith(f"{path}: ")
    assert path.read_text() != text


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (b"# a\nwaiver = []\n", (), "{path}:2: error: 'waiver' must be written as [[waiver]] tables\n    waiver = []"),
        (b"# a\n\xff\n", (), "{path}:2: error: not UTF-8 text"),
        (b"# a\n", ("--symbol", "a b"), "error: not a valid waiver: 'a b' is not a symbol\n"),
        (b"# a\n", ("--reason", " "), "error: not a valid waiver: 'reason' is empty\n"),
        (b"# a\n", ("--reason", "\udcff"), "error: not a valid waiver: not UTF-8 text\n"),
    ],
)
def test_errors_point_at_lines_of_the_file(tree: Path, text: bytes, words: tuple[str, ...], said: str) -> None:
    path = tree / "kpolicy.toml"
    path.write_bytes(text)
    outcome = kpolicy("waive", "kmemleak", "x_defconfig", *_UNTIL, *words, "--policy", path)
    assert (outcome.status, outcome.out, path.read_bytes()) == (status.USAGE, "", text)
    assert outcome.err.startswith(said.format(path=path))
