# SPDX-License-Identifier: GPL-2.0-or-later
"""The command lines of the matrix, and what counts as a fault of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.cli.support import Outcome

_ALONE = (
    "check -j 1 {tree} {a}",
    "check -j 1 {tree} {a} -o json:{new}/saved.json -o sarif:{new}/a.sarif -o html:{new}/a.html --ram 16G --cpus 8",
    "check -j 1 {tree} {a} --policy hardening --fail-on never",
    "report {new}/saved.json -o text -o junit:{new}/a.xml",
    "role {tree} {a}",
    "role {tree} {a} --format json",
    "cost {tree} {a} --ram 16G --cpus 8",
    "diff {tree} {a} {a}",
    "policy show {tree} {a}",
)
_ALONE_IN_TREE = (
    "expand {tree} {a}",
    "explain {tree} --config {a} DEBUG_KERNEL KASAN",
    "chain {tree} --config {a} --in-force KASAN",
    "fix {tree} {a}",
    "fix {tree} {a} --format text --alternatives --fail-on error",
    "fix {tree} {a} --format fragment --policy debug --fail-on error",
    "baseline update -j 1 {tree} --baseline {new}/known.json --grow {a}",
)
_PAIR = (
    "check -j 1 {tree} {a} {b}",
    "check -j 1 {tree} {a}+{b}",
    "role {tree} {a} {b}",
    "cost {tree} {a} {b}",
    "diff {tree} {a} {b}",
    "diff {tree} {b} {a} --format json",
)
_PAIR_IN_TREE = (
    "expand {tree} {a}+{b}",
    "explain {tree} --config {a}+{b} DEBUG_KERNEL KASAN",
    "fix {tree} {a}+{b} --format fragment --fail-on error",
)
_TREE = (
    "audit -j 1 {folder}",
    "kconfig -j 1 {folder}",
    "rules test {tree}",
    "chain {tree} KASAN",
    "expand {tree} --arch {arch} --preset alldefconfig",
    "baseline update -j 1 {tree} --baseline {new}/tree.json --grow",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A command line; `needs_tree` says that it is a usage error without a tree."""

    words: tuple[str, ...]
    needs_tree: bool = False


def alone(config: str, tree: str | None, new: str) -> Iterator[Line]:
    """All commands on one config; `new` is a folder for their results."""
    yield from _filled(_ALONE, False, tree=tree, a=config, new=new)
    yield from _filled(_ALONE_IN_TREE, True, tree=tree, a=config, new=new)


def pair(first: str, second: str, tree: str | None, new: str) -> Iterator[Line]:
    """All commands that take two configs, or a stack of them."""
    yield from _filled(_PAIR, False, tree=tree, a=first, b=second, new=new)
    yield from _filled(_PAIR_IN_TREE, True, tree=tree, a=first, b=second, new=new)


def whole_tree(tree: str, arch: str, new: str) -> Iterator[Line]:
    """The commands that are about a tree."""
    yield from _filled(_TREE, True, tree=tree, arch=arch, new=new)


def _filled(templates: tuple[str, ...], needs_tree: bool, *, tree: str | None, **names: str) -> Iterator[Line]:
    named = {"{folder}": [tree or ""], "{tree}": ["--tree", tree] if tree is not None else []}
    for template in templates:
        words = (named[word] if word in named else [word.format(**names)] for word in template.split())
        yield Line(tuple(item for group in words for item in group), needs_tree)


def fault(outcome: Outcome) -> str | None:
    """Why an outcome is none that a command may have, whatever its input; None where it is one."""
    if outcome.status not in (0, 1, 2, 3):
        return f"exit status {outcome.status}"
    for line in outcome.err.splitlines():
        if "internal error" in line or line.startswith("Traceback"):
            return line
    if outcome.status > 1 and "error: " not in outcome.err:
        return f"exit status {outcome.status} without an error"
    return None
