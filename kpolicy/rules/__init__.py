# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules and roles that ship with kpolicy: data, one TOML file a rule."""
