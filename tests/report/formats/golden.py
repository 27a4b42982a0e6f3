# SPDX-License-Identifier: GPL-2.0-or-later
"""Small outputs of every format, kept as files: `python -m tests.report.formats.golden` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kpolicy import __version__
from kpolicy.report.formats import FORMATS
from kpolicy.report.presentation import Presentation
from tests.report.formats.samples import sample

FOLDER = Path(__file__).parent / "golden"
_SUFFIXES = {"github": ".github.txt", "gitlab": ".gitlab.json"}


def outputs() -> Mapping[str, str]:
    """What the sample report gives, by the names of the files; the version of kpolicy aside."""
    report = sample()
    found = {
        f"report{_SUFFIXES.get(name) or form.suffixes[0]}": form.render(report, Presentation())
        for name, form in FORMATS.items()
        if name != "html"
    }
    found["report.details.txt"] = FORMATS["text"].render(report, Presentation(details=True))
    found["report.terse.txt"] = FORMATS["text"].render(report, Presentation(terse=True))
    found["report.mail.txt"] = FORMATS["text"].render(report, Presentation(mail=True))
    return {name: text.replace(f'"{__version__}"', '"VERSION"') for name, text in found.items()}


if __name__ == "__main__":
    # First: a format that fails leaves the files as they are.
    written = outputs()
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_bytes(text.encode())
