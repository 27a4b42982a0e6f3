# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab builds and boots small kernels, and writes what options cost to kpolicy/costs/measured (docs/lab.md).

It also reads sizes of structures from objects, and writes them to lab/layouts.
"""
