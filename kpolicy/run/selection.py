# SPDX-License-Identifier: GPL-2.0-or-later
"""What a user means by the name of a config: a file, or a config file of the tree as for make."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from kpolicy.config.model import Config
from kpolicy.config.origin import architecture_of
from kpolicy.config.read import (
    config_in_tree,
    content_in_tree,
    folder_error,
    parse_config,
    read_config,
    read_part,
    split_stack,
    stack,
)
from kpolicy.errors import InputError, UsageError
from kpolicy.evaluate.modes import PRESETS
from kpolicy.kernel.architecture import Architecture, resolve_architecture
from kpolicy.kernel.config_files import ConfigFile, config_files, make_target, make_targets
from kpolicy.kernel.source import KernelTree, listed
from kpolicy.location import Location
from kpolicy.run.plan import Part, Target

# Targets of make that write a .config for which there is no file (scripts/kconfig/Makefile).
_OTHER_TARGETS = frozenset(
    "config localmodconfig localyesconfig menuconfig mod2noconfig mod2yesconfig oldconfig olddefconfig randconfig "
    "syncconfig tinyconfig yes2modconfig".split()
)
_ENDINGS = ("_defconfig", ".config")
# How much of a name has to be right for it to be taken for a slip: of all of it, or of what precedes the same ending.
_NEAR_NAME, _NEAR_STEM = 0.9, 0.75
_MOST_NAMES = 3


def read_target(spec: str, source: KernelTree, arch: str | None, stdin: BinaryIO | None) -> Target:
    """The config that `spec` names, read, and the ARCH word to judge it for.

    A file that exists comes first, then a name as make knows it (`x86_64_defconfig`, `debug.config`,
    `defconfig`).  The architecture is `arch`, else the one whose config file it is, else the one that
    the config states.  Raises UsageError if it cannot be derived, InputError for what cannot be read.
    """
    return read_edited(spec, source, arch, stdin)[0]


def read_edited(spec: str, source: KernelTree, arch: str | None, stdin: BinaryIO | None) -> tuple[Target, bytes]:
    """The same, and the bytes of its last file, which is the one to edit: a pipe is read only once."""
    architecture = resolve_architecture(source, arch) if arch is not None else None
    parts = _parts(spec, source, architecture)
    read = [_read(part, source, stdin) for part in parts]
    config = stack(spec, [item for item, _content in read])
    word = arch or _folder(parts) or _header(config, source)
    if word is None:
        hint = "pass --arch (for example --arch arm64)"
        raise UsageError("cannot tell the architecture", Location(spec, 0), hint=hint)
    resolve_architecture(source, word)
    return Target(spec, word, parts, config), read[-1][1]


def target_of(file: ConfigFile, arch: str) -> Target:
    """A config file of the tree, to be read later."""
    return Target(file.path, arch, (Part(file.path, in_tree=True),))


def defconfig_targets(source: KernelTree, archs: Sequence[str]) -> list[Target]:
    """Every defconfig of a tree, for the ARCH words that are named, else for the folder that it lies in."""
    files = [file for file in config_files(source) if file.kind == "defconfig"]
    if not archs:
        return [target_of(file, file.srcarch) for file in files if file.srcarch is not None]
    chosen = [resolve_architecture(source, word) for word in dict.fromkeys(archs)]
    return [target_of(file, item.arch) for item in chosen for file in files if file.srcarch == item.srcarch]


def name_of_config(spec: str, source: KernelTree | None, arch: str | None = None) -> tuple[str, str | None]:
    """The name that findings have for a config, and where the search for its policy begins.

    Standard input is not read.  Raises as `read_target` does for what cannot be found or is no config; without a tree
    every name is a file's.
    """
    if source is None:
        if spec != "-":
            read_config(spec)
        return spec, None if spec == "-" else spec
    parts = _parts(spec, source, resolve_architecture(source, arch) if arch is not None else None)
    for part in parts:
        if part.in_tree:
            config_in_tree(source, part.path)
        elif part.path != "-":
            read_config(part.path)
    name = parts[0].path if len(parts) == 1 else spec
    return name, policy_start(Target(name, "", parts), source)


def policy_start(target: Target, source: KernelTree) -> str | None:
    """Where the search for the policy of a config begins: at its last file, that of a stack which says most.

    None for standard input.
    """
    last = target.parts[-1]
    if last.path == "-":
        return None
    return os.path.join(source.root, last.path) if last.in_tree else last.path


def _read(part: Part, source: KernelTree, stdin: BinaryIO | None) -> tuple[Config, bytes]:
    if part.in_tree:
        content = content_in_tree(source, part.path)
        return parse_config(part.path, content), content
    return read_part(part.path, stdin)


def _parts(spec: str, source: KernelTree, architecture: Architecture | None) -> tuple[Part, ...]:
    """The files of a stack; the first that can be of one architecture only says where the others are looked up."""
    words = split_stack(spec)
    if architecture is None:
        folders = (_folder_of(word, source) for word in words)
        srcarch = next((folder for folder in folders if folder is not None), None)
        architecture = resolve_architecture(source, srcarch) if srcarch is not None else None
    return tuple(part for word in words for part in _find(word, source, architecture))


def _find(word: str, source: KernelTree, architecture: Architecture | None) -> list[Part]:
    """What a word stands for: mostly one file, but make puts some of its targets together from several."""
    file = _file(word, source)
    if file is not None:
        return [file]
    if architecture is not None:
        found = make_target(source, architecture, word)
    else:
        found = tuple(file.path for file in _only(word, _named(word, source)))
    if found:
        return [Part(path, in_tree=True) for path in found]
    raise _nothing(word, source, architecture)


def _file(word: str, source: KernelTree) -> Part | None:
    if word == "-":
        return Part(word, in_tree=False)
    if os.path.lexists(word):
        path = os.path.realpath(word)
        root = os.path.join(source.root, "")
        inside = path.removeprefix(root) if path.startswith(root) else None
        # Paths of the tree are shown as the tree has them; anything odd is read, and refused, as a file.
        return Part(inside, in_tree=True) if inside and source.is_file(inside) else Part(word, in_tree=False)
    return Part(os.path.normpath(word), in_tree=True) if source.is_file(word) else None


def _named(word: str, source: KernelTree) -> list[ConfigFile]:
    """The configs of that name, of any architecture."""
    matches = [file for file in config_files(source) if file.name == word]
    if len(matches) > 1:
        # User mode Linux names its configs after the machine: it is used only if named explicitly.
        matches = [file for file in matches if file.srcarch != "um"]
    return matches


def _only(word: str, matches: list[ConfigFile]) -> list[ConfigFile]:
    if len(matches) > 1:
        archs = ", ".join(file.srcarch for file in matches if file.srcarch is not None)
        if any(file.srcarch is None for file in matches):
            hint = f"pass --arch (for example --arch arm64); these have a file of that name: {archs}"
            raise UsageError("cannot tell the architecture", Location(word, 0), hint=hint)
        raise UsageError(f"{word}: several architectures have one", hint=f"pass --arch: {archs}")
    return matches


def _folder_of(word: str, source: KernelTree) -> str | None:
    """The folder of arch/ in which a word by itself can only lie."""
    file = _file(word, source)
    if file is not None:
        return _folder([file])
    matches = _named(word, source)
    return matches[0].srcarch if len(matches) == 1 else None


def _nothing(word: str, source: KernelTree, architecture: Architecture | None) -> InputError:
    place = Location(word, 0)
    arch = f" --arch {architecture.arch}" if architecture is not None else ""
    if word in PRESETS:
        hint = f"write it to a file first: kpolicy expand --preset {word}{arch or ' --arch ARCH'} -o FILE"
        return InputError(f"{word} is a target of make, not a config file", place, hint=hint)
    if word in _OTHER_TARGETS:
        hint = f"run make {word} and pass the .config that it writes"
        return InputError(f"{word} is a target of make, not a config file", place, hint=hint)
    if os.sep in word or word.startswith("."):
        return _no_file(word, source)
    _check_can_be_read(word, source, architecture)
    if architecture is not None:
        names = set(make_targets(source, architecture))
        where = f"arch/{architecture.srcarch}/configs"
    else:
        names = {"defconfig", *(file.name for file in config_files(source))}
        where = "arch/*/configs"
    hint = f"{_guess(word, names)}neither a file nor a config in {where} or kernel/configs of {source.name}"
    return InputError("no such config", place, hint=hint)


def _check_can_be_read(word: str, source: KernelTree, architecture: Architecture | None) -> None:
    """Raise the error that says why a config of that name, or the folder that may have it, cannot be read."""
    for file in config_files(source):
        is_own = architecture is None or file.srcarch in (architecture.srcarch, None)
        if is_own and (file.name == word or file.path.endswith("/configs")) and not source.is_file(file.path):
            source.read(file.path)


def _no_file(word: str, source: KernelTree) -> InputError:
    """The error about a path, which is no name that make knows."""
    folder = os.path.normpath(word)
    names = listed(source, folder)
    if names:
        files = (name for name in names if source.is_file(f"{folder}/{name}"))
        return folder_error(word, os.path.join(source.root, folder), files)
    paths = {file.path for file in config_files(source)} if not word.startswith(".") else set()
    return InputError("no such file", Location(word, 0), hint=_guess(word, paths).rstrip())


def _guess(word: str, names: Iterable[str]) -> str:
    """A line that offers the names that `word` is a slip of; nothing where there are none."""
    import difflib  # only for errors

    near = difflib.get_close_matches(word, names, n=_MOST_NAMES, cutoff=_NEAR_NAME)
    ending = next((item for item in _ENDINGS if word.endswith(item)), None)
    if ending is not None:
        stems = [name.removesuffix(ending) for name in names if name.endswith(ending)]
        found = difflib.get_close_matches(word.removesuffix(ending), stems, n=_MOST_NAMES, cutoff=_NEAR_STEM)
        near += [name for stem in found if (name := stem + ending) not in near]
    return f"did you mean {' or '.join(near[:_MOST_NAMES])}?\n" if near else ""


def _folder(parts: Sequence[Part]) -> str | None:
    for part in parts:
        top, _, rest = part.path.partition("/")
        if part.in_tree and top == "arch" and "/" in rest:
            return rest.partition("/")[0]
    return None


def _header(config: Config, source: KernelTree) -> str | None:
    word = architecture_of(config)
    try:
        return resolve_architecture(source, word).arch if word is not None else None
    except UsageError:
        return None
