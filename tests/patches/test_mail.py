# SPDX-License-Identifier: GPL-2.0-or-later
"""The mails are those of `git format-patch`, byte for byte, but for the hash and the version at the end."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from kpolicy import __version__
from kpolicy.report.views.patches import Commit, file_name, mail
from tests.git import make_repository

_WHEN = dt.datetime(2026, 11, 5, 14, 3, 9, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
_TEXT = "# top\n\nconfig A\n\tbool\n" + "".join(f"\tselect S{number}\n" for number in range(30)) + "\nconfig B\n\tint\n"
# Each: the file before and after, the subject, the name of the author.
_CASES = {
    "a line": (_TEXT, _TEXT.replace("\tselect S7\n", ""), "lib: remove duplicate select of S7 from A", "A U Thor"),
    "lines between": (
        _TEXT,
        "".join(
            line.replace("S", "T") if line[-3:-1] in ("S4", "S5", "S7") else line for line in _TEXT.splitlines(True)
        ),
        "lib: x",
        "A U Thor",
    ),
    "one of two": (_TEXT.replace("S7", "S8"), _TEXT.replace("\tselect S7\n", ""), "lib: x", "A U Thor"),
    "two hunks": (
        _TEXT,
        _TEXT.replace("\tselect S3\n", "").replace("S25", "S26"),
        'lib: remove a "quoted" thing: and/or other things that make a long name',
        "Jane Q. Doe",
    ),
    "no end of the last line": (_TEXT.rstrip("\n"), _TEXT.replace("S29", "S30").rstrip("\n"), "x: y", 'A "B" C'),
    "the last line": (_TEXT, _TEXT.replace("\n\tint\n", "\n"), "Kconfig: remove", "A, B"),
    "letters": (_TEXT, _TEXT.replace("# top", "# täp"), "lib: remove é", "Zoë Ünal"),
    "a letter beside": (_TEXT.replace("# top", "# täp"), _TEXT.replace("# top\n", "# täp\nx"), "lib: x", "A U Thor"),
}


@pytest.mark.parametrize("sign_off", [False, True])
@pytest.mark.parametrize("name", _CASES)
def test_mails_of_git(tmp_path: Path, name: str, *, sign_off: bool) -> None:
    before, after, subject, author = _CASES[name]
    repository = make_repository(tmp_path / "linux")
    repository.write("lib/Kconfig", before)
    repository.commit("lib: before")
    repository.write("lib/Kconfig", after)
    body = "Some text.\n\n    lib/Kconfig:3: depends on B\n\nFound with a tool."
    trailer = f"\n\nSigned-off-by: {author} <a@example.org>" if sign_off else ""
    who = f"{author} <a@example.org>"
    date = ("--date", _WHEN.isoformat())
    repository.git(
        "commit", "-qa", "--cleanup=verbatim", "--author", who, *date, "-m", f"{subject}\n\n{body}{trailer}\n"
    )
    folder = ["git", "-C", str(repository.folder), "-c", "core.abbrev=12", "-c", "diff.noprefix=false"]
    words = ["format-patch", "-1", "--zero-commit", f"--signature=kpolicy {__version__}", "--no-thread"]
    theirs = subprocess.run([*folder, *words, "--stdout"], capture_output=True, check=True).stdout
    names = subprocess.run([*folder, *words, "-o", str(tmp_path)], capture_output=True, check=True, text=True).stdout
    commit = Commit(
        "lib/Kconfig", before.encode(), after.encode(), subject, body, (author, "a@example.org"), sign_off=sign_off
    )
    ours = mail(commit, _WHEN)
    if subject.isascii():
        # Git encodes the words of a subject one by one: what that says is compared below.
        assert ours == theirs
    assert ours.partition(b"\n---\n")[2] == theirs.partition(b"\n---\n")[2]
    assert Path(names.strip()).name == file_name(1, subject)
    # And git reads it as it was meant.
    (tmp_path / "our.patch").write_bytes(ours)
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.git("am", "-q", str(tmp_path / "our.patch"))
    assert repository.git("log", "-1", "--format=%an <%ae>%n%ad%n%B", "--date=rfc2822") == (
        f"{who}\nThu, 5 Nov 2026 14:03:09 -0500\n{subject}\n\n{body}{trailer}"
    )
    assert repository.read("lib/Kconfig") == after.encode()


def test_what_cannot_be_applied_one_after_the_other() -> None:
    def commit(*lines: int, path: str = "lib/Kconfig") -> Commit:
        text = "".join(line for number, line in enumerate(_TEXT.splitlines(keepends=True), 1) if number not in lines)
        return Commit(path, _TEXT.encode(), text.encode(), "", "", ("", ""))

    assert commit(10).meets(commit(10))
    assert commit(10).meets(commit(13))
    assert not commit(10).meets(commit(14))
    assert not commit(10).meets(commit(10, path="mm/Kconfig"))
    assert commit(10, 30).meets(commit(28))
