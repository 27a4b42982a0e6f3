#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# python-sat 1.9.dev24 (PyPI): solvers behind one interface differ in ways that their common documentation does not state.
#
#   call                                    Cadical195                      Glucose4
#   solve() with free variables             free variables are true         free variables are false
#   the same after set_phases([-v, ...])    free variables are false        free variables are false
#   conf_budget(5); solve_limited()         stops after 5 conflicts: None   stops: None
#   interrupt()                             NotImplementedError: "Limited   no error
#                                           solve is currently unsupported
#                                           by CaDiCaL."
#   get_core() after solve() was true       None                            None
#
# Expected before the test: the first solution is the same in kind (most solvers start with false), and a limited
# solve is refused by CaDiCaL, as its own message says.  A program that reads few true variables out of a
# solution depends on the solver that it chose.
# Exit status 0 while python-sat behaves like this, 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-sat==1.9.dev24
cd "$folder"
venv/bin/python - >seen 2>&1 <<'EOF'
from pysat.solvers import Cadical195, Glucose4

CLAUSES = [[1, 2], [3, 4, 5]]
PIGEONS = [[8 * i + j + 1 for j in range(8)] for i in range(9)]
PIGEONS += [[-(8 * i + j + 1), -(8 * k + j + 1)] for j in range(8) for i in range(9) for k in range(i)]
for kind in (Cadical195, Glucose4):
    words = [kind.__name__]
    with kind(bootstrap_with=CLAUSES) as solver:
        solver.solve()
        words.append(sum(literal > 0 for literal in solver.get_model()))
        words.append(solver.get_core())
    with kind(bootstrap_with=CLAUSES) as solver:
        solver.set_phases([-1, -2, -3, -4, -5])
        solver.solve()
        words.append(sum(literal > 0 for literal in solver.get_model()))
        try:
            solver.interrupt()
            words.append("interrupted")
        except NotImplementedError as error:
            words.append(str(error))
    with kind(bootstrap_with=PIGEONS) as solver:
        solver.conf_budget(5)
        words.append(solver.solve_limited())
    print(*words, sep=" | ")
EOF
cat >expected <<'EOF'
Cadical195 | 5 | None | 2 | Limited solve is currently unsupported by CaDiCaL. | None
Glucose4 | 2 | None | 2 | interrupted | None
EOF
cat seen
if diff expected seen; then
	echo 'as described'
else
	echo 'python-sat has changed' >&2
	exit 1
fi
