# SPDX-License-Identifier: GPL-2.0-or-later
"""Policy files: TOML in, `PolicyFile` out; what is wrong is noted with its line (`TomlFile.errors`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeVar

from kpolicy.errors import did_you_mean
from kpolicy.patterns import lazy
from kpolicy.policy.files.globs import config_glob_fault, rank_of_selector, selector_fault
from kpolicy.policy.files.policy_file import (
    THRESHOLDS,
    TOOLS,
    Change,
    Fragment,
    Layer,
    Placed,
    PolicyFile,
    StatedRole,
    Threshold,
    Tool,
    Waiver,
)
from kpolicy.policy.files.policy_toolchain import tool_fault
from kpolicy.policy.files.vocabulary import Vocabulary
from kpolicy.policy.rules.rule import SEVERITIES, RuleParameter, Severity
from kpolicy.policy.toml.reader import TableReader
from kpolicy.policy.toml.toml_file import KeyPath

if TYPE_CHECKING:
    from kpolicy.policy.files.require_reader import Flavours
    from kpolicy.policy.files.requirement import Requirement

KEYS: Final = (
    "extends", "rules_dir", "fail_on", "require", "toolchain", "roles", "flavours", "rules", "override", "waiver",
)  # fmt: skip
SETTING_KEYS: Final = ("enabled", "severity", "parameters")
OVERRIDE_KEYS: Final = ("configs", "rules")
WAIVER_KEYS: Final = ("rule", "config", "symbol", "reason", "owner", "expires")
SWITCHES: Final = ("on", "off")
READING: Final = "reading"

# Errors; locations and suggestions for more take time and are not read.
_ENOUGH: Final = 200
# Findings about the boot command line and a running kernel are about parameters and settings: kfence.sample_interval.
_SYMBOL: Final = lazy(r"[A-Za-z0-9_.-]+\Z")
_DATE: Final = lazy(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")

Word = TypeVar("Word", bound=str)


class PolicyReader(TableReader):
    """Reads one policy file."""

    def heads(self) -> tuple[tuple[str, ...], str | None]:
        """What the file builds on, and the folder of its own rules: to be read before all else."""
        extends = self.one_or_more(("extends",))
        folder = self.string(("rules_dir",)) if "rules_dir" in self.file.data else ""
        return extends, folder or None

    def flavours(self) -> Flavours:
        """The globs of configs by the flavours that the file defines."""
        if "flavours" not in self.file.data:
            return {}
        from kpolicy.policy.files.require_reader import RequireReader  # only for requirements

        return RequireReader(self.file).flavours()

    def policy(self, vocabulary: Vocabulary, flavours: Flavours) -> PolicyFile:
        """All that the file says, by the `flavours` of all files.

        Complaints are noted, and what they are about is left out.
        """
        self.known_keys((), KEYS)
        layers = [Layer((), tuple(self._changes(("rules",), vocabulary)))]
        layers += [self._override(("override", n), vocabulary) for n in range(self.count(("override",)))]
        return PolicyFile(
            path=self.file.path,
            roles=tuple(self._roles(vocabulary)),
            readings=tuple(self._readings(vocabulary)),
            layers=tuple(layer for layer in layers if layer.changes),
            require=tuple(self._require(flavours, complete=vocabulary.complete)),
            tools=tuple(self._tools()),
            fail_on=self._fail_on(),
            waivers=tuple(self._waivers(vocabulary)),
        )

    # Roles

    def _roles(self, vocabulary: Vocabulary) -> Iterator[StatedRole]:
        if not self._is_table(("roles",), '[roles]: "glob" = "role"'):
            return
        for glob, found in self.table(("roles",)).items():
            where = ("roles", glob)
            if glob == READING and isinstance(found, dict):
                continue
            self._config_glob(where, glob)
            if isinstance(found, dict):
                self.file.complain(where, f"{glob!r} must be a role", f"there is a table [roles.{READING}] only")
            elif not isinstance(found, str):
                self.file.complain(where, f"the role of {glob!r} must be a text", value=True)
            else:
                role = self._word_of(where, vocabulary.role_names, "role")
                yield StatedRole(glob, role, self.file.location(where))

    def _readings(self, vocabulary: Vocabulary) -> Iterator[tuple[str, Placed[str]]]:
        table = ("roles", READING)
        readings = {role.name: [reading.name for reading in role.readings] for role in vocabulary.roles}
        for role in self.table(table):
            where = (*table, role)
            if role not in readings:
                self.file.complain(where, f"unknown role {role!r}", did_you_mean(role, vocabulary.role_names))
            elif not readings[role]:
                self.file.complain(where, f"the role {role!r} has no readings: it is what remains")
            else:
                yield role, self._placed(where, self._word_of(where, readings[role], f"reading of {role!r}"))

    # Rules

    def _changes(self, where: KeyPath, vocabulary: Vocabulary) -> Iterator[Change]:
        if not self._is_table(where, '[rules."family/name"]'):
            return
        changes = [self._change((*where, selector), selector, vocabulary) for selector in self.table(where)]
        yield from sorted(changes, key=lambda change: rank_of_selector(change.selector))

    def _change(self, where: KeyPath, selector: str, vocabulary: Vocabulary) -> Change:
        known = self._selector(where, selector, vocabulary, value=False)
        canonical = vocabulary.canonical(selector)
        location = self.file.location(where)
        found = self.value(where)
        if isinstance(found, str):
            word = self._word_of(where, (*SWITCHES, *SEVERITIES), "setting of a rule")
            severity = self._severity(word)
            return Change(
                canonical,
                Placed(word != "off", location),
                Placed(severity, location) if severity is not None else None,
                (),
                location,
            )
        if not isinstance(found, dict):
            hint = 'for example "off", "error", or a table with enabled, severity, parameters'
            self.file.complain(where, f"the setting of {selector!r} must be a text or a table", hint, value=True)
            return Change(canonical, None, None, (), location)
        self._setting_keys(where, selector)
        return Change(
            canonical,
            self._enabled((*where, "enabled")),
            self._stated_severity((*where, "severity")),
            tuple(self._parameters((*where, "parameters"), canonical if known else None, vocabulary)),
            location,
        )

    def _setting_keys(self, where: KeyPath, selector: str) -> None:
        for key, found in self.table(where).items():
            if key not in SETTING_KEYS:
                hint = did_you_mean(key, SETTING_KEYS)
                if isinstance(found, dict) and "/" not in selector:
                    hint = f'did you mean [rules."{selector}/{key}"]?'
                self.file.complain((*where, key), f"unknown key {key!r}", hint)

    def _enabled(self, where: KeyPath) -> Placed[bool] | None:
        found = self.value(where)
        if found is None:
            return None
        if not isinstance(found, bool):
            self.file.complain(where, "'enabled' must be true or false", value=True)
            return None
        return Placed(found, self.file.location(where))

    def _stated_severity(self, where: KeyPath) -> Placed[Severity] | None:
        if self.value(where) is None:
            return None
        return self._placed(where, self._word_of(where, SEVERITIES, "severity"))

    @staticmethod
    def _severity(word: str) -> Severity | None:
        return next((severity for severity in SEVERITIES if severity == word), None)

    def _parameters(
        self, table: KeyPath, selector: str | None, vocabulary: Vocabulary
    ) -> Iterator[tuple[str, Placed[int | str]]]:
        if not self._is_table(table, "parameters = { name = value }"):
            return
        rules = [entry.rule for entry in vocabulary.matched(selector or "") if entry.rule is not None]
        declared: dict[str, RuleParameter] = {}
        for rule in rules:
            declared.update((item.name, item) for item in rule.parameters)
        for name in self.table(table):
            where = (*table, name)
            value = self.parameter_value(where)
            parameter = declared.get(name)
            if parameter is not None and type(parameter.default) is not type(value):
                what = "a whole number" if isinstance(parameter.default, int) else "a text"
                self.file.complain(where, f"{name!r} must be {what}: {parameter.description}", value=True)
            elif parameter is None and selector is not None and vocabulary.is_sure(selector):
                hint = did_you_mean(name, declared) or "the rule has no parameters"
                self.file.complain(where, f"{selector!r} has no parameter {name!r}", hint)
            else:
                yield name, Placed(value, self.file.location(where))

    def _override(self, where: KeyPath, vocabulary: Vocabulary) -> Layer:
        self.known_keys(where, OVERRIDE_KEYS)
        globs = self.one_or_more((*where, "configs"), required=True)
        for glob in globs:
            self._config_glob((*where, "configs"), glob, item=True)
        if self.value((*where, "rules")) is None:
            self.file.complain(where, "the key 'rules' is missing", 'for example: rules.kasan = "off"')
        changes = tuple(self._changes((*where, "rules"), vocabulary))
        # Without globs it would be for all configs.
        return Layer(globs, changes if globs else ())

    # Fragments, toolchain, threshold

    def _require(self, flavours: Flavours, *, complete: bool) -> Iterator[Fragment | Requirement]:
        found = self.value(("require",))
        if found is None:
            return
        from kpolicy.policy.files.require_reader import RequireReader  # only for requirements

        reader = RequireReader(self.file)
        if isinstance(found, list) and any(isinstance(item, dict) for item in found):
            yield from reader.tables(flavours, complete=complete)
            return
        for name in self.one_or_more(("require",)):
            if len(self.file.errors) > _ENOUGH:
                return
            yield from reader.fragment(("require",), Fragment(name, self.file.location_of_item(("require",), name)))

    def _tools(self) -> Iterator[tuple[Tool, Placed[str]]]:
        found = self.value(("toolchain",))
        if isinstance(found, str):
            yield from self._tool(("toolchain",), "compiler")
            return
        if not self._is_table(("toolchain",), 'toolchain = "gcc-14.2", or a table of tools'):
            return
        self.known_keys(("toolchain",), TOOLS)
        for tool in TOOLS:
            if tool in self.table(("toolchain",)):
                yield from self._tool(("toolchain", tool), tool)

    def _tool(self, where: KeyPath, tool: Tool) -> Iterator[tuple[Tool, Placed[str]]]:
        word = self.string(where)
        fault = tool_fault(tool, word) if word else None
        if fault is not None:
            self.file.complain(where, *fault, value=True)
        elif word:
            yield tool, Placed(word, self.file.location(where))

    def _fail_on(self) -> Placed[Threshold] | None:
        if self.value(("fail_on",)) is None:
            return None
        return self._placed(("fail_on",), self._word_of(("fail_on",), THRESHOLDS, "threshold"))

    # Waivers

    def _waivers(self, vocabulary: Vocabulary) -> Iterator[Waiver]:
        for number in range(self.count(("waiver",))):
            where = ("waiver", number)
            self.known_keys(where, WAIVER_KEYS)
            rule = self.string((*where, "rule"))
            if rule:
                self._selector((*where, "rule"), rule, vocabulary, value=True)
            yield Waiver(
                rule=vocabulary.canonical(rule),
                config=self._waived_config((*where, "config")),
                symbol=self._waived_symbol((*where, "symbol")),
                reason=self.string((*where, "reason")),
                owner=self.string((*where, "owner")),
                expires=self._date((*where, "expires")),
                location=self.file.location(where),
            )

    def _waived_config(self, where: KeyPath) -> str:
        found = self.value(where)
        glob = self.string(where, required=found is not None) if found is not None else ""
        if glob:
            self._config_glob(where, glob, item=True)
        return glob

    def _waived_symbol(self, where: KeyPath) -> str:
        symbol = self.string(where, required=False)
        if symbol.startswith("CONFIG_"):
            bare = symbol.removeprefix("CONFIG_")
            hint = f"did you mean {bare!r}?"
            self.file.complain(where, "symbols are written as in Kconfig files, without CONFIG_", hint, value=True)
        elif symbol and not _SYMBOL.match(symbol):
            self.file.complain(where, f"{symbol!r} is not a symbol", value=True)
        return symbol

    def _date(self, where: KeyPath) -> dt.date | None:
        found = self.value(where)
        if found is None:
            return None
        if isinstance(found, dt.date) and not isinstance(found, dt.datetime):
            return found
        if isinstance(found, str) and _DATE.match(found):
            try:
                return dt.date.fromisoformat(found)
            except ValueError as error:
                self.file.complain(where, f"{found!r} is not a date: {error}", value=True)
                return None
        self.file.complain(where, f"{where[-1]!r} must be a date", "for example 2026-12-31", value=True)
        return None

    # What several of them need

    def _selector(self, where: KeyPath, selector: str, vocabulary: Vocabulary, *, value: bool) -> bool:
        if len(self.file.errors) > _ENOUGH:
            return False
        fault = selector_fault(selector)
        if fault is not None:
            self.file.complain(where, f"{selector!r} names no rule: {fault}", value=value)
            return False
        unknown = vocabulary.unknown(vocabulary.canonical(selector))
        if unknown is not None:
            self.file.complain(where, *unknown, value=value)
        return unknown is None

    def _config_glob(self, where: KeyPath, glob: str, *, item: bool = False) -> None:
        fault = config_glob_fault(glob)
        if fault is not None and item:
            self.file.complain_at_item(where, glob, f"bad glob {glob!r}: {fault}")
        elif fault is not None:
            self.file.complain(where, f"bad glob {glob!r}: {fault}")

    def _is_table(self, where: KeyPath, example: str) -> bool:
        """Whether there is a table; complains when there is something else."""
        found = self.value(where)
        if found is not None and not isinstance(found, dict):
            self.file.complain(where, f"{where[-1]!r} must be a table", f"for example {example}")
        return isinstance(found, dict)

    def _word_of(self, where: KeyPath, choices: tuple[Word, ...] | list[Word], what: str) -> Word:
        found = self.string(where)
        for choice in choices:
            if choice == found:
                return choice
        if found:
            self.file.complain(where, f"{found!r} is not a valid {what}", did_you_mean(found, choices), value=True)
        return choices[0]

    def _placed(self, where: KeyPath, value: Word) -> Placed[Word]:
        return Placed(value, self.file.location(where))
