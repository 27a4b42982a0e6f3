# SPDX-License-Identifier: GPL-2.0-or-later
"""The toolchain that a full .config records.

`conf` writes what its probes found into .config: versions (GCC_VERSION, PAHOLE_VERSION,
CC_VERSION_TEXT ...) and capabilities (CC_HAS_..., AS_HAS_...).  Symbols without a prompt
that a probe alone decides keep those values when the .config is judged, so that it is
judged as it was built and not as another compiler would have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kpolicy.config.model import Config
from kpolicy.evaluate.strings import unquote
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.frozen import replace
from kpolicy.kconfig.model import Model
from kpolicy.kernel.toolchain.words import linker_number

# A .config of a kernel some years older lacks what was added since; half a .config lacks half.
_MOST_MISSING = 0.3
# One symbol that a probe decides may depend on another.
_MOST_ROUNDS = 4


def recorded_values(config: Config) -> dict[str, str]:
    """Every value of a .config by name, strings without quotes."""
    values = config.written
    return {**values} | {name: unquote(value) or "" for name, value in values.items() if value[:1] == '"'}


def recorded_probes(model: Model, config: Config) -> dict[str, str | None] | None:
    """What the probes answered when a full .config was made, for `evaluate(recorded=...)`.

    None for a config that is not complete, whatever its header says: where a good part of the
    prompts that would be visible has no line, a missing line says nothing.

    Of a stack the first file counts, which is the full one.  Only where the model's own answers
    lead to something else than the .config says is a symbol that depends on a probe overruled:
    with its recorded value when a probe alone decides it, with None (hidden) when it has no
    line.  So what is off for other reasons is left to the model, and a fragment on top can
    turn it on.  In a .config of another release a missing line says nothing: that release may
    not know the symbol, and the linker's version may be written in another form.
    """
    first = config.assignments[0].location.path if config.assignments else ""
    full = replace(config, assignments=tuple(item for item in config.assignments if item.location.path == first))
    written = recorded_values(full)
    probes: dict[str, str | None] = {}
    for _round in range(_MOST_ROUNDS):
        values = evaluate(model, full, recorded=probes)
        if not probes:
            if not _is_complete(values, written):
                return None
            written = _converted(values, written)
        found = {
            name: text
            for name, text in _differing(values, written, probes)
            if text is not None or _release(config.version or model.version) == _release(model.version)
        }
        if not found:
            break
        probes |= found
    return probes


def _converted(values: Values, written: Mapping[str, str]) -> dict[str, str]:
    """Recorded values as this tree writes them: of the tools' versions only that of the linker has changed its form."""
    number = linker_number(written.get("LD_VERSION", ""), values.text("LD_VERSION"))
    return {**written, **({"LD_VERSION": number} if number is not None else {})}


def _release(version: str) -> list[str]:
    """Version and patchlevel."""
    return re.split(r"[.-]", version)[:2]


def _differing(
    values: Values, written: Mapping[str, str], known: Mapping[str, str | None]
) -> Iterator[tuple[str, str | None]]:
    """The symbols depending on probes that are not as written, and what they have to be."""
    for name, decides in values.model.probed():
        if name in known:
            continue
        if name not in written:
            if values.is_written(name) if decides else values.visibility(name) > 0:
                yield name, None
        elif decides and values.text(name) != written[name]:
            yield name, written[name]


def _is_complete(values: Values, written: Mapping[str, str]) -> bool:
    resting = {name for name, _decides in values.model.probed()}
    visible = [name for name in values.model.names() if name not in resting and values.visibility(name)]
    return sum(name not in written for name in visible) <= len(visible) * _MOST_MISSING
