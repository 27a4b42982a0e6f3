# SPDX-License-Identifier: GPL-2.0-or-later
"""Transcripts in the documentation: what stands in their blocks, and what the tool says today.

`python -m docs.tools.transcripts LINUX` runs the commands of some pages on a kernel tree and writes anew what
comes out otherwise.  `...` on a line of its own stands for any lines; it is lost where a block is written anew.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kpolicy.cli.app import run
from kpolicy.cli.console import Console

_DOCS = Path(__file__).resolve().parents[1]
PAGES = (_DOCS / "tutorial.md", _DOCS / "commands.md")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w.]+)\n")
# Releases of a kernel differ in their numbers, of lines too, and so in blanks.
_RELEASE = re.compile(r"\b(\d+\.\d+)\.\d+\b")
_LINE = re.compile(r"(?<=[\w.]):\d+\b|^@@ .* @@$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page with what the page says that it prints, and what it prints."""

    line: str
    shown: str
    printed: str

    @property
    def agrees(self) -> bool:
        """Whether the page tells the truth, but for the last number of a release and numbers of lines."""
        pattern = re.escape(_levelled(self.shown)).replace(re.escape("...\n"), "(?:.*\n)*?")
        return re.fullmatch(pattern, _levelled(self.printed)) is not None


def commands(page: str, tree: Path, folder: Path) -> Iterator[Command]:
    """Run the commands of a page, in an empty folder in which the tree is called `linux`.

    Blocks that begin with the name of a file are written first, where they stand.
    """
    (folder / "linux").symlink_to(tree)
    before = Path.cwd()
    os.chdir(folder)
    try:
        for kind, text in _BLOCK.findall(page):
            if kind == "toml" and (match := _FILE.match(text)):
                (folder / match[1]).write_text(text, encoding="utf-8")
            if kind == "console":
                for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                    line, _, shown = part.partition("\n")
                    yield Command(line, shown, _printed(line.split(), folder))
    finally:
        os.chdir(before)


def _printed(words: list[str], folder: Path) -> str:
    if words[0] == "cat":
        return (folder / words[1]).read_text(encoding="utf-8")
    assert words[0] == "kpolicy", words
    out, err = io.StringIO(), io.StringIO()
    run(words[1:], Console(stdout=out, stderr=err))
    # As in most terminals, where what is told about a result comes after it.
    return out.getvalue() + err.getvalue()


def _levelled(text: str) -> str:
    return re.sub(r"[ \t]+", " ", _LINE.sub(":N", _RELEASE.sub(r"\1.N", text)))


def main() -> None:
    """Write the transcripts anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("linux", type=Path, help="the source of the kernel that the pages are about")
    tree = parser.parse_args().linux.resolve()
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            for command in commands(page, tree, Path(folder)):
                if not command.agrees:
                    head = f"$ {command.line}\n"
                    page = page.replace(f"{head}{command.shown}", f"{head}{command.printed}", 1)
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
