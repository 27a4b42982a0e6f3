# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that might deserve a rule: `python -m docs.tools.candidates LINUX...`.

A candidate has a prompt and a help text that advises against it in production, is for developers, or, if the name is
one of a debug option, speaks of a cost.  Printed are those that no rule names and that docs/rules-not-made.md gives no
reason for; the exit status is 1 if there are any.  Help texts are prose: each is to be read and judged.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from kpolicy.policy.rule_tests.footing import named
from kpolicy.policy.rules.catalogue import shipped_catalogue

REASONS = Path(__file__).resolve().parents[1] / "rules-not-made.md"
_HEADING = "## Options whose help texts name a cost or a risk"
_CONFIG = re.compile(r"[ \t]*(?:menu)?config[ \t]+(\w+)[ \t]*(?:#.*)?$")
_PROMPT = re.compile(r'(?:bool|tristate|string|hex|int|prompt)[ \t]+["\'](.+?)["\']')
_END = re.compile(r"(?:endif|endmenu|endchoice|choice|comment|if|menu|source)\b")
KIND = frozenset(
    "DEBUG DBG VDEBUG DEBUGFS TEST TESTS SELFTEST SELFTESTS TESTINTERFACE CHECK CHECKS CHECKING VERIFY VALIDATE"
    " VALIDATION INJECT INJECTION FAULT ASSERT ASSERTS ASSERTIONS TORTURE BENCHMARK BENCH STRESS SANITY SANITIZE MOCK"
    " VERBOSE WARNINGS EMULATION STATS PROFILING DUMP POISONING PARANOID UNSAFE".split()
)
"""Parts of the names of debug options."""
_COST = re.compile(
    r"\bslow(?:er|s|ed|down)?\b|overhead|performance (?:impact|hit|problem|penalt|cost)"
    r"|(?:impact|affect|decrease|hurt|improve)s?\b.{0,40}performance|expensive|\bcosts?\b"
    r"|security (?:risk|hazard|hole)|insecure|dangerous|unsafe|sensitive",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\bproduction\b|(?:debug(?:ging)?|test(?:ing)?|development)(?: and \w+)?(?: purposes?)? only"
    r"|only for (?:debug|test|develop)|developers? only"
    r"|(?:useful|interesting|intended|recommended|option|use)\b.{0,30}\bdevelopers?\b"
    r"|(?:kernel|driver) developers?\b|never enable|most people should say N",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Option:
    """An option with a prompt, its place and its help text as one line."""

    name: str
    place: str
    text: str

    @property
    def reason(self) -> str:
        """The words that make it a candidate, with what is around them; "" for none."""
        match = _ADVICE.search(self.text) or (_COST.search(self.text) if KIND & {*self.name.split("_")} else None)
        return self.text[max(0, match.start() - 60) : match.end() + 40] if match is not None else ""


def options(tree: Path) -> Iterator[Option]:
    """The options of all Kconfig files of a tree."""
    for path in sorted(tree.rglob("Kconfig*")):
        place = path.relative_to(tree)
        if path.is_file() and place.parts[0] not in ("scripts", "tools", "Documentation"):
            yield from _options(str(place), path.read_text(encoding="utf-8", errors="replace").splitlines())


def _options(place: str, lines: list[str]) -> Iterator[Option]:
    name, prompt, at, text = "", False, 0, list[str]()
    in_help = False
    for number, line in enumerate([*lines, "endmenu"], 1):
        indented = not line.strip() or line[0] in " \t"
        match = None if in_help and indented else _CONFIG.match(line)
        if match is not None or (_END.match(line) and not (in_help and indented)):
            if name and prompt:
                yield Option(name, f"{place}:{at}", " ".join(" ".join(text).split()))
            name, prompt, at, text, in_help = match[1] if match is not None else "", False, number, [], False
        elif in_help:
            text.append(line)
        elif line.strip() in ("help", "---help---"):
            in_help = True
        else:
            prompt = prompt or _PROMPT.match(line.strip()) is not None


def named_in_rows(text: str) -> tuple[str, ...]:
    """The names and globs in the first cells of the rows of tables."""
    rows = [row for row in text.splitlines() if row.startswith("| `")]
    return tuple(name for row in rows for name in re.findall(r"`(\S+?)`", row.split("|")[1]))


def reasons(page: str) -> tuple[str, ...]:
    """The names and globs for which the page gives a reason."""
    return named_in_rows(page.partition(_HEADING)[2].partition("\n## ")[0])


def candidates(trees: list[Path]) -> tuple[Option, ...]:
    """The candidates of some trees, each once, by name: of the last tree that has it."""
    found = {option.name: option for tree in trees for option in options(tree) if option.reason}
    return tuple(found[name] for name in sorted(found))


def main() -> int:
    """Print the candidates without a rule or a reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("linux", type=Path, nargs="+", help="kernel trees")
    found = candidates(parser.parse_args().linux)
    ruled = frozenset[str]().union(*map(named, shipped_catalogue()))
    judged = reasons(REASONS.read_text(encoding="utf-8"))
    left = [
        option
        for option in found
        if option.name not in ruled and not any(fnmatchcase(option.name, glob) for glob in judged)
    ]
    for option in left:
        sys.stdout.write(f"{option.place}: {option.name}: {option.reason}\n")
    with_rule = sum(option.name in ruled for option in found)
    sys.stderr.write(f"{len(found)} candidates, {with_rule} in rules, {len(left)} without a rule or a reason\n")
    return int(bool(left))


if __name__ == "__main__":
    raise SystemExit(main())
