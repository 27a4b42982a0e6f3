# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as one HTML page for a browser.

What it shows is put together in plain records (`content`), which templates only write down.  The page loads
nothing: style and script are in it, and its content security policy allows nothing else.
"""

from kpolicy.report.page.render import render

__all__ = ["render"]
