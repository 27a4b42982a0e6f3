# SPDX-License-Identifier: GPL-2.0-or-later
"""Odd input: half of a random config, with wrong values in it, made the same again from the same seed.

`python -m tests.fuzz.generate TREE FOLDER [-n N]` writes `<arch>/<seed>.input`, what
`conf --olddefconfig` makes of it as `<arch>/<seed>.config`, and a `manifest.json`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.oracle.conf import Oracle, Result

ARCHITECTURES = ("x86", "arm64", "arm", "powerpc", "mips", "s390")
_NUMBERS = ("0", "-1", "-2147483649", "1", "7", "31", "64", "4096", "65536", "2147483648", "18446744073709551615")
_BAD_NUMBERS = ("", "x", "1 2", "0x1g", "1e3", '"5"', "007", "0x10", "10", "+3", " 9", "n", "y")
_BAD_HEXES = ("0x0", "0xffffffff", "0xFFFFFFFFFFFFFFFF", "0X1f", "1f", "zz", "", "0x", "-0x1")
_BAD_TRISTATES = ("y", "m", "n", "Y", "2", "yes", "", '"y"', "ym", "mm", "n ")
_BAD_STRINGS = ('""', '"a b"', '"open', "plain", '"a\\"b"', '"a\\\\"', '"two" "words"', '"x" # note', "", '"#"')
_ODD_LINES = (
    "CONFIG_NO_SUCH_SYMBOL=y",
    "# CONFIG_NO_SUCH_SYMBOL is not set",
    "CONFIG_",
    "nonsense",
    "# an ordinary remark",
    "",
    "CONFIG_MODULES",
    " CONFIG_NET=y",
    "# CONFIG_NET is not set at all",
    "# CONFIG_NET=y",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One random input and what conf makes of it."""

    arch: str
    seed: int
    text: bytes
    expected: Result


def mutate(lines: Iterable[str], rng: random.Random) -> list[str]:
    """A random half of `lines`, about one in twenty with another value, a few repeated or out of place."""
    kept = [line for line in lines if line and rng.random() < 0.5]
    result: list[str] = []
    for line in kept:
        draw = rng.random()
        if draw < 0.05:
            line = _other_value(line, rng)
        result.append(line)
        if draw > 0.995:
            result.append(_other_value(rng.choice(kept), rng))
        elif draw > 0.992:
            result.append(rng.choice(_ODD_LINES))
    return result


def _other_value(line: str, rng: random.Random) -> str:
    if line.startswith("# CONFIG_") and line.endswith(" is not set"):
        return f"{line[2:-11]}={rng.choice(_BAD_TRISTATES)}"
    name, equals, value = line.partition("=")
    if not equals:
        return line
    if value in ("y", "m"):
        if rng.random() < 0.5:
            return f"# {name} is not set"
        return f"{name}={rng.choice(_BAD_TRISTATES)}"
    if value.startswith('"'):
        return f"{name}={rng.choice(_BAD_STRINGS)}"
    if value.startswith(("0x", "0X")):
        return f"{name}={rng.choice(_BAD_HEXES)}"
    return f"{name}={rng.choice(_NUMBERS if rng.random() < 0.7 else _BAD_NUMBERS)}"


def sample(oracle: Oracle, arch: str, seed: int) -> Sample:
    """The sample of an architecture and seed."""
    text = sample_text(oracle, arch, seed)
    return Sample(arch, seed, text, oracle.run(arch, "olddefconfig", text))


def sample_text(oracle: Oracle, arch: str, seed: int) -> bytes:
    """The input of an architecture and seed."""
    # A third of them sparse and a third of them full, since most options of an even draw hide each other.
    probability = ("", "20:15:65", "80")[seed % 3]
    variables = {"KCONFIG_SEED": hex(seed + 1)}
    if probability:
        variables["KCONFIG_PROBABILITY"] = probability
    full = oracle.run(arch, "randconfig", variables=variables)
    rng = random.Random(f"{arch} {seed}")
    lines = mutate(full.config.decode("latin-1").split("\n"), rng)
    ending = "\r\n" if seed % 10 == 9 else "\n"
    return (ending.join(lines) + ("" if seed % 10 == 8 else ending)).encode("latin-1")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", type=int, default=40, help="samples of each architecture")
    parser.add_argument("-j", type=int, default=2)
    options = parser.parse_args()
    oracle = Oracle(options.tree)
    for arch in ARCHITECTURES:
        oracle.environment(arch)

    def one(arch: str, seed: int) -> dict[str, object]:
        made = sample(oracle, arch, seed)
        folder: Path = options.folder / arch
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{seed}.input").write_bytes(made.text)
        (folder / f"{seed}.config").write_bytes(made.expected.config)
        name = f"{arch}/{seed}"
        facts = {"input": f"{name}.input", "output": f"{name}.config", "mode": "olddefconfig"}
        return {"name": name, "arch": arch, **facts, "status": made.expected.status, "stderr": made.expected.stderr}

    jobs = [(arch, seed) for seed in range(options.n) for arch in ARCHITECTURES]
    with ThreadPoolExecutor(options.j) as pool:
        manifest = list(pool.map(lambda job: one(*job), jobs))
    (options.folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    print(f"{len(manifest)} samples, {sum(bool(entry['status']) for entry in manifest)} with a bad exit status")
    return 0


if __name__ == "__main__":
    sys.exit(main())
