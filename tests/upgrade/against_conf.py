# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy upgrade` against the conf of both kernels: lost requests, new questions, and the configs that it writes.

Each defconfig goes to the new kernel twice: as the file that it is, and as the .config that the old kernel's conf makes
of it.  What conf is asked never passes through kpolicy, but for the configs that kpolicy writes, of course.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kpolicy.config.lines import parse_lines
from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import Values
from kpolicy.kernel.source import open_tree
from kpolicy.policy.checks.effects import line_effects
from kpolicy.policy.checks.fates import fate_of
from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.lifetime import is_always_on
from kpolicy.run.conclude import plan_by
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Part, Target
from kpolicy.run.policies import Standards
from kpolicy.run.request import Terms
from kpolicy.run.upgraded import Form, Moved, Moving, Sides, move, upgraded
from tests.oracle.cache import cache_folder
from tests.oracle.compare import difference
from tests.oracle.conf import Oracle

# Of a number that was a bool before conf writes 0 where the bool was off.
_OFF = frozenset({"n", "0", "0x0", None})


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was compared: requests lost, kept by edits, and new questions."""

    lost: int = 0
    kept: int = 0
    questions: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.lost + other.lost, self.kept + other.kept, self.questions + other.questions)


class Kernels:
    """Two kernels, each by its conf and by kpolicy."""

    def __init__(self, before: Path, after: Path) -> None:
        self.confs = Oracle(before), Oracle(after)
        terms, context = Terms(toolchain="dummy"), Context(cache=str(cache_folder("models")))
        sources = [open_tree(oracle.tree) for oracle in self.confs]
        standards = Standards(terms.policy, sources[1], context)
        standards.by_default()
        plans = [replace(plan_by(item, terms, context), standards=tuple(standards.all)) for item in sources]
        old, new = (Examiner(plan, source) for plan, source in zip(plans, sources, strict=True))
        self._sides = Sides(old, new, terms, context.today())

    def check(self, arch: str, path: str) -> tuple[Counts, list[str]]:
        """One defconfig, in both ways: what was compared, and what differs."""
        before = self.confs[0]
        text = (before.tree / path).read_bytes()
        written = before.run(arch, "defconfig", path=path).config
        one, wrong = self._check(arch, path, path, text, written)
        other, more = self.check_full(arch, path, written)
        return one + other, wrong + more

    def check_full(self, arch: str, path: str, text: bytes) -> tuple[Counts, list[str]]:
        """A .config for the old kernel, maybe of another toolchain."""
        return self._check(arch, path, "config", text, self.confs[0].run(arch, "olddefconfig", text).config)

    def _check(self, arch: str, path: str, name: str, text: bytes, written: bytes) -> tuple[Counts, list[str]]:
        """A config by its text and the .config that it gives on the old kernel; make reads a *defconfig as one."""
        after = self.confs[1]
        mode = "defconfig" if name.endswith("defconfig") else "olddefconfig"
        asked = after.run(arch, "listnewconfig", written if mode == "defconfig" else text).stdout.splitlines()
        moved = self._move(arch, name, text)
        case = _Case(f"{path} as {mode}", moved, written, after.run(arch, mode, text).config, asked)
        wrong = [*case.differences(), *self._written(case, arch, mode)]
        upgrade = moved.upgrade
        return Counts(len(upgrade.lost), len(upgrade.kept), len(upgrade.questions)), wrong

    def _move(self, arch: str, name: str, content: bytes) -> Moved:
        target = Target(name, arch, (Part(name, in_tree=True),), parse_config(name, content))
        return move(self._sides, Moving(target, name, content), answers=False)

    def _written(self, case: _Case, arch: str, mode: str) -> Iterator[str]:
        """The configs that kpolicy writes, expanded by the new kernel's conf, have the values that it promises."""
        moved, after = case.moved, self.confs[1]
        promised = dotconfig(moved.after)
        forms: tuple[tuple[Form, str], ...] = (
            ("diff", mode),
            ("minimal", "defconfig"),
            ("config", "olddefconfig"),
        )
        for form, how in forms:
            theirs = after.run(arch, how, upgraded(moved, form)).config
            yield from _told(f"{case.name}, {form}", difference(case.name, promised, theirs))
        values = values_of(promised)
        for item in moved.upgrade.kept:
            symbol, asked, model = item.lost.symbol, item.lost.line.value, moved.values.model
            names = (symbol,) if model.is_defined(symbol) else item.lost.successors
            found = heirs(model, symbol)
            if found is not None and found.kind == "opposite":
                asked = "y" if asked == "n" else "n"
            if any(not _has(values, name, asked) for name in names):
                yield f"{case.name}: {item.lost.line.text} is not kept"


@dataclass(frozen=True)
class _Case:
    """A config on the new kernel: what kpolicy says, and what conf made of it on the old kernel and on the new one."""

    name: str
    moved: Moved
    before: bytes
    after: bytes
    asked: list[str]

    def differences(self) -> Iterator[str]:
        """What kpolicy says otherwise than conf."""
        upgrade = self.moved.upgrade
        yield from _told(self.name, difference(self.name, dotconfig(self.moved.values), self.after))
        ours = sorted(item.line for item in upgrade.questions)
        yield from _told(f"{self.name}: questions", _differ(ours, sorted(self.asked)))
        lost = sorted(item.lost.symbol for item in upgrade.requests)
        yield from _told(f"{self.name}: lost", _differ(lost, sorted(self._lost())))

    def _lost(self) -> Iterator[str]:
        """The requests that were honoured on the old kernel and are not on the new one, by conf's two results."""
        config = self.moved.values.config
        assert config is not None
        old, new = values_of(self.before), values_of(self.after)
        last = {line.name: line for line in config.assignments}
        values = self.moved.values
        fates = {item.assignment.location: fate_of(self.moved.before, values, item) for item in line_effects(values)}
        for name, line in last.items():
            if not line.value:
                # conf writes CONFIG_X= for a number that has none: nobody asks for that.
                continue
            had = self._is_there(self.moved.before, old, name, line.value)
            if not had or self._is_there(values, new, name, line.value):
                continue
            fate = fates.get(line.location)
            if fate == "result" and config.is_full:
                # What a full .config only records no person asked for; conf knows no requests.
                continue
            yield name

    def _is_there(self, values: Values | None, result: Mapping[str, str], name: str, asked: str) -> bool:
        """Whether conf's result has a value, for a symbol that is gone that of its successors.

        conf knows nothing of names: which they are, and what is always on, is kpolicy's word, their values are conf's.
        """
        model = values.model if values is not None else None
        if model is None or model.is_defined(name):
            return _has(result, name, asked)
        found = heirs(model, name)
        if found is None or (found.kind == "merged" and asked == "n"):
            return asked != "n" if is_always_on(name, model.version) else _has(result, name, asked)
        if found.kind == "opposite":
            asked = "y" if asked == "n" else "n"
        return all(_is_as_good(result.get(item), asked) for item in found.names)


def values_of(content: bytes) -> Mapping[str, str]:
    """The values that a .config has lines for."""
    return {line.name: line.value for line in parse_lines(".config", content).assignments}


def _has(values: Mapping[str, str], name: str, asked: str) -> bool:
    got = values.get(name)
    return got in _OFF if asked == "n" else got == asked


def _is_as_good(got: str | None, asked: str) -> bool:
    if asked == "n":
        return got in _OFF
    return got in ("y", "m") if asked in ("y", "m") else got == asked


def _differ(ours: list[str], theirs: list[str]) -> str:
    left, right = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    return f"only kpolicy {left}, only conf {right}" if left or right else ""


def _told(name: str, text: str) -> Iterator[str]:
    if text:
        yield f"{name}: {text}"
