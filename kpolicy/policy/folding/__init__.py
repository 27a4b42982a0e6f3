# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings that have one cause told as one."""
