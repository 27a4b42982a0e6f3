# SPDX-License-Identifier: GPL-2.0-or-later
"""`python -m kpolicy`."""

from kpolicy.cli.main import entry

if __name__ == "__main__":
    entry()
