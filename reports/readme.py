# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages of the reports: README.md.j2 and newer.md.j2, their numbers filled in from the reports beside them.

A sentence that interprets numbers stands behind `sure(...)`: where what it rests on no longer holds, writing the
page fails and names the line, and somebody has to read the sentence again.
"""

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kpolicy.policy.rules.finding import Finding
from kpolicy.report.json.saved import read_report
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.text.amounts import amount_text
from tests.oracle.trees import RELEASES

README: Final = "README.md"
NEWER: Final = "newer.md"
"""The page on the newest kernel, which not every machine can get."""
AUDIT, DEBIAN, CHANGES, CHAIN = "audit", "debian", "changes.json", "stackdepot.svg"
"""The names of the reports: of the first two in the folder of each release, without the end."""
# The checks that say of a line that the kernel does not get what it asks for.  Their notes are about lines that ask
# for nothing: to switch off what there is not, or what only another architecture has.
# What says of a line what a check of lines would say.
_STAND_INS: dict[str, tuple[str, ...]] = {
    "config/unknown-symbol": ("stale/",),
    "config/dropped-request": ("watchdog/named-and-not-built",),
}
_IN_VAIN = (
    "config/unknown-symbol",
    "config/dropped-request",
    "config/overridden-by-select",
    "config/choice-conflict",
    "config/out-of-range",
    "config/wrong-type",
)


class Untrue(Exception):
    """A sentence of the README does not hold any more."""


@dataclass(frozen=True, slots=True)
class Look:
    """A report, asked for what the README tells of it."""

    report: Report

    @property
    def version(self) -> str:
        """The kernel's release."""
        return self.report.version

    @property
    def configs(self) -> tuple[ConfigReport, ...]:
        """All configs."""
        return self.report.configs

    def findings(self, rule: str = "", symbol: str = "", says: str = "", *, severity: str = "") -> list[Finding]:
        """The findings of a rule (or of a family, `kconfig/`), about a symbol, whose message has some words."""
        return [
            item
            for item in self.report.findings
            if item.rule.startswith(rule)
            and symbol in ("", item.symbol)
            and says in item.message
            and severity in ("", item.severity)
        ]

    def in_vain(self) -> list[Finding]:
        """The findings about lines that ask for something that the kernel does not get."""
        return [item for rule in _IN_VAIN for item in self.lost(rule) if item.severity != "note"]

    def lost(self, rule: str, symbol: str = "") -> list[Finding]:
        """The findings of a check of lines, and of the rules that say the same of a line in its place."""
        stand_in = _STAND_INS.get(rule, ())
        found = self.findings(symbol=symbol)
        return [item for item in found if item.rule == rule or item.rule.startswith(stand_in)]

    def set(self, symbol: str) -> list[str]:
        """The configs whose text sets a symbol to something else than n."""
        return [config.config for config in self.configs if symbol in config.observation.set_in_text]

    def on(self, symbol: str) -> list[str]:
        """The configs in which a symbol is on in effect."""
        return [config.config for config in self.configs if symbol in config.observation.on]

    def config(self, name: str) -> ConfigReport:
        """The config whose name ends so."""
        return next(config for config in self.configs if config.config.endswith(name))

    def role(self, name: str) -> list[str]:
        """The configs of a role."""
        return [config.config for config in self.configs if config.verdict.role == name]

    def of(self, folder: str) -> list[str]:
        """The configs of an architecture, by its folder of arch/."""
        return [config.config for config in self.configs if config.srcarch == folder]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a symbol's value from the older tree to the newer one, in some defconfigs."""

    symbol: str
    before: str
    after: str
    text: str
    place: str
    configs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in effect although no line of a config did."""

    configs: int
    only_before: int
    only_after: int
    all: tuple[Change, ...]

    def of(self, symbol: str, before: str = "", after: str = "", says: str = "") -> list[Change]:
        """The changes of a symbol, from and to some value."""
        return _together(
            item
            for item in self.all
            if item.symbol == symbol and before in ("", item.before) and after in ("", item.after) and says in item.text
        )

    def gone(self) -> set[str]:
        """The symbols that are no longer defined."""
        return {item.symbol for item in self.all if item.text.startswith("no longer defined")}

    def lost(self) -> list[Change]:
        """What a line still asks for, was there, and is not any more."""
        return _together(item for item in self.all if item.after == "n" and " is not honoured: " in item.text)


def _together(changes: Iterable[Change]) -> list[Change]:
    """The changes with those as one that differ in their place alone: lines that say the same in several configs."""
    found: dict[tuple[str, str, str, str], Change] = {}
    for item in changes:
        key = (item.symbol, item.before, item.after, item.text)
        known = found.setdefault(key, item)
        if known is not item:
            found[key] = replace(known, configs=tuple(sorted((*known.configs, *item.configs))))
    return list(found.values())


def readme(folder: Path) -> str:
    """README.md, from the reports in a folder.

    Raises Untrue with the line of the template where a sentence no longer holds.
    """
    new, old = RELEASES
    return _page(README, folder, new, old, folder / CHANGES)


def newer(folder: Path) -> str:
    """newer.md: what changed since the newest kernel of README.md; raises as `readme` does."""
    release = newest_release(folder)
    return _page(NEWER, folder, release, RELEASES[0], folder / release / CHANGES)


def newest_release(folder: Path) -> str:
    """The release whose reports are there though not every machine can get it."""
    [found] = [path.parent.name for path in folder.glob(f"*/{AUDIT}.json") if path.parent.name not in RELEASES]
    return found


def _page(name: str, folder: Path, release: str, older: str, changes: Path) -> str:
    template = Path(__file__).with_name(f"{name}.j2")
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.do"],
        autoescape=False,  # noqa: S701 - it writes Markdown
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests.update(has=lambda whole, part: part in whole, search_in=lambda text, part: part in text)
    for function in (amount_text, cell, configs, names, of, per_cent, symbols):
        environment.filters[function.__name__] = function
    new, old = (_look(folder / item / f"{AUDIT}.json") for item in (release, older))
    debian_new, debian_old = (_look(folder / item / f"{DEBIAN}.json") for item in (release, older))
    page = environment.get_template(template.name)
    try:
        return page.render(
            release=release,
            new=new,
            old=old,
            debian_new=debian_new,
            debian_old=debian_old,
            changes=_changes(changes),
            sure=_sure,
        )
    except Untrue as error:
        line = next(part.lineno for part in traceback.extract_tb(error.__traceback__) if part.filename == str(template))
        raise Untrue(f"{template.name}:{line}: this no longer holds; read what it says again") from None


def names(configs: Iterable[str]) -> str:
    """Defconfigs as people call them: `arm/tegra` for arch/arm/configs/tegra_defconfig."""
    short = (path.removeprefix("arch/").replace("/configs/", "/").removesuffix("_defconfig") for path in configs)
    return ", ".join(f"`{name}`" for name in short)


def configs(findings: Iterable[Finding]) -> list[str]:
    """The configs that findings are in, each once."""
    return list(dict.fromkeys(item.config for item in findings))


def symbols(findings: Iterable[Finding]) -> list[str]:
    """The symbols that findings are about, those of most findings first."""
    found = Counter(item.symbol for item in findings)
    return sorted(found, key=lambda symbol: (-found[symbol], symbol))


def cell(text: str) -> str:
    """A text in a table of Markdown."""
    return text.replace("|", "\\|")


def per_cent(part: int, whole: Collection[object]) -> str:
    """A share, in whole per cent."""
    return f"{round(100 * part / len(whole))} %"


def of(items: Iterable[Finding], symbol: str) -> list[Finding]:
    """The findings about a symbol."""
    return [item for item in items if item.symbol == symbol]


def _sure(condition: object) -> None:
    if not condition:
        raise Untrue


def _look(path: Path) -> Look:
    return Look(read_report(path.name, path.read_bytes()))


def _changes(path: Path) -> Changes:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    paths = found["configs"]
    rows = []
    for item in found["changes"]:
        place = item["location"]
        rows.append(
            Change(
                item["symbol"],
                item["before"],
                item["after"],
                item["text"],
                f"{place['path']}:{place['line']}" if place else "",
                tuple(paths[number] for number in item["configs"]),
            )
        )
    return Changes(len(paths), len(found["only_before"]), len(found["only_after"]), tuple(rows))
