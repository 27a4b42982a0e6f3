# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions of rules and roles: text to expression, its value, and what decides it."""
