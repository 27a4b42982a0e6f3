# SPDX-License-Identifier: GPL-2.0-or-later
"""One random small tree: whether kpolicy and a kernel's conf agree on it, on its verdict as well as on values."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from random import Random

from kpolicy.config.read import NotAConfigError, parse_config
from kpolicy.errors import InputError
from kpolicy.evaluate.new_prompts import new_prompts
from kpolicy.evaluate.values import evaluate
from tests.kconfig import late_modules, odd
from tests.kconfig.generate import config
from tests.kconfig.small import ConfCrashedError, expand, load, make_tree, new_prompts_of_conf, run_conf
from tests.oracle.conf import PRESETS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a tree: "accepted", "refused", "conf crashed" or "different", and how it differs."""

    word: str
    text: str = ""


def kinds(kernel: Path) -> tuple[bool, bool]:
    """Whether a kernel's choices may be tristate, and whether its `modules` is a property of its own."""
    scripts = kernel / "scripts" / "kconfig"
    parser = next(path.read_text() for name in ("parser.y", "zconf.y") if (path := scripts / name).is_file())
    return "choice_check_sanity" not in parser, "T_MODULES T_EOL" in parser and "T_OPTION T_MODULES" not in parser


def trial(seed: int, kernel: Path, program: Path, folder: Path) -> Outcome:
    """Compare one random tree, and some random configs."""
    random = Random(seed)
    tristate_choices, has_modules = kinds(kernel)
    late = seed % 10 == 9
    files = {"Kconfig": late_modules.kconfig(random)} if late else odd.tree(random, tristate_choices)
    if not has_modules and random.random() < 0.9:
        files["Kconfig"] = files["Kconfig"].replace("\tmodules\n", "\toption modules\n")
    shutil.rmtree(folder, ignore_errors=True)
    tree = make_tree(folder / "tree", files, kernel)
    # As written: newlines of all kinds.
    for name, text in files.items():
        (tree / name).write_bytes(text.encode())
    told = f"seed {seed}\n{files['Kconfig']}\n"
    try:
        model = load(tree)
        refused = "; ".join(f"{where}: {text}" for where, _symbol, text in model.refused)
    except InputError as error:
        model, refused = None, str(error)
    lines, before = late_modules.config if late else config, b""
    for step in ("defconfig", "olddefconfig", "again", *random.sample(PRESETS, 2)):
        # Again: what conf made of the lines before.
        mode, given = ("olddefconfig", before) if step == "again" else (step, lines(random))
        try:
            theirs, said = run_conf(program, tree, folder / "work", mode, given)
        except ConfCrashedError:
            return Outcome("conf crashed")
        if (theirs is None) != bool(refused):
            return Outcome("different", f"{told}conf: {said}\nkpolicy: {refused or 'accepts it'}")
        if theirs is None or model is None:
            return Outcome("refused")
        before = theirs
        try:
            ours = expand(model, mode, given)
        except NotAConfigError:
            # Nothing but garbage, of which conf makes an empty config.
            continue
        if ours != theirs:
            conf, kpolicy = (text.decode("utf-8", "replace").split("\n") for text in (theirs, ours))
            rows = unified_diff(conf, kpolicy, "conf", "kpolicy", lineterm="")
            return Outcome("different", "\n".join([told, repr(given), mode, *rows]))
        if step == "olddefconfig":
            # A symbol with several prompts in view is listed at each of them.  No kernel has a choice with a name.
            asked = list(dict.fromkeys(new_prompts_of_conf(program, tree, folder / "work", given)))
            asked = [line for line in asked if not line.startswith("CONFIG_NAMED=")]
            listed = new_prompts(evaluate(model, parse_config("", given), mode)).decode().splitlines()
            if listed != asked:
                rows = unified_diff(asked, listed, "conf", "kpolicy", lineterm="")
                return Outcome("different", "\n".join([told, repr(given), "listnewconfig", *rows]))
    return Outcome("accepted")
