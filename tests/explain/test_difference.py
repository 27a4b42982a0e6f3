# SPDX-License-Identifier: GPL-2.0-or-later
"""Two configs of one model: what differs is what .config shows, and every change goes back to a line that differs."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpolicy.config.read import parse_config
from kpolicy.errors import InputError
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.effect import effect
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.difference import change
from kpolicy.explain.origins import Differing
from kpolicy.explain.value_change import changed
from kpolicy.kconfig.model import Model
from tests.kconfig.generate import config, kconfig
from tests.kconfig.small import load, make_tree


def _written(values: Values) -> dict[str, str]:
    lines = dotconfig(values).decode().splitlines()
    return dict(line.removeprefix("CONFIG_").split("=", 1) for line in lines if line.startswith("CONFIG_"))


@given(seed=st.integers(0, 1 << 32))
@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.parametrize("old_dialect", [False, True])
def test_every_change_goes_back_to_a_line(seed: int, old_dialect: bool, tmp_path: Path) -> None:
    random = Random(seed)
    shutil.rmtree(tmp_path / "tree", ignore_errors=True)
    text = kconfig(random, tristate_choices=old_dialect)
    first, second = config(random), config(random)
    try:
        model = load(make_tree(tmp_path / "tree", {"Kconfig": text}))
        configs = [parse_config("config", lines) for lines in (first, second)]
    except InputError:
        # No model, or no line at all.
        return
    before, after = (evaluate(model, item, "olddefconfig") for item in configs)
    names = changed(effect(before), effect(after))
    old, new = _written(before), _written(after)
    assert set(names) == {name for name in {*old, *new} if old.get(name) != new.get(name)}
    others = frozenset(names)
    differing = Differing(before, after)
    assert {name for name in model.names() if name in differing} == others
    changes = {name: change(before, after, name, others) for name in names}
    for item in changes.values():
        seen: list[str] = []
        root = item
        while root.through is not None:
            assert root.through in changes, root
            if root.through in seen:
                # Members of a choice, of which several can be m in an old dialect, may name each other.
                choices = {symbol.choice for name in seen if (symbol := model.symbol(name))}
                assert choices != {None}, f"in a circle: {seen}\n{text}\n{first.decode()}---\n{second.decode()}"
                break
            seen.append(root.through)
            root = changes[root.through]
        else:
            assert root.why == "line", f"{root}\n{text}\n{first.decode()}---\n{second.decode()}"


def test_an_effect_is_that_of_the_whole_config(demo: Path) -> None:
    model: Model = load(demo)
    for name in ("x86_64_defconfig", "debug_defconfig", "fuzz_defconfig"):
        values = evaluate(model, parse_config(name, (demo / "arch/x86/configs" / name).read_bytes()), "defconfig")
        whole = _written(values)
        assert {key: text for key, text in effect(values).items() if not whole[key].startswith('"')} == {
            key: text for key, text in whole.items() if not text.startswith('"')
        }
        assert effect(values).keys() == whole.keys()


def test_a_value_that_other_kconfig_lines_limit_is_told_with_the_limit(tmp_path: Path) -> None:
    head = 'config MODULES\n\tbool "modules"\n\tmodules\n\tdefault y\n\nconfig A\n\ttristate "a"\n\n'
    kconfig = f'{head}config X\n\ttristate "x"\n'
    config = parse_config("config", b"CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_X=y\n")
    before, after, gone = (
        evaluate(load(make_tree(tmp_path / name, {"Kconfig": text})), config)
        for name, text in (("old", kconfig), ("new", f"{kconfig}\tdepends on A\n"), ("gone", head))
    )
    limited = change(before, after, "X", frozenset({"X"}))
    assert (limited.why, limited.text) == ("kconfig", "CONFIG_X=y, limited to m by A")
    lost = change(after, gone, "X", frozenset({"X"}))
    assert (lost.why, lost.text) == ("gone", "no longer defined; it was set by CONFIG_X=y, limited to m by A")


def test_a_number_out_of_range_is_told_as_such(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": 'config N\n\tint "n"\n\trange 1 5\n\tdefault 2\n'}))
    before, after = (evaluate(model, parse_config("config", f"CONFIG_N={n}\n".encode())) for n in (3, 9))
    assert change(before, after, "N", frozenset({"N"})).text == "CONFIG_N=9, outside its range"


def test_a_prompt_that_comes_and_goes_is_told_as_such(tmp_path: Path) -> None:
    text = 'config ONUS\n\tbool "onus"\n\nconfig KEYDIR\n\tstring "keys" if ONUS\n'
    model = load(make_tree(tmp_path, {"Kconfig": text}))
    off, on = (evaluate(model, parse_config("a.config", line)) for line in (b"", b"CONFIG_ONUS=y\n"))
    others = frozenset({"ONUS", "KEYDIR"})
    gone, back = change(on, off, "KEYDIR", others), change(off, on, "KEYDIR", others)
    assert (gone.text, gone.through) == ("its prompt is no longer visible", "ONUS")
    assert (back.text, back.through) == ("its prompt is visible now", "ONUS")
