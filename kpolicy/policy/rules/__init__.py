# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules: what one is, how a file becomes one, the catalogue of all, and their findings."""
