# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks by id, each with what it says and on what grounds."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import Severity

Subject: TypeAlias = Literal["config", "kconfig"]

RENAMED = "stale/renamed"
ROLE_CHANGED = "role/changed"
SWITCHES_OFF = "config/switches-off"
UNREADABLE = "config/unreadable-line"


@dataclass(frozen=True, slots=True)
class Check:
    """A check: `config` ones speak about the lines of a config, `kconfig` ones about a tree.

    `quiet` ones speak only when they are asked for: they are true of thousands of lines that
    do no harm.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    source: str
    quiet: bool = False

    @property
    def subject(self) -> Subject:
        """What it speaks about."""
        return "kconfig" if self.id.startswith("kconfig/") else "config"


CHECKS: tuple[Check, ...] = (
    Check(
        "config/unknown-symbol",
        "A line for a symbol that no Kconfig file knows",
        "warning",
        "The line does nothing, and conf says nothing. Mostly the symbol was renamed or removed long ago, and what it"
        " asked for has not been in the kernel since.",
        "conf warns of the same lines with KCONFIG_WARN_UNKNOWN_SYMBOLS=1 (scripts/kconfig/confdata.c:"
        " conf_read_simple)",
    ),
    Check(
        "config/dropped-request",
        "A line whose value is not the one that the kernel gets",
        "warning",
        "A dependency is not met, the prompt is out of sight, or there is none: conf takes another value without a"
        " word, and the kernel is built without what was asked for.",
        "scripts/kconfig/symbol.c: sym_calc_value",
    ),
    Check(
        "config/overridden-by-select",
        "A symbol asked to be off, or a module, that a select lifts",
        "warning",
        "A select goes above the user's value. The line can only be honoured when what selects the symbol goes too.",
        "scripts/kconfig/symbol.c: sym_calc_value; Documentation/kbuild/kconfig-language.rst, reverse dependencies",
    ),
    Check(
        "config/choice-conflict",
        "A member of a choice that does not get it",
        "warning",
        "Exactly one member of a choice is on. Of several lines the last one counts; a line that turns all members"
        " off, or the wrong one on, is passed over.",
        "scripts/kconfig/symbol.c: sym_calc_choice",
    ),
    Check(
        "config/wrong-type",
        "A value that does not fit the type of its symbol",
        "error",
        "conf ignores the line: m for a bool, text for a number, a string without quotes. # CONFIG_X is not set for a"
        " number or a string is ignored as well: a note, or a warning where CONFIG_X=0 would turn it off.",
        "scripts/kconfig/confdata.c: conf_read_simple, conf_set_sym_val",
    ),
    Check(
        "config/out-of-range",
        "A number outside of its range",
        "warning",
        "The number is clipped to the range or, in older kernels such as 6.1, dropped for the default.",
        "scripts/kconfig/symbol.c: sym_validate_range",
    ),
    Check(
        "config/duplicate-assignment",
        "Two lines for one symbol in one file",
        "warning",
        "The last line counts. Where they contradict each other, one of them is a mistake.",
        "scripts/kconfig/confdata.c: conf_read_simple",
    ),
    Check(
        "config/unreadable-line",
        "A line that conf does not read as it is written",
        "warning",
        "conf reads only CONFIG_X=value and # CONFIG_X is not set, both from the first column. It ignores any other"
        " line, mostly without failing: what the line asks for is not in the kernel.",
        "scripts/kconfig/confdata.c: conf_read_simple",
    ),
    Check(
        "config/unmet-direct-dependency",
        "A symbol that a select turns on although what it depends on is off",
        "warning",
        "Code is built without what it needs. The mistake is in the Kconfig file that selects; the config shows it.",
        "scripts/kconfig/symbol.c: sym_warn_unmet_dep",
    ),
    Check(
        SWITCHES_OFF,
        "A line that turns off options which the config does not name",
        "note",
        "A default such as `default !EXPERT` keeps an option on only while its prompt is hidden. CONFIG_EXPERT=y turns"
        " off NAMESPACES and others, which the config never mentions. Which options go is computed without the line.",
        "init/Kconfig: NAMESPACES; scripts/kconfig/symbol.c: sym_calc_value",
    ),
    Check(
        RENAMED,
        "A line under the old name of an option, which conf still takes",
        "note",
        "The tree declares the old name transitional: conf gives its value to the new option and writes only that. The"
        " old name is gone some releases later, and the line then does nothing.",
        "Documentation/kbuild/kconfig-language.rst, transitional; scripts/kconfig/symbol.c: sym_calc_value",
    ),
    Check(
        "config/other-release",
        "How many lines of another release's .config are not honoured and need no action",
        "note",
        "A .config also records what its own kernel worked out: compiler features, what the architecture supports, what"
        " drivers selected. Another kernel works that out again. What was asked for and is lost is reported line by"
        " line.",
        "scripts/kconfig/confdata.c: conf_write; kpolicy/rules/prompts.toml",
    ),
    Check(
        "config/other-release-line",
        "A line of another release's .config that is not honoured and needs no action",
        "note",
        "The lines that config/other-release counts, one by one.",
        "scripts/kconfig/confdata.c: conf_write; kpolicy/rules/prompts.toml",
        quiet=True,
    ),
    Check(
        "config/redundant-line",
        "A line that changes nothing",
        "note",
        "Without it the kernel is configured all the same: it states a default, does nothing, or is overruled by a"
        " later line. `make savedefconfig` would leave it out.",
        "scripts/kconfig/confdata.c: conf_write_defconfig",
        quiet=True,
    ),
    Check(
        ROLE_CHANGED,
        "A change that makes another kind of kernel of a config",
        "warning",
        "Rules judge a config by its role. A change that adds debug options to a production kernel could replace errors"
        " by notes that ask for more debugging. With --since, checkpatch, diff and a baseline the earlier role judges,"
        " and the change of role is reported at the line that causes it. A policy file can state the new role.",
        "kpolicy/rules/roles.toml",
    ),
    Check(
        "kconfig/redundant-select",
        "A select of what another select brings along",
        "note",
        "A selects B and C, and B selects C in any case: the second select only hides who needs C. The review of the"
        " stack depot's lazy initialisation asked for one such line to go.",
        "Marco Elver, Re: [PATCH] lib/stackdepot: allow optional init and stack_table allocation by kvmalloc(),"
        " 7 October 2021",
        quiet=True,
    ),
    Check(
        "kconfig/refused-by-conf",
        "A line that this tree's own conf refuses",
        "error",
        "conf stops there, and no kernel of this tree can be configured. Other releases take the line: this one does"
        " not know the word yet, or no more. kpolicy reads it as those releases do, so that the rest can be judged.",
        "scripts/kconfig/lexer.l and parser.y of the tree (up to 4.20: zconf.l, zconf.y)",
    ),
    Check(
        "kconfig/undefined-reference",
        "A line that names a symbol which no architecture defines",
        "note",
        "The name is always n, and in a comparison its own text: it is misspelt, gone, or not there yet. What depends"
        " on it cannot be had, which makes it a warning.",
        "scripts/kconfig/symbol.c: sym_calc_value (S_UNKNOWN)",
        quiet=True,
    ),
    Check(
        "kconfig/select-of-choice-member",
        "A select of a member of a choice",
        "warning",
        "It has no effect: which member is on is for the choice to say.",
        "scripts/kconfig/symbol.c: sym_calc_visibility returns before the reverse dependency of a choice member",
    ),
    Check(
        "kconfig/dead-default",
        "A default that is never reached",
        "warning",
        "A default before it counts whenever its own condition holds, so that the symbol never takes this one.",
        "scripts/kconfig/symbol.c: sym_get_default_prop",
    ),
    Check(
        "kconfig/fragment-not-honoured",
        "A line of one of the kernel's own fragments that is not honoured",
        "note",
        "make X.config takes the line and drops it without a word. What no architecture honours is a warning.",
        "scripts/kconfig/Makefile: %.config; scripts/kconfig/merge_config.sh",
        quiet=True,
    ),
)
DEFAULT_CHECKS = frozenset(check.id for check in CHECKS if check.subject == "config" and not check.quiet)

TREE_CHECKS = frozenset(check.id for check in CHECKS if check.subject == "kconfig")
"""The checks of a tree's own files."""
UNASKED_CHECKS = frozenset({"kconfig/redundant-select"})
"""Those of a tree that are made only where they are asked for: upstream took 7 of 547 such lines out."""
SLOW_CHECKS = frozenset({"config/unmet-direct-dependency", SWITCHES_OFF})
"""Those that have to work out every symbol that something selects, or a config a second time."""


def check_by_id(check_id: str) -> Check:
    """A check by its id; raises UsageError for an unknown one."""
    for check in CHECKS:
        if check.id == check_id:
            return check
    raise UsageError(f"there is no check {check_id!r}")
