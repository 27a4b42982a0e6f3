# SPDX-License-Identifier: GPL-2.0-or-later
"""Running kernels, and copies of their files."""
