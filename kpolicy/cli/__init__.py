# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: the one place that prints, exits and reads the environment."""
