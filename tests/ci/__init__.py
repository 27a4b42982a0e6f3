# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes of docs/ci.md, each run by the tool that it is for, or on a layout as that tool has it."""
