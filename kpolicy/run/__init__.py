# SPDX-License-Identifier: GPL-2.0-or-later
"""From a request to a report: which tree and configs, by which policy, in which processes."""
