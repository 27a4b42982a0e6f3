# SPDX-License-Identifier: GPL-2.0-or-later
"""The oracle of the tests: real kernel sources, and the `conf` program that is built from them."""
