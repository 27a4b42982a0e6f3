# SPDX-License-Identifier: GPL-2.0-or-later
"""Judging values: rules, roles and findings.

catalogue = shipped_catalogue()
verdict = role_of(values)
findings = judge(values, catalogue, verdict.role)
"""
