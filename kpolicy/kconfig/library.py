# SPDX-License-Identifier: GPL-2.0-or-later
"""kconfiglib 14.1.0, whatever else is called kconfiglib.

`frontend` adapts the private part that expands macros, so no other release will do.  The name alone may find
another module: esp-idf-kconfig has a package of that name.  So the file is looked up by the metadata of the release.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from kpolicy.errors import KpolicyError

NAME: Final = "kconfiglib"
RELEASE: Final = "14.1.0"
_FILE = f"{NAME}.py"
# What is used of the module, what of its parser, and what the parser calls that is replaced.
PARTS: Final = ("Kconfig", "KconfigError", "Variable")
PARSER: Final = ("_expand_whole",)
REPLACED: Final = ("_expand_macro", "_fn_val", "_parse_error")


def load(folders: Sequence[str]) -> Any:
    """The module of the release that is installed in one of some folders; raises KpolicyError where it is in none."""
    file = _own_file(folders)
    if file is None:
        raise _error(f"kpolicy needs {NAME} {RELEASE}, found {' and '.join(_found(folders)) or 'none'}")
    spec = spec_from_file_location(f"kpolicy_{NAME}", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, kpolicy needs another
        raise _error(f"{NAME} {RELEASE} ({file}) cannot be loaded: {type(error).__name__}: {error}") from None
    parser = getattr(module, "Kconfig", None)
    lacking = [part for part in PARTS if not hasattr(module, part)]
    lacking += [f"Kconfig.{part}" for part in (*PARSER, *REPLACED) if not hasattr(parser, part)]
    if lacking:
        raise _error(f"{file} is not the file of {NAME} {RELEASE}: it lacks {', '.join(lacking)}")
    return module


def _own_file(folders: Sequence[str]) -> Path | None:
    for folder in folders:
        # What importlib.metadata looks for first; to import that takes as long as to read a .config.
        # By os.path: what is in a folder that cannot be read is not there, as for an import.
        if os.path.isdir(os.path.join(folder, f"{NAME}-{RELEASE}.dist-info")) and os.path.isfile(
            os.path.join(folder, _FILE)
        ):
            return Path(folder, _FILE)
    # Only here: other forms of metadata are seldom.
    from importlib.metadata import distributions

    for distribution in distributions(name=NAME, path=list(folders)):
        file = Path(str(distribution.locate_file(_FILE)))
        if distribution.version == RELEASE and os.path.isfile(file):
            return file
    return None


def _found(folders: Sequence[str]) -> Iterator[str]:
    """What has the name instead: other releases, and whatever `import kconfiglib` would find."""
    from importlib.metadata import distributions

    for distribution in distributions(name=NAME, path=list(folders)):
        yield f"{NAME} {distribution.version} ({distribution.locate_file(_FILE)})"
    spec = PathFinder.find_spec(NAME, list(folders))
    if spec is not None and spec.origin is not None and Path(spec.origin).name != _FILE:
        owners = [
            f" of {distribution.name} {distribution.version}"
            for distribution in distributions(path=list(folders))
            if any(file.parts == (NAME, "__init__.py") for file in distribution.files or ())
        ]
        yield f"a package {NAME}{''.join(owners[:1])} ({spec.origin})"


def _error(message: str) -> KpolicyError:
    return KpolicyError(message, hint=f"run: {sys.executable} -m pip install {NAME}=={RELEASE}")
