# SPDX-License-Identifier: GPL-2.0-or-later
"""Which dialect of Kconfig a tree uses.

`conf` is built from the tree that it configures, so its rules change with the tree.  They
are distinguished by what the tree's own `scripts/kconfig` says, never by version numbers: a
distribution may have backported one change and not the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.patterns import lazy
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kernel.source import Source

_DEFAULT_N = lazy(r"prop = sym_get_default_prop\(sym\);\s*if \(prop\) \{\s*sym->flags \|= SYMBOL_WRITE;\s*newval\.tri")
_UNTYPED = lazy(r'symbol_mod = \{\s*\.name = "m",\s*\.curr')
_UNSET_PREFIX = lazy(r'strncmp\(p, "is not set", 10\)')


class Dialect(NamedTuple):
    """The rules of a tree's `conf` where releases differ.

    The defaults are today's rules; they hold for trees without `scripts/kconfig` too.
    """

    # A choice is a symbol with a value of its own and may be tristate or optional (before
    # the rewrite of choices in 6.11); today it only picks one of its members.
    choice_symbols: bool = False
    # `imply` ignores the direct dependency and lifts m to y (as in 5.4).
    strong_imply: bool = False
    # An int or hex without any value is written empty instead of 0 or 0x0 (as in 6.1).
    empty_numbers: bool = False
    # A user value out of its range is dropped after reading; today it is clipped (as in 6.1).
    drops_out_of_range: bool = False
    # "# CONFIG_X is not set" may be followed by more text (before 6.8).
    loose_unset: bool = False
    # Any character may stand for the blank of "# CONFIG_X is not set" (before 6.8, and not in later stable releases).
    any_mark: bool = False
    # A line that is neither assignment nor comment is passed over without a word where it has no `=` (as in 6.1).
    silent_without_equals: bool = False
    # "# CONFIG_X is not set" for a number has no effect, and conf does not warn (before 6.1).
    silent_unset: bool = False
    # A number that is clipped to its range is printed anew, not copied from the bound (before 5.15 or so).
    prints_bounds: bool = False
    # A bool or tristate that takes a default is written, also where that is n (as in 4.14).
    writes_default_n: bool = False
    # A symbol with `option defconfig_list` is written (before 4.18).
    writes_defconfig_list: bool = False
    # A dependency loop is reported and no more (before 5.0).
    takes_loops: bool = False
    # Constants stay in conditions unless something is joined beside them (before 6.10); decides what is a loop.
    lazy_conditions: bool = False
    # The constants n, m and y have no type: compared by < and > they are texts (before 5.15 or so).
    untyped_constants: bool = False
    # .config does not show where a menu ends (kernels of the 4.x series).
    no_menu_ends: bool = False
    # The end of an empty menu is not marked (as in 5.10).
    no_empty_menu_ends: bool = False
    # An option without a prompt in view above one with counts as set from then on: nothing asks for it (as in 6.1).
    settles_shown: bool = False
    # What needs a symbol to be off does not hang below it (as in 7.3).
    negation_parts: bool = False


def read_dialect(source: Source) -> Dialect:
    """The dialect of a tree, from the text of its `scripts/kconfig`."""

    def text(name: str) -> str | None:
        path = f"scripts/kconfig/{name}"
        return source.read(path).decode("utf-8", "replace") if source.is_file(path) else None

    symbol, confdata = text("symbol.c"), text("confdata.c")
    if symbol is None or confdata is None:
        return Dialect()
    menu, expr = text("menu.c") or "", text("expr.c") or ""
    return Dialect(
        choice_symbols="sym_get_choice_menu" not in symbol,
        strong_imply="sym->implied.expr && sym->dir_dep.tri != no" in symbol,
        empty_numbers='newval.val = "0x0"' not in symbol,
        drops_out_of_range="Reset a string value if it's out of range" in confdata,
        loose_unset=_UNSET_PREFIX.search(confdata) is not None,
        any_mark="if (line[1] != ' ')" not in confdata,
        silent_without_equals='conf_warning("unexpected data: %.*s"' in confdata,
        silent_unset='val = "n"' not in confdata,
        prints_bounds='sprintf(str, "0x%llx", val2)' in symbol,
        writes_default_n=_DEFAULT_N.search(symbol) is not None,
        writes_defconfig_list="sym_defconfig_list" in menu and "sym_defconfig_list->flags |=" not in menu,
        takes_loops="if (sym2 && sym2 == sym)" in symbol,
        lazy_conditions="No simplifications done in this pass" in expr,
        untyped_constants=_UNTYPED.search(symbol) is not None,
        no_menu_ends='"# end of %s\\n"' not in confdata,
        no_empty_menu_ends="goto end_check" not in confdata,
        settles_shown="sym->flags |= SYMBOL_DEF_USER" in menu,
        negation_parts="expr_contains_symbol_negated(dep, sym)" in menu,
    )
