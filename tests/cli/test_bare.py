# SPDX-License-Identifier: GPL-2.0-or-later
"""A .config judged by itself says what it says together with its tree, but for the rules that it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.config.lines import parse_lines
from kpolicy.config.read import parse_config
from kpolicy.evaluate.effect import effect
from kpolicy.explain.value_change import changed
from kpolicy.kernel.source import open_tree
from kpolicy.policy.files.extends import default_policy
from kpolicy.policy.judging.standard import Standard
from kpolicy.report.records import ConfigReport
from kpolicy.run.bare import bare_report, bare_values, stated_effects
from kpolicy.run.examine import Examiner
from kpolicy.run.judging import judge
from kpolicy.run.plan import Plan, Target
from tests.cli.support import kpolicy
from tests.oracle.cases import Case, run_case
from tests.oracle.conf import PRESETS, Oracle


def _findings(report: ConfigReport, unjudged: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    return {(finding.rule, finding.symbol) for finding in report.findings if finding.rule not in unjudged}


_STANDARD = Standard(default_policy())


def _cases(arch: str, default: str) -> list[Case]:
    configs = f"arch/{arch}/configs/{default}"
    stack = Case(f"{arch}/debug", arch, "defconfig", (configs, "kernel/configs/debug.config"))
    return [Case(f"{arch}/default", arch, "defconfig", (configs,)), stack, *(Case(p, arch, p) for p in PRESETS)]


@pytest.mark.newest_kernel
@pytest.mark.trees
@pytest.mark.parametrize(
    ("arch", "default"), [("x86", "x86_64_defconfig"), ("arm", "multi_v7_defconfig"), ("s390", "debug_defconfig")]
)
def test_same_findings_as_with_the_tree(oracle: Oracle, kernel: Path, arch: str, default: str) -> None:
    examiner = Examiner(Plan(str(kernel), "linux", "dummy", None, standards=(_STANDARD,)), open_tree(kernel))
    found = 0
    for case in _cases(arch, default):
        config = parse_config(case.name, run_case(oracle, case).config)
        bare, judged = bare_report(bare_values(config), _STANDARD), judge(examiner, Target(case.name, arch, (), config))
        assert len(bare.unjudged) <= len(_STANDARD.policy.rules) / 8
        assert _findings(bare) == _findings(judged, bare.unjudged), case.name
        assert (bare.verdict.role, bare.verdict.reading) == (judged.verdict.role, judged.verdict.reading)
        assert (bare.architecture, bare.srcarch) == (arch, arch)
        found += len(bare.findings)
    assert found


_NAMES = st.sampled_from("ABCD")
_TEXTS = st.sampled_from(["y", "m", "n", "1", "0x1f", '"y"', '"a"', '""', '"a', "yes", "Y", ""])
_LINE = st.one_of(
    st.builds("CONFIG_{}={}\n".format, _NAMES, _TEXTS),
    st.builds("# CONFIG_{}{}\n".format, _NAMES, st.sampled_from([" is not set", " is not set # why"])),
    st.builds("#\tCONFIG_{} is not set\n".format, _NAMES),
    st.sampled_from(["CONFIG_MODULES=y\n", "# CONFIG_MODULES is not set\n", "CONFIG_A-B=y\n"]),
)


@given(st.lists(_LINE, max_size=12), st.lists(_LINE, max_size=12))
def test_what_the_lines_say_is_what_evaluation_says(old: list[str], new: list[str]) -> None:
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"
    values = [
        bare_values(parse_lines(".config", f"{header}CONFIG_X86=y\n{''.join(lines)}".encode())) for lines in (old, new)
    ]
    effects = [effect(item) for item in values]
    stated = stated_effects(*values)
    names = changed(*effects)
    assert changed(*stated) == names
    for have, expected in zip(stated, effects, strict=True):
        assert [have.get(name) for name in names] == [expected.get(name) for name in names]


def test_a_line_that_is_not_valid_leaves_the_one_before_it_in_effect(tmp_path: Path) -> None:
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"
    (tmp_path / "old").write_text(f"{header}CONFIG_MODULES=y\n# CONFIG_EXPERT is not set\nCONFIG_LOCALVERSION=Y\n")
    (tmp_path / "new").write_text(
        f'{header}CONFIG_MODULES=y\n# CONFIG_EXPERT is not set\nCONFIG_LOCALVERSION="-a"\nCONFIG_LOCALVERSION=Y\n'
    )
    found = kpolicy("diff", "--format", "json", tmp_path / "old", tmp_path / "new").json
    assert [(item["symbol"], item["before"], item["after"]) for item in found["changes"]] == [
        ("LOCALVERSION", '""', '"-a"')
    ]


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        (
            "kfence/no-access-watched",
            "# CONFIG_KFENCE is not set\n# CONFIG_KASAN is not set\n",
        ),
        # ARCH_SUPPORTS_DEBUG_PAGEALLOC=y, on x86, has no line either: the finding was false.
        ("page-alloc/falls-back-to-poison", "CONFIG_DEBUG_PAGEALLOC=y\nCONFIG_PAGE_POISONING=y\n"),
    ],
)
def test_a_file_that_conf_did_not_write_says_nothing_about_options_without_a_line(rule: str, lines: str) -> None:
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"
    names = ("X86_64", "DEBUG_KERNEL", "PROVE_LOCKING", "DEBUG_VM", "DEBUG_OBJECTS")
    text = "".join(f"CONFIG_{name}=y\n" for name in names) + lines
    without = bare_report(bare_values(parse_config("kernel-debug.config", text.encode()), "x86", "6.12"), _STANDARD)
    assert without.verdict.role == "debug"
    assert rule in without.unjudged
    assert rule not in {item.rule for item in without.findings}
    by_conf = bare_report(bare_values(parse_config("kernel-debug.config", (header + text).encode())), _STANDARD)
    assert rule not in by_conf.unjudged
    # A rule that is not for debug kernels has nothing to judge.
    assert not any("-in-production" in name for name in without.unjudged)
