# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties of an entry: what may be there, and what each adds to the menu tree (menu.c: menu_add_prop)."""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.errors import InputError
from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.menu_tree import Elaborated, Entry, Property
from kpolicy.kconfig.syntax import CONST, YES, Ast, Statement
from kpolicy.location import Location

_LITERALS = tuple((CONST, letter) for letter in "nmy")
_CONFIG = frozenset(
    (
        "type",
        "prompt",
        "default",
        "depends",
        "select",
        "imply",
        "range",
        "help",
        "modules",
        "transitional",
        "option env",
        "option defconfig_list",
        "option allnoconfig_y",
    )
)
_PROPERTIES_OF = {
    "config": _CONFIG,
    "choice": frozenset(("type", "prompt", "default", "depends", "optional", "help")),
    "menu": frozenset(("visible", "depends")),
    "comment": frozenset(("depends",)),
}
PROPERTIES = frozenset.union(*_PROPERTIES_OF.values())


class Properties:
    """Enters properties into the menu tree of an architecture."""

    def __init__(self, grammar: Grammar, environment: Mapping[str, str], tree: Elaborated) -> None:
        self._grammar = grammar
        self._environment = environment
        self._tree = tree

    def take(self, statement: Statement, location: Location, entry: Entry, around: tuple[Ast, ...]) -> None:
        """Enter a property of `entry`; `around` are the conditions of `visible if` lines around."""
        kind = statement.keyword
        if kind not in _PROPERTIES_OF[entry.kind]:
            self._tree.refuse(location, entry, f"'{_said(statement)}' in a {entry.kind}")
            return
        if kind == "type":
            self._type(entry, statement, location, around)
        elif kind == "prompt":
            self._prompt(entry, Property("prompt", statement.operands, location, statement.probed), around)
        elif kind == "default":
            self._default(entry, statement, location)
        elif kind == "visible":
            if self._grammar.visible_first and entry.properties:
                self._tree.refuse(location, entry, "'visible if' after 'depends on'")
            entry.visibility.append((statement.operands[0], location))  # type: ignore[arg-type]  # an Ast
        elif kind == "modules":
            if self._tree.modules is not None:
                self._tree.refuse(location, entry, f"second symbol with 'modules', after {self._tree.modules}")
            self._tree.modules = entry.name
        elif kind == "help":
            self._help(entry, statement, location)
        elif kind == "option env":
            value = (CONST, self._environment.get(str(statement.operands[0]), ""))
            entry.add("default", (value, YES), location, False)
            self._flag(entry, kind)
        elif kind in ("transitional", "option defconfig_list", "option allnoconfig_y", "optional"):
            if kind == "option defconfig_list":
                self._defconfig_list(entry, location)
            self._flag(entry, kind)
        else:
            entry.add(kind, statement.operands, location, statement.probed)

    def _defconfig_list(self, entry: Entry, location: Location) -> None:
        """Mirrors menu_add_option_defconfig_list()."""
        known = self._tree.defconfig_list
        if known not in (None, entry.name):
            self._tree.refuse(location, entry, f"second symbol with 'option defconfig_list', after {known}")
        else:
            self._tree.defconfig_list = entry.name

    def _type(self, entry: Entry, statement: Statement, location: Location, around: tuple[Ast, ...]) -> None:
        word, text, condition = statement.operands
        if entry.kind == "choice":
            if word not in self._grammar.choice_types:
                self._tree.refuse(location, entry, f"'{word}' in a choice: write 'prompt'")
            elif text is None and self._grammar.choice_type_needs_prompt:
                self._tree.refuse(location, entry, f"'{word}' without a prompt in a choice")
            if word not in ("bool", "tristate"):
                return
        self._set_type(entry, str(word), location)
        if text is not None:
            self._prompt(entry, Property("prompt", (text, condition), location, statement.probed), around)

    def _default(self, entry: Entry, statement: Statement, location: Location) -> None:
        value, condition, word = statement.operands
        if entry.kind == "choice":
            if word is not None:
                self._tree.refuse(location, entry, f"'def_{word}' in a choice")
                return
            if isinstance(value, tuple) and value not in _LITERALS:
                self._tree.refuse(location, entry, "choice default that is not a symbol")
                return
        entry.add("default", (value, condition), location, statement.probed)
        if word is not None:
            self._set_type(entry, str(word), location)

    def _help(self, entry: Entry, statement: Statement, location: Location) -> None:
        name = entry.name if entry.kind == "config" else "<choice>"
        if entry.has_help:
            self._tree.judge(
                self._grammar.repeated_help, location, entry, f"'{name}' defined with more than one help text"
            )
        entry.has_help = True
        if statement.operands and statement.operands[0]:
            self._tree.judge(self._grammar.blank_help, location, entry, f"'{name}' defined with blank help text")

    def _flag(self, entry: Entry, flag: str) -> None:
        if entry.name is not None:
            self._tree.flags.setdefault(entry.name, set()).add(flag)

    def _set_type(self, entry: Entry, word: str, location: Location) -> None:
        if entry.name is None:
            raise InputError(f"'{word}' in a {entry.kind}", location)
        entry.types = (*entry.types, (word, location))
        self.declare(entry.name, word, location)

    def declare(self, name: str, word: str, location: Location) -> None:
        """Give a symbol a type, unless it has another one."""
        known = self._tree.types.setdefault(name, word)
        if known != word:
            self._tree.warn(location, f"ignoring type redefinition of '{name}' from '{known}' to '{word}'")

    def _prompt(self, entry: Entry, prompt: Property, around: tuple[Ast, ...]) -> None:
        prompt = below(prompt, around)
        if entry.prompt is not None:
            self._tree.warn(prompt.location, "prompt redefined")
        entry.prompt = prompt
        entry.properties.append(prompt)


def _said(statement: Statement) -> str:
    """The word that a property begins with."""
    return str(statement.operands[0]) if statement.keyword == "type" else statement.keyword


def below(item: Property, around: tuple[Ast, ...]) -> Property:
    """A property in menus with `visible if`, which `conf` applies to prompts, not to the titles of menus."""
    if not around or item.kind != "prompt":
        return item
    text, condition = item.operands
    return item._replace(operands=(text, ("&&", condition, *around)))
