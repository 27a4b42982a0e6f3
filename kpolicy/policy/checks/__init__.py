# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that no expression can state: what each line of a config does, and what a tree's Kconfig says.

* `effects`: every line of a config and what became of it.
* `config_lines`: findings about lines, `config/*`.
* `kconfig`: findings about Kconfig files, `kconfig/*`.
* `registry`: all of them by id, with their documentation.
"""
