# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies in use, against a second, small reading of the same files that knows no more than they need.

They are no part of the project: they are looked for in `shared/policies` beside it, and skipped without them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

import pytest

from kpolicy.config.read import read_config
from kpolicy.evaluate.values import Values
from kpolicy.policy.files.requirement import Requirement
from kpolicy.policy.files.spec import parse_spec
from kpolicy.policy.foreign.policy import Folder, Foreign
from kpolicy.policy.foreign.read import read_foreign
from kpolicy.policy.judging.requirements import effective, requirements_of

_POLICIES = Path(__file__).resolve().parents[2].parent / "shared" / "policies"
_SYZKALLER = _POLICIES / "syzkaller"
_POSTMARKETOS = _POLICIES / "postmarketos" / "kconfigcheck.toml"
_ANDROID = sorted((_POLICIES / "android" / "r").glob("*"))

pytestmark = pytest.mark.skipif(not _POLICIES.is_dir(), reason="no shared/policies beside the project")

Wanted: TypeAlias = set[tuple[str, str]]


def values(arch: str, srcarch: str, release: str, *, is_64: bool = True) -> Values:
    """As much of a kernel as a scope without a condition asks about."""
    model = SimpleNamespace(version=release, architecture=arch, srcarch=srcarch)
    return cast("Values", SimpleNamespace(model=model, is_on=lambda _name: is_64))


@cache
def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").split("\n")


@cache
def foreign(word: str) -> Foreign:
    spec = parse_spec(word)
    assert spec is not None
    return read_foreign(spec, Folder())


def wanted(items: Iterable[Requirement]) -> Wanted:
    return {(item.symbol, " ".join(sorted((*item.values, *item.contains)))) for item in items}


# syzkaller


class _Bits:
    """The lines of syz-kconf's files, by regular expressions."""

    def __init__(self) -> None:
        main = (_SYZKALLER / "main.yml").read_text(encoding="utf-8")
        first, second = re.split(r"^includes:", main, flags=re.MULTILINE)
        row = re.compile(r"^ - ([\w.-]+):\s*\[(.*)\]", re.MULTILINE)
        self.instances = {name: set(words.split(", ")) for name, words in row.findall(first)}
        self.includes = [(name, [word for word in words.split(", ") if word]) for name, words in row.findall(second)]

    @staticmethod
    def lines(name: str) -> Iterator[tuple[str, list[str]]]:
        """Symbols, with the words after them; a text keeps its quotes."""
        config = (_SYZKALLER / "bits" / name).read_text(encoding="utf-8").partition("\nconfig:\n")[2]
        for line in config.split("\n"):
            match = re.match(r'\s*- (\w+)(?::\s*(?:\[(.*)\]|("[^"]*"|\S+)))?\s*(?:#.*)?$', line)
            assert match or not line.strip() or line.strip().startswith("#"), line
            if match:
                words = re.findall(r'"[^"]*"|[^,\s]+', match[2]) if match[2] is not None else [match[3]]
                yield match[1], [word for word in words if word]

    def fragment(self, instance: str, release: tuple[int, int]) -> tuple[dict[str, str], set[str]]:
        """The values by symbol, and those that may be missing."""
        have = self.instances[instance] | {f"v{a}.{b}" for a in range(8) for b in range(100) if (a, b) <= release}
        merged: dict[str, tuple[str, list[str], bool]] = {}
        for name, needed in self.includes:
            fits = all((word[1:] not in have) if word[0] == "-" else word in have for word in needed)
            if not fits and not ("reduced" in have and "-reduced" in needed):
                continue
            for symbol, words in self.lines(name):
                own = [word for word in words if re.match(r'"|n$|y$|\d', word)]
                value = own[-1] if own else "y"
                if not fits and value not in ("y", "n"):
                    continue
                if "append" in words:
                    merged[symbol] = (f"{merged[symbol][0][:-1]} {value[1:]}", *merged[symbol][1:])
                    continue
                assert fits is False or symbol not in merged or {"override", "weak"}.intersection(words), symbol
                rest = [word for word in words if word not in (*own, "override", "optional", "weak")]
                weak = not fits or "weak" in words or "optional" in words
                merged[symbol] = (value if fits else "n", rest, weak)
        found = {
            symbol: (value, weak)
            for symbol, (value, rest, weak) in merged.items()
            if all((word[1:] not in have) if word[0] == "-" else word in have for word in rest)
        }
        return {name: value for name, (value, _) in found.items()}, {name for name, (_, weak) in found.items() if weak}


@pytest.mark.parametrize("release", [(5, 4), (6, 1), (6, 12), (7, 1)], ids=lambda item: f"{item[0]}.{item[1]}")
@pytest.mark.parametrize(
    ("instance", "arch", "srcarch"),
    [
        ("upstream-selinux-kasan", "x86_64", "x86"),
        ("upstream-arm64-mte", "arm64", "arm64"),
        ("upstream-kexec", "x86_64", "x86"),
        ("android-5.15-cuttlefish", "x86_64", "x86"),
        ("stable-6.1-arm64-kasan", "arm64", "arm64"),
        ("upstream-s390-kasan", "s390", "s390"),
    ],
)
def test_syzkaller(instance: str, arch: str, srcarch: str, release: tuple[int, int]) -> None:
    found = foreign(f"syz:{_SYZKALLER / 'main.yml'}@{instance}").requirements
    # The lines of `verbatim` are no definitions.
    kept = effective(values(arch, srcarch, f"{release[0]}.{release[1]}.3"), found, "")
    kept = tuple(item for item in kept if not re.match(r"CONFIG_|# CONFIG_", item.line.strip()))
    expected, weak = _Bits().fragment(instance, release)
    assert wanted(kept) == set(expected.items())
    assert {item.symbol for item in kept if item.if_exists} == weak
    assert len(kept) >= 100


def test_every_instance_of_syzkaller_is_read() -> None:
    bits = _Bits()
    assert len(bits.instances) >= 40
    build = ("kernel:", "shell:", "compiler: /usr/bin/clang")
    for name in list(bits.instances)[::10]:
        found = foreign(f"syz:{_SYZKALLER / 'main.yml'}@{name}")
        assert found.requirements
        assert {item.text for item in found.left_out} <= set(build)
        for item in found.requirements:
            text = _lines(item.location.path)[item.location.line - 1]
            assert re.search(rf"\b(CONFIG_)?{item.symbol}\b", text)


# postmarketOS


def _older(release: str, bound: str) -> bool:
    def key(text: str) -> tuple[list[int], int]:
        number, _, candidate = text.partition("_rc")
        return [int(part) for part in number.split(".")], int(candidate or 1000)

    (one, first), (other, second) = key(release), key(bound)
    width = max(len(one), len(other))
    one, other = (item + [0] * (width - len(item)) for item in (one, other))
    return (one, first) < (other, second)


def _checked(data: dict[str, Any], categories: set[str], arch: str, release: str) -> Wanted:
    found: Wanted = set()
    for key, tables in data.items():
        if key == "aliases" or not {word[9:] for word in key.split()} <= categories:
            continue
        for bounds, by_arch in tables.items():
            if any(_older(release, word.lstrip("<>=")) is word.startswith(">=") for word in bounds.split()):
                continue
            for archs, options in by_arch.items():
                if archs == "all" or arch in archs.split():
                    for symbol, value in options.items():
                        if isinstance(value, list):
                            text = " ".join(sorted(value))
                        else:
                            text = {"y": "m y", "m": "m y", "n": "n"}.get(value, f'"{value}"')
                        found.add((symbol, text))
    return found


_KERNELS = [
    (arch, release)
    for arch in (("x86_64", "x86_64", "x86"), ("x86", "i386", "x86"), ("aarch64", "arm64", "arm64"))
    for release in ("4.19.5", "5.14.0", "6.1.9", "6.18_rc3", "7.2.0")
]


@pytest.mark.parametrize("category", ["community", "waydroid", "hardening,uefi", "selinux", ""])
def test_postmarketos(category: str) -> None:
    data = tomllib.loads(_POSTMARKETOS.read_text(encoding="utf-8"))
    categories = {"default"}
    for name in category.split(","):
        categories.update(word[9:] for word in data["aliases"].get(name, [f"category:{name}"]))
    found = foreign(f"pmos:{_POSTMARKETOS}{'@' if category else ''}{category}")
    assert not found.left_out
    for (arch, word, srcarch), release in _KERNELS:
        kernel = values(word, srcarch, release.replace("_rc", ".0-rc"), is_64=word != "i386")
        assert wanted(effective(kernel, found.requirements, "")) == _checked(data, categories, arch, release)


def test_every_category_of_postmarketos_is_read() -> None:
    text = _POSTMARKETOS.read_text(encoding="utf-8")
    names = sorted(set(re.findall(r'^\["category:(\w+)"', text, re.MULTILINE)))
    found = foreign(f"pmos:{_POSTMARKETOS}@{','.join(names)}").requirements
    options = re.findall(r"^(?!community\b)\w+ = ", text, re.MULTILINE)
    places = {item.location.line for item in found}
    assert len(places) == len(options)
    # What is required in two tables for the same configs counts once.
    assert len(found) == len(options)


# Android

_TAGS = r"<key>(\w+)</key>\s*<value type=\"(\w+)\">(\S*?)</value>"


def _text_of(conditions: list[tuple[str, str, str]]) -> str:
    return " && ".join(f"!{key[7:]}" if value == "n" else f"{key[7:]} = {value}" for key, _, value in conditions)


@pytest.mark.parametrize("folder", _ANDROID, ids=lambda path: path.name)
def test_android(folder: Path) -> None:
    path = folder / "android-base-conditional.xml"
    found = foreign(f"android:{path}")
    expected = set()
    content = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for group in re.findall(r"<group>(.*?)</group>", content, re.DOTALL):
        before, _, after = group.rpartition("</conditions>")
        conditions = re.findall(_TAGS, before)
        for key, _, value in re.findall(_TAGS, after):
            if key.startswith("CONFIG_"):
                expected.add((key[7:], value, _text_of(conditions)))
            else:
                ((first, _, _),) = conditions
                expected.add((first[7:], "m y", ""))
    assert {
        (item.symbol, " ".join(sorted(item.values)), str(item.scope.when or "")) for item in found.requirements
    } == expected
    assert len(found.requirements) >= 15
    assert [item.text for item in found.left_out] == re.findall("<kernel.*/>", content)


@pytest.mark.parametrize(
    "path", [path for folder in _ANDROID for path in sorted(folder.glob("*.config"))], ids=lambda path: path.stem
)
def test_fragments_of_android(path: Path) -> None:
    expected: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"CONFIG_(\w+)=(.*)|# CONFIG_(\w+) is not set", line)
        assert match or not line.strip() or line.startswith("#"), line
        if match:
            expected[match[1] or match[3]] = match[2] or "n"
    assert wanted(requirements_of(read_config(str(path)))) == set(expected.items())
