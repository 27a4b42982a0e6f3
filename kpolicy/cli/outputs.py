# SPDX-License-Identifier: GPL-2.0-or-later
"""`-o FORMAT[:PATH]`: in which formats a report comes out, and where."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Final

from kpolicy.cli.console import Console
from kpolicy.cli.view_options import presentation
from kpolicy.cli.writing import check_output, deliver
from kpolicy.errors import InputError, UsageError
from kpolicy.frozen import dataclass, replace
from kpolicy.report.formats import FORMATS, Format, likeliest
from kpolicy.report.presentation import PLAIN, Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.lines import number

STEP_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The variable that names the file of a job's summary."""


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file that it is written to; None for stdout."""

    form: Format
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Outputs:
    """All outputs of a run, and how the text is to look."""

    all: tuple[Output, ...]
    how: Presentation = PLAIN
    force: bool = False

    @classmethod
    def of(cls, words: Mapping[str, object]) -> Outputs:
        """From click's keywords; raises UsageError for formats that there are not, or that cannot go together."""
        named = words.get("outputs") or ()
        assert isinstance(named, tuple)
        outputs = tuple(map(parse_output, named)) or (Output(FORMATS["text"]),)
        _check_together(outputs)
        texts = [output.path for output in outputs if output.form.name == "text"]
        return cls(outputs, presentation(words, texts), bool(words.get("force")))

    @property
    def line_hashes(self) -> bool:
        """Whether some format holds the hashes of lines."""
        return any(output.form.line_hashes for output in self.all)

    @property
    def costs(self) -> bool:
        """Whether some format shows what options cost."""
        return any(output.form.costs for output in self.all)


def parse_output(word: str) -> Output:
    """What `FORMAT[:PATH]` names; raises UsageError for an unknown format, with what was probably meant."""
    name, colon, path = word.partition(":")
    if name not in FORMATS:
        guess = likeliest(name, path if colon else None)
        hint = f"did you mean {guess}?" if guess else f"the formats are {', '.join(FORMATS)}"
        raise UsageError(f"-o {word}: unknown format {name!r}", hint=hint)
    if colon and not path:
        raise UsageError(f"-o {word}: the path is missing", hint=f"-o {name} without a path writes to standard output")
    return Output(FORMATS[name], None if path in ("", "-") else path)


def _check_together(outputs: Sequence[Output]) -> None:
    bare = [output.form.name for output in outputs if output.path is None]
    if len(bare) > 1:
        hint = f"name a file for {'all but one' if len(set(bare)) > 1 else 'one'}: -o {bare[-1]}:PATH"
        raise UsageError(f"{' and '.join(bare)} cannot both go to standard output", hint=hint)
    paths = [os.path.realpath(output.path) for output in outputs if output.path is not None]
    twice = next((path for number, path in enumerate(paths) if path in paths[:number]), None)
    if twice is not None:
        raise UsageError(f"two formats cannot both go to {twice}", hint="name two files")


def check_outputs(console: Console, outputs: Outputs) -> None:
    """Refuse, before any work is done, what could not be written in the end.

    Raises UsageError for a file that is there and not to be overwritten, InputError for a folder that is not.
    """
    for output in outputs.all:
        if output.path is not None:
            check_output(output.path, force=outputs.force)
    path = _step_summary(console, outputs)
    if path is not None:
        # It is appended to, whether it is there or not.
        check_output(path, force=True)


def deliver_outputs(console: Console, report: Report, outputs: Outputs) -> None:
    """Write a report in all formats: everything is rendered first, files are written, then stdout."""
    # `check` is about one config: what is wrong with it, and why.
    how = replace(outputs.how, details=outputs.how.verbose or report.command in ("check", "kconfig"))
    rendered = [(output, output.form.render(report, _presentation(console, output, how))) for output in outputs.all]
    _tell_what_is_left_out(console, report, outputs)
    for output, text in sorted(rendered, key=lambda item: item[0].path is None):
        deliver(console, text, output.path, force=outputs.force)
    _append_summary(console, report, outputs)


def _presentation(console: Console, output: Output, how: Presentation) -> Presentation:
    if output.path is None:
        how = replace(how, style=console.style())
    else:
        # Being quiet is about what people look at.
        how = replace(how, failing=False)
    if not output.form.pages:
        return how
    from kpolicy.cli.links import published_pages  # few formats have links

    return replace(how, pages=published_pages())


def _tell_what_is_left_out(console: Console, report: Report, outputs: Outputs) -> None:
    waived, known = report.accepted
    names = [output.form.name for output in outputs.all if not output.form.accepted]
    if names and (waived or known):
        console.note(f"omitted in {', '.join(names)}: {waived} waived and {number(known, 'known finding')}")


def _step_summary(console: Console, outputs: Outputs) -> str | None:
    """The file of the job's summary, where the run is one of GitHub Actions that wants its format."""
    wanted = any(output.form.name == "github" for output in outputs.all)
    return (console.environment.get(STEP_SUMMARY) or None) if wanted else None


def _append_summary(console: Console, report: Report, outputs: Outputs) -> None:
    path = _step_summary(console, outputs)
    if path is None:
        return
    # Only here: no other format has a second text.
    from kpolicy.report.formats.github import SUMMARY_SIZE, job_summary

    try:
        with open(path, "ab") as stream:
            text = job_summary(report, SUMMARY_SIZE - stream.tell())
            stream.write(text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot write the job summary {path}: {reason}") from None
    if not text:
        console.note("no job summary: the file has reached the size that GitHub shows")
