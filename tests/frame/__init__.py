# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds for the project as a whole."""
