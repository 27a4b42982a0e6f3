# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports made by hand: a small one with everything in it, a hostile one, and any at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from kpolicy.costing.bill import Machine, State
from kpolicy.costing.cost import CERTAINTIES
from kpolicy.costing.cost import KINDS as COST_KINDS
from kpolicy.costing.summary import CostLine, CostSummary
from kpolicy.errors import InputError, KpolicyError, UsageError
from kpolicy.explain.cause import Kind, Link
from kpolicy.explain.grounds import Ground
from kpolicy.location import Location
from kpolicy.policy.checks.tree import tree_finding
from kpolicy.policy.files.policy_file import THRESHOLDS, Waiver
from kpolicy.policy.judging.census import ArchitectureCensus, Census, Count, Observation, tally
from kpolicy.policy.judging.waivers import Waived
from kpolicy.policy.roles.role import Evidence, RoleVerdict
from kpolicy.policy.rules.finding import Finding, SymbolValue, Witness
from kpolicy.policy.rules.rule import SEVERITIES, Reference, Severity
from kpolicy.report.records import ConfigReport, PolicyReport, Report, RuleNote, TreeReport
from kpolicy.report.remark import Remark

_X86 = "arch/x86/configs/x86_64_defconfig"


def finding(
    rule: str = "kmemleak/in-production",
    severity: Severity = "error",
    symbol: str = "DEBUG_KMEMLEAK",
    *,
    config: str = _X86,
    line: int = 3,
    message: str = "DEBUG_KMEMLEAK=y: all memory is searched every ten minutes",
) -> Finding:
    place = Location(config, line)
    return Finding(
        rule=rule,
        severity=severity,
        tree="linux",
        architecture="x86_64",
        config=config,
        role="production",
        symbol=symbol,
        symbols=(SymbolValue(symbol, "y"), SymbolValue("STACKTRACE", "y")),
        message=message,
        causes=(
            Link("selected", symbol, "y", "ROOT", Location("lib/Kconfig.debug", 7), "selected by ROOT if EXPERT"),
            Link("assigned", "ROOT", "y", None, place, "CONFIG_ROOT=y"),
        ),
        place=place,
        remedy=("# CONFIG_ROOT is not set", f"# CONFIG_{symbol} is not set"),
    )


def config(*findings: Finding, name: str = _X86, waived: tuple[Waived, ...] = ()) -> ConfigReport:
    return ConfigReport(
        config=name,
        architecture="x86_64",
        srcarch="x86",
        toolchain="dummy gcc",
        verdict=RoleVerdict("production", "", (Evidence("DEBUG_KERNEL", "n", None, "no debug option is on"),)),
        findings=findings,
        remarks=(Remark(Location(name, 9), "override: reassigning to symbol NET"),),
        observation=Observation("x86", ("DEBUG_KMEMLEAK",), ("DEBUG_KMEMLEAK", "STACKTRACE")),
        waived=waived,
    )


def note(rule: str, severity: Severity = "error") -> RuleNote:
    return RuleNote(
        rule,
        "what the rule is about",
        severity,
        "cost",
        "Every allocation is recorded.\n\nA production kernel has no use for that.",
        (Reference("it scans all memory", "mm/kmemleak.c: kmemleak_scan"),),
        ("# CONFIG_DEBUG_KMEMLEAK is not set",),
        Reference("a tenth of the time", "Documentation/dev-tools/kmemleak.rst"),
    )


def report(*configs: ConfigReport) -> Report:
    return Report(
        command="audit",
        tree="linux",
        version="6.12.1",
        toolchain="dummy gcc",
        rules=5,
        roles=("production", "debug"),
        configs=configs,
        census=tally(item.observation for item in configs),
        remarks=(),
        errors=(),
        unread=0,
    )


def _sample_cost() -> CostSummary:
    table = CostLine(
        cost="stackdepot/table", title="stack depot: hash table", kind="memory", state="known", amount=16 << 20,
        words="", certainty="exact", per="", needs="", worked="1M * 2 * 8", missing=(), reason="",
        sources=("lib/stackdepot.c:146 (6.12.117)",), symbol="STACKDEPOT_ALWAYS_INIT", place=Location("mm/Kconfig", 7),
    )  # fmt: skip
    speed = replace(
        table, cost="kasan/speed", title="KASAN: every access", kind="slow-down", amount=None, words="threefold",
        certainty="as documented", worked="", place=None,
    )  # fmt: skip
    return CostSummary(Machine(16 << 30, None), 4096, (table, speed))


def sample() -> Report:
    """Something of everything that a report can hold."""
    waiver = Waiver(
        "debug-vm/*", "*x86_64*", "", "the lab wants it", "jane", dt.date(2030, 1, 31), Location("kpolicy.toml", 4)
    )
    first = config(
        finding(),
        finding("config/dropped-request", "warning", "KASAN", line=5, message="CONFIG_KASAN=y requested, but it is n"),
        finding("slab/note", "note", "SLUB_DEBUG", line=6, message="SLUB_DEBUG=y, 100% of it | <here>"),
        waived=(Waived(finding("debug-vm/in-production", "warning", "DEBUG_VM", line=7), waiver),),
    )
    first = replace(first, known=(finding("lockdep/known", "warning", "LOCKDEP", line=8),))
    second = config(finding(config="arch/x86/configs/i386_defconfig"), name="arch/x86/configs/i386_defconfig")
    second = replace(second, cost=_sample_cost())
    clean = config(name="arch/x86/configs/tiny_defconfig")
    about = TreeReport(
        (tree_finding("kconfig/dead-default", "FOO", "the default y of FOO is never reached", Location("mm/Kconfig", 2),
                      ["x86"]),
         tree_finding("kconfig/unmet-select", "BAR", "BAR selects BAZ, which depends on FOO (=n)",
                      Location("mm/Kconfig", 9), ["arm", "x86"],
                      grounds=(Ground("BAZ depends on FOO", Location("mm/Kconfig", 12)),),
                      witness=Witness("arm", ("# CONFIG_FOO is not set", "CONFIG_BAR=y")))),
        frozenset({"kconfig/dead-default", "kconfig/select-of-choice-member", "kconfig/unmet-select"}),
        ("x86",),
    )  # fmt: skip
    unused = replace(
        finding(
            "policy/waiver-unused",
            "note",
            "stale/*",
            message="unused waiver: stale/* matches no finding in any config (jane: old)",
        ),
        tree="", architecture="", config="kpolicy.toml", role="", symbols=(), causes=(), remedy=(),
        place=Location("kpolicy.toml", 12),
    )  # fmt: skip
    names = ("kmemleak/in-production", "debug-vm/in-production", "kconfig/dead-default", "lockdep/known")
    made = replace(
        report(first, second, clean),
        about=about,
        policies=(PolicyReport(("kpolicy.toml",), "warning", (unused,)),),
        errors=(InputError("no such file", Location("arch/x86/configs/gone_defconfig", 1), hint="was it removed?"),),
        unread=1,
        remarks=(Remark(None, "unknown probe, assumed to print nothing: $(shell,date)"),),
        notes=tuple(note(name) for name in sorted(names)),
    )
    return replace(made, line_hashes={Location(_X86, 3): "34dac662fcd757cb:1"})


HOSTILE = (
    "a\nb\r\nc", "\x1b[2J\x1b]0;title\x07", "::error file=x::y\n::stop-commands::z", "]]><script>alert(1)</script>",
    "\x00\x01\x08\x0b\x0c\x1f\x7f\x85\u2028\u2029", "\udcff\udc80", "=HYPERLINK(\"x\")", "@SUM(1)", "-1", "+1",
    "#hash # SKIP", "reboot: System halted", "Kernel panic - not syncing: VFS:", "KTAP version 1", "ok 1 yes", "1..9",
    "\u202eevil",
    "<b>&amp;\"'`|`` [x](http://y) @torvalds #1</details>", "{0} {{", "%0A%s,:%25", "../../etc/passwd", "/etc/shadow",
    "\ufffe\uffff", "\U0001f600 caf\u00e9", "", " ", "- [ ] x", "\\", "a" * 500,
)  # fmt: skip


def hostile(many: int = 0) -> Report:
    """A report whose every text carries something that breaks a careless format; `many` more findings."""
    findings = [
        Finding(
            text, severity, "linux", text, text, text, text, (SymbolValue(text, text), SymbolValue("B", text)), text,
            (
                Link("selected", text, text, text, Location(text, 1), text),
                Link("unset", text, text, None, None, text),
            ),
            Location(text, 1 + number), (text, text),
            grounds=(Ground(text, Location(text, 1)), Ground(text, None)), witness=Witness(text, (text, text)),
        )
        for number, text in enumerate(HOSTILE)
        for severity in SEVERITIES
    ]  # fmt: skip
    findings += [finding(line=number + 1, message=HOSTILE[number % len(HOSTILE)]) for number in range(many)]
    waiver = Waiver(HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[3], HOSTILE[4], None, Location(HOSTILE[5], 2))
    configs = [
        replace(
            config(*findings[number :: len(HOSTILE)], name=text, waived=(Waived(findings[number], waiver),)),
            srcarch=text,
            toolchain=text,
            verdict=RoleVerdict(text, text, (Evidence(text, text, None, text),)),
            remarks=(Remark(Location(text, 1), text),),
            observation=Observation(text, (text,), (text,)),
            known=(findings[-1],),
        )
        for number, text in enumerate(HOSTILE)
    ]
    return replace(
        report(*configs),
        tree=HOSTILE[3],
        version=HOSTILE[1],
        errors=tuple(
            InputError(text, Location(text, 1), hint=text, source_line=text, column=1) for text in HOSTILE if text
        ),
        unread=1,
        about=TreeReport(tuple(findings[:9]), frozenset(HOSTILE), HOSTILE),
        policies=(PolicyReport(HOSTILE, "warning", tuple(findings[9:12])),),
        notes=tuple(
            RuleNote(text, text, "warning", text, text, (Reference(text, text),), (text,), Reference(text, text))
            for text in sorted(set(HOSTILE))
        ),
    )


# What can stand in a file: everything but surrogates, which only stand for bytes that are no UTF-8.
_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]), st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
    ) | st.sampled_from("\n\r\t\0\x1b<>&]\"'|`:%,=@#{}[]"), max_size=8,
)  # fmt: skip
_PLACE = st.builds(Location, _TEXT, st.integers(1, 10**6))
_TEXTS = st.lists(_TEXT, max_size=3).map(tuple)
_SEVERITY = st.sampled_from(SEVERITIES)
_SYMBOLS = st.dictionaries(_TEXT, _TEXT, max_size=3).map(
    lambda found: tuple(SymbolValue(name, value) for name, value in found.items())
)
_LINK = st.builds(
    Link, st.sampled_from(get_args(Kind)), _TEXT, _TEXT, st.none() | _TEXT, st.none() | _PLACE, _TEXT
)  # fmt: skip
_FINDING = st.builds(
    Finding, _TEXT, _SEVERITY, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _SYMBOLS, _TEXT,
    st.lists(_LINK, max_size=3).map(tuple), _PLACE, _TEXTS, _TEXTS,
    grounds=st.lists(st.builds(Ground, _TEXT, st.none() | _PLACE), max_size=2).map(tuple),
    witness=st.none() | st.builds(Witness, _TEXT, _TEXTS),
)  # fmt: skip
_FINDINGS = st.lists(_FINDING, max_size=3).map(tuple)
_WAIVER = st.builds(Waiver, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, st.none() | st.dates(), _PLACE)
_WAIVED = st.lists(st.builds(Waived, _FINDING, _WAIVER), max_size=2).map(tuple)
_REMARKS = st.lists(st.builds(Remark, st.none() | _PLACE, _TEXT), max_size=2).map(tuple)
_EVIDENCE = st.lists(st.builds(Evidence, _TEXT, _TEXT, st.none() | _PLACE, _TEXT), max_size=2).map(tuple)
_THRESHOLD = st.sampled_from(THRESHOLDS)
_POLICY = st.builds(PolicyReport, _TEXTS, _THRESHOLD, _FINDINGS)
_REFERENCE = st.builds(Reference, _TEXT, _TEXT)
_NOTE = st.builds(
    RuleNote, _TEXT, _TEXT, _SEVERITY, _TEXT, _TEXT, st.lists(_REFERENCE, max_size=2).map(tuple), _TEXTS,
    st.none() | _REFERENCE,
)  # fmt: skip
_COUNT = st.builds(Count, st.integers(0, 999), st.integers(0, 999))
_CENSUS = st.dictionaries(
    _TEXT, st.tuples(st.integers(0, 99), st.dictionaries(_TEXT, _COUNT, max_size=2)), max_size=2
).map(lambda found: Census(tuple(ArchitectureCensus(name, *rest) for name, rest in found.items())))

_BYTES = st.none() | st.integers(0, 1 << 60)
_COST_LINE = st.builds(
    CostLine, _TEXT, _TEXT, st.sampled_from(COST_KINDS), st.sampled_from(get_args(State)), _BYTES, _TEXT,
    st.none() | st.sampled_from(CERTAINTIES), _TEXT, _TEXT, _TEXT, _TEXTS, _TEXT, _TEXTS, _TEXT, st.none() | _PLACE,
)  # fmt: skip
_COST = st.builds(
    CostSummary, st.builds(Machine, _BYTES, _BYTES), _BYTES, st.lists(_COST_LINE, max_size=4).map(tuple)
)  # fmt: skip


@st.composite
def _config(draw: st.DrawFn, policies: int) -> ConfigReport:
    srcarch = draw(_TEXT)
    return ConfigReport(
        config=draw(_TEXT),
        architecture=draw(_TEXT),
        srcarch=srcarch,
        toolchain=draw(_TEXT),
        verdict=RoleVerdict(draw(_TEXT), draw(_TEXT), draw(_EVIDENCE)),
        findings=draw(_FINDINGS),
        remarks=draw(_REMARKS),
        observation=Observation(srcarch, draw(_TEXTS), draw(_TEXTS)),
        unjudged=draw(_TEXTS),
        standard=draw(st.integers(0, policies - 1)),
        waived=draw(_WAIVED),
        known=draw(_FINDINGS),
        cost=draw(st.none() | _COST),
    )


@st.composite
def _error(draw: st.DrawFn) -> KpolicyError:
    kind = draw(st.sampled_from((InputError, UsageError)))
    return kind(
        draw(_TEXT),
        draw(st.none() | _PLACE),
        source_line=draw(st.none() | _TEXT),
        column=draw(st.none() | st.integers(1, 99)),
        hint=draw(st.none() | _TEXT),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report that a run could make of hostile files."""
    policies = draw(st.lists(_POLICY, min_size=1, max_size=2).map(tuple))
    standard = st.integers(0, len(policies) - 1)
    about = st.builds(
        TreeReport, _FINDINGS, st.frozensets(_TEXT, max_size=3), _TEXTS, st.booleans(), standard, _WAIVED, _FINDINGS
    )
    return Report(
        command=draw(_TEXT),
        tree=draw(_TEXT),
        version=draw(_TEXT),
        toolchain=draw(_TEXT),
        rules=draw(st.integers(0, 999)),
        roles=draw(_TEXTS),
        configs=draw(st.lists(_config(len(policies)), max_size=3).map(tuple)),
        census=draw(st.none() | _CENSUS),
        remarks=draw(_REMARKS),
        errors=draw(st.lists(_error(), max_size=2).map(tuple)),
        unread=draw(st.integers(0, 9)),
        policies=policies,
        fail_on=draw(st.none() | _THRESHOLD),
        about=draw(st.none() | about),
        since=draw(_TEXT),
        notes=draw(st.lists(_NOTE, max_size=3, unique_by=lambda item: item.id).map(tuple)),
        line_hashes=draw(st.dictionaries(_PLACE, _TEXT, max_size=3)),
    )
