# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rows are measured with, and the states that a cache can be in."""

from __future__ import annotations

import lzma
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.bench.sides import TODAY, LeftOut, Side, Words
from tests.oracle.cases import architectures, defconfigs

PROCESSORS = 2
DEFCONFIG = "arch/x86/configs/x86_64_defconfig"


@dataclass(frozen=True)
class Setting:
    """Both kpolicies (that of the earlier commit where it is to be had), a tree, a folder to work in, how many runs."""

    now: Side
    before: Side | None
    tree: Path
    older: Path
    full_configs: tuple[Path, ...]
    scratch: Path
    times: int

    @property
    def today(self) -> Side:
        """The earlier kpolicy; raises LeftOut where there is none."""
        if self.before is None:
            raise LeftOut(f"commit {TODAY} is not in this repository")
        return self.before

    @cached_property
    def configs(self) -> tuple[str, ...]:
        """All defconfigs of the tree."""
        return tuple(path for arch in architectures(self.tree) for path in defconfigs(self.tree, arch))

    def cache(self, name: str) -> Path:
        """A cache folder, made when it is first used."""
        folder = self.scratch / "caches" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def full_config(self, number: int) -> Path:
        """One of Debian's own .config files, unpacked: peers read no .xz."""
        if number >= len(self.full_configs):
            raise LeftOut("no linux-config package: run `make trees`")
        target = self.scratch / f"full-{number}.config"
        if not target.exists():
            target.write_bytes(lzma.decompress(self.full_configs[number].read_bytes()))
        return target

    def copy(self, name: str) -> Path:
        """A copy of the tree that may be changed."""
        return Path(shutil.copytree(self.tree, self.scratch / name, symlinks=True))


def audit(tree: Path, jobs: int = PROCESSORS) -> Words:
    """The words that audit a tree."""
    return ["audit", tree, "-j", str(jobs)]


def check(tree: Path) -> Words:
    """The words that check x86_64_defconfig of a tree."""
    return ["check", "--tree", tree, "--arch", "x86", DEFCONFIG]


def emptied(cache: Path) -> Path:
    """A cache folder with nothing in it."""
    shutil.rmtree(cache)
    cache.mkdir()
    return cache


def without_results(cache: Path) -> Path:
    """A cache folder that has lost what is remembered about configs, but no model."""
    for path in cache.glob("kpolicy/*.result"):
        path.unlink()
    return cache


def snapshot(cache: Path, target: Path) -> Path:
    """What a cache holds now, in another folder, by hard links: kpolicy replaces files and never changes one."""
    if target.exists():
        shutil.rmtree(target)
    return Path(shutil.copytree(cache, target, copy_function=os.link))
