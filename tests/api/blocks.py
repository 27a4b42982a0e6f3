# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of docs/api.md: `python -m tests.api.blocks` writes their output anew."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kpolicy.demo import demo_tree

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
_BLOCK = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.DOTALL)


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """The code and the output of each example."""
    for match in _BLOCK.finditer(text):
        yield match["code"], match["output"]


def run(codes: list[str], folder: Path) -> list[str]:
    """What examples print, one after the other, in a folder with the demonstration tree as `linux`."""
    shutil.copytree(demo_tree(), folder / "linux")
    names: dict[str, Any] = {}
    outputs = []
    before = Path.cwd()
    os.chdir(folder)
    try:
        for code in codes:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(code, names)
            outputs.append(printed.getvalue())
    finally:
        os.chdir(before)
    return outputs


def main() -> None:
    text = PAGE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        outputs = iter(run([code for code, _ in blocks(text)], Path(folder)))
    PAGE.write_text(
        _BLOCK.sub(lambda match: f"```python\n{match['code']}```\n\n```text\n{next(outputs)}```", text), "utf-8"
    )


if __name__ == "__main__":
    main()
