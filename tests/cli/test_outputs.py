# SPDX-License-Identifier: GPL-2.0-or-later
"""`-o FORMAT[:PATH]` of audit, check and kconfig, and `kpolicy report`."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path

import jsonschema
import pytest

from kpolicy.cli import status
from kpolicy.report.formats import FORMATS
from kpolicy.report.formats.github import SUMMARY_SIZE
from kpolicy.report.json.saved import read_report
from kpolicy.report.line_hash import line_hashes
from tests.cli.support import append, copy_of_demo, kpolicy
from tests.report.formats import readers

_WAIVER = '[[waiver]]\nrule = "kmemleak/*"\nreason = "why not"\nowner = "jane"\nexpires = 2099-01-01\n'


def _everywhere(folder: Path) -> list[str]:
    return [word for name in FORMATS for word in ("-o", f"{name}:{folder}/{name}")]


def test_all_formats_at_once_are_as_each_alone(demo: Path, tmp_path: Path) -> None:
    outcome = kpolicy("audit", demo, *_everywhere(tmp_path))
    assert (outcome.status, outcome.out) == (status.FINDINGS, "")
    assert sorted(os.listdir(tmp_path)) == sorted(FORMATS)
    for name in FORMATS:
        alone = kpolicy("audit", demo, "-o", name)
        assert (tmp_path / name).read_bytes().decode() == alone.out
        assert (alone.status, alone.err) == (outcome.status, outcome.err)


@pytest.mark.parametrize("command", ["audit", "check", "kconfig"])
def test_a_saved_result_gives_the_same(command: str, tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "kpolicy.toml").write_text(_WAIVER)
    append(tree / "arch/x86/configs/graphics_defconfig", "CONFIG_NET=maybe\nnonsense\n")
    words = ["--tree", tree, "graphics_defconfig", "/nowhere"] if command == "check" else [tree]
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    run = kpolicy(command, *words, *_everywhere(first))
    again = kpolicy("report", first / "json", *_everywhere(second))
    assert again.status == run.status
    for name in FORMATS:
        assert (first / name).read_bytes() == (second / name).read_bytes()
    packed = tmp_path / "saved.gz"
    packed.write_bytes(gzip.compress((first / "json").read_bytes()))
    assert kpolicy("report", packed).out == (first / "text").read_text()


def test_a_saved_result_from_standard_input(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = kpolicy("audit", demo, "-o", "json").out.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert kpolicy("report", "-").out == kpolicy("audit", demo).out


def test_some_findings_of_a_saved_result_are_those_of_the_run(demo: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    kpolicy("audit", demo, "-o", f"json:{saved}")
    words = ("--select", "kmemleak", "-o", "json")
    assert kpolicy("report", saved, *words).out == kpolicy("audit", demo, *words).out


def test_report_fails_by_its_policy_or_by_the_command_line(demo: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    kpolicy("audit", demo, "--fail-on", "never", "-o", f"json:{saved}")
    assert kpolicy("report", saved).status == status.CLEAN
    assert kpolicy("report", saved, "--fail-on", "error").status == status.FINDINGS
    failed = [int(kpolicy("report", saved, "--fail-on", word, "-o", "junit").out.split('failures="')[1].split('"')[0])
              for word in ("error", "warning", "note", "never")]  # fmt: skip
    assert failed[0] < failed[1] < failed[2]
    assert failed[3] == 0


def test_report_says_what_was_wrong(tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    tree = copy_of_demo(tmp_path)
    run = kpolicy("check", "--tree", tree, "graphics_defconfig", "/nowhere", "-o", f"json:{saved}")
    outcome = kpolicy("report", saved)
    assert (outcome.status, outcome.err) == (run.status, run.err) == (status.FAILURE, run.err)
    assert "/nowhere: error: no such file" in outcome.err


def test_the_schema(demo: Path) -> None:
    schema = kpolicy("report", "--schema").json
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for words in (("audit",), ("kconfig",), ("check", "graphics_defconfig", "--tree")):
        document = kpolicy(*words, demo, "-o", "json").json
        validator.validate(document)
        del document["configs"]
        assert not validator.is_valid(document)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "audit.json"], "-o audit.json: unknown format 'audit.json'\n  did you mean json:audit.json?"),
        (["-o", "out/audit.sarif"], "did you mean sarif:out/audit.sarif?"),
        (["-o", "report"], "the formats are text, json"),
        (["-o", "./report"], "did you mean text:./report?"),
        (["-o", "jsno:x"], "did you mean json:x?"),
        (["-o", "json:"], "the path is missing"),
        (["-o", "json", "-o", "text"], "json and text cannot both go to standard output"),
        (["-o", "json:-", "-o", "json"], "json and json cannot both go to standard output"),
        (["-o", "json:a", "-o", "text:./a"], "two formats cannot both go to"),
        (["--mail", "--terse"], "pass one of them"),
        (["--mail", "-o", "json"], "--mail needs the text format"),
        (["-v", "-o", "json"], "--verbose needs the text format"),
        (["--mail", "--full"], "--mail and --full exclude each other"),
        (["--mail", "-v"], "--mail and --verbose exclude each other"),
        (["-q", "--mail"], "--quiet and --mail exclude each other"),
        (["-q", "--statistics"], "--quiet and --statistics exclude each other"),
        (["-q", "-v"], "--quiet and --verbose exclude each other"),
    ],
)
def test_wrong_outputs(words: list[str], said: str, demo: Path) -> None:
    for command in ("audit", "kconfig", "report"):
        outcome = kpolicy(command, demo, *words)
        assert (outcome.status, outcome.out) == (status.USAGE, "")
        assert said in outcome.err


def test_outputs_are_looked_at_before_anything_else(demo: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    for last, expected in ((f"csv:{there}", status.USAGE), (f"csv:{tmp_path}/no/csv", status.FAILURE)):
        outcome = kpolicy("audit", demo, "-o", f"json:{tmp_path}/first", "-o", last)
        assert (outcome.status, outcome.out) == (expected, "")
        assert os.listdir(tmp_path) == ["there"]
    assert kpolicy("audit", demo, "-o", f"csv:{tmp_path}", "--force").status == status.FAILURE
    assert kpolicy("audit", demo, "-o", f"csv:{there}", "--force").status == status.FINDINGS
    assert there.read_text() != "mine"


def test_a_file_is_written_whole_or_not_at_all(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    assert kpolicy("audit", demo, "-o", f"json:{tmp_path}/a").status == status.FINDINGS
    assert json.loads((tmp_path / "a").read_text())
    monkeypatch.setattr(os, "chmod", full)
    outcome = kpolicy("audit", demo, "-o", f"json:{tmp_path}/b")
    assert outcome.status == status.FAILURE
    assert "cannot write" in outcome.err
    assert os.listdir(tmp_path) == ["a"]


def test_quiet_and_clean(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    for path in tree.glob("arch/*/configs/*"):
        path.write_text("")
    outcome = kpolicy("audit", tree, "-q", "-o", "text", "-o", f"text:{tmp_path}/a", "-o", f"sarif:{tmp_path}/b")
    assert (outcome.status, outcome.out) == (status.CLEAN, "")
    assert "0 errors" in (tmp_path / "a").read_text()
    assert readers.read_sarif((tmp_path / "b").read_text())["results"] == []


def test_a_census_is_in_no_mail(demo: Path) -> None:
    outcome = kpolicy("audit", demo, "--mail", "--census")
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert "--mail and --census exclude each other" in outcome.err


def test_quiet_is_for_stdout(demo: Path, tmp_path: Path) -> None:
    kpolicy("audit", demo, "-q", "--statistics", "-o", f"text:{tmp_path}/a")
    assert (tmp_path / "a").read_text() == kpolicy("audit", demo, "--statistics").out


def test_terse_and_mail(demo: Path) -> None:
    whole = kpolicy("audit", demo, "-v").out.splitlines()
    terse = kpolicy("audit", demo, "-v", "--terse").out.splitlines()
    assert terse == [line for line in whole if line.endswith("]") and line[0] != " "]
    mail = kpolicy("audit", demo, "--mail", terminal=True, environment={"TERM": "xterm"}).out
    assert mail.isascii()
    assert "\x1b" not in mail


def test_what_is_accepted_and_left_out_is_said(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "kpolicy.toml").write_text(_WAIVER)
    outcome = kpolicy("audit", tree, "-o", "csv", "-o", f"gitlab:{tmp_path}/a", "-o", f"json:{tmp_path}/b")
    waived = json.loads((tmp_path / "b").read_text())["summary"]["waived"]
    assert waived > 0
    assert f"note: omitted in csv, gitlab: {waived} waived and 0 known findings" in outcome.err
    assert "left out" not in kpolicy("audit", tree, "-o", "sarif").err


def test_sarif_knows_the_lines_as_github_does(demo: Path) -> None:
    run = readers.read_sarif(kpolicy("audit", demo, "-o", "sarif").out)
    assert len(run["results"]) > 10
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        hashes = line_hashes((demo / place["artifactLocation"]["uri"]).read_bytes())
        expected = hashes[place["region"]["startLine"] - 1]
        assert result["partialFingerprints"]["primaryLocationLineHash"] == expected


def test_job_summary(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    environment = {"GITHUB_STEP_SUMMARY": str(path)}
    kpolicy("audit", demo, environment=environment)
    assert path.read_text() == "before\n"
    outcome = kpolicy("audit", demo, "-o", "github", environment=environment)
    assert path.read_text() == "before\n" + kpolicy("audit", demo, "-o", "markdown").out
    assert len(readers.read_github(outcome.out)) > 5
    path.write_bytes(b"x" * SUMMARY_SIZE)
    outcome = kpolicy("audit", demo, "-o", "github", environment=environment)
    assert path.stat().st_size == SUMMARY_SIZE
    assert "no job summary" in outcome.err
    nowhere = {"GITHUB_STEP_SUMMARY": f"{tmp_path}/no/summary"}
    assert kpolicy("audit", demo, "-o", "github", environment=nowhere).status == status.FAILURE


def test_hostile_names_and_values(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    folder = tree / "arch/x86/configs"
    lines = (folder / "graphics_defconfig").read_bytes()
    evil = (
        b'CONFIG_CMDLINE="]]><b>\x1b[2J,::error::%0A\xff"\nCONFIG_NO<SUCH>&=y\nCONFIG_NOT_\xe9\x01=y\nCONFIG_NET=\x1b\n'
    )
    names = (b"a\n::error::b_defconfig", b"<script>]]>&_defconfig", b"\x1b[31m_defconfig", b"\xff\xfe_defconfig",
             b"=1+1_defconfig", b"# SKIP x_defconfig")  # fmt: skip
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(lines + evil)
    out = tmp_path / "out"
    out.mkdir()
    run = kpolicy("audit", tree, *_everywhere(out))
    assert run.status == status.FINDINGS
    texts = {name: (out / name).read_bytes().decode() for name in FORMATS}
    count = readers.read_json(texts["json"])["summary"]
    count = count["errors"] + count["warnings"] + count["notes"]
    assert count > 6 * 5
    told = _told(texts["json"])
    assert len(readers.read_sarif(texts["sarif"])["results"]) == len(readers.read_gitlab(texts["gitlab"])) == told
    assert len(readers.read_csv(texts["csv"])) == count
    assert len(texts["jsonl"].splitlines()) == count
    readers.read_junit(texts["junit"])
    readers.read_github(texts["github"])
    assert sum(len(test.subtests) for test in readers.read_ktap(texts["ktap"])) == told
    assert not {"\x1b", "\0", "\x01"} & set("".join(texts[name] for name in texts))
    assert kpolicy("report", out / "json", "--terse").out.count("\n") == told
    assert kpolicy("report", out / "json", "--terse", "--full").out.count("\n") == count


def _told(text: str) -> int:
    """How many findings a saved result has, where those with one cause count as one."""
    report = read_report("saved", text.encode("utf-8", "surrogateescape"))
    return sum(1 for _ in report.told)


@pytest.mark.trees
def test_formats_of_a_real_tree(kernel: Path, tmp_path: Path) -> None:
    kpolicy("audit", kernel, "--arch", "xtensa", "-q", *_everywhere(tmp_path))
    texts = {name: (tmp_path / name).read_bytes().decode() for name in FORMATS}
    summary = readers.read_json(texts["json"])["summary"]
    count = summary["errors"] + summary["warnings"] + summary["notes"]
    assert count > 20
    run = readers.read_sarif(texts["sarif"])
    told = _told(texts["json"])
    assert len(run["results"]) == told
    assert all("primaryLocationLineHash" in result["partialFingerprints"] for result in run["results"])
    assert len(readers.read_gitlab(texts["gitlab"])) == told
    assert len(readers.read_csv(texts["csv"])) == count
    failures = told - summary["notes"]
    assert int(readers.read_junit(texts["junit"]).get("failures")) == failures
    tests = [subtest for test in readers.read_ktap(texts["ktap"]) for subtest in test.subtests]
    assert sum(not test.ok for test in tests) == failures


@pytest.mark.parametrize(
    "words",
    [
        ["upgrade", "nothing_defconfig", "--from", ".", "--to", "."],
        ["fix", "--tree", ".", "nothing_defconfig"],
        ["expand", "--tree", ".", "nothing_defconfig"],
        ["chain", "--tree", ".", "NOTHING"],
        ["cost", "nothing"],
        ["policy", "import", "yocto:nothing.scc"],
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_is_not_there_is_refused_before_any_work(words: list[str], demo: Path) -> None:
    words = [str(demo) if word == "." else word for word in words]
    outcome = kpolicy(*words, "-o", "nowhere/result")
    assert outcome.status == 3
    assert outcome.err == "error: cannot write nowhere/result: no such directory: nowhere\n"
