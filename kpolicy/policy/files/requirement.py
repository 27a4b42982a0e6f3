# SPDX-License-Identifier: GPL-2.0-or-later
"""What a policy requires of a config: a symbol, the values that it may have, and the configs that this is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kpolicy.bounds import whole
from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import KernelVersion, parse_version
from kpolicy.location import Location
from kpolicy.patterns import lazy
from kpolicy.policy.edits import line_of
from kpolicy.policy.files.globs import matches_config
from kpolicy.policy.files.vocabulary import requirement_id

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.expressions.expression import Expression
    from kpolicy.policy.rules.rule import Severity

Origin: TypeAlias = Literal["own", "tree", "foreign"]

ARCHITECTURES: Final = (
    "alpha", "arc", "arm", "arm64", "c6x", "csky", "h8300", "hexagon", "i386", "ia64", "loongarch", "m68k",
    "microblaze", "mips", "nds32", "nios2", "openrisc", "parisc", "powerpc", "riscv", "s390", "sh", "sparc",
    "sparc32", "sparc64", "um", "unicore32", "x86", "x86_64", "xtensa",
)  # fmt: skip
"""ARCH words of make: the folders of arch/ since Linux 5.4, and the words of its top Makefile for one width."""

_BITS: Final = {
    "i386": ("x86", False),
    "x86_64": ("x86", True),
    "sparc32": ("sparc", False),
    "sparc64": ("sparc", True),
}
_SERIES: Final = lazy(r"v?[0-9]+\.[0-9]+\Z")
_BEFORE_ALL: Final = "-rc0"
_PLAIN: Final = lazy(r"[ymn]\Z|-?[0-9]+\Z|0[xX][0-9a-fA-F]+\Z")


@dataclass(frozen=True, slots=True)
class Scope:
    """The configs that a requirement is for; what is empty does not restrict.

    Of each row of `architectures` (ARCH words of make) and of `configs` (globs) one has to match.  `since` is the first
    release, `before` the first one after the last.  `when` is a condition that the values have to meet.
    """

    architectures: tuple[tuple[str, ...], ...] = ()
    since: KernelVersion | None = None
    before: KernelVersion | None = None
    configs: tuple[tuple[str, ...], ...] = ()
    when: Expression | None = None

    def covers(self, values: Values, config: str) -> bool:
        """Whether it is for a config, by its values and its name as findings have it."""
        return (
            self._covers_release(values.model.version)
            and all(any(_is_of(values, word) for word in row) for row in self.architectures)
            and all(any(matches_config(glob, config) for glob in row) for row in self.configs)
            and (self.when is None or self.when.holds(values))
        )

    def within(self, other: Scope) -> Scope:
        """The configs that are in both."""
        from kpolicy.policy.expressions.expression import And  # conditions are rare

        conditions = tuple(item for item in (self.when, other.when) if item is not None)
        return Scope(
            tuple(dict.fromkeys((*other.architectures, *self.architectures))),
            max((item for item in (self.since, other.since) if item is not None), default=None),
            min((item for item in (self.before, other.before) if item is not None), default=None),
            tuple(dict.fromkeys((*other.configs, *self.configs))),
            And(conditions) if len(conditions) > 1 else next(iter(conditions), None),
        )

    def _covers_release(self, version: str) -> bool:
        if self.since is None and self.before is None:
            return True
        try:
            found = parse_version(version)
        except InputError:
            return False
        return not (self.since is not None and found < self.since) and (self.before is None or found < self.before)


EVERYWHERE: Final = Scope()


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a config has to keep to.

    It is kept by one of the `values`, as config lines have them ("n" also means that there is no line); by a list that
    contains all the items of `contains`; by a number from `at_least` to `at_most`; and, with `absent`, by having no
    line in the .config, or never without one if that is False.  With `if_exists` it is only for kernels that have the
    symbol.

    `text` says it in words, for a fragment in those of its line.  `location` is where it is required; `line` is what
    stands there, and `column` where its value does, for errors about it.  `srcarch` is the folder of arch/ that the
    fragment is in, for one of the tree that is made for a single architecture.  `origin` is "tree" if the tree itself
    has the fragment and "foreign" for a file of another tool: its lines were not written for this policy.  `note` says
    why it is required, `owner` who answers for that.
    """

    symbol: str
    values: tuple[str, ...]
    text: str
    location: Location
    srcarch: str | None = None
    origin: Origin = "own"
    contains: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    absent: bool | None = None
    if_exists: bool = False
    scope: Scope = EVERYWHERE
    severity: Severity | None = None
    note: str = ""
    owner: str = ""
    line: str = ""
    column: int = 0

    @property
    def id(self) -> str:
        """The id of its findings: `required/debug-vm` for DEBUG_VM."""
        return requirement_id(self.symbol)

    @property
    def value(self) -> str:
        """The value that is preferred, "" where none is stated."""
        return self.values[0] if self.values else ""


def last_of_each(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """The last requirement for each symbol and the same configs, in the order of their lines.

    Those for the items of a list are apart: each list of items counts.
    """
    found: dict[tuple[str, tuple[str, ...], str | None, Scope], Requirement] = {}
    for item in requirements:
        key = (item.symbol, item.contains, item.srcarch, item.scope)
        found.pop(key, None)
        found[key] = item
    return tuple(found.values())


def in_words(
    symbol: str,
    *,
    values: tuple[str, ...] = (),
    contains: tuple[str, ...] = (),
    at_least: int | None = None,
    at_most: int | None = None,
    absent: bool = False,
    is_hex: bool = False,
) -> str:
    """A requirement in words: `CONFIG_X=y or m`, `CONFIG_X containing "a"`, `CONFIG_X from 1 to 5`."""
    number = hex if is_hex else str
    if len(values) == 1:
        text = line_of(symbol, values[0])
    elif values:
        text = f"CONFIG_{symbol}={' or '.join(values)}"
    elif contains:
        text = f"CONFIG_{symbol} containing {' and '.join(contains)}"
    elif at_least is not None and at_least == at_most:
        text = f"CONFIG_{symbol}={number(at_least)}"
    elif at_least is not None and at_most is not None:
        text = f"CONFIG_{symbol} from {number(at_least)} to {number(at_most)}"
    elif at_least is not None:
        text = f"CONFIG_{symbol} of at least {number(at_least)}"
    elif at_most is not None:
        text = f"CONFIG_{symbol} of at most {number(at_most)}"
    else:
        return f"no line for CONFIG_{symbol}"
    return f"{text}, or no line," if absent else text


def config_value(text: str) -> str:
    """A value as config lines have it: y, m, n and numbers as they are, other text in double quotes."""
    return text if text.startswith('"') or _PLAIN.match(text) else config_text(text)


def config_text(text: str) -> str:
    """A text as config lines have it: in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def release(text: str) -> KernelVersion:
    """The release that a bound names; of a series (6.12) that is its first release candidate.

    Raises InputError for what is none.
    """
    found = parse_version(text)
    if _SERIES.match(text):
        return KernelVersion(found.version, found.patchlevel, 0, _BEFORE_ALL)
    return found


def release_text(found: KernelVersion) -> str:
    """What `release` reads as this release."""
    return f"{found.version}.{found.patchlevel}" if found.extraversion == _BEFORE_ALL else str(found)


def scope_words(scope: Scope) -> str:
    """The configs that a requirement is for, in words; nothing where it is for all."""
    parts = [f"for {', '.join(row)}" for row in scope.architectures]
    parts += [f"since {release_text(scope.since)}"] if scope.since is not None else []
    parts += [f"before {release_text(scope.before)}"] if scope.before is not None else []
    parts += [f"for {', '.join(row)}" for row in scope.configs]
    parts += [f"when {scope.when}"] if scope.when is not None else []
    return ", ".join(parts)


def as_number(text: str, *, is_hex: bool = False) -> int | None:
    """The number that a value is, None for any other."""
    try:
        return whole(text, 16 if is_hex else 10)
    except ValueError:
        return None


def _is_of(values: Values, word: str) -> bool:
    model = values.model
    if word in (model.architecture, model.srcarch):
        return True
    srcarch, is_64 = _BITS.get(word, ("", False))
    return srcarch == model.srcarch and values.is_on("64BIT") == is_64
