#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sarif-tools 3.0.5 (PyPI) counts suppressed results like all others.
#
# Expected: a result with a `suppressions` entry (SARIF 2.1.0, section 3.27.23) is omitted or listed separately.
# Observed: `sarif summary` counts it, `sarif csv` lists it without a mark, and `sarif --check error` fails because of it.
# A CI job that runs sarif-tools --check therefore fails on a waived finding: filter suppressed results first.
# Exit status 0 while sarif-tools behaves like this, 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sarif-tools==3.0.5
cat >"$folder/one.sarif" <<'EOF'
{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [{
  "tool": {"driver": {"name": "example", "rules": [{"id": "rule/one"}]}},
  "results": [{"ruleId": "rule/one", "level": "error", "message": {"text": "a waived finding"},
               "suppressions": [{"kind": "external", "status": "accepted", "justification": "agreed"}]}]}]}
EOF
sarif() { "$folder/venv/bin/sarif" "$@"; }
summary=$(sarif summary "$folder/one.sarif")
status=0
sarif --check error ls "$folder/one.sarif" >"$folder/check.txt" 2>&1 || status=$?
sarif csv "$folder/one.sarif" --output "$folder/one.csv" >/dev/null
printf '%s\nstatus of --check error: %s\n' "$summary" "$status"
cat "$folder/one.csv"
echo "$summary" | grep -q '^error: 1$' && [ "$status" = 1 ] && grep -q 'a waived finding' "$folder/one.csv"
