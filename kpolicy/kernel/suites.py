# SPDX-License-Identifier: GPL-2.0-or-later
"""The config fragments that the kernel's own tests come with, and what each of them is laid on.

* selftests: `make kselftest-merge` lays every tools/testing/selftests/**/config, and config.MACHINE, on a .config
  (the top Makefile; `find -name config -o -name config.$(UTS_MACHINE)`).  They are for every architecture of
  hardware.
* KUnit: kunit.py completes a .kunitconfig, on top of a few lines for the machine that is to run it, by olddefconfig:
  user mode Linux with tools/testing/kunit/configs/arch_uml.config, or what tools/testing/kunit/qemu_configs/*.py says
  (tools/testing/kunit/kunit_kernel.py: make_arch_config).
* rcutorture: kvm.sh lays CFcommon, CFcommon.MACHINE and a scenario on the default config, and holds the result against
  all lines, those after `#CHECK#` too (tools/testing/selftests/rcutorture/bin/configinit.sh, configcheck.sh).
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.kernel.architecture import Architecture, arch_variable
from kpolicy.kernel.source import Source, listed

Suite: TypeAlias = Literal["selftests", "kunit", "rcutorture"]

SELFTESTS: Final = "tools/testing/selftests"
_RCUTORTURE: Final = f"{SELFTESTS}/rcutorture/configs"
_KUNIT: Final = "tools/testing/kunit"
_UML: Final = f"{_KUNIT}/configs/arch_uml.config"
_SUFFIX: Final = ".kunitconfig"
# Folders of the top that have drivers and subsystems; what has no Kconfig file below has no unit tests either.
_WITHOUT_UNIT_TESTS: Final = frozenset({"Documentation", "LICENSES", "scripts", "tools"})
_DEEPEST: Final = 12
# kvm.sh runs on the machine at hand.
_MACHINE: Final = "x86_64"


@dataclass(frozen=True, slots=True)
class SuiteFragment:
    """A fragment of a test: laid on the default config of an architecture, or only on the files `on`.

    `lines` are config lines that come before those files and stand in none, with the file that states them.
    """

    path: str
    suite: Suite
    on: tuple[str, ...] = ()
    on_default: bool = True
    lines: tuple[str, str] = ("", "")


def suite_fragments(source: Source, architecture: Architecture) -> Iterator[SuiteFragment]:
    """The fragments of the kernel's tests that are for an architecture; none where the tree has no tests."""
    machine = arch_variable(source, "UTS_MACHINE", architecture) or architecture.arch
    # User mode Linux has no hardware to test, and a small default config: most lines would be lost there.
    for path in _files(source, SELFTESTS, {"config", f"config.{machine}"}) if architecture.srcarch != "um" else ():
        below = f"{os.path.dirname(path)}/config"
        # What is for one machine comes after what is for all.
        yield SuiteFragment(path, "selftests", (below,) if path != below and source.is_file(below) else ())
    yield from _unit_tests(source, architecture, machine)
    if architecture.srcarch == "x86" and architecture.arch != "i386":
        yield from _scenarios(source)


def _unit_tests(source: Source, architecture: Architecture, machine: str) -> Iterator[SuiteFragment]:
    if architecture.srcarch == "um":
        lines, on = ("", ""), (_UML,) if source.is_file(_UML) else ()
    else:
        found = _machines(source)
        word = next((word for word in (architecture.arch, machine) if word in found), None)
        if word is None:
            return
        lines, on = found[word], ()
    for top in source.list_dir(""):
        if top not in _WITHOUT_UNIT_TESTS and not top.startswith("."):
            for path in _files(source, top, {_SUFFIX}):
                yield SuiteFragment(path, "kunit", on, on_default=False, lines=lines)
    for name in ("all_tests", "default"):
        path = f"{_KUNIT}/configs/{name}.config"
        if source.is_file(path):
            yield SuiteFragment(path, "kunit", on, on_default=False, lines=lines)


def _machines(source: Source) -> Mapping[str, tuple[str, str]]:
    """The emulated machines of kunit.py: ARCH word to the file that describes one, and its config lines.

    The files are Python programs, of which only two words of `QemuArchParams(...)` are read.
    """
    folder, found = f"{_KUNIT}/qemu_configs", dict[str, tuple[str, str]]()
    for name in listed(source, folder) or ():
        path = f"{folder}/{name}"
        if not name.endswith(".py") or not source.is_file(path):
            continue
        try:
            tree = ast.parse(source.read(path))
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QemuArchParams":
                words = {
                    item.arg: item.value.value
                    for item in node.keywords
                    if isinstance(item.value, ast.Constant) and isinstance(item.value.value, str)
                }
                found.setdefault(words.get("linux_arch", ""), (path, words.get("kconfig", "")))
    return found


def _scenarios(source: Source) -> Iterator[SuiteFragment]:
    for folder in listed(source, _RCUTORTURE) or ():
        below = f"{_RCUTORTURE}/{folder}"
        names = listed(source, below) or ()
        if "CFLIST" not in names:
            continue
        on = tuple(f"{below}/{name}" for name in ("CFcommon", f"CFcommon.{_MACHINE}") if name in names)
        for name in names:
            # Beside the scenarios lie their boot parameters, TREE01.boot, and shell functions.
            if "." not in name and not name.startswith("CF") and source.is_file(f"{below}/{name}"):
                yield SuiteFragment(f"{below}/{name}", "rcutorture", on)


def _files(source: Source, folder: str, names: set[str], depth: int = _DEEPEST) -> Iterator[str]:
    for name in listed(source, folder) or ():
        path = os.path.join(folder, name)
        if name in names and source.is_file(path):
            yield path
        elif depth and "." not in name and not source.is_file(path):
            yield from _files(source, path, names, depth - 1)
