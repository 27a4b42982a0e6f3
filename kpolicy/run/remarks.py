# SPDX-License-Identifier: GPL-2.0-or-later
"""Remarks about a config besides findings: what conf warns of, and where the config is from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.config.origin import architecture_of
from kpolicy.errors import InputError
from kpolicy.evaluate.values import Values
from kpolicy.frozen import replace
from kpolicy.kernel.version import parse_version
from kpolicy.location import Location
from kpolicy.report.remark import Remark

if TYPE_CHECKING:
    from kpolicy.config.model import Config
    from kpolicy.policy.judging.standard import Standard
    from kpolicy.report.records import ConfigReport

_NOTHING: Final = "no requirement is for this config"
HEADER_WORDS = {"x86": ("i386", "x86_64"), "sparc": ("sparc32", "sparc64"), "parisc": ("parisc64",)}
"""The ARCH words that stand in the header of a .config besides the folder's own name."""


def remarks(values: Values) -> Iterator[Remark]:
    """What conf warns of, and what it does not say: a config of another kernel or architecture."""
    yield from conf_remarks(values)
    yield from origin_remarks(values)


def conf_remarks(values: Values) -> Iterator[Remark]:
    """What conf warns of, in its words; of that a finding says most, better."""
    if not values.warnings:
        return
    stacked = values.config is not None and len({item.location.path for item in values.config.assignments}) > 1
    for location, text in values.warnings:
        # A fragment is there to override: only within one file is that odd.
        if not (stacked and text.startswith("override: ")):
            yield Remark(location, text)


def origin_remarks(values: Values) -> Iterator[Remark]:
    """That a config is of another kernel or architecture."""
    config, model = values.config, values.model
    if config is None:
        return
    made_for = other_architecture(config, model.architecture, model.srcarch)
    if made_for is not None:
        place = config.assignments[0].location.path if config.assignments else config.name
        yield Remark(Location(place, 1), f"made for {made_for}, read for {model.architecture}")
    else:
        yield from release_remarks(values)


def other_architecture(config: Config, architecture: str, srcarch: str) -> str | None:
    """The architecture that a config says that it is for, where that is not the one that it is read for."""
    made_for = architecture_of(config)
    return None if made_for in (None, architecture, srcarch, *HEADER_WORDS.get(srcarch, ())) else made_for


def release_remarks(values: Values) -> Iterator[Remark]:
    """That a config is of another release."""
    config, model = values.config, values.model
    if config is not None and config.version is not None and not _is_release(config.version, model.version):
        place = config.assignments[0].location.path if config.assignments else config.name
        yield Remark(Location(place, 1), f"made by Linux {config.version}, read as Linux {model.version}")


def nothing_required(values: Values, name: str, standard: Standard) -> Iterator[Remark]:
    """That no requirement is for a config: a clean report would look as if all of them were met."""
    if not standard.requirements:
        return
    # Only here: most runs require nothing.
    from kpolicy.policy.judging.requirements import is_for

    if not any(is_for(values, item, name) for item in standard.requirements):
        model = values.model
        yield Remark(Location(name, 0), f"{_NOTHING}: it is {model.architecture} of Linux {model.version}")


def said_once(configs: Sequence[ConfigReport]) -> tuple[ConfigReport, ...]:
    """All configs of a tree: that no requirement is for some of them goes without saying, for all it is said once."""
    idle = [any(item.text.startswith(_NOTHING) for item in config.remarks) for config in configs]
    if not any(idle):
        return tuple(configs)
    first = 0 if all(idle) else None
    return tuple(config if number == first else _without(config) for number, config in enumerate(configs))


def _without(config: ConfigReport) -> ConfigReport:
    return replace(config, remarks=tuple(item for item in config.remarks if not item.text.startswith(_NOTHING)))


def _is_release(text: str, version: str) -> bool:
    """Whether a header names a version: it may leave the sublevel out."""
    try:
        return str(parse_version(text)) == version
    except InputError:
        return text == version
