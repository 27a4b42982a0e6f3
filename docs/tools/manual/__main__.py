# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the reference of commands and the man pages: `python -m docs.tools.manual` (`make docs` does)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from docs.tools.manual.commands import kpolicy_command
from docs.tools.manual.man import Texts, man_pages
from docs.tools.manual.pages import command_pages

ROOT = Path(__file__).resolve().parents[3]


def manual() -> Mapping[Path, str]:
    """Every file of the reference and of the man pages, by its place in the project."""
    texts = Texts(*((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("commands.md", "values.md")))
    top = kpolicy_command()
    pages = {Path("docs/commands") / name: text for name, text in command_pages(top, texts.commands).items()}
    return {**pages, **{Path("docs/man") / name: text for name, text in man_pages(top, texts).items()}}


def written() -> set[Path]:
    """The files that are there now."""
    return {path.relative_to(ROOT) for folder in ("docs/commands", "docs/man") for path in (ROOT / folder).glob("*")}


def main() -> None:
    """Write what differs, remove what belongs to no command any more."""
    files = manual()
    for path, text in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    for path in written() - files.keys():
        (ROOT / path).unlink()


if __name__ == "__main__":
    main()
