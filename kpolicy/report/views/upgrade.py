# SPDX-License-Identifier: GPL-2.0-or-later
"""What another kernel makes of a config: the parts and sentences that the formats share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import dataclass, replace
from kpolicy.policy.upgrade.questions import grouped
from kpolicy.report.text.lines import finding_line, number
from kpolicy.wording import shortened

if TYPE_CHECKING:
    from kpolicy.policy.upgrade.protections import Protection
    from kpolicy.policy.upgrade.questions import Question
    from kpolicy.policy.upgrade.records import LostRequest, Upgrade
    from kpolicy.policy.upgrade.shifts import Shift
    from kpolicy.report.views.upgrade_records import TreeUpgrade, UpgradeReport

_LONGEST: Final = 72
"""So many characters has a list of names in a summary."""
_WIDEST: Final = 24
COUNTED: Final = {
    "renamed": ("has its value under another name", "have their value under another name"),
    "off": ("turns off a symbol that is no longer defined", "turn off symbols that are no longer defined"),
    "result": ("records a derived value of the kernel before", "record derived values of the kernel before"),
    "ineffective": ("had no effect before either", "had no effect before either"),
}
"""The lines that can be dropped at no cost, in words, for one and for several."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: a title and rows; `more` counts the rows that are left out.

    An `essential` one is never cut.  `heads` are titles of columns; `counts` says how many things each row is for.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    counts: tuple[int, ...]
    essential: bool = False
    more: str = ""
    total: int = 0

    @property
    def heading(self) -> str:
        """The title, and how many things there are."""
        return f"{self.title} ({self.total or sum(self.counts)})"

    def cut(self, most: int) -> Section:
        """At most so many rows; what is left out is counted."""
        if self.essential or len(self.rows) <= most:
            return self
        left = sum(self.counts[most:])
        return replace(
            self,
            rows=self.rows[:most],
            counts=self.counts[:most],
            more=f"and {left} more (--full)",
            total=sum(self.counts),
        )


def summary(upgrade: Upgrade) -> str:
    """All of it in numbers."""
    words = [f"{number(len(upgrade.lost), 'request')} lost", f"{len(upgrade.kept)} kept by edits"]
    if upgrade.protections is not None:
        found = upgrade.protections
        kept = len(found.lost) - len(found.unkept)
        by_edits = f", {kept} kept by edits" if kept else ""
        words.append(f"{number(len(found.unkept), 'protection')} lost{by_edits}, {len(found.gained)} gained")
        words.append(f"{number(len(upgrade.findings_gained), 'finding')} gained, {len(upgrade.findings_lost)} lost")
    if upgrade.shifts is not None:
        words.append(f"{number(len(upgrade.shifts.changed), 'other value')} changed")
    words.append(number(len(upgrade.questions), "new question"))
    return "; ".join(words)


def sections(report: UpgradeReport, *, full: bool) -> Iterator[Section]:
    """The parts of a report that have rows; in `full` each thing has a row of its own."""
    found = (section for section in _sections(report.upgrade, full=full) if section.rows)
    yield from found


def _sections(upgrade: Upgrade, *, full: bool) -> Iterator[Section]:
    if upgrade.protections is not None:
        lost, gained = upgrade.protections.lost, upgrade.protections.gained
        rows = ((*_protection(item), "kept by edits" if item.kept else "") for item in lost)
        yield _plain("protections and checks lost", ("option", "value", "why", ""), rows, essential=True)
        if full:
            yield _plain("protections and checks gained", ("option", "value", "why"), map(_protection, gained))
        elif gained:
            row = (_some([item.symbol for item in gained]),)
            yield Section("protections and checks gained", ("options",), (row,), (len(gained),), essential=True)
    for title, findings in (("gained", upgrade.findings_gained), ("lost", upgrade.findings_lost)):
        if full or title == "gained":
            texts = [(finding_line(item),) for item in findings]
            yield _plain(f"findings {title}", ("finding",), texts, essential=True)
    kept_rows = map(_request, sorted(upgrade.kept, key=lambda item: not item.edits))
    yield _plain("requests kept by edits", ("line", "edit", "why"), kept_rows)
    heads = ("line", "value", "why")
    if full:
        yield _plain("requests lost", heads, map(_lost, upgrade.lost))
        yield _plain("values changed by new Kconfig files", heads, map(_shift, _shifts(upgrade)))
        yield _plain("new questions", ("line", "prompt", "more"), map(_question, _by_menu(upgrade)))
        return
    yield _lost_groups(upgrade.lost)
    yield _plain("values changed by new Kconfig files", heads, map(_shift, _roots(upgrade)))
    remarks = sorted(((item.line, item.remarks[0]) for item in upgrade.questions if item.remarks), key=_urgency)
    yield _plain("new questions with consequences", ("default", "remark"), remarks)
    groups = grouped(upgrade.questions)
    yield Section(
        f"new questions in {number(len(groups), 'menu')}",
        ("questions", "menu", "options"),
        tuple(
            (str(len(items)), menu_text(menu), _some([item.symbol for item in items])) for menu, items in groups.items()
        ),
        tuple(len(items) for items in groups.values()),
    )


def _plain(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, essential: bool = False) -> Section:
    """A section in which each row is one thing."""
    made = tuple(rows)
    return Section(title, heads, made, (1,) * len(made), essential)


def _protection(item: Protection) -> tuple[str, ...]:
    return item.symbol, f"{item.before} -> {item.after}", item.reason


def _request(item: LostRequest) -> tuple[str, ...]:
    return item.lost.line.text, ", ".join(map(str, item.edits)) or "by the edits of another request", item.lost.reason


def _lost(item: LostRequest) -> tuple[str, ...]:
    edits = f"; {', '.join(map(str, item.edits))}" if item.edits else ""
    return item.lost.line.text, item.lost.got, f"{item.lost.reason}  {item.lost.line.location}{edits}"


def _lost_groups(lost: Sequence[LostRequest]) -> Section:
    """The lost requests with one reason together, those that stand alone first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for item in lost:
        groups[item.lost.reason].append(item.lost.symbol)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    rows = tuple((str(len(names)), _some(names), reason) for reason, names in ordered)
    return Section("requests lost", ("requests", "options", "why"), rows, tuple(len(names) for _, names in ordered))


def _roots(upgrade: Upgrade) -> list[Shift]:
    """The changes that a person can have something to say about: of options with a prompt, not caused by another."""
    found = _shifts(upgrade)
    return [item for item in found if item.settable and item.change.why not in ("follows", "toolchain")]


def _shifts(upgrade: Upgrade) -> list[Shift]:
    return list(upgrade.shifts.changed) if upgrade.shifts is not None else []


def _shift(item: Shift) -> tuple[str, ...]:
    change = item.change
    place = f"  {change.location}" if change.location is not None else ""
    values = f"{shortened(change.before, _WIDEST)} -> {shortened(change.after, _WIDEST)}"
    return change.symbol, values, f"{change.text}{place}"


def _by_menu(upgrade: Upgrade) -> list[Question]:
    return [item for items in grouped(upgrade.questions).values() for item in items]


def _question(item: Question) -> tuple[str, ...]:
    more = [menu_text(item.menu)]
    if item.choice:
        more.append(f"choice: {item.choice}")
    if item.selects:
        more.append(f"y selects {', '.join(item.selects)}")
    if item.help:
        more.append(item.help)
    return item.line, item.prompt, "; ".join((*more, *item.remarks))


def menu_text(menu: Sequence[str]) -> str:
    """The titles of menus."""
    return " > ".join(menu) or "top menu"


def _urgency(row: tuple[str, str]) -> int:
    """What an answer clears, or a policy requires, comes before what it causes."""
    words = ("required:", "clears error", "clears warning", "causes error", "causes warning", "clears", "causes")
    return next((place for place, word in enumerate(words) if word in row[1]), len(words))


def _some(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    text = ""
    for place, name in enumerate(names):
        longer = f"{text}, {name}" if text else name
        if len(longer) > _LONGEST:
            return f"{text}, +{len(names) - place}" if text else f"{name}, +{len(names) - 1}"
        text = longer
    return text


def costless(upgrade: Upgrade) -> str:
    """The lines that cost nothing, in a sentence; "" where there is none."""
    parts = []
    for fate, (one, many) in COUNTED.items():
        count = upgrade.counts.get(fate, 0)  # type: ignore[call-overload]  # the keys are fates
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    total = sum(upgrade.counts.values())
    return f"{number(total, 'line')} can be dropped at no cost: {'; '.join(parts)}" if parts else ""


def gone(upgrade: Upgrade) -> str:
    """The symbols without a request that only the kernel before has, in a sentence; "" where there is none."""
    count = len(upgrade.shifts.gone) if upgrade.shifts is not None else 0
    if not count:
        return ""
    return f"{number(count, 'symbol')} that no line requests {'is' if count == 1 else 'are'} no longer defined"


def older(report: UpgradeReport | TreeUpgrade) -> str:
    """That the kernel is an older one, in a sentence; "" where it is not."""
    if not report.older:
        return ""
    return f"Linux {report.after.version} is older than Linux {report.before.version}: a downgrade"


def footer(report: UpgradeReport) -> list[str]:
    """The sentences below the sections."""
    upgrade = report.upgrade
    found = (older(report), costless(upgrade), gone(upgrade), edited(upgrade, report=True))
    return [text for text in found if text]


def edited(upgrade: Upgrade, *, report: bool = False) -> str:
    """How much the edits change, in a sentence; in a `report` the config is not edited yet."""
    if not upgrade.edits:
        return "no line has to be edited"
    how = " by --format diff" if report else ""
    others = f", which change {number(len(upgrade.side_effects), 'other value')}" if upgrade.side_effects else ""
    return f"{number(len(upgrade.edits), 'line')} edited{how}{others}; proved by evaluation"


def fitted(found: Sequence[Section], room: int) -> list[Section]:
    """Sections cut to so many lines in all, each with a title, an empty line, and one that counts what is left out.

    Each gets as much as the others, as long as it has more.
    """
    sizes = [len(item.rows) if item.essential else min(1, len(item.rows)) for item in found]
    left = room - sum(sizes) - 3 * len(found)
    while left > 0 and any(size < len(item.rows) for size, item in zip(sizes, found, strict=True)):
        for place, item in enumerate(found):
            if left > 0 and sizes[place] < len(item.rows):
                sizes[place] += 1
                left -= 1
    return [item.cut(size) for item, size in zip(found, sizes, strict=True)]
