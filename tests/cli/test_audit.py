# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy audit`."""

from __future__ import annotations

import os
import re
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NoReturn

import pytest

from kpolicy.cli import status
from kpolicy.errors import KpolicyError
from kpolicy.policy.files.extends import default_policy
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.roles.shipped import role_names
from kpolicy.run.batches import examine_all, split
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.judging import judge
from kpolicy.run.plan import Part, Plan, Target
from tests.cli.support import append, copy_of_demo, kpolicy

_LINE = re.compile(r"(?P<path>[^:]+):(?P<line>\d+): (?P<severity>error|warning|note): .+ \[[a-z-]+/[a-z-]+\]$")


def test_every_finding_is_a_gcc_style_line_of_a_file(demo: Path) -> None:
    findings = kpolicy("audit", demo, "--full").out.partition("\n\n")[0].split("\n")
    assert len(findings) > 10
    for text in findings:
        match = _LINE.match(text)
        assert match, text
        assert int(match["line"]) <= max(1, (demo / match["path"]).read_text().count("\n"))


def test_the_demonstration_tree_shows_every_family(demo: Path) -> None:
    findings = [
        finding for config in kpolicy("audit", demo, "-o", "json").json["configs"] for finding in config["findings"]
    ]
    families = {finding["rule"].partition("/")[0] for finding in findings}
    assert {"debug-vm", "kvmalloc", "kmemleak", "pgtable", "stackdepot", "kasan"} <= families


def test_the_census_and_the_summary(demo: Path) -> None:
    lines = kpolicy("audit", demo, "--census").out.rstrip("\n").split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("census: Linux "))
    header = lines[start + 1].split()
    assert header == ["architecture", "configs", *role_names(), "errors", "warnings", "notes"]
    rows = {line.split()[0]: list(map(int, line.split()[1:])) for line in lines[start + 2 : start + 5]}
    assert list(rows) == ["arm64", "x86", "all"]
    assert rows["all"] == [sum(pair) for pair in zip(rows["arm64"], rows["x86"], strict=True)]
    configs, *_, errors, warnings, notes = rows["all"]
    assert lines[-1] == f"{configs} configs: {errors} errors, {warnings} warnings, {notes} notes"
    assert any(line.split()[:1] == ["DEBUG_VM"] for line in lines[start:])


def test_columns_are_aligned(demo: Path) -> None:
    lines = kpolicy("audit", demo, "--census").out.split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("census: "))
    ends = {len(line) for line in lines[start + 1 : start + 5]}
    assert len(ends) == 1


@pytest.mark.parametrize(("threshold", "expected"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)])
def test_fail_on(demo: Path, threshold: str, expected: int) -> None:
    assert kpolicy("audit", demo, "--fail-on", threshold).status == expected
    assert kpolicy("audit", demo, "--fail-on", threshold, "-o", "json").status == expected


def test_fail_on_is_a_least_severity(demo: Path) -> None:
    outcome = kpolicy("audit", demo, "--arch", "arm64", "-o", "json", "--fail-on", "error")
    assert outcome.json["summary"]["errors"] == 0
    assert outcome.json["summary"]["warnings"] > 0
    assert outcome.status == 0
    assert kpolicy("audit", demo, "--arch", "arm64", "--fail-on", "warning").status == 1


def test_arch_chooses(demo: Path) -> None:
    report = kpolicy("audit", demo, "--arch", "i386", "-o", "json").json
    assert {config["architecture"] for config in report["configs"]} == {"i386"}
    assert {config["srcarch"] for config in report["configs"]} == {"x86"}
    assert list(report["census"]) == ["x86"]


def test_unknown_architecture(demo: Path) -> None:
    outcome = kpolicy("audit", demo, "--arch", "amd46")
    assert outcome.status == status.USAGE
    assert "unknown architecture 'amd46'" in outcome.err
    assert "arm64" in outcome.err


def test_outside_of_a_tree_nothing_is_audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["-q", "--terse"], ["-o", "sarif"], ["--since", "HEAD"], ["--arch", "x86", "--fail-on", "never"]):
        outcome = kpolicy("audit", *words)
        assert (outcome.status, outcome.out) == (status.USAGE, "")
        assert outcome.err == (
            "error: the current directory is not a kernel source tree\n"
            "  name the kernel source tree: kpolicy audit DIR\n"
            "  or audit the demonstration tree: kpolicy audit --demo\n"
        )


def test_the_demonstration_tree_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = kpolicy("audit", "--demo")
    assert (outcome.status, outcome.out) == (1, kpolicy("audit", demo).out)
    assert kpolicy("audit", "--demo", "-o", "json").json["tree"]["name"] == "the demonstration tree"
    both = kpolicy("audit", "--demo", demo)
    assert (both.status, both.out) == (status.USAGE, "")


def test_in_a_tree_that_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "arch/x86/configs/new_defconfig").write_text("")
    monkeypatch.chdir(tree)
    outcome = kpolicy("audit", "-o", "json")
    assert outcome.err == ""
    assert "arch/x86/configs/new_defconfig" in [config["config"] for config in outcome.json["configs"]]


def test_processes_change_nothing(demo: Path) -> None:
    for form in ("text", "json"):
        alone = kpolicy("audit", demo, "-j", "1", "-o", form)
        assert kpolicy("audit", demo, "-j", "3", "-o", form) == alone


def test_the_cache_changes_nothing(demo: Path, tmp_path: Path) -> None:
    folder = {"XDG_CACHE_HOME": str(tmp_path)}
    without = kpolicy("audit", demo, "--no-cache", environment=folder)
    assert not any(tmp_path.iterdir())
    first = kpolicy("audit", demo, environment=folder)
    assert any((tmp_path / "kpolicy").iterdir())
    assert without == first == kpolicy("audit", demo, environment=folder)


def test_nowhere_to_keep_a_cache(demo: Path) -> None:
    environment = {"XDG_CACHE_HOME": "not/absolute", "HOME": ""}
    assert kpolicy("audit", demo, environment=environment).status == status.FINDINGS


def test_output_file_is_never_overwritten_unasked(demo: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    assert kpolicy("audit", demo, "-o", f"text:{target}").out == ""
    expected = kpolicy("audit", demo).out
    assert target.read_text() == expected
    target.write_text("mine")
    outcome = kpolicy("audit", demo, "-o", f"text:{target}")
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert target.read_text() == "mine"
    assert kpolicy("audit", demo, "-o", f"text:{target}", "--force").status == status.FINDINGS
    assert target.read_text() == expected
    assert os.listdir(tmp_path) == ["report.txt"]


def test_output_folder_that_is_not_there(demo: Path, tmp_path: Path) -> None:
    outcome = kpolicy("audit", demo, "-o", f"text:{tmp_path}/no/report")
    assert outcome.status == status.FAILURE
    assert "cannot write" in outcome.err


def test_quiet_says_nothing_when_clean(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    for path in tree.glob("arch/*/configs/*"):
        path.write_text("")
    assert kpolicy("audit", tree, "-q") == kpolicy("audit", tree, "-q", "-j", "2")
    outcome = kpolicy("audit", tree, "-q")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")


def test_progress_only_on_terminals(demo: Path) -> None:
    assert "7/7 done" in kpolicy("audit", demo, terminal=True, environment={"TERM": "xterm"}).err
    assert "configs" not in kpolicy("audit", demo).err
    assert "configs" not in kpolicy("audit", demo, "-q", terminal=True, environment={"TERM": "xterm"}).err


def test_verbose_shows_causes_remedies_and_roles(demo: Path) -> None:
    text = kpolicy("audit", demo, "-v").out
    assert "    fix: " in text
    assert "debug_defconfig: judged as debug for x86: " in text
    assert re.search(r"^    STACKDEPOT_ALWAYS_INIT=y +selected by .+ +mm/Kconfig\.debug:\d+$", text, re.MULTILINE)


def test_what_conf_warns_of_is_a_finding(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    path = tree / "arch/arm64/configs/defconfig"
    line = append(path, "CONFIG_NET=maybe\nnonsense\n")
    outcome = kpolicy("audit", tree, "--arch", "arm64", "-o", "json")
    config = next(config for config in outcome.json["configs"] if config["config"].endswith("/defconfig"))
    found = {(item["rule"], item["location"]["line"]) for item in config["findings"]}
    assert {("config/wrong-type", line), ("config/unreadable-line", line + 1)} <= found
    assert not config["remarks"], "each is said once"
    assert outcome.err == ""


def test_an_unknown_probe_is_named_once(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    line = append(tree / "init/Kconfig", '\nconfig ODD\n\tdef_bool "$(shell,frobnicate --all)" = "y"\n')
    outcome = kpolicy("audit", tree)
    assert outcome.err.count("frobnicate") == 1
    assert f"init/Kconfig:{line + 2}: warning: unknown probe, assumed to print nothing: frobnicate --all" in outcome.err


def _targets(**counts: int) -> list[Target]:
    return [
        Target(f"{arch}{number}", arch, (Part(f"{arch}{number}", in_tree=True),))
        for arch, count in counts.items()
        for number in range(count)
    ]


@pytest.mark.parametrize("jobs", [1, 2, 3, 8, 64])
def test_split_keeps_every_target_once_and_architectures_apart(jobs: int) -> None:
    targets = _targets(arm=70, x86=2, mips=53, sh=54, alpha=1)
    batches = split(targets, jobs)
    assert sorted(number for batch in batches for number, _ in batch) == list(range(len(targets)))
    assert all(targets[number] is target for batch in batches for number, target in batch)
    assert all(len({target.arch for _, target in batch}) == 1 for batch in batches)
    assert list(map(len, batches)) == sorted(map(len, batches), reverse=True)


def test_split_cuts_what_would_keep_one_process_busy() -> None:
    assert len(split(_targets(arm=200), 1)) == 1
    assert len(split(_targets(arm=200), 2)) == 2
    assert len(split(_targets(arm=200, x86=2), 4)) > 4
    assert len(split(_targets(arm=10), 8)) == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_config_with_a_bug_leaves_the_others(demo: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def report(examiner: Examiner, target: Target) -> object:
        if target.name == "bad":
            raise ZeroDivisionError("division by zero")
        return judge(examiner, target)

    monkeypatch.setattr("kpolicy.run.judging.judge", report)
    good = Part("arch/x86/configs/i386_defconfig", in_tree=True)
    other = Part("arch/arm64/configs/defconfig", in_tree=True)
    targets = [Target("bad", "x86", (good,)), Target("good", "x86", (good,)), Target("other", "arm64", (other,))]
    plan = Plan(str(demo), "demo", None, None, standards=(Standard(default_policy()),))
    outcomes = examine_all(plan, targets, Context(jobs=jobs)).outcomes
    assert isinstance(outcomes[0], KpolicyError)
    assert "bad: error: internal error: ZeroDivisionError" in outcomes[0].render()
    assert not any(isinstance(outcome, KpolicyError) for outcome in outcomes[1:])


def test_a_worker_that_dies_is_an_error(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.run.judging.judge", lambda *_: os._exit(9))
    outcome = kpolicy("audit", demo, "-j", "2", "--no-cache")
    assert outcome.status == status.FAILURE
    assert outcome.err.count("a worker process died") == 1
    assert "7 could not be analysed" in outcome.out


def test_a_worker_that_dies_before_all_is_handed_out_is_the_same_error(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = ProcessPoolExecutor.submit

    def first_only(pool: ProcessPoolExecutor, *work: Any) -> Future[Any]:
        monkeypatch.setattr(ProcessPoolExecutor, "submit", broken)
        return submit(pool, *work)

    def broken(*_: object) -> NoReturn:
        raise BrokenProcessPool("as `submit` says it")

    monkeypatch.setattr(ProcessPoolExecutor, "submit", first_only)
    outcome = kpolicy("audit", demo, "-j", "2", "--no-cache")
    assert outcome.status == status.FAILURE
    assert outcome.err.count("a worker process died") == 1
    assert re.search(r"^[1-6] configs: .*; [1-6] could not be analysed", outcome.out, re.MULTILINE)
