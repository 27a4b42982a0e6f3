# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy rules pages`: the documentation of the rules as files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.errors import InputError, UsageError
from kpolicy.report.text.lines import number


@click.command("pages")
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=click.Path(),
    required=True,
    shell_complete=candidates.folders,
    help="Write the pages to this directory.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with status 1 if a page differs.")
@click.pass_obj
def command(console: Console, /, output: str, check: bool) -> int:
    """Write a Markdown page for each family of rules, for the checks and the roles, and an index.

    Only pages that differ are written. Pages of removed families are deleted; other files are neither
    overwritten nor deleted.

    \b
    Example:
      kpolicy rules pages --output docs/rules
    """
    from kpolicy.policy.checks.registry import CHECKS
    from kpolicy.policy.roles.shipped import shipped_roles
    from kpolicy.policy.rules.catalogue import shipped_catalogue
    from kpolicy.report.views.rule_docs import rule_pages

    folder = Path(output)
    pages = rule_pages(shipped_catalogue(), CHECKS, shipped_roles())
    present = _present(folder)
    differ = [name for name in sorted(pages) if present.get(name) != pages[name]]
    left_over = [name for name, text in sorted(present.items()) if name not in pages and _is_ours(text)]
    if check:
        lines = [f"{folder / name}: {'differs' if name in present else 'is missing'}" for name in differ]
        lines += [f"{folder / name}: belongs to no rule" for name in left_over]
        console.payload("".join(f"{line}\n" for line in lines))
        return status.FINDINGS if lines else status.CLEAN
    for name in differ:
        if name in present and not _is_ours(present[name]):
            raise UsageError(
                f"{folder / name} is not a page of rules", hint="pass another directory, or move the file away"
            )
    _write(console, folder, {name: pages[name] for name in differ}, left_over)
    console.note(f"{number(len(pages), 'page')}, {len(differ)} written, {len(left_over)} removed")
    return status.CLEAN


def _present(folder: Path) -> dict[str, str]:
    """The Markdown files of a folder; bytes that are no UTF-8 make a text that differs from every page."""
    from kpolicy.files import read_file

    try:
        if not folder.exists():
            return {}
        return {path.name: read_file(path, pipes=False).decode("utf-8", "replace") for path in folder.glob("*.md")}
    except (OSError, ValueError) as error:
        raise _unusable(folder, error) from None


def _write(console: Console, folder: Path, pages: Mapping[str, str], left_over: list[str]) -> None:
    from kpolicy.cli.writing import deliver

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            deliver(console, text, str(folder / name), force=True)
        for name in left_over:
            (folder / name).unlink()
    except (OSError, ValueError) as error:
        raise _unusable(folder, error) from None


def _is_ours(text: str) -> bool:
    from kpolicy.report.views.rule_docs import MARKER

    return MARKER in text.split("\n", 2)[:2]


def _unusable(folder: Path, error: OSError | ValueError) -> InputError:
    reason = error.strerror if isinstance(error, OSError) else error
    return InputError(f"cannot write pages to {folder}: {reason}")
