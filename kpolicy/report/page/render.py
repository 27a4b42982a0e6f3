# SPDX-License-Identifier: GPL-2.0-or-later
"""From content to HTML: the only module that knows jinja2."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kpolicy import __version__
from kpolicy.report.page.content import content
from kpolicy.report.page.words import breakable
from kpolicy.report.records import Report

_PACKAGE = "kpolicy.report.page"


def render(report: Report) -> str:
    """The report as a whole HTML document, the same for the same report."""
    style, script = _file("style.css"), _file("script.js")
    # Whatever is not named is refused: pictures, fonts, connections, frames, forms, plug-ins.
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    # Neither can end its element; a file of the package needs no escaping.
    marked = {"style": Markup(style), "script": Markup(script)}  # noqa: S704
    page = content(report)
    template = _environment().get_template("page.html")
    return template.render(page=page, title=page.title, version=page.version, policy=policy, **marked)


def render_sections(
    title: str, lead: str, sections: Sequence[object], notes: Sequence[str], pictures: Sequence[object] = ()
) -> str:
    """A whole HTML document of tables; a section has an anchor, a title, heads and rows.

    Pictures, with shapes and labels, come before the tables.
    """
    style = _file("style.css")
    policy = f"default-src 'none'; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .get_template("history.html" if pictures else "sections.html")
        .render(
            title=title,
            lead=lead,
            sections=sections,
            notes=notes,
            pictures=pictures,
            policy=policy,
            version=__version__,
            style=Markup(style),  # noqa: S704 - a file of the package needs no escaping
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"breakable": breakable, "count": "{:,}".format}
    return environment


@cache
def _file(name: str) -> str:
    return resources.files(_PACKAGE).joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
