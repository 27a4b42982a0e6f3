# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies of other tools, read as requirements: a module for each format, imported when it is named.

Nothing in such a file is executed.  What a format states is taken as its own tool takes it; what no requirement can
state is returned by line.
"""
