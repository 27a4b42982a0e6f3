# SPDX-License-Identifier: GPL-2.0-or-later
"""The objects of a git repository, by plumbing: `git rev-parse`, one `git cat-file --batch`, and what others ask for.

The work tree and the index are neither read nor written, hooks and filters do not run, and nothing is fetched:
an object that a partial clone does not have is missing.
"""

from __future__ import annotations

import os
import re
import subprocess
import weakref
from collections.abc import Mapping
from typing import IO, Final

from kpolicy.errors import InputError, UsageError
from kpolicy.files import MAX_SIZE, too_large
from kpolicy.frozen import dataclass
from kpolicy.tuples import NamedTuple

_ENVIRONMENT: Final = {
    # Neither a promisor remote nor a helper that the repository's configuration names is ever asked.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
# Hooks run with these set, for their own repository: the tree that the user names is another matter.
_FOREIGN: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")
_SETTINGS: Final = (
    "core.fsmonitor=false",
    # Even an index of our own would call a hook, and leave a part of itself in the repository.
    f"core.hooksPath={os.devnull}",
    "core.splitIndex=false",
)
_CHUNK: Final = 1 << 20
_OBJECT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Entry(NamedTuple):
    """An entry of a tree object: its mode as for stat(2), and the name of the object that it is.

    The mode of a submodule is that of no file (0o160000).
    """

    mode: int
    oid: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and the tree object of the folder that was asked about.

    `commit` and `tree` are the names of objects, `folder` the top of the work tree, or of the repository where it has
    none, joined with the path below it.  `objects` is a folder with objects that the repository does not have.
    """

    commit: str
    tree: str
    folder: str
    objects: str = ""


def resolve(folder: str, word: str, environment: Mapping[str, str]) -> Revision:
    """The commit that `word` names in the repository around `folder`, at the tree of that folder.

    Raises UsageError when git is missing, when there is no repository, or when it knows no such commit.
    """
    # ^REV names no commit but what is to be left out.
    if not word or word[0] in "-^" or "\0" in word or "\n" in word:
        raise UsageError(f"not a revision: {word!r}", hint="expected a commit, branch or tag, for example v6.12")
    prefix = prefix_of(folder, environment)
    commit = ask(folder, environment, "rev-parse", "--verify", "--end-of-options", f"{word}^{{commit}}")
    try:
        tree = ask(folder, environment, "rev-parse", "--verify", f"{commit}:{prefix}")
    except UsageError:
        raise UsageError(f"{word}: has no folder {prefix}", hint=f"{folder} is not in that revision") from None
    return Revision(commit, tree, os.path.realpath(folder))


def prefix_of(folder: str, environment: Mapping[str, str]) -> str:
    """The path of a folder below the top of its work tree, "" for the top; raises UsageError as `ask` does."""
    return ask(folder, environment, "rev-parse", "--show-prefix").rstrip("/")


def run(
    folder: str, environment: Mapping[str, str], *words: str, stdin: bytes = b"", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder; `more` are variables for it.  Raises UsageError when there is no git to run."""
    try:
        return subprocess.run(  # noqa: S603 - git, with words that are no options
            _command(folder, *words),
            env={**_environment(environment), **(more or {})},
            input=stdin,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed", hint="revisions of a tree are read by git") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"git cannot be run: {error}") from None


def ask(
    folder: str, environment: Mapping[str, str], *words: str, stdin: bytes = b"", more: Mapping[str, str] | None = None
) -> str:
    """What git says, without the last line end; raises UsageError, in words, where it fails."""
    done = run(folder, environment, *words, stdin=stdin, more=more)
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it does not say why"]
    if "not a git repository" in said[0]:
        raise UsageError(f"{folder}: not in a git repository", hint="only a repository has revisions")
    if "dubious ownership" in said[0]:
        raise UsageError(f"{folder}: git does not trust this repository: it belongs to another user", hint=said[-1])
    if "--verify" in words and ("Needed a single revision" in said[0] or "bad revision" in said[0]):
        word = words[-1].removesuffix("^{commit}")
        raise UsageError(f"{folder}: git knows no commit '{word}'", hint="git log shows commits, git tag shows tags")
    raise UsageError(f"{folder}: git: {said[0].removeprefix('fatal: ')}")


def _command(folder: str, *words: str) -> list[str]:
    settings = (word for setting in _SETTINGS for word in ("-c", setting))
    return ["git", "-C", folder, "--no-pager", *settings, *words]


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if name not in _FOREIGN}
    return {**kept, **_ENVIRONMENT}


def alternates(folder: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variable that names a further folder of objects to git, besides those that the user names."""
    name = "GIT_ALTERNATE_OBJECT_DIRECTORIES"
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return {name: os.pathsep.join(item for item in (quoted, environment.get(name, "")) if item)}


class Objects:
    """Reads the objects of the repository that has a revision; git runs as long as this lives.

    A process that inherits this by a fork runs a git of its own: two that read from one would mix up their answers.
    """

    def __init__(self, revision: Revision, environment: Mapping[str, str]) -> None:
        more = alternates(revision.objects, environment) if revision.objects else {}
        self._folder = revision.folder
        self._environment = {**_environment(environment), **more}
        self._start()

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - git, with words that are no options
                _command(self._folder, "cat-file", "--batch"),
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except (OSError, ValueError) as error:
            raise UsageError(f"git cannot be run: {error}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asks: IO[bytes] = self._process.stdin
        self._answers: IO[bytes] = self._process.stdout
        self._owner = os.getpid()
        # In a forked process this only closes its ends of the pipes: only children are terminated.
        weakref.finalize(self, _end, self._process)

    def blob(self, oid: str, path: str) -> bytes:
        """The content of a file; `path` is for the error.

        Raises InputError when the object is not to be had, or far too large to be a file of Kconfig.
        """
        return self._read(oid, b"blob", path)

    def tree(self, oid: str, path: str) -> dict[str, Entry]:
        """The entries of a folder, by name; raises as `blob` does."""
        content = self._read(oid, b"tree", path)
        entries: dict[str, Entry] = {}
        size = len(oid) // 2
        start = 0
        while start < len(content):
            space, end = content.index(b" ", start), content.index(b"\0", start)
            mode, name = int(content[start:space], 8), os.fsdecode(content[space + 1 : end])
            start = end + 1 + size
            entries[name] = Entry(mode, content[end + 1 : start].hex())
        return entries

    def _read(self, oid: str, kind: bytes, path: str) -> bytes:
        assert _OBJECT.fullmatch(oid)
        if self._owner != os.getpid():
            self._start()
        try:
            self._asks.write(oid.encode("ascii") + b"\n")
            self._asks.flush()
            head = self._answers.readline().split()
            if len(head) != 3:
                raise InputError(
                    f"{path}: git has no object {oid}",
                    hint="a partial or broken clone; kpolicy fetches nothing, git fetch may bring it",
                )
            size = int(head[2])
            if head[1] != kind or size > MAX_SIZE:
                self._pass_over(size + 1)
                what = too_large(MAX_SIZE) if head[1] == kind else f"is a {head[1].decode()}, not a {kind.decode()}"
                raise InputError(f"{path}: {what}")
            content = self._answers.read(size)
            self._answers.read(1)
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: git stopped: {error}") from None
        if len(content) != size:
            raise InputError(f"{path}: git stopped while it was read")
        return content

    def _pass_over(self, size: int) -> None:
        while size > 0:
            found = len(self._answers.read(min(size, _CHUNK)))
            size = size - found if found else 0


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue
    process.terminate()
    process.wait()
