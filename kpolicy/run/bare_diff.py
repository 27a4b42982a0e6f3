# SPDX-License-Identifier: GPL-2.0-or-later
"""Two full .config files compared by what they say themselves, without a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from kpolicy.config.read import read_config
from kpolicy.evaluate.values import Values
from kpolicy.explain.shown import assignment_of, shown
from kpolicy.explain.value_change import Change, changed
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.roles.earlier import earlier_role
from kpolicy.run.bare import bare_report, bare_values, stated_effects, stated_version
from kpolicy.run.compared import Compared, Pairing
from kpolicy.run.plan import Target

if TYPE_CHECKING:
    from kpolicy.config.command_line import CommandLine

_LETTERS = ("y", "m")


def compare_bare(
    before: str,
    after: str,
    arch: str | None,
    release: str | None,
    standard: Standard,
    stdin: BinaryIO | None,
    loader: CommandLine | None = None,
    cache: str | None = None,
) -> tuple[Compared, list[Change]]:
    """The changes and both judgements; raises UsageError or InputError for what is no full .config."""
    configs = [read_config(spec, stdin) for spec in (before, after)]
    lacking = [config for config in configs if stated_version(config) is None]
    # Where one header names its release, the one on the command line is for the other config.
    releases = [release if config in lacking or not lacking else None for config in configs]
    old, new = (bare_values(config, arch, own).booted(loader) for config, own in zip(configs, releases, strict=True))
    effects = stated_effects(old, new)
    changes: list[Change] = []
    for name in changed(*effects):
        line = assignment_of(new, name)
        text = line.text if line is not None else "no line"
        last = line or assignment_of(old, name)
        place = last.location if last is not None else None
        values = _shown(old, name, effects[0].get(name)), _shown(new, name, effects[1].get(name))
        changes.append(Change(name, *values, "line", text, place))
    target = Target(after, new.model.architecture, ())
    pairing = Pairing(after, target, target)
    earlier = bare_report(old, standard, cache=cache, census=False)
    report = bare_report(new, standard, cache=cache, earlier=earlier_role(earlier.verdict), census=False)
    return Compared(pairing, (), earlier, report), changes


def _shown(values: Values, name: str, value: str | None) -> str:
    """A value of an effect as `.config` would show it: strings in quotes."""
    if value is None:
        return "n"
    is_letter = value in _LETTERS and values.model.type_of(name) != "string"
    return value if is_letter else shown(values, name)
