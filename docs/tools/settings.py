# SPDX-License-Identifier: GPL-2.0-or-later
"""Write docs/settings.md from `kpolicy/knobs`: `python -m docs.tools.settings`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from kpolicy.policy.expressions.expression import Constant, Expression
from kpolicy.policy.running.knob import Case, Default, Knob
from kpolicy.policy.running.load import shipped_knobs

PAGE = Path(__file__).resolve().parents[1] / "settings.md"
_HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!-- Written by `python -m docs.tools.settings` from kpolicy/knobs: change those, not this. -->
# Settings of a running kernel

What [`kpolicy check --running`](running.md) reads, and nothing else below /proc and /sys but the config, the command
line, the release, the mounts and the kernel log. *After boot* is what config and command line make of a setting, the
first that applies; `symbol` stands for the value of an option and `parameter=` for that of a word of the command line.
The last column is the line that registers the file in the latest release that was looked at; the files in
`kpolicy/knobs` have those of Linux 6.12 and 7.3, the line that sets the default, and the documentation.
"""


def page(knobs: Sequence[Knob]) -> str:
    """The page about some settings, in the order of their ids."""
    return "\n".join((_HEAD, *_lines(knobs))) + "\n"


def _lines(knobs: Sequence[Knob]) -> Iterator[str]:
    for family, items in groupby(knobs, key=lambda item: item.id.partition("/")[0]):
        yield f"## {family}\n"
        yield "| setting | is | needs | after boot | reported | source |"
        yield "|---|---|---|---|---|---|"
        for item in items:
            cells = (_setting(item), item.title, _condition(item.needs), _defaults(item), _cases(item), _source(item))
            yield f"| {' | '.join(cells)} |"
        yield ""


def _setting(knob: Knob) -> str:
    where = f"`{knob.paths[0]}`" if knob.paths else "kernel log"
    notes = []
    if knob.line:
        notes.append(f"`{knob.line}`")
    if knob.not_in != (0, 0):
        notes.append(f"in {_release(knob.since)}, not in {_release(knob.not_in)}")
    if knob.harmless_since != (0, 0):
        notes.append(f"of the kernel that runs only from {_release(knob.harmless_since)} on")
    return where + (f" ({'; '.join(notes)})" if notes else "")


def _release(numbers: tuple[int, int]) -> str:
    return ".".join(map(str, numbers))


def _condition(condition: Expression) -> str:
    return "" if isinstance(condition, Constant) else f"`{condition}`".replace("||", "\\|\\|")


def _defaults(knob: Knob) -> str:
    return "; ".join(_default(item) for item in knob.defaults)


def _default(default: Default) -> str:
    text = (
        f"`{default.parameter}=`" if default.parameter else f"`{default.symbol}`" if default.symbol else default.value
    )
    when = _condition(default.when)
    return f"{text or 'any'}{f' if {when}' if when else ''}"


def _cases(knob: Knob) -> str:
    if knob.form == "bits":
        letters = dict.fromkeys(f"{item.letter} {item.meaning}" for item in knob.cases)
        return ", ".join(letters)
    return "; ".join(_case(item, knob) for item in knob.cases)


def _case(case: Case, knob: Knob) -> str:
    return f"{case.test if knob.form != 'log' else 'found'}: {case.meaning}"


def _source(knob: Knob) -> str:
    source = next(item for item in knob.sources if item.release == knob.sources[-1].release)
    return f"{source.code} ({source.release})"


if __name__ == "__main__":
    PAGE.write_text(page(shipped_knobs()), encoding="utf-8")
