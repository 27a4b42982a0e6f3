# SPDX-License-Identifier: GPL-2.0-or-later
"""A small POSIX shell in Python that runs emulated programs in memory.

`parser` turns text into the tree of `syntax` (with `words` for quotes and `$`), `interpreter` walks it,
`expansion` makes fields of words, `builtins` has the shell's own commands, `files` and `streams` are what
they read and write.  The programs come from outside, through `interpreter.Machine`.
"""
