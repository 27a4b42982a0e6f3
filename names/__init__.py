# SPDX-License-Identifier: GPL-2.0-or-later
"""Names over time: which releases of Linux define a symbol, and what a removed one became (docs/names.md)."""
