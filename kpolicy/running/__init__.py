# SPDX-License-Identifier: GPL-2.0-or-later
"""What a running kernel says about itself, or a copy of its files that was collected on another machine."""
