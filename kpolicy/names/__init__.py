# SPDX-License-Identifier: GPL-2.0-or-later
"""Names over time that ship with kpolicy: data, made by names/make.py from kernel trees."""
