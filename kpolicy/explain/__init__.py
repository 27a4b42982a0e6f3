# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a value is what it is."""
