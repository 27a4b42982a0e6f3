# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks by id, each with what it says and on what grounds."""

from __future__ import annotations

from kpolicy.errors import UsageError
from kpolicy.policy.checks.boot_checks import BOOT_CHECKS
from kpolicy.policy.checks.check import Check
from kpolicy.policy.checks.running_checks import RUNNING_CHECKS

RENAMED = "stale/renamed"
ROLE_CHANGED = "role/changed"
SWITCHES_OFF = "config/switches-off"
UNREADABLE = "config/unreadable-line"


CHECKS: tuple[Check, ...] = (
    Check(
        "config/unknown-symbol",
        "symbol that no Kconfig file defines",
        "warning",
        "The line has no effect, and conf does not warn by default. Usually the symbol was renamed or removed in"
        " an earlier release, and what the line requests has been missing since; or the config is from a patched or"
        " newer tree.",
        "conf warns of the same lines with KCONFIG_WARN_UNKNOWN_SYMBOLS=1 (scripts/kconfig/confdata.c:"
        " conf_read_simple)",
    ),
    Check(
        "config/dropped-request",
        "request that is not honoured",
        "warning",
        "A dependency is not met, or the prompt is not visible or missing: conf silently uses another value, and"
        " the kernel is built without what the line requests.",
        "scripts/kconfig/symbol.c: sym_calc_value",
    ),
    Check(
        "config/overridden-by-select",
        "value raised by a select",
        "warning",
        "A select overrides the user's value. The line is honoured only if the selecting symbol is turned off, too.",
        "scripts/kconfig/symbol.c: sym_calc_value; Documentation/kbuild/kconfig-language.rst, reverse dependencies",
    ),
    Check(
        "config/choice-conflict",
        "choice member that is not set",
        "warning",
        "Exactly one member of a choice is y. Of several lines the last one takes effect; a line that turns all"
        " members off, or an invisible one on, is ignored.",
        "scripts/kconfig/symbol.c: sym_calc_choice",
    ),
    Check(
        "config/wrong-type",
        "value of the wrong type",
        "error",
        "conf ignores the line: m for a bool, text for a number, a string without quotes. # CONFIG_X is not set"
        " for a number or a string is ignored as well: a note, or a warning where CONFIG_X=0 would turn it off.",
        "scripts/kconfig/confdata.c: conf_read_simple, conf_set_sym_val",
    ),
    Check(
        "config/out-of-range",
        "number out of range",
        "warning",
        "The number is clamped to the range or, in older kernels such as 6.1, replaced by the default.",
        "scripts/kconfig/symbol.c: sym_validate_range",
    ),
    Check(
        "config/duplicate-assignment",
        "two lines for one symbol in a file",
        "warning",
        "The last line takes effect. If they contradict each other, one of them is a mistake.",
        "scripts/kconfig/confdata.c: conf_read_simple",
    ),
    Check(
        "config/unreadable-line",
        "line that conf does not read as written",
        "warning",
        "conf only reads CONFIG_X=value and # CONFIG_X is not set, both from the first column. It ignores other"
        " lines, mostly with a warning at most, and the kernel lacks what they request.",
        "scripts/kconfig/confdata.c: conf_read_simple",
    ),
    Check(
        "config/unmet-direct-dependency",
        "symbol selected despite unmet dependencies",
        "warning",
        "Code is built without what it depends on. The bug is in the Kconfig file with the select; the config"
        " exposes it.",
        "scripts/kconfig/symbol.c: sym_warn_unmet_dep",
    ),
    Check(
        SWITCHES_OFF,
        "line that turns off options the config does not name",
        "note",
        "A default such as `default !EXPERT` keeps an option on only while its prompt is hidden. CONFIG_EXPERT=y turns"
        " off NAMESPACES and others, which the config never mentions. Which options go is computed without the line.",
        "init/Kconfig: NAMESPACES; scripts/kconfig/symbol.c: sym_calc_value",
    ),
    Check(
        RENAMED,
        "old name of an option, still accepted by conf",
        "note",
        "The tree declares the old name transitional: conf gives its value to the new option and writes only"
        " that. A later release removes the old name, and the line has no effect from then on.",
        "Documentation/kbuild/kconfig-language.rst, transitional; scripts/kconfig/symbol.c: sym_calc_value",
    ),
    Check(
        "config/other-release",
        "number of lines of another release's .config that are not honoured and need no action",
        "note",
        "A .config also records values that its own kernel derived: compiler features, architecture support,"
        " selected symbols. Another kernel derives them anew. Lost requests are reported line by line.",
        "scripts/kconfig/confdata.c: conf_write; kpolicy/rules/prompts.toml",
    ),
    Check(
        "config/other-release-line",
        "line of another release's .config that is not honoured and needs no action",
        "note",
        "The lines that config/other-release counts, one by one.",
        "scripts/kconfig/confdata.c: conf_write; kpolicy/rules/prompts.toml",
        quiet=True,
    ),
    Check(
        "config/redundant-line",
        "redundant line",
        "note",
        "The configuration is the same without it: it states a default, has no effect, or a later line overrides"
        " it. `make savedefconfig` would leave it out.",
        "scripts/kconfig/confdata.c: conf_write_defconfig",
        quiet=True,
    ),
    Check(
        ROLE_CHANGED,
        "change that gives a config another role",
        "warning",
        "Rules judge a config by its role. A change that adds debug options to a production kernel could replace errors"
        " by notes that ask for more debugging. With --since, checkpatch, diff and a baseline the earlier role judges,"
        " and the change of role is reported at the line that causes it. A policy file can state the new role.",
        "kpolicy/rules/roles.toml",
    ),
    Check(
        "kconfig/redundant-select",
        "redundant select",
        "note",
        "A selects B and C, and B always selects C: the second select only hides who needs C. The review of the"
        " stack depot's lazy initialisation asked for the removal of one.",
        "Marco Elver, Re: [PATCH] lib/stackdepot: allow optional init and stack_table allocation by kvmalloc(),"
        " 7 October 2021",
        quiet=True,
    ),
    Check(
        "kconfig/refused-by-conf",
        "line refused by the tree's own conf",
        "error",
        "conf stops at the line, and no kernel of this tree can be configured. Other releases accept it: this one"
        " does not know the keyword yet, or no longer. kpolicy reads it as those releases do, so that the rest can"
        " be checked.",
        "scripts/kconfig/lexer.l and parser.y of the tree (up to 4.20: zconf.l, zconf.y)",
    ),
    Check(
        "kconfig/undefined-reference",
        "reference to a symbol that no architecture defines",
        "note",
        "The symbol is always n, and in a comparison its own name: it is misspelt, removed, or not merged yet. A"
        " warning if a dependency can never be met because of it.",
        "scripts/kconfig/symbol.c: sym_calc_value (S_UNKNOWN)",
        quiet=True,
    ),
    Check(
        "kconfig/select-of-choice-member",
        "select of a choice member",
        "warning",
        "The select has no effect: only the choice sets its members.",
        "scripts/kconfig/symbol.c: sym_calc_visibility returns before the reverse dependency of a choice member",
    ),
    Check(
        "kconfig/dead-default",
        "default that is never reached",
        "warning",
        "An earlier default applies whenever this one would.",
        "scripts/kconfig/symbol.c: sym_get_default_prop",
    ),
    Check(
        "kconfig/fragment-not-honoured",
        "fragment line that is not honoured",
        "note",
        "make X.config reads the line and silently drops it. A warning if no architecture honours it.",
        "scripts/kconfig/Makefile: %.config; scripts/kconfig/merge_config.sh",
        quiet=True,
    ),
    Check(
        "kconfig/test-config-not-honoured",
        "line of a test's config that is not honoured",
        "note",
        "The kernel's own tests say which options they need: tools/testing/selftests/**/config, .kunitconfig, the"
        " scenarios of rcutorture. conf drops a line silently whose dependencies are not met, and the test is skipped,"
        " or tests less than it says. Selftests are laid on the default config of each architecture, alone and all"
        " together, as make kselftest-merge does; unit tests on what kunit.py gives its machines. A warning if no"
        " architecture honours the line.",
        "Makefile: kselftest-merge; tools/testing/kunit/kunit_kernel.py; rcutorture/bin/configcheck.sh",
        quiet=True,
    ),
    Check(
        "kconfig/unmet-select",
        "select that can break a dependency",
        "warning",
        "Some configuration selects the symbol although its dependencies are not met: conf warns, and code is built"
        " without what it depends on. The finding has the fewest config lines that show it.",
        "scripts/kconfig/symbol.c: sym_calc_value, sym_warn_unmet_dep",
        quiet=True,
    ),
    Check(
        "kconfig/dead-option",
        "prompt that no configuration shows",
        "note",
        "The conditions of the prompt exclude one another, or one of them is never met: no config line can turn the"
        " option on.",
        "scripts/kconfig/symbol.c: sym_calc_visibility",
        quiet=True,
    ),
    Check(
        "kconfig/never-together",
        "choice member that cannot be chosen",
        "note",
        "No configuration meets the conditions of the member and of its choice together.",
        "scripts/kconfig/symbol.c: sym_calc_choice",
        quiet=True,
    ),
    Check(
        "kconfig/always-on",
        "prompt that cannot be answered n",
        "note",
        "The option is selected whenever its prompt is visible: conf asks a question that has one answer.",
        "scripts/kconfig/symbol.c: sym_calc_value; conf.c: conf_sym",
        quiet=True,
    ),
    Check(
        "kconfig/constant-condition",
        "condition that always or never holds",
        "note",
        "Where the line applies, the condition after its if has one value in every configuration: the condition, or"
        " the line, can be removed.",
        "scripts/kconfig/menu.c: menu_finalize; expr.c: expr_calc_value",
        quiet=True,
    ),
    Check(
        "kconfig/redundant-depends",
        "dependency that the other dependencies require",
        "note",
        "The dependency holds in every configuration in which the entry's other dependencies hold. Many such lines"
        " document an intention.",
        "scripts/kconfig/menu.c: menu_finalize",
        quiet=True,
    ),
    Check(
        "kconfig/duplicate-line",
        "line that the entry has already",
        "warning",
        "A dependency, select, imply or range of the entry is repeated: the second one has no effect.",
        "scripts/kconfig/menu.c: menu_add_prop, menu_add_dep",
        quiet=True,
    ),
    Check(
        "kconfig/inherited-depends",
        "dependency that a block around the entry states already",
        "note",
        "The if, menu or choice around the entry has the same dependency, in the same file.",
        "scripts/kconfig/menu.c: menu_finalize",
        quiet=True,
    ),
    Check(
        "kconfig/dead-range",
        "range that never applies",
        "warning",
        "The first range whose condition holds applies, and an earlier one has no condition.",
        "scripts/kconfig/symbol.c: sym_get_range_prop",
        quiet=True,
    ),
    Check(
        "kconfig/reversed-range",
        "range whose lower bound is above the upper one",
        "warning",
        "No number is in the range: conf sets every value to a bound.",
        "scripts/kconfig/symbol.c: sym_validate_range",
        quiet=True,
    ),
    Check(
        "kconfig/select-of-prompt",
        "select of a symbol with a prompt",
        "note",
        "kconfig-language.rst: use select only for symbols without a prompt and without dependencies, since select"
        " forces a symbol on without checking its dependencies. The kernel has thousands of such selects.",
        "Documentation/kbuild/kconfig-language.rst: select",
        quiet=True,
    ),
    *BOOT_CHECKS,
    *RUNNING_CHECKS,
)
DEFAULT_CHECKS = frozenset(check.id for check in CHECKS if check.subject == "config" and not check.quiet)

TREE_CHECKS = frozenset(check.id for check in CHECKS if check.subject == "kconfig")
"""The checks of a tree's own files."""
PROOF_CHECKS = frozenset(
    {
        "kconfig/unmet-select",
        "kconfig/dead-option",
        "kconfig/never-together",
        "kconfig/always-on",
        "kconfig/constant-condition",
        "kconfig/redundant-depends",
    }
)
"""Those of a tree that need a solver, and minutes; so does a part of kconfig/dead-default."""
TEST_CHECKS = frozenset({"kconfig/test-config-not-honoured"})
"""What looks at the configs of the kernel's own tests, hundreds of stacks."""
FRAGMENT_CHECKS = TEST_CHECKS | {"kconfig/fragment-not-honoured"}
"""What lays fragments on the configs that they are for."""
UNASKED_CHECKS = (
    PROOF_CHECKS | TEST_CHECKS | {"kconfig/redundant-select", "kconfig/inherited-depends", "kconfig/select-of-prompt"}
)
"""Those of a tree that are made only where they are asked for: of 547 redundant selects upstream took 7 out."""
BY_NAME_CHECKS = PROOF_CHECKS | TEST_CHECKS | {"kconfig/inherited-depends", "kconfig/select-of-prompt"}
"""Those that no family and no glob turns on: they take minutes, or find thousands of lines."""
SLOW_CHECKS = frozenset({"config/unmet-direct-dependency", SWITCHES_OFF})
"""Those that have to compute every symbol that something selects, or a config a second time."""


def check_by_id(check_id: str) -> Check:
    """A check by its id; raises UsageError for an unknown one."""
    check = _BY_ID.get(check_id)
    if check is None:
        raise UsageError(f"unknown check {check_id!r}")
    return check


_BY_ID = {check.id: check for check in CHECKS}
