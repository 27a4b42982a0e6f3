# SPDX-License-Identifier: GPL-2.0-or-later
"""Message templates of rules.

`{KASAN}` is the value of KASAN, `{KASAN:cause}` how it came about in a few words with its
place, `{on}` and `{off}` name those of the rule's symbols that are y or m, or n, as far as the
tree has them and the finding rests on them; "none" where there are none.  `{{` and `}}` are braces.
`{$name}` is the value of a parameter of the rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from kpolicy.patterns import lazy
from kpolicy.tuples import NamedTuple

_FIELD = lazy(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SYMBOL = lazy(r"([A-Z0-9][A-Za-z0-9_]*|[A-Za-z0-9_]*[A-Z][A-Za-z0-9_]*)(:cause)?\Z")
_LISTS = ("on", "off")
_REPEATED = lazy(r"=(\S+) \(set to \1( at [^()]+)?\)")
_PARAMETER = lazy(r"\$([A-Za-z0-9_]+)")


class Field(NamedTuple):
    """A placeholder: a symbol and what of it, or a list of names; None for a broken one."""

    text: str
    symbol: str | None
    what: str | None


def fields(template: str) -> Iterator[Field]:
    """The placeholders of a template; `what` is None for one that means nothing."""
    for match in _FIELD.finditer(template):
        if match.group() not in ("{{", "}}"):
            yield _field(match.group(), match.group(1))


def lists(template: str) -> bool:
    """Whether a template names the symbols that are on or off."""
    return any(field.what in _LISTS for field in fields(template))


def fill(
    template: str,
    symbols: Sequence[str],
    value: Callable[[str], str],
    cause: Callable[[str], str],
) -> str:
    """The message: `value` gives the value of a symbol as shown, `cause` its cause in words."""

    def replacement(match: re.Match[str]) -> str:
        if match.group() in ("{{", "}}"):
            return match.group()[0]
        field = _field(match.group(), match.group(1))
        if field.symbol is not None:
            return value(field.symbol) if field.what == "value" else cause(field.symbol)
        if field.what in _LISTS:
            wanted = ("y", "m") if field.what == "on" else ("n",)
            return ", ".join(name for name in symbols if value(name) in wanted) or "none"
        return match.group()

    return _REPEATED.sub(_once, _FIELD.sub(replacement, template))


def _once(match: re.Match[str]) -> str:
    """`A=y (set to y at FILE:LINE)` with the value once."""
    return f"={match[1]} (set{match[2]})" if match[2] else f"={match[1]}"


def conjoined(words: Sequence[str], by: str = "and") -> str:
    """Some words in a sentence: A, B and C, or by another word."""
    return f" {by} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def fill_parameters(template: str, parameters: Mapping[str, str]) -> str:
    """The template with the values of the rule's parameters, everything else untouched."""

    def replacement(match: re.Match[str]) -> str:
        name = (match.group(1) or "").removeprefix("$")
        if not (match.group(1) or "").startswith("$") or name not in parameters:
            return match.group()
        return parameters[name].replace("{", "{{").replace("}", "}}")

    return _FIELD.sub(replacement, template)


def fill_line(line: str, parameters: Mapping[str, str]) -> str:
    """A line of a remedy with the values of the rule's parameters for `$name`."""
    return _PARAMETER.sub(lambda match: parameters.get(match.group(1), match.group()), line)


def parameters_in(line: str) -> tuple[str, ...]:
    """The parameters that a line of a remedy names."""
    return tuple(_PARAMETER.findall(line))


def _field(text: str, inside: str | None) -> Field:
    if inside in _LISTS:
        return Field(text, None, inside)
    if inside is not None and _PARAMETER.fullmatch(inside):
        return Field(text, None, "parameter")
    match = _SYMBOL.match(inside or "")
    if match is None:
        return Field(text, None, None)
    return Field(text, match.group(1), "cause" if match.group(2) else "value")
