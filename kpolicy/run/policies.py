# SPDX-License-Identifier: GPL-2.0-or-later
"""Which policy is for which config: the one that was named, or the nearest `kpolicy.toml`."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass
from kpolicy.policy.files.find import find_policy
from kpolicy.policy.files.policy_file import Fragment, PolicyFile
from kpolicy.policy.files.settings import Policy
from kpolicy.policy.files.vocabulary import Vocabulary, check_selector, shipped_vocabulary
from kpolicy.policy.judging.choice import EVERYTHING, Choice
from kpolicy.policy.judging.standard import Standard

if TYPE_CHECKING:
    from kpolicy.kernel.source import KernelTree
    from kpolicy.policy.judging.baseline import Baseline
    from kpolicy.run.context import Context


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """What configs are checked against, and what is accepted.

    `policy` is a policy by name or file, None for the nearest `kpolicy.toml`; `require` are fragments whose lines are
    required; `baseline` is a file of known findings; findings of the revision `since` of the tree are known too.
    `findings` are those that count; a check that is off is made where they name it by its id.
    """

    policy: str | None = None
    require: tuple[str, ...] = ()
    waivers: bool = True
    baseline: str | None = None
    since: str | None = None
    findings: Choice = EVERYTHING


class Standards:
    """The standards of a run, each loaded once; the number of one is its place in `all`.

    `choice` says which; `source` is the kernel tree, where there is one, and `quiet` are checks that the command makes
    only when a policy asks for them.
    """

    def __init__(
        self, choice: PolicyChoice, source: KernelTree | None, context: Context, quiet: Collection[str] = ()
    ) -> None:
        self.choice = choice
        self.source = source
        self.context = context
        self.quiet = quiet
        self.all: list[Standard] = []
        self._numbers: dict[str, int] = {}
        self._vocabulary: Vocabulary | None = None

    def number_for(self, path: str | os.PathLike[str] | None) -> int:
        """The standard for a config file or a tree; None for standard input, which is looked at from here.

        Raises UsageError, or FileErrors with everything that is wrong with the policy file.
        """
        if self.choice.policy is not None:
            return self._number(self.choice.policy)
        found = find_policy(path if path is not None else "")
        return self._number(min(os.path.relpath(found), found, key=len) if found is not None else "")

    def by_default(self) -> int:
        """The standard where no `kpolicy.toml` is looked for: that of --policy, else every rule as it is."""
        return self._number(self.choice.policy or "")

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.all)
            self.all.append(self._load(word))
        return number

    def _load(self, word: str) -> Standard:
        if self._vocabulary is None:
            self._vocabulary = shipped_vocabulary(
                quiet=self.quiet, named=self.choice.findings.select, examples=False, cache=self.context.cache
            )
        policy = _load(word, self._vocabulary, self.context.cache, found=self.choice.policy is None)
        self._check_words(policy.vocabulary)
        if word and self.choice.policy is None:
            self.context.listener.note(f"by the policy in {word}")
        if not (self.choice.require or policy.require):
            return Standard(policy)
        # Only here: most runs require nothing.
        from kpolicy.policy.judging.requirements import read_requirements
        from kpolicy.run.foreign import Imports

        imports = Imports(self.source)
        requirements, missing = read_requirements(
            self.choice.require, policy.require, self.source, imports.requirements
        )
        tree = self.source.name if self.source is not None else None
        for fragment in missing:
            why = f"{tree} does not have it" if tree is not None else "there is no tree; pass --tree"
            where = f"{fragment.location}: " if fragment.location is not None else ""
            self.context.listener.note(f"{where}requirements of {fragment.name} are ignored: {why}")
        imports.tell(self.context.listener)
        return Standard(imports.with_waivers(policy), requirements)

    def _check_words(self, vocabulary: Vocabulary) -> None:
        """Refuse words for rules that there are not; own rules are those of the first policy."""
        if self.all:
            return
        for option in ("select", "ignore"):
            for word in getattr(self.choice.findings, option):
                check_selector(f"--{option}", word, vocabulary)


def _load(word: str, vocabulary: Vocabulary, cache: str | None, *, found: bool) -> Policy:
    """The policy of a word; one that was `found` is a file."""
    if not word:
        return Policy((), vocabulary)
    # Only here: without a policy nothing of it is needed.
    from kpolicy.policy.files.shipped import SHIPPED, shipped_policy

    if word in SHIPPED and not found:
        return shipped_policy(word, vocabulary, cache)
    from kpolicy.policy.files.extends import load_policy
    from kpolicy.policy.files.spec import parse_spec

    if parse_spec(word) is not None and not found:
        # A policy of another tool is one that requires it, and has every rule as it is.
        return Policy((PolicyFile(word, require=(Fragment(word),)),), vocabulary)
    return load_policy(word, vocabulary, found=found)


def known_findings(choice: PolicyChoice, standards: Standards) -> Baseline | None:
    """The baseline that is named, with today's ids of the rules."""
    if choice.baseline is None:
        return None
    # Only here: most runs have none.
    from kpolicy.policy.judging.baseline import read_baseline

    return read_baseline(choice.baseline, standards.all[0].policy.vocabulary.canonical)
