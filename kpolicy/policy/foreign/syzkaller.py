# SPDX-License-Identifier: GPL-2.0-or-later
"""syzkaller: the instances of dashboard/config/linux/main.yml and its bits, as tools/syz-kconf reads them.

An instance is a set of features.  The files of `includes` whose features it has are merged in their order.  A symbol is
defined once, unless the later one says `override`; `weak` is override and optional, `append` adds to a text.  A file
that only `-reduced` keeps out turns what it enables off, weakly.  A definition counts where all its constraints hold:
features of the instance, `v5.8` from that release on, `-v6.8` before it.  syz-kconf does not fail for an optional one:
it is a note here, for kernels that have the symbol.  NAME-base is the instance with the features `baseline` and
`base-config`.

Nothing of `shell` is run; it, `kernel`, `compiler` and `linker` say how a kernel is built and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kpolicy.errors import InputError, UsageError
from kpolicy.frozen import replace
from kpolicy.kernel.version import KernelVersion
from kpolicy.policy.files.requirement import Requirement, Scope, release
from kpolicy.policy.foreign.config_lines import fault, is_value
from kpolicy.policy.foreign.policy import Files, Foreign, LeftOut, Text, finish, join, unknown_section
from kpolicy.policy.foreign.syzkaller_bits import Bit, Option, check_keys, read_bit, words_of
from kpolicy.policy.foreign.yaml_tree import Items, Pairs, Scalar, yaml_tree

ARCHITECTURES: Final = ("arm", "arm64", "i386", "mips", "powerpc", "riscv", "s390", "x86_64")
"""The features that are an ARCH word (sys/targets of syzkaller); an instance has one of them."""

_MAIN_KEYS: Final = ("instances", "includes")
_BUILD: Final = "it says how the kernel is built"
_UNUSED: Final = "_"
_REDUCED: Final = "reduced"
_BASE: Final = ("baseline", "base-config")
_RELEASE: Final = re.compile(r"v([0-9]+)\.([0-9]+)\Z")
_LINE: Final = re.compile(r"CONFIG_([A-Za-z0-9_]+)=(.+)|# CONFIG_([A-Za-z0-9_]+) is not set")


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of one instance."""
    main = _Main(files.text(path))
    includes = list(main.includes())
    main.text.finish()
    features = main.features(section)
    bits = [(main.bit(files, name), needed) for name, needed in includes]
    _check_features((bit for bit, _ in bits), main.all_features())
    finish([main.text, *(bit.text for bit, _ in bits)])
    merged = _Merged()
    for bit, needed in bits:
        if _holds(needed, features):
            merged.add(bit)
        elif _REDUCED in features and f"-{_REDUCED}" in needed:
            merged.add_reduced(bit)
    finish(dict.fromkeys(merged.texts))
    (architecture,) = [feature for feature in ARCHITECTURES if feature in features]
    scope = Scope(((architecture,),))
    options = (_requirement(item, features, scope) for item in merged.options.values())
    found = [item for item in options if item is not None]
    return Foreign((*found, *merged.verbatim(scope)), tuple(merged.left_out))


class _Main:
    """main.yml: the instances and the files that they include."""

    def __init__(self, text: Text) -> None:
        self.text = text
        tree = yaml_tree(text)
        self._tree = tree if isinstance(tree, Pairs) else Pairs((), 1, 1)
        if not isinstance(tree, Pairs):
            self.text.complain(1, "not main.yml of syz-kconf", hint="expected the keys instances and includes")
        check_keys(text, self._tree, _MAIN_KEYS)
        self._bits: dict[str, Bit] = {}
        self._instances: dict[str, tuple[Scalar, tuple[str, ...]]] = {}
        self._unused: tuple[str, ...] = ()
        for key, features in self._rows("instances"):
            words = tuple(item.value for item in features)
            if key.value == _UNUSED:
                self._unused = words
            elif key.value in self._instances:
                first = self._instances[key.value][0].line
                self.text.complain(key.line, f"{key.value!r} is also on line {first}", at=key.column)
            else:
                self._instances[key.value] = (key, words)

    def _rows(self, key: str) -> Iterator[tuple[Scalar, list[Scalar]]]:
        """A list of `NAME: [features]`."""
        node = self._tree.get(key)
        if node is None:
            self.text.complain(self._tree.line, f"the key {key!r} is missing")
        elif not isinstance(node, Items):
            self.text.complain(node.line, f"{key!r} must be a list", at=node.column)
        for item in node.items if isinstance(node, Items) else ():
            if not isinstance(item, Pairs) or len(item.pairs) != 1:
                self.text.complain(item.line, "expected NAME: [features]", at=item.column)
                continue
            name, words = item.pairs[0]
            yield name, words_of(self.text, words)

    def features(self, name: str) -> frozenset[str]:
        """The features of an instance; raises UsageError."""
        base = name.removesuffix("-base")
        if name not in self._instances and (base == name or base not in self._instances):
            unknown_section(self.text.path, "instance", name, list(self._instances))
        key, words = self._instances[name if name in self._instances else base]
        found = frozenset((*words, *(_BASE if name not in self._instances else ())))
        archs = [word for word in ARCHITECTURES if word in found]
        if len(archs) != 1:
            what = f"{' and '.join(archs)}: more than one architecture" if archs else "no architecture"
            hint = f"one of the features is {', '.join(ARCHITECTURES)}"
            raise self.text.error(key.line, f"{name} has {what}", at=key.column, hint=hint)
        return found

    def includes(self) -> Iterator[tuple[Scalar, tuple[str, ...]]]:
        """The files and the features that each needs."""
        for name, features in self._rows("includes"):
            yield name, tuple(item.value for item in features)

    def all_features(self) -> frozenset[str]:
        """The features of all instances."""
        return frozenset((*self._unused, *_BASE, *(word for _, words in self._instances.values() for word in words)))

    def bit(self, files: Files, name: Scalar) -> Bit:
        """A file of the folder `bits`; raises UsageError at its name for one that cannot be read."""
        found = self._bits.get(name.value)
        if found is None:
            try:
                text = files.text(join(join(self.text.path, "bits/"), name.value))
            except (UsageError, InputError) as error:
                if error.source_line is not None:
                    raise
                raise self.text.error(name.line, f"{name.value}: {error.message}", at=name.column) from None
            found = self._bits[name.value] = read_bit(text)
        return found


def _check_features(bits: Iterable[Bit], known: frozenset[str]) -> None:
    for bit in bits:
        for option in bit.options:
            for word in option.constraints:
                feature = word.removeprefix("-")
                if feature not in known and not _RELEASE.match(feature):
                    line = option.node.line
                    bit.text.complain(line, f"unknown feature {word!r}", at=word)


class _Merged:
    """The definitions of an instance while its files are merged."""

    def __init__(self) -> None:
        self.options: dict[str, Option] = {}
        self.left_out: list[LeftOut] = []
        self.texts: list[Text] = []
        self._verbatim: list[tuple[Text, Scalar]] = []
        self._build: dict[str, tuple[Text, int]] = {}

    def add(self, bit: Bit) -> None:
        """Merge a file."""
        self.texts.append(bit.text)
        for key, line in bit.build:
            first = self._build.get(key)
            if first is not None and key != "shell":
                place = first[0].location(first[1])
                bit.text.complain(line, f"{key!r} is set twice", at=key, hint=f"the first is at {place}")
            self._build[key] = (bit.text, line)
            self.left_out.append(bit.text.left_out(line, _BUILD))
        if bit.verbatim is not None:
            self._verbatim.append((bit.text, bit.verbatim))
        for option in bit.options:
            self._merge(option)

    def add_reduced(self, bit: Bit) -> None:
        """Turn off what a file would enable."""
        self.texts.append(bit.text)
        for option in bit.options:
            if option.value in ("y", "n"):
                self._merge(replace(option, value="n", optional=True, override=True))

    def _merge(self, option: Option) -> None:
        text, line, name = option.text, option.node.line, option.name
        before = self.options.get(name)
        if before is None:
            if option.override and not option.optional:
                text.complain(line, f"nothing to override: {name} is not defined before", at=option.node.column)
            self.options[name] = option
        elif not option.override:
            hint = f"the first is at {before.text.location(before.node.line)}; a later one says override or weak"
            text.complain(line, f"{name} is defined twice", at=option.node.column, hint=hint)
        elif option.append:
            if not (before.value.endswith('"') and option.value.startswith('"')):
                text.complain(line, f"only texts can be appended to {name}", at=option.node.column)
                return
            self.options[name] = replace(before, value=f"{before.value[:-1]} {option.value[1:]}")
        else:
            self.options[name] = option

    def verbatim(self, scope: Scope) -> Iterator[Requirement]:
        """The lines that are added to a config as they are, whether or not the kernel has their symbols."""
        for text, node in self._verbatim:
            first = node.line + 1 if node.quote in ("|", ">") else node.line
            for number, line in enumerate(node.value.split("\n"), first):
                match = _LINE.fullmatch(line.strip())
                if match is not None and is_value(match[2] or "n"):
                    name, value = match[1] or match[3], match[2] or "n"
                    yield text.require(number, name, (value,), if_exists=True, severity="note", scope=scope)
                elif (why := fault(line.strip()) if match is None else "not a value") is not None:
                    self.left_out.append(text.left_out(number, why))


def _requirement(option: Option, features: frozenset[str], scope: Scope) -> Requirement | None:
    """What a definition requires of an instance; None where a feature of the instance rules it out."""
    releases: list[str] = []
    for word in option.constraints:
        feature = word.removeprefix("-")
        if _RELEASE.match(feature):
            releases.append(word)
        elif (feature in features) is word.startswith("-"):
            return None
    since, before = _bounds(releases)
    return option.text.require(
        option.node.line,
        option.name,
        (option.value,),
        if_exists=option.optional,
        severity="note" if option.optional else None,
        scope=replace(scope, since=since, before=before),
        why=option.text.comment_above(option.node.line),
    )


def _bounds(words: Iterable[str]) -> tuple[KernelVersion | None, KernelVersion | None]:
    since: KernelVersion | None = None
    before: KernelVersion | None = None
    for word in words:
        found = release(word.removeprefix("-"))
        if word.startswith("-"):
            before = found if before is None else min(before, found)
        else:
            since = found if since is None else max(since, found)
    return since, before


def _holds(needed: Iterable[str], features: frozenset[str]) -> bool:
    return all((word.removeprefix("-") in features) is not word.startswith("-") for word in needed)
