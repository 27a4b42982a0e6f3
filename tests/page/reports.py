# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports to make pages of: of a tree, small ones made by hand, and hostile ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kpolicy.costing.bill import Machine
from kpolicy.costing.summary import CostLine, CostSummary
from kpolicy.errors import InputError
from kpolicy.explain.cause import Link
from kpolicy.kernel.config_files import config_files
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.version import read_version
from kpolicy.location import Location
from kpolicy.policy.files.extends import default_policy
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.judging.census import Observation, tally
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.judging.waivers import Waived
from kpolicy.policy.roles.role import Evidence, RoleVerdict
from kpolicy.policy.roles.shipped import role_names
from kpolicy.policy.rules.finding import Finding, SymbolValue
from kpolicy.policy.rules.rule import Reference, Severity
from kpolicy.report.records import ConfigReport, PolicyReport, Report, RuleNote, TreeReport
from kpolicy.report.remark import Remark
from kpolicy.report.rule_notes import notes_for
from kpolicy.run.batches import examine_all
from kpolicy.run.context import Context
from kpolicy.run.plan import Plan
from kpolicy.run.selection import target_of

MACHINE = Machine(ram=16 << 30, cpus=64)
_STANDARD = Standard(default_policy(shipped_vocabulary(examples=False)))
HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "</style><img src=x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "\x1b[31mred\x1b[0m\x00\x07",
    "two\nlines\r\n\t{{ 7*7 }} {% raw %}",
    "\udcff\udc80 byte",
    "\u202egnp.exe\u2066",
    "]]>--><!--&amp;&lt;",
    "<svg onload=alert(1)>",
    "%3Cscript%3E#?q=x&arch=<b>",
)


def audited(tree: Path, jobs: int = 1) -> Report:
    """The audit of a tree, with what its configs cost."""
    source = DirectorySource(tree, tree.name)
    plan = Plan(str(tree), source.name, None, None, standards=(_STANDARD,), machine=MACHINE)
    files = [file for file in config_files(source) if file.kind == "defconfig" and file.srcarch is not None]
    targets = [target_of(file, file.srcarch or "") for file in files]
    examined = examine_all(plan, targets, Context(jobs=jobs))
    outcomes, remarks = examined.outcomes, examined.remarks
    configs = tuple(item for item in outcomes if isinstance(item, ConfigReport))
    report = Report(
        command="audit",
        tree=source.name,
        version=str(read_version(source)),
        toolchain=configs[0].toolchain,
        rules=len(_STANDARD.policy.rules),
        roles=role_names(),
        configs=configs,
        census=tally(item.observation for item in configs),
        remarks=tuple(remarks),
        errors=(),
        unread=len(targets) - len(configs),
    )
    return replace(report, notes=notes_for(report, [_STANDARD]))


def finding(
    rule: str = "kmemleak/in-production",
    severity: Severity = "warning",
    config: str = "arch/x86/configs/a_defconfig",
    symbol: str = "DEBUG_KMEMLEAK",
    text: str = "it is on",
    line: int = 3,
    causes: Sequence[Link] | None = None,
    role: str = "production",
) -> Finding:
    """A finding made by hand; the architecture is that of the config's path."""
    place = Location(config, line)
    chain = (
        Link("selected", symbol, "y", "ROOT", Location("mm/Kconfig", 7), "selected by ROOT if X86"),
        Link("assigned", "ROOT", "y", None, place, "CONFIG_ROOT=y"),
    )
    return Finding(
        rule=rule,
        severity=severity,
        tree="linux",
        architecture=config.split("/")[1] if config.startswith("arch/") else "x86",
        config=config,
        role=role,
        symbol=symbol,
        symbols=(SymbolValue(symbol, "y"), SymbolValue("OTHER", "n")),
        message=text,
        causes=tuple(causes) if causes is not None else chain,
        place=place,
        remedy=(f"# CONFIG_{symbol} is not set",),
    )


def cost_line(cost: str, amount: int | None, **changes: object) -> CostLine:
    """A cost made by hand, memory to the byte unless something else is said."""
    line = CostLine(
        cost=cost,
        title=f"what {cost} takes",
        kind="memory",
        state="known",
        amount=amount,
        words="",
        certainty="exact",
        per="",
        needs="",
        worked="1 + 1",
        missing=(),
        reason="",
        sources=("mm/file.c:12 (6.12)",),
        symbol="DEBUG_KMEMLEAK",
        place=Location("arch/x86/configs/a_defconfig", 3),
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def config(
    *findings: Finding,
    name: str = "arch/x86/configs/a_defconfig",
    architecture: str = "x86",
    role: str = "production",
    cost: CostSummary | None = None,
) -> ConfigReport:
    """A config made by hand."""
    return ConfigReport(
        config=name,
        architecture=architecture,
        srcarch=architecture,
        toolchain="dummy",
        verdict=RoleVerdict(role, "", (Evidence("KASAN", "n", None, "no sign of a debug kernel"),)),
        findings=findings,
        remarks=(Remark(Location(name, 9), "an odd line"),),
        observation=Observation(architecture, ("KASAN",), ("KASAN", "DEBUG_KMEMLEAK")),
        cost=cost,
    )


def report(*configs: ConfigReport, tree: str = "linux") -> Report:
    """A report made by hand."""
    return Report(
        command="audit",
        tree=tree,
        version="6.12.1",
        toolchain="dummy",
        rules=136,
        roles=role_names(),
        configs=configs,
        census=tally(item.observation for item in configs),
        remarks=(),
        errors=(),
        unread=0,
    )


def everything(tree: str = "/srv/src/linux") -> Report:
    """One with something in each part of the page, and paths of a machine wherever there can be some."""
    outside = "/home/somebody/secret/.config"
    bills = [
        CostSummary(
            MACHINE,
            4096,
            (
                cost_line("a/exact", 4096),
                cost_line("b/computed", 1 << 20, certainty="computed"),
                cost_line("c/each", 64, per="task"),
                cost_line("d/words", None, words="slower", kind="slow-down", certainty="as documented"),
                cost_line("e/open", None, state="open", missing=("ram",), certainty="computed"),
                cost_line("f/unknown", None, state="not known", reason="nobody says", certainty=None, sources=()),
            ),
        ),
        CostSummary(MACHINE, 4096, (cost_line("a/exact", 8192), cost_line("g/limit", 1 << 27, certainty="at most"))),
    ]
    waiver = Waiver(
        rule="drm/*",
        config="",
        symbol="",
        reason="<known> for years",
        owner="A. N. Owner",
        expires=dt.date(2031, 1, 2),
        location=Location("/srv/policy/kpolicy.toml", 5),
    )
    first = replace(
        config(
            finding(severity="error"),
            finding("stale/debug-slab", "note", symbol="DEBUG_SLAB", causes=()),
            finding(
                "locking/single-checks-in-production",
                symbol="DEBUG_SPINLOCK",
                causes=(Link("assigned", "DEBUG_SPINLOCK", "y", None, Location("x", 1), "CONFIG_DEBUG_SPINLOCK=y"),),
            ),
            cost=bills[0],
        ),
        waived=(Waived(finding("drm/debug-in-production", symbol="DRM_DEBUG"), waiver),),
        known=(finding("dma/mappings-unchecked", "note", symbol="DMA_API_DEBUG"),),
        unjudged=("kasan/pages-without-owner",),
        toolchain="gcc-12",
    )
    second = config(
        finding(config="arch/arm64/configs/b_defconfig", role="debug"),
        name="arch/arm64/configs/b_defconfig",
        architecture="arm64",
        role="debug",
        cost=bills[1],
    )
    third = config(finding("my/own-rule", config=outside, text=f"{outside} and {tree}/mm/Kconfig"), name=outside)
    fourth = config(name="/home/somebody/else/.config")
    kconfig = replace(
        finding("kconfig/dead-default", config="mm/Kconfig", symbol="NEVER", text="is never reached", causes=()),
        architecture="",
        role="",
        symbols=(),
        remedy=(),
        architectures=("arm64", "x86"),
    )
    unused = replace(
        finding("policy/waiver-unused", "note", config="/srv/policy/kpolicy.toml"), architecture="", role=""
    )
    broken = InputError("/opt/odd/broken.config: no such file", Location(f"{tree}/arch/x86/Kconfig", 3), hint="look")
    whole = replace(
        report(first, second, third, fourth, tree=tree),
        errors=(broken,),
        unread=1,
        remarks=(Remark(Location(f"{tree}/init/Kconfig", 8), "an unknown probe"),),
        about=TreeReport((kconfig,), frozenset({"kconfig/dead-default"}), ("arm64", "x86")),
        policies=(PolicyReport(("/srv/policy/kpolicy.toml",), "warning", (unused,)),),
        toolchain="",
    )
    return replace(whole, notes=notes_for(whole, [_STANDARD]))


def hostile(findings: int = 40) -> Report:
    """One in which every text that a file could bring along is an attack."""
    configs = []
    number = 0
    for count, attack in enumerate(HOSTILE):
        name = f"arch/x86/configs/{attack}_defconfig"
        found = []
        while number < findings * (count + 1) // len(HOSTILE):
            words = HOSTILE[number % len(HOSTILE)]
            chain = (
                Link("selected", words, words, words, Location(words, 1), f"selected by {words}"),
                Link("implied", words, words, words, None, words),
                Link("assigned", words, words, None, Location(name, number), words),
            )
            one = finding(
                "stale/debug-slab", "error", config=name, symbol=words, text=f"{words} {number}", causes=chain
            )
            found.append(replace(one, remedy=(words, words), role=words, architecture=words))
            number += 1
        bill = CostSummary(
            MACHINE, None, (cost_line("a/b", 1, words=attack, title=attack, needs=attack, sources=(attack,)),)
        )
        item = config(*found, name=name, architecture=attack, role=attack, cost=bill)
        verdict = RoleVerdict(attack, attack, (Evidence(attack, attack, Location(attack, 1), attack),))
        configs.append(replace(item, verdict=verdict, observation=Observation(attack, (attack,), (attack,))))
    errors = tuple(InputError(text, Location(text, 1), hint=text) for text in HOSTILE)
    attack = "".join(HOSTILE)
    fact = Reference(attack, attack)
    note = RuleNote("stale/debug-slab", attack, "error", attack, attack, (fact,), (attack,), fact)
    whole = report(*configs, tree=HOSTILE[0])
    return replace(whole, version=HOSTILE[1], toolchain=HOSTILE[2], errors=errors, notes=(note,))
