# SPDX-License-Identifier: GPL-2.0-or-later
"""Which names had a prompt in which release: without a prompt a line is a result, not a request.

The tree that made a .config is not available when another one reads it.  What is known of some releases is in
`kpolicy/rules/prompts.toml`; for other names the shape decides.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import parse_version
from kpolicy.patterns import lazy

# No release in the table has a prompt for such a name, but for those that it lists.
_SHAPE: Final = lazy(
    r"(?:CC_(?:HAS|IS|CAN|HAVE|IMPLICIT|NO)_|AS_|CLANG_|RUSTC_|PAHOLE_|ARCH_(?:HAS|HAVE|SUPPORTS|WANTS?|USES?)_"
    r"|HAVE_|HAS_|NEED_|TOOLS_SUPPORT_|SYS_(?:SUPPORTS|HAS)_|CPU_SUPPORTS_)\w"
    r"|(?:GCC|LD|LLD|BINDGEN)_VERSION(?:_TEXT)?\Z|CC_VERSION_TEXT\Z"
)
_PROMPT, _NO_PROMPT = "p", "-"

Release = tuple[int, int]


@dataclass(frozen=True)
class _Table:
    """The releases, oldest first, and by name what they have of it; see prompts.toml."""

    releases: tuple[Release, ...]
    never: frozenset[str]
    asked: frozenset[str]
    changed: Mapping[str, str]


def has_shape_of_result(name: str) -> bool:
    """Whether a name looks like that of a result: CC_HAS_..., HAVE_..., ARCH_SUPPORTS_..., LD_VERSION."""
    return _SHAPE.match(name) is not None


def had_prompt(name: str, version: str) -> bool | None:
    """Whether a symbol had a prompt in a release; None where neither the table nor the shape of the name decides.

    Of a name that gained or lost its prompt what the releases before and after have counts; where they differ it may
    have had one.
    """
    table = _table()
    if name in table.never:
        return False
    marks = table.changed.get(name)
    if marks is not None:
        return _PROMPT in (_around(table.releases, marks, _release_of(version)) or marks)
    if has_shape_of_result(name):
        return name in table.asked
    return None


def _release_of(version: str) -> Release | None:
    """Version and patchlevel; None for a word that is no version."""
    try:
        parsed = parse_version(version)
    except InputError:
        return None
    return parsed.version, parsed.patchlevel


def _around(releases: tuple[Release, ...], marks: str, release: Release | None) -> str:
    """The marks of the releases next to one, of those that define the name."""
    if release is None:
        return marks
    before = [mark for known, mark in zip(releases, marks, strict=True) if known <= release]
    after = [mark for known, mark in zip(releases, marks, strict=True) if known >= release]
    return "".join(mark for mark in (*before[-1:], *after[:1]) if mark in (_PROMPT, _NO_PROMPT))


@functools.cache
def _table() -> _Table:
    # Only here: most commands do without.
    import tomllib
    from importlib import resources

    data = tomllib.loads((resources.files("kpolicy.rules") / "prompts.toml").read_text(encoding="utf-8"))
    return _Table(
        releases=tuple(found for item in data["releases"] if (found := _release_of(item)) is not None),
        never=frozenset(data["never"].split()),
        asked=frozenset(data["asked"].split()),
        changed=data["changed"],
    )
