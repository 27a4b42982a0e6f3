# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot parameters of debug and hardening options: data, no code."""
