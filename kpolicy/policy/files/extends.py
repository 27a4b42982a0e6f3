# SPDX-License-Identifier: GPL-2.0-or-later
"""From a policy file to a `Policy`: the files that it builds on, and the rules in its own folders.

Files are applied in the order in which they are named, what a file builds on before the file
itself; one that is reached in several ways is applied once, at its first place.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kpolicy.errors import KpolicyError, UsageError, did_you_mean
from kpolicy.files import read_file, tidy, why_unreadable
from kpolicy.frozen import dataclass, replace
from kpolicy.location import Location
from kpolicy.patterns import lazy
from kpolicy.policy.files.own_rules import RuleFile, own_rule_files, with_own_rules
from kpolicy.policy.files.policy_file import SHIPPED_FOLDER
from kpolicy.policy.files.policy_reader import PolicyReader
from kpolicy.policy.files.policy_toolchain import make_toolchain
from kpolicy.policy.files.settings import Policy
from kpolicy.policy.files.shipped import SHIPPED, shipped_text
from kpolicy.policy.files.spec import parse_spec
from kpolicy.policy.files.vocabulary import Vocabulary, shipped_vocabulary
from kpolicy.policy.toml.toml_file import FileErrors, TomlFile

POLICY_SIZE: Final = 1 << 20
"""The largest policy file that is read, in bytes."""
_FOUND_HINT: Final = "every run below its folder reads it: repair or remove it, or name another policy with --policy"
_MOST_PARENTS: Final = 100
_LONGEST_CHAIN: Final = 50
_BARE_SLASH: Final = lazy(r"\s*\[{1,2}[^\"'\]]*/|\s*[A-Za-z0-9_.*-]*[/*][^\"'=]*=")


def load_policy(word: str, vocabulary: Vocabulary | None = None, *, found: bool = False) -> Policy:
    """The policy that a word names: a shipped one by its name, or a file; with `found` a file that nobody named.

    A file of the name of a shipped policy is written `./production`.  Raises `FileErrors` with
    everything that is wrong with the file, the files that it builds on and its own rules, and
    `UsageError` when there is no such file.
    """
    loader = _Loader()
    if word in SHIPPED and not found:
        loader.load_shipped(word)
    else:
        loader.load_file(Path(word), word, None, found=found)
    return loader.policy(vocabulary or shipped_vocabulary())


def policy_text(path: Path, shown: str, *, named: bool = True, found: bool = False) -> str:
    """The text of a policy file; raises UsageError, by the name that is `shown`, for one that cannot be read.

    Only a file that is `named` on the command line may be a pipe; `found` is one that nobody named.
    """
    place, advice = Location(shown, 0), _FOUND_HINT if found else None
    try:
        content = read_file(path, POLICY_SIZE, pipes=named and not found)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EISDIR, errno.EINVAL):
            raise UsageError("is not a file, expected a policy file", place, hint=advice) from None
        is_name = "/" not in shown and not shown.endswith(".toml") and not found
        hint = did_you_mean(shown, SHIPPED) if is_name else advice
        raise UsageError(f"cannot read the policy: {why_unreadable(path, error)}", place, hint=hint) from None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        start = content.rfind(b"\n", 0, error.start) + 1
        end = content.find(b"\n", error.start)
        line = content[start : end if end >= 0 else len(content)]
        raise UsageError(
            "not UTF-8 text: not a policy file",
            Location(shown, content.count(b"\n", 0, error.start) + 1),
            source_line=line.decode("utf-8", "surrogateescape"),
            column=len(content[start : error.start].decode("utf-8", "surrogateescape")) + 1,
        ) from None


def policy_of_text(path: str, text: str, vocabulary: Vocabulary | None = None) -> Policy:
    """The policy of a text that is, or will be, at a path; raises as `load_policy` does."""
    loader = _Loader()
    loader.load_text(os.path.realpath(path), path, text)
    return loader.policy(vocabulary or shipped_vocabulary())


def default_policy(vocabulary: Vocabulary | None = None) -> Policy:
    """The policy without any file: every rule as it is."""
    return Policy((), vocabulary or shipped_vocabulary())


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A file that has been parsed: its reader, the folder that its paths start from, and that of its own rules."""

    reader: PolicyReader
    folder: Path | None
    rules_dir: str | None


class _Loader:
    def __init__(self) -> None:
        self._loaded: dict[str, _Loaded] = {}
        self._open: dict[str, str] = {}  # what is being read, from the named file down: identity, shown
        self._errors: list[KpolicyError] = []
        self._complete = True  # nothing is missing that could have brought own rules

    def load_shipped(self, name: str) -> None:
        self._load(f"shipped:{name}", f"{SHIPPED_FOLDER}/{name}.toml", shipped_text(name), None)

    def load_file(self, path: Path, shown: str, named_at: _Named | None, *, found: bool = False) -> None:
        """Read a file; `named_at` is where it was named, None for the command line and for one that was `found`."""
        try:
            text = policy_text(path, shown, named=named_at is None, found=found)
        except UsageError as error:
            self._complete = False
            if named_at is not None and error.location == Location(shown, 0) and error.source_line is None:
                named_at.complain(f"{shown}: {error.message}", error.hint)
            else:
                self._errors.append(error)
            return
        self.load_text(os.path.realpath(path), shown, text)

    def load_text(self, identity: str, shown: str, text: str) -> None:
        self._load(identity, shown, text, Path(shown).parent)

    def _load(self, identity: str, shown: str, text: str, folder: Path | None) -> None:
        if identity in self._loaded:
            return
        try:
            file = TomlFile(shown, text)
        except UsageError as error:
            self._complete = False
            self._errors.append(_advised(error))
            return
        reader = PolicyReader(file)
        extends, rules_dir = reader.heads()
        self._open[identity] = shown
        for word in extends[:_MOST_PARENTS]:
            self._extend(_Named(file, word), word, shown, folder)
        del self._open[identity]
        if len(extends) > _MOST_PARENTS:
            file.complain(("extends",), f"builds on more than {_MOST_PARENTS} policies")
        self._loaded[identity] = _Loaded(reader, folder, rules_dir)

    def _extend(self, named_at: _Named, word: str, shown: str, folder: Path | None) -> None:
        is_path = ("/" in word or word.endswith(".toml")) and parse_spec(word) is None
        if not is_path or folder is None:
            if word in SHIPPED:
                self.load_shipped(word)
                return
            if parse_spec(word) is not None:
                named_at.complain(f"{word!r} is a policy of another tool", "it is named under 'require'")
                return
            hint = did_you_mean(word, SHIPPED)
            named_at.complain(f"unknown policy {word!r}", f"{hint}\na file is named with its ending or a slash")
            return
        if len(self._open) >= _LONGEST_CHAIN:
            named_at.complain(f"a chain of more than {_LONGEST_CHAIN} policies", None)
            return
        path = folder / word
        identity = os.path.realpath(path) if "\0" not in word else word
        parent = tidy(os.path.join(os.path.dirname(shown), word))
        if identity in self._open:
            circle = [*list(self._open.values())[list(self._open).index(identity) :], self._open[identity]]
            named_at.complain("policies extend each other in a loop", " -> ".join(circle))
            return
        self.load_file(path, parent, named_at)

    def policy(self, vocabulary: Vocabulary) -> Policy:
        """What has been loaded, in the order in which it applies; raises FileErrors with all that is wrong."""
        rules: list[RuleFile] = []
        for item in self._loaded.values():
            if item.rules_dir is not None and item.folder is not None:
                found = own_rule_files(item.reader.file, item.folder, item.rules_dir, vocabulary, self._errors)
                self._complete = self._complete and found is not None
                rules += found or ()
        known = replace(with_own_rules(vocabulary, rules, self._errors), complete=self._complete)
        flavours = {name: globs for item in self._loaded.values() for name, globs in item.reader.flavours().items()}
        files = tuple(item.reader.policy(known, flavours) for item in self._loaded.values())
        policy = Policy(files, known)
        try:
            # Tools of several files come together here for the first time.
            make_toolchain(policy.tools)
        except UsageError as error:
            self._errors.append(self._with_line(error))
        # The file that was named comes last in order and first in what is said.
        errors = [error for item in reversed(self._loaded.values()) for error in _sorted(item.reader.file.errors)]
        errors += self._errors
        if errors:
            raise FileErrors(errors)
        return policy

    def _with_line(self, error: UsageError) -> UsageError:
        """The error with the line that it points at, where that is one of the files."""
        place = error.location
        for item in self._loaded.values():
            if place is not None and item.reader.file.path == place.path:
                line = item.reader.file.text.split("\n")[place.line - 1]
                return UsageError(error.message, place, source_line=line, column=1, hint=error.hint)
        return error


@dataclass(frozen=True, slots=True)
class _Named:
    """Where a file is named by another."""

    file: TomlFile
    word: str

    def complain(self, message: str, hint: str | None) -> None:
        self.file.complain_at_item(("extends",), self.word, message, hint)


def _sorted(errors: list[KpolicyError]) -> Iterator[KpolicyError]:
    yield from sorted(errors, key=lambda error: error.location or Location("", 0))


def _advised(error: UsageError) -> UsageError:
    """A syntax error with what is most often behind it."""
    if error.hint is None and error.source_line is not None and _BARE_SLASH.match(error.source_line):
        return UsageError(
            error.message,
            error.location,
            source_line=error.source_line,
            column=error.column,
            hint='quote names with a slash or a wildcard: [rules."kasan/outline"]',
        )
    return error
