# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of results in docs/lab.md, from kpolicy/costs/measured: `python -m lab.table`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from kpolicy.report.text.amounts import amount_text
from lab.data import MEASURED
from lab.recipe import load_recipes

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "lab.md"
_PLACE: Final = re.compile(r"(?<=<!-- results -->\n).*(?=<!-- end of results -->)", re.DOTALL)

_Row: TypeAlias = Mapping[str, Any]


def page(text: str, documents: Sequence[Mapping[str, Any]]) -> str:
    """The page with the results of these files of data."""
    return _PLACE.sub(lambda _: "\n".join(_tables(documents)) + "\n", text)


def read_documents(folder: Path = MEASURED) -> list[Mapping[str, Any]]:
    """The files of data, older releases first."""
    documents = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    return sorted(documents, key=lambda item: [int(word) for word in item["kernel"].split(".")])


def _tables(documents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for architecture in sorted({item["architecture"] for item in documents}, reverse=True):
        kernels = [item for item in documents if item["architecture"] == architecture]
        rows = [{row["recipe"]: row for row in item["measurements"]} for item in kernels]
        names = list(dict.fromkeys(name for found in rows for name in found))
        releases = " / ".join(f"{item['kernel']}" for item in kernels)
        yield f"\n### {architecture}\n"
        yield f"Linux {releases}; {kernels[0]['compiler']}; {kernels[0]['emulator']}.\n"
        yield "| recipe | memory | computed | .text | until /init | ls -lR | fork and exec |"
        yield "|---|---|---|---|---|---|---|"
        for name in names:
            found = [row.get(name) for row in rows]
            about = next(row for row in found if row is not None)
            cells = [" / ".join("-" if row is None else cell(row) for row in found) for cell in _CELLS]
            shown = ["" if set(cell) <= {"-", " ", "/"} else cell for cell in cells]
            yield f"| {_about(about)} | {' | '.join(shown)} |"
        yield ""
        for item in kernels:
            left = _unmeasured(item)
            if left:
                yield f"Not measured yet on {item['kernel']}: the builds {', '.join(left)}."
                yield ""


def _unmeasured(document: Mapping[str, Any]) -> list[str]:
    """The builds that there are recipes for and no figures of."""
    recipes = load_recipes(document["architecture"], document["kernel"])
    measured = {row["build"] for row in document["measurements"]}
    return [build.name for build in recipes.builds if build.name not in measured]


def _about(row: _Row) -> str:
    options = ", ".join(row["options"])
    if row["parameters"]:
        return f"`{row['parameters']}`"
    return f"{options} (table)" if "table" in row["after"] else options


def _change(row: _Row, name: str) -> int | None:
    if name not in row["after"]:
        return None
    change: int = row["after"][name] - row["before"][name]
    return change


def _memory(row: _Row) -> str:
    table = _change(row, "table")
    free = _change(row, "free")
    found = table if table is not None else -free if free is not None else 0
    return f"-{amount_text(-found)}" if found < 0 else amount_text(found)


def _computed(row: _Row) -> str:
    return "-" if row["computed"] is None else amount_text(row["computed"])


def _text(row: _Row) -> str:
    change = _change(row, "text")
    return "-" if change is None else f"{100 * change / row['before']['text']:+.1f}%"


def _init(row: _Row) -> str:
    change = _change(row, "init")
    return "-" if change is None else f"{change / 1e6:+.1f} M"


def _ls(row: _Row) -> str:
    return _times(row, "ls")


def _fork(row: _Row) -> str:
    return _times(row, "fork")


def _times(row: _Row, name: str) -> str:
    return f"x{row['after'][name] / row['before'][name]:.2f}" if name in row["after"] else "-"


_CELLS: Final = (_memory, _computed, _text, _init, _ls, _fork)


def main() -> int:
    """Write the tables into the page."""
    PAGE.write_text(page(PAGE.read_text(), read_documents()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
