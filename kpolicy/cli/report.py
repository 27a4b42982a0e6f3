# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy report`: a saved result in other formats."""

from __future__ import annotations

import sys
from typing import Final, cast

import click

from kpolicy.cli import status
from kpolicy.cli.console import Console
from kpolicy.cli.options import format_options, only_failing_option
from kpolicy.cli.view_options import census_option, chosen_findings, view_options
from kpolicy.errors import InputError, UsageError
from kpolicy.frozen import replace
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Threshold

_STDIN: Final = "<stdin>"


@click.command("report")
@click.argument("saved", required=False, type=click.Path(allow_dash=True))
@format_options
@view_options
@census_option
@only_failing_option
@click.option("--schema", is_flag=True, help="Print the JSON Schema of saved results instead.")
@click.pass_obj
def command(console: Console, /, saved: str | None, schema: bool, fail_on: str | None, **words: object) -> int:
    """Render a result saved with -o json:FILE in any format, exactly as the run itself would.

    SAVED is a file, plain or compressed by gzip, or - for stdin.  The exit status is that of the run, by its
    policies, or by --fail-on.

    \b
    Examples:
      kpolicy audit ~/linux -o json:audit.json
      kpolicy report audit.json -o sarif:audit.sarif -o junit:audit.xml -o text
      kpolicy report audit.json.gz -o text --mail
      kpolicy report --schema
    """
    from kpolicy.cli.outputs import Outputs, check_outputs
    from kpolicy.cli.reporting import show
    from kpolicy.report.chosen import chosen, known_choice
    from kpolicy.report.json.saved import read_report
    from kpolicy.report.schema import report_schema

    if schema:
        if saved is not None:
            raise UsageError("--schema takes no file", hint="remove the file")
        console.payload(report_schema())
        return status.CLEAN
    if saved is None:
        raise UsageError(
            "missing argument: a saved result", hint="audit, check and kconfig save one with -o json:FILE; - is stdin"
        )
    outputs = Outputs.of(words)
    console.quiet, console.color = bool(words["quiet"]), str(words["color"])
    check_outputs(console, outputs)
    report = read_report(_STDIN if saved == "-" else saved, _content(saved))
    if fail_on is not None:
        report = replace(report, fail_on=cast("Threshold", fail_on))
    report = chosen(report, known_choice(report, chosen_findings(words)))
    return show(console, report, outputs)


def _content(saved: str) -> bytes:
    from kpolicy.files import read_file, read_stream
    from kpolicy.report.json.saved import MAX_SIZE

    name = _STDIN if saved == "-" else saved
    try:
        return read_stream(sys.stdin.buffer, MAX_SIZE) if saved == "-" else read_file(saved, MAX_SIZE)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot read the saved result: {reason}", Location(name, 0)) from None
