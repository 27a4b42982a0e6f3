# SPDX-License-Identifier: GPL-2.0-or-later
"""The front end: Kconfig files of a tree into an immutable Model, and Models kept on disk."""
