# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command on every kind of config, alone and in pairs."""
