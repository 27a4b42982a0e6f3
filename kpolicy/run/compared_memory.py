# SPDX-License-Identifier: GPL-2.0-or-later
"""Compared pairs of configs, kept in the cache by the content of all that they rest on.

That is both configs, the models that they were evaluated by, the names of all architectures, the policy, and kpolicy
itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kpolicy.errors import KpolicyError
from kpolicy.frozen import replace
from kpolicy.installed import state
from kpolicy.kconfig.cache import digest
from kpolicy.report.json.document import config_document
from kpolicy.report.json.nodes import Node, Text
from kpolicy.report.json.saved import read_config_report
from kpolicy.run.compared import Batch, Compared, Pairing
from kpolicy.run.remembered import KIND, Memory, is_known_whole
from kpolicy.run.stored_changes import packed_change, read_change

if TYPE_CHECKING:
    from kpolicy.run.examine import Examiner
    from kpolicy.run.plan import Target


class ComparedMemory:
    """The batches that the cache has of pairs from the trees of two examiners."""

    def __init__(self, old: Examiner, new: Examiner) -> None:
        self._sides = old, new
        # As for the results of configs (`Memory`).
        known = state() is not None and all(
            side.plan.loader is None and side.plan.system is None for side in self._sides
        )
        self._cache = new.tree.cache if known and old.tree.cache is not None else None
        self._standards = Memory(old), Memory(new)

    def recall(self, pairings: Sequence[Pairing]) -> Batch | None:
        """The batch of some pairs; None where they have to be compared."""
        name = self._name(pairings)
        stored = self._cache.load_data(name, KIND) if self._cache is not None and name is not None else None
        if name is None or stored is None:
            return None
        pairs = [self._read(name, *item) for item in zip(pairings, stored["pairs"], strict=True)]
        return Batch(tuple(pairs), tuple(map(read_change, stored["changes"])))

    def keep(self, batch: Batch) -> None:
        """Keep a batch that was just compared, if it was without errors and by files that have not changed since."""
        pairings = [pair.pairing for pair in batch.pairs]
        if self._cache is None or any(pair.error is not None for pair in batch.pairs):
            return
        for side in self._sides:
            # It is known by the names of all architectures too, which not every comparison asks for.
            side.names()
        name = self._name(pairings) if self._is_current(pairings) else None
        if name is not None:
            changes = [packed_change(change) for change in batch.changes]
            self._cache.store_data(name, {"changes": changes, "pairs": list(map(self._packed, batch.pairs))}, KIND)

    def _name(self, pairings: Sequence[Pairing]) -> str | None:
        """The name of a batch; None where not all is known that it rests on, or can be read."""
        try:
            return self._name_of_grounds(pairings)
        except KpolicyError:
            # Whoever compares the pairs reports it.
            return None

    def _name_of_grounds(self, pairings: Sequence[Pairing]) -> str | None:
        parts: list[Any] = [state(), *(str(side.tree.version) for side in self._sides)]
        for pairing in pairings:
            parts.append(pairing.name)
            for side, memory, target in self._of(pairing):
                ground = side.ground(target) if is_known_whole(target) else None
                if ground is None:
                    return None
                standard = memory.standard_name(target.standard)
                toolchain = side.toolchains(target)[0].identity
                architecture = repr(side.architecture(target.arch))
                texts = [repr(item) if item is not None else "" for item in (target.config, side.plan.machine)]
                parts.append([target.name, target.arch, architecture, toolchain, ground, *texts, standard])
        return digest(json.dumps(["pairs", *parts]).encode("ascii"))

    def _is_current(self, pairings: Sequence[Pairing]) -> bool:
        """Whether the models and names that were used are those of the files as they are."""
        return all(
            side.kconfig_keys(target) == (side.tree.kept_as(architecture, toolchain), side.tree.names_kept_as)
            for pairing in pairings
            for side, _, target in self._of(pairing)
            for architecture, toolchain in [(side.architecture(target.arch), side.toolchains(target)[0])]
        )

    def _of(self, pairing: Pairing) -> list[tuple[Examiner, Memory, Target]]:
        return list(zip(self._sides, self._standards, (pairing.before, pairing.after), strict=True))

    def _packed(self, pair: Compared) -> list[Any]:
        reports = [
            config_document(replace(report, standard=0), side.plan.name) if report is not None else None
            for side, report in zip(self._sides, (pair.before, pair.after), strict=True)
        ]
        return [list(pair.changes), *reports]

    def _read(self, name: str, pairing: Pairing, stored: Any) -> Compared:
        changes, *packed = stored
        before, after = (
            replace(read_config_report(Node(Text(name, ""), report), side.plan.name), standard=target.standard)
            if report is not None
            else None
            for (side, _, target), report in zip(self._of(pairing), packed, strict=True)
        )
        return Compared(pairing, tuple(changes), before, after)
