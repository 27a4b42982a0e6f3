# SPDX-License-Identifier: GPL-2.0-or-later
"""From values to findings: rules, requirements, waivers, baselines and the census."""
