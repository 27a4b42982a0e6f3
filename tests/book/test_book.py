# SPDX-License-Identifier: GPL-2.0-or-later
"""The book is built without a warning, holds every page, and fetches nothing when it is read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# What a browser fetches by itself.  Links that a person follows may lead anywhere.
_FETCHED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*?(?:src|href|data)=\"([^\"]+)\""
)
_STYLE = re.compile(r"(?:url\(|@import)\s*[\"']?([^\"')\s]+)")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built book."""
    folder = tmp_path_factory.mktemp("book")
    options = ["--fail-on-warning", "--keep-going", "--quiet", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(folder / "html")]
    # To measure its coverage would take time and tell nothing.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder / "html"


def test_every_page_is_in_the_book_and_in_its_navigation(book: Path) -> None:
    front = (book / "index.html").read_text(encoding="utf-8")
    for path in DOCS.rglob("*.md"):
        name = path.relative_to(DOCS).with_suffix(".html")
        assert (book / name).is_file()
        assert name.name == "index.html" or f'reference internal" href="{name}"' in front


def test_the_book_fetches_nothing(book: Path) -> None:
    looked = 0
    for path in book.rglob("*"):
        pattern = {".html": _FETCHED, ".css": _STYLE, ".svg": _FETCHED}.get(path.suffix)
        if pattern is not None:
            fetched = pattern.findall(path.read_text(encoding="utf-8"))
            looked += len(fetched)
            assert not [word for word in fetched if re.match(r"(\w+:)?//", word)], path
    assert looked > 500


def test_links_into_the_book_lead_to_anchors(book: Path) -> None:
    identities: dict[Path, set[str]] = {}
    broken = []
    for path in book.rglob("*.html"):
        for link in re.findall(r'<a\b[^>]*href="([^"#:]*)#([^"]+)"', path.read_text(encoding="utf-8")):
            target = (path.parent / link[0]).resolve() if link[0] else path.resolve()
            if target.suffix != ".html":
                continue
            if target not in identities:
                identities[target] = set(re.findall(r'\bid="([^"]+)"', target.read_text(encoding="utf-8")))
            if link[1] not in identities[target]:
                broken.append(f"{path.name}: {'#'.join(link)}")
    assert not broken
    assert len(identities) > 40
