# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of settings: its files, and what values in them mean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpolicy.config.boot_files import read_command_line
from kpolicy.config.read import parse_config
from kpolicy.errors import UsageError
from kpolicy.evaluate.values import Values
from kpolicy.policy.checks.lifetime import is_in
from kpolicy.policy.expressions.expression import Constant, symbols
from kpolicy.policy.running.knob import Case, Knob
from kpolicy.policy.running.load import load_knob, load_knobs, shipped_knobs
from kpolicy.policy.running.value import Expected, expected, holds, passes, value_in
from kpolicy.policy.toml.toml_file import FileErrors
from kpolicy.run.bare import bare_values
from tests.oracle.trees import VARIABLE, Trees, find_trees
from tests.running.roots import config

_ALL = shipped_knobs()
_BY_NAME = {item.name: item for item in _ALL}
_TEXT = """\
title = "does something"
name = "kernel.thing"
path = "/proc/sys/kernel/thing"
form = "integer"

[[default]]
value = "0"

[[source]]
release = "6.12.117"
code = "mm/thing.c:7"
"""


def test_there_are_many() -> None:
    assert len(_ALL) >= 90


@pytest.mark.parametrize("knob", _ALL, ids=lambda item: item.id)
def test_each_was_looked_up(knob: Knob) -> None:
    releases = {source.release for source in knob.sources}
    assert "7.3.4" in releases
    # Where it is not in 6.12, 6.12 is a release that does not know it.
    assert "6.12.117" in releases or knob.not_in >= (6, 12)
    for source in knob.sources:
        assert re.fullmatch(r"[\w/.-]+:\d+", source.code)
        assert re.fullmatch(r"Documentation/[\w/.-]+:\d+|", source.documented)


@pytest.mark.parametrize("knob", _ALL, ids=lambda item: item.id)
def test_no_file_has_side_effects_or_no_end(knob: Knob) -> None:
    # trace_pipe consumes what it shows; the others take long, wait, or walk through all memory.
    for path in knob.paths:
        assert not re.search(r"trace_pipe|/trace$|kmemleak$|/kmsg|/per_cpu/|free_buffer|snapshot|kcov|provoke", path)
        assert knob.form == "presence" or not path.endswith("page_owner")


def test_watchdogs_are_not_read_where_that_changes_them() -> None:
    # kernel/watchdog.c: proc_watchdog_common() writes the parameter when it is read, in 6.12.
    for name in ("kernel.soft_watchdog", "kernel.nmi_watchdog"):
        assert _BY_NAME[name].harmless_since == (7, 3)
    assert not [item for item in _ALL if item.name == "kernel.watchdog"]


@pytest.mark.parametrize("release", ["6.12.117", "7.3.4"])
def test_sources_are_where_they_are_said_to_be(release: str) -> None:
    tree = _sources().get(release)
    if tree is None:
        pytest.skip(f"no C sources of {release}: {VARIABLE} names such a tree")
    for knob in _ALL:
        leaf = knob.paths[0].rpartition("/")[2] if knob.paths else knob.name
        words = {leaf, knob.name.rpartition(".")[2], *re.split(r"[/ ]", knob.paths[0] if knob.paths else knob.title)}
        for source in (item for item in knob.sources if item.release == release):
            path, _, line = source.code.rpartition(":")
            text = (tree / path).read_text(errors="replace").split("\n")[int(line) - 1]
            assert text.strip(), source.code
            if source.documented:
                path, _, line = source.documented.rpartition(":")
                text = (tree / path).read_text(errors="replace").split("\n")[int(line) - 1]
                assert any(word in text for word in words if len(word) > 3), source.documented


def _sources() -> dict[str, Path]:
    found = {}
    for tree in find_trees().kernels.values():
        if (tree / "init/main.c").is_file():
            numbers = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL) = (\d+)", (tree / "Makefile").read_text(), re.M))
            found[".".join(numbers[word] for word in ("VERSION", "PATCHLEVEL", "SUBLEVEL"))] = tree
    return found


@pytest.mark.parametrize("knob", _ALL, ids=lambda item: item.id)
def test_the_newest_kernel_has_the_options_that_it_needs(knob: Knob) -> None:
    # Linux 7.3 merged PROC_SYSCTL into SYSCTL: every setting that needed the old name was one of another kernel there.
    gone = [name for name in symbols(knob.needs) if not is_in(name, "7.3.4")]
    assert not gone


@pytest.mark.trees
def test_options_are_symbols_of_a_kernel(trees: Trees) -> None:
    named = {name for knob in _ALL for name in symbols(knob.needs)}
    named |= {name for knob in _ALL for item in knob.defaults for name in (*symbols(item.when), item.symbol) if name}
    named |= {name for knob in _ALL for item in knob.cases for name in symbols(item.when)}
    text = "\n".join(
        path.read_text(errors="replace") for tree in trees.kernels.values() for path in Path(tree).rglob("Kconfig*")
    )
    known = set(re.findall(r"^\s*(?:menu)?config (\w+)", text, re.M))
    # Later than the trees that are always there; of distributions.
    of_distributions = {"SECURITY_PERF_EVENTS_RESTRICT", "LOCK_DOWN_IN_EFI_SECURE_BOOT", "LOCK_DOWN_IN_SECURE_BOOT"}
    assert named - known <= {"DEBUG_KMEMLEAK_VERBOSE"} | of_distributions


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('form = "integer"', 'form = "number"', "'number' is not a valid form"),
        ("/proc/sys/kernel/thing", "/etc/passwd", "no path below /proc or /sys"),
        ("/proc/sys/kernel/thing", "/proc/../etc", "no path below /proc or /sys"),
        ('[[default]]\nvalue = "0"\n', "", "neither a [[default]] nor a [[case]]"),
        ('value = "0"', 'value = "0"\nsymbol = "X"', "a default has one of 'value', 'symbol' and 'boot'"),
        ('value = "0"', 'boot = "nothing"', "'nothing' is not a valid boot"),
        ('form = "integer"', 'form = "count"', "the key 'pattern' is missing"),
        ('form = "integer"', 'form = "count"\npattern = "("', "not a regular expression"),
        ('form = "integer"', 'form = "integer"\nfield = 0', "'field' is a number from 1 on"),
        ('form = "integer"', 'form = "integer"\nsince = "6"', "'since' is a release such as 6.12"),
        ("[[source]]", '[[case]]\nis = "1 2"\nmeans = "weakened"\nsays = "x"\n\n[[source]]', "is no test of a value"),
        ("[[source]]", '[[case]]\nis = "1"\nmeans = "x"\nsays = "x"\n\n[[source]]', "'x' is not a valid means"),
        ("mm/thing.c:7", "", "'code' is empty"),
        ("kernel.thing", "kernel thing", "a name has letters, digits, dots, _ and -"),
    ],
)
def test_broken_files(old: str, new: str, said: str) -> None:
    load_knob("a/b", "a/b.toml", _TEXT)
    assert old in _TEXT
    with pytest.raises(FileErrors) as caught:
        load_knob("a/b", "a/b.toml", _TEXT.replace(old, new, 1))
    assert said in str(caught.value)
    assert "a/b.toml:" in str(caught.value)


def test_a_name_is_one_knobs() -> None:
    with pytest.raises(UsageError, match="is the name of two knobs"):
        load_knobs([("a/b", "b.toml", _TEXT), ("a/c", "c.toml", _TEXT)])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("kernel.panic", "10\n", "10"),
        ("kernel.panic", "-1\n", "-1"),
        ("kernel.panic", "010\n", "10"),
        ("kernel.panic", "ten\n", None),
        ("kernel.panic", "", None),
        ("kernel.panic", "9" * 5000, None),
        ("kernel.printk", "4\t4\t1\t7\n", "4"),
        ("kernel.printk", "\n", None),
        ("printk.time", "Y\n", "y"),
        ("printk.time", "N\n", "n"),
        ("printk.time", "?\n", None),
        ("lockdown", "none [integrity] confidentiality\n", "integrity"),
        ("lockdown", "none integrity\n", None),
        ("lockdep.debug_locks", " lock-classes: 5\n debug_locks:           0\n", "0"),
        ("lockdep.debug_locks", " lock-classes: 5\n", None),
        ("kfence.enabled", "enabled: 1\ncurrently allocated: 3\n", "1"),
        ("set_event", "sched:sched_switch\n\n#x\n", "1"),
        ("set_event", "", "0"),
        ("dynamic_debug", '# file\na.c:1 [a]f =p "x"\na.c:2 [a]g =_ "x =p y"\na.c:3 [a]h =pmf "x"\n', "2"),
        ("current_tracer", "function\n", "function"),
        ("kernel.tainted", "4609\n", "4609"),
    ],
)
def test_values_are_read(name: str, text: str, value: str | None) -> None:
    assert value_in(_BY_NAME[name], text) == value


@pytest.mark.parametrize(
    ("test", "value", "usual", "answer"),
    [
        ("0", "0", None, True),
        ("not 0", "3", None, True),
        ("not 0", "0", None, False),
        ("below 4", "3", None, True),
        ("below 4", "nop", None, False),
        ("above 0", "0", None, False),
        ("lower", "1", "2", True),
        ("lower", "1", None, False),
        ("lower", "a", "2", False),
        ("higher", "-1", "2", False),
        ("higher", "3", "2", True),
        ("other", "a", "b", True),
        ("other", "a", None, False),
    ],
)
def test_cases(test: str, value: str, usual: str | None, answer: bool) -> None:
    case = Case(test, Constant("y"), "weakened", "", "")
    assert passes(case, value, Expected(usual, "") if usual is not None else None) is answer


def _values(options: str, line: str | None, version: str = "6.12.117") -> Values:
    made = bare_values(parse_config(".config", config(version, f"X86 {options}").encode()))
    return made.booted(read_command_line(line) if line is not None else None)


@pytest.mark.parametrize(
    ("name", "options", "line", "value"),
    [
        ("kernel.panic", "PANIC_TIMEOUT=5", "quiet", "5"),
        ("kernel.panic", "PANIC_TIMEOUT=5", "panic=0x10", "16"),
        ("kernel.panic", "PANIC_TIMEOUT=5", "panic=1 sysctl.kernel.panic=7 panic=3", "7"),
        ("kernel.panic", "PANIC_TIMEOUT=5", "sysctl/kernel/panic=8", "8"),
        # Without the command line nobody knows.
        ("kernel.panic", "PANIC_TIMEOUT=5", None, None),
        ("kernel.sysrq", "MAGIC_SYSRQ_DEFAULT_ENABLE=0x01b6", "quiet", "438"),
        ("kernel.sysrq", "MAGIC_SYSRQ_DEFAULT_ENABLE=0x01b6", "sysrq_always_enabled", "1"),
        ("kernel.softlockup_panic", "BOOTPARAM_SOFTLOCKUP_PANIC", "quiet", "1"),
        ("kernel.softlockup_panic", "!BOOTPARAM_SOFTLOCKUP_PANIC", "quiet", "0"),
        ("kernel.softlockup_panic", "BOOTPARAM_SOFTLOCKUP_PANIC=3", "quiet", "3"),
        ("kernel.softlockup_panic", "BOOTPARAM_SOFTLOCKUP_PANIC", "softlockup_panic=0", "0"),
        ("kernel.hung_task_panic", "", "hung_task_panic=1", "1"),
        ("kernel.hardlockup_panic", "BOOTPARAM_HARDLOCKUP_PANIC", "nmi_watchdog=nopanic,1", "0"),
        ("kernel.nmi_watchdog", "HARDLOCKUP_DETECTOR", "nmi_watchdog=panic,0", "0"),
        ("kernel.nmi_watchdog", "HARDLOCKUP_DETECTOR", "nowatchdog", "0"),
        ("kernel.soft_watchdog", "", "nosoftlockup", "0"),
        ("kernel.panic_on_oops", "PANIC_ON_OOPS", "quiet", "1"),
        ("kernel.panic_on_oops", "", "oops=panic", "1"),
        ("kernel.printk", "CONSOLE_LOGLEVEL_DEFAULT=7 CONSOLE_LOGLEVEL_QUIET=4", "ro", "7"),
        ("kernel.printk", "CONSOLE_LOGLEVEL_DEFAULT=7 CONSOLE_LOGLEVEL_QUIET=4", "quiet", "4"),
        ("kernel.printk", "CONSOLE_LOGLEVEL_DEFAULT=7 CONSOLE_LOGLEVEL_QUIET=4", "quiet loglevel=8", "8"),
        ("kernel.printk", "CONSOLE_LOGLEVEL_DEFAULT=7 CONSOLE_LOGLEVEL_QUIET=4", "loglevel=8 debug", "10"),
        ("kernel.perf_event_paranoid", "", "quiet", "2"),
        ("kernel.perf_event_paranoid", "SECURITY_PERF_EVENTS_RESTRICT", "quiet", "3"),
        ("kernel.unprivileged_bpf_disabled", "BPF_UNPRIV_DEFAULT_OFF", "quiet", "2"),
        ("kernel.randomize_va_space", "COMPAT_BRK", "quiet", "1"),
        ("kernel.randomize_va_space", "COMPAT_BRK", "norandmaps", "0"),
        ("lockdown", "LOCK_DOWN_KERNEL_FORCE_INTEGRITY", "lockdown=confidentiality", "confidentiality"),
        ("lockdown", "LOCK_DOWN_KERNEL_FORCE_INTEGRITY", "quiet", "integrity"),
        ("lockdown", "", "lockdown=integrity", "integrity"),
        ("lockdown", "", "quiet", "none"),
        ("lockdown", "!LOCK_DOWN_IN_EFI_SECURE_BOOT", "quiet", "none"),
        # Debian and Fedora, Ubuntu: it depends on the firmware.
        ("lockdown", "LOCK_DOWN_IN_EFI_SECURE_BOOT", "quiet", None),
        ("lockdown", "LOCK_DOWN_IN_SECURE_BOOT", "quiet", None),
        ("lockdown", "LOCK_DOWN_IN_EFI_SECURE_BOOT", "lockdown=integrity", "integrity"),
        ("lockdown", "LOCK_DOWN_IN_EFI_SECURE_BOOT LOCK_DOWN_KERNEL_FORCE_INTEGRITY", "quiet", "integrity"),
        ("failslab.probability", "FAILSLAB", "failslab=1,25,0,-1", "25"),
        ("kernel.traceoff_on_warning", "", "traceoff_on_warning", "1"),
        ("kernel.traceoff_on_warning", "", "traceoff_on_warning=off", "0"),
        ("kernel.ftrace_dump_on_oops", "", "ftrace_dump_on_oops=orig_cpu", "orig_cpu"),
        ("kernel.ftrace_dump_on_oops", "", "ftrace_dump_on_oops=foo,bar=2", "foo,bar=2"),
        ("kernel.task_delayacct", "", "delayacct", "1"),
        ("kernel.sched_schedstats", "SCHEDSTATS", "schedstats=enable", "1"),
        ("kfence.sample_interval", "KFENCE_SAMPLE_INTERVAL=100", "kfence.sample_interval=0", "0"),
        ("page_owner", "PAGE_OWNER", "page_owner=on", "y"),
        ("slab.poison", "SLUB_DEBUG", "slab_debug=P", "1"),
        ("slab.poison", "SLUB_DEBUG SLUB_DEBUG_ON", "slab_debug=-", "0"),
        ("slab.poison", "SLUB_DEBUG SLUB_DEBUG_ON", "quiet", "1"),
        ("printk.time", "PRINTK_TIME", "printk.time=0", "n"),
        ("printk.time", "PRINTK_TIME", "printk.time", "y"),
        ("vm.mem_profiling", "", "sysctl.vm.mem_profiling=1", "y"),
        ("kmemleak.verbose", "", "quiet", "n"),
    ],
)
def test_what_config_and_command_line_make_of_it(name: str, options: str, line: str | None, value: str | None) -> None:
    found = expected(_BY_NAME[name], _values(options, line), holds)
    assert (found.value if found is not None else None) == value


@pytest.mark.parametrize(
    ("release", "line", "value"),
    [
        ("5.10.1", "ftrace_dump_on_oops", "1"),
        ("5.10.1", "ftrace_dump_on_oops=orig_cpu", "2"),
        # A number is a value from 5.14 on.
        ("5.10.1", "ftrace_dump_on_oops=2", "0"),
        ("6.1.192", "ftrace_dump_on_oops=", "1"),
        ("6.1.192", "ftrace_dump_on_oops=orig_cpu", "2"),
        ("6.1.192", "ftrace_dump_on_oops=2 ftrace_dump_on_oops=foo", "2"),
        ("6.8.1", "ftrace_dump_on_oops=orig_cpu", "2"),
        ("6.9.1", "ftrace_dump_on_oops=orig_cpu", "orig_cpu"),
    ],
)
def test_dump_on_oops_was_a_number(release: str, line: str, value: str) -> None:
    found = expected(_BY_NAME["kernel.ftrace_dump_on_oops"], _values("TRACING PROC_SYSCTL", line, release), holds)
    assert found is not None
    assert found.value == value


def test_what_can_be_anything_after_boot() -> None:
    for name, line in (("set_event", "trace_event=sched"), ("slab.poison", "slab_debug=P,dentry")):
        found = expected(_BY_NAME[name], _values("SLUB_DEBUG", line), holds)
        assert found is not None
        assert found.value is None
