# SPDX-License-Identifier: GPL-2.0-or-later
"""Configs with debug options that somebody left on, and whether they are judged as what they are."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kpolicy.config.model import Assignment, Config
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.files.settings import Policy
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.roles.earlier import EarlierRole
from kpolicy.report.records import ConfigReport
from kpolicy.run.bare import bare_report, bare_values

FILES = ("lib/Kconfig.debug", "lib/Kconfig.kasan", "mm/Kconfig.debug")
_PROMPT = re.compile(r'^(?:menu)?config (\w+)\n(?:^[ \t#].*\n|\n)*?^[ \t]+(?:bool|tristate|prompt) +"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Draw:
    """Options that were added to a config, what is said about it, and what is said if its role is stated."""

    options: tuple[str, ...]
    role: str
    own: ConfigReport
    stated: ConfigReport

    @property
    def named(self) -> set[str]:
        """The options that a rule of the role reports."""
        lines = {item.place for item in self.stated.findings}
        return {name for number, name in enumerate(self.options) if Location("some.config", _FIRST + number) in lines}

    @property
    def holds(self) -> bool:
        """Whether the config keeps its role, and all is said that there is to say about the options."""
        return self.own.verdict.role == self.role and _about(self.own) >= _about(self.stated)


_FIRST = 1_000_000


def _about(report: ConfigReport) -> set[tuple[str, str, str]]:
    return {(item.rule, item.symbol, item.severity) for item in report.findings if item.rule != "role/changed"}


def prompts(tree: Path) -> tuple[str, ...]:
    """The options with a prompt in the files about debugging that can be on, sorted."""
    text = (name for path in FILES for name in _PROMPT.findall((tree / path).read_text()))
    return tuple(sorted(set(text)))


def with_options(config: Config, options: Sequence[str]) -> Config:
    """The config with lines for some options instead of its own, under a name that says nothing."""
    kept = (item for item in config.assignments if item.name not in options)
    more = (
        Assignment(name, "y", Location("some.config", _FIRST + number), f"CONFIG_{name}=y")
        for number, name in enumerate(options)
    )
    return replace(config, name="some.config", assignments=(*kept, *more))


def draws(configs: Sequence[tuple[Config, str]], options: Sequence[str], count: int, seed: int) -> list[Draw]:
    """So many draws of one, two or three options for the configs in turn."""
    chance = random.Random(seed)
    standard = Standard(Policy((), shipped_vocabulary()))
    found: list[Draw] = []
    for number in range(count):
        config, role = configs[number % len(configs)]
        on = {item.name for item in config.assignments if item.value in ("y", "m")}
        chosen = tuple(chance.sample([name for name in options if name not in on], 1 + number // len(configs) % 3))
        values = bare_values(with_options(config, chosen))
        stated = bare_report(values, standard, earlier=EarlierRole(role))
        found.append(Draw(chosen, role, bare_report(values, standard), stated))
    return found
