# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated text programs: cat, head, tail, grep, cut, tr, wc, sort, uniq."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpolicy.kernel.toolchain.patience import Exhausted, Pattern, compiled, integer, look
from kpolicy.kernel.toolchain.programs.regex import compile_posix
from kpolicy.kernel.toolchain.shell.call import Call
from kpolicy.kernel.toolchain.shell.streams import bounded

_MOST_LINES = 1_000_000


def _inputs(call: Call, names: list[str]) -> Iterator[tuple[str, str | None]]:
    """The named files, or standard input: name and text; the text is None for a file that is missing."""
    for name in names or ["-"]:
        text = call.read() if name == "-" else call.files.read(name)
        if text is None:
            call.complain(f"{name}: No such file or directory")
        yield name, text


def cat(call: Call) -> int:
    """cat [FILE...]"""
    names = [word for word in call.arguments if word == "-" or not word.startswith("-")]
    if len(names) != len(call.arguments) and call.arguments[0] != "--":
        return call.unknown(f"cat {call.arguments[0]}")
    status = 0
    for _, text in _inputs(call, names):
        if text is None:
            status = 1
        else:
            call.write(text)
    return status


def head(call: Call) -> int:
    """head [-n N | -N | -c N] [FILE...]"""
    return _ends(call, first=True)


def tail(call: Call) -> int:
    """tail [-n [+]N | -N | -c N] [FILE...]"""
    return _ends(call, first=False)


def _ends(call: Call, *, first: bool) -> int:
    count, unit, from_start = 10, "n", False
    names: list[str] = []
    arguments = list(call.arguments)
    while arguments:
        word = arguments.pop(0)
        match = re.fullmatch(r"-([nc]?)([-+]?[0-9]*)|--(lines|bytes)=([-+]?[0-9]+)", word)
        if match is None or word == "-":
            if word.startswith("-") and word not in ("-", "-q"):
                return call.unknown(f"{call.name} {word}")
            if word != "-q":
                names.append(word)
            continue
        number = match.group(2) or match.group(4) or (arguments.pop(0) if arguments else "")
        unit = match.group(1) or (match.group(3) or "n")[0].replace("l", "n").replace("b", "c")
        if not re.fullmatch(r"[-+]?[0-9]+", number) or (first and number.startswith("-")):
            return call.unknown(f"{call.name} {word} {number}")
        from_start = not first and number.startswith("+")
        count = abs(integer(number))
    status = 0
    for _, text in _inputs(call, names):
        if text is None:
            status = 1
            continue
        pieces: list[str] = text.splitlines(keepends=True) if unit == "n" else list(text)
        if first:
            kept = pieces[:count]
        elif from_start:
            kept = pieces[max(0, count - 1) :]
        else:
            kept = pieces[-count:] if count else []
        call.write("".join(kept))
    return status


def grep(call: Call) -> int:
    """grep [-EFGcehiLlnoqsvwx] PATTERN [FILE...]"""
    options: set[str] = set()
    patterns: list[str] = []
    names: list[str] = []
    extended, fixed = call.name == "egrep", call.name == "fgrep"
    arguments = list(call.arguments)
    while arguments:
        word = arguments.pop(0)
        if word == "--":
            names += arguments
            break
        if word.startswith("--") and word not in _LONG_GREP:
            return call.unknown(f"grep {word}")
        if word == "-" or not word.startswith("-"):
            names.append(word)
            continue
        letters = _LONG_GREP.get(word, word[1:])
        for index, letter in enumerate(letters):
            if letter == "e":
                patterns.append(letters[index + 1 :] or (arguments.pop(0) if arguments else ""))
                break
            if letter not in "EFGchiLlnoqsvwx":
                return call.unknown(f"grep -{letter}")
            options.add(letter)
    extended, fixed = extended or "E" in options, fixed or "F" in options
    if not patterns:
        if not names:
            return 2
        patterns.append(names.pop(0))
    try:
        matchers = [
            _grep_pattern(line, extended, fixed, options) for pattern in patterns for line in pattern.split("\n")
        ]
    except re.error:
        return 2
    return _grep(call, matchers, options, names)


_LONG_GREP = {
    "--quiet": "q",
    "--silent": "q",
    "--ignore-case": "i",
    "--invert-match": "v",
    "--extended-regexp": "E",
    "--fixed-strings": "F",
    "--only-matching": "o",
    "--count": "c",
}


def _grep_pattern(text: str, extended: bool, fixed: bool, options: set[str]) -> Pattern:
    ignore_case = "i" in options
    flags = re.IGNORECASE if ignore_case else 0
    if fixed:
        pattern = compiled(re.escape(text), flags)
    else:
        pattern = compile_posix(text, extended=extended, ignore_case=ignore_case)
    if "x" in options:
        return compiled(rf"\A(?:{pattern.compiled.pattern})\Z", flags)
    if "w" in options:
        return compiled(rf"(?<!\w)(?:{pattern.compiled.pattern})(?!\w)", flags)
    return pattern


def _grep(call: Call, patterns: list[Pattern], options: set[str], names: list[str]) -> int:
    found = missing = False
    prefix_names = len(names) > 1 and "h" not in options
    for name, text in _inputs(call, names):
        if text is None:
            missing = True
            continue
        count = 0
        for number, line in enumerate(text.removesuffix("\n").split("\n") if text else [], 1):
            matches = [match for pattern in patterns if (match := pattern.search(line))]
            if bool(matches) == ("v" in options):
                continue
            count += 1
            if options & set("qclL"):
                continue
            shown = [match.group() for match in matches] if "o" in options and matches else [line]
            for part in shown:
                numbered = f"{number}:{part}" if "n" in options else part
                call.write(f"{name}:{numbered}\n" if prefix_names else f"{numbered}\n")
        found = found or count > 0
        if "c" in options and "q" not in options:
            call.write(f"{name}:{count}\n" if prefix_names else f"{count}\n")
        elif ("l" in options and count) or ("L" in options and not count):
            call.write(f"{name}\n")
    if found and "q" in options:
        return 0
    return 2 if missing else int(not found)


def cut(call: Call) -> int:
    """cut -f LIST [-d CHARACTER] [-s], cut -c LIST"""
    delimiter, chosen, unit, only_delimited = "\t", "", "", False
    names: list[str] = []
    arguments = list(call.arguments)
    while arguments:
        word = arguments.pop(0)
        if word[:2] in ("-f", "-c", "-d", "-b"):
            value = word[2:] or (arguments.pop(0) if arguments else "")
            if word[1] == "d":
                delimiter = value
            else:
                unit, chosen = word[1], value
        elif word == "-s":
            only_delimited = True
        elif word.startswith("-") and word != "-":
            return call.unknown(f"cut {word}")
        else:
            names.append(word)
    wanted = _ranges(chosen)
    if wanted is None or not unit:
        return 1
    status = 0
    for _, text in _inputs(call, names):
        if text is None:
            status = 1
            continue
        for line in text.splitlines():
            look()
            pieces = line.split(delimiter) if unit == "f" else list(line)
            if unit == "f" and len(pieces) == 1:
                if not only_delimited:
                    call.write(line + "\n")
                continue
            kept = [piece for index, piece in enumerate(pieces, 1) if _is_wanted(index, wanted)]
            call.write((delimiter if unit == "f" else "").join(kept) + "\n")
    return status


def _is_wanted(index: int, wanted: list[tuple[int, int]]) -> bool:
    look()
    return any(low <= index <= high for low, high in wanted)


def _ranges(text: str) -> list[tuple[int, int]] | None:
    out = []
    for part in text.split(","):
        match = re.fullmatch(r"([0-9]*)(-?)([0-9]*)", part)
        if match is None or not part:
            return None
        low, dash, high = match.groups()
        first = integer(low or "1")
        out.append((first, integer(high) if high else (1 << 30 if dash else first)))
    return out


def tr(call: Call) -> int:
    """tr [-cds] SET [SET]"""
    options = {letter for word in call.arguments if re.fullmatch("-[cCds]+", word) for letter in word[1:].lower()}
    sets = [_character_set(word) for word in call.arguments if not re.fullmatch("-[cCds]+", word)]
    if not sets:
        return 1
    text = call.read()
    first, last = sets[0], sets[-1]
    complement = "c" in options
    if "d" in options:
        text = "".join(character for character in text if (character in first) == complement)
    elif len(sets) == 2 and last:
        table = dict(zip(first, last.ljust(len(first), last[-1]), strict=False))
        if complement:
            text = "".join(character if character in first else last[-1] for character in text)
        else:
            text = "".join(table.get(character, character) for character in text)
    if "s" in options:
        text = re.sub(rf"([{re.escape(last)}])\1+", r"\1", text) if last else text
    call.write(text)
    return 0


_CLASSES = {
    "[:upper:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "[:lower:]": "abcdefghijklmnopqrstuvwxyz",
    "[:digit:]": "0123456789",
    "[:space:]": " \t\n\v\f\r",
    "[:blank:]": " \t",
}


def _character_set(text: str) -> str:
    for name, members in _CLASSES.items():
        text = text.replace(name, members)
    text = re.sub(r"\\(n|t|\\|r)", lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match.group(1), "\\"), text)
    text = re.sub(r"\\([0-7]{1,3})", lambda match: chr(int(match.group(1), 8) & 0xFF), text)
    return re.sub(r"(.)-(.)", _range_of_characters, text)


def _range_of_characters(match: re.Match[str]) -> str:
    first, last = ord(match.group(1)), ord(match.group(2))
    look(max(0, last - first))
    return "".join(map(chr, range(first, last + 1)))


def wc(call: Call) -> int:
    """wc [-lwc], of standard input"""
    letters = "".join(word[1:] for word in call.arguments if word.startswith("-")) or "lwc"
    if not set(letters) <= set("lwcm") or any(not word.startswith("-") for word in call.arguments):
        return call.unknown("wc " + " ".join(call.arguments))
    text = call.read()
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode("utf-8", "surrogateescape"))}
    counts["m"] = len(text)
    shown = [counts[letter] for letter in "lwcm" if letter in letters]
    call.write(f"{shown[0]}\n" if len(shown) == 1 else "".join(f"{count:8}" for count in shown)[1:] + "\n")
    return 0


def sort(call: Call) -> int:
    """sort [-nru] [FILE...]"""
    letters = "".join(word[1:] for word in call.arguments if word.startswith("-"))
    if not set(letters) <= set("nru"):
        return call.unknown("sort " + " ".join(call.arguments))
    lines: list[str] = []
    for _, text in _inputs(call, [word for word in call.arguments if not word.startswith("-")]):
        bounded(text or "", "text to sort")
        lines += (text or "").splitlines()
        if len(lines) > _MOST_LINES:
            raise Exhausted(f"more than {_MOST_LINES} lines to sort")

    def key(line: str) -> tuple[int, str]:
        match = re.match(r"\s*(-?[0-9]+)", line) if "n" in letters else None
        return (integer(match.group(1)) if match else 0, line)

    lines.sort(key=key, reverse="r" in letters)
    if "u" in letters:
        lines = list(dict.fromkeys(lines))
    call.write("".join(f"{line}\n" for line in lines))
    return 0


def uniq(call: Call) -> int:
    """uniq, of standard input"""
    if call.arguments:
        return call.unknown("uniq " + " ".join(call.arguments))
    before: str | None = None
    for line in call.read().splitlines():
        if line != before:
            call.write(f"{line}\n")
        before = line
    return 0
