# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab builds and boots small kernels, and writes what options cost to kpolicy/costs/measured (docs/lab.md)."""
