# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference of commands: from what `--help` says to the pages of docs/commands and to man pages."""
