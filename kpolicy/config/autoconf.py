# SPDX-License-Identifier: GPL-2.0-or-later
"""auto.conf, which begins as a .config does, and is none."""

from __future__ import annotations

import re

from kpolicy.patterns import lazy

# Fewer lines of "CONFIG_X=y" without any comment are not taken for those of auto.conf.
_MANY = 200
_HEADING = b"#\n# Automatically generated file; DO NOT EDIT.\n"
_DOTCONFIG_VALUE = lazy(rb"[ymn]|-?[0-9]+|0[xX][0-9a-fA-F]+|\".*")
_OTHER_LINE = lazy(rb"^(?!CONFIG_)[^\n]", re.MULTILINE)


def is_autoconf(content: bytes) -> bool:
    """Whether a content is auto.conf, which has the values of a .config and lacks every option that is off.

    It begins as a .config does and has no comment further down.  Since 6.1 its strings have no quotes; of
    an older one only the length shows that it is more than some lines under a copied header.
    """
    if not content.startswith(_HEADING):
        return False
    start = len(_HEADING)
    # Its third line is the title of the kernel, its fourth ends the heading.
    for _line in range(2):
        start = content.find(b"\n", start) + 1
        if not start:
            return False
    # A .config has comments: what follows is for few files.
    if _OTHER_LINE.search(content, start):
        return False
    own = [line for line in content[start:].split(b"\n") if line]
    return len(own) >= _MANY or any(not _DOTCONFIG_VALUE.fullmatch(line.partition(b"=")[2]) for line in own)
