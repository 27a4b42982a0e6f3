# SPDX-License-Identifier: GPL-2.0-or-later
"""What the files of boot parameters and settings have in common: releases, sources, optional conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kpolicy.policy.boot.parameter import Source
from kpolicy.policy.toml.reader import TableReader

if TYPE_CHECKING:
    from kpolicy.evaluate.handlers import Release
    from kpolicy.policy.expressions.expression import Expression
    from kpolicy.policy.toml.toml_file import KeyPath

_RELEASE: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\Z")


class SourcedReader(TableReader):
    """Typed access to the keys of a file whose statements were looked up in releases."""

    def condition_or(self, where: KeyPath, otherwise: Expression) -> Expression:
        """A condition; `otherwise` where there is none."""
        return self.condition(where) if self.value(where) is not None else otherwise

    def release(self, where: KeyPath) -> Release:
        """A release such as 6.12; (0, 0) where there is none."""
        text = self.string(where, required=False)
        found = _RELEASE.match(text)
        if found is None:
            if text:
                self.file.complain(where, f"{where[-1]!r} is a release such as 6.12", value=True)
            return 0, 0
        return int(found.group(1)), int(found.group(2))

    def source(self, where: KeyPath) -> Source:
        """A `[[source]]`."""
        self.known_keys(where, ("release", "code", "documented"))
        return Source(
            self.string((*where, "release")),
            self.string((*where, "code")),
            self.string((*where, "documented"), required=False),
        )
