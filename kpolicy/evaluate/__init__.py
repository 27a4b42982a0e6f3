# SPDX-License-Identifier: GPL-2.0-or-later
"""Model + config = values, by the rules of the kernel's own `conf`."""
