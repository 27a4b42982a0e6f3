# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits of a config that clear findings: searched for, tried, and no more of them than it takes."""
