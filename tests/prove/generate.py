# SPDX-License-Identifier: GPL-2.0-or-later
"""Random Kconfig trees of at most six symbols, and every config that there is for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from random import Random

LINES = {"bool": (None, "n", "y"), "tristate": (None, "n", "m", "y")}
MOST_CONFIGS = 6000


@dataclass(frozen=True, slots=True)
class SmallTree:
    """A Kconfig file, its symbols with their types, and those that are members of choices."""

    text: str
    types: dict[str, str]
    members: tuple[str, ...]

    def configs(self, texts: Mapping[str, Sequence[str]]) -> Iterator[tuple[tuple[str, str], ...]]:
        """Every config: each symbol with a line or without, the members of choices in every order.

        `texts` are the values of numbers and strings that are to be tried.
        """
        names = list(self.types)
        choices = [LINES.get(self.types[name]) or (None, *texts[name]) for name in names]
        for values in product(*choices):
            lines = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
            ordered = [line for line in lines if line[0] in self.members]
            others = [line for line in lines if line[0] not in self.members]
            for order in permutations(ordered):
                yield (*others, *order)

    def count(self, texts: Mapping[str, Sequence[str]]) -> int:
        """About how many configs there are."""
        total = 1
        for name, kind in self.types.items():
            total *= len(LINES[kind]) if kind in LINES else 1 + len(texts[name])
        return total * (2 if len(self.members) == 2 else 4 if self.members else 1)


def small_tree(random: Random, tristate_choices: bool) -> SmallTree:
    """A random tree; a symbol refers to what comes before it only, so that there is no loop."""
    return _Writer(random, tristate_choices).tree()


class _Writer:
    def __init__(self, random: Random, tristate_choices: bool) -> None:
        self.random = random
        self.tristate_choices = tristate_choices
        self.types: dict[str, str] = {}
        self.members: list[str] = []
        self.out: list[str] = []

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def tree(self) -> SmallTree:
        random = self.random
        count = random.choice((3, 4, 4, 5, 5, 6))
        if self.maybe(0.6):
            self.out += ["config MODULES", *self._modules(), "\tmodules"]
            self.types["MODULES"] = "bool"
            count -= 1
        later = [f"X{number}" for number in range(count)]
        while later:
            if len(later) >= 2 and self.maybe(0.3):
                size = random.choice((2, 2, 3)) if len(later) > 2 else 2
                self._choice(later[:size])
                later = later[size:]
                continue
            name = later.pop(0)
            around = self.maybe(0.2)
            if around:
                self.out.append(f"if {self._expression()}")
            self._symbol(name, later)
            if around:
                self.out.append("endif")
        return SmallTree("\n".join(self.out) + "\n", self.types, tuple(self.members))

    def _modules(self) -> list[str]:
        return self.random.choice((['\tbool "modules"'], ['\tbool "modules"', "\tdefault y"], ["\tdef_bool y"]))

    def _symbol(self, name: str, later: list[str]) -> None:
        kind = self.random.choice(("bool", "bool", "tristate", "tristate", "tristate", "int", "hex", "string"))
        prompt = ' "prompt"' if self.maybe(0.7) else ""
        if prompt and self.maybe(0.3):
            prompt += f" if {self._expression()}"
        self.out += [f"config {name}", f"\t{kind}{prompt}"]
        if self.maybe(0.4):
            self.out.append(f"\tdepends on {self._expression()}")
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            condition = f" if {self._expression()}" if self.maybe(0.4) else ""
            self.out.append(f"\tdefault {self._default(kind)}{condition}")
        if kind in ("int", "hex") and self.maybe(0.5):
            low, high = self.random.choice((("0", "4"), ("2", "5"), ("3", "9")))
            same = [other for other, of in self.types.items() if of == kind]
            low = self.random.choice(same) if same and self.maybe(0.2) else low
            condition = f" if {self._expression()}" if self.maybe(0.3) else ""
            self.out.append(f"\trange {low} {high}{condition}")
        if kind in ("bool", "tristate"):
            for _ in range(self.random.choice((0, 0, 1, 1, 2))):
                if later:
                    condition = f" if {self._expression()}" if self.maybe(0.4) else ""
                    word = self.random.choice(("select", "select", "imply"))
                    self.out.append(f"\t{word} {self.random.choice(later)}{condition}")
        self.types[name] = kind

    def _choice(self, names: list[str]) -> None:
        kind = self.random.choice(("bool", "tristate")) if self.tristate_choices else "bool"
        self.out += ["choice", f'\t{kind} "choice"' if self.tristate_choices else '\tprompt "choice"']
        if self.maybe(0.2):
            self.out[-1] += f" if {self._expression()}"
        if self.maybe(0.3):
            self.out.append(f"\tdepends on {self._expression()}")
        if self.tristate_choices and self.maybe(0.2):
            self.out.append("\toptional")
        if self.maybe(0.3):
            condition = f" if {self._expression()}" if self.maybe(0.4) else ""
            self.out.append(f"\tdefault {self.random.choice(names)}{condition}")
        known = dict(self.types)
        for name in names:
            own = self.random.choice((kind, kind, "bool"))
            prompt = ' "member"' if self.maybe(0.95) else ""
            if prompt and self.maybe(0.2):
                prompt += f" if {self._expression(known)}"
            self.out += [f"config {name}", f"\t{own}{prompt}"]
            if self.maybe(0.3):
                self.out.append(f"\tdepends on {self._expression(known)}")
            if self.maybe(0.15):
                self.out.append("\tdefault y")
            self.types[name] = own
            self.members.append(name)
        self.out.append("endchoice")

    def _default(self, kind: str) -> str:
        same = [name for name, of in self.types.items() if of == kind]
        if same and self.maybe(0.3):
            return self.random.choice(same)
        others = [name for name, of in self.types.items() if of not in ("bool", "tristate")]
        if others and kind not in ("bool", "tristate") and self.maybe(0.15):
            return self.random.choice(others)
        if kind == "bool":
            return self.random.choice(("y", "y", "n", self._expression()))
        if kind == "tristate":
            return self.random.choice(("y", "m", "n", self._expression()))
        return self.random.choice({"int": ("0", "3", "7", "-1"), "hex": ("0x0", "0x3", "ff")}.get(kind, ('""', '"a"')))

    def _expression(self, known: dict[str, str] | None = None, depth: int = 0) -> str:
        roll = self.random.random()
        if depth > 1 or roll < 0.6:
            return self._atom(self.types if known is None else known)
        if roll < 0.75:
            return f"!({self._expression(known, depth + 1)})"
        operator = "&&" if roll < 0.88 else "||"
        return f"({self._expression(known, depth + 1)} {operator} {self._expression(known, depth + 1)})"

    def _atom(self, known: dict[str, str]) -> str:
        if not known or self.maybe(0.04):
            return self.random.choice(("y", "m", "n", "UNDEFINED"))
        name = self.random.choice(list(known))
        kind = known[name]
        if kind in ("bool", "tristate"):
            if self.maybe(0.75):
                return name
            # Without "!= y": the conf of 6.12 reads freed memory there.
            return f"{name} {self.random.choice(('=', '='))} {self.random.choice(('y', 'n', 'm', *known))}"
        same = [other for other, of in known.items() if of == kind and other != name]
        others = {"int": ("0", "3", "4", "010"), "hex": ("0x3", "4"), "string": ('""', '"a"', '"zz"')}[kind]
        other = self.random.choice((*others, *same))
        return f"{name} {self.random.choice(('=', '!=', '<', '<=', '>', '>='))} {other}"
