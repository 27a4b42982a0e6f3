# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of a running kernel: where each is read, what config and command line make of it, and what others mean."""
