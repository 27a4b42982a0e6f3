# SPDX-License-Identifier: GPL-2.0-or-later
"""How Sphinx makes a book of this folder: `make book`.

The pages are plain Markdown that reads well on a forge.  So the contents are no directives: they are
the links of index.md, section by section, and what is linked nowhere there comes last.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

_HERE = Path(__file__).resolve().parent
_PROJECT = tomllib.loads((_HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
_VERSION = re.search(r'^__version__ = "(.+)"$', (_HERE.parent / "kpolicy" / "__init__.py").read_text(), re.MULTILINE)

project = "kpolicy"
version = release = _VERSION[1] if _VERSION else ""
author = "the kpolicy developers"
extensions = ["myst_parser"]
exclude_patterns = ["conf.py", "tools"]
html_theme = "furo"
html_title = f"kpolicy {release}"
# Nothing is fetched when the book is read, and nothing tells where it was built.
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_use_index = False
# What is typed stands as it is typed: -- is no dash.
smartquotes = False
myst_heading_anchors = 4
# Most blocks are no language that could be coloured.
highlight_language = "none"

_CHAPTER = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.MULTILINE)
_PAGE = re.compile(r"\]\(([\w/-]+)\.md\)")
_FOLDERS = ("commands", "rules")
_OUTSIDE = re.compile(r"\[([^\]]+)\]\((\.\./[\w./-]+\.md)\)")


def _contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Add the contents that Sphinx wants: to index.md by its links, to the README.md of a folder all of the folder."""
    if page == "index":
        chapters = [(title, _PAGE.findall(text)) for title, text in _CHAPTER.findall(source[0])]
        named = {name for _, names in chapters for name in names}
        more = sorted(path.stem for path in _HERE.glob("*.md") if path.stem not in {*named, "index"})
        for title, names in [*chapters, *([("More", more)] if more else [])]:
            source[0] += _tree(names, title)
    elif page in {f"{folder}/README" for folder in _FOLDERS}:
        folder = _HERE / page
        names = sorted(path.stem for path in folder.parent.glob("*.md") if path.stem != "README")
        source[0] += _tree(names, "")


def _files(_app: Sphinx, _page: str, source: list[str]) -> None:
    """A page that lies outside of this folder is none of the book's: it goes along as a file."""
    source[0] = _OUTSIDE.sub(r"{download}`\1 <\2>`", source[0])


def _tree(names: list[str], caption: str) -> str:
    head = f":caption: {caption}\n" if caption else ""
    listed = "".join(f"{name}\n" for name in names)
    return f"\n\n```{{toctree}}\n:hidden:\n{head}\n{listed}```\n"


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _contents)
    app.connect("source-read", _files)
    # What a command prints is no shell: "# CONFIG_X is not set" is no prompt of root's.
    app.add_lexer("console", TextLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
