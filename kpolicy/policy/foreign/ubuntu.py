# SPDX-License-Identifier: GPL-2.0-or-later
"""Ubuntu: the annotations of debian.master/config, as debian/scripts/misc/kconfig/annotations.py reads them.

The head of the main file names architectures and flavours.  `include` reads another file in its place, which is named
relative to the main file, wherever it is included.  A later `policy` for an architecture replaces those for its
flavours; one for a flavour replaces only itself.  For a flavour its own value counts, else that of the flavour that
FLAVOUR_DEP names for it, else that of the architecture.  `-` says that the .config has no line, and n that it has "is
not set"; other values are literal.  A `note` is the reason.  What `annotations --check` does not compare is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from kpolicy.errors import InputError, UsageError, did_you_mean
from kpolicy.policy.files.requirement import Requirement, Scope
from kpolicy.policy.foreign.config_lines import is_value
from kpolicy.policy.foreign.policy import Files, Foreign, LeftOut, Text, finish, join, unknown_section

ARCHITECTURES: Final = {
    "amd64": "x86_64",
    "arm64": "arm64",
    "armhf": "arm",
    "i386": "i386",
    "powerpc": "powerpc",
    "ppc64el": "powerpc",
    "riscv64": "riscv",
    "s390x": "s390",
}
"""The architectures of Debian, and the ARCH words of make for them."""

NOT_COMPARED: Final = frozenset(
    (
        "AS_VERSION", "BINDGEN_VERSION_TEXT", "CC_VERSION_TEXT", "CLANG_VERSION", "GCC_VERSION", "LD_VERSION",
        "LLD_VERSION", "PAHOLE_VERSION", "RUSTC_VERSION_TEXT", "VERSION_SIGNATURE",
    )
)  # fmt: skip
"""SKIP_CONFIGS of debian/scripts/misc/kconfig/run.py: they name the tools and the build."""

_MOST_INCLUDES: Final = 50
_HEAD: Final = re.compile(r"# (ARCH|FLAVOUR|FLAVOUR_DEP): (.*)")
_INCLUDED_FLAVOURS: Final = "# FLAVOUR: "
_INCLUDE: Final = re.compile(r'include\s+"?([^"]*)"?')
_ENTRY: Final = re.compile(r"CONFIG_([A-Za-z0-9_]+) (policy|note)<")
# Of several the last counts, as for the tool.
_POLICY: Final = re.compile(r".* policy<(.*?)>")
_NOTE: Final = re.compile(r".* note<(.*?)>")
# A pair of a Python dictionary of texts.
_TEXT: Final = r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\""""
_PAIR: Final = re.compile(rf"\s*(?:{_TEXT})\s*:\s*(?:{_TEXT})\s*(,|\Z)")


@dataclass
class _Entry:
    """What is known about a symbol: the values by architecture or flavour, each with its line, and the note."""

    values: dict[str, tuple[str, Text, int]] = field(default_factory=dict)
    note: str = ""


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements for one flavour (`amd64-generic`), or for one architecture."""
    reader = _Reader(files, path)
    reader.body(reader.main, 0)
    reader.check()
    finish(reader.texts)
    known = (*reader.flavours, *reader.architectures)
    if section not in known:
        unknown_section(path, "flavour", section, known)
    requirements = tuple(reader.requirements(section))
    return Foreign(requirements, tuple(reader.left_out))


class _Reader:
    """Reads the main file and what it includes."""

    def __init__(self, files: Files, path: str) -> None:
        self._files = files
        self.main = files.text(path)
        self.texts = [self.main]
        self.architectures: list[str] = []
        self.flavours: list[str] = []
        self._instead: dict[str, tuple[str, int]] = {}
        self._included: set[str] = set()
        self._entries: dict[str, _Entry] = {}
        self.left_out: list[LeftOut] = []
        if self.main.text.lstrip().startswith("{"):
            raise self.main.error(1, "annotations in JSON are not read", hint="the usual ones begin with # FORMAT: 4")
        self._head()

    def _head(self) -> None:
        """What the comments at the top of the main file say."""
        for number, line in enumerate(self.main.lines, 1):
            if not line.startswith("#"):
                break
            match = _HEAD.match(line)
            if match is None:
                continue
            key, value = match.groups()
            if key == "ARCH":
                self.architectures = value.split()
                for word in self.architectures:
                    if word not in ARCHITECTURES:
                        hint = did_you_mean(word, list(ARCHITECTURES))
                        self.main.complain(number, f"unknown architecture {word!r}", at=word, hint=hint)
            elif key == "FLAVOUR":
                self.flavours = value.split()
            else:
                for source, target in self._pairs(self.main, number, value.strip(), line.find(value) + 1):
                    self._instead[source] = (target, number)
        for key, found in (("ARCH", self.architectures), ("FLAVOUR", self.flavours)):
            if not found:
                hint = "is this the annotations file of the kernel, and not one that it includes?"
                self.main.complain(1, f"the head of the file has no line '# {key}: ...'", hint=hint)

    def body(self, text: Text, depth: int) -> None:
        """Read the lines of a file, and those of the files that it includes in their place."""
        for number, raw in enumerate(text.lines, 1):
            line = " ".join(raw.split())
            if line.startswith(_INCLUDED_FLAVOURS):
                self._included.update(line.split(" ")[2:])
            elif line and not line.startswith("#"):
                include = _INCLUDE.match(line)
                entry = _ENTRY.match(line)
                if include is not None:
                    self._include(text, number, include.group(1), depth)
                elif entry is not None:
                    self._entry(text, number, raw, line, entry.group(1))
                else:
                    hint = "a line is CONFIG_X policy<{'arch': 'y'}>, CONFIG_X note<'why'>, or include \"FILE\""
                    text.complain(number, "not a line of annotations", at=len(raw) - len(raw.lstrip()) + 1, hint=hint)

    def _include(self, text: Text, number: int, name: str, depth: int) -> None:
        if depth >= _MOST_INCLUDES:
            text.complain(number, f"more than {_MOST_INCLUDES} includes within one another", at="include")
            return
        try:
            included = self._files.text(join(self.main.path, name))
        except (UsageError, InputError) as error:
            text.complain(number, f"{name}: {error.message}", at=name or "include")
            return
        if included not in self.texts:
            self.texts.append(included)
        self.body(included, depth + 1)

    def _entry(self, text: Text, number: int, raw: str, line: str, symbol: str) -> None:
        entry = self._entries.setdefault(symbol, _Entry())
        policy, why = _POLICY.match(line), _NOTE.match(line)
        if policy is None and why is None:
            text.complain(number, "'>' is missing", at=len(raw.rstrip()) + 1)
            return
        if policy is not None:
            pairs = self._pairs(text, number, policy.group(1), raw.find("policy<") + 8)
            for key, value in pairs:
                if key in self.architectures:
                    for other in [other for other in entry.values if other.startswith(key)]:
                        del entry.values[other]
                entry.values[key] = (value, text, number)
        if why is not None:
            entry.note = why.group(1).replace("'", "").strip()

    @staticmethod
    def _pairs(text: Text, number: int, value: str, column: int) -> list[tuple[str, str]]:
        """The pairs of a Python dictionary of texts; what is wrong is noted."""
        if not (value.startswith("{") and value.endswith("}")):
            text.complain(number, "expected {'arch': 'value', ...}", at=column)
            return []
        inner = value[1:-1].strip()
        found: list[tuple[str, str]] = []
        offset = 0
        while offset < len(inner):
            match = _PAIR.match(inner, offset)
            if match is None:
                near = inner[offset:].strip()[:20]
                at = text.line(number).find(near) + 1 or column
                text.complain(number, "expected 'arch': 'value'", at=at)
                return found
            key, value = (_plain(match[1], match[2]), _plain(match[3], match[4]))
            found.append((key, value))
            offset = match.end()
        return found

    def check(self) -> None:
        """The flavours that FLAVOUR_DEP names have to be there."""
        for source, (target, number) in self._instead.items():
            if source not in self.flavours:
                hint = did_you_mean(source, self.flavours)
                self.main.complain(number, f"no flavour {source!r} in FLAVOUR", at=source, hint=hint)
            if target not in self._included:
                hint = did_you_mean(target, sorted(self._included))
                self.main.complain(number, f"no flavour {target!r} in the included files", at=target, hint=hint)

    def requirements(self, section: str) -> list[Requirement]:
        """What is required of a flavour, or of an architecture."""
        arch = section if section in self.architectures else section.partition("-")[0]
        keys = [section, *([self._instead[section][0]] if section in self._instead else []), arch]
        scope = Scope(((ARCHITECTURES[arch],),)) if arch in ARCHITECTURES else Scope()
        found = []
        self.left_out += self._unknown()
        for symbol, entry in self._entries.items():
            key = next((key for key in keys if key in entry.values), None)
            if key is not None and symbol in NOT_COMPARED:
                _, text, number = entry.values[key]
                self.left_out.append(text.left_out(number, "annotations --check does not compare it"))
            elif key is not None:
                value, text, number = entry.values[key]
                if value != "-" and not is_value(value):
                    self.left_out.append(text.left_out(number, f"no .config has the value {value[:40]!r}"))
                    continue
                found.append(_requirement(text, number, symbol, value, replace(scope), entry.note))
        return found

    def _unknown(self) -> Iterator[LeftOut]:
        """Values for what is neither an architecture nor a flavour, which the tool drops when it saves the file."""
        known = {*self.architectures, *ARCHITECTURES, *self.flavours, *self._included}
        for entry in self._entries.values():
            for key, (_, text, number) in entry.values.items():
                if key not in known:
                    hint = did_you_mean(key, (*self.architectures, *self.flavours))
                    what = f"{key!r} is neither an architecture nor a flavour"
                    yield text.left_out(number, f"{what}; {hint}" if hint else what)


def _requirement(text: Text, number: int, symbol: str, value: str, scope: Scope, why: str) -> Requirement:
    if value == "-":
        return text.require(number, symbol, absent=True, scope=scope, why=why)
    return text.require(number, symbol, (value,), absent=False, scope=scope, why=why)


def _plain(single: str | None, double: str | None) -> str:
    return re.sub(r"\\(.)", r"\1", single if single is not None else double or "")
