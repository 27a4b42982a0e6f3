# SPDX-License-Identifier: GPL-2.0-or-later
"""The line of a property holds that property's text, on real trees."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.location import Location
from tests.models import tree_of

pytestmark = pytest.mark.trees


@pytest.fixture(scope="module", params=["x86", "powerpc"])
def model(request: pytest.FixtureRequest, kernel: Path) -> Model:
    source = DirectorySource(kernel)
    return tree_of(kernel).model(resolve_architecture(source, request.param), Toolchain.dummy())


def _text(kernel: Path, location: Location) -> str:
    """The statement at a place, its joined lines included."""
    lines = (kernel / location.path).read_text(errors="replace").split("\n")[location.line - 1 :]
    text = lines[0]
    for line in lines[1:]:
        if not text.endswith("\\"):
            break
        text = text[:-1] + line
    return text


def _draw(model: Model, kind: str, count: int) -> list[tuple[str, object]]:
    found = []
    for name in model.names():
        symbol = model.symbol(name)
        assert symbol is not None
        found += [(name, item) for item in getattr(symbol, kind)]
    return Random(kind).sample(found, count)


def test_selects(model: Model, kernel: Path) -> None:
    for _name, item in _draw(model, "selects", 50):
        assert re.match(rf"\s*select\s+{item.target}\b", _text(kernel, item.location)), item  # type: ignore[attr-defined]


def test_prompts(model: Model, kernel: Path) -> None:
    for _name, item in _draw(model, "prompts", 50):
        text = _text(kernel, item.location).replace('\\"', '"')  # type: ignore[attr-defined]
        assert item.text in text, item  # type: ignore[attr-defined]


def test_defaults(model: Model, kernel: Path) -> None:
    for _name, item in _draw(model, "defaults", 50):
        text = _text(kernel, item.location)  # type: ignore[attr-defined]
        assert re.match(r"\s*(default|def_bool|def_tristate)\s", text), item
        for symbol in item.value.symbols():  # type: ignore[attr-defined]
            assert symbol in text or "$(" in text, item


def test_depends_ranges_and_definitions(model: Model, kernel: Path) -> None:
    for _name, lines in _draw(model, "conditions", 50):
        for item in lines:  # type: ignore[attr-defined]
            assert re.match(r"\s*(depends on|if)\s", _text(kernel, item.location)), item
    for _name, item in _draw(model, "ranges", 50):
        assert re.match(r"\s*range\s", _text(kernel, item.location)), item  # type: ignore[attr-defined]
    for name, location in _draw(model, "definitions", 50):
        assert re.match(rf"\s*(menu)?config\s+{name}\s*$", _text(kernel, location)), name  # type: ignore[arg-type]
    for _name, item in _draw(model, "implies", 20):
        assert re.match(rf"\s*imply\s+{item.target}\b", _text(kernel, item.location)), item  # type: ignore[attr-defined]
