# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of work on a Dask cluster."""
