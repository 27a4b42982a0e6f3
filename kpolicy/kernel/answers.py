# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel tree by what another process says about it: the files that are needed, without the tree.

Every answer is the one that the tree itself gives.  What was not answered in advance is asked: a file is never taken
for missing because it was not sent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass, field
from kpolicy.kernel.source import NO_FILE, listed
from kpolicy.kernel.suites import KUNITCONFIG, kunitconfigs
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kernel.git import Revision
    from kpolicy.kernel.source import Source

# A folder with more below it is sent folder by folder.
_MOST_BELOW: Final = 20_000
# Scripts that probes and the grammar of conf are read from; a larger file is sent when it is asked for.
_LARGEST: Final = 1 << 16
# Folders at more levels are not sent in advance: links may lead around in circles.
_DEEPEST: Final = 12
_PLAIN: Final = re.compile(r"(?!(?:.*/)?\.\.?(?:/|$))[^/\0]+(?:/[^/\0]+)*")
_MADE_FROM: Final = re.compile(r"Kconfig.*|Makefile.*|.*config|.*\.config", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a path of a tree, by the method of `Source`; or for the `model` of an ARCH word, its path."""

    method: Literal["read", "is_file", "list_dir", "model"]
    path: str


class KeptModel(NamedTuple):
    """A model in a cache: the toolchain that it is for, its name there, and the digest of its content."""

    toolchain: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What a tree answers.

    `contents` are those of files, `files` further regular files, `folders` the names in folders, `faults` the errors of
    reading or listing a path, and `missing` paths that are no regular files.  `models` are the models that are kept
    where the tree is, by ARCH word, and `sent` those that come with the answers.
    """

    contents: Mapping[str, bytes] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: Mapping[Question, InputError] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    models: Mapping[str, KeptModel] = field(default_factory=dict)
    sent: frozenset[str] = frozenset()


class UnansweredError(BaseException):
    """A question about a tree that is not answered yet.

    No Exception: nothing that deals with errors of a config or a probe may take it for one.
    """

    def __init__(self, source: AnsweredTree, question: Question) -> None:
        super().__init__(question)
        self.source = source
        self.question = question


class AnsweredTree:
    """A kernel tree in another process; `root` is its path there, of which nothing is read."""

    def __init__(self, name: str, root: str, revision: Revision | None) -> None:
        self._name = name
        self._root = root
        self._revision = revision
        self._contents: dict[str, bytes] = {}
        self._files: set[str] = set()
        self._folders: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._faults: dict[Question, InputError] = {}
        self._missing: set[str] = set()
        self._models: dict[str, KeptModel] = {}

    def learn(self, answers: Answers) -> None:
        """Take further answers."""
        self._contents.update(answers.contents)
        self._files.update(answers.files, answers.contents)
        self._folders.update(answers.folders)
        self._names.update((folder, frozenset(names)) for folder, names in answers.folders.items())
        self._faults.update(answers.faults)
        self._missing.update(answers.missing)
        self._models.update(answers.models)
        for word in answers.sent:
            self._models.pop(word, None)

    def kept_model(self, word: str) -> KeptModel | None:
        """The model of an ARCH word that is kept where the tree is, and was not sent yet."""
        return self._models.get(word)

    @property
    def name(self) -> str:
        """The tree as the user named it."""
        return self._name

    @property
    def root(self) -> str:
        """See `KernelTree.root`."""
        return self._root

    @property
    def revision(self) -> Revision | None:
        """See `KernelTree.revision`."""
        return self._revision

    def read(self, path: str) -> bytes:
        """See `Source.read`."""
        found = self._contents.get(path)
        if found is not None:
            return found
        if self._is_missing(path):
            raise InputError(f"{self._show(path)}: {NO_FILE}")
        raise self._failure(Question("read", path))

    def is_file(self, path: str) -> bool:
        """See `Source.is_file`."""
        if path in self._files:
            return True
        # A file cannot be listed: what was listed is a folder, or nothing at all.
        if path in self._missing or path in self._folders or self._is_missing(path):
            return False
        raise UnansweredError(self, Question("is_file", path))

    def list_dir(self, path: str) -> tuple[str, ...]:
        """See `Source.list_dir`."""
        found = self._folders.get(path)
        if found is not None:
            return found
        if self._is_missing(path):
            return ()
        if path in self._files:
            raise InputError(f"{self._show(path)}: is a file, expected a directory")
        raise self._failure(Question("list_dir", path))

    def stamp(self, path: str) -> None:
        """None: when a file changes is not known here."""

    def _is_missing(self, path: str) -> bool:
        """Whether the nearest folder on the way that is known has nothing of that name."""
        if _PLAIN.fullmatch(path) is None:
            return False
        while path:
            path, _, name = path.rpartition("/")
            names = self._names.get(path)
            if names is not None:
                return name not in names
        return False

    def _show(self, path: str) -> str:
        return f"{self._name}:{path}" if self._revision is not None else os.path.join(self._name, path)

    def _failure(self, question: Question) -> BaseException:
        fault = self._faults.get(question)
        return fault.kept() if fault is not None else UnansweredError(self, question)


class _Answering:
    """Asks a tree, and writes down what it says."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._contents: dict[str, bytes] = {}
        self._files: set[str] = set()
        self._folders: dict[str, tuple[str, ...]] = {}
        self._faults: dict[Question, InputError] = {}
        self._missing: set[str] = set()
        self._count = 0

    @property
    def answers(self) -> Answers:
        """What was said."""
        return Answers(self._contents, frozenset(self._files), self._folders, self._faults, frozenset(self._missing))

    def read(self, path: str) -> None:
        """The content of a file, and what else is in its folder."""
        try:
            self._contents[path] = self._source.read(path)
        except InputError as error:
            self._faults[Question("read", path)] = error.kept()
        self.list_dir(path.rpartition("/")[0])

    def is_file(self, path: str) -> None:
        """Whether there is a file, and its content."""
        if self._source.is_file(path):
            self._files.add(path)
            self.read(path)
        else:
            self._missing.add(path)
            self.list_dir(path.rpartition("/")[0])

    def list_dir(self, path: str) -> None:
        """The names in a folder."""
        if path in self._folders:
            return
        try:
            self._folders[path] = self._source.list_dir(path)
        except InputError as error:
            self._faults[Question("list_dir", path)] = error.kept()

    def below(self, path: str, *, whole: bool = False, depth: int = 0) -> None:
        """All folders below one, with the files in them that are needed by their names; `whole` is all of them."""
        self.list_dir(path)
        names = self._folders.get(path, ())
        self._count += len(names)
        if depth > _DEEPEST or self._count > _MOST_BELOW:
            return
        for name in names:
            inside = f"{path}/{name}" if path else name
            if self._source.is_file(inside):
                self._files.add(inside)
                if whole or _MADE_FROM.fullmatch(name):
                    self._small(inside)
            elif listed(self._source, inside):
                self.below(inside, whole=whole, depth=depth + 1)

    def beside(self, path: str) -> None:
        """The files of a folder that end as one of them does."""
        folder, _, base = path.rpartition("/")
        ending = base[base.rfind(".") :] if "." in base else base
        for name in self._folders.get(folder, ()):
            other = f"{folder}/{name}" if folder else name
            if name.endswith(ending) and other not in self._contents and self._source.is_file(other):
                self._files.add(other)
                self._small(other)

    def _small(self, path: str) -> None:
        try:
            content = self._source.read(path)
        except InputError as error:
            self._faults[Question("read", path)] = error.kept()
            return
        if len(content) <= _LARGEST:
            self._contents[path] = content


def answered(source: Source, question: Question) -> Answers:
    """The answer to a question, and to those that are likely to follow.

    About a folder that is what is below, about a file those beside it with the same ending, and about the configs of
    KUnit all of them.
    """
    answering = _Answering(source)
    path = question.path
    if question.method == "list_dir":
        answering.list_dir(path)
        if path:
            answering.below(path)
        return answering.answers
    if question.method == "read":
        answering.read(path)
    else:
        answering.is_file(path)
    answering.beside(path)
    if path.rpartition("/")[2] == KUNITCONFIG:
        for other in kunitconfigs(source):
            answering.read(other)
    return answering.answers


def answered_in_advance(source: Source, kconfig_files: Iterable[str]) -> Answers:
    """What models and configs of a tree are made from, for the Kconfig files that its architectures source."""
    answering = _Answering(source)
    for path in kconfig_files:
        answering.read(path)
    for folder in ("", "arch"):
        answering.list_dir(folder)
    for name in listed(source, "arch") or ():
        answering.list_dir(f"arch/{name}")
        answering.below(f"arch/{name}/configs")
        # Probes run what is in there.
        answering.below(f"arch/{name}/tools", whole=True)
        answering.is_file(f"arch/{name}/Makefile")
    answering.is_file("Makefile")
    answering.below("kernel/configs")
    answering.below("scripts", whole=True)
    return answering.answers
