# SPDX-License-Identifier: GPL-2.0-or-later
"""What another kernel makes of a config: requests, values, protections, questions."""
