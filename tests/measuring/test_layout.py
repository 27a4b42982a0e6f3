# SPDX-License-Identifier: GPL-2.0-or-later
"""Sizes are read from what pahole and nm print; no object is compiled here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lab import layout
from lab.kernel import Kernel, LabError
from lab.layouts import Source, asked, compare, load_layouts, load_plan
from lab.machine import MACHINES

_PRINTED = {
    ("pahole", "--sizes"): "list_head\t16\t0\npage_owner\t64\t0\n",
    ("pahole", "--unions"): "page_owner\t8\t0\ncodetag_ref\t8\t0\n",
    ("nm", "-S"): "0000000000000000 0000000000028000 b mem_pool\n                 U memset\n",
    ("pahole", "--version"): "v1.24\n",
}
_SOURCE = Source(
    path="mm/x.o",
    option="X",
    types=("struct page_owner", "union codetag_ref"),
    variables=("mem_pool",),
)


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_output", lambda *command: _PRINTED[command[:2]].splitlines())


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path / "linux", MACHINES["x86_64"], tmp_path / "work", "6.12.117", "gcc 12", "")


def test_sizes_of_types_and_variables(kernel: Kernel) -> None:
    found = dict(layout._sizes(kernel, _SOURCE, Path("mm/x.o")))
    assert found == {"struct page_owner": 64, "union codetag_ref": 8, "mem_pool": 163840}


def test_a_type_that_an_object_lacks_is_an_error(kernel: Kernel) -> None:
    with pytest.raises(LabError, match=r"mm/x\.o of 6\.12\.117 has no struct track"):
        list(layout._sizes(kernel, replace(_SOURCE, types=("struct track",)), Path("mm/x.o")))


def test_what_is_written_is_read_and_compared(kernel: Kernel, tmp_path: Path) -> None:
    config = {"64BIT": "y", "X86": "y", "SMP": "y", "PAGE_OWNER": "y", "PAGE_SHIFT": "12"}
    sizes = {"struct page_ext": 8, "struct page_owner": 56}
    row = {"variant": "plain", "lines": ["CONFIG_PAGE_OWNER=y"], "config": config, "sizes": sizes}
    path = layout._write(kernel, [row], tmp_path)
    assert json.loads(path.read_text())["variants"] == [row]
    [found] = load_layouts(path)
    [composition] = [item for item in load_plan("x86_64", "6.12.117").compositions if item.cost == "page-owner/records"]
    assert asked(composition) == ("struct page_ext", "struct page_owner")
    [item] = compare(found, [composition])
    pages = (16 << 30) // 4096
    assert (item.computed, item.expected) == (72 * pages, 64 * pages)
    said = f"6.12.117 x86_64 plain: page-owner/records: {72 * pages}, but the sizes give {64 * pages}"
    assert layout.difference(item) == said


def test_pahole_is_needed_and_no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name in ("pahole", "qemu-system-x86_64") else name)
    with pytest.raises(LabError, match="dwarves"):
        layout._find_pahole()
    assert list(MACHINES["x86_64"].missing(boots=False)) == []
    assert list(MACHINES["x86_64"].missing()) != []
