# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel is for: the roles, and what would give a config another one."""
