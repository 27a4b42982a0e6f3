# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot parameters that a kernel tree knows, by the text of its C files.

What is looked for are the macros that register a parameter: `__setup`, `early_param`, `core_param`, `module_param` and
their like.  Where it is not clear what a line registers, more is taken for known: a word that is reported as unknown is
none of the tree's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kernel.source import Source, listed
from kpolicy.patterns import lazy

MARK: Final = "init/main.c"
"""A tree without this file has no C sources."""
_MOST_FILES: Final = 200_000
_SKIPPED: Final = frozenset({"Documentation", "LICENSES", "scripts", "tools", "rust", "usr"})
_NO_HEADERS: Final = ("drivers/", "include/", "sound/")
_MAKEFILES: Final = ("Makefile", "Kbuild")

# A macro at the start of a line, with its first two arguments; anything else would take half a minute.
_MACRO: Final = lazy(
    rb"^[ \t]*(\w*_param\w*|MODULE_PARM_DESC|__setup)\s*\(\s*([^\s(),;]{1,99})(?:\s*,\s*([^\s(),;]{1,99}))?",
    re.MULTILINE,
)
_FOUND: Final = lazy(rb'\bcmdline_find_option(?:_bool)?\s*\([^;"]{0,99}"([^"\n]{1,99})"')
_ALIAS: Final = lazy(rb'\{\s*"([\w.]{1,99})"\s*,\s*"[\w.=]')
_CORE: Final = (b"core_param", b"core_param_unsafe", b"__core_param_cb")
_PREFIX: Final = lazy(rb'#\s*define\s+MODULE_PARAM_PREFIX\s+"(\w+)')
_OBJECT: Final = lazy(rb"\b([\w-]+)(?:\.o|-y|-objs|-m)\b")
# By the folders that have such tables: aliases of sysctls, and of CPU features on arm64.
_ALIASES: Final = (
    "fs/proc/proc_sysctl.c",
    "arch/arm64/kernel/pi/idreg-override.c",
    "arch/arm64/kernel/idreg-override.c",
)
# Parsed by hand where no macro is to be seen: lib/dynamic_debug.c, init/main.c.
_BY_HAND: Final = ("dyndbg", "ddebug_query", "bootconfig", "kexec", "BOOT_IMAGE", "efi", "initrd")


@dataclass(frozen=True, slots=True)
class TreeParameters:
    """Names of parameters, with `_` for `-`.

    `prefixes` are those of `__setup` without a `=`, which match longer words too; `modules` are all names that a module
    can have, `of_modules` all names of parameters of modules.
    """

    names: frozenset[str]
    prefixes: frozenset[str]
    modules: frozenset[str]
    of_modules: frozenset[str]

    def knows(self, name: str) -> bool:
        """Whether the tree has a parameter of this name; `name` has `_` for `-`."""
        if name in self.names or name.startswith("sysctl"):
            return True
        module, dot, parameter = name.partition(".")
        if dot and module in self.modules and (parameter in self.of_modules or parameter == "dyndbg"):
            return True
        return any(name.startswith(prefix) for prefix in self.prefixes)


def parameters_of(source: Source, srcarch: str) -> TreeParameters | None:
    """The parameters of a tree on an architecture, a folder of arch/; None for a tree without C sources."""
    if not source.is_file(MARK):
        return None
    names, prefixes, modules, of_modules = set(_BY_HAND), set[str](), set[str](), set[str]()
    for path in source_files(source, srcarch):
        try:
            text = source.read(path)
        except InputError:
            # A file that cannot be read has no parameter that could be told from a misspelt one.
            continue
        base = path.rpartition("/")[2]
        if base in _MAKEFILES:
            modules.update(map(_name, _OBJECT.findall(text)))
            continue
        modules.add(_name(base.rpartition(".")[0].encode("utf-8", "surrogateescape")))
        found = _Registered(text)
        names |= found.names
        prefixes |= found.prefixes
        of_modules |= found.of_modules
        modules.update(map(_name, _PREFIX.findall(text)))
        if path in _ALIASES:
            names.update(map(_name, _ALIAS.findall(text)))
    return TreeParameters(*map(frozenset, (names, prefixes, modules, of_modules)))


class _Registered:
    """What a C file registers."""

    def __init__(self, text: bytes) -> None:
        self.names: set[str] = set()
        self.prefixes: set[str] = set()
        self.of_modules: set[str] = set()
        if b"_param" in text or b"__setup" in text or b"MODULE_PARM" in text:
            for macro, first, second in _MACRO.findall(text):
                self._see(macro, first, second)
        if b"cmdline_find_option" in text:
            self.names.update(map(_name, _FOUND.findall(text)))

    def _see(self, macro: bytes, first: bytes, second: bytes) -> None:
        if first.startswith(b'"'):
            # Without a `=` the handler of __setup() is called for longer words, too.
            is_prefix = macro == b"__setup" and not first.endswith(b'="')
            (self.prefixes if is_prefix else self.names).update(
                _name(item) for item in (first, second) if item[:1] == b'"'
            )
        elif macro in _CORE:
            self.names.add(_name(first))
        else:
            # The first argument of torture_param() is a type.
            self.of_modules.add(_name(second if macro == b"torture_param" else first))


def source_files(source: Source, srcarch: str) -> Iterator[str]:
    """The files of a tree that can register a parameter on an architecture, or name a module."""
    waiting = [""]
    count = 0
    while waiting:
        folder = waiting.pop()
        for name in listed(source, folder) or ():
            path = f"{folder}/{name}" if folder else name
            if name in _MAKEFILES or name.endswith((".c", ".h")):
                if name.endswith(".h") and path.startswith(_NO_HEADERS):
                    continue
                count += 1
                if count > _MOST_FILES:
                    return
                yield path
            elif "." not in name and not name.startswith("Kconfig") and not _is_skipped(path, srcarch):
                waiting.append(path)


def _is_skipped(path: str, srcarch: str) -> bool:
    top, _, rest = path.partition("/")
    if top in _SKIPPED:
        return True
    # User mode Linux is built from files of x86, too.
    return (
        top == "arch" and bool(rest) and rest.partition("/")[0] not in (srcarch, "x86" if srcarch == "um" else srcarch)
    )


def _name(found: bytes) -> str:
    return found.strip(b'"').decode("utf-8", "replace").partition("=")[0].replace("-", "_")
