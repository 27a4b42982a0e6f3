# SPDX-License-Identifier: GPL-2.0-or-later
"""The user values of a full .config without a tree, entered all at once, are those of one line after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kpolicy.config.lines import parse_lines
from kpolicy.config.model import Lines
from kpolicy.evaluate.stated import stated_user_values
from kpolicy.evaluate.user import user_values
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.stated import stated_model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import parse_version
from tests.config.test_lines import LINES

_MODE = "olddefconfig"


def _model(written: dict[str, str]) -> Model:
    return stated_model(written, Architecture("x86", "x86"), parse_version("6.12"), Toolchain.dummy())


@given(st.lists(LINES, max_size=12))
def test_all_lines_at_once(lines: list[str]) -> None:
    config = parse_lines("c", "\n".join(lines).encode("utf-8", "surrogatepass"))
    model = _model(dict(config.written))
    user, each = stated_user_values(model, config), user_values(model.core, config)
    if user is None:
        assert not isinstance(config.assignments, Lines) or len(config.written) < len(config.assignments)
        return
    assert (user.values, user.order, user.choices, user.unknown) == (
        each.values,
        each.order,
        each.choices,
        each.unknown,
    )
    assert dict(user.assignments) == each.assignments
    assert len(user.assignments) == len(each.assignments)
    assert user.warnings == each.warnings
    values, slow = evaluate(model, config, _MODE, user=user), evaluate(model, config, _MODE)
    for name in (*model.core.symbols, "no"):
        assert values.assignment(name) == slow.assignment(name)
        assert (values.text(name), values.tristate(name), values.is_written(name)) == (
            slow.text(name),
            slow.tristate(name),
            slow.is_written(name),
        )


def test_a_symbol_has_the_type_of_its_value() -> None:
    written = {"Y": "y", "N": "n", "M": "m", "I": "-12", "X": "0x1F", "S": '"a"', "y": "y", "A-B": "y"}
    model = _model(written)
    types = ["bool", "bool", "tristate", "int", "hex", "string", "unknown", "unknown"]
    assert [model.type_of(name) for name in written] == types
    assert set(model.core.symbols) == {"Y", "N", "M", "I", "X", "S", "MODULES"}
    assert [model.names_by_node[node] for node in model.core.texts] == ["I", "X", "S"]
    assert model.type_of("MODULES") == "bool"
    assert _model({**written, "MODULES": "m"}).type_of("MODULES") == "tristate"
