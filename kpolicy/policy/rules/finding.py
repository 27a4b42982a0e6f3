# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings: what a rule reports about one config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kpolicy.digests import sha256
from kpolicy.frozen import dataclass, field
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.explain.cause import Link
    from kpolicy.explain.grounds import Ground
    from kpolicy.explain.root import Root
    from kpolicy.location import Location
    from kpolicy.policy.rules.rule import Severity

_ABOUT_A_LINE: Final = ("config/wrong-type", "config/unreadable-line", "config/unknown-symbol", "stale/renamed")


@dataclass(frozen=True, slots=True)
class SymbolValue:
    """A symbol and its value as `.config` would show it (n for one that is not there)."""

    symbol: str
    value: str


class Witness(NamedTuple):
    """A config of a few lines that shows what is found on an architecture (an ARCH word); none can be left out."""

    architecture: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    `symbols` are those of the rule with their values, `symbol` the one that the finding is
    about.  `causes` is the chain from that symbol to its root, `place` the line that a person
    would edit, `remedy` the config lines that fix it.

    A finding about the tree itself has no architecture and no role, its `config` is the file that it
    is about, and `architectures` says where it holds.  `grounds` are the other lines that it follows from, and
    `witness` is a config that shows it.  Of a list that the message has no room for `grounds` are the rest.

    `note` says why it is required, `owner` who answers for that, where a requirement states it.

    `root` is what keeps a config line from taking effect.  One that stands for several with the same root has those as
    its `members`, and is about the symbol of the root (`kpolicy.policy.folding`).

    `part` is for what edits the line of a finding about the tree: which part of it is meant, as the check calls that.
    """

    rule: str
    severity: Severity
    tree: str
    architecture: str
    config: str
    role: str
    symbol: str
    symbols: tuple[SymbolValue, ...]
    message: str
    causes: tuple[Link, ...]
    place: Location
    remedy: tuple[str, ...]
    architectures: tuple[str, ...] = ()
    root: Root | None = None
    members: tuple[Finding, ...] = ()
    note: str = ""
    owner: str = ""
    grounds: tuple[Ground, ...] = ()
    witness: Witness | None = None
    part: str = field(default="", compare=False)

    @property
    def fingerprint(self) -> str:
        """What stays the same while lines move: SHA-256 over rule, architecture, config and symbol."""
        return fingerprint(self.rule, self.architecture, self.config, self.symbol)


def line_to_replace(finding: Finding) -> Location | None:
    """The config line that the remedy, where that is a single line, goes in the place of; None where there is none.

    That is the line that a check of lines is about, or the one that sets the very symbol that the remedy sets.
    """
    if len(finding.remedy) != 1 or not finding.place.line or finding.members:
        return None
    if finding.rule in _ABOUT_A_LINE:
        return finding.place
    root = finding.causes[-1] if finding.causes else None
    if root is None or root.kind != "assigned" or root.location != finding.place:
        return None
    sets = finding.remedy[0].startswith((f"CONFIG_{root.symbol}=", f"# CONFIG_{root.symbol} is not set"))
    return finding.place if sets else None


def fingerprint(rule: str, architecture: str, config: str, symbol: str) -> str:
    """The fingerprint of a finding, 64 hexadecimal digits."""
    text = "\0".join((rule, architecture, config, symbol))
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
