#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A test for NIPA, see docs/ci.md: what the commit at HEAD brings to the defconfigs of the tree.
# Errors fail it, other findings that count by the policy are a warning.

report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT

kpolicy audit HEAD --since HEAD~ --terse -o text -o "json:$report" --force
status=$?
summary=$(kpolicy report "$report" --fail-on error) && [ "$status" = 1 ] && status=250
tail -n 1 <<<"${summary:-kpolicy could not analyse the tree}" >&"$DESC_FD"
exit "$status"
