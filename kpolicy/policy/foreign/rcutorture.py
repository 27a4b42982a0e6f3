# SPDX-License-Identifier: GPL-2.0-or-later
"""rcutorture: a scenario of tools/testing/selftests/rcutorture/configs, as kvm-test-1-run.sh puts it together.

CFcommon is laid under the scenario and CFcommon.MACHINE over it, if they are there; a later `CONFIG_X=` replaces an
earlier one (config_override.sh).  A section names the machine as `uname -m` does.  configcheck.sh checks the lines
with `#CHECK#` before them as it does those that are set: `=n` is met by no line too, every other value by that text,
quotes aside.
"""

from __future__ import annotations

import re
from typing import Final

from kpolicy.policy.files.requirement import EVERYWHERE, Requirement, Scope, config_value
from kpolicy.policy.foreign.policy import Files, Foreign, Text, finish, join, optional_text, unknown_section

MACHINES: Final = {
    "aarch64": "arm64",
    "i686": "i386",
    "ppc64le": "powerpc",
    "riscv64": "riscv",
    "s390x": "s390",
    "x86_64": "x86_64",
}
"""Machines as `uname -m` names them, and the ARCH words of make for them."""

_COMMON: Final = "CFcommon"
_CHECK: Final = "#CHECK#"
_LINE: Final = re.compile(rf"(?:{_CHECK})?CONFIG_([A-Za-z0-9_]+)=(.*)")


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of a scenario on a machine, or on any."""
    if section and section not in MACHINES:
        unknown_section(path, "machine", section, list(MACHINES))
    scenario = files.text(path)
    own = section and f"{_COMMON}.{section}"
    layers = [
        optional_text(files, join(path, _COMMON)),
        scenario,
        optional_text(files, join(path, own)) if own else None,
    ]
    texts = [text for text in layers if text is not None]
    scope = Scope(((MACHINES[section],),)) if section else EVERYWHERE
    found: dict[str, Requirement] = {}
    for text in texts:
        for number, line in enumerate(text.lines, 1):
            # The shell splits a file into words, whatever its lines are.
            for word in line.split():
                item = _requirement(text, number, word, scope)
                if item is not None:
                    found[item.symbol] = item
    if not found and not any(text.errors for text in texts):
        scenario.complain(1, "no config line", hint="name a scenario, as configs/rcu/TREE01")
    finish(texts)
    return Foreign(tuple(found.values()))


def _requirement(text: Text, number: int, word: str, scope: Scope) -> Requirement | None:
    match = _LINE.fullmatch(word)
    if match is None:
        hint = f"a line is CONFIG_X=value or {_CHECK}CONFIG_X=value; comments are not read"
        text.complain(number, f"{word[:40]!r} is not a config line", at=word, hint=hint)
        return None
    symbol, value = match[1], match[2].replace('"', "")
    if not value:
        text.complain(number, f"CONFIG_{symbol} has no value", at=word)
        return None
    return text.require(number, symbol, (config_value(value),), scope=scope)
