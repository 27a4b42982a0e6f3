# SPDX-License-Identifier: GPL-2.0-or-later
"""A commit as the mail that `git format-patch` writes, for `git am`."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import textwrap
from collections.abc import Iterator, Mapping
from email.header import Header
from email.utils import format_datetime
from typing import Final

from kpolicy import __version__
from kpolicy.frozen import dataclass
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.text.lines import number
from kpolicy.report.text.unified import Hunk, hunks
from kpolicy.tuples import NamedTuple

_ZERO: Final = "0" * 40
"""There is no commit yet: what `git format-patch --zero-commit` writes."""
_ABBREVIATED: Final = 12
_MODE: Final = "100644"
_LONGEST_HEADER: Final = 78
_LONGEST_NAME: Final = 52
_SPECIAL: Final = re.compile(r'[()<>@,;:\\".\[\]]')


@dataclass(frozen=True, slots=True)
class Commit:
    """A change of one file: `author` is a name and an address; `sign_off` says that the author signs it off."""

    path: str
    before: bytes
    after: bytes
    subject: str
    body: str
    author: tuple[str, str]
    sign_off: bool = False

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """The diff, without its header."""
        return hunks(self.before, self.after)

    def meets(self, other: Commit) -> bool:
        """Whether this and another commit, each of the same tree, cannot be applied one after the other."""
        return self.path == other.path and any(
            not one.removed.isdisjoint(two.needed) or not two.removed.isdisjoint(one.needed)
            for one in self.hunks
            for two in other.hunks
        )


class Left(NamedTuple):
    """Findings that get no patch, and why."""

    findings: tuple[Finding, ...]
    reason: str


class Advice(NamedTuple):
    """What can be done about a finding that needs a decision: lines to write, each with why it does not help, or "".

    `problem` says why no line is known.
    """

    finding: Finding
    ways: tuple[tuple[str, str], ...]
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return f"no remedy: {self.problem}"
        places = (f"in {self.finding.symbol}", "on this line")
        told = [(f"'{line}' {place}", fault) for (line, fault), place in zip(self.ways, places, strict=True)]
        helps = [way for way, fault in told if not fault]
        text = "neither usual remedy is proved to clear it"
        if helps:
            text = f"proved to clear it with the toolchain of the run: {' or '.join(helps)}"
        return "; ".join((text, *(f"{way}: {fault}" for way, fault in told if fault)))


@dataclass(frozen=True, slots=True)
class Patches:
    """Commits with the names of their files, findings that get none, and how many there are of other checks.

    `advice` is about findings for which there are remedies to choose from.
    """

    commits: tuple[tuple[str, Commit], ...]
    left: tuple[Left, ...]
    advice: tuple[Advice, ...]
    others: Mapping[str, int]


def summary(patches: Patches, folder: str) -> Iterator[str]:
    """How many patches there are, and of how many findings there is none."""
    count = len(patches.commits)
    yield f"{count} patch{'' if count == 1 else 'es'} {'written to ' + folder if count else 'written'}"
    without = sum(len(item.findings) for item in patches.left)
    if without:
        yield f"{number(without, 'finding')} without a patch: the reasons are above"
    if patches.advice:
        yield f"{number(len(patches.advice), 'finding')} with remedies to choose from: see above"
    for rule, found in sorted(patches.others.items()):
        yield f"{rule}: {number(found, 'finding')}, for which a person has to decide"


def mail(commit: Commit, when: dt.datetime) -> bytes:
    """The mail of a commit."""
    name, address = commit.author
    trailer = f"\nSigned-off-by: {name} <{address}>\n" if commit.sign_off else ""
    head = [
        f"From {_ZERO} Mon Sep 17 00:00:00 2001",
        f"From: {_phrase(name)} <{address}>",
        # Git writes the day without a zero.
        f"Date: {format_datetime(when).replace(', 0', ', ')}",
        *textwrap.wrap(
            f"Subject: [PATCH] {_encoded(commit.subject)}",
            _LONGEST_HEADER,
            subsequent_indent=" ",
            break_long_words=False,
            break_on_hyphens=False,
        ),
    ]
    text = b"".join(hunk.text for hunk in commit.hunks)
    path = commit.path
    added, removed = (_count(text, sign) for sign in (b"+", b"-"))
    end = "\t" if " " in path else ""
    body = "\n".join(
        (
            "",
            commit.body,
            f"{trailer}---",
            f" {path} | {added + removed} {'+' * added}{'-' * removed}",
            f" 1 file changed{_changed(added, 'insertion', '+')}{_changed(removed, 'deletion', '-')}",
            "",
            f"diff --git a/{path} b/{path}",
            f"index {_blob(commit.before)}..{_blob(commit.after)} {_MODE}",
            f"--- a/{path}{end}",
            f"+++ b/{path}{end}",
            "",
        )
    )
    content = body.encode("utf-8", "surrogateescape") + text + f"-- \nkpolicy {__version__}\n\n".encode("ascii")
    if not f"{name}{commit.subject}{commit.body}".isascii():
        # As git has it, the bytes of the diff are none of the text.
        head += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"]
    return "".join(f"{line}\n" for line in head).encode("ascii") + content


def file_name(number: int, subject: str) -> str:
    """The name of a patch's file, as git makes it of the subject."""
    words = re.sub(r"[^A-Za-z0-9._]+", "-", subject)
    words = re.sub(r"\.\.+", ".", words).strip("-.")[:_LONGEST_NAME].rstrip("-.")
    return f"{number:04}-{words}.patch"


def _phrase(name: str) -> str:
    if not name.isascii():
        return _encoded(name)
    if not _SPECIAL.search(name):
        return name
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _encoded(text: str) -> str:
    """A text for a header."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=10_000).encode()


def _changed(count: int, what: str, sign: str) -> str:
    return f", {count} {what}{'s' if count > 1 else ''}({sign})" if count else ""


def _blob(content: bytes) -> str:
    """The name of a file's content in git, abbreviated."""
    named = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return named.hexdigest()[:_ABBREVIATED]


def _count(text: bytes, sign: bytes) -> int:
    return sum(line.startswith(sign) for line in text.split(b"\n"))
