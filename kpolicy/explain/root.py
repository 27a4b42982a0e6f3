# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps a config line from taking effect, as data: lines that have it in common are reported together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from kpolicy.location import Location

RootKind: TypeAlias = Literal["needs", "select", "prompt", "undefined", "tree"]

OriginKind: TypeAlias = Literal["line", "removed", "new", "gone", "follows", "kconfig", "toolchain"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The change that others follow: of which symbol, from which value to which, and by which line.

    `why` is as for `kpolicy.explain.value_change.Change`, or "removed" where `text` is a config line that is gone.
    """

    symbol: str
    before: str
    after: str
    why: OriginKind
    text: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class Root:
    """What keeps the line of a symbol, which asks for `asked`, from taking effect.

    `kind` is "needs" for a condition that does not hold, "select" for a symbol that selects another value, "prompt"
    where no line can set the symbol, "undefined" where this architecture does not define it, "tree" for a .config made
    with other Kconfig files.  `condition` is what has to change first, as Kconfig writes it, `values` are its symbols
    with their values; for a "tree" the symbols that it does not define, `condition` the first of them.  `place` is the
    config line that gave one of them its value, None where none did.
    `change` is the change that caused it, where a run compares with an earlier revision.
    """

    kind: RootKind
    condition: str
    values: tuple[tuple[str, str], ...]
    asked: str
    place: Location | None = None
    change: Origin | None = None

    @property
    def symbol(self) -> str:
        """The one symbol that has to change, "" where there are several."""
        return self.values[0][0] if len(self.values) == 1 else ""
