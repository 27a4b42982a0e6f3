# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of boot parameters: its files, and what they say about kernels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpolicy.config.command_line import command_line, parse, placed_text
from kpolicy.config.read import parse_config
from kpolicy.errors import UsageError
from kpolicy.evaluate.command_line import kernel
from kpolicy.evaluate.parameters import PARAMETERS, is_early, setting
from kpolicy.kernel.version import parse_version
from kpolicy.policy.boot.load import load_parameter, load_parameters, shipped_parameters
from kpolicy.policy.boot.parameter import BootParameter
from kpolicy.policy.boot.words import refusal
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.expressions.rewriting import boots
from kpolicy.policy.toml.toml_file import FileErrors
from kpolicy.run.bare import bare_values
from tests.oracle.trees import VARIABLE, Trees, find_trees

_ALL = shipped_parameters()
_VALUES = bare_values(parse_config(".config", b"# Linux/x86 6.12.117 Kernel Configuration\nCONFIG_X86=y\n"))
_KERNEL = kernel(_VALUES)
_TEXT = """\
title = "does something"
purpose = "debug"
handler = "early_param"
form = "switch"

[[name]]
name = "thing"

[[source]]
release = "6.12.117"
code = "mm/thing.c:7"
"""


def test_there_are_many() -> None:
    assert len(_ALL) >= 80
    assert len({spelling.name for item in _ALL for spelling in item.spellings}) >= 85


@pytest.mark.parametrize("parameter", _ALL, ids=lambda item: item.id)
def test_each_was_looked_up(parameter: BootParameter) -> None:
    releases = [source.release for source in parameter.sources]
    assert releases == sorted(
        releases, key=lambda item: parse_version(item).patchlevel + 1000 * parse_version(item).version
    )
    assert "7.3.4" in releases
    for source in parameter.sources:
        assert re.fullmatch(r"[\w/.-]+:\d+", source.code)
        assert re.fullmatch(r"Documentation/[\w/.-]+:\d+|", source.documented)
    # Where it is not in 6.12, 6.12 is a release that does not know it.
    if "6.12.117" not in releases:
        assert parameter.spellings[0].not_in >= (6, 12)


@pytest.mark.parametrize("parameter", [item for item in _ALL if boots(item.off)], ids=lambda item: item.id)
def test_what_switches_off_is_read(parameter: BootParameter) -> None:
    # That condition asks about the parameter itself, which evaluation can read.
    assert {item.parameter for item in boots(parameter.off)} <= {name.name for name in parameter.spellings}
    assert parameter.lost


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        (name, value, setting(name, parse(command_line("", placed_text(f"{name}={value}"))).words, _KERNEL) != "")
        for name in PARAMETERS
        for value in ("on", "1", "0", "off", "maybe", "1K", "-1", "auto")
    ],
)
def test_values_are_taken_as_they_are_read(name: str, value: str, taken: bool) -> None:
    """What the checks call a value that is refused sets nothing, and the other way round."""
    for item in _ALL:
        for spelling in item.spellings:
            if spelling.name == name and spelling.form not in ("text", "flag", "slab flags"):
                word = parse(command_line("", placed_text(f"{name}={value}"))).words[0]
                assert (refusal(item, spelling.form, word, _VALUES) == "") == taken


def test_early_parameters_are_those_of_the_table() -> None:
    for item in _ALL:
        names = {spelling.name for spelling in item.spellings}
        if names & set(PARAMETERS):
            is_read_early = item.handler == "early_param" or item.name == "nokaslr"
            assert {name for name in names if is_early(name)} == (names if is_read_early else set()), item.id


def _sources() -> dict[str, Path]:
    """The trees with C sources, by their release."""
    found = {}
    for tree in find_trees().kernels.values():
        if (tree / "init/main.c").is_file():
            numbers = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL) = (\d+)", (tree / "Makefile").read_text(), re.M))
            found[".".join(numbers[word] for word in ("VERSION", "PATCHLEVEL", "SUBLEVEL"))] = tree
    return found


@pytest.mark.parametrize("release", ["6.1.192", "6.12.117", "7.3.4"])
def test_sources_are_where_they_are_said_to_be(release: str) -> None:
    tree = _sources().get(release)
    if tree is None:
        pytest.skip(f"no C sources of {release}: {VARIABLE} names such a tree")
    for parameter in _ALL:
        names = [re.escape(spelling.name.rpartition(".")[2]) for spelling in parameter.spellings]
        names += [re.escape(spelling.name) for spelling in parameter.spellings]
        for source in parameter.sources:
            if source.release == release:
                for place in filter(None, (source.code, source.documented)):
                    path, _, line = place.rpartition(":")
                    text = (tree / path).read_text(errors="replace").split("\n")[int(line) - 1]
                    assert re.search("|".join(names), text), place


@pytest.mark.trees
def test_needs_are_symbols_of_a_kernel(trees: Trees) -> None:
    defined: set[str] = set()
    for tree in trees.kernels.values():
        for path in tree.rglob("Kconfig*"):
            if path.is_file():
                text = path.read_text(errors="replace")
                defined |= set(re.findall(r"^\s*(?:menu)?config\s+(\w+)", text, re.MULTILINE))
    needs = {
        name
        for item in _ALL
        for expression in (item.needs, item.off, *(word.needs for word in item.words))
        for name in symbols(expression)
    }
    # What came after 6.12.
    assert needs - defined <= {"HARDENED_USERCOPY_DEFAULT_ON", "FAIL_SKB_REALLOC", "CMDLINE"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('form = "switch"', 'form = "swich"'), "did you mean 'switch'?"),
        (('form = "switch"', 'form = "word"'), "the form 'word' takes [[word]] tables"),
        (('form = "switch"', 'form = "switch"\noff = "A && boot(page_owner) = n"'), "'off' and 'lost' go together"),
        (('form = "switch"', 'form = "switch"\nneed = "A"'), "unknown key 'need'"),
        (('form = "switch"', 'form = "switch"\nneeds = "A &&"'), "thing.toml:5:"),
        (('name = "thing"', 'name = "Thing"'), "a name has small letters"),
        (('name = "thing"', 'name = "thing"\nsince = "six"'), "'since' is a release such as 6.12"),
        (('name = "thing"', 'name = "thing"\nsince = "6.1"\nnot_in = "6.1"'), "'not_in' must be before 'since'"),
        (('name = "thing"', 'name = "thing"\nold = "yes"'), "'old' is true or false"),
        (('[[name]]\nname = "thing"\n', ""), "there is no [[name]]"),
        (('[[source]]\nrelease = "6.12.117"\ncode = "mm/thing.c:7"\n', ""), "there is no [[source]]"),
    ],
)
def test_faults(change: tuple[str, str], said: str) -> None:
    with pytest.raises((FileErrors, UsageError)) as caught:
        load_parameter("mm/thing", "thing.toml", _TEXT.replace(*change))
    assert said in str(caught.value)


def test_a_name_is_that_of_one_parameter() -> None:
    with pytest.raises(UsageError, match="'thing' is the name of two parameters"):
        load_parameters([("a/a", "a.toml", _TEXT), ("b/b", "b.toml", _TEXT)])
