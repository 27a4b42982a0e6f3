# SPDX-License-Identifier: GPL-2.0-or-later
"""kpolicy measured against the kernel's own conf."""
