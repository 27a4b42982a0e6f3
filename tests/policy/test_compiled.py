# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules, roles, costs and boot parameters are the same from the cache as from their files, else they are read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kpolicy import installed
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.policy.boot.load import shipped_parameters
from kpolicy.policy.expressions.expression import CLASSES, Expression
from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.files.extends import load_policy
from kpolicy.policy.files.shipped import SHIPPED, shipped_policy
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.roles.shipped import shipped_roles
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.toml import compiled as module
from kpolicy.policy.toml.compiled import compiled

_MADE = (parse("A && !(B || C < 3)"), parse("boot(page_owner) = y"))


def _make() -> tuple[Expression, ...]:
    return _MADE


def _fail() -> tuple[Expression, ...]:
    raise AssertionError("read again")


def _kept(folder: Path, make: Callable[[], tuple[Expression, ...]], what: str = "x") -> tuple[Expression, ...]:
    return compiled(what, make, CLASSES, str(folder))


def _forget() -> None:
    installed.state.cache_clear()
    installed._files.cache_clear()


@pytest.fixture(autouse=True)
def _unknown_state() -> Iterator[None]:
    _forget()
    yield
    _forget()


def test_what_ships_is_the_same_from_the_cache(tmp_path: Path) -> None:
    def everything(cache: Path | None) -> list[object]:
        for function in (shipped_catalogue, shipped_roles, shipped_costs, shipped_parameters):
            function.cache_clear()
        rules = [shipped_catalogue(examples=examples, cache=cache) for examples in (True, False)]
        return [*rules, shipped_roles(cache), shipped_costs(cache), shipped_parameters(cache)]

    assert everything(tmp_path) == everything(None)
    assert len(list(tmp_path.iterdir())) == 5
    assert everything(tmp_path) == everything(None)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_is_the_same_from_the_cache(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary = shipped_vocabulary()
    read = load_policy(name, vocabulary)
    assert shipped_policy(name, vocabulary, str(tmp_path)) == read
    monkeypatch.setattr("kpolicy.policy.files.extends.load_policy", _fail)
    assert shipped_policy(name, vocabulary, str(tmp_path)) == read


def test_is_read_once(tmp_path: Path) -> None:
    assert _kept(tmp_path, _make) == _MADE
    assert _kept(tmp_path, _fail) == _MADE


def test_without_a_cache_it_is_read_every_time(tmp_path: Path) -> None:
    assert compiled("x", _make, CLASSES, None) == _MADE
    with pytest.raises(AssertionError, match="read again"):
        _kept(tmp_path, _fail)


def test_is_read_again_when_a_source_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, cache = tmp_path / "rules" / "family" / "name.toml", tmp_path / "cache"
    source.parent.mkdir(parents=True)
    source.write_text("a")
    monkeypatch.setattr(installed, "_ROOT", tmp_path)
    monkeypatch.setattr(module, "_CODE", "rules")
    _kept(cache, _make)
    _kept(cache, _fail)
    source.write_text("ab")
    _forget()
    with pytest.raises(AssertionError, match="read again"):
        _kept(cache, _fail)


@pytest.mark.parametrize("damage", [lambda content: content[:-2], lambda content: content.replace(b"A", b"B")])
def test_is_read_again_when_what_was_kept_is_damaged(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    _kept(tmp_path, _make)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(AssertionError, match="read again"):
        _kept(tmp_path, _fail)


def test_sources_that_are_no_files_are_read_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "_ROOT", tmp_path / "archive.pyz")
    _kept(tmp_path, _make)
    with pytest.raises(AssertionError, match="read again"):
        _kept(tmp_path, _fail)


def test_a_folder_that_cannot_be_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert _kept(tmp_path / "file" / "cache", _make) == _MADE
