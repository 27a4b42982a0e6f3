# SPDX-License-Identifier: GPL-2.0-or-later
"""The English of everything that is printed: words of the kernel's documentation, short titles and messages.

Kernel developers read hundreds of messages of make, gcc and lockdep a day.  Literary or translated English in ours
makes a true finding sound doubtful.  What is listed here has been in a text once and was replaced.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.rules.catalogue import shipped_catalogue

ROOT = Path(__file__).resolve().parents[2]
RULES = tuple(shipped_catalogue())
LONGEST_MESSAGE, USUAL_MESSAGE, LONGEST_TITLE = 140, 100, 90

# In any text; what is better is in the words after the dash.
_PLAIN = (
    r"mends?|mended|mending",  # clear, fix
    r"tells?|told",  # show, print, report
    r"whence",  # source
    r"brings? (?:in|along)|brought in",  # select, enable
    r"stands? (?:at|in|on|again|apart|there|here|by)|stood",  # is
    r"to be had",  # available, settable
    r"goes unseen|go unseen|unseen",  # goes undetected
    r"known to kpolicy|as kpolicy has (?:it|them)|kpolicy knows",
    r"of (?:its|their|our) own making",
    r"barks?",
    r"as the compiler pleases|too far",
    r"switch(?:es|ed)? (?:it|them)?self off",  # turns itself off, disables itself
    r"asked to be",  # requested
    r"to no effect|line does nothing|lines? do nothing",  # has no effect
    r"in spite of|without a word|by its own words",
    r"has no business|drags?",
    r"whoever|nobody|somebody|anybody",
    r"held against|holds? (?:it|them) against",  # compared with, checked against
    r"for want of",  # for lack of
    r"in force",  # in effect
    r"is said|are said|was said|as said|said that",
    r"(?:of|in) (?:its|their) own",  # own, separate
    r"on (?:what|which) grounds|its grounds|with grounds",  # rationale, references
    r"out of sight|in sight",  # not visible
    r"for good",  # does not expire
    r"comes? out otherwise",
    r"(?:left|leave|leaves) away",  # omit, remove
    r"a word like|by the words of",
    r"worked out|works? out",  # computed
    r"sets? aside|set aside",  # allocate, reserve
    r"passed over|passes over",  # ignored, skipped
    r"what there is to say|says nothing|has nothing to say",
    r"is asked for|are asked for",  # requested
    r"taken away|takes away",  # removed
    r"at hand",  # available
    r"let .{1,30} stand",  # show
    r"its like|of theirs|behind .{1,20} back",
    r"hurts? (?:nothing|none)|cry wolf",  # harmless, false positive
    r"what is there|what there is|there is to",
    r"meant nothing|mean what they say",
    r"(?:are|is|was) gone",  # removed
    r"in a circle",  # loop
    r"is remembered|are remembered|remembers",  # cached
    r"otherwise than",  # differently from
    r"came after \d[\d.]*",  # added after
)
_BANNED = re.compile(r"(?<![\w-])(?:" + "|".join(_PLAIN) + r")(?![\w-])", re.IGNORECASE)
# Terms with a meaning of their own: a value of the JSON, a kind of rule, the name of an option, words of others.
_TERMS = re.compile(
    r"[`*']?not told[`*']?|cannot tell the architecture|kind = \"drag\"|--in-force|in_force|drag: ", re.IGNORECASE
)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


_DATA = ("rules", "costs", "parameters", "knobs", "policy/shipped")


def _data_texts() -> Iterator[tuple[str, str]]:
    """What rule, role, cost and parameter files say to people: not their conditions, examples and sources."""
    quiet = {"when", "requires", "config", "source", "sources", "formula", "unless", "kind", "symbols", "remedy"}
    quiet |= {"needs", "adds", "off"}
    for path in (file for folder in _DATA for file in ROOT.glob(f"kpolicy/{folder}/**/*.toml")):
        if path.name == "prompts.toml":
            continue
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for text in _strings(_without(data, quiet)):
            yield str(path.relative_to(ROOT)), text


def _without(value: Any, keys: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    if isinstance(value, list):
        return [_without(item, keys) for item in value]
    return value


def _printed_strings() -> Iterator[tuple[str, str]]:
    """The strings of the code that have words in them, help texts too; no docstrings of what is no command."""
    for path in ROOT.glob("kpolicy/**/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = {id(node) for node in _docstrings(tree)}
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if " " in text.strip() and id(node) not in silent:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Docstrings, and strings by themselves below a name, which describe it; those of commands are help texts."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        is_command = isinstance(node, ast.FunctionDef) and any(
            re.search(r"\b(command|group)\b", ast.unparse(item)) for item in node.decorator_list
        )
        for item in body:
            if isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and not is_command:
                yield item.value


def _pages() -> Iterator[tuple[str, str]]:
    """Documentation by paragraphs, and the texts of the HTML page; pages that are made of other texts are left out."""
    made = {"performance.md"}
    paths = [path for path in ROOT.glob("docs/*.md") if path.name not in made]
    paths += [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "reports/README.md.j2")]
    paths += ROOT.glob("findings/*.sh")
    for path in paths:
        text = path.read_text(encoding="utf-8")
        # A transcript repeats what is tested elsewhere; so do statements of a template and code below a comment.
        text = re.sub(r"^```.*?^```$|\{%.*?%\}|\{\{.*?\}\}|^set -eu$.*", "", text, flags=re.MULTILINE | re.DOTALL)
        # What is in a release is not written anew.
        text = text.partition("\n## 0.1.0\n")[0]
        for paragraph in text.split("\n\n"):
            yield path.name, " ".join(paragraph.split())
    for path in ROOT.glob("kpolicy/report/page/templates/*.html"):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.name, re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", line)


@pytest.mark.parametrize("texts", [_data_texts, _printed_strings, _pages], ids=lambda texts: texts.__name__)
def test_no_text_has_words_that_were_given_up(texts: Any) -> None:
    found = [
        f"{place}: {match.group()!r} in {text.strip()[:100]!r}"
        for place, text in texts()
        for match in _BANNED.finditer(_TERMS.sub(" ", text))
    ]
    assert not found, "\n".join(found)


def test_titles_are_short() -> None:
    titles = [(rule.id, rule.title) for rule in RULES] + [(check.id, check.title) for check in CHECKS]
    assert [title for title in titles if len(title[1]) > LONGEST_TITLE or title[1].endswith(".")] == []


def test_messages_are_short() -> None:
    messages = {rule.id: _rendered(rule.message) for rule in RULES}
    assert {name: text for name, text in messages.items() if len(text) > LONGEST_MESSAGE} == {}
    usual = [text for text in messages.values() if len(text) <= USUAL_MESSAGE]
    assert len(usual) > len(messages) * 0.7


def _rendered(message: str) -> str:
    """A message with the shortest values in it: how long lists and causes are is not for the rule to say."""
    return re.sub(r"\{\w+\}", "y", re.sub(r" \(\{\w+:cause\}\)|\{\w+:cause\}|\{(?:on|off)\}", "", message))
