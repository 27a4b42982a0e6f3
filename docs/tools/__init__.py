# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes parts of this project and is no part of the package."""
