# SPDX-License-Identifier: GPL-2.0-or-later
"""Random changes to a random small tree: what one release's `conf` takes, skips or warns of and another's refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.kconfig.generate import kconfig

_ENTRY = re.compile(r"(config|menuconfig|choice|menu|comment|if|endmenu|endif|endchoice|source|mainmenu)\b")
_SKIPPED = [*"+:;@,?{}[]%^*~`/.&|", "\r", "\f", "\N{EURO SIGN}", "\\"]


def tree(random: Random, tristate_choices: bool) -> dict[str, str]:
    """A `Kconfig` and a file that it may source, with up to three changes of the kinds below."""
    lines = kconfig(random, tristate_choices).split("\n")[:-1]
    for _ in range(random.choice([0, 1, 1, 1, 2])):
        random.choice(_CHANGES)(random, lines)
    text = "\n".join(lines) + ("" if random.random() < 0.03 else "\n")
    if random.random() < 0.02:
        text = text.replace("\n", "\r\n")
    return {"Kconfig": text, "Kconfig.more": _more(random)}


def _more(random: Random) -> str:
    out = ["config MORE", '\tbool "more"', "\tdefault y"]
    out += random.choice([[], [], ["endmenu"], ["if MORE"], ["MORE_WORD = more"], ['mainmenu "More"']])
    return "\n".join(out) + random.choice(["\n", "\n", ""])


def _entries(lines: list[str], *kinds: str) -> list[int]:
    return [index for index, line in enumerate(lines) if line.split(" ")[0] in kinds]


def _some(random: Random, lines: list[str], *kinds: str) -> int | None:
    found = _entries(lines, *kinds)
    return random.choice(found) if found else None


def _end(lines: list[str], index: int) -> int:
    """Where the lines of an entry end."""
    index += 1
    while index < len(lines) and lines[index].startswith("\t") and not lines[index].startswith("\t "):
        if lines[index] == "\thelp":
            break
        index += 1
    return index


def _names(lines: list[str]) -> list[str]:
    return [lines[index].split(" ")[1].strip() for index in _entries(lines, "config", "menuconfig")] or ["B0"]


def _any_line(random: Random, lines: list[str]) -> int:
    return random.choice([index for index, line in enumerate(lines) if line.strip()] or [0])


def _insert_property(random: Random, lines: list[str], *texts: str) -> None:
    text = random.choice(texts)
    entries = _entries(lines, "config", "config", "menuconfig")
    if "modules" in text:
        # Of a member of a choice conf makes what depends on the order in which it looks at symbols.
        entries = [index for index in entries if not lines[index].startswith("config C")]
    if text.startswith("range"):
        # Conf sees no loop through a bound, and makes of one what depends on that order, too.
        named = [index for index in entries if lines[index].split(" ")[1] in text.split(" ")]
        entries = [index for index in entries if index > max(named, default=-1)]
    if entries:
        index = random.choice(entries)
        lines.insert(random.randrange(index + 1, _end(lines, index) + 1), "\t" + text)


def _nothing(random: Random, lines: list[str]) -> None:
    """Macros that give nothing, or a word."""
    index = _any_line(random, lines)
    words = re.split(r"(?<=[ \t])", lines[index])
    macro = random.choice(
        [
            "$(nosuch)",
            "$(nosuch,a b)",
            "$(WORD)",
            "$(nosuch)$(nosuch)",
            "$(nosuch)B1",
            "B$(ONE)",
            '"$(nosuch)"',
            "$",
            "$B1",
        ]
    )
    words.insert(random.randrange(len(words) + 1), random.choice([macro, macro + " ", " " + macro]))
    lines[index] = "".join(words)
    if random.random() < 0.5:
        lines[1:1] = ["ONE = 1", "WORD = B1"]


def _skipped(random: Random, lines: list[str]) -> None:
    """Characters that mean nothing."""
    index = _any_line(random, lines)
    line = lines[index]
    spots = [match.start() for match in re.finditer(r"[ \t]|$", line)] + [0]
    spot = random.choice(spots)
    lines[index] = line[:spot] + random.choice(_SKIPPED) + line[spot:]


def _quotes(random: Random, lines: list[str]) -> None:
    """Quotes too many and too few."""
    found = [index for index, line in enumerate(lines) if '"' in line]
    if not found:
        return
    index = random.choice(found)
    line = lines[index]
    spot = random.choice([match.start() for match in re.finditer('"', line)])
    lines[index] = random.choice(
        [
            line + '"',
            line[:spot] + '"' + line[spot:],
            line[:spot] + line[spot + 1 :],
            line[:spot] + "'" + line[spot + 1 :],
            line.replace('"', "'"),
            line.replace('"', ""),
            line + " 'a",
            line + '"\\',
            line[:spot] + '\\"' + line[spot + 1 :],
        ]
    )


def _help(random: Random, lines: list[str]) -> None:
    """Help texts of all shapes."""
    index = _some(random, lines, "config", "menuconfig", "config", "menuconfig", "choice", "menu", "comment")
    if index is None:
        return
    text = random.choice(
        [
            ["\thelp"],
            ["\thelp", ""],
            ["\thelp", "\t  Words."],
            ["\thelp", "\t  Words.", "\tdefault y"],
            ["\thelp", "Words at the front."],
            ["\thelp", "Words at the front.", "\tand more", "  less"],
            ["\thelp", "    Four.", "\tEight.", "  two"],
            ["\thelp", "", "", "\t\t  Deep.", "", "\t  depends on B0"],
            ["\thelp", "endif"],
            ["\t---help---", "\t  Words."],
            ["\t--help--", "\t  Words."],
            ["\thelp words", "\t  Words."],
            ["\thelp # words", "\t  Words."],
            ["\thelp", "  # words", "# more"],
            ["\thelp", " ", "\t", "  words"],
            ["\thelp", "\t  Words.", "WORD = B1"],
            ["\thelp", "\t  Words.", "", "WORD = B1"],
            ["\thelp", "\t  Words.", "", "WORD ="],
            ["\t$(nosuch) help", "\t  Words."],
            ["\thelp", "\t  One.", "\thelp", "\t  Two."],
        ]
    )
    lines[_end(lines, index) : _end(lines, index)] = text


def _words(random: Random, lines: list[str]) -> None:
    """Words that some releases know."""
    name = random.choice(_names(lines))
    if random.random() < 0.5:
        _insert_property(
            random,
            lines,
            "def_bool y",
            f"def_tristate {name}",
            "def_bool m",
            f"depends on {name} if {random.choice(_names(lines))}",
            f"depends on !({name} && B1) if !{random.choice(_names(lines))}",
            "modules",
            "option modules",
            "boolean",
            "default n if m",
            "default -5",
            "default 0x1F",
            "depends on B0-x",
            'default "B0"',
            "range 1 9",
            "prompt 'words'",
            "depends on m",
        )
        return
    _insert_property(
        random,
        lines,
        "def_int 3",
        "def_hex 0x3",
        'def_string "a"',
        "boolean",
        "bool words",
        "option allnoconfig_y",
        "option defconfig_list",
        'option env="ARCH"',
        "option other",
        "transitional",
        f"depends on {name} if {random.choice(_names(lines))}",
        f"depends {name}",
        f"depends on {name} on",
        "optional",
        "visible if y",
        "requires B0",
        "prompt words",
        'prompt "words" if',
        f'select "{name}"',
        f"default {name} = ",
        "default n if m",
        "range 1 9",
        "range B0",
        f"default {name} {name}",
        "depends on config",
        "depends on on",
        "default default",
        "depends on B0.x",
        "default a/b",
        "default -5",
    )


def _choices(random: Random, lines: list[str]) -> None:
    """What may stand in a choice."""
    index = _some(random, lines, "choice")
    if index is None:
        return
    name = random.choice(_names(lines))
    where = random.randrange(index + 1, _end(lines, index) + 1)
    kind = random.randrange(12)
    if kind == 0:
        lines[index] = random.choice(["choice NAMED", "choice NAMED", "choice bool", 'choice "a"'])
    elif kind == 1:
        lines.insert(where, "\t" + random.choice(["bool", "tristate", "int", 'bool "c"', 'tristate "c"', 'string "c"']))
    elif kind == 2:
        lines.insert(where, "\t" + random.choice(["optional", "def_bool y", f"select {name}", "range 1 2", "modules"]))
    elif kind == 3:
        lines.insert(where, "\t" + random.choice(["default y", f"default {name} && {name}", f'default "{name}"']))
    elif kind == 4 and lines[index + 1 : index + 2]:
        del lines[index + 1]
    else:
        members = [at for at in _entries(lines, "config") if lines[at].startswith("config C")]
        at = random.choice(members or [0])
        member = lines[at].split(" ")[-1]
        if kind == 5:
            lines.insert(_end(lines, at), "\t" + random.choice(["default y", f"default y if {name}", "default n"]))
        elif kind == 6 and at:
            lines[at + 1] = "\t" + random.choice(["bool", "tristate", 'tristate "member"', 'int "member"'])
        elif kind == 7 and at:
            del lines[at + 1]
        elif kind == 8:
            inside = [
                ['menu "in a choice"', "endmenu"],
                ["choice", '\tprompt "inner"', "config INNER", '\tbool "inner"', "endchoice"],
                ["menuconfig INNER", '\tbool "inner"'],
                ['source "Kconfig.more"'],
                ["WORD = B1"],
                ["config INNER", '\tbool "inner"'],
                ["if B0", "config INNER", '\tbool "inner"', "endif"],
                ["if B0", 'source "Kconfig.more"', "endif"],
                ["if B0", 'menu "deep"', "endmenu", "endif"],
                ['comment "in a choice"'],
                ["config INNER", "\tbool"],
            ]
            lines[_end(lines, at) : _end(lines, at)] = ["", *random.choice(inside)]
        else:
            again = [
                ["", f"config {member}", "\tbool"],
                ["", f"config {member}", '\tbool "again"'],
                ["", f"config {member}", "\tdefault y"],
                ["", f"config {member}", f"\tselect {name}"],
                ["", f"config {member}", f"\tdepends on {name}"],
            ]
            if any(line.startswith('\tprompt "choice of') for line in lines):
                # Before 6.11 a symbol of two choices is warned of, and nobody has one.
                other = ["", "choice", '\tprompt "again"', "", f"config {member}", '\tbool "again"', "", "endchoice"]
                again.append(other)
            spot = random.choice([len(lines), 2, _end(lines, at)])
            lines[spot:spot] = random.choice(again)


def _menus(random: Random, lines: list[str]) -> None:
    """Menus, comments and what stands in them or at the top."""
    index = _some(random, lines, "menu", "comment", "if", "mainmenu", "endmenu", "endif", "config")
    if index is None:
        return
    name = random.choice(_names(lines))
    # Of a member that has the title of a menu before its choice, conf of 6.12 makes what depends on the order in which
    # it looks at symbols.
    titled = "B0" if name.startswith("C") else name
    texts = [
        [f"\tvisible if {name}"],
        ["\tvisible"],
        [f"\tdepends on {name}", f"\tvisible if {name}"],
        [f"\tvisible if {name}", f"\tdepends on {name}"],
        ["\tdefault y"],
        [f"\tdepends on {name}"],
        ['\tprompt "words"'],
        ['mainmenu "Again"'],
        ["WORD = B1"],
        ["WORD := $(nosuch)", f"WORD += {name}"],
        ["endmenu"],
        ["endif"],
        ["endchoice"],
        ['source "Kconfig.more"'],
        ["source Kconfig.more"],
        ["menu words", "endmenu"],
        ["comment words"],
        ['menu "words" "more"', "endmenu"],
        ["if", "endif"],
        ["unknown words"],
        ["$(nosuch)"],
        ["$(info,words)"],
        [f"if {name} # words", "endif"],
        [f"menuconfig {titled}"],
        ["menuconfig NEW", "\tbool"],
        ["menuconfig NEW", "\tdef_bool y"],
    ]
    spot = index + 1 if random.random() < 0.7 else index
    lines[spot:spot] = random.choice(texts)


def _joins(random: Random, lines: list[str]) -> None:
    """Backslashes at the end of a line, and comments."""
    index = _any_line(random, lines)
    line = lines[index]
    spots = [match.end() for match in re.finditer(r"[ \t]", line)] or [len(line)]
    spot = random.choice(spots)
    lines[index : index + 1] = random.choice(
        [
            [line[:spot] + "\\", line[spot:]],
            [line + " \\"],
            [line + " # words \\"],
            [line + " # words"],
            ["\\", line],
            ["# words \\", line],
            [line + "\\", "\t# words"],
            [line, "\\"],
        ]
    )


def _loops(random: Random, lines: list[str]) -> None:
    """References to any symbol, also to those that come later: there may be a loop then."""
    names = _names(lines)
    name, other = random.choice(names), random.choice(names)
    condition = random.choice(
        [
            name,
            f"{name} || !{name}",
            f"!{name} || {name}",
            f"{name} && !{name}",
            f"n && {name}",
            f"y || {name}",
            f"{name} != n",
            f"{name} = y || {name} = n",
            f"({name} || !{name}) && {other}",
            f"{name} = m || {other}",
        ]
    )
    if random.random() < 0.25:
        index = _some(random, lines, "choice")
        if index is not None:
            # A member of its own: what conf makes of another symbol depends on what it has looked at before.
            members = [line.split(" ")[1] for line in lines[index:] if line.startswith("config C")][:2] or ["C0"]
            line = random.choice([f"\tdepends on {condition}", f"\tdefault {random.choice(members)} if {condition}"])
            if random.random() < 0.4 and lines[index + 1].endswith('"'):
                lines[index + 1] += f" if {condition}"
            else:
                lines.insert(_end(lines, index), line)
        return
    _insert_property(
        random,
        lines,
        f"depends on {condition}",
        f"default y if {condition}",
        f"default {condition}",
        f"select {name}",
        f"select {name} if {other}",
        f"imply {name}",
        f'prompt "again" if {condition}',
        f"range 1 7 if {condition}",
    )


def _comparisons(random: Random, lines: list[str]) -> None:
    """Comparisons of all kinds of symbols with all kinds of constants."""
    name = random.choice(_names(lines))
    operator = random.choice(["=", "!=", "<", "<=", ">", ">="])
    value = random.choice(["m", "y", "n", '"m"', '"y"', "UNDEF", "10", "0x10", '""', random.choice(_names(lines))])
    if operator == "!=" and value in ("y", '"y"'):
        # The conf of 6.12 reads freed memory there when the symbol is bool (expr.c: expr_transform).
        operator = "="
    compared = f"{random.choice([name, name, 'UNDEF'])} {operator} {value}"
    expression = random.choice([compared, f"!({compared})"])
    number = random.choice(["0x200", "0xFF", "0XAB", "1f", "300", "-9", "007", "UNDEF", "H0", "I1"])
    _insert_property(
        random,
        lines,
        f"default y if {expression}",
        f"depends on {expression}",
        f"default {expression}",
        f"default {number}",
        f"range {number} {random.choice(['0x0fF', '40', 'H1', 'I0', '0XFF'])}",
    )


_CHANGES: list[Callable[[Random, list[str]], None]] = [
    _nothing,
    _skipped,
    _quotes,
    _help,
    _help,
    _words,
    _words,
    _words,
    _choices,
    _choices,
    _choices,
    _menus,
    _menus,
    _joins,
    _loops,
    _loops,
    _comparisons,
]
