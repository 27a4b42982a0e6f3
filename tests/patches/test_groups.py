# SPDX-License-Identifier: GPL-2.0-or-later
"""Which edits are proved together, and what becomes of one that fails after others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kpolicy.kconfig.entries import written_entries
from kpolicy.kernel.source import DirectorySource
from kpolicy.location import Location
from kpolicy.policy.checks.tree import tree_finding
from kpolicy.policy.patches.edits import Change, Correction, Edit, edited
from kpolicy.policy.patches.groups import linked, touched
from kpolicy.policy.patches.message import Proof
from kpolicy.report.views.patches import Commit
from kpolicy.run.patch_bench import Trial
from kpolicy.run.patch_series import Candidate, in_series
from tests.kconfig.small import make_tree
from tests.oracle.trees import find_trees
from tests.patches.series import some

_CONTENT = b"".join(b"%d\n" % line for line in range(100))
_PROVED = Proof(("x86",), structural=True, configs=0)


def test_what_an_edit_touches(tmp_path: Path) -> None:
    text = 'config A\n\tbool\n\tdepends on D\n\tselect B if E\n\timply C\n\nchoice NAME\n\tprompt "p"\nendchoice\n'
    entries = [*written_entries(DirectorySource(make_tree(tmp_path, {"Kconfig": text})), ["Kconfig"])]
    assert touched(entries[0], text.encode()) == {"file Kconfig", "A", "B", "C", "choice NAME"}
    assert touched(entries[1], b"") == {"file Kconfig"}


def test_groups() -> None:
    touches = [frozenset(words.split()) for words in ("a b", "c", "d e", "b f", "g", "f d", "c")]
    assert linked(touches) == [[0, 2, 3, 5], [1, 6]]
    assert linked([]) == linked([frozenset("a"), frozenset("b")]) == []


def _candidate(line: int, *touches: str, path: str = "lib/Kconfig") -> Candidate:
    edit = Edit(line, 1, "")
    finding = tree_finding("kconfig/duplicate-line", "A", "", Location(path, line), [])
    item = Correction(path, "A", (Change(edit, "depends", ""),), (finding,), frozenset(touches))
    return Candidate(item, Commit(path, _CONTENT, edited(_CONTENT, [edit]), "", "", ("", "")))


class _Prove:
    """Refuses what removes both of two lines, and keeps what was asked."""

    def __init__(self, *together: int) -> None:
        self._together = {b"%d\n" % (line - 1) for line in together}
        self.asked: list[int] = []

    def __call__(self, trials: Sequence[Trial]) -> list[Proof | str]:
        self.asked += [sum(100 - content.count(b"\n") for content in trial.contents.values()) for trial in trials]
        left = [{line for content in trial.contents.values() for line in content.splitlines(True)} for trial in trials]
        return ["no" if self._together and self._together.isdisjoint(lines) else _PROVED for lines in left]


def test_each_is_proved_after_those_before_it() -> None:
    several = [_candidate(30, "A"), _candidate(10, "A"), _candidate(40, "B"), _candidate(20, "A")]
    prove = _Prove()
    found = in_series(several, prove)
    assert [item.place[1] for item in found.made] == [10, 20, 30, 40]
    # Of the group of three the first two, and all; what has nothing in common with another one is not tried again.
    assert prove.asked == [2, 3]


def test_one_that_fails_after_others_is_left_out_and_the_rest_is_proved_without_it() -> None:
    several = [_candidate(line, "A", *(["T"] if line in (20, 30) else [])) for line in (10, 20, 30, 50)]
    prove = _Prove(20, 30)
    found = in_series(several, prove)
    assert found.made == (several[0], several[1], several[3])
    assert [(item.candidate, item.after, item.reason) for item in found.refused] == [(several[2], (several[1],), "no")]
    assert prove.asked == [2, 3, 4, 3]


def test_what_edits_lines_beside_another_is_not_proved_with_it() -> None:
    several = [_candidate(10, "A"), _candidate(12, "A"), _candidate(12, "A", path="mm/Kconfig")]
    prove = _Prove()
    found = in_series(several, prove)
    assert (found.made, found.beside) == ((several[0], several[2]), (several[1],))
    assert prove.asked == [2]


@pytest.mark.parametrize("kernel", [None, pytest.param("6.1", marks=pytest.mark.trees)])
def test_all_patches_of_random_trees_against_all_configs(kernel: str | None) -> None:
    kernels = find_trees().kernels
    if kernel is not None and kernel not in kernels:
        pytest.skip(f"no kernel {kernel}")
    # Proved one by one, the patches of tree 36 change a configuration today.
    found = some(range(0, 40, 2), kernels[kernel] if kernel is not None else None)
    assert "".join(item.wrong for item in found) == ""
    assert sum(item.patches > 1 for item in found) > 3
    assert sum(item.refused for item in found) > 0
