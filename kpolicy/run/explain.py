# SPDX-License-Identifier: GPL-2.0-or-later
"""Why symbols have their values in a config."""

from __future__ import annotations

from collections.abc import Sequence

from kpolicy.config.command_line import CommandLine
from kpolicy.errors import KpolicyError
from kpolicy.explain.explanation import explain
from kpolicy.frozen import dataclass
from kpolicy.policy.boot.effects import boot_effects
from kpolicy.policy.checks.unreadable import unreadable_lines
from kpolicy.report.remark import Remark
from kpolicy.report.views.explain import ExplainReport
from kpolicy.run.context import Context
from kpolicy.run.expand import Evaluated, ValuesRequest, values_of


@dataclass(frozen=True, slots=True)
class Explained:
    """A report for each symbol, errors for those that the architecture does not define, and remarks about lines."""

    reports: tuple[ExplainReport, ...]
    errors: tuple[KpolicyError, ...]
    remarks: tuple[Remark, ...]


def explain_symbols(
    request: ValuesRequest, symbols: Sequence[str], context: Context, loader: CommandLine | None = None
) -> Explained:
    """Why symbols of a config have their values, and what the boot loader's command line does to them."""
    return explain_evaluated(values_of(request, context), symbols, loader)


def explain_evaluated(evaluated: Evaluated, symbols: Sequence[str], loader: CommandLine | None = None) -> Explained:
    """Why symbols, named with CONFIG_ or without, have their values; each is explained once.

    Without a command line nothing is said about parameters.
    """
    values = evaluated.values
    booted = values.booted(loader)
    model = values.model
    asked = dict.fromkeys(word.removeprefix("CONFIG_") for word in symbols)
    remarks = tuple(Remark(item.location, item.message) for item in unreadable_lines(values) if item.symbol in asked)
    reports: list[ExplainReport] = []
    errors: list[KpolicyError] = []
    for symbol in asked:
        if model.is_defined(symbol):
            boot = boot_effects(booted, symbol) if loader is not None else None
            found = explain(values, symbol)
            reports.append(ExplainReport(evaluated.name, model.architecture, model.version, found, boot))
        else:
            # Only for errors.
            from kpolicy.run.unknown import unknown_symbol

            errors.append(unknown_symbol(evaluated.examiner, model, symbol))
    return Explained(tuple(reports), tuple(errors), remarks)
