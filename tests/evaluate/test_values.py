# SPDX-License-Identifier: GPL-2.0-or-later
"""What `Values` tells about a configuration beyond the lines of .config."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config, read_config
from kpolicy.evaluate.recorded import recorded_probes
from kpolicy.evaluate.values import Values, evaluate
from tests.kconfig.small import load, make_tree

_TEXT = """\
config A
	bool "a"
	select B
	imply D if !C

config B
	bool "b"
	depends on C

config C
	bool "c"

config D
	bool
	default y if C

config N
	int "n"
	default 4 if C
	default 5

config CC_HAS_IT
	def_bool $(cc-option,-fit)

config USES_IT
	bool "uses it"
	depends on $(cc-option,-fit)
	default y

config VERSION_OF_IT
	int
	default $(it-version)
"""


def _values(folder: Path, config: str, **options: object) -> Values:
    text = "it-version = 7\ncc-option = $(shell,true && echo y)\n" + _TEXT
    model = load(make_tree(folder, {"Kconfig": text}))
    return evaluate(model, parse_config("config", config.encode()), **options)  # type: ignore[arg-type]


def test_values_and_where_they_were_set(tmp_path: Path) -> None:
    values = _values(tmp_path, "CONFIG_A=y\nCONFIG_B=n\nCONFIG_N=9\n")
    assert [values.text(name) for name in ("A", "B", "C", "N", "NOWHERE")] == ["y", "y", "n", "9", ""]
    assert values.is_on("B")
    assert not values.is_on("N")
    assignment = values.assignment("B")
    assert assignment is not None
    assert str(assignment.location) == "config:2"
    assert values.assignment("C") is None


@pytest.mark.parametrize("name", ["NOWHERE", "ONLY_NAMED"])
def test_the_last_line_of_what_nothing_defines(tmp_path: Path, name: str) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": "config A\n\tbool\n\tdefault y if ONLY_NAMED\n"}))
    values = evaluate(model, parse_config("config", f"CONFIG_A=y\nCONFIG_{name}=y\nCONFIG_{name}=m\n".encode()))
    line = values.assignment(name)
    assert line is not None
    assert str(line.location) == "config:3"


def test_selects_implies_and_defaults_in_force(tmp_path: Path) -> None:
    values = _values(tmp_path, "CONFIG_A=y\n")
    assert [edge.source for edge in values.selectors("B")] == ["A"]
    assert [edge.source for edge in values.implied("D")] == ["A"]
    assert values.default("D") is None
    default = values.default("N")
    assert default is not None
    assert str(default.value) == "5"
    assert values.visibility("B") == 0


def test_unmet_dependencies(tmp_path: Path) -> None:
    assert dict(_values(tmp_path, "CONFIG_A=y\n").unmet()) == {"B": (0, 2)}
    assert not _values(tmp_path / "met", "CONFIG_A=y\nCONFIG_C=y\n").unmet()


def test_warnings_of_conf(tmp_path: Path) -> None:
    values = _values(tmp_path, "CONFIG_A=maybe\nCONFIG_N=1\nCONFIG_N=2\ngarbage\n")
    assert [f"{where}: {text}" for where, text in values.warnings] == [
        "config:1: symbol value 'maybe' invalid for A",
        "config:3: override: reassigning to symbol N",
        "config:4: unexpected data: garbage",
    ]


@pytest.mark.parametrize(
    ("lines", "has", "uses", "version"),
    [
        ("CONFIG_CC_HAS_IT=y\nCONFIG_USES_IT=y\nCONFIG_VERSION_OF_IT=3\n", "y", "y", "3"),
        ("# CONFIG_USES_IT is not set\nCONFIG_CC_HAS_IT=y\nCONFIG_VERSION_OF_IT=3\n", "y", "n", "3"),
        ("CONFIG_VERSION_OF_IT=2\n", "n", "n", "2"),
    ],
)
def test_a_recorded_toolchain(tmp_path: Path, lines: str, has: str, uses: str, version: str) -> None:
    model = _values(tmp_path, "").model
    lines += "# CONFIG_A is not set\n# CONFIG_C is not set\nCONFIG_N=5\n"
    config = parse_config("config", lines.encode())
    values = evaluate(model, config, recorded=recorded_probes(model, config))
    assert [values.text(name) for name in ("CC_HAS_IT", "USES_IT", "VERSION_OF_IT")] == [has, uses, version]
    assert values.is_written("USES_IT") is ("USES_IT" in lines)


def test_half_a_config_records_nothing(tmp_path: Path) -> None:
    model = _values(tmp_path, "").model
    assert recorded_probes(model, parse_config("config", b"CONFIG_CC_HAS_IT=y\n")) is None


def test_a_fragment_on_a_recorded_config_can_turn_on_what_was_off(tmp_path: Path) -> None:
    """A symbol without a line was hidden by its probe only if nothing else explains it."""
    text = 'config X\n\tbool "x"\n\nconfig A\n\tbool "a"\n\tdepends on X\n\tdepends on $(cc-option,-fit)\n'
    text += '\nconfig B\n\tbool "b"\n\tdepends on $(cc-option,-fit)\n'
    model = load(make_tree(tmp_path, {"Kconfig": "cc-option = $(shell,true && echo y)\n" + text}))
    (tmp_path / "full").write_text("# CONFIG_X is not set\n")
    (tmp_path / "more").write_text("CONFIG_X=y\nCONFIG_A=y\nCONFIG_B=y\n")
    config = read_config("full+more", folder=tmp_path)
    values = evaluate(model, config, recorded=recorded_probes(model, config))
    assert [values.text(name) for name in ("X", "A", "B")] == ["y", "y", "n"]


def test_modes_are_checked(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": "config A\n\tbool\n"}))
    with pytest.raises(ValueError, match="unknown mode"):
        evaluate(model, None, "oldconfig")
    with pytest.raises(ValueError, match="with no config"):
        evaluate(model, None, "defconfig")


@pytest.mark.parametrize(
    ("mode", "lines", "expected"),
    [
        ("olddefconfig", "# CONFIG_A is not set\n", "y"),
        ("defconfig", "# CONFIG_A is not set\n", "m"),
        # Nothing is to be changed, and so conf calculates again.
        ("olddefconfig", "CONFIG_T=y\nCONFIG_MODULES=y\n# CONFIG_A is not set\n", "m"),
    ],
)
def test_what_modules_depends_on_is_computed_without_modules(
    tmp_path: Path, mode: str, lines: str, expected: str
) -> None:
    """Compared with conf 6.1, 6.12 and 7.3 (tests/kconfig/late_modules.py)."""
    text = (
        'config T\n\ttristate\n\tdefault m\n\nconfig MODULES\n\tbool "modules"\n\tmodules\n\tdefault y\n\n'
        'config MODULES\n\tbool\n\tprompt "again" if T\n\nconfig A\n\tbool "a"\n'
    )
    model = load(make_tree(tmp_path, {"Kconfig": text}))
    assert evaluate(model, parse_config("config", lines.encode()), mode).text("T") == expected
