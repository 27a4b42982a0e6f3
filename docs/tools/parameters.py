# SPDX-License-Identifier: GPL-2.0-or-later
"""Write docs/boot-parameters.md from `kpolicy/parameters`: `python -m docs.tools.parameters`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from kpolicy.policy.boot.load import shipped_parameters
from kpolicy.policy.boot.parameter import FORM_MEANINGS, BootParameter, Spelling
from kpolicy.policy.expressions.expression import Constant, Expression

PAGE = Path(__file__).resolve().parents[1] / "boot-parameters.md"
_HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!-- Written by `python -m docs.tools.parameters` from kpolicy/parameters: change those, not this. -->
# Boot parameters

The parameters of debug and hardening options, with what the kernel must have built in for each: words of the
[boot command line](boot.md) are checked against these. The last column is the line that registers the parameter, and
the one that documents it, in the latest release that was looked at; the files in
`kpolicy/parameters` have those of Linux 6.1, 6.12 and 7.3.
"""


def page(parameters: Sequence[BootParameter]) -> str:
    """The page about some parameters, in the order of their ids."""
    return "\n".join((_HEAD, *_lines(parameters))) + "\n"


def _lines(parameters: Sequence[BootParameter]) -> Iterator[str]:
    for family, items in groupby(parameters, key=lambda item: item.id.partition("/")[0]):
        yield f"## {family}\n"
        yield "| parameter | does | needs | values | source |"
        yield "|---|---|---|---|---|"
        for item in items:
            yield f"| {_names(item)} | {item.title} | {_needs(item)} | {_values(item)} | {_source(item)} |"
        yield ""


def _names(parameter: BootParameter) -> str:
    return ", ".join(_name(item, parameter) for item in parameter.spellings)


def _name(spelling: Spelling, parameter: BootParameter) -> str:
    notes = []
    if spelling.is_old:
        notes.append("old name")
    if spelling.not_in != (0, 0):
        notes.append(f"in {_release(spelling.since)}, not in {_release(spelling.not_in)}")
    if spelling.needs != parameter.needs:
        notes.append(f"needs {_condition(spelling.needs)}")
    return f"`{spelling.name}`" + (f" ({'; '.join(notes)})" if notes else "")


def _release(numbers: tuple[int, int]) -> str:
    return ".".join(map(str, numbers))


def _needs(parameter: BootParameter) -> str:
    return "" if isinstance(parameter.needs, Constant) else _condition(parameter.needs)


def _condition(expression: Expression) -> str:
    return f"`{expression}`".replace("||", "\\|\\|")


def _values(parameter: BootParameter) -> str:
    words = ", ".join(f"`{word.name}`" for word in parameter.words)
    form = parameter.spellings[0].form
    return words if form == "word" else FORM_MEANINGS[form] + (f"; {words}" if words else "")


def _source(parameter: BootParameter) -> str:
    source = parameter.sources[-1]
    where = ", ".join(filter(None, (source.code, source.documented.removeprefix("Documentation/"))))
    return f"{where} ({source.release})"


if __name__ == "__main__":
    PAGE.write_text(page(shipped_parameters()), encoding="utf-8")
