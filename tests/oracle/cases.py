# SPDX-License-Identifier: GPL-2.0-or-later
"""What is compared: every config file of a tree, every fragment on its default config, the presets."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.oracle.conf import PRESETS, Oracle, Result

_LARGE = ("arm", "mips", "powerpc", "sh")
_WHOLE = ("x86", "arm64", "um")


@dataclass(frozen=True, slots=True)
class Case:
    """One run of `conf`.

    `inputs` are tree-relative files whose joined text is the input; `mode` is "defconfig",
    "olddefconfig" or a preset.  `expanded_first` means `make X_defconfig fragment.config`: the first
    input is expanded, the others are appended to that, and the whole is completed by olddefconfig.
    `generated` tells that the first input is the name of a target that make puts together itself.
    """

    name: str
    arch: str
    mode: str
    inputs: tuple[str, ...] = ()
    expanded_first: bool = False
    generated: bool = False


def architectures(tree: Path) -> list[str]:
    """The folders of `arch/` that have a Kconfig file."""
    return sorted(path.parent.name for path in tree.glob("arch/*/Kconfig"))


def defconfigs(tree: Path, arch: str) -> list[str]:
    """The tree-relative names of all `*defconfig` files of an architecture, subfolders included."""
    found = (tree / "arch" / arch / "configs").rglob("*defconfig")
    return sorted(path.relative_to(tree).as_posix() for path in found if path.is_file())


def fragments(tree: Path, arch: str) -> list[str]:
    """The tree-relative names of the fragments that make would take for an architecture."""
    found = [*(tree / "kernel" / "configs").glob("*.config"), *(tree / "arch" / arch / "configs").rglob("*.config")]
    return sorted(path.relative_to(tree).as_posix() for path in found)


def cases(oracle: Oracle, archs: list[str] | None = None) -> Iterator[Case]:
    """Every case of a tree."""
    for arch in archs or architectures(oracle.tree):
        for path in defconfigs(oracle.tree, arch):
            yield Case(f"{arch}/{_short(path, arch)}", arch, "defconfig", (path,))
        default = oracle.default_config(arch)
        base = default or f"arch/{arch}/configs/{oracle.environment(arch)['KBUILD_DEFCONFIG']}"
        for path in fragments(oracle.tree, arch):
            name = f"{arch}/{_short(base, arch)}+{_short(path, arch)}"
            generated = default is None
            yield Case(name, arch, "defconfig", (base, path), generated=generated)
            yield Case(f"{name}.merged", arch, "olddefconfig", (base, path), expanded_first=True, generated=generated)
        for preset in PRESETS:
            yield Case(f"{arch}/{preset}", arch, preset)


def is_sampled(case: Case) -> bool:
    """Whether `make test` takes the case, which a fresh machine has to run conf for.

    Left out are five of six defconfigs of the four architectures that have the most, and six of ten of the others'
    (x86, arm64 and um stay whole); two thirds of the presets and of the stacks that have to do with debugging, and
    nineteen of twenty others.  `make oracle` takes everything.
    """
    if len(case.inputs) == 1:
        return is_sampled_defconfig(case.arch, case.inputs[0])
    share = 0.34 if not case.inputs or "debug" in case.inputs[-1] else 0.05
    return random.Random(case.name).random() < share


def is_sampled_defconfig(arch: str, path: str) -> bool:
    """Whether `make test` compares a defconfig."""
    return arch in _WHOLE or random.Random(path).random() < (0.16 if arch in _LARGE else 0.4)


GROUPS = {
    "arm": ["arm"],
    "powerpc": ["powerpc"],
    "mips": ["mips"],
    "sh": ["sh"],
    "x86 and arm64": ["x86", "arm64", "um"],
    "others": [],
}
"""Architectures that make about the same work, for tests side by side; an empty list stands for all others."""


def group(tree: Path, name: str) -> list[str]:
    """The architectures of a group that a tree has."""
    present = architectures(tree)
    named = {arch for archs in GROUPS.values() for arch in archs}
    if not GROUPS[name]:
        return [arch for arch in present if arch not in named]
    return [arch for arch in GROUPS[name] if arch in present]


def defconfig_sample(oracle: Oracle, key: str, count: int = 25) -> list[tuple[str, str]]:
    """Some defconfigs drawn at random, each with its architecture, for what takes conf one more run each."""
    every = [(arch, path) for arch in architectures(oracle.tree) for path in defconfigs(oracle.tree, arch)]
    compared = [pair for pair in every if is_sampled_defconfig(*pair)]
    return sorted(random.Random(key).sample(compared, count))


def ask_for_minimal(oracle: Oracle, arch: str, path: str) -> bytes:
    """What `conf --savedefconfig` makes of an expanded defconfig."""
    return oracle.run(arch, "savedefconfig", run_defconfig(oracle, arch, path).config).config


def run_defconfig(oracle: Oracle, arch: str, path: str) -> Result:
    """What conf makes of a defconfig, and the lines that it passes over, which it is asked to name."""
    return oracle.run(arch, "defconfig", path=path, variables={"KCONFIG_WARN_UNKNOWN_SYMBOLS": "1"})


def case_input(oracle: Oracle, case: Case) -> bytes | None:
    """The text that `conf` is given; None for a preset."""
    if not case.inputs:
        return None
    first, *others = case.inputs
    if case.generated:
        text = generated_default(oracle, case.arch)
    elif case.expanded_first:
        text = run_defconfig(oracle, case.arch, first).config
    else:
        text = (oracle.tree / first).read_bytes()
    for path in others:
        text = join(text, (oracle.tree / path).read_bytes())
    return text


def join(first: bytes, second: bytes) -> bytes:
    """Two config files, one after the other, also when the first lacks its last newline."""
    return first + (b"" if not first or first.endswith(b"\n") else b"\n") + second


def run_case(oracle: Oracle, case: Case) -> Result:
    """The oracle's answer to a case."""
    if case.mode == "defconfig" and len(case.inputs) == 1:
        return run_defconfig(oracle, case.arch, case.inputs[0])
    return oracle.run(case.arch, case.mode, case_input(oracle, case))


def generated_default(oracle: Oracle, arch: str) -> bytes:
    """The `.config` of `make defconfig`, for the architectures whose default make puts together."""
    stored = oracle.build / f"default.{arch}.config"
    if not stored.is_file():
        with tempfile.NamedTemporaryFile(dir=oracle.build, delete=False) as file:
            file.write(oracle.default(arch))
        os.replace(file.name, stored)
    return stored.read_bytes()


def _short(path: str, arch: str) -> str:
    """A file name that tells files of different folders apart."""
    return path.removeprefix(f"arch/{arch}/configs/").removeprefix("kernel/configs/").replace("/", "__")
