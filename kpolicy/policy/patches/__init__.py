# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits of Kconfig files that change no configuration: from findings to texts, and what a commit says of them."""
