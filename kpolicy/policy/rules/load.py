# SPDX-License-Identifier: GPL-2.0-or-later
"""Rule files: TOML in, `Rule` out, or everything that is wrong with the file.

The id of a rule is its place below the rules folder: `kasan/outline.toml` is `kasan/outline`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kpolicy.errors import did_you_mean
from kpolicy.location import Location
from kpolicy.patterns import lazy
from kpolicy.policy.expressions.expression import Expression, symbols
from kpolicy.policy.rules.message import fields, parameters_in
from kpolicy.policy.rules.rule import ANY_ROLE, KINDS, SEVERITIES, Example, Reference, Rule, RuleParameter, grounds_of
from kpolicy.policy.toml.reader import NEVER, TableReader
from kpolicy.policy.toml.toml_file import KeyPath, TomlFile

_KEBAB = lazy(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_CONFIG_LINE = lazy(r"CONFIG_[A-Za-z0-9_]+=\S.*\Z|# CONFIG_[A-Za-z0-9_]+ is not set\Z")
_KEYS = (
    "title", "kind", "severity", "roles", "symbols", "requires", "when", "message", "rationale",
    "remedy", "aliases", "cost", "reference", "fires", "silent", "parameters", "absent",
)  # fmt: skip
_REFERENCE_KEYS = ("text", "source")
_EXAMPLE_KEYS = ("config", "arch", "role", "why")
_PARAMETER_KEYS = ("default", "description")
_PARAMETER_NAME = lazy(r"[a-z][a-z0-9_]*\Z")
DEFAULT_EXAMPLE_ARCHITECTURE = "x86"


def load_rule(rule_id: str, path: str, text: str, roles: Sequence[str], *, examples: bool = True) -> Rule:
    """The rule that a file holds, with its examples and its place unless they are not wanted.

    `path` is shown in errors, `roles` are the roles that there are.  Raises `UsageError`
    when the text is no TOML, and `FileErrors` with everything else that is wrong with it.
    """
    file = TomlFile(path, text)
    if not _KEBAB.match(rule_id):
        file.complain((), f"{rule_id!r} is not a rule id", "an id is family/name, in small letters, digits and dashes")
    rule = _RuleReader(file, roles, examples=examples).rule(rule_id)
    file.finish()
    return rule


class _RuleReader(TableReader):
    def __init__(self, file: TomlFile, roles: Sequence[str], *, examples: bool) -> None:
        super().__init__(file)
        self._roles = roles
        self._wants_examples = examples

    def rule(self, rule_id: str) -> Rule:
        self.known_keys((), _KEYS)
        roles = self.words(("roles",), (*self._roles, ANY_ROLE))
        parameters = tuple(self._parameters())
        chosen = {item.name: str(item.default) for item in parameters}
        requires, when = self.condition(("requires",), chosen), self.condition(("when",), chosen)
        conditions = f"{self.value(('requires',))} {self.value(('when',))}"
        for name in () if NEVER in (requires, when) else sorted(chosen.keys() - set(parameters_in(conditions))):
            self.file.complain(("parameters", name), f"no condition of the rule mentions '${name}'")
        examples = (*self._examples("fires", roles), *self._examples("silent", roles)) if self._wants_examples else ()
        references = [self._reference(("reference", number)) for number in range(self.count(("reference",)))]
        rule = Rule(
            id=rule_id,
            title=self.string(("title",)),
            kind=self.word(("kind",), KINDS),
            severity=self.word(("severity",), SEVERITIES),
            roles=roles,
            symbols=self._symbols(requires, when),
            requires=requires,
            when=when,
            message=self._message(chosen),
            grounds=grounds_of(self.string(("rationale",)), references),
            remedy=self._remedy(chosen),
            cost=self._reference(("cost",)) if "cost" in self.file.data else None,
            examples=examples,
            aliases=self.strings(("aliases",), required=False),
            location=self.file.location(("title",)) if self._wants_examples else Location(self.file.path, 1),
            parameters=parameters,
            absent=self.absent(("absent",), {*symbols(requires), *symbols(when)}),
        )
        if not references and "reference" not in self.file.data:
            self.file.complain((), "a rule needs a [[reference]]: what it rests on, and where that stands")
        if self.value(("kind",)) == "cost" and "cost" not in self.file.data:
            self.file.complain(("kind",), "a rule of kind 'cost' needs a [cost]: how much, by what source")
        return rule.with_parameters({}) if parameters else rule

    def _symbols(self, requires: Expression, when: Expression) -> tuple[str, ...]:
        names = self.strings(("symbols",))
        mentioned = {*symbols(requires), *symbols(when)}
        if NEVER not in (requires, when):
            for name in names:
                if name not in mentioned:
                    hint = did_you_mean(name, sorted(mentioned))
                    self.file.complain_at_item(("symbols",), name, f"no condition of the rule mentions {name!r}", hint)
        return names

    def _parameters(self) -> Iterator[RuleParameter]:
        if not isinstance(self.value(("parameters",)), dict | None):
            self.file.complain(("parameters",), "a parameter is a table: [parameters.NAME]")
        for name in self.table(("parameters",)):
            where = ("parameters", name)
            if not _PARAMETER_NAME.match(name):
                hint = "small letters, digits and _, a letter first"
                self.file.complain(where, f"{name!r} is not a parameter name", hint)
            if not isinstance(self.value(where), dict):
                self.file.complain(where, "a parameter is a table: [parameters.NAME]")
                continue
            self.known_keys(where, _PARAMETER_KEYS)
            default = self.parameter_value((*where, "default"))
            description = self.string((*where, "description"))
            yield RuleParameter(name, default, description, default)

    def _message(self, parameters: Mapping[str, str]) -> str:
        message = self.string(("message",))
        for field in fields(message):
            if field.what == "parameter":
                self._known_parameter(("message",), field.text[2:-1], parameters)
            if field.what is None:
                hint = "there are {SYMBOL}, {SYMBOL:cause}, {on} and {off}; braces are doubled: {{ }}"
                self.file.complain_at_item(("message",), field.text, f"{field.text!r} stands for nothing", hint)
        return message

    def _remedy(self, parameters: Mapping[str, str]) -> tuple[str, ...]:
        lines = self.strings(("remedy",), required=False)
        for line in lines:
            self._config_line(("remedy",), line)
            for name in parameters_in(line):
                self._known_parameter(("remedy",), name, parameters)
        return lines

    def _known_parameter(self, where: KeyPath, name: str, parameters: Mapping[str, str]) -> None:
        if name not in parameters:
            hint = did_you_mean(f"${name}", [f"${known}" for known in parameters])
            self.file.complain_at_item(where, f"${name}", f"the rule has no parameter '${name}'", hint)

    def _config_line(self, where: KeyPath, line: str) -> None:
        if not _CONFIG_LINE.match(line):
            hint = "a config line is CONFIG_X=y or # CONFIG_X is not set"
            self.file.complain_at_item(where, line, f"{line!r} is not a config line", hint)

    def _reference(self, where: KeyPath) -> Reference:
        if not isinstance(self.value(where), dict):
            self.file.complain(where, f"{where[-1]!r} must be a table")
            return Reference("", "")
        self.known_keys(where, _REFERENCE_KEYS)
        return Reference(self.string((*where, "text")), self.string((*where, "source")))

    def _examples(self, key: str, roles: tuple[str, ...]) -> tuple[Example, ...]:
        number = self.count((key,))
        if not number and key not in self.file.data:
            what = "fires" if key == "fires" else "is silent"
            self.file.complain((), f"a rule needs an example on which it {what}: [[{key}]]")
        role = next((role for role in roles if role != ANY_ROLE), self._roles[0])
        return tuple(self._example((key, index), key == "fires", role) for index in range(number))

    def _example(self, where: KeyPath, fires: bool, role: str) -> Example:
        self.known_keys(where, _EXAMPLE_KEYS)
        config = self.string((*where, "config"))
        for line in filter(None, map(str.strip, config.splitlines())):
            self._config_line((*where, "config"), line)
        given = self.value((*where, "role"))
        return Example(
            fires=fires,
            config=config + "\n",
            architecture=self.string((*where, "arch"), required=False, default=DEFAULT_EXAMPLE_ARCHITECTURE),
            role=role if given is None else self.word((*where, "role"), self._roles),
            why=self.string((*where, "why"), required=False),
            location=self.file.location(where),
        )
