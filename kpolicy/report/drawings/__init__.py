# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains as drawings: DOT, Mermaid and SVG."""
