# SPDX-License-Identifier: GPL-2.0-or-later
"""A converted policy judges configs as the policy that it was made from."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from kpolicy.config.read import parse_config
from kpolicy.policy.edits import line_of
from kpolicy.policy.files.extends import policy_of_text
from kpolicy.policy.files.require_writing import policy_text
from kpolicy.policy.files.requirement import Requirement, config_text
from kpolicy.policy.foreign.policy import Foreign
from kpolicy.policy.judging.required import judge_requirements
from kpolicy.policy.judging.requirements import read_requirements
from kpolicy.run.bare import bare_values
from tests.foreign.samples import FILES, read

_KERNELS = [
    (arch, srcarch, release)
    for arch, srcarch in (("x86_64", "x86"), ("arm64", "arm64"), ("i386", "x86"))
    for release in ("4.4.9", "5.10.3", "6.12.0", "6.18.0-rc1", "7.1.2")
]


def _back(found: Foreign) -> tuple[Requirement, ...]:
    policy = policy_of_text("kpolicy.toml", policy_text(found.requirements, found.waivers, ["the head"]))
    return read_requirements([], policy.require)[0]


def _wanted(item: Requirement) -> str:
    """A value with which a requirement is kept."""
    if item.contains:
        return config_text(",".join(item.contains))
    return item.value or str(item.at_least)


def _other(value: str) -> str:
    """A value of the same type that is another one."""
    if value in ("y", "n", "m"):
        return "n" if value == "y" else "y"
    if value.startswith('"'):
        return '"another"'
    return hex(int(value, 16) + 1) if value[:2] == "0x" else str(int(value) + 1)


def _configs(items: Collection[Requirement]) -> Iterator[str]:
    """Configs in which all is as required, nothing is, every second line is, and there are no lines."""
    kept = {item.symbol: _wanted(item) for item in items if item.value or item.contains or item.at_least is not None}
    for pick in (lambda _: True, lambda _: False, lambda number: number % 2 == 0):
        lines = [
            line_of(name, value if pick(number) else _other(value)) for number, (name, value) in enumerate(kept.items())
        ]
        yield "\n".join(lines)
    yield ""


@pytest.mark.parametrize("spec", FILES)
def test_a_converted_policy_gives_the_same_verdicts(spec: str) -> None:
    found = read(spec)
    again = _back(found)
    unmet: set[str] = set()
    for lines in _configs(found.requirements):
        for arch, srcarch, release in _KERNELS:
            text = f"# Linux/{srcarch} {release} Kernel Configuration\nCONFIG_64BIT={'n' if arch == 'i386' else 'y'}\n"
            text += f"CONFIG_{'ARM64' if arch == 'arm64' else 'X86'}=y\nCONFIG_MODULES=y\n{lines}\n"
            values = bare_values(parse_config(".config", text.encode()), arch)
            one, other = (
                [
                    (finding.rule, finding.severity, finding.symbol, finding.remedy, finding.note, finding.owner)
                    for finding in judge_requirements(values, items, complete=False)
                ]
                for items in (found.requirements, again)
            )
            assert one == other, (arch, release)
            unmet.update(rule for rule, *_ in one)
    assert len(unmet) >= len({item.symbol for item in found.requirements}) // 2, "the verdicts are not empty"


@pytest.mark.parametrize("spec", FILES)
def test_a_converted_policy_is_converted_to_itself(spec: str) -> None:
    found = read(spec)
    once = policy_text(found.requirements, found.waivers, [])
    policy = policy_of_text("kpolicy.toml", once)
    items = [item for item in policy.require if isinstance(item, Requirement)]
    again = policy_text(items, policy.waivers, [])
    kept, expected = ([line for line in text.splitlines() if not line.startswith("#")] for text in (again, once))
    assert kept == expected


def test_what_is_replaced_for_the_same_configs_is_not_converted() -> None:
    """A policy file may not state two values for the same configs; the last one is judged by in either form."""
    group = "<group><config><key>CONFIG_A</key><value type='bool'>{}</value></config></group>\n"
    found = read("android:a.xml", {"a.xml": group.format("y") + group.format("n")})
    assert [item.value for item in found.requirements] == ["y", "n"]
    assert [item.value for item in _back(found)] == ["n"]
