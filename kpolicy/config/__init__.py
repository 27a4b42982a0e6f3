# SPDX-License-Identifier: GPL-2.0-or-later
"""Config files: reading them with their lines, stacking fragments, writing as `conf` does."""
