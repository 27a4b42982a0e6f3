# SPDX-License-Identifier: GPL-2.0-or-later
"""The scripts by which shells ask kpolicy for completions, one a shell: data, no code."""
