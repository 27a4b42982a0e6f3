# SPDX-License-Identifier: GPL-2.0-or-later
"""The policies that ship with kpolicy, one file each."""
