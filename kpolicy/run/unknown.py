# SPDX-License-Identifier: GPL-2.0-or-later
"""What to say of a symbol that an architecture does not define."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpolicy.errors import UsageError
from kpolicy.kconfig.model import Model
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.checks.names import likely_names
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.message import conjoined
from kpolicy.run.examine import Examiner

_MOST_NAMES: Final = 3


def unknown_symbol(examiner: Examiner, model: Model, name: str) -> UsageError:
    """The error for a symbol that the model does not define: who does, or what may have been meant."""
    if not name:
        return UsageError("a symbol is needed", hint="for example KASAN, or CONFIG_KASAN")
    places = examiner.tree.names.definitions(name)
    if places:
        archs = sorted({arch for place in places for arch in place.architectures})
        text = f"{name} is defined for {', '.join(archs)} only ({places[0].location}), not for {model.architecture}"
        return UsageError(text, hint=f"pass --arch {archs[0]}")
    likely = likely_names(model, name) or ((name.upper(),) if model.is_defined(name.upper()) else ())
    known = _meant(likely) or _gone(model, name)
    when = lifetime_words(name, model.version)
    if when:
        return UsageError(f"Linux {model.version} does not define {name}: {when}", hint=known)
    hint = known or _meant(tuple(_nearest(model, name)))
    return UsageError(f"no Kconfig file of any architecture defines {name}", hint=hint)


def _meant(names: tuple[str, ...]) -> str | None:
    return f"did you mean {conjoined(names, 'or')}?" if names else None


def _nearest(model: Model, name: str) -> Iterator[str]:
    """The names that are most alike, a few where several are equally so."""
    import difflib  # only for errors

    near = difflib.get_close_matches(name.upper(), model.names(), n=_MOST_NAMES, cutoff=0.6)
    ratios = [difflib.SequenceMatcher(None, item, name.upper()).ratio() for item in near]
    yield from sorted(item for item, ratio in zip(near, ratios, strict=True) if ratio == ratios[0])


def _gone(model: Model, name: str) -> str | None:
    """What a rule about stale names knows of one, with the present names that it is about."""
    for rule in shipped_catalogue(examples=False):
        present = [item for item in rule.symbols if model.is_defined(item)]
        if rule.kind == "stale" and name in rule.symbols:
            options = f"; present options: {', '.join(present)}" if present else ""
            return f"{rule.title}{options} (kpolicy rules show {rule.id})"
    return None
