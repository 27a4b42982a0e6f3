# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions of hashlib that every run needs, without hashlib: it loads OpenSSL, which takes 3 ms.

`random` of the standard library imports them in this way, too.  Python can be built without these modules.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

__all__ = ["blake2b", "sha256"]

if TYPE_CHECKING:
    from hashlib import blake2b, sha256
else:
    try:
        from _blake2 import blake2b

        if sys.version_info >= (3, 12):
            from _sha2 import sha256
        else:
            from _sha256 import sha256
    except ImportError:
        from hashlib import blake2b, sha256
