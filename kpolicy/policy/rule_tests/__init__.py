# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules tested: their examples, and whether a tree has what they are about."""
