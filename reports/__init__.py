# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports about real kernels, and what writes them."""
