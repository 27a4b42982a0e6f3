# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds in every configuration of a model: its propositional formula, proofs and witnesses."""
