# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps of the lab: what is done is not done again, what fails says why.  No kernel is built or booted here."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lab import boot as booting
from lab.boot import boot_kernel, find_busybox, is_booted, log_of
from lab.build import CONFIG, IMAGE, SECTIONS, SYMBOLS, inputs_of, is_built
from lab.data import write
from lab.kernel import Kernel, LabError, find_kernel
from lab.machine import MACHINES
from lab.recipe import BASE, Boot, Build, Recipes

_CONSOLE = """\
MemTotal:        1019048 kB
MemFree:         {free} kB
PerCpuLists: 7284 kB
[    0.280040] Run /init as init process
[    1.300000] lab: ls
[    1.400000] lab: fork
[    1.500000] lab: end
page_owner is disabled
LAB end
"""
_CONFIG = """\
#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 6.12.117 Kernel Configuration
#
CONFIG_64BIT=y
CONFIG_X86=y
"""
_RECIPES = Recipes(
    (Build(name=BASE, lines=("CONFIG_64BIT=y",)),),
    (
        Boot(name=BASE, build=BASE),
        Boot(name="owner", build=BASE, parameters="page_owner=on", against=BASE, options=("PAGE_OWNER",)),
        Boot(name="off", build=BASE, expect=("page_owner is disabled", "something else"), rules=("a/b",), shows="it"),
    ),
    (),
)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    kernel = Kernel(tmp_path / "linux", MACHINES["x86_64"], tmp_path / "work", "6.12.117", "gcc 12", "QEMU 7")
    folder = kernel.results(BASE)
    folder.mkdir(parents=True)
    for name in (CONFIG, IMAGE, SYMBOLS, SECTIONS):
        (folder / name).write_text(_CONFIG if name == CONFIG else "")
    base = _RECIPES.build(BASE)
    (folder / "made-from").write_text(inputs_of(kernel, base, base) + "\n")
    return kernel


@pytest.fixture
def busybox(tmp_path: Path) -> Path:
    path = tmp_path / "busybox"
    path.write_bytes(b"\x7fELF" + bytes(14) + (62).to_bytes(2, "little"))
    return path


def _boots(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(booting, "console", lambda *_: text)


def test_a_build_is_that_of_its_recipe_release_and_compiler(kernel: Kernel) -> None:
    base = _RECIPES.build(BASE)
    assert is_built(kernel, base, base)
    changed = replace(base, lines=("CONFIG_64BIT=y", "CONFIG_SMP=y"))
    assert not is_built(kernel, changed, changed)
    assert not is_built(replace(kernel, release="6.12.118"), base, base)
    assert not is_built(replace(kernel, compiler="gcc 13"), base, base)


def test_a_boot_is_done_once(kernel: Kernel, busybox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boot = _RECIPES.boot("owner")
    assert not is_booted(kernel, _RECIPES, boot)
    _boots(monkeypatch, _CONSOLE.format(free=1))
    boot_kernel(kernel, _RECIPES, boot, busybox)
    assert is_booted(kernel, _RECIPES, boot)
    assert "parameters: page_owner=on" in log_of(kernel, boot).read_text()
    assert not is_booted(kernel, _RECIPES, replace(boot, parameters="page_owner=off"))
    assert not is_booted(kernel, _RECIPES, replace(boot, commands="ls"))
    assert not is_booted(replace(kernel, emulator="QEMU 8"), _RECIPES, boot)


def test_a_boot_that_stops_is_an_error_with_its_log(
    kernel: Kernel, busybox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _boots(monkeypatch, "Kernel panic - not syncing")
    boot = _RECIPES.boot("owner")
    with pytest.raises(LabError, match=r"did not reach its end, see .*broken\.owner"):
        boot_kernel(kernel, _RECIPES, boot, busybox)
    assert not is_booted(kernel, _RECIPES, boot)
    assert "Kernel panic" in log_of(kernel, boot).with_name("broken.owner").read_text()


def test_figures_are_written_when_all_boots_of_a_build_are_done(
    kernel: Kernel, busybox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, free in ((BASE, 900_000), ("owner", 800_000)):
        _boots(monkeypatch, _CONSOLE.format(free=free))
        boot_kernel(kernel, _RECIPES, _RECIPES.boot(name), busybox)
    assert write(kernel, _RECIPES, tmp_path)[1] == 0
    boot_kernel(kernel, _RECIPES, _RECIPES.boot("off"), busybox)
    path, count = write(kernel, _RECIPES, tmp_path)
    assert (path.name, count) == ("6.12-x86_64.json", 1)
    document = json.loads(path.read_text())
    [row] = document["measurements"]
    assert row["before"]["free"] - row["after"]["free"] == 100_000 << 10
    assert "text" not in row["after"]
    assert document["behaviour"][0]["lacks"] == ["something else"]


def test_what_is_missing_is_said_with_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name.startswith("qemu") else f"/usr/bin/{name}")
    with pytest.raises(LabError, match=r"qemu-system-aarch64 .* apt-get install qemu-system-arm "):
        find_kernel(tmp_path, MACHINES["arm64"], tmp_path)


def test_a_busybox_for_another_machine_is_refused(kernel: Kernel, busybox: Path) -> None:
    assert find_busybox(kernel, busybox) == busybox
    with pytest.raises(LabError, match="is not a busybox for arm64"):
        find_busybox(replace(kernel, machine=MACHINES["arm64"]), busybox)
