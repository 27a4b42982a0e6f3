# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of docs/lab.md is the one of the data."""

from __future__ import annotations

from lab.table import PAGE, page, read_documents


def test_the_page_shows_the_data() -> None:
    text = PAGE.read_text()
    documents = read_documents()
    assert documents
    assert page(text, documents) == text
    for document in documents:
        assert document["kernel"] in text
