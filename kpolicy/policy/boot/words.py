# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel makes of one word of a command line: takes it, refuses its value, or does not know it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.evaluate.command_line import kernel, release
from kpolicy.evaluate.handlers import truth_of
from kpolicy.evaluate.parameters import is_refused, is_strict
from kpolicy.policy.boot.parameter import FORM_MEANINGS
from kpolicy.policy.expressions.decisive import decisive
from kpolicy.policy.expressions.expression import Expression

if TYPE_CHECKING:
    from kpolicy.config.command_line import Word
    from kpolicy.evaluate.handlers import Release
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.boot.parameter import BootParameter, Form, Spelling

Known: TypeAlias = Callable[[str], bool | None]
"""Whether a tree has a parameter of some name (with `_` for `-`); None where its sources are not there."""

_INTEGER: Final = r"(?:0[xX][0-9a-fA-F]+|[0-9]+)"
_VALUES: Final = {
    "integer": re.compile(rf"[+-]?{_INTEGER}\Z"),
    "unsigned": re.compile(rf"\+?{_INTEGER}\Z"),
    "count": re.compile(rf"-?{_INTEGER}"),
    "decimal": re.compile(r"\+?[0-9]+\Z"),
    "size": re.compile(rf"{_INTEGER}[kKmMgGtTpPeE]?"),
    "fault": re.compile(r"\s*[+-]?[0-9]+,\s*[+-]?[0-9]+,\s*[+-]?[0-9]+,\s*[+-]?[0-9]+"),
}
_SLAB_LETTERS: Final = "fzputaoFZPUTAO-"
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


def release_of(values: Values) -> str:
    """The release of a kernel as it is written."""
    return ".".join(map(str, release(values)))


def lacking(needs: Expression, values: Values) -> str:
    """What of a condition a kernel lacks, in words."""
    names = [name for name in decisive(needs, values) if not values.is_on(name)]
    if not names:
        modules = [name for name in decisive(needs, values) if values.text(name) == "m"]
        return f"CONFIG_{modules[0]} is m, not y" if modules else f"not in Linux {release_of(values)}"
    options = " and ".join(f"CONFIG_{name}" for name in names)
    return f"{options} {'is' if len(names) == 1 else 'are'} not set"


def refusal(parameter: BootParameter, form: Form, word: Word, values: Values) -> str:
    """Why the handler of a parameter refuses the value of a word, in words; "" where it takes it."""
    how = kernel(values)
    if not is_refused(word, how) and _is_taken(parameter, form, word.value, how.release):
        return ""
    expected = FORM_MEANINGS[form]
    if form == "word":
        *names, last = [item.name for item in parameter.words if item.needs.holds(values)]
        expected = f"{', '.join(names)} or {last}" if names else last
    return f"expected {expected}" if word.value is not None else f"expected {word.name}= with {expected}"


def in_part(form: Form, word: Word, values: Values) -> str:
    """What the handler of a parameter makes of a value that it does not take as it is, in words; "" where it does."""
    value = word.value or ""
    if form == "flag" and value in _OFF:
        if word.name == "nokaslr" and is_refused(word, kernel(values)._replace(is_on=_without_efi(values))):
            return f"{shown(word)} has the effect of nokaslr if the EFI stub starts the kernel, and none otherwise"
        return f"{shown(word)} has the effect of {word.name}: the kernel does not examine the value"
    if form == "count" and (found := _VALUES[form].match(value)) is not None and found.end() < len(value):
        return f"{shown(word)} has the effect of {word.name}={found.group()}: the kernel skips {value[found.end() :]!r}"
    if form == "slab flags":
        blocks = (block.partition(",")[0] for block in value.split(";"))
        letters = "".join(dict.fromkeys(letter for block in blocks for letter in block if letter not in _SLAB_LETTERS))
        if letters:
            return f"{shown(word)}: the kernel skips {letters!r}, expected {FORM_MEANINGS[form]}"
    return ""


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
    if form in ("flag", "text", "slab flags"):
        return True
    if value is None:
        return form == "bool"
    if form in ("switch", "bool"):
        return truth_of(value, release) is not None
    if form == "on-off":
        return value in ("on", "off")
    if form == "word":
        # 7.3 takes mitigations=auto,no_user_user: which values there are, evaluation knows.
        return value in [item.name for item in parameter.words] or is_strict(parameter.name)
    return _VALUES[form].match(value) is not None


def _without_efi(values: Values) -> Callable[[str], bool]:
    return lambda name: name != "EFI_STUB" and values.is_on(name)
