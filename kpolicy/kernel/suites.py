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

import os
import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.kernel.architecture import Architecture, arch_variable
from kpolicy.kernel.source import Source, listed

Suite: TypeAlias = Literal["selftests", "kunit", "rcutorture"]

KUNITCONFIG: Final = ".kunitconfig"
SELFTESTS: Final = "tools/testing/selftests"
_RCUTORTURE: Final = f"{SELFTESTS}/rcutorture/configs"
_KUNIT: Final = "tools/testing/kunit"
_UML: Final = f"{_KUNIT}/configs/arch_uml.config"
# Here no driver or subsystem lies that could have unit tests.
_WITHOUT_UNIT_TESTS: Final = frozenset({"Documentation", "LICENSES", "scripts", "tools"})
_DEEPEST: Final = 12
# kvm.sh runs on the machine at hand.
_MACHINE: Final = "x86_64"
# `kconfig` of the call `QemuArchParams(...)`; nothing in these texts is escaped.
_QEMU_LINES: Final = re.compile(r"\bkconfig[ \t]*=[ \t]*('''|\"\"\"|'|\")(.*?)\1", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SuiteFragment:
    """A fragment of a test; one of KUnit is laid on the files `on` alone, any other on the default config and these.

    `lines` are config lines that come before those files and stand in none, with the file that states them.
    """

    path: str
    suite: Suite
    on: tuple[str, ...] = ()
    lines: tuple[str, str] = ("", "")


def kunitconfigs(source: Source) -> tuple[str, ...]:
    """The fragments of the unit tests of a tree, which are the same for every architecture."""
    tops = (top for top in source.list_dir("") if top not in _WITHOUT_UNIT_TESTS and not top.startswith("."))
    found = [path for top in tops for path in _files(source, top, {KUNITCONFIG})]
    found += (f"{_KUNIT}/configs/{name}.config" for name in ("all_tests", "default"))
    return tuple(path for path in found if source.is_file(path))


def suite_fragments(source: Source, architecture: Architecture, unit_tests: Sequence[str]) -> Iterator[SuiteFragment]:
    """The fragments of the kernel's tests that are for an architecture; none where the tree has no tests.

    `unit_tests` are those of `kunitconfigs`.
    """
    machine = arch_variable(source, "UTS_MACHINE", architecture) or architecture.arch
    # User mode Linux has no hardware to test, and a small default config: most lines would be lost there.
    for path in _files(source, SELFTESTS, {"config", f"config.{machine}"}) if architecture.srcarch != "um" else ():
        below = f"{os.path.dirname(path)}/config"
        # What is for one machine comes after what is for all.
        yield SuiteFragment(path, "selftests", (below,) if path != below and source.is_file(below) else ())
    found = _unit_test_machine(source, architecture, machine)
    if found is not None:
        yield from (SuiteFragment(path, "kunit", *found) for path in unit_tests)
    if machine == _MACHINE:
        yield from _scenarios(source)


def _unit_test_machine(
    source: Source, architecture: Architecture, machine: str
) -> tuple[tuple[str, ...], tuple[str, str]] | None:
    """The files and the lines that kunit.py puts before a fragment; None where it has no machine.

    `kunit.py --arch=WORD` takes qemu_configs/WORD.py, a Python program, of which only the text of `kconfig` is read.
    """
    if architecture.srcarch == "um":
        return (_UML,) if source.is_file(_UML) else (), ("", "")
    for word in (architecture.arch, machine):
        path = f"{_KUNIT}/qemu_configs/{word}.py"
        if source.is_file(path):
            found = _QEMU_LINES.search(source.read(path).decode("utf-8", "surrogateescape"))
            return (), (path, found[2] if found is not None else "")
    return None


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
