# SPDX-License-Identifier: GPL-2.0-or-later
"""One tiny Kconfig file for each behaviour of the language, and what the kernels' own conf makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.errors import InputError
from tests.kconfig.small import expand, load, make_tree, run_conf
from tests.oracle.conf import PRESETS, Oracle

pytestmark = pytest.mark.trees

_FOLDER = Path(__file__).parent / "language"
_FILES = sorted(_FOLDER.glob("*.kconfig"))
_MODES = ("defconfig", "olddefconfig", *PRESETS)


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_as_conf_does(file: Path, kernel: Path, oracle: Oracle, release: str, tmp_path: Path) -> None:
    text = file.read_text()
    tree = make_tree(tmp_path / "tree", {"Kconfig": text}, kernel)
    oracle.environment("x86")
    try:
        model = load(tree)
    except InputError:
        # Today's conf must refuse it too.
        model = None
    configs = [b""]
    if file.with_suffix(".config").exists():
        configs.append(file.with_suffix(".config").read_bytes())
    for mode in _MODES:
        for config in configs:
            work = tmp_path / "work"
            theirs, said = run_conf(oracle.program, tree, work, mode, config)
            if theirs is None:
                assert "# conf: before 6.11" in text, said
                assert release == "6.12", said
                return
            assert model is not None
            assert expand(model, mode, config).decode() == theirs.decode(), f"{mode}: {config!r}"


def test_the_config_files_belong_to_a_language_file() -> None:
    assert {path.stem for path in _FOLDER.glob("*.config")} <= {path.stem for path in _FILES}
