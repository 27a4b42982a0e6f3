# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of a running kernel that concern debugging and hardening: data, no code."""
