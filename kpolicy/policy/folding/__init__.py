# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings with one cause reported as one."""
