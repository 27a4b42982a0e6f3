# SPDX-License-Identifier: GPL-2.0-or-later
"""Which policy is for which config: the one that was named, or the nearest `kpolicy.toml`."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from kpolicy.cli.console import Console
from kpolicy.cli.setup import cache_folder
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.find import find_policy
from kpolicy.policy.settings import Policy
from kpolicy.policy.standard import Standard
from kpolicy.policy.vocabulary import Vocabulary, shipped_vocabulary


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """The options of `policy_options`: a policy by name or file, fragments that are required, what is accepted."""

    policy: str | None
    require: tuple[str, ...]
    no_waivers: bool
    baseline: str | None
    since: str | None = None
    no_cache: bool = False

    @classmethod
    def of(cls, words: Mapping[str, object]) -> PolicyWords:
        """From click's keywords."""
        return cls(
            policy=cast("str | None", words["policy"]),
            require=cast("tuple[str, ...]", words["require"]),
            no_waivers=bool(words.get("no_waivers")),
            baseline=cast("str | None", words.get("baseline")),
            since=cast("str | None", words.get("since")),
            no_cache=bool(words.get("no_cache")),
        )


@dataclass
class Standards:
    """The standards of a run, each loaded once; the number of one is its place in `all`.

    `source` is the kernel tree, where there is one, and `quiet` are checks that the command makes
    only when a policy asks for them.
    """

    console: Console
    words: PolicyWords
    source: KernelTree | None
    quiet: Collection[str] = ()
    all: list[Standard] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _vocabulary: Vocabulary | None = None

    def number_for(self, path: str | os.PathLike[str] | None) -> int:
        """The standard for a config file or a tree; None for standard input, which is looked at from here.

        Raises UsageError, or FileErrors with everything that is wrong with the policy file.
        """
        if self.words.policy is not None:
            return self._number(self.words.policy)
        found = find_policy(Path(path) if path is not None else Path())
        return self._number(min(os.path.relpath(found), str(found), key=len) if found is not None else "")

    def by_default(self) -> int:
        """The standard where no `kpolicy.toml` is looked for: that of --policy, else every rule as it is."""
        return self._number(self.words.policy or "")

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.all)
            self.all.append(self._load(word))
        return number

    def _load(self, word: str) -> Standard:
        if self._vocabulary is None:
            cache = cache_folder(self.console.environment, disabled=self.words.no_cache)
            self._vocabulary = shipped_vocabulary(quiet=self.quiet, examples=False, cache=cache)
        policy = _load(word, self._vocabulary)
        if word and self.words.policy is None:
            self.console.note(f"by the policy in {word}")
        if not (self.words.require or policy.require):
            return Standard(policy)
        # Only here: most runs require nothing.
        from kpolicy.policy.required import read_requirements

        requirements, missing = read_requirements(self.words.require, policy.require, self.source)
        tree = self.source.name if self.source is not None else None
        for fragment in missing:
            why = f"{tree} does not have it" if tree is not None else "there is no tree to look in; --tree names one"
            where = f"{fragment.location}: " if fragment.location is not None else ""
            self.console.note(f"{where}nothing is required by {fragment.name}: {why}")
        return Standard(policy, requirements)


def _load(word: str, vocabulary: Vocabulary) -> Policy:
    if not word:
        return Policy((), vocabulary)
    # Only here: without a policy nothing of it is needed.
    from kpolicy.policy.extends import load_policy

    return load_policy(word, vocabulary)
