# SPDX-License-Identifier: GPL-2.0-or-later
"""Policy files as text: one more waiver, and a first file for a tree."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kpolicy.errors import UsageError
from kpolicy.frozen import replace
from kpolicy.policy.files.extends import policy_of_text
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.files.settings import Policy
from kpolicy.policy.toml.toml_file import FileErrors, TomlFile

_STARTER = """\
# The kpolicy policy of {subject}: the rules for its configs, and the accepted findings.
# Everything is optional.  `kpolicy policy show` prints the effective policy, `kpolicy rules list` the rules.

# What to build on: production, debug, fuzzing, hardening, kspp, upstream, or a file.
# upstream is for a kernel tree's own configs: only errors fail the run.
extends = ["upstream"]

# The least severity that fails a run: error, warning, note, never.
# fail_on = "error"

# Config fragments whose every line is required.
{require}

# Stated roles, for configs whose role is derived wrongly: production, debug, fuzzing, hardened.
# [roles]
{roles}

# Rules by id, family or glob: "off", "on", "note", "warning", "error".
# [rules]
# "config/unknown-symbol" = "off"
# "kconfig/redundant-select" = "on"

# Findings that are accepted; `kpolicy waive RULE CONFIG --owner NAME --until DATE` adds one.
# [[waiver]]
# rule = "debug-vm/in-production"
# config = {config}
# reason = "why"
# owner = "who"
# expires = 2030-01-31
"""
_FRAGMENTS = ("kernel/configs/debug.config", "kernel/configs/hardening.config")


def with_waiver(text: str, waiver: Waiver) -> str:
    """The text of a policy file with one more waiver at its end; everything else stays as it is."""
    end = "\r\n" if "\r\n" in text else "\n"
    named = {name: getattr(waiver, name) for name in ("rule", "config", "symbol", "reason", "owner")}
    lines = ["[[waiver]]", *(f"{key} = {toml_string(value)}" for key, value in named.items() if value)]
    if waiver.expires is not None:
        lines.append(f"expires = {waiver.expires.isoformat()}")
    gap = "" if not text else end if text.endswith("\n") else end * 2
    return text + gap + "".join(f"{line}{end}" for line in lines)


def waived_already(policy: Policy, waiver: Waiver) -> Waiver | None:
    """The waiver of a policy that equals another one, wherever that is."""
    return next((item for item in policy.waivers if replace(item, location=waiver.location) == waiver), None)


def check_with_waiver(path: str, text: str, edited: str) -> None:
    """Check that the text of a valid policy file is one with a new waiver, too; raises UsageError.

    An error is at a line of the file, or at none: the lines of the waiver are not there yet.
    """
    try:
        edited.encode()
        TomlFile(path, edited)
    except UnicodeEncodeError:
        raise UsageError("not a valid waiver: not UTF-8 text") from None
    except UsageError:
        # TOML adds tables to tables only, not to `waiver = [...]`.
        file = TomlFile(path, text)
        file.complain(("waiver",), "'waiver' must be written as [[waiver]] tables")
        file.finish()
    try:
        policy_of_text(path, edited)
    except FileErrors as error:
        raise UsageError(f"not a valid waiver: {error.errors[0].message}", hint=error.errors[0].hint) from None


def starter(subject: str, configs: Sequence[str]) -> str:
    """A first policy file, all but one line of it comments, with the config files of the tree as examples."""
    fragments = [path for path in _FRAGMENTS if path in configs] or [_FRAGMENTS[0]]
    defconfigs = [path for path in configs if path.endswith("defconfig")]
    debug = [path for path in defconfigs if "debug" in path.rpartition("/")[2]] or ["*debug*_defconfig"]
    return _STARTER.format(
        subject=" ".join(subject.split()),
        require=f"# require = [{', '.join(toml_string(f'tree:{path}') for path in fragments)}]",
        roles="\n".join(f'# {toml_string(path)} = "debug"' for path in debug),
        config=toml_string(defconfigs[0] if defconfigs else "arch/x86/configs/x86_64_defconfig"),
    )


def toml_string(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON but for what ASCII cannot say in one."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
