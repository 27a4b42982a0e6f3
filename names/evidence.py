# SPDX-License-Identifier: GPL-2.0-or-later
"""What a symbol became that a release no longer defines: found by comparing the release with the one before it.

Each piece of evidence is a fact about two trees.  One alone is none: a prompt is copied, a driver is written anew.  A
successor is named where several pieces agree, none speaks for another symbol, and no other removed symbol has the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal, TypeAlias, TypeVar

from names.tree import Symbol, Tree

Kind: TypeAlias = Literal["renamed", "merged"]
_Key = TypeVar("_Key", str, frozenset[str])

# A text that two options share by chance is shorter.
_LONG_HELP: Final = 60
_LONG_PROMPT: Final = 12
_ALIKE: Final = 0.8
# Which pieces are enough, by weight: two strong ones, or one strong and two weak ones.
_WEIGHTS: Final = {
    "transitional": 9,
    "prompt": 4,
    "help": 4,
    "objects": 4,
    "references": 4,
    "selectors": 3,
    "definition": 2,
    "position": 2,
    "suffix": 2,
    "words": 1,
    "moved-objects": 2,
}
_ENOUGH: Final = 8
_STRONG: Final = 4


@dataclass(frozen=True, slots=True)
class Successor:
    """What a symbol became, with the last release that has the old name, the first with the new one, and why."""

    old: str
    kind: Kind
    new: str
    last: str
    first: str
    evidence: tuple[str, ...]


def successors(before: Tree, after: Tree, gone: AbstractSet[str], fresh: AbstractSet[str]) -> Iterator[Successor]:
    """The successors of the `gone` symbols of `before`, among the `fresh` ones of `after` or merged into others."""
    yield from _transitional(before, after)
    old = {name for name in gone if name in before.symbols}
    found = _candidates(before, after, old, fresh)
    claims = Counter(new for candidates in found.values() for new in candidates)
    for name in sorted(old):
        candidates = found.get(name, {})
        best = _only(candidates, claims)
        if best is not None and _fits(before.symbols[name], after.symbols[best]):
            yield Successor(name, "renamed", best, before.release, after.release, tuple(sorted(candidates[best])))
        elif not candidates:
            yield from _merged(before, after, name, gone)


def _only(candidates: Mapping[str, AbstractSet[str]], claims: Mapping[str, int]) -> str | None:
    """The one candidate with evidence enough that no other removed symbol could have become as well."""
    if len(candidates) != 1:
        return None
    [(new, evidence)] = candidates.items()
    total = sum(_WEIGHTS[item] for item in evidence)
    strong = any(_WEIGHTS[item] >= _STRONG for item in evidence)
    return new if claims[new] == 1 and strong and total >= _ENOUGH else None


def _fits(old: Symbol, new: Symbol) -> bool:
    """Whether each value of the old symbol is one of the new symbol, and a line can set both or neither."""
    kinds = old.types == new.types or (old.types == {"bool"} and new.types == {"tristate"})
    return bool(old.types) and kinds and bool(old.prompts) == bool(new.prompts)


def _transitional(before: Tree, after: Tree) -> Iterator[Successor]:
    for symbol in after.symbols.values():
        was = before.symbols.get(symbol.name)
        if not symbol.is_transitional or was is None or was.is_transitional:
            continue
        heirs = {
            owner
            for _file, text in after.references.get(symbol.name, ())
            for owner, line in [text.split(": ", 1)]
            if line.partition(" if ")[0] in (f"default {symbol.name}", f"def_bool {symbol.name}")
        }
        if len(heirs) == 1:
            [new] = heirs
            yield Successor(symbol.name, "renamed", new, before.release, after.release, ("transitional",))


def _candidates(
    before: Tree, after: Tree, old: AbstractSet[str], fresh: AbstractSet[str]
) -> dict[str, dict[str, set[str]]]:
    """The fresh symbols that share something rare with each old one, and what."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def match(word: str, left: Mapping[_Key, set[str]], right: Mapping[_Key, set[str]]) -> None:
        # What several symbols of one tree share tells none of them from the others.
        for key, names in left.items():
            others = right.get(key, set())
            if len(names) == 1 and len(others) == 1 and names <= old and others <= fresh:
                found[next(iter(names))][next(iter(others))].add(word)

    match("prompt", _by_prompt(before), _by_prompt(after))
    match("help", _by_help(before), _by_help(after))
    match("objects", _by_objects(before), _by_objects(after))
    match("moved-objects", _by_objects(before, bare=True), _by_objects(after, bare=True))
    match("selectors", _by_selectors(before, old), _by_selectors(after, fresh))
    _add_references(before, after, old, fresh, found)
    for name, candidates in found.items():
        for new, evidence in candidates.items():
            if "objects" in evidence:
                evidence.discard("moved-objects")
            evidence.update(_weak(before.symbols[name], after.symbols[new]))
    return {name: dict(candidates) for name, candidates in found.items()}


def _weak(old: Symbol, new: Symbol) -> Iterator[str]:
    rename = re.compile(rf"\b{old.name}\b")
    if old.body and [rename.sub(new.name, line) for line in old.body] == new.body:
        yield "definition"
    if set(old.files) & set(new.files) and any(
        left and left == right for left, right in zip(old.neighbours, new.neighbours, strict=True)
    ):
        yield "position"
    if new.name.endswith(f"_{old.name}") or old.name.endswith(f"_{new.name}"):
        yield "suffix"
    elif _shares_words(old.name, new.name):
        yield "words"


def _shares_words(left: str, right: str) -> bool:
    own, other = set(left.split("_")), set(right.split("_"))
    return len(own & other) * 2 > max(len(own), len(other))


def _by_prompt(tree: Tree) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for symbol in tree.symbols.values():
        for prompt in symbol.prompts:
            if len(prompt) >= _LONG_PROMPT:
                found[" ".join(prompt.split())].add(symbol.name)
    return found


def _by_help(tree: Tree) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for symbol in tree.symbols.values():
        for text in symbol.helps:
            if len(text) >= _LONG_HELP:
                found[text].add(symbol.name)
    return found


def _by_objects(tree: Tree, *, bare: bool = False) -> dict[frozenset[str], set[str]]:
    found: dict[frozenset[str], set[str]] = defaultdict(set)
    for symbol, objects in tree.objects.items():
        if symbol in tree.symbols:
            found[frozenset(PurePosixPath(item).name if bare else item for item in objects)].add(symbol)
    return found


def _by_selectors(tree: Tree, names: AbstractSet[str]) -> dict[frozenset[str], set[str]]:
    found: dict[frozenset[str], set[str]] = defaultdict(set)
    for name in names:
        owners = frozenset(owner for owner in tree.selectors.get(name, ()) if owner)
        if len(owners) > 1:
            found[owners].add(name)
    return found


def _add_references(
    before: Tree,
    after: Tree,
    old: AbstractSet[str],
    fresh: AbstractSet[str],
    found: dict[str, dict[str, set[str]]],
) -> None:
    """Lines elsewhere that named the old symbol, and that are the same but for naming the fresh one."""
    index: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in fresh:
        for file, line in after.references.get(name, ()):
            index[file, _blank(line, name)].add(name)
    for name in old:
        lines = before.references.get(name, ())
        counts: Counter[str] = Counter()
        for file, line in lines:
            counts.update(index.get((file, _blank(line, name)), ()))
        if not counts or len(lines) < 2:
            continue
        new, count = counts.most_common(1)[0]
        if count >= _ALIKE * len(lines) and count >= _ALIKE * len(after.references[new]):
            found[name][new].add("references")


def _blank(line: str, name: str) -> str:
    return re.sub(rf"\b{name}\b", "\0", line)


def _merged(before: Tree, after: Tree, name: str, gone: AbstractSet[str]) -> Iterator[Successor]:
    """A symbol that needed another one, which now builds all that it built, and that needed nothing else."""
    objects, old = before.objects.get(name, set()), before.symbols[name]
    if not objects or old.types - {"bool", "tristate"} or _depends_on_its_default(old):
        return
    builders = [
        other
        for other, built in after.objects.items()
        if objects <= built and other in before.symbols and other in after.symbols
    ]
    if len(builders) != 1 or builders[0] not in old.needs:
        return
    new = after.symbols[builders[0]]
    if not old.needs - {new.name} - new.needs - gone:
        yield Successor(name, "merged", new.name, before.release, after.release, ("objects", "dependency"))


def _depends_on_its_default(old: Symbol) -> bool:
    """Whether a symbol that no line sets is on in some configurations only: what it needs is in its default."""
    defaults = [line for line in old.body if line.startswith(("def_bool", "def_tristate", "default"))]
    return not old.prompts and any(line.split()[1:] != ["y"] for line in defaults)
