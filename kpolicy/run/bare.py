# SPDX-License-Identifier: GPL-2.0-or-later
"""A full .config without the tree that it came from.

A .config as `conf` writes it holds the value of every symbol that was visible or had one.  So the
model is made of the .config itself: each of its symbols with a prompt and nothing else, which gives
every symbol the value that is written.  What only Kconfig files state stays unknown: who selected
a symbol, whether it could be set, and whether a symbol without a line is hidden or does not exist.
Rules that rest on that are not judged, and are reported as such.

`conf` writes every symbol that is y.  A file without its header, as in the source packages of Fedora, has lines for
the options with a prompt only: there a symbol without a line can be y by a select or a default, as HAVE_ARCH_KFENCE is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from kpolicy.config.model import Config, Lines
from kpolicy.config.origin import architecture_of
from kpolicy.errors import InputError, KpolicyError, UsageError
from kpolicy.evaluate.effect import effect_of
from kpolicy.evaluate.stated import stated_user_values
from kpolicy.evaluate.strings import unquote
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.stated import stated_model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain import Toolchain, recorded_toolchain
from kpolicy.kernel.version import KernelVersion, parse_version
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import And, Compare, Expression, Not, Or, Predicate, Symbol
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.roles.earlier import EarlierRole
from kpolicy.report.records import ConfigReport
from kpolicy.run.judging import report_on
from kpolicy.run.remarks import HEADER_WORDS

if TYPE_CHECKING:
    from kpolicy.costing.bill import Machine
    from kpolicy.policy.rules.rule import Rule
    from kpolicy.running.system import System

_ON = ("y", "m")


def bare_report(
    values: Values,
    standard: Standard,
    number: int = 0,
    machine: Machine | None = None,
    cache: str | None = None,
    earlier: EarlierRole | None = None,
    system: System | None = None,
    *,
    census: bool = True,
) -> ConfigReport:
    """What a full .config states (`bare_values`), checked against a standard; without a `census` nothing is counted.

    For the rest see `report_on`.
    """
    return report_on(
        values,
        values.config.name if values.config is not None else "",
        standard,
        standard.policy.vocabulary.counted if census else (),
        number=number,
        answer=lambda rule: _fires(rule, values),
        machine=machine,
        truth=truth,
        cache=cache,
        earlier=earlier,
        system=system,
    )


def bare_values(config: Config, arch: str | None = None, release: str | None = None) -> Values:
    """The values that a full .config states.

    `release` is that of the kernel if it is not in the header; a config without a header is taken
    for a full .config then.  Raises UsageError for a config that is not full, InputError without a release.
    """
    place = Location(config.name, 0)
    if not config.is_full and release is None:
        raise UsageError(
            "not a full .config with its header: a kernel tree is needed",
            place,
            hint="pass --tree, or --release and --arch for a full .config without a header",
        )
    version = _version(config, release, place)
    word = arch or architecture_of(config)
    if word is None:
        hint = "pass --arch (for example --arch arm64)"
        raise UsageError("cannot tell the architecture", place, hint=hint)
    written = config.written
    toolchain = recorded_toolchain(_Texts(written)) or Toolchain.dummy()
    model = stated_model(written, Architecture(word, _srcarch(word)), version, toolchain)
    return evaluate(model, config, "olddefconfig", user=stated_user_values(model, config))


class _Texts(Mapping[str, str]):
    """Values of a .config, strings without quotes: of thousands some are asked for."""

    def __init__(self, written: Mapping[str, str]) -> None:
        self._written = written

    def __getitem__(self, name: str, /) -> str:
        value = self._written[name]
        return (unquote(value) or "") if value[:1] == '"' else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


def stated_effects(one: Values, other: Values) -> tuple[dict[str, str], dict[str, str]]:
    """What `effect` gives for two full .config files, but for symbols whose lines are the same where that tells."""
    if not (_says_all(one) and _says_all(other)):
        from kpolicy.evaluate.effect import effect

        return effect(one), effect(other)
    assert one.config is not None
    assert other.config is not None
    names = {name for name, _ in one.config.written.items() ^ other.config.written.items()}
    return _stated_effect(one, names), _stated_effect(other, names)


def _stated_effect(values: Values, names: Collection[str]) -> dict[str, str]:
    assert values.config is not None
    written, symbols = values.config.written, values.model.core.symbols
    found = {}
    for name in names:
        value = written.get(name, "n")
        if value in _ON:
            # A name that is none, or one that stands for a constant, sets nothing.
            if name in symbols:
                found[name] = value
        elif value != "n" and (text := effect_of(values, name)) is not None:
            found[name] = text
    return found


def _says_all(values: Values) -> bool:
    """Whether what is in effect is told by the last line of each symbol.

    Without modules m is y; and a line that is not valid leaves the one before it in effect.
    """
    config = values.config
    if config is None or not isinstance(config.assignments, Lines):
        return False
    return config.assignments.is_unique and config.written.get("MODULES") == "y"


def _version(config: Config, release: str | None, place: Location) -> KernelVersion:
    own = stated_version(config)
    if own is None and release is None:
        hint = "pass --release (for example --release 6.12)"
        raise InputError(f"no kernel release in the header: {config.version!r}", place, hint=hint)
    if release is None:
        assert own is not None
        return own
    given = parse_version(release)
    if own is None:
        return given
    if (own.version, own.patchlevel) != (given.version, given.patchlevel):
        hint = "remove --release: it is for a .config without a release in its header"
        raise UsageError(f"--release {release} contradicts the header, which has {config.version}", place, hint=hint)
    return own


def stated_version(config: Config) -> KernelVersion | None:
    """The release in the header of a config, None where that names none."""
    try:
        return parse_version(config.version or "")
    except KpolicyError:
        return None


def _srcarch(word: str) -> str:
    return next((folder for folder, words in HEADER_WORDS.items() if word in words), word)


def _fires(rule: Rule, values: Values) -> bool | None:
    """Whether a rule fires, None where that takes Kconfig files."""
    # For most rules this is all: its symbols are off.
    holds = truth(rule.when, values)
    if holds is False:
        return False
    makes_sense = truth(rule.requires, values)
    return makes_sense if holds or makes_sense is False else None


def truth(expression: Expression, values: Values) -> bool | None:
    """What a condition comes to, None where that takes Kconfig files."""
    if isinstance(expression, Symbol) and _states_all(values):
        # First, since most are asked of symbols, and quickly.
        return expression.holds(values)
    if isinstance(expression, Not):
        inner = truth(expression.operand, values)
        return None if inner is None else not inner
    if isinstance(expression, (And, Or)):
        decides, is_known = isinstance(expression, Or), True
        for operand in expression.operands:
            part = truth(operand, values)
            if part == decides:
                return decides
            is_known = is_known and part is not None
        return not decides if is_known else None
    if isinstance(expression, Predicate):
        return _predicate(expression, values)
    # Where all values are stated, to ask which are read takes longer than the rest.
    is_known = _states_all(values) or all(map(values.model.is_defined, _read(expression)))
    return expression.holds(values) if is_known else None


def _read(expression: Expression) -> tuple[str, ...]:
    """The symbols whose values an expression without operators compares or takes.

    Not CMDLINE, for `boot()`: nothing selects a string, and its defaults set no parameter but console and root.
    """
    operands = (expression.left, expression.right) if isinstance(expression, Compare) else (expression,)
    return tuple(operand.name for operand in operands if isinstance(operand, Symbol))


def _is_stated(name: str, values: Values) -> bool:
    """Whether the file has the value of a symbol: in a line, or by not having one where `conf` wrote it."""
    return _states_all(values) or values.model.is_defined(name)


def _states_all(values: Values) -> bool:
    """Whether a symbol without a line is off: `conf` writes all that are on."""
    return values.config is None or values.config.is_full


def _predicate(predicate: Predicate, values: Values) -> bool | None:
    """A symbol that is off and has a line could be set; one without a line could not, and may not exist."""
    name = predicate.symbol
    has_line, is_on = values.model.is_defined(name), values.is_on(name)
    if predicate.name not in ("assigned", "requested") and not _is_stated(name, values):
        return None
    if predicate.name == "exists":
        return True if has_line else None
    if predicate.name == "selected":
        return None if is_on else False
    if predicate.name == "settable":
        return None if is_on else has_line
    return predicate.holds(values)
