# SPDX-License-Identifier: GPL-2.0-or-later
"""The config files of a tree: defconfigs, fragments, and the config that `make defconfig` starts from.

Mirrors scripts/kconfig/Makefile: its `defconfig`, `%_defconfig` and `%.config` targets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from kpolicy.frozen import dataclass
from kpolicy.kernel.architecture import Architecture, arch_variable, architectures
from kpolicy.kernel.makefile import makefile_text
from kpolicy.kernel.source import Source, listed
from kpolicy.patterns import lazy

# `$(call merge_into_defconfig,ppc64_defconfig,le guest)`: a defconfig and fragments of arch/*/configs.
_MERGED: Final = r"^{}[ \t]*:[^\n]*\n\t\$\(call merge_into_defconfig(?:_override)?,([^,)]+),([^)]*)\)"
_MERGED_NAME: Final = lazy(_MERGED.format(r"([\w-]+)"), re.MULTILINE)
_CONTINUATION: Final = lazy(r"(?<![ \t])[ \t]*\\\n[ \t]*")
_DEFCONFIG: Final = "defconfig"
_FRAGMENT: Final = ".config"
# `make` itself looks one folder deep at most; the bound only ends a walk through odd trees.
_DEEPEST_FOLDER: Final = 8


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A config file of a tree.

    `srcarch` is the folder of arch/ that it belongs to, None for kernel/configs.
    """

    path: str
    srcarch: str | None
    kind: Literal["defconfig", "fragment"]

    @property
    def name(self) -> str:
        """The word for make: `x86_64_defconfig`, `generic/eb.config`, `debug.config`."""
        return self.path.partition("/configs/")[2] or self.path.rpartition("/")[2]


def config_files(source: Source) -> tuple[ConfigFile, ...]:
    """Every defconfig and fragment of a tree, sorted by path.

    Defconfigs are the files of arch/*/configs whose names end in `defconfig`, and arch/*/defconfig,
    where old trees kept it; fragments are the `*.config` files there and in kernel/configs.

    What has such a name and cannot be read is among them, as is a folder that cannot be listed: reading it
    raises the error that says what is wrong, for that config alone.
    """
    found: list[ConfigFile] = []
    for srcarch in architectures(source):
        if "defconfig" in (listed(source, f"arch/{srcarch}") or ()):
            found.append(ConfigFile(f"arch/{srcarch}/defconfig", srcarch, "defconfig"))
        found += [
            ConfigFile(path, srcarch, "fragment" if path.endswith(_FRAGMENT) else "defconfig")
            for path in _walk(source, f"arch/{srcarch}/configs", _DEEPEST_FOLDER)
        ]
    found += [
        ConfigFile(path, None, "fragment")
        for path in _walk(source, "kernel/configs", _DEEPEST_FOLDER)
        if not path.endswith(_DEFCONFIG)
    ]
    return tuple(sorted(found, key=lambda file: file.path))


def default_config(source: Source, architecture: Architecture) -> str | None:
    """The path of the config that `make ARCH=... defconfig` expands, on an x86_64 build machine.

    It is KBUILD_DEFCONFIG of arch/*/Makefile (`defconfig` where that sets none) when it is a file.
    None when it is a make target instead, put together from a config and fragments while make
    runs (powerpc's `ppc64le_defconfig`), or when the tree has no such file at all.
    """
    name = default_config_name(source, architecture)
    for path in (f"arch/{architecture.srcarch}/configs/{name}", f"arch/{architecture.srcarch}/{name}"):
        if source.is_file(path):
            return path
    return None


def default_config_name(source: Source, architecture: Architecture) -> str:
    """KBUILD_DEFCONFIG: the name of the file or make target that `make defconfig` stands for."""
    return (arch_variable(source, "KBUILD_DEFCONFIG", architecture) or "").strip() or "defconfig"


def make_target(source: Source, architecture: Architecture, word: str) -> tuple[str, ...]:
    """The config files that `make ARCH=... WORD` puts one after the other; empty when it has no such target.

    A fragment is that of kernel/configs and then that of the architecture, where there are both
    (`hardening.config`); `ppc64le_defconfig` is put together by a recipe of arch/powerpc/Makefile.
    """
    if word == "defconfig":
        word = default_config_name(source, architecture)
    own = f"arch/{architecture.srcarch}/configs"
    if word.endswith(".config"):
        return tuple(path for path in (f"kernel/configs/{word}", f"{own}/{word}") if source.is_file(path))
    for path in (f"{own}/{word}", f"arch/{architecture.srcarch}/{word}"):
        if source.is_file(path):
            return (path,)
    return _merged(source, architecture, word)


def make_targets(source: Source, architecture: Architecture) -> tuple[str, ...]:
    """Every word for which `make_target` has files, sorted."""
    own = {architecture.srcarch, None}
    words = {"defconfig", *(file.name for file in config_files(source) if file.srcarch in own)}
    words.update(match[1] for match in _MERGED_NAME.finditer(_recipes(source, architecture)))
    return tuple(sorted(word for word in words if make_target(source, architecture, word)))


def _merged(source: Source, architecture: Architecture, word: str) -> tuple[str, ...]:
    folder = f"arch/{architecture.srcarch}"
    found = re.search(_MERGED.format(re.escape(word)), _recipes(source, architecture), re.MULTILINE)
    if found is None:
        return ()
    names = [found[1].strip(), *(f"{fragment}.config" for fragment in found[2].split())]
    paths = tuple(f"{folder}/configs/{name}" for name in names)
    return paths if all(source.is_file(path) for path in paths) else ()


def _recipes(source: Source, architecture: Architecture) -> str:
    """The text of arch/*/Makefile, continued lines as one."""
    return _CONTINUATION.sub(" ", makefile_text(source, f"arch/{architecture.srcarch}/Makefile"))


def _walk(source: Source, folder: str, depth: int) -> Iterator[str]:
    """The paths of configs in a folder and below, and of folders that cannot be listed."""
    names = listed(source, folder)
    if names is None:
        yield folder
    for name in names or ():
        path = f"{folder}/{name}"
        is_config = name.endswith((_DEFCONFIG, _FRAGMENT))
        if source.is_file(path):
            if is_config:
                yield path
        elif is_config and not listed(source, path):
            # A link that leads nowhere or out of the tree, a FIFO, an empty folder.
            yield path
        elif depth > 0 and not name.startswith("."):
            yield from _walk(source, path, depth - 1)
