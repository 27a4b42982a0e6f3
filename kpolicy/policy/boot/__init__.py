# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot parameters: what the kernel's handlers take, and what a kernel must have built in for them."""
