# SPDX-License-Identifier: GPL-2.0-or-later
"""Baselines: the findings that are known, so that only new ones count.

A baseline is a JSON file, a finding a line and sorted, so that a change of it reads well as a
patch.  It knows findings by fingerprint, which has no line number in it; each entry also says
what it stands for.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from kpolicy.errors import KpolicyError, UsageError, did_you_mean
from kpolicy.files import read_file
from kpolicy.location import Location
from kpolicy.policy.roles.earlier import EarlierRole
from kpolicy.policy.rules.finding import Finding, fingerprint
from kpolicy.policy.toml.toml_file import FileErrors

FORMAT: Final = "kpolicy-baseline/1"
KEYS: Final = ("fingerprint", "rule", "architecture", "config", "symbol", "count")

_TEXTS: Final = KEYS[:5]
_ROLE_KEYS: Final = ("config", "architecture", "role")
_MAX_SIZE: Final = 64 << 20
_MOST_ERRORS: Final = 20
_LIST: Final = re.compile(r'"findings"\s*:\s*\[')
_GAP: Final = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A finding that is known, and how many times: some lines of a config can give the same one."""

    config: str
    architecture: str
    rule: str
    symbol: str
    count: int = 1

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the finding."""
        return fingerprint(self.rule, self.architecture, self.config, self.symbol)


@dataclass(frozen=True, slots=True, order=True)
class KnownRole:
    """The role of a config when the baseline was written."""

    config: str
    architecture: str
    role: str


InScope: TypeAlias = Callable[[Known], bool]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known findings, sorted by config, architecture, rule and symbol; each once.

    `roles` are those that the configs had, sorted too; a baseline of kpolicy 0.1 has none.
    """

    known: tuple[Known, ...] = ()
    roles: tuple[KnownRole, ...] = ()

    def earlier_roles(self) -> dict[tuple[str, str], EarlierRole]:
        """The roles by config and architecture, with the options that findings of rules are known for.

        That these were on is likely, not certain: a finding of a rule can be about an option that is off.
        """
        options: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for item in self.known:
            if not item.rule.startswith("config/"):
                options.setdefault((item.config, item.architecture), set()).add((item.symbol, "y"))
        return {
            key: EarlierRole(item.role, frozenset(options.get(key, ())), exact=False)
            for item in self.roles
            for key in [(item.config, item.architecture)]
        }

    def text(self) -> str:
        """The baseline as a file; the same findings always give the same text."""
        lines = [
            json.dumps({"fingerprint": item.fingerprint, **{key: getattr(item, key) for key in KEYS[1:]}})
            for item in self.known
        ]
        roles = [json.dumps({key: getattr(item, key) for key in _ROLE_KEYS}) for item in self.roles]
        more = f',\n  "roles": {_listed(roles)}' if roles else ""
        return f'{{\n  "format": "{FORMAT}",\n  "findings": {_listed(lines)}{more}\n}}\n'


@dataclass(frozen=True, slots=True)
class Subtraction:
    """What is left of findings when the known ones are taken away.

    `new` are those that the baseline does not know, `known` those that it does, `gone` what it
    knows and was not found (`count` says how many of it).
    """

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    gone: tuple[Known, ...]


def _listed(lines: Sequence[str]) -> str:
    inside = ",\n".join(f"    {line}" for line in lines)
    return f"[\n{inside}\n  ]" if lines else "[]"


def everything(_known: Known) -> bool:
    """The scope of a run that judged all that there is, by all rules."""
    return True


def scope_of(configs: Collection[tuple[str, str]], unjudged: Collection[str] = ()) -> InScope:
    """The scope of a run that judged some configs, given as (architecture, config), but not by some rules."""
    judged, skipped = frozenset(configs), frozenset(unjudged)
    return lambda known: (known.architecture, known.config) in judged and known.rule not in skipped


def make_baseline(findings: Iterable[Finding]) -> Baseline:
    """The baseline that knows some findings."""
    counts = Counter((item.config, item.architecture, item.rule, item.symbol) for item in findings)
    return Baseline(tuple(Known(*key, count) for key, count in sorted(counts.items())))


def union(one: Baseline, other: Baseline) -> Baseline:
    """What either of two baselines knows; of a finding that both know, as many as the one that knows more of it."""
    counts: dict[str, Known] = {}
    for item in (*one.known, *other.known):
        before = counts.get(item.fingerprint)
        if before is None or before.count < item.count:
            counts[item.fingerprint] = item
    return Baseline(tuple(sorted(counts.values())), one.roles or other.roles)


def subtract(findings: Iterable[Finding], baseline: Baseline, in_scope: InScope = everything) -> Subtraction:
    """Take the known findings away; what is not in scope is not looked for, and so is not gone."""
    left = Counter({item.fingerprint: item.count for item in baseline.known})
    new: list[Finding] = []
    known: list[Finding] = []
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            known.append(finding)
        else:
            new.append(finding)
    gone = tuple(
        replace(item, count=left[item.fingerprint])
        for item in baseline.known
        if left[item.fingerprint] > 0 and in_scope(item)
    )
    return Subtraction(tuple(new), tuple(known), gone)


def update(
    baseline: Baseline, findings: Iterable[Finding], in_scope: InScope = everything, *, grow: bool = False
) -> Baseline:
    """The baseline after a run: without what is gone, and with what is new only when it may `grow`.

    What was not in scope stays.
    """
    found = list(findings)
    result = subtract(found, baseline, in_scope)
    counts = {item.fingerprint: item for item in baseline.known}
    for gone in result.gone:
        item = counts[gone.fingerprint]
        counts[gone.fingerprint] = replace(item, count=item.count - gone.count)
    for item in make_baseline(result.new).known if grow else ():
        before = counts.get(item.fingerprint)
        counts[item.fingerprint] = replace(item, count=item.count + (before.count if before else 0))
    return Baseline(tuple(sorted(item for item in counts.values() if item.count > 0)), baseline.roles)


def with_roles(baseline: Baseline, roles: Iterable[KnownRole], *, grow: bool) -> Baseline:
    """A baseline with the roles of configs that it does not know yet, and of all when it may `grow`."""
    known = {(item.config, item.architecture): item for item in baseline.roles}
    for item in roles:
        key = (item.config, item.architecture)
        known[key] = item if grow else known.get(key, item)
    return replace(baseline, roles=tuple(sorted(known.values())))


def read_baseline(path: str, canonical: Callable[[str], str] = str) -> Baseline:
    """The baseline in a file; raises UsageError, or FileErrors with all that is wrong with it."""
    place = Location(path, 0)
    try:
        text = read_file(path, _MAX_SIZE).decode()
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text: not a baseline", place) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        hint = "`kpolicy baseline update --grow` makes one" if isinstance(error, FileNotFoundError) else None
        raise UsageError(f"cannot read the baseline: {reason}", place, hint=hint) from None
    return parse_baseline(path, text, canonical)


def parse_baseline(path: str, text: str, canonical: Callable[[str], str] = str) -> Baseline:
    """The baseline that a text holds; `canonical` gives today's id for a rule that had another one.

    Raises UsageError when it is no baseline at all, else FileErrors with all that is wrong.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        line = text.split("\n")[error.lineno - 1]
        message = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise UsageError(message, Location(path, error.lineno), source_line=line, column=error.colno) from None
    except (ValueError, RecursionError):
        raise UsageError("not JSON: a number too long, or nested too deeply", Location(path, 0)) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("findings"), list):
        hint = f'it begins with {{"format": "{FORMAT}", "findings": [...'
        raise UsageError("not a baseline", Location(path, 0), hint=hint)
    reader = _Reader(path, text)
    return reader.baseline(data, canonical)


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._errors: list[KpolicyError] = []

    def baseline(self, data: dict[str, object], canonical: Callable[[str], str]) -> Baseline:
        entries = data["findings"]
        assert isinstance(entries, list)
        unknown = [key for key in data if key not in ("format", "findings", "roles")]
        if unknown:
            self._errors.append(UsageError(f"unknown key {unknown[0]!r}", Location(self._path, 1)))
        found: dict[str, Known] = {}
        for number, entry in enumerate(entries):
            fault = _fault(entry)
            if len(self._errors) >= _MOST_ERRORS:
                break
            if fault is not None:
                self._complain(number, *fault)
                continue
            item = Known(
                entry["config"], entry["architecture"], canonical(entry["rule"]), entry["symbol"], entry["count"]
            )
            if item.fingerprint in found:
                self._complain(number, f"{item.rule} for {item.symbol} in {item.config} is here twice", None)
            found[item.fingerprint] = item
        roles = self._roles(data.get("roles", []))
        if self._errors:
            raise FileErrors(self._errors)
        return Baseline(tuple(sorted(found.values())), roles)

    def _roles(self, entries: object) -> tuple[KnownRole, ...]:
        found: dict[tuple[str, str], KnownRole] = {}
        for entry in entries if isinstance(entries, list) else [entries]:
            texts = isinstance(entry, dict) and all(isinstance(value, str) for value in entry.values())
            if not texts or not isinstance(entry, dict) or sorted(entry) != sorted(_ROLE_KEYS):
                message = f"an entry of 'roles' has the texts {', '.join(_ROLE_KEYS)} and nothing else"
                self._errors.append(UsageError(message, Location(self._path, 1)))
                break
            item = KnownRole(*(entry[key] for key in _ROLE_KEYS))
            found[item.config, item.architecture] = item
        return tuple(sorted(found.values()))

    def _complain(self, number: int, message: str, hint: str | None) -> None:
        offset = next((start for index, start in enumerate(_offsets(self._text)) if index == number), 0)
        start = self._text.rfind("\n", 0, offset) + 1
        end = self._text.find("\n", offset)
        line = self._text[start : end if end >= 0 else len(self._text)]
        place = Location(self._path, self._text.count("\n", 0, offset) + 1)
        self._errors.append(UsageError(message, place, source_line=line, column=offset - start + 1, hint=hint))


def _fault(entry: object) -> tuple[str, str | None] | None:
    """What is wrong with an entry, with a hint; None when nothing is."""
    if not isinstance(entry, dict):
        return "an entry is an object", None
    for key in entry:
        if key not in KEYS:
            return f"unknown key {key!r}", did_you_mean(key, KEYS)
    for key in _TEXTS:
        if not isinstance(entry.get(key), str):
            return (f"{key!r} must be a text" if key in entry else f"the key {key!r} is missing"), None
    count = entry.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        return ("'count' must be a whole number from 1 on" if "count" in entry else "the key 'count' is missing"), None
    try:
        right = fingerprint(entry["rule"], entry["architecture"], entry["config"], entry["symbol"])
    except UnicodeEncodeError:
        return "a text has a character that no file name has", None
    if right != entry["fingerprint"]:
        return "the fingerprint is not that of this finding", "was the line edited by hand?"
    return None


def _offsets(text: str) -> Iterator[int]:
    """Where the entries of the list of findings start, as character offsets."""
    match = _LIST.search(text)
    if match is None:
        return
    decoder = json.JSONDecoder()
    offset = match.end()
    while True:
        gap = _GAP.match(text, offset)
        offset = gap.end() if gap else offset
        if text[offset : offset + 1] in ("]", ""):
            return
        yield offset
        offset = decoder.raw_decode(text, offset)[1]
