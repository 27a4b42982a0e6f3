# SPDX-License-Identifier: GPL-2.0-or-later
"""kpolicy: a kernel-config debug-policy analyzer."""

__version__ = "0.1.0"
