# SPDX-License-Identifier: GPL-2.0-or-later
"""The commit message of a patch that changes no configuration: what is wrong, why nothing changes, on what grounds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy import __version__
from kpolicy.policy.checks.duplicates import DEAD_RANGE, DUPLICATE, INHERITED
from kpolicy.policy.patches.edits import CONSTANT, DEAD_DEFAULT, REDUNDANT_DEPENDS, REDUNDANT_SELECT
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.explain.grounds import Ground
    from kpolicy.policy.patches.edits import Correction

WIDTH: Final = 72
"""Columns of a commit message; checkpatch.pl warns beyond 75."""
_FEW: Final = 6
_MOST_GROUNDS: Final = 12
_KINDS: Final = {
    DUPLICATE: "duplicate",
    INHERITED: "redundant",
    REDUNDANT_DEPENDS: "redundant",
    REDUNDANT_SELECT: "redundant",
    DEAD_DEFAULT: "unreachable",
    DEAD_RANGE: "unreachable",
    CONSTANT: "ineffective",
}
_NOUNS: Final = {
    "depends": ("dependency", "dependencies", "of {name} on {about}", "of {name}"),
    "select": ("select", "selects", "of {about} from {name}", "from {name}"),
    "imply": ("imply", "implies", "of {about} from {name}", "from {name}"),
}


class Proof(NamedTuple):
    """Why nothing changes on the architectures that read a file.

    The expressions are the same by their text (`structural`), or it is proved on the `grounds`; so many `configs` of
    them, presets not counted, expand to the same .config.
    """

    architectures: tuple[str, ...]
    structural: bool
    configs: int
    grounds: tuple[Ground, ...] = ()


def subject(correction: Correction) -> str:
    """What a patch does, in the imperative, without the prefix."""
    changes, name = correction.changes, correction.title
    only = len(changes) == 1 and "," not in changes[0].about
    ends = {finding.part for finding in correction.findings} if correction.rule == CONSTANT else set()
    if "always" in ends:
        kind = "always true" if len(ends) == 1 else "constant"
        return f"remove {kind} condition{'' if only else 's'} from {name}"
    keyword = changes[0].keyword if len({change.keyword for change in changes}) == 1 else "line"
    one, several, about, of = _NOUNS.get(keyword, (keyword, f"{keyword}s", "of {name}", "of {name}"))
    where = (about if only and changes[0].about else of).format(name=name, about=changes[0].about)
    return f"remove {_KINDS[correction.rule]} {one if only else several} {where}"


def body(correction: Correction, proof: Proof) -> str:
    """The paragraphs below the subject."""
    grounds = tuple(
        dict.fromkeys((*(item for change in correction.changes for item in change.grounds), *proof.grounds))
    )
    said = [_sentence(item.message, correction.title) for item in correction.findings]
    if len(said) == 1:
        blocks = [_wrapped(said[0] + (":" if grounds and ": " not in said[0] else "."))]
    else:
        blocks = ["\n".join(_wrapped(f"- {text}", "  ") for text in dict.fromkeys(said))]
        if grounds:
            blocks.append("The lines that this follows from:")
    if grounds:
        blocks.append("\n".join(_ground(item) for item in grounds[:_MOST_GROUNDS]))
        if len(grounds) > _MOST_GROUNDS:
            blocks.append(f"and {len(grounds) - _MOST_GROUNDS} more.")
    blocks.append(_wrapped(" ".join(_why(proof))))
    blocks.append(_wrapped(f"Found and verified with kpolicy {__version__} (check {correction.rule})."))
    return "\n\n".join(blocks)


def _why(proof: Proof) -> Iterator[str]:
    archs = proof.architectures
    those = f"on {_joined(archs)}" if len(archs) <= _FEW else f"on all {len(archs)} architectures that read the file"
    if proof.structural:
        yield f"No configuration changes: the expressions of all symbols are the same, {those}."
    else:
        yield f"No configuration changes: proved with a SAT solver for every configuration {those}, with any compiler."
    if proof.configs:
        defconfigs = "defconfig" if proof.configs == 1 else f"{proof.configs} defconfigs"
        yield f"The {defconfigs} and the presets (allnoconfig, allyesconfig, allmodconfig,"
    else:
        yield "The presets (allnoconfig, allyesconfig, allmodconfig,"
    yield "alldefconfig) expand to the same .config."


def _sentence(message: str, title: str) -> str:
    text = message.replace("this entry", title).replace("this choice", title)
    return text[:1].upper() + text[1:]


def _ground(item: Ground) -> str:
    where = f"{item.location}: " if item.location is not None else ""
    return f"    {where}{item.text}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
