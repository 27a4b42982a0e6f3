# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings: what a rule has to say about one config."""

from __future__ import annotations

import hashlib

from kpolicy.explain.cause import Link
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.rules.rule import Severity


@dataclass(frozen=True, slots=True)
class SymbolValue:
    """A symbol and its value as `.config` would show it (n for one that is not there)."""

    symbol: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    `symbols` are those of the rule with their values, `symbol` the one that the finding is
    about.  `causes` is the chain from that symbol to its root, `place` the line that a person
    would edit, `remedy` the config lines that mend it.

    A finding about the tree itself has no architecture and no role, its `config` is the file that it
    is about, and `architectures` says where it holds.
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

    @property
    def fingerprint(self) -> str:
        """What stays the same while lines move: SHA-256 over rule, architecture, config and symbol."""
        return fingerprint(self.rule, self.architecture, self.config, self.symbol)


def fingerprint(rule: str, architecture: str, config: str, symbol: str) -> str:
    """The fingerprint of a finding, 64 hexadecimal digits."""
    text = "\0".join((rule, architecture, config, symbol))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
