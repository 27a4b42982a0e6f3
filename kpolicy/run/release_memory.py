# SPDX-License-Identifier: GPL-2.0-or-later
"""What a release adds to a history, kept in the cache by the content of the files that it rests on.

Of a revision that is the tree object.  Of a directory it is every file that its models, the names of all architectures
and its configs were read from; a trail says which these are, as for a model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kpolicy.installed import state
from kpolicy.kconfig import cache as disk
from kpolicy.kernel.architecture import architectures
from kpolicy.report.views.history_records import Found, Key, Release, Snapshot
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Target
from kpolicy.run.remembered import KIND, Memory

if TYPE_CHECKING:
    from kpolicy.run.release import Part, Rows


class ReleaseMemory:
    """The release that the cache has for an examiner's tree, some configs of it and some symbols.

    `words` are those by which the configs were chosen, `targets` gives the configs.
    """

    def __init__(
        self, looking: Examiner, rows: Rows, words: Sequence[object], targets: Callable[[], Sequence[Target]]
    ) -> None:
        self._looking = looking
        self._rows = rows
        self._targets = targets
        # The version of a kpolicy in an archive cannot be verified.
        self._cache = looking.tree.cache if state() is not None else None
        plan = looking.plan
        revision = plan.revision.tree if plan.revision is not None else None
        self._subject = [looking.source.root, revision, looking.toolchain.identity, words]
        self._trail = disk.key("history", self._subject)
        self._made_by = [Memory(looking).standard_name(0), [*rows.items()], state()]

    def recall(self) -> tuple[Release, str] | None:
        """The release as it was kept, and the name of its content; None if it has to be looked at."""
        name = self.name()
        stored = self._cache.load_data(name, KIND) if self._cache is not None and name else None
        return (self._release(stored), name) if stored is not None else None

    def name(self) -> str:
        """The name of the content that the files have, "" where it is not known which files count."""
        paths = self._cache.trail(self._trail) if self._cache is not None and not self._is_fixed else []
        if paths is None:
            return ""
        found = self._name(paths)
        self._looking.tree.keep_digests()
        return found

    def keep(self, parts: Sequence[Part]) -> str:
        """Keep what all configs add; returns the name of its content, "" if it cannot be kept."""
        paths = self._paths(parts)
        if self._cache is None or paths is None:
            return ""
        name = self._name(paths)
        self._cache.store_data(name, self._document([part.snapshot for part in parts]), KIND)
        if not self._is_fixed:
            self._cache.store_trail(self._trail, paths)
        self._looking.tree.keep_digests()
        return name

    @property
    def _is_fixed(self) -> bool:
        """Whether the files have one content only."""
        return self._looking.plan.revision is not None

    def _name(self, paths: Sequence[str]) -> str:
        shown = [] if self._is_fixed else [architectures(self._looking.source), self._listed()]
        files = self._looking.tree.content_key("history", () if self._is_fixed else paths)
        return disk.digest(json.dumps([self._subject, shown, files, self._made_by]).encode("utf-8", "backslashreplace"))

    def _listed(self) -> list[tuple[str, str]]:
        return [(target.name, target.arch) for target in self._targets()]

    def _paths(self, parts: Sequence[Part]) -> list[str] | None:
        """The files that everything rests on; None where one had another content than now, or is not known."""
        looking, tree = self._looking, self._looking.tree
        names = tree.files_of_names()
        if names is None or tree.names_key() != tree.names_kept_as:
            return None
        found = {"Makefile", *names}
        known: dict[tuple[str, str], str | None] = {}
        for target, part in zip(self._targets(), parts, strict=True):
            paths = [item.path for item in target.parts]
            if tuple(map(tree.digest, paths)) != part.contents:
                return None
            found.update(paths)
            architecture = looking.architecture(target.arch)
            for toolchain, kept in part.models:
                what = (target.arch, toolchain.identity)
                if what not in known:
                    known[what] = tree.model_key(architecture, toolchain)
                    found.update(tree.files_of(architecture, toolchain) or ())
                    found.add(f"arch/{architecture.srcarch}/Makefile")
                if kept is None or kept != known[what]:
                    return None
        return sorted(found)

    def _document(self, snapshots: Sequence[Snapshot]) -> dict[str, Any]:
        """Plain lists and dicts; a symbol is its number, a name that is the newest one is 1."""
        numbers = {row: number for number, row in enumerate(self._rows)}
        names = {item.key.architecture: item.names for item in snapshots}
        return {
            "version": str(self._looking.tree.version),
            "names": {arch: [_short(row, found.get(row)) for row in self._rows] for arch, found in names.items()},
            "configs": [
                [*item.key, {str(numbers[row]): text for row, text in item.values.items()}, item.findings]
                for item in snapshots
            ],
        }

    def _release(self, document: Any) -> Release:
        rows = list(self._rows)
        names = {
            arch: {row: row if name == 1 else name for row, name in zip(rows, found, strict=True) if name is not None}
            for arch, found in document["names"].items()
        }
        snapshots = tuple(
            Snapshot(
                Key(config, arch),
                names[arch],
                {rows[int(number)]: text for number, text in values.items()},
                tuple(Found(*item) for item in findings),
            )
            for config, arch, values, findings in document["configs"]
        )
        return Release(self._looking.plan.name, document["version"], snapshots)


def _short(row: str, name: str | None) -> str | int | None:
    return 1 if name == row else name
