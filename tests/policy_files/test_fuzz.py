# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever a policy file holds: it is read, or there is a UsageError that can be shown."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpolicy.errors import UsageError
from kpolicy.policy.files.extends import load_policy, policy_of_text
from kpolicy.policy.files.shipped import SHIPPED, shipped_text
from kpolicy.policy.files.show import rows

BROKEN = Path(__file__).parent / "broken"
GOOD = """\
extends = ["production", "upstream"]
fail_on = "note"
require = ["tree:kernel/configs/hardening.config"]
[roles]
"arch/x86/**" = "debug"
[roles.reading]
debug = "release-candidate"
[toolchain]
compiler = "gcc-14.2"
pahole = "none"
[rules]
kasan = "off"
"kasan/vmalloc-unwatched" = { enabled = true, severity = "error" }
[[override]]
configs = ["*_defconfig", "a+b"]
[override.rules."slab/*"]
severity = "note"
[[waiver]]
rule = "debug-vm/*"
config = "x86_64_defconfig"
symbol = "DEBUG_VM"
reason = "because"
owner = "somebody"
expires = 2026-12-31
"""
TEXTS = [
    GOOD,
    *(shipped_text(name) for name in SHIPPED),
    *(path.read_bytes().decode("utf-8", "replace") for path in sorted(BROKEN.glob("*.toml"))),
]
PIECES = [
    "[rules]", "[[override]]", "[[waiver]]", "[roles.reading]", "[", "]]", "{", "}", '"', "'", '"""', "=", "= 1",
    "= true", "= []", "= {}", "= [{}]", "= 1979-05-27T07:32:00Z", "= 07:32:00", "= nan", "= -inf", "= 0xdead",
    "rules", "roles", "extends", '"."', "tree:", "\\u0000", "\\", "#", "\n", "\r\n", "\t", "\0", "\x7f", "é", "\u2028",
    "rules.kasan.parameters.a", 'x."y z".1', '= "off"', '= "../.."', "**", "a" * 300,
]  # fmt: skip


def check(error: UsageError, path: str) -> None:
    """An error can be shown, and says where."""
    assert error.exit_status == 2
    assert f"{path}:" in error.render()
    assert ": error: " in error.render()


def read(text: str) -> None:
    try:
        policy = policy_of_text("kpolicy.toml", text)
    except UsageError as error:
        check(error, "kpolicy.toml")
        return
    for config in ("arch/x86/configs/x86_64_defconfig", "a+b", ""):
        found = policy.settings(config)
        assert list(rows(found))
        assert found.rules is not None


@given(st.text(max_size=200))
@example('x = "\\ud800"')
@example("a.b.c = 1\na.b.d = 2\n[a.b]\n")
@example('"" = 1\n[""]\n')
@example("[[roles]]\n[[rules]]\n[[toolchain]]\n")
@example("[[roles.reading]]\n")
@example("rules = { kasan = { parameters = [] } }")
@example("override = [{ configs = '*', rules = { kasan = 'of' } }]")
@example("waiver = [{}, 1]")
@example('extends = "\\u0000/"')
@example('rules_dir = "\\u0000"')
@example('require = "\\u0000"')
@example('[rules."kasan/\\u002a"]\nseverity = 1')
@settings(deadline=None)
def test_any_text(text: str) -> None:
    read(text)


@given(st.integers(0, len(TEXTS) - 1), st.randoms(use_true_random=False), st.integers(1, 6))
@settings(max_examples=400, deadline=None)
def test_damaged_files(number: int, chance: random.Random, times: int) -> None:
    text = TEXTS[number]
    for _ in range(times):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 0, 1, 1, 3, 20)))
        text = text[:start] + chance.choice(("", chance.choice(PIECES), chance.choice(text or " "))) + text[end:]
    read(text)


@given(st.lists(st.sampled_from([*PIECES, *GOOD.splitlines(keepends=True)]), max_size=14).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_pieces_in_any_order(text: str) -> None:
    read(text)


@given(st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kpolicy.toml"
    path.write_bytes(content)
    try:
        load_policy(str(path))
    except UsageError as error:
        check(error, str(path))
