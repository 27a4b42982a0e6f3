# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports: what was found out about some configs, in one module a format.

A renderer takes a `Report` and gives text; it opens nothing and prints nothing.
"""
