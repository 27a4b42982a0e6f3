# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of knobs: TOML in, `Knob` out, or everything that is wrong with the file.

The id of a knob is its place below the folder: `panic/panic-on-warn.toml` is `panic/panic-on-warn`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Final

from kpolicy.errors import UsageError
from kpolicy.policy.boot.reader import SourcedReader
from kpolicy.policy.expressions.expression import Constant
from kpolicy.policy.running.knob import CLASSES_OF_KNOBS, FORMS, MEANINGS, Case, Default, Knob
from kpolicy.policy.toml.compiled import compiled
from kpolicy.policy.toml.data_files import data_files, load_all
from kpolicy.policy.toml.toml_file import KeyPath, TomlFile
from kpolicy.running.system import Wanted

_PACKAGE: Final = "kpolicy.knobs"
_KEYS: Final = (
    *("title", "name", "path", "form", "line", "field", "pattern", "needs", "since", "not_in", "harmless_since"),
    *("default", "case", "source"),
)
_ALWAYS: Final = Constant("y")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+\Z")
_PATH: Final = re.compile(r"/(?:proc|sys)(?:/[A-Za-z0-9_-]+)+\Z")
_TEST: Final = re.compile(r"(?:below|above) -?[0-9]+|lower|higher|other|not \S+|\S+")
_WHOLE: Final = re.compile(r"[0-9]{1,4}\Z")


@functools.cache
def shipped_knobs(cache: str | None = None) -> tuple[Knob, ...]:
    """The knobs that ship with kpolicy, in the order of their ids, kept in a cache if there is one."""

    def load() -> tuple[Knob, ...]:
        return load_knobs(data_files(_PACKAGE))

    return compiled("knobs", load, CLASSES_OF_KNOBS, cache, "knobs")


def load_knobs(files: Iterable[tuple[str, str, str]]) -> tuple[Knob, ...]:
    """The knobs of some files, given as (id, path to show, text), in the order of their ids.

    Raises FileErrors with everything that is wrong with any of them, UsageError where two have the same name.
    """
    found = tuple(sorted(load_all(files, load_knob), key=lambda item: item.id))
    names: set[str] = set()
    for item in found:
        if item.name in names:
            raise UsageError(f"{item.name!r} is the name of two knobs", item.location)
        names.add(item.name)
    return found


def load_knob(knob_id: str, path: str, text: str) -> Knob:
    """The knob that a file describes; raises as `load_knobs` does."""
    file = TomlFile(path, text)
    knob = _Reader(file).knob(knob_id)
    file.finish()
    return knob


def wanted_files(knobs: Iterable[Knob]) -> tuple[Wanted, ...]:
    """The files that have to be read for some knobs."""
    files = (Wanted(item.paths, item.form == "presence", item.harmless_since) for item in knobs if item.paths)
    return tuple(dict.fromkeys(files))


class _Reader(SourcedReader):
    def knob(self, knob_id: str) -> Knob:
        self.known_keys((), _KEYS)
        form = self.word(("form",), FORMS)
        paths = self.one_or_more(("path",), required=form != "log")
        for path in paths:
            if not _PATH.match(path):
                self.file.complain(("path",), f"{path!r} is no path below /proc or /sys", value=True)
        pattern = self.string(("pattern",), required=form in ("count", "log"))
        try:
            re.compile(pattern)
        except re.error as error:
            self.file.complain(("pattern",), f"not a regular expression: {error}", value=True)
        sources = tuple(self.source(("source", number)) for number in range(self.count(("source",))))
        if not sources:
            self.file.complain((), "there is no [[source]]")
        defaults = tuple(self._default(("default", number)) for number in range(self.count(("default",))))
        cases = tuple(self._case(("case", number), form == "bits") for number in range(self.count(("case",))))
        if not defaults and not cases:
            self.file.complain((), "there is neither a [[default]] nor a [[case]]")
        return Knob(
            id=knob_id,
            title=self.string(("title",)),
            name=self._name(("name",)),
            paths=paths,
            form=form,
            line=self.string(("line",), required=False),
            field=self._whole(("field",)),
            pattern=pattern,
            needs=self.condition_or(("needs",), _ALWAYS),
            since=self.release(("since",)),
            not_in=self.release(("not_in",)),
            harmless_since=self.release(("harmless_since",)),
            defaults=defaults,
            cases=cases,
            sources=sources,
            location=self.file.location(("title",)),
        )

    def _name(self, where: KeyPath) -> str:
        name = self.string(where)
        if name and not _NAME.match(name):
            self.file.complain(where, "a name has letters, digits, dots, _ and -", value=True)
        return name

    def _whole(self, where: KeyPath) -> int:
        found = self.value(where)
        if found is None:
            return 0
        if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 100:
            return found
        self.file.complain(where, f"{where[-1]!r} is a number from 1 on", value=True)
        return 0

    def _default(self, where: KeyPath) -> Default:
        self.known_keys(where, ("when", "value", "symbol", "boot"))
        if sum(key in self.table(where) for key in ("value", "symbol", "boot")) != 1:
            self.file.complain(where, "a default has one of 'value', 'symbol' and 'boot'")
        return Default(
            self.condition_or((*where, "when"), _ALWAYS),
            self.string((*where, "value"), required=False),
            self.string((*where, "symbol"), required=False),
            self._boot((*where, "boot")),
        )

    def _boot(self, where: KeyPath) -> str:
        # Only here: what ships is read once.
        from kpolicy.evaluate.parameters import PARAMETERS

        return self.word(where, PARAMETERS) if self.value(where) is not None else ""

    def _case(self, where: KeyPath, is_bit: bool) -> Case:
        self.known_keys(where, ("is", "when", "means", "says", "letter"))
        test = self.string((*where, "is"))
        if not (_WHOLE if is_bit else _TEST).fullmatch(test):
            self.file.complain((*where, "is"), f"{test!r} is no test of a value", value=True)
        return Case(
            test,
            self.condition_or((*where, "when"), _ALWAYS),
            self.word((*where, "means"), MEANINGS),
            self.string((*where, "says")),
            self.string((*where, "letter"), required=is_bit),
        )
