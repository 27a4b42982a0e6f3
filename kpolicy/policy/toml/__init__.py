# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading TOML: rule, role, cost and policy files, with errors that carry file, line and caret."""
