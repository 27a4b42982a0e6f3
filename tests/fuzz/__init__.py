# SPDX-License-Identifier: GPL-2.0-or-later
"""Random partial configs: kpolicy against `conf --olddefconfig`."""
