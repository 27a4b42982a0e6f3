# SPDX-License-Identifier: GPL-2.0-or-later
"""What options cost: sourced figures, some of them formulas over a config's values and the machine.

bill = make_bill(values, shipped_costs(), Machine(ram=16 << 30, cpus=64))
"""
