# SPDX-License-Identifier: GPL-2.0-or-later
"""Random small Kconfig trees and configs, full of the corners of the language."""

from __future__ import annotations

from random import Random

_BOOLS = [f"B{i}" for i in range(6)]
_TRISTATES = [f"T{i}" for i in range(6)]
_NUMBERS = ["I0", "I1", "H0", "H1"]
_STRINGS = ["S0", "S1"]
_MEMBERS = [f"C{i}" for i in range(6)]
_BELOW = [f"T{i}" for i in range(10, 16)]
_TYPE = {"B": "bool", "T": "tristate", "I": "int", "H": "hex", "S": "string", "C": "bool"}
ALL = [*_BOOLS, *_TRISTATES, *_NUMBERS, *_STRINGS, *_MEMBERS, *_BELOW]


def kconfig(random: Random, tristate_choices: bool) -> str:
    """A Kconfig file.  A symbol only refers to symbols that come before it, so that there is no loop."""
    out = ['mainmenu "Small"', "", "config MODULES"]
    out += ['\tbool "modules"', "\tmodules"] if random.random() < 0.9 else ['\tbool "modules"']
    out += ["\tdefault y"] if random.random() < 0.7 else []
    order = [*_BOOLS, *_TRISTATES, *_NUMBERS, *_STRINGS]
    random.shuffle(order)
    known = ["MODULES"]
    depth: list[str] = []
    for name in order:
        if random.random() < 0.15 and len(depth) < 3:
            kind = random.choice(["menu", "if", "menu"])
            out += [""] + ([f'menu "menu {name}"'] if kind == "menu" else [f"if {expression(random, known)}"])
            if kind == "menu":
                out += [f"\tdepends on {expression(random, known)}"] if random.random() < 0.5 else []
                out += [f"\tvisible if {expression(random, known)}"] if random.random() < 0.5 else []
            depth.append(kind)
        if random.random() < 0.1:
            out += ["", f'comment "comment {name}"', f"\tdepends on {expression(random, known)}"]
        out += _symbol(random, name, known)
        known.append(name)
        if depth and random.random() < 0.2:
            out += ["", f"end{depth.pop()}"]
    while depth:
        out += ["", f"end{depth.pop()}"]
    out += _choice(random, _MEMBERS[:3], known, tristate_choices)
    known += _MEMBERS[:3]
    out += _symbol(random, "B0", known[:4])
    out += _choice(random, _MEMBERS[3:], known, tristate_choices)
    return "\n".join(out) + "\n"


def _symbol(random: Random, name: str, known: list[str]) -> list[str]:
    word = _TYPE[name[0]]
    condition = f" if {expression(random, known)}" if random.random() < 0.25 else ""
    prompt = f' "prompt {name}"{condition}' if random.random() < 0.7 else ""
    keyword = random.choice(["config", "config", "menuconfig" if prompt else "config"])
    out = ["", f"{keyword} {name}", f"\t{word}{prompt}"]
    out += [f"\tdepends on {expression(random, known)}" for _ in range(random.choice([0, 0, 1, 1, 2]))]
    for _ in range(random.choice([0, 1, 1, 2])):
        value = _value(random, word, known)
        guard = f" if {expression(random, known)}" if random.random() < 0.5 else ""
        out.append(f"\tdefault {value}{guard}")
    if word in ("int", "hex") and random.random() < 0.6:
        low, high = sorted(random.sample(range(64), 2))
        text = (hex(low), hex(high)) if word == "hex" else (str(low), str(high))
        same = [item for item in known if item[0] == name[0]]
        bounds = (text[0], random.choice(same)) if same and random.random() < 0.3 else text
        guard = f" if {expression(random, known)}" if random.random() < 0.4 else ""
        out.append(f"\trange {bounds[0]} {bounds[1]}{guard}")
    if word in ("bool", "tristate"):
        # Only symbols that nothing has referred to yet can be selected without making a loop.
        later = [item for item in (*_BOOLS, *_TRISTATES, *_MEMBERS) if item not in known and item != name]
        for _ in range(random.choice([0, 0, 1, 2])):
            if later:
                guard = f" if {expression(random, known)}" if random.random() < 0.4 else ""
                out.append(f"\t{random.choice(['select', 'select', 'imply'])} {random.choice(later)}{guard}")
    if random.random() < 0.2:
        out += ["\thelp", f"\t  Words about {name}.", "", "\t  config NOT_A_SYMBOL"]
    return out


def _choice(random: Random, members: list[str], known: list[str], tristate: bool) -> list[str]:
    out = ["", "choice"]
    kind = random.choice(["bool", "tristate"]) if tristate else "bool"
    condition = f" if {expression(random, known)}" if random.random() < 0.3 else ""
    out.append(f'\t{kind if tristate else "prompt"} "choice of {members[0]}"{condition}')
    out += [f"\tdepends on {expression(random, known)}"] if random.random() < 0.4 else []
    out += ["\toptional"] if tristate and random.random() < 0.2 else []
    for _ in range(random.choice([0, 1, 2])):
        guard = f" if {expression(random, known)}" if random.random() < 0.5 else ""
        out.append(f"\tdefault {random.choice(members)}{guard}")
    # A member that depends on what hangs below another one is no member, and then no default of the choice to rely on.
    before = list(known)
    for name in members:
        word = random.choice([kind, kind, "bool"]) if tristate else "bool"
        out += ["", f"config {name}", f'\t{word} "member {name}"']
        out += [f"\tdepends on {expression(random, before)}"] if random.random() < 0.4 else []
        if random.random() < 0.2:
            later = [item for item in _MEMBERS if item not in known and item not in members]
            out += [f"\tselect {random.choice(later)}"] if later else []
        if tristate and random.random() < 0.2:
            out += _below(random, name, known)
    return [*out, "", "endchoice"]


def _below(random: Random, member: str, known: list[str]) -> list[str]:
    """Symbols that hang below a member of a choice, or below each other; before 6.11 they are no members."""
    out: list[str] = []
    above = member
    for name in [item for item in _BELOW if item not in known][: random.choice([1, 2, 3])]:
        other = _atom(random, known)
        needed = random.choice([above, above, f"{above} && {other}", f"{above} != n", f"{above} || {other}", other])
        inside = random.random() < 0.2
        out += ["", f"if {needed}"] if inside else []
        out += ["", f"config {name}", f'\t{random.choice(["bool", "tristate"])} "below {above}"']
        out += [] if inside else [f"\tdepends on {needed}"]
        out += ["", "endif"] if inside else []
        out += ["", 'comment "in between"'] if random.random() < 0.1 else []
        known.append(name)
        above = random.choice([name, above])
    return out


def _atom(random: Random, known: list[str]) -> str:
    roll = random.random()
    logical = [name for name in known if name[0] in "BTCM"]
    others = [name for name in known if name[0] in "IHS"]
    if roll < 0.7 or not others:
        rare = ["y", "m", "n", "UNDEFINED"] if random.random() < 0.15 else []
        name = random.choice([*logical, *rare])
        if random.random() < 0.2:
            # No "!= y": the conf of 6.12 reads freed memory there when the symbol is bool (expr.c: expr_transform).
            operator = random.choice(["=", "!="])
            return f"{name} {operator} {random.choice(['m', 'n', random.choice(logical), *('y' * (operator == '='))])}"
        return name
    name = random.choice(others)
    value = random.choice(['"text"', "4", "0x10", "010", '""', random.choice(others), "y", '"zz"'])
    return f"{name} {random.choice(['=', '!=', '<', '<=', '>', '>='])} {value}"


def expression(random: Random, known: list[str], depth: int = 0) -> str:
    """A condition on some known symbols."""
    roll = random.random()
    if depth > 2 or roll < 0.5:
        return _atom(random, known)
    if roll < 0.65:
        inner = expression(random, known, depth + 1)
        return f"!({inner})" if " " in inner else f"!{inner}"
    operator = random.choice(["&&", "||"])
    return f"({expression(random, known, depth + 1)} {operator} {expression(random, known, depth + 1)})"


def _value(random: Random, word: str, known: list[str]) -> str:
    same = [name for name in known if _TYPE.get(name[0]) == word]
    if same and random.random() < 0.3:
        return random.choice(same)
    if word in ("bool", "tristate"):
        return random.choice(["y", "n", "m" if word == "tristate" else "y", expression(random, known)])
    if word == "int":
        return random.choice(["0", "7", "40", "100", "-3"])
    if word == "hex":
        return random.choice(["0x0", "0x7", "0x30", "ff", "0X1F"])
    return random.choice(['"text"', '""', '"a b"', '"q\\"uote"', "'single'"])


def config(random: Random) -> bytes:
    """A config that assigns some of the symbols, sometimes twice, sometimes nonsense."""
    out = []
    names = [*ALL, "MODULES", "NOWHERE"]
    for _ in range(random.randrange(0, 24)):
        name = random.choice(names)
        kind = _TYPE.get(name[0], "bool") if name != "MODULES" else "bool"
        if random.random() < 0.05:
            odd = ["garbage", "", "# a comment", f"CONFIG_{name}", f"CONFIG_{name}=", "#CONFIG_B0 is not set"]
            out.append(random.choice(odd))
            continue
        if kind in ("bool", "tristate"):
            value = random.choice(["y", "m", "n", "unset", "unset", "y", "yes", "Y", "0"])
        elif kind in ("int", "hex"):
            value = random.choice(["0", "3", "33", "70", "-2", "0x20", "0x5", "1f", "007", "x", "99999999999999999999"])
        else:
            value = random.choice(['"text"', '"zz"', '""', "bare", '"a\\"b\\\\c"', '"open'])
        out.append(f"# CONFIG_{name} is not set" if value == "unset" else f"CONFIG_{name}={value}")
    text = "\n".join(out) + random.choice(["\n", "\n", ""])
    return (text.replace("\n", "\r\n") if random.random() < 0.1 else text).encode()
