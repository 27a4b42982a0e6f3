# SPDX-License-Identifier: GPL-2.0-or-later
"""Links between documents, which a forge shows as they are: files and anchors are there, and all can be found."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from kpolicy.report.text.markdown import anchor

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
_FENCED = re.compile(r"^ *(`{3,})\w*\n.*?^ *\1$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+).+?\1")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def anchors(path: Path) -> frozenset[str]:
    """What a forge calls the headings of a page: of two with the same words the second one has a number."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", _FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        name = anchor(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading))
        times = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", other) is not None for other in found)
        found.append(f"{name}-{times}" if times else name)
    return frozenset(found)


def links(path: Path) -> list[str]:
    text = _FENCED.sub("", path.read_text(encoding="utf-8"))
    # Code may be the text of a link; what looks like a link inside of code is none.
    return _LINK.findall(_CODE.sub("", text.replace("[`", "[").replace("`]", "]")))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in links(path):
        if link.startswith(("https://", "http://")):
            continue
        name, _, part = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not (target.exists() and target.is_relative_to(ROOT)) or (part and part not in anchors(target)):
            broken.append(link)
    assert not broken


def test_a_broken_link_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b` c\n\n## Twice\n\n## Twice\n\n[x](y.md) and `[no](link)`\n\n```\n[no](link)\n# no\n```\n")
    assert links(page) == ["y.md"]
    assert anchors(page) == {"a-b-c", "twice", "twice-1"}


def test_every_document_can_be_found() -> None:
    found: set[Path] = set()
    new = {ROOT / "README.md"}
    while new:
        found |= new
        targets = {(path.parent / link.partition("#")[0]).resolve() for path in new for link in links(path)}
        new = {path for path in targets if path.suffix == ".md"} - found
    assert set(PAGES) - {ROOT / "CHANGELOG.md"} <= found


def test_the_contents_name_every_page_of_the_folder() -> None:
    """What they do not name comes last in the book, below "More": that is for pages that are on their way."""
    named = {link for path in (DOCS / "index.md", ROOT / "README.md") for link in links(path)}
    missing = [path.name for path in DOCS.glob("*.md") if not {path.name, f"docs/{path.name}"} & named]
    assert not missing
