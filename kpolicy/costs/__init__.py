# SPDX-License-Identifier: GPL-2.0-or-later
"""The costs of options that ship with kpolicy: data, one TOML file a cost."""
