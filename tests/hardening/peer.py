# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel-hardening-checker's verdicts accounted for: `python -m tests.hardening.peer CHECKER CONFIG...`.

CHECKER is its command (Debian's package, or one in a virtual environment).  Each Kconfig line that it says FAIL for
has to be a finding of `--policy kspp` about the same option, or one of REASONS; the script proves which one.  It prints
those that are neither, how often each reason was given, and the CPU time of both.
"""

from __future__ import annotations

import functools
import json
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from kpolicy.policy.checks.lifetime import is_in, lifetime, lifetime_words
from kpolicy.policy.checks.renames import renames
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.files.extends import load_policy
from kpolicy.policy.files.requirement import Requirement

_NEEDS: Final = re.compile(r"FAIL: CONFIG_(\w+) is not (?:present|\")")
_COMPILERS: Final = frozenset(("CC_IS_CLANG", "CC_IS_GCC"))
_RELEASE: Final = re.compile(r"^# Linux/\S+ (\d+\.\d+\.\d+)", re.MULTILINE)
_LINE: Final = re.compile(r"^(?:# )?CONFIG_(\w+)(?:=(.*)| is not set)$", re.MULTILINE)


class Config:
    """A config, and the options that kpolicy reports for it."""

    def __init__(self, path: Path, reported: frozenset[str]) -> None:
        text = path.read_text()
        self.values = {name: value or "n" for name, value in _LINE.findall(text)}
        found = _RELEASE.search(text)
        self.release = found[1] if found else ""
        self.reported = reported

    def other_name(self, option: str) -> str:
        """The name that an option has in this config, where that is another one."""
        later = renames()[option].names if option in renames() else ()
        earlier = [old for old, entry in renames().items() if option in entry.names]
        return next((name for name in (*later, *earlier) if name in self.values), "")


def _same(config: Config, option: str, _verdict: str) -> bool:
    return option in config.reported


def _renamed(config: Config, option: str, _verdict: str) -> bool:
    return bool(config.other_name(option)) and config.other_name(option) in config.reported


def _met_by(config: Config, option: str, _verdict: str) -> bool:
    return option not in config.values and config.values.get(config.other_name(option), "n") != "n"


def _not_in_release(config: Config, option: str, _verdict: str) -> bool:
    return option not in config.values and bool(lifetime_words(option, config.release))


def _needed_option(config: Config, option: str, verdict: str) -> bool:
    found = _NEEDS.match(verdict)
    return (
        found is not None
        and found[1] != option
        and (found[1] in config.reported or _renamed(config, found[1], verdict))
    )


def _other_compiler(config: Config, option: str, verdict: str) -> bool:
    found = _NEEDS.match(verdict)
    needed = _COMPILERS.intersection(found.groups() if found else ())
    for item in _requirements():
        if item.symbol == option and item.scope.when is not None:
            needed |= _COMPILERS.intersection(symbols(item.scope.when))
    return any(config.values.get(name) != "y" for name in needed)


def _other_option(config: Config, option: str, _verdict: str) -> bool:
    """Whether it protects an option that is off, or is for processors that the kernel does not support."""
    conditions = [item.scope.when for item in _requirements() if item.symbol == option]
    needed = {name for when in conditions if when is not None for name in symbols(when)} - _COMPILERS
    return any(config.values.get(name, "n") == "n" for name in needed)


def _off_already(config: Config, option: str, verdict: str) -> bool:
    return verdict.endswith("is not present") and config.values.get(option, "n") == "n"


def _not_known(config: Config, option: str, _verdict: str) -> bool:
    """Neither that the release has it nor that it lacks it: what is in between two releases that were read."""
    if option in config.values or lifetime(option) is None:
        return False
    return not is_in(option, config.release) and not lifetime_words(option, config.release)


def _other_architecture(config: Config, option: str, _verdict: str) -> bool:
    """Whether an option that architectures select is in its condition, and is off."""
    conditions = [item.scope.when for item in _requirements() if item.symbol == option and item.scope.when is not None]
    selected = [name for when in conditions for name in symbols(when) if name.startswith(("HAVE_", "ARCH_"))]
    return any(config.values.get(name) != "y" for name in selected)


@functools.cache
def _requirements() -> tuple[Requirement, ...]:
    found = load_policy("kspp").files[0].require
    return tuple(item for item in found if isinstance(item, Requirement))


REASONS: Final[Mapping[str, Callable[[Config, str, str], bool]]] = {
    "a finding": _same,
    "a finding under its other name": _renamed,
    "a finding about the option that it needs": _needed_option,
    "met by its other name": _met_by,
    "not in this release": _not_in_release,
    "for another compiler": _other_compiler,
    "for an option that is off": _other_option,
    "off already": _off_already,
    "not supported by this architecture": _other_architecture,
    "not known for this release": _not_known,
}


def main() -> int:
    """Compare all configs that are named."""
    checker, *names = sys.argv[1:]
    count: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for name in names:
        theirs = _timed([checker, "-m", "json", "-c", name], spent)
        command = [sys.executable, "-m", "kpolicy", "check", "--policy", "kspp", "-o", "json", name]
        ours = _timed(command, spent)
        found = json.loads(ours)["configs"][0]["findings"]
        reported = frozenset(item["symbol"] for item in found if item["rule"].startswith("required/"))
        config = Config(Path(name), reported)
        for line in json.loads(theirs):
            if line["type"] == "kconfig" and line["check_result"].startswith("FAIL"):
                option, verdict = line["option_name"].removeprefix("CONFIG_"), line["check_result"]
                reason = next((why for why, holds in REASONS.items() if holds(config, option, verdict)), "")
                count[reason or "not accounted for"] += 1
                if not reason:
                    print(f"{name}: {option} {line['desired_val']}: {verdict} ({line['decision']})")
    for why, number in count.most_common():
        print(f"{number:6} {why}")
    for who, milliseconds in spent.items():
        print(f"{milliseconds:6} ms CPU {who}")
    return 1 if count["not accounted for"] else 0


def _timed(command: list[str], spent: Counter[str]) -> str:
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    spent["kpolicy" if "kpolicy" in command else "kernel-hardening-checker"] += round(seconds * 1000)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
