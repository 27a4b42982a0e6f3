# SPDX-License-Identifier: GPL-2.0-or-later
"""The bars: what is measured, against what, and how much of that it may cost.

Ratios are of processor time, which other work on the machine changes least.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.measure import Cost, alternating
from tests.bench.setting import DEFCONFIG, Setting, audit, check, emptied, snapshot, without_results
from tests.bench.sides import LeftOut, Words, bare, diffconfig, hardening_checker
from tests.git import make_repository

MOST_MEGABYTES = 150
MOST_TO_START = 0.050


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: what kpolicy costs, what something else costs, how they compare, and how they should."""

    what: str
    ours: Cost
    against: str
    theirs: Cost | None
    compared: str
    bar: str
    kept: bool


def ratio(what: str, ours: Cost, against: str, theirs: Cost, most: float) -> Row:
    """A bar on kpolicy's share of another program's processor time."""
    share = ours.cpu / theirs.cpu
    return Row(what, ours, against, theirs, f"{share:.2f}", f"<= {most:g}", share <= most)


def added(what: str, ours: Cost, against: str, theirs: Cost, most: float) -> Row:
    """A bar on the processor time that kpolicy takes longer than another program."""
    longer = ours.cpu - theirs.cpu
    return Row(what, ours, against, theirs, f"{longer * 1000:+.0f} ms", f"<= {most * 1000:+.0f} ms", longer <= most)


def memory(rows: Sequence[Row], allowed: int = MOST_MEGABYTES) -> Row:
    """The bar on the largest process of all that some rows measured."""
    largest = max(rows, key=lambda row: row.ours.megabytes)
    most = largest.ours.megabytes
    what = f"largest process ({largest.what})"
    return Row(what, largest.ours, "", None, f"{most:.0f} MB", f"<= {allowed} MB", most <= allowed)


def check_rows(setting: Setting) -> list[Row]:
    """A full .config without a tree, against kernel-hardening-checker."""
    checker, config, cache = hardening_checker(setting.now.python), setting.full_config(0), setting.cache("check")
    words: Words = ["check", config]
    setting.now.run(words, cache)
    ours, theirs = alternating(
        setting.times, lambda: setting.now.run(words, cache), lambda: checker.run(["-c", config], cache)
    )
    return [ratio("`check` of Debian's .config, no tree", ours, checker.name, theirs, 2)]


def diff_rows(setting: Setting) -> list[Row]:
    """Two full .config files without a tree, against scripts/diffconfig."""
    peer, cache = diffconfig(setting.tree, setting.now.python), setting.cache("diff")
    pair: Words = [setting.full_config(0), setting.full_config(1)]
    words: Words = ["diff", *pair]
    setting.now.run(words, cache)
    ours, theirs = alternating(setting.times, lambda: setting.now.run(words, cache), lambda: peer.run(pair, cache))
    return [ratio("`diff` of two .config files, no tree", ours, peer.name, theirs, 4)]


def defconfig_rows(setting: Setting) -> list[Row]:
    """One defconfig of the tree, its model in the cache; what is known about it too, or not."""
    now, today, words = setting.now, setting.today, check(setting.tree)
    cache, old = setting.cache("defconfig"), setting.cache("defconfig-today")
    now.run(words, cache)
    today.run(words, old)
    judged, recalled, theirs = alternating(
        setting.times,
        lambda: now.run(words, without_results(cache)),
        lambda: now.run(words, cache),
        lambda: today.run(words, old),
    )
    what = "`check x86_64_defconfig`"
    return [
        ratio(f"{what}, model cached, result not", judged, "the same, today", theirs, 0.5),
        ratio(f"{what}, result remembered", recalled, "the same, today", theirs, 0.35),
    ]


def audit_rows(setting: Setting) -> list[Row]:
    """All defconfigs, with caches that hold nothing, models, everything."""
    now, today, words = setting.now, setting.today, audit(setting.tree)
    cache, old = setting.cache("audit"), setting.cache("audit-today")
    cold, models, known, cold_today, warm_today = alternating(
        setting.times,
        lambda: now.run(words, emptied(cache)),
        lambda: now.run(words, without_results(cache)),
        lambda: now.run(words, cache),
        lambda: today.run(words, emptied(old)),
        lambda: today.run(words, old),
    )
    what = f"`audit` of {len(setting.configs)} defconfigs"
    return [
        ratio(f"{what}, empty cache", cold, "the same, today", cold_today, 0.5),
        ratio(f"{what}, models cached, results not", models, "warm audit, today", warm_today, 0.65),
        ratio(f"{what}, nothing changed", known, "warm audit, today", warm_today, 0.2),
    ]


_EDITED = "lib/Kconfig.debug"
_EDITS = {
    "a help line": ("\t  Default loglevel to determine", "\t  One line more.\n\t  Default loglevel to determine"),
    "a default": ('\trange 1 15\n\tdefault "7"\n', '\trange 1 15\n\tdefault "6"\n'),
    "a new select": ('\tbool "Kernel debugging"\n', '\tbool "Kernel debugging"\n\tselect SYMBOLIC_ERRNAME\n'),
}


def edit_rows(setting: Setting) -> list[Row]:
    """All defconfigs after a change of one line in a Kconfig file that every architecture reads."""
    now, today, tree = setting.now, setting.today, setting.copy("edited")
    words, file = audit(tree), tree / _EDITED
    before = file.read_text()
    cache, after, old = setting.cache("unedited"), setting.scratch / "caches" / "after", setting.cache("edited-today")
    now.run(words, cache)

    def edited(text: str, new: str) -> Callable[[], Cost]:
        if before.count(text) != 1:
            raise LeftOut(f"{_EDITED} of this tree lacks {text!r}")

        def run() -> Cost:
            file.write_text(before.replace(text, new))
            try:
                return now.run(words, snapshot(cache, after))
            finally:
                file.write_text(before)

        return run

    runs = [edited(*edit) for edit in _EDITS.values()]
    theirs, *costs = alternating(setting.times, lambda: today.run(words, emptied(old)), *runs)
    return [
        ratio(f"`audit` after {edit} in {_EDITED}", ours, "empty cache, today", theirs, 0.25)
        for edit, ours in zip(_EDITS, costs, strict=True)
    ]


def since_rows(setting: Setting) -> list[Row]:
    """What a series of commits costs that change one defconfig each, the commit before it being remembered."""
    now, today, tree = setting.now, setting.today, setting.copy("since")
    repository = make_repository(tree)
    lines = [line for line in (tree / DEFCONFIG).read_text().splitlines() if "LOG_BUF_SHIFT" not in line]
    words, cache, old = [*audit(tree), "--since", "HEAD~"], setting.cache("since"), setting.cache("since-today")

    def changed(number: int) -> None:
        repository.write(DEFCONFIG, "\n".join([*lines, f"CONFIG_LOG_BUF_SHIFT={12 + number}", ""]))
        repository.commit(f"a buffer of 2^{12 + number}")

    changed(0)
    now.run(words, cache)
    today.run(check(tree), old)
    # LOG_BUF_SHIFT has 14 values: 12 to 25.
    numbers = iter(range(1, 14))

    def ours() -> Cost:
        changed(next(numbers))
        return now.run(words, cache)

    audited, checked = alternating(min(setting.times, 13), ours, lambda: today.run(check(tree), old))
    return [ratio("`audit --since HEAD~`, one defconfig changed", audited, "`check` of that, today", checked, 1.5)]


def help_rows(setting: Setting) -> list[Row]:
    """What it takes to start."""
    now, nothing, cache = setting.now, bare(setting.now), setting.cache("help")
    whole, command, python = alternating(
        3 * setting.times,
        lambda: now.run(["--help"], cache),
        lambda: now.run(["check", "--help"], cache),
        lambda: nothing.run([], cache),
    )
    return [
        added("`--help`", whole, nothing.name, python, MOST_TO_START),
        added("`check --help`", command, nothing.name, python, MOST_TO_START),
    ]


GROUPS: dict[str, Callable[[Setting], list[Row]]] = {
    "check": check_rows,
    "diff": diff_rows,
    "defconfig": defconfig_rows,
    "audit": audit_rows,
    "edit": edit_rows,
    "since": since_rows,
    "help": help_rows,
}
"""Rows that are measured together, by turns."""
