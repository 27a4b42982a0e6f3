# SPDX-License-Identifier: GPL-2.0-or-later
"""Writing .config, byte for byte as `conf` does (scripts/kconfig/confdata.c: conf_write)."""

from __future__ import annotations

from kpolicy.evaluate.values import Values
from kpolicy.kconfig.menus import TITLED


def dotconfig(values: Values) -> bytes:
    """The whole .config of a configuration, menu comments included."""
    model = values.model
    names = model.names_by_node
    marks_ends, passes_over_empty = not model.dialect.no_menu_ends, model.dialect.no_empty_menu_ends
    out = ["#", "# Automatically generated file; DO NOT EDIT.", f"# {model.mainmenu}", "#"]
    # The titles of the menus around, None for one that is not shown.
    around: list[str | None] = []
    written: set[int] = set()
    need_blank = False
    just_opened = False
    for item in model.details.menu:
        is_empty, just_opened = just_opened, False
        if item == -1:
            title = around.pop()
            if title is not None and marks_ends and not (is_empty and passes_over_empty):
                out.append(f"# end of {title}")
                need_blank = True
        elif isinstance(item, int):
            if item < 0:
                continue
            line = values.line(item, names[item]) if item not in written else None
            if line is None:
                continue
            written.add(item)
            if need_blank:
                out.append("")
                need_blank = False
            out.append(line)
        else:
            kind, title, visible_if, condition, *_place = item
            if kind not in TITLED:
                continue
            is_shown = values.node_value(visible_if) and values.node_value(condition)
            if is_shown:
                out += ["", "#", f"# {title}", "#"]
                need_blank = False
            if kind == "menu":
                around.append(title if is_shown else None)
                just_opened = True
    return ("\n".join(out) + "\n").encode("utf-8", "surrogateescape")
