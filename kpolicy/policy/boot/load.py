# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of boot parameters: TOML in, `BootParameter` out, or everything that is wrong with the file.

The id of a parameter is its place below the folder: `page-alloc/page-owner.toml` is `page-alloc/page-owner`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.errors import UsageError
from kpolicy.policy.boot.parameter import (
    CLASSES_OF_PARAMETERS,
    FORMS,
    HANDLERS,
    PURPOSES,
    BootParameter,
    Spelling,
    Word,
)
from kpolicy.policy.boot.reader import SourcedReader
from kpolicy.policy.expressions.expression import Constant, Expression
from kpolicy.policy.toml.compiled import compiled
from kpolicy.policy.toml.data_files import data_files, load_all
from kpolicy.policy.toml.toml_file import KeyPath, TomlFile

if TYPE_CHECKING:
    from kpolicy.policy.boot.parameter import Form

_PACKAGE: Final = "kpolicy.parameters"
_KEYS: Final = (
    "title",
    "purpose",
    "handler",
    "form",
    "needs",
    "name",
    "word",
    "adds",
    "final",
    "apart",
    "off",
    "lost",
    "source",
)
_ALWAYS, _NEVER = Constant("y"), Constant("n")
_NAME: Final = re.compile(r"[a-z0-9_.]+\Z")


@functools.cache
def shipped_parameters(cache: str | None = None) -> tuple[BootParameter, ...]:
    """The parameters that ship with kpolicy, in the order of their ids, kept in a cache if there is one."""

    def load() -> tuple[BootParameter, ...]:
        return load_parameters(data_files(_PACKAGE))

    return compiled("parameters", load, CLASSES_OF_PARAMETERS, cache, "parameters")


def load_parameters(files: Iterable[tuple[str, str, str]]) -> tuple[BootParameter, ...]:
    """The parameters of some files, given as (id, path to show, text), in the order of their ids.

    Raises FileErrors with everything that is wrong with any of them, UsageError where two have a name in common.
    """
    found = tuple(sorted(load_all(files, load_parameter), key=lambda item: item.id))
    owners: dict[str, BootParameter] = {}
    for item in found:
        for spelling in item.spellings:
            if owners.setdefault(spelling.name, item) is not item:
                raise UsageError(f"{spelling.name!r} is the name of two parameters", item.location)
    return found


def by_name(parameters: Iterable[BootParameter]) -> Mapping[str, tuple[BootParameter, Spelling]]:
    """The parameters by all of their names."""
    return {spelling.name: (item, spelling) for item in parameters for spelling in item.spellings}


def load_parameter(parameter_id: str, path: str, text: str) -> BootParameter:
    """The parameter that a file describes; raises as `load_parameters` does."""
    file = TomlFile(path, text)
    parameter = _Reader(file).parameter(parameter_id)
    file.finish()
    return parameter


class _Reader(SourcedReader):
    def parameter(self, parameter_id: str) -> BootParameter:
        self.known_keys((), _KEYS)
        form = self.word(("form",), FORMS)
        words = tuple(self._word(("word", number)) for number in range(self.count(("word",))))
        if form == "word" and not words:
            self.file.complain(("form",), "the form 'word' takes [[word]] tables", value=True)
        needs = self.condition_or(("needs",), _ALWAYS)
        spellings = tuple(self._spelling(("name", number), form, needs) for number in range(self.count(("name",))))
        if not spellings:
            self.file.complain((), "there is no [[name]]")
        sources = tuple(self.source(("source", number)) for number in range(self.count(("source",))))
        if not sources:
            self.file.complain((), "there is no [[source]]")
        if ("off" in self.table(())) != ("lost" in self.table(())):
            self.file.complain((), "'off' and 'lost' go together: what switches it off, and what that means")
        return BootParameter(
            id=parameter_id,
            title=self.string(("title",)),
            purpose=self.word(("purpose",), PURPOSES),
            handler=self.word(("handler",), HANDLERS),
            needs=needs,
            spellings=spellings,
            words=words,
            adds=self.condition_or(("adds",), _NEVER),
            final=self.string(("final",), required=False),
            apart=self.string(("apart",), required=False),
            off=self.condition_or(("off",), _NEVER),
            lost=self.string(("lost",), required=False),
            sources=sources,
            location=self.file.location(("title",)),
        )

    def _spelling(self, where: KeyPath, form: Form, needs: Expression) -> Spelling:
        self.known_keys(where, ("name", "since", "not_in", "old", "form", "needs"))
        name = self.string((*where, "name"))
        if not _NAME.match(name):
            self.file.complain((*where, "name"), "a name has small letters, digits, _ and dots", value=True)
        old = self.value((*where, "old"))
        if not isinstance(old, bool | None):
            self.file.complain((*where, "old"), "'old' is true or false", value=True)
        since, not_in = self.release((*where, "since")), self.release((*where, "not_in"))
        if since <= not_in and not_in != (0, 0):
            self.file.complain((*where, "not_in"), "'not_in' must be before 'since'", value=True)
        if "form" in self.table(where):
            form = self.word((*where, "form"), FORMS)
        return Spelling(name, since, not_in, old is True, form, self.condition_or((*where, "needs"), needs))

    def _word(self, where: KeyPath) -> Word:
        self.known_keys(where, ("name", "needs"))
        return Word(self.string((*where, "name")), self.condition_or((*where, "needs"), _ALWAYS))
