# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings and remarks about a config, kept in the cache by the content of all that it rests on.

That is the config, the model that it was judged by, the names of all architectures where those were asked for, the
policy, the machine that costs are for, and kpolicy itself.  What is kept is JSON as a saved report has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from kpolicy.errors import KpolicyError
from kpolicy.frozen import dataclass, replace
from kpolicy.installed import state
from kpolicy.kconfig.cache import digest
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.report.json.document import config_document, remark_document
from kpolicy.report.json.nodes import Node, Text
from kpolicy.report.json.saved import read_config_report, read_remarks
from kpolicy.report.records import ConfigReport
from kpolicy.report.remark import Remark
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Target

KIND = "result"
"""Of what kind these entries of the cache are."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings and remarks about a config, and about the Kconfig files that it was judged by."""

    report: ConfigReport
    remarks: tuple[Remark, ...]


class Memory:
    """The results that the cache has for targets of an examiner's plan; without a cache there are none."""

    def __init__(self, examiner: Examiner) -> None:
        self.examiner = examiner
        # The version of a kpolicy in an archive cannot be verified, so its results are not cached.  What a command line
        # is judged by are C files, too, and a running kernel changes.
        known = state() is not None and examiner.plan.loader is None and examiner.plan.system is None
        self._cache = examiner.tree.cache if known else None
        self._standards: dict[int, str] = {}

    def recall(self, target: Target, *, anew: bool = False) -> Judged | None:
        """What is known about a target; None where it has to be looked at.

        Where its Kconfig files have changed they are read `anew`: the model may be what it was.
        """
        if self._cache is None or not is_known_whole(target):
            return None
        self.examiner.begin()
        try:
            for toolchains in self._toolchains(target):
                if anew and len(toolchains) == 1:
                    self.examiner.model(self.examiner.architecture(target.arch), *toolchains)
                models = [self.examiner.model_content(target.arch, item) for item in toolchains]
                stored = self._stored(target, toolchains, models) if all(models) else None
                if stored is not None and self._has_same_names(stored["names"].text(), anew=anew):
                    report = read_config_report(stored["config"], self.examiner.plan.name)
                    return Judged(replace(report, standard=target.standard), read_remarks(stored["remarks"]))
        except KpolicyError:
            # Unreadable files are reported by the code that uses them.
            pass
        return None

    def keep(self, target: Target, judged: Judged) -> None:
        """Keep what the examiner has just found out about a target."""
        cache, tree = self._cache, self.examiner.tree
        if cache is None or not is_known_whole(target):
            return
        used = next(item for item in self._toolchains(target) if item[-1].identity == judged.report.toolchain)
        architecture = self.examiner.architecture(target.arch)
        keys = [tree.kept_as(architecture, item) for item in used]
        models = [cache.content(key, "model") if key is not None else None for key in keys]
        names: str | None = ""
        if self.examiner.named:
            names = cache.content(tree.names_kept_as, "data") if tree.names_kept_as is not None else None
        if names is None or not all(models):
            return
        report = config_document(replace(judged.report, standard=0), self.examiner.plan.name)
        entry = {"names": names, "remarks": [remark_document(item) for item in judged.remarks], "config": report}
        cache.store_data(self._name(target, used, models), entry, KIND)

    def _stored(self, target: Target, toolchains: Sequence[Toolchain], models: Sequence[str | None]) -> Node | None:
        name = self._name(target, toolchains, models)
        stored = self._cache.load_data(name, KIND) if self._cache is not None else None
        return Node(Text(name, ""), stored) if stored is not None else None

    def _has_same_names(self, names: str, *, anew: bool) -> bool:
        """Whether the names of all architectures are those that were asked for, if they were."""
        if names and anew and self.examiner.names_content() is None:
            # Judging would ask for them as well.
            self.examiner.names()
        return not names or names == self.examiner.names_content()

    def _toolchains(self, target: Target) -> Iterator[tuple[Toolchain, ...]]:
        """The toolchains that a result can rest on: the first that is tried, or that and the next one."""
        full = self.examiner.full_config(target, self.examiner.contents(target))
        found = self.examiner.toolchains(target, full)
        return (found[:count] for count in range(1, len(found) + 1))

    def _name(self, target: Target, toolchains: Sequence[Toolchain], models: Sequence[str | None]) -> str:
        """The name of what is kept about a target as some models show it.

        That of the tree is not part of it: it is in no result but as that of the tree.
        """
        config = repr(target.config) if target.config is not None else ""
        contents = [digest(content) for content in self.examiner.contents(target)]
        files = [[part.path, part.in_tree] for part in target.parts]
        parts = [target.name, target.arch, files, config, contents]
        tree = self.examiner.tree
        architecture = self.examiner.architecture(target.arch)
        shown = [str(tree.version), repr(architecture), [item.identity for item in toolchains], models]
        rest = [self.standard_name(target.standard), repr(self.examiner.plan.machine), state()]
        return digest(json.dumps([*parts, *shown, *rest]).encode("ascii"))

    def standard_name(self, number: int) -> str:
        """A name for all that a policy says about configs: waivers and the exit status come later."""
        found = self._standards.get(number)
        if found is None:
            standard = self.examiner.plan.standards[number]
            files = [replace(file, waivers=(), fail_on=None) for file in standard.policy.files]
            vocabulary = standard.policy.vocabulary
            # Without a policy file the rules are those of kpolicy, whose state is part of the name.
            parts = (files, vocabulary if files else vocabulary.checks, standard.requirements)
            found = self._standards[number] = digest(repr(parts).encode("utf-8", "backslashreplace"))
        return found


def is_known_whole(target: Target) -> bool:
    """Whether a target says all of its text: files out of the tree may have changed when they are read again."""
    return target.config is not None or all(part.in_tree for part in target.parts)
