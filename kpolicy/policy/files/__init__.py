# SPDX-License-Identifier: GPL-2.0-or-later
"""Policy files: found, read, combined with the files that they extend, and resolved for one config."""
