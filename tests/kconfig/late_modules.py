# SPDX-License-Identifier: GPL-2.0-or-later
"""Small trees in which whether there are modules depends on symbols that are computed without modules by that."""

from __future__ import annotations

from random import Random

_TRISTATES = ("T0", "T1", "T2", "T3")


def kconfig(random: Random) -> str:
    """A Kconfig file in the language of all dialects but those without the property `modules`."""
    known: list[str] = []
    out = ['mainmenu "Late"', ""]
    for name in (*_TRISTATES, "B0", "I0"):
        out += _symbol(random, name, known)
        known.append(name)
    out += ["config MODULES", "\tbool", "\tmodules"]
    for _ in range(random.randrange(3)):
        out.append('\tprompt "modules"' + _condition(random, known))
        if out[-2].startswith("\tprompt"):
            # A second prompt replaces the first within a definition.
            out[-1:-1] = ["", "config MODULES"]
    for _ in range(random.randrange(3)):
        out.append(f"\tdefault {random.choice(['y', 'n', *_TRISTATES])}" + _condition(random, known))
    if random.random() < 0.3:
        out.append(f"\tdepends on {_expression(random, known)}")
    out.append("")
    if random.random() < 0.3:
        out += ["config B1", '\tbool "B1"', f"\tselect MODULES{_condition(random, known)}", ""]
        known.append("B1")
    for name in ("T5", "T6"):
        out += _symbol(random, name, [*known, "MODULES", "m"])
    return "\n".join(out)


def config(random: Random) -> bytes:
    """Lines for some of its symbols."""
    values = {"I": ["1", "5", "40"], "T": ["y", "m", "n"]}
    names = [*_TRISTATES, "B0", "I0", "B1", "T5", "T6", "MODULES"]
    chosen = random.sample(names, random.randrange(len(names)))
    lines = [f"CONFIG_{name}={random.choice(values.get(name[0], ['y', 'n']))}\n" for name in chosen]
    return "".join(["# a config\n", *lines]).encode()


def _symbol(random: Random, name: str, known: list[str]) -> list[str]:
    kind = {"T": "tristate", "B": "bool", "I": "int"}[name[0]]
    prompt = f' "{name}"' + _condition(random, known) if random.random() < 0.6 else ""
    out = [f"config {name}", f"\t{kind}{prompt}"]
    for _ in range(random.randrange(3)):
        value = str(random.randrange(50)) if kind == "int" else random.choice("nmyy")
        out.append(f"\tdefault {value}" + _condition(random, known))
    if kind == "int" and random.random() < 0.7:
        out.append("\trange 3 30" + _condition(random, known))
    if random.random() < 0.3 and known:
        out.append(f"\tdepends on {_expression(random, known)}")
    return [*out, ""]


def _condition(random: Random, known: list[str]) -> str:
    return f" if {_expression(random, known)}" if known and random.random() < 0.6 else ""


def _expression(random: Random, known: list[str]) -> str:
    left = random.choice(known)
    if left == "I0":
        left = f"I0 {random.choice(['=', '<', '>='])} {random.choice(['5', '30'])}"
    match random.randrange(5):
        case 0:
            return f"{left} || {random.choice(known)}"
        case 1:
            return f"{left} && {random.choice(known)}"
        case 2:
            return f"!({left})"
        case 3 if " " not in left:
            # A bool that is not y is what some releases of conf read wrongly (docs/values.md).
            return f"{left} {random.choice(['=', '!=']) if left in _TRISTATES else '='} {random.choice('nmy')}"
    return left
