# SPDX-License-Identifier: GPL-2.0-or-later
"""`b4 prep --check` and `b4 am --check`, with kpolicy as what they call."""

from __future__ import annotations

import re

import pytest

from tests.ci.support import CONFIG, change, plain, run, shown, transcript
from tests.git import Repository


@pytest.fixture
def prepared(linux: Repository) -> Repository:
    """A branch of b4 with three commits, two of them to the same file, and the page's setting."""
    for name, value in (("user.name", "A U Thor"), ("user.email", "author@example.com")):
        linux.git("config", name, value)
    linux.write(".b4-config", shown("ini", "# .b4-config"))
    linux.commit("b4")
    done = run(["b4", "prep", "-n", "scatter", "-f", "master"], linux.folder)
    assert done.status == 0, done.said
    change(linux)
    linux.commit("x86: check scatter lists")
    linux.write(CONFIG, linux.read(CONFIG).decode() + "# nothing else\n")
    linux.commit("x86: say that this is all")
    linux.write("lib/scatterlist.c", "int x;\n")
    linux.commit("lib: add a file")
    return linux


def test_each_patch_of_a_branch_is_judged_by_itself(prepared: Repository) -> None:
    before = prepared.git("status", "--porcelain"), prepared.git("count-objects", "-v")
    done = run(["b4", "prep", "--check"], prepared.folder)
    assert (done.status, plain(done.said)) == (0, transcript("b4 prep --check"))
    assert (prepared.git("status", "--porcelain"), prepared.git("count-objects", "-v")) == before


def test_a_patch_from_the_list_is_judged_on_top_of_what_is_checked_out(prepared: Repository) -> None:
    prepared.git("checkout", "-q", "master")
    command = re.search(r"check-cmd = (.*)", shown("ini", "# .b4-config"))
    assert command is not None
    prepared.git("config", "b4.am-perpatch-check-cmd", command[1])
    folder = prepared.folder.parent
    (folder / "x.mbx").write_text(
        prepared.git("format-patch", "-1", "--stdout", "--add-header=Message-Id: <1@example.com>", "b4/scatter~2")
        + "\n"
    )
    words = [
        "b4",
        "-n",
        "--offline-mode",
        "am",
        "--check",
        "-m",
        str(folder / "x.mbx"),
        "-o",
        str(folder),
        "1@example.com",
    ]
    done = run(words, prepared.folder)
    assert (done.status, "[kvmalloc/sg-in-production]" in done.said) == (0, True), done.said
