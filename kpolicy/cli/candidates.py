# SPDX-License-Identifier: GPL-2.0-or-later
"""What an option or argument can be: the `shell_complete` of click, one function for each kind of word.

They run while the user types: they take nothing that is slow, write nothing, and what
they raise is taken for no answer (`kpolicy.cli.completion`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.errors import KpolicyError

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from kpolicy.kernel.source import KernelTree

    Items = list[CompletionItem]
    Candidates = Callable[[click.Context, click.Parameter, str], Items]


def folders(_context: click.Context, _parameter: click.Parameter, _typed: str) -> Items:
    """Folders of the machine."""
    return [_item("", kind="dir")]


def words(*found: str) -> Candidates:
    """Some words."""
    return lambda _context, _parameter, typed: _items(found, typed)


def architectures(context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The ARCH words of the current tree."""
    from kpolicy.kernel.architecture import architecture_words

    source = _tree(context)
    return _items(architecture_words(source), typed) if source is not None else []


def configs(context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Files, and the configs of the current tree by the names that make has for them; on top of others fragments."""
    below, plus, last = typed.rpartition("+")
    names = [name for name in _config_names(context) if name.startswith(last)]
    if plus:
        return [_item(f"{below}+{name}") for name in names if name.endswith(".config")]
    return [*_items(names, typed), _item("", kind="file")]


def fragments(context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Files, and the fragments of the current tree by their paths."""
    from kpolicy.kernel.config_files import config_files

    source = _tree(context)
    found = config_files(source) if source is not None else ()
    return [*_items((file.path for file in found if file.kind == "fragment"), typed), _item("", kind="file")]


def paths_of_tree(context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Files and folders of the current tree, as seen from its top."""
    source = _tree(context)
    if source is None:
        return []
    folder = typed.rpartition("/")[0]
    before = f"{folder}/" if folder else ""
    paths = [f"{before}{name}" for name in source.list_dir(folder) if not name.startswith(".")]
    wanted = [path for path in paths if path.startswith(typed)]
    return [_item(path if source.is_file(path) else f"{path}/") for path in wanted]


def symbols(context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Symbols of the current tree, where kpolicy has read it before: to read it now would take too long."""
    from kpolicy.cli.setup import cache_folder
    from kpolicy.kconfig.cache import ModelCache
    from kpolicy.kconfig.load import Tree

    source = _tree(context)
    cache = cache_folder(context.find_root().obj.environment, disabled=False)
    if source is None or cache is None:
        return []
    revision = source.revision.tree if source.revision is not None else None
    names = Tree(source, source.root, cache=ModelCache(cache), revision=revision).stored_names()
    prefix = "CONFIG_" if typed.startswith("CONFIG_") else ""
    wanted = typed.removeprefix(prefix)
    return [_item(f"{prefix}{name}") for name in sorted(names.places if names else ()) if name.startswith(wanted)]


def rules(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The ids of the shipped rules, which are the names of their files; families until there is a slash."""
    ids = sorted(_rule_ids())
    return _items(ids if "/" in typed else [*dict.fromkeys(name.partition("/")[0] for name in ids), *ids], typed)


def rule_ids(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The ids of the shipped rules."""
    return _items(sorted(_rule_ids()), typed)


def families(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The families of rules."""
    return _items(sorted({name.partition("/")[0] for name in _rule_ids()}), typed)


def kinds(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """What a rule can say is wrong."""
    from kpolicy.policy.rules.rule import KIND_MEANINGS

    return [_item(kind, help=text) for kind, text in KIND_MEANINGS.items() if kind.startswith(typed)]


def checks_of_trees(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The checks of Kconfig files, without their family."""
    from kpolicy.policy.checks.registry import CHECKS

    return [
        _item(name, help=check.title)
        for check in CHECKS
        if check.subject == "kconfig" and (name := check.id.partition("/")[2]).startswith(typed)
    ]


def roles(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The roles."""
    from kpolicy.policy.roles.shipped import role_names

    return _items(role_names(), typed)


def readings(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """ROLE=READING, for each reading of a role."""
    from kpolicy.policy.roles.shipped import shipped_roles

    return [
        _item(word, help=reading.why)
        for role in shipped_roles()
        for reading in role.readings
        if (word := f"{role.name}={reading.name}").startswith(typed)
    ]


def policies(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """Files, and the policies that ship with kpolicy."""
    from kpolicy.policy.files.shipped import SHIPPED

    return [*_items(SHIPPED, typed), _item("", kind="file")]


def specs(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The formats of policies of other tools, with their colon; nothing after that."""
    from kpolicy.policy.files.spec import FORMATS

    return [_item(f"{word}:", help=what) for word, what in FORMATS.items() if f"{word}:".startswith(typed)]


def _item(word: str, *, help: str | None = None, kind: str = "plain") -> CompletionItem:  # noqa: A002 - click's word
    from click.shell_completion import CompletionItem  # most runs complete nothing

    return CompletionItem(word, kind, help)


def _items(found: Iterable[str], typed: str) -> Items:
    return [_item(word) for word in found if word.startswith(typed)]


def _rule_ids() -> Iterator[str]:
    """As the catalogue has them, without reading the rules."""
    from importlib import resources

    for family in resources.files("kpolicy.rules").iterdir():
        if family.is_dir():
            for file in family.iterdir():
                if file.name.endswith(".toml"):
                    yield f"{family.name}/{file.name.removesuffix('.toml')}"


def _config_names(context: click.Context) -> Iterator[str]:
    """What make calls the configs: those of --arch, else those whose name stands for one file alone."""
    from collections import Counter

    from kpolicy.kernel.architecture import resolve_architecture
    from kpolicy.kernel.config_files import config_files, make_targets

    source = _tree(context)
    if source is None:
        return
    arch = context.params.get("arch")
    if isinstance(arch, str):
        yield from make_targets(source, resolve_architecture(source, arch))
        return
    # User mode Linux names its configs after the machine: it is used only if named explicitly.
    files = [file for file in config_files(source) if file.srcarch != "um"]
    for name, times in Counter(file.name for file in files).items():
        if times == 1:
            yield name


def _tree(context: click.Context) -> KernelTree | None:
    """The tree that the words so far name, else the current directory when it is one.

    Words come as they were typed: no shell has expanded a ~.
    """
    from kpolicy.run.trees import find_tree

    steps = [context.find_root().params.get("folder"), context.params.get("tree")]
    named = [os.path.expanduser(step) for step in steps if isinstance(step, str)]
    try:
        return find_tree(os.path.join(*named) if named else None, context.find_root().obj.environment)
    except KpolicyError:
        return None
