# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies of other tools, where a policy file or the command line names them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from kpolicy.files import tidy
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import PolicyFile
from kpolicy.policy.files.settings import Policy
from kpolicy.policy.files.spec import Spec, parse_spec

if TYPE_CHECKING:
    from kpolicy.kernel.source import KernelTree
    from kpolicy.policy.files.requirement import Requirement
    from kpolicy.policy.foreign.policy import Foreign
    from kpolicy.run.context import Listener

_MOST_TOLD: Final = 20


class Imports:
    """Reads the policies that are named; `source` is the kernel tree in which they are also looked for."""

    def __init__(self, source: KernelTree | None) -> None:
        self._roots = ("", source.root) if source is not None and source.revision is None else ("",)
        self._read: dict[Spec, Foreign] = {}

    def read(self, spec: Spec) -> Foreign:
        """A policy by its spec; raises UsageError, or FileErrors with all that is wrong with its files."""
        found = self._read.get(spec)
        if found is None:
            # Only here: importers are loaded when they are named.
            from kpolicy.policy.foreign.policy import Folder
            from kpolicy.policy.foreign.read import read_foreign

            found = self._read[spec] = read_foreign(spec, Folder(self._roots))
        return found

    def requirements(self, name: str, location: Location | None) -> tuple[Requirement, ...] | None:
        """What a name requires, None where it names no policy of another tool; see `read_requirements`."""
        spec = parse_spec(name)
        if spec is None:
            return None
        if location is not None and spec.path:
            folder = os.path.dirname(location.path)
            spec = Spec(spec.format, tidy(os.path.join(folder, spec.path)), spec.section)
        return self.read(spec).requirements

    def text(self, spec: Spec) -> str:
        """A policy file that says the same; it begins with what it cannot say."""
        from kpolicy.policy.files.require_writing import policy_text  # only for a conversion

        found = self.read(spec)
        head = [f"imported by kpolicy from {spec}"]
        head += [f"not imported: {item.location}: {item.text} ({item.why})" for item in found.left_out]
        return policy_text(found.requirements, found.waivers, head)

    def with_waivers(self, policy: Policy) -> Policy:
        """A policy with the waivers of all that was read."""
        files = tuple(PolicyFile(str(spec), waivers=item.waivers) for spec, item in self._read.items() if item.waivers)
        return Policy((*policy.files, *files), policy.vocabulary) if files else policy

    def tell(self, listener: Listener) -> None:
        """Say which lines were left out."""
        for spec, found in self._read.items():
            for item in found.left_out[:_MOST_TOLD]:
                listener.note(f"{item.location}: not imported: {item.text} ({item.why})")
            if len(found.left_out) > _MOST_TOLD:
                more = len(found.left_out) - _MOST_TOLD
                listener.note(f"{spec}: {more} more lines are not imported; `kpolicy policy import` lists all")
