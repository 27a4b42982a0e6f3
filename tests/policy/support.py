# SPDX-License-Identifier: GPL-2.0-or-later
"""Values of small configs on the demonstration tree."""

from __future__ import annotations

from functools import cache

from kpolicy.config.read import parse_config, read_config
from kpolicy.demo import demo_tree
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.policy.rule_tests.examples import Models, demo_models


@cache
def models() -> Models:
    """The models of the demonstration tree, built once for all tests."""
    return demo_models()


def values_of(*lines: str, arch: str = "x86", name: str = "some_defconfig") -> Values:
    """The values of a config: `DEBUG_VM` is CONFIG_DEBUG_VM=y, `!DEBUG_VM` is "is not set", A=1 as it stands."""
    text = "\n".join(_line(line) for line in lines) + "\n"
    return evaluate(models()(arch), parse_config(name, text.encode()), "defconfig")


def values_of_demo(path: str) -> Values:
    """The values of a config of the demonstration tree."""
    arch = "i386" if path.endswith("i386_defconfig") else path.split("/")[1]
    return evaluate(models()(arch), read_config(path, folder=demo_tree()), "defconfig")


def _line(text: str) -> str:
    if text.startswith("!"):
        return f"# CONFIG_{text[1:]} is not set"
    return f"CONFIG_{text}" if "=" in text else f"CONFIG_{text}=y"
