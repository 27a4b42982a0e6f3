# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel makes of one word of a command line: takes it, refuses its value, or does not know it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.evaluate.parameters import truth_of
from kpolicy.policy.boot.parameter import FORM_MEANINGS
from kpolicy.policy.expressions.decisive import decisive
from kpolicy.policy.expressions.expression import Expression

if TYPE_CHECKING:
    from kpolicy.config.command_line import Word
    from kpolicy.evaluate.parameters import Release
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.boot.parameter import BootParameter, Form, Spelling

Known: TypeAlias = Callable[[str], bool | None]
"""Whether a tree has a parameter of some name (with `_` for `-`); None where its sources are not there."""

_INTEGER: Final = r"(?:0[xX][0-9a-fA-F]+|[0-9]+)"
_VALUES: Final = {
    "integer": re.compile(rf"[+-]?{_INTEGER}\Z"),
    "unsigned": re.compile(rf"\+?{_INTEGER}\Z"),
    "decimal": re.compile(r"\+?[0-9]+\Z"),
    "size": re.compile(rf"{_INTEGER}[kKmMgGtTpPeE]?"),
    "fault": re.compile(r"\s*[+-]?[0-9]+,\s*[+-]?[0-9]+,\s*[+-]?[0-9]+,\s*[+-]?[0-9]+"),
}
_OFF: Final = frozenset({"off", "0", "n", "N", "no", "-", "disable"})
_LONGEST: Final = 60
# Arguments of init, and what programs read from /proc/cmdline: bootup(7), kernel-command-line(7), dracut.cmdline(7).
_FOR_INIT: Final = frozenset(
    "single emergency rescue auto splash nosplash text verbose fastboot forcefsck s S 1 2 3 4 5 b".split()
)
_OF_PROGRAMS: Final = (
    "cloud_init.", "fsck.", "fstab", "locale.", "luks", "mount.", "net.", "plymouth.", "quotacheck.", "rd", "roothash",
    "systemd", "tsc_khz", "udev.", "usrhash", "vconsole.", "veritytab",
)  # fmt: skip
# In every tree that was looked at (init/main.c, init/do_mounts.c, kernel/printk/printk.c, fs/proc/bootconfig.c).
_EVERYWHERE: Final = frozenset(
    "BOOT_IMAGE console init initrd loglevel quiet rdinit ro root rootdelay rootflags rootfstype rootwait rw".split()
)


def shown(word: Word) -> str:
    """The word as it is written, a long one shortened."""
    return word.text if len(word.text) <= _LONGEST else f"{word.text[:_LONGEST]}..."


def unknown_since(spelling: Spelling, release: Release) -> bool:
    """Whether a release does not know a name, as far as was looked up."""
    return spelling.not_in != (0, 0) and release <= spelling.not_in


def lacking(needs: Expression, values: Values) -> str:
    """What of a condition a kernel lacks, in words."""
    names = [name for name in decisive(needs, values) if not values.is_on(name)]
    if not names:
        return f"it needs {needs}"
    options = " and ".join(f"CONFIG_{name}" for name in names)
    return f"{options} {'is' if len(names) == 1 else 'are'} not set"


def refusal(parameter: BootParameter, form: Form, word: Word, release: Release) -> str:
    """Why the handler of a parameter refuses the value of a word, in words; "" where it takes it."""
    if _is_taken(parameter, form, word.value, release):
        return ""
    expected = FORM_MEANINGS[form]
    if form == "word":
        *names, last = _names(parameter)
        expected = f"{', '.join(names)} or {last}" if names else last
    return f"expected {expected}" if word.value is not None else f"expected {word.name}= with {expected}"


def ignores_value(form: Form, word: Word) -> bool:
    """Whether a word that seems to switch something off does not: its value is not examined."""
    return form == "flag" and word.value in _OFF


def switches_off(word: Word) -> bool:
    """Whether a word asks for something to be off."""
    return word.value in _OFF or word.name.startswith("no")


def is_of_user_space(name: str) -> bool:
    """Whether a name is one that init and its programs read."""
    return name in _FOR_INIT or name.startswith((*_OF_PROGRAMS, "$"))


def is_everywhere(name: str) -> bool:
    """Whether every kernel has a parameter of this name: its sources need not be read."""
    return name in _EVERYWHERE


def near(name: str, names: Iterable[str]) -> str:
    """The one of some names that differs from another in one letter, or in two that changed places.

    "" for none or several; short names are near too many others.
    """
    if len(name) < 6:
        return ""
    found = [item for item in names if abs(len(item) - len(name)) <= 1 and item != name and _is_slip(name, item)]
    return found[0] if len(found) == 1 else ""


def _is_slip(one: str, other: str) -> bool:
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    if len(one) == len(other):
        swapped = rest[1:2] + rest[:1] + rest[2:]
        return rest[1:] == other_rest[1:] or swapped == other_rest
    return rest[1:] == other_rest or rest == other_rest[1:]


def _is_taken(parameter: BootParameter, form: Form, value: str | None, release: Release) -> bool:
    if form in ("flag", "text"):
        return True
    if value is None:
        return form == "bool"
    if form in ("switch", "bool"):
        return truth_of(value, release) is not None
    if form == "on-off":
        return value in ("on", "off")
    if form == "word":
        return value in _names(parameter)
    return _VALUES[form].match(value) is not None


def _names(parameter: BootParameter) -> Sequence[str]:
    return [item.name for item in parameter.words]
