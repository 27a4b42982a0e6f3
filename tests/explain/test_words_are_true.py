# SPDX-License-Identifier: GPL-2.0-or-later
"""What check, explain, diff and --require print about a tree is what the tree says.

Each case is a public report or a kind of fault, rebuilt with a few lines of Kconfig.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import cause
from tests.cli.support import Outcome, kpolicy
from tests.kconfig.small import load, make_tree

_ARCH = "config X86\n\tdef_bool y\n"


class _Site:
    """A small tree, and config files beside it."""

    def __init__(self, folder: Path, kconfig: str, **files: str) -> None:
        self.folder = folder
        top = f'mainmenu "small"\nsource "arch/x86/Kconfig"\n{kconfig}'
        self.tree = make_tree(folder / "linux", {"Kconfig": top, "arch/x86/Kconfig": _ARCH, **files})
        self._top = top

    def place(self, text: str, further: int = 0) -> str:
        """Where a line of the top Kconfig file is, or one so many lines after it."""
        return f"Kconfig:{self._top[: self._top.index(text)].count(chr(10)) + 1 + further}"

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def run(self, command: str, *words: str | Path) -> Outcome:
        return kpolicy(command, "--tree", self.tree, "--arch", "x86", *words)

    def check(self, config: str, *words: str | Path) -> dict[str, Any]:
        """Messages of check about config lines and requirements, by symbol."""
        path = self.file("some.config", config)
        outcome = self.run("check", path, "-o", "json", *words)
        assert outcome.status in (0, 1), outcome.err
        (report,) = outcome.json["configs"]
        return {
            item["symbol"]: f"{item['message']} [{item['severity']} {item['rule']}]".replace(f"{self.folder}/", "")
            for item in report["findings"]
            if item["rule"].startswith(("config/", "required/", "policy/"))
        }

    def explain(self, symbol: str, config: str) -> str:
        """The reasons and decisions of explain, each row with its place and whose decision it is."""
        path = self.file("some.config", config)
        outcome = self.run("explain", symbol, "--config", path)
        assert (outcome.status, outcome.err) == (0, "")
        # The text has them wrapped and in columns.
        rows = _rows(self.document(symbol, config)["reasons"])
        return re.sub(r" +", " ", "\n".join([*rows, outcome.out])).replace(f"{self.folder}/", "")

    def document(self, symbol: str, config: str) -> Any:
        path = self.file("some.config", config)
        return self.run("explain", symbol, "--config", path, "--format", "json").json[0]


def _rows(reasons: list[Any]) -> Iterator[str]:
    for item in reasons:
        place = item["location"]
        where = f" {place['path']}:{place['line']}" if place else ""
        yield f"{item['symbol']}={item['value']} {item['text']}{where} [{item['decider']}]"
        yield from _rows(item["because"])


Make = Callable[..., _Site]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda kconfig, **files: _Site(tmp_path, kconfig, **files)


# Conditions keep their brackets (a select of DEBUG_INFO; UBSAN_BOUNDS).

_BRACKETS = """
config A
	bool "a"

config B
	bool "b"

config C
	bool "c"

config SOURCE
	bool "source"
	default y
	select TARGET if A && (!B || C)

config TARGET
	bool

config NEEDS
	bool "needs"
	depends on A && (B || C)
	depends on !SOURCE || B
"""


def test_a_select_keeps_its_brackets(make: Make) -> None:
    site = make(_BRACKETS)
    assert "selected by SOURCE if A && (!B || C) " in site.explain("TARGET", "CONFIG_A=y\n")
    before, after = site.file("before", "# CONFIG_A is not set\n"), site.file("after", "CONFIG_A=y\n")
    assert "selected by SOURCE if A && (!B || C)" in site.run("diff", before, after).out


def test_what_is_needed_keeps_its_brackets(make: Make) -> None:
    site = make(_BRACKETS)
    told = site.check("", "--require", site.file("need.config", "CONFIG_NEEDS=y\n"))["NEEDS"]
    place = site.place("\tdepends on A && (B || C)")
    assert f"it needs A (A=n) at {place}" in told
    assert f"it needs B || C (B=n, C=n) at {place}" in told
    assert "it needs !SOURCE || B (SOURCE=y, B=n) at " in told, "C could be what makes B || C true"
    values = evaluate(load(site.tree), parse_config("c", b""))
    (link, *_) = cause(values, "NEEDS")
    assert link.text == "depends on A && (B || C) && (!SOURCE || B)"


_NAMES = "ABCD"
_EXPRESSIONS = st.recursive(
    st.sampled_from(_NAMES),
    lambda inner: st.one_of(
        inner.map(lambda text: f"!({text})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda parts: f"({' '.join(parts)})"),
    ),
    max_leaves=6,
)


def _holds(text: str, values: dict[str, bool]) -> bool:
    """The value of a Kconfig expression of bools; its operators bind as Python's do."""
    spelt = text.replace("&&", " and ").replace("||", " or ").replace("!", " not ")
    assert re.fullmatch(r"(?:[A-D() ]|and|or|not)+", spelt)
    return bool(eval(spelt, {}, values))


@given(st.lists(_EXPRESSIONS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_joined_conditions_mean_what_the_lines_mean(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    symbols = "".join(f'config {name}\n\tbool "{name}"\n\n' for name in _NAMES)
    depends = "".join(f"\tdepends on {part}\n" for part in parts)
    condition = " && ".join(parts)
    kconfig = (
        f'{symbols}config X\n\tbool "x"\n{depends}\n'
        f"config Y\n\tbool\n\tdefault y if {condition}\n\n"
        f'config S\n\tbool "s"\n\tdefault y\n\tselect Z if {condition}\n\nconfig Z\n\tbool\n'
    )
    model = load(make_tree(tmp_path_factory.mktemp("joined"), {"Kconfig": kconfig}))
    worlds = [dict(zip(_NAMES, row, strict=True)) for row in itertools.product((False, True), repeat=len(_NAMES))]
    for world in worlds[:: len(worlds) - 1]:
        lines = "".join(f"CONFIG_{name}={'y' if on else 'n'}\n" for name, on in world.items())
        values = evaluate(model, parse_config("c", lines.encode()))
        if not values.visibility("X"):
            text = cause(values, "X")[0].text.removeprefix("depends on ")
            # Told are the parts that fail: together with those that hold they are the whole.
            assert not _holds(text, world)
            for other in worlds:
                if all(_holds(part, other) for part in parts):
                    assert _holds(text, other)
        for name, before in (("Y", "default y if "), ("Z", "selected by S if ")):
            text = cause(values, name)[0].text
            if values.is_on(name) and text.startswith(before):
                said = text.removeprefix(before)
                assert [_holds(said, other) for other in worlds] == [_holds(condition, other) for other in worlds]


# A probe or a variable is told as it is written, with what it gave and who answered.

_PROBES = """
missing = $(shell,test -e $(srctree)/no/such/$(1) && echo y || echo n)
folder := $(shell,echo no/such)

config PLUGINS
	bool "plugins"
	depends on X86
	depends on $(missing,header.h)

config ENTROPY
	bool "entropy"
	depends on PLUGINS

config SITE
	bool "site"
	depends on "$(SITE_OPTION)" = "yes"

config WORD
	bool "for another word"
	depends on "$(ARCH)" = "sparc64"

config AVAILABLE
	def_bool $(shell,test -e $(srctree)/scripts/available.sh && echo y || echo n)

config LANGUAGE
	bool "language"
	depends on AVAILABLE

if $(missing,feature)

config INSIDE
	bool "inside of an if"

endif

menu "menu"
	visible if $(missing,menu)

config BELOW
	bool "below a menu"

endmenu

choice
	prompt "choice"
	depends on X86

config FIRST
	bool "first"

config SECOND
	bool "second"
	depends on $(missing,second)

endchoice

config VERSION
	int
	default $(shell,echo 120200) if X86

config HALF
	bool "half"
	depends on $(missing,half) || ENTROPY

config FOLDER
	bool "folder"
	default y
	depends on "$(folder)" = "some/where"
"""
_PROBED = {
    "PLUGINS": ("\tdepends on $(missing,header.h)", "$(missing,header.h)"),
    "INSIDE": ("if $(missing,feature)", "$(missing,feature)"),
    "BELOW": ("\tvisible if $(missing,menu)", "$(missing,menu)"),
    "SECOND": ("\tdepends on $(missing,second)", "$(missing,second)"),
    "FOLDER": ('\tdepends on "$(folder)"', '"$(folder)" = "some/where"'),
}


@pytest.mark.parametrize("symbol", _PROBED)
def test_a_dependency_on_a_probe(make: Make, symbol: str) -> None:
    site = make(_PROBES)
    line, text = _PROBED[symbol]
    told = site.check(f"CONFIG_{symbol}=y\n")[symbol]
    place = site.place(line)
    assert f"needs {text} at {place}, which this toolchain answers with n [" in told
    explained = site.explain(symbol, f"CONFIG_{symbol}=y\n")
    assert f"needs {text}, which this toolchain answers with n {place} [toolchain]" in explained
    assert "CONFIG_" not in explained or f"CONFIG_{symbol}=y is not honoured some.config:1 [toolchain]" in explained
    assert "[person]" not in explained


def test_what_needs_it_in_turn(make: Make) -> None:
    site = make(_PROBES)
    told = site.check("CONFIG_ENTROPY=y\n")["ENTROPY"]
    assert "needs PLUGINS (PLUGINS=n) at Kconfig:" in told
    place = site.place("\tdepends on $(missing,header.h)")
    assert f"which needs $(missing,header.h) at {place}, which this toolchain answers with n" in told
    assert "is not honoured some.config:1 [toolchain]" in site.explain("ENTROPY", "CONFIG_ENTROPY=y\n")


def test_a_dependency_on_a_variable(make: Make) -> None:
    site = make(_PROBES)
    told = site.check("CONFIG_SITE=y\nCONFIG_WORD=y\n")
    place = site.place('\tdepends on "$(SITE_OPTION)"')
    assert f'needs "$(SITE_OPTION)" = "yes" at {place}, which is n in this environment' in told["SITE"]
    assert 'needs "$(ARCH)" = "sparc64" at Kconfig:' in told["WORD"]
    assert "which is n on this architecture" in told["WORD"]
    assert "which is n in this environment" in (explained := site.explain("SITE", "CONFIG_SITE=y\n"))
    assert f"{place} [environment]" in explained
    assert "[architecture]" in site.explain("WORD", "CONFIG_WORD=y\n")


def test_a_symbol_that_a_probe_decides(make: Make) -> None:
    site = make(_PROBES)
    probe = "$(shell,test -e $(srctree)/scripts/available.sh && echo y || echo n)"
    told = site.check("CONFIG_LANGUAGE=y\n")["LANGUAGE"]
    assert f"needs AVAILABLE (AVAILABLE=n; the toolchain decides it by {probe}, which gives n)" in told
    assert f"the toolchain decides it by {probe}, which gives n" in site.explain("LANGUAGE", "CONFIG_LANGUAGE=y\n")
    explained = site.explain("VERSION", "")
    assert "default $(shell,echo 120200) if X86, which this toolchain answers with 120200" in explained
    assert "[toolchain]" in explained


def test_a_probe_that_is_not_the_whole_line(make: Make) -> None:
    site = make(_PROBES)
    assert "needs ENTROPY (of $(missing,half) || ENTROPY): ENTROPY=n" in site.explain("HALF", "CONFIG_HALF=y\n")
    assert "needs ENTROPY (ENTROPY=n" in site.check("CONFIG_HALF=y\n")["HALF"]


def test_the_compiler_before_its_consequences(make: Make) -> None:
    kconfig = (
        "config IS_GCC\n\tdef_bool $(shell,test -e $(srctree)/gcc && echo y || echo n)\n\n"
        'config PLUGINS\n\tbool "plugins"\n\tdepends on IS_GCC\n'
        "\tdepends on $(shell,test -e $(srctree)/h && echo y || echo n)\n"
    )
    told = make(kconfig).check("CONFIG_PLUGINS=y\n")["PLUGINS"]
    assert re.search(r": needs IS_GCC \(IS_GCC=n; the toolchain decides it .*\) at Kconfig:\d+, needs \$\(shell", told)


# A consequence is no cause.

_CONSEQUENCE = """
config HAS_UBSAN
	def_bool y

menuconfig UBSAN
	bool "ubsan"
	depends on HAS_UBSAN

if UBSAN

config STRICT
	def_bool $(shell,echo y)

config ARRAY
	bool
	default y

config BOUNDS
	bool "bounds"
	depends on ARRAY || STRICT

endif
"""


def test_a_consequence_is_not_told_as_a_second_cause(make: Make) -> None:
    site = make(_CONSEQUENCE)
    told = site.check("CONFIG_BOUNDS=y\n")["BOUNDS"]
    assert (
        told.split(": ", 1)[1] == f"needs UBSAN (UBSAN=n) at {site.place('if UBSAN')} [warning config/dropped-request]"
    )
    assert "ARRAY" not in site.explain("BOUNDS", "CONFIG_BOUNDS=y\n")
    # What is needed besides is told, also where it stands within the same if.
    both = make(_CONSEQUENCE.replace("default y\n\nconfig BOUNDS", "\nconfig BOUNDS").replace("echo y", "echo n"))
    told = both.check("CONFIG_BOUNDS=y\n")["BOUNDS"]
    assert "needs UBSAN" in told
    assert "needs ARRAY || STRICT" in told


def test_a_probe_behind_an_if_is_no_decision_of_the_toolchain(make: Make) -> None:
    site = make(_CONSEQUENCE)
    explained = site.explain("STRICT", "")
    assert f"it needs UBSAN (UBSAN=n) at {site.place('if UBSAN')}" in explained
    assert "[toolchain]" not in explained


def test_a_select_is_not_blamed_for_a_default(make: Make) -> None:
    site = make(
        "config SMP\n\tdef_bool y\n\n"
        "config HOTPLUG\n\tdef_bool y\n\tdepends on SMP\n\n"
        'config SLEEP\n\tbool "sleep"\n\tdefault y\n\tselect HOTPLUG\n'
    )
    told = site.check("# CONFIG_HOTPLUG is not set\n")["HOTPLUG"]
    assert "[warning config/dropped-request]" in told
    place, select = site.place("config HOTPLUG", 1), site.place("\tselect HOTPLUG")
    assert (
        f"it has no prompt, and default y at {place} sets it (depends on SMP); SLEEP selects it at {select} as well"
    ) in told


# Who decides.


def test_a_line_that_decides_is_named(make: Make) -> None:
    kconfig = (
        'config KERNEL\n\tbool "kernel"\n\n'
        'choice\n\tprompt "info"\n\tdepends on KERNEL\n\tdefault NONE\n\n'
        'config NONE\n\tbool "none"\n\nconfig DWARF\n\tbool "dwarf"\n\tselect INFO\n\nendchoice\n\n'
        'config INFO\n\tbool\n\nconfig BTF\n\tbool "btf"\n\tdepends on INFO\n'
    )
    site = make(kconfig)
    config = "CONFIG_KERNEL=y\nCONFIG_NONE=y\nCONFIG_BTF=y\n"
    explained = site.explain("BTF", config)
    assert "no line of the config decides it" not in explained
    assert "CONFIG_NONE=y some.config:2 [person] changing this line makes it y" in explained
    by = site.document("BTF", config)["decisions"]["by"]
    assert ("NONE", "person", "y") in [(item["symbol"], item["decider"], item["opposite_gives"]) for item in by]


def test_down_to_the_line_that_turns_it_off(make: Make) -> None:
    site = make(
        'config KERNEL\n\tbool "kernel"\n\tdefault y\n\n'
        'config BTF\n\tbool "btf"\n\tdepends on KERNEL\n\nconfig EXT\n\tbool "ext"\n\tdepends on BTF\n'
    )
    explained = site.explain("EXT", "CONFIG_EXT=y\nCONFIG_BTF=y\n# CONFIG_KERNEL is not set\n")
    assert "needs BTF: BTF=n" in explained
    assert "# CONFIG_KERNEL is not set some.config:3 [person]" in explained


_MODULES = """
config MODULES
	bool "modules"
	modules

config DRIVER
	tristate "driver"
"""


def test_m_that_became_y_names_modules(make: Make) -> None:
    site = make(_MODULES)
    words = "CONFIG_DRIVER=m requested, but it is y: CONFIG_MODULES is not set"
    assert site.check("CONFIG_DRIVER=m\n")["DRIVER"] == f"{words} [warning config/dropped-request]"
    explained = site.explain("DRIVER", "CONFIG_DRIVER=m\n")
    assert f"{words} some.config:1 [person]" in explained
    assert "MODULES=n: no line sets it" in explained
    assert "CONFIG_MODULES=y makes it m" in explained
    empty, asked = site.file("empty", ""), site.file("asked", "CONFIG_DRIVER=m\n")
    both = site.file("both", "CONFIG_DRIVER=m\nCONFIG_MODULES=y\n")
    for before in (empty, both):
        assert words in site.run("diff", before, asked).out


# Requirements.

_REQUIRED = """
config EXPERT
	bool "expert"

choice
	prompt "preemption"
	default NONE

config NONE
	bool "none"

config VOLUNTARY
	bool "voluntary"

config RT
	bool "rt"
	depends on EXPERT

endchoice

config ERASE
	bool "erase"

config STACKLEAK
	def_bool ERASE

config FREELIST_RANDOM
	bool "randomize"

config TABLE_CHECK
	bool "check tables"

config DEFAULTED
	bool "defaulted"
	default y if ERASE
"""


def _required(site: _Site, *lines: str) -> dict[str, Any]:
    return site.check("", "--require", site.file("need.config", "".join(f"{line}\n" for line in lines)))


def test_requirements_have_the_reasons_of_dropped_requests(make: Make) -> None:
    site = make(_REQUIRED)
    told = _required(site, "CONFIG_RT=y", "CONFIG_STACKLEAK=y", "CONFIG_DEFAULTED=y")
    needs = f"needs EXPERT (EXPERT=n) at {site.place(chr(9) + 'depends on EXPERT')}"
    assert f"is n, because it {needs} [" in told["RT"]
    place = site.place("config STACKLEAK")
    assert f"is n, because it has no prompt at {place}: only its default (ERASE=n) sets it [" in told["STACKLEAK"]
    assert "no default" not in told["DEFAULTED"]
    assert "none of its defaults applies" in told["DEFAULTED"]
    voluntary = _required(site, "CONFIG_VOLUNTARY=y")["VOLUNTARY"]
    assert "is n, because the choice 'preemption' is set to NONE, its default [" in voluntary
    dropped = site.check("CONFIG_RT=y\n")["RT"].partition("needs ")[2].partition(" [")[0]
    assert f"it needs {dropped} [" in told["RT"]


def test_a_requirement_that_the_tree_does_not_know(make: Make) -> None:
    site = make(_REQUIRED, **{"arch/arm64/Kconfig": "config ARM_ONLY\n\tbool\n"})
    told = _required(
        site,
        "CONFIG_FREELIST_RANDM=y",
        "CONFIG_NOWHERE=y",
        "CONFIG_ARM_ONLY=y",
        "# CONFIG_TABLE_CHEKC is not set",
        "# CONFIG_NOTHING_ALIKE is not set",
    )
    assert "did you mean FREELIST_RANDOM? [warning policy/unknown-requirement]" in told["FREELIST_RANDM"]
    assert told["NOWHERE"].endswith("x86 has no such symbol in this tree [warning policy/unknown-requirement]")
    assert "did you mean TABLE_CHECK? [note policy/unknown-requirement]" in told["TABLE_CHEKC"]
    assert "NOTHING_ALIKE" not in told, "what does not exist is not set"


def test_a_requirement_for_another_architecture_is_a_note(tmp_path: Path) -> None:
    top = 'mainmenu "small"\nsource "arch/$(SRCARCH)/Kconfig"\n'
    files = {"Kconfig": top, "arch/x86/Kconfig": _ARCH, "arch/arm64/Kconfig": "config ARM_ONLY\n\tbool\n"}
    tree = make_tree(tmp_path / "linux", files)
    config, need = tmp_path / "some.config", tmp_path / "need.config"
    config.write_text("")
    need.write_text("CONFIG_ARM_ONLY=y\n")
    outcome = kpolicy("check", "--tree", tree, "--arch", "x86", config, "--require", need)
    assert "note: " in (line := next(line for line in outcome.out.splitlines() if "ARM_ONLY" in line))
    assert "x86 has no such symbol: it is defined for arm64 only (arch/arm64/Kconfig:1)" in line


def test_m_required_of_a_bool(make: Make) -> None:
    site = make(_REQUIRED)
    need = site.file("need.config", "# first\nCONFIG_EXPERT=m\n")
    outcome = site.run("check", site.file("some.config", ""), "--require", need)
    assert outcome.status == 2
    assert outcome.err.replace(f"{site.folder}/", "").startswith(
        "need.config:2: error: 'm' is not a valid value for CONFIG_EXPERT, which is a bool\n"
        "    CONFIG_EXPERT=m\n                  ^\n  it can be y or n\n"
    )


def test_a_required_fragment_by_its_name(make: Make) -> None:
    fragment = {"kernel/configs/debug.config": "CONFIG_ERASE=y\n", "arch/arm64/configs/debug.config": "CONFIG_RT=y\n"}
    site = make(_REQUIRED, **fragment)
    told = site.check("", "--require", "debug.config")
    assert "CONFIG_ERASE=y required by kernel/configs/debug.config:1: is n" in told["ERASE"]
    assert "RT" not in told, "that is for another architecture"
    (site.tree / "kernel/configs/debug.config").write_text("CONFIG_GONE=y\nCONFIG_EXPERT=m\n")
    told = site.check("", "--require", "debug.config")
    assert told["GONE"].endswith("[note policy/unknown-requirement]"), "no fault of who requires it"
    assert "CONFIG_EXPERT=m required by kernel/configs/debug.config:2: is n" in told["EXPERT"]
    outcome = site.run("check", site.file("some.config", ""), "--require", "debgu.config")
    assert (outcome.status, "did you mean 'debug.config'?" in outcome.err) == (2, True)


# What is looked at.


def test_a_path_at_which_nothing_is_checked(make: Make) -> None:
    selftests = "tools/testing/selftests/lib/config"
    site = make(_REQUIRED, **{selftests: "CONFIG_ERASE=y\n", "lib/unread": "x\n"})

    def status(path: str) -> tuple[int, str]:
        outcome = kpolicy("kconfig", "-j", "1", site.tree, "--path", path)
        return outcome.status, outcome.err

    assert status("arch/x86/Kconfg") == (
        2,
        "error: --path arch/x86/Kconfg: no such path in the tree\n  did you mean 'arch/x86/Kconfig'?\n",
    )
    for path in (selftests, "tools", "lib"):
        code, said = status(path)
        assert code == 2
        assert f"error: --path {path}: nothing there is checked\n" in said
        assert "with --check fragments also the configs of the kernel's own tests" in said
    for path in ("arch/x86/Kconfig", "arch", "arch/x86/", "."):
        assert status(path)[0] == 0


def test_where_a_stale_name_went(demo: Path) -> None:
    outcome = kpolicy("explain", "DEBUG_SLAB", "--tree", demo, "--config", "graphics_defconfig")
    assert outcome.status == 2
    assert "SLUB_DEBUG_ON" in outcome.err
    assert "stale/debug-slab" in outcome.err
    assert "did you mean" not in outcome.err


# Many lines.


def test_many_dependencies_take_time_in_proportion(tmp_path: Path) -> None:
    def calls(count: int) -> int:
        depends = "".join(f"\tdepends on A{number}\n" for number in range(count))
        others = "".join(f'\nconfig A{number}\n\tbool "a"\n' for number in range(count))
        tree = make_tree(tmp_path / str(count), {"Kconfig": f'config X\n\tbool "x"\n{depends}{others}'})
        values = evaluate(load(tree), parse_config("c", b"CONFIG_X=y\n"))
        values.visibility("X")
        made = 0

        def counted(_frame: object, event: str, _argument: object) -> None:
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            found = blockers(values, "X", 2)
        finally:
            sys.setprofile(None)
        assert len(found) == count
        return made

    calls(10)
    assert calls(800) < 3 * calls(400)


def test_what_is_m_makes_nothing_else_y(tmp_path: Path) -> None:
    site = _Site(
        tmp_path,
        'config MODULES\n\tbool "modules"\n\tmodules\n'
        'config ONE\n\ttristate "one"\n\tselect CORE\nconfig TWO\n\ttristate "two"\n\tselect CORE\n'
        'config CORE\n\ttristate "core"\n',
    )
    config = "CONFIG_MODULES=y\nCONFIG_ONE=m\nCONFIG_TWO=y\nCONFIG_CORE=m\n"
    message = site.check(config)["CORE"]
    assert "TWO selects it" in message
    assert "ONE" not in message


def test_a_fragment_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    site = _Site(tmp_path, 'config A\n\tbool "a"\n')
    path = site.file("some.config", "CONFIG_A=y\n")
    for words in (("--tree", site.tree, "--arch", "x86"), ()):
        outcome = kpolicy("check", *words, path, "--require", tmp_path / "none.config")
        assert (outcome.status, outcome.out) == (2, "")


def test_a_line_that_is_not_valid_is_named(make: Make) -> None:
    site = make('config CHECK\n\tbool "check"\n')
    words = "no line sets it: CONFIG_CHECK=m is not valid (some.config:1)"
    explained = site.explain("CHECK", "CONFIG_CHECK=m\n")
    assert f"CHECK=n {words}" in explained
    assert f"CHECK=n: {words}" in explained


def test_what_takes_expert_to_turn_off_names_both_lines(make: Make) -> None:
    site = make('config EXPERT\n\tbool "expert"\n\nconfig PRINT\n\tbool "print" if EXPERT\n\tdefault y\n')
    explained = site.explain("PRINT", "")
    assert "to make it n (tested)" in explained
    assert "# CONFIG_PRINT is not set" in explained
    assert "CONFIG_EXPERT=y" in explained
    assert "no config line found that changes it" not in explained


def test_a_second_way_to_a_value_decides_nothing(make: Make) -> None:
    site = make(
        'config SMP\n\tbool "smp"\n\nconfig SLEEP\n\tbool "sleep"\n\nconfig SLEEP_SMP\n\tbool\n'
        "\tdefault y if SMP && SLEEP\n\tselect HOTPLUG\n\nconfig HOTPLUG\n\tbool\n\tdefault y if SMP\n"
    )
    explained = site.explain("HOTPLUG", "CONFIG_SMP=y\nCONFIG_SLEEP=y\n")
    decided = explained.partition("decided by")[2].partition("with only")[0]
    assert "CONFIG_SMP=y some.config:1 [person] changing this line makes it n" in decided
    assert "SLEEP" not in decided
