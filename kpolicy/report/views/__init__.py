# SPDX-License-Identifier: GPL-2.0-or-later
"""What single commands print: one module a command."""
