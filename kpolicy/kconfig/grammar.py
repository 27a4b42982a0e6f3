# SPDX-License-Identifier: GPL-2.0-or-later
"""The grammar that a tree's own `conf` is built from, as far as releases differ.

Told from the text of `scripts/kconfig`: the words from lexer.l (4.x: zconf.l with zconf.gperf
or kconf_id.c), the statements from the productions of parser.y (4.x: zconf.y).  A tree without
these files has no `conf` that could refuse anything: the defaults take what any release takes.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from kpolicy.errors import InputError
from kpolicy.files import too_large
from kpolicy.kconfig.limits import MAX_GRAMMAR
from kpolicy.kernel.source import Source
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

Verdict: TypeAlias = Literal["taken", "warned of", "refused"]

TYPES = ("bool", "tristate", "int", "hex", "string")
# The words that begin a statement in some release.
WORDS = frozenset(
    "boolean choice comment config def_bool def_hex def_int def_string def_tristate default depends endchoice endif"
    " endmenu help ---help--- if imply mainmenu menu menuconfig modules option optional prompt range select source"
    " transitional visible".split()
) | frozenset(TYPES)
OPTIONS = frozenset(("modules", "defconfig_list", "allnoconfig_y", "env"))
_BODY = frozenset(("comment", "config", "if"))


class Grammar(NamedTuple):
    """What a tree's `conf` reads; the defaults are the union of all releases."""

    # The words that begin a statement, and those that mean something inside of one.
    words: frozenset[str] = WORDS
    inner: frozenset[str] = frozenset(("if", "on"))
    # A statement's first word is read by other rules than the rest of its line (before 5.0).
    two_states: bool = False
    # Words inside of a statement may hold `/` and `.` (before 5.0).
    has_paths: bool = True
    # A statement's first word has no `-`; there, and for `---` further on, conf skips dashes (before 4.3).
    skips_dashes: bool = False
    # Characters that conf does not know are skipped without a warning (before 4.3).
    skips_silently: bool = False
    # A string that its line does not end is dropped where nothing but a quote is at the end (before 5.0).
    drops_unended: bool = False
    # The end of the topmost file ends a statement too (before 6.10).
    ends_top_file: bool = True
    # `NAME = value` and `$(NAME)`: the preprocessor of 4.18.
    has_macros: bool = True
    # A prompt, title or path may be a bare word (before 5.9).
    bare_prompts: bool = True
    # `modules` is a property (since 5.13).
    has_modules: bool = True
    # The words after `option`, and whether conf passes over others with a warning (before 5.1).
    options: frozenset[str] = OPTIONS
    skips_options: bool = False
    # The title of everything where no `mainmenu` gives one.
    title: str = "Main menu"
    # A choice may be named, and may say its type, with or without a prompt.
    named_choice: bool = True
    choice_types: frozenset[str] = frozenset(TYPES[:2])
    choice_type_needs_prompt: bool = False
    # What may be in a choice; whether that is also all that may be in an `if` in one (since 5.9).
    choice_body: frozenset[str] = frozenset((*_BODY, "menuconfig", "source", "assignment", "menu", "choice"))
    choice_body_in_if: bool = False
    # `depends on A if B` (since 7.0).
    conditional_depends: bool = True
    # The `visible if` lines of a menu are before its `depends on` (before 4.20).
    visible_first: bool = False
    # A choice, and each member of one, must have a prompt, a member must be a bool (since 6.11).
    strict_choice: bool = False
    # A member of a choice may have no default (since 6.11), and prompts elsewhere only within the choice, or nowhere.
    member_defaults: bool = True
    member_prompts: Literal["anywhere", "in the choice", "once"] = "anywhere"
    # A transitional symbol may have nothing but a type and a help text.
    strict_transitional: bool = False
    menuconfig_without_prompt: Verdict = "taken"
    blank_help: Verdict = "taken"
    repeated_help: Verdict = "taken"


def _text(source: Source, path: str) -> str:
    content = source.read(path)
    if len(content) > MAX_GRAMMAR:
        raise InputError(f"{too_large(MAX_GRAMMAR)}: not of the conf of a kernel", Location(path, 0))
    return content.decode("utf-8", "replace")


def read_grammar(source: Source) -> Grammar:
    """The grammar of a tree, from the text of its `scripts/kconfig`."""

    def text(*names: str) -> str:
        paths = [f"scripts/kconfig/{name}" for name in names]
        return "\n".join(_text(source, path) for path in paths if source.is_file(path))

    lexer, parser = text("lexer.l", "zconf.l"), text("parser.y", "zconf.y")
    if not lexer or not parser:
        return Grammar()
    two_states = "<PARAM>" in lexer
    table = text("zconf.gperf", "kconf_id.c")
    first, inner, options = _words(lexer, table)
    rules = _productions(parser)

    def has(rule: str, *tokens: str) -> bool:
        return tokens in rules.get(rule, ())

    def verdict(message: str) -> Verdict:
        call = re.search(rf'(zconf_error|zconfprint)\("[^"]*{message}', parser)
        return "taken" if call is None else "refused" if call[1] == "zconf_error" else "warned of"

    body = rules.get("stmt_list_in_choice") or rules.get("choice_block", set()) | rules.get("common_stmt", set())
    return Grammar(
        words=first,
        inner=inner,
        two_states=two_states,
        has_paths=re.search(r"\(\{n\}\|\[-?/\.\]\)\+", lexer) is not None,
        skips_dashes=re.search(r"^n\s+\[A-Za-z0-9_\]$", lexer, re.MULTILINE) is not None,
        skips_silently=two_states and not re.search("warn_ignored_character|ignoring unsupported character", lexer),
        drops_unended=re.search(r"multi-line strings not supported[^}]*return T_EOL", lexer) is not None,
        ends_top_file="if (current_file) {" in lexer,
        has_macros=bool(text("preprocess.c")),
        bare_prompts=has("prompt", "T_WORD"),
        has_modules=has("config_option", "T_MODULES", "T_EOL"),
        options=options if re.search(r"\bT_OPTION\b", parser) else frozenset(),
        skips_options="ignoring unknown option" in parser,
        title="Main menu" if '"Main menu"' in parser else "Linux Kernel Configuration",
        named_choice=has("choice", "T_CHOICE", "word_opt", "T_EOL"),
        choice_types=_choice_types(rules),
        choice_type_needs_prompt=has("choice_option", "T_BOOL", "T_WORD_QUOTE", "if_expr", "T_EOL"),
        choice_body=frozenset(
            match[1] for production in body for token in production if (match := _STATEMENT.fullmatch(token))
        )
        - {"common"},
        choice_body_in_if="if_stmt_in_choice" in rules,
        conditional_depends=has("depends", "T_DEPENDS", "T_ON", "expr", "if_expr", "T_EOL"),
        visible_first="visibility_list" in rules,
        strict_choice="choice member must have a prompt" in parser,
        member_defaults="choice_check_sanity" not in parser,
        member_prompts="once"
        if "must not have a prompt in another entry" in parser
        else "in the choice"
        if "prompt outside its choice group" in parser
        else "anywhere",
        strict_transitional="transitional_check_sanity" in parser,
        menuconfig_without_prompt=verdict("menuconfig statement without prompt"),
        blank_help=verdict("'%s' defined with blank help text"),
        repeated_help=verdict("'%s' defined with more than one help text"),
    )


_STATEMENT = re.compile(r"([a-z]+)_stmt(?:_in_choice)?")


def _choice_types(rules: dict[str, set[tuple[str, ...]]]) -> frozenset[str]:
    firsts = {production[0] for production in rules.get("choice_option", ()) if production}
    if firsts & {"logic_type", "T_TYPE"}:
        return frozenset(TYPES[:2])
    return frozenset(("bool",)) if "T_BOOL" in firsts else frozenset()


_LEXER_WORD = re.compile(r'^((?:"[a-z_-]+"\|?)+)[ \t]+return T_\w+;', re.MULTILINE)
_TABLE_WORD = re.compile(r'^(?:\t\{ *)?"?([a-z_-]+)"?,\s*(T_\w+),\s*((?:TF_\w+\|?)+)', re.MULTILINE)


def _words(lexer: str, table: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The words at the beginning of a statement, those inside of one, and those after `option`."""
    entries = [(match[1], set(match[3].split("|"))) for match in _TABLE_WORD.finditer(table)]
    if entries:
        first, inner, options = (
            frozenset(word for word, flags in entries if flag in flags)
            for flag in ("TF_COMMAND", "TF_PARAM", "TF_OPTION")
        )
        return first, inner, options
    words = frozenset(word for match in _LEXER_WORD.finditer(lexer) for word in re.findall(r'"([^"]+)"', match[1]))
    return words, words, words & OPTIONS


_NOT_GRAMMAR = re.compile(r"/\*.*?\*/|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)


def _productions(parser: str) -> dict[str, set[tuple[str, ...]]]:
    """The alternatives of each rule of a bison file, as the words that they are made of."""
    text = _NOT_GRAMMAR.sub(" ", parser.split("%%")[1] if parser.count("%%") else "")
    plain = []
    depth = 0
    for part in re.split(r"([{}])", text):
        if part in "{}":
            depth += 1 if part == "{" else -1
        elif not depth:
            plain.append(part)
    rules: dict[str, set[tuple[str, ...]]] = {}
    # A rule ends with a semicolon, or where the next one begins: some were left without.
    for name, alternatives in re.findall(r"(\w+)\s*:((?:(?!\w+\s*:)[^;])*)", "".join(plain)):
        rules.setdefault(name, set()).update(tuple(item.split()) for item in alternatives.split("|"))
    return rules
