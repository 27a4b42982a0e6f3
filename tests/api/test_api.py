# SPDX-License-Identifier: GPL-2.0-or-later
"""kpolicy as a library: results have the fields of the JSON, nothing is printed, errors are raised."""

from __future__ import annotations

import dataclasses
import json
import shutil
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from kpolicy.api import InputError, Policy, UsageError, check, check_running, cost, diff, open_tree, results, role
from tests.api.blocks import PAGE, blocks, run
from tests.cli.support import kpolicy
from tests.git import make_repository
from tests.running.roots import debian

_DEBUG = "arch/x86/configs/debug_defconfig"
_USUAL = {"tree", "architecture", "config", "role", "architectures", "waiver"}
"""Fields of a finding that a document leaves out where they are as usual."""
_FORMAL = {"schema", "format", "kpolicy", "tree", "fail_on", "rules", "census", "line_hashes", "summary"}
"""Keys that are about the document, or that the library has in another form."""


def _assert_same_fields(kind: type[Any], document: Any) -> None:
    """Every key is a field, and every field a key, all the way down."""
    hints = get_type_hints(kind)
    names = {field.name.rstrip("_"): hints[field.name] for field in dataclasses.fields(kind)}
    usual = _USUAL if kind is results.Finding else set()
    assert set(document) - _FORMAL <= set(names), kind
    optional = {
        field.name.rstrip("_") for field in dataclasses.fields(kind) if field.default is not dataclasses.MISSING
    }
    assert set(names) - usual - optional <= set(document), kind
    for name, hint in names.items():
        if name in document:
            _assert_same(hint, document[name])


def _assert_same(hint: Any, value: Any) -> None:
    origin, arguments = get_origin(hint), get_args(hint)
    if value is None:
        assert type(None) in arguments
    elif origin in (Union, types.UnionType):
        _assert_same(next(item for item in arguments if item is not type(None)), value)
    elif origin is tuple:
        assert isinstance(value, list)
        for item in value:
            _assert_same(arguments[0], item)
    elif origin is Mapping:
        for item in value.values():
            _assert_same(arguments[1], item)
    elif dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        _assert_same_fields(hint, value)
    else:
        assert isinstance(value, hint), (hint, value)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (results.Report, "audit {tree} -o json"),
        (results.Report, "check --tree {tree} --arch x86 debug_defconfig -o json"),
        (results.Explanation, "explain --tree {tree} STACKDEPOT --config x86_64_defconfig --format json"),
        (results.SymbolInTree, "explain --tree {tree} KASAN --format json"),
        (results.SymbolChain, "chain --tree {tree} KASAN --format json"),
        (results.SymbolChain, "chain --tree {tree} --from KASAN --to STACKTRACE --format json"),
        (results.SymbolChain, "chain --tree {tree} KASAN --config debug_defconfig --format json"),
        (results.Fix, "fix --tree {tree} debug_defconfig --fail-on note --format json"),
        (results.Difference, "diff --tree {tree} --arch x86 x86_64_defconfig debug_defconfig --format json"),
        (results.CostReport, "cost --tree {tree} debug_defconfig --ram 16G --format json"),
        (results.RoleReport, "role --tree {tree} debug_defconfig --format json"),
    ],
)
def test_results_have_the_fields_of_the_json(demo: Path, kind: type[Any], words: str) -> None:
    outcome = kpolicy(*(word.format(tree=demo) for word in words.split()))
    found = json.loads(outcome.out)
    document = found[0] if isinstance(found, list) else found
    _assert_same_fields(kind, document)


def test_the_page_shows_what_its_examples_print(tmp_path: Path) -> None:
    codes, outputs = zip(*blocks(PAGE.read_text("utf-8")), strict=True)
    assert run(list(codes), tmp_path) == list(outputs)


def test_a_report_has_the_findings_of_the_command(demo: Path) -> None:
    report = open_tree(demo).audit()
    found = json.loads(kpolicy("audit", str(demo), "-o", "json").out)
    expected = [item["fingerprint"] for config in found["configs"] for item in config["findings"]]
    assert [item.fingerprint for config in report.configs for item in config.findings] == expected
    finding = report.configs[0].findings[0]
    assert (finding.config, finding.architecture) == ("arch/arm64/configs/defconfig", "arm64")
    assert finding.role == report.configs[0].role.name
    assert report.failed
    json.dumps(dataclasses.asdict(report))


def test_a_config(demo: Path) -> None:
    config = open_tree(demo).config("x86_64_defconfig")
    assert config["CONFIG_SLUB_DEBUG"] == config["SLUB_DEBUG"] == config.effect()["SLUB_DEBUG"] == "y"
    assert "KASAN" in config
    assert "NO_SUCH" not in config
    assert "KASAN" in set(config)
    with pytest.raises(KeyError):
        config.value("NO_SUCH")
    with pytest.raises(UsageError, match="NO_SUCH"):
        config.explain("NO_SUCH")
    expanded = kpolicy("expand", "--tree", str(demo), "x86_64_defconfig").out
    assert config.dotconfig().decode() == expanded


def test_a_preset(demo: Path) -> None:
    assert open_tree(demo).preset("allyesconfig", "x86")["KASAN"] == "y"


def test_nothing_is_printed_and_progress_is_told(demo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    steps: list[tuple[int, int]] = []
    tree = open_tree(demo, progress=lambda done, total: steps.append((done, total)))
    tree.audit()
    assert steps
    assert steps[-1][0] == steps[-1][1]
    assert capfd.readouterr() == ("", "")


def test_messages(demo: Path, tmp_path: Path) -> None:
    said: list[str] = []
    policy = tmp_path / "policy.toml"
    policy.write_text('require = ["tree:kernel/configs/hardening.config"]\n')
    open_tree(demo, message=said.append).check(_DEBUG, policy=Policy(policy=policy))
    assert len(said) == 1
    assert "requirements of" in said[0]


def test_what_is_no_tree(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a kernel source tree"):
        open_tree(tmp_path)


def test_one_of_several_configs_fails(demo: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.config"
    bad.write_bytes(b"<xml/>\n")
    report = open_tree(demo).check("x86_64_defconfig", str(bad), arch="x86")
    assert [item.config for item in report.configs] == ["arch/x86/configs/x86_64_defconfig"]
    assert len(report.errors) == 1
    with pytest.raises(InputError):
        open_tree(demo).check(str(bad), arch="x86")


def test_a_revision_and_a_patch(demo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    shutil.copytree(demo, folder)
    make_repository(folder)
    path = "arch/x86/configs/x86_64_defconfig"
    last = (folder / path).read_text().splitlines()
    patch = (
        f"--- a/{path}\n+++ b/{path}\n@@ -{len(last)},1 +{len(last)},3 @@\n"
        f" {last[-1]}\n+CONFIG_DEBUG_KERNEL=y\n+CONFIG_DEBUG_VM=y\n"
    ).encode()
    old = open_tree(folder, revision="HEAD")
    with open_tree(folder, revision="HEAD", patch=patch) as new:
        assert (old.config(path)["DEBUG_VM"], new.config(path)["DEBUG_VM"]) == ("n", "y")
        assert "DEBUG_VM" in {item.symbol for item in old.diff(new, [path]).changes}


def test_full_configs_without_a_tree(demo: Path, tmp_path: Path) -> None:
    paths = []
    for name in ("x86_64_defconfig", "debug_defconfig"):
        path = tmp_path / f"{name}.config"
        path.write_bytes(open_tree(demo).config(name).dotconfig())
        paths.append(str(path))
    assert check(paths[1]).configs[0].unjudged
    assert "DEBUG_VM" in {item.symbol for item in diff(*paths).changes}
    assert role(paths[1]).role == "debug"
    assert cost(paths[1], ram=16 << 30).costs


def test_a_running_kernel_has_the_fields_of_the_json(demo: Path, tmp_path: Path) -> None:
    root = debian(tmp_path)
    told: list[str] = []
    found = check_running(root, message=told.append)
    document = kpolicy("check", "--running", "--root", root, "-o", "json").json
    _assert_same_fields(results.Report, document)
    assert [item.rule for item in found.findings] == [
        item["rule"] for config in document["configs"] for item in config["findings"]
    ]
    assert any(text.startswith("read: Linux 6.12") for text in told)
    # By a tree the lines of the config are checked too.
    rules = {item.rule for item in open_tree(demo).check_running(root).findings}
    assert {"config/dropped-request", "running/other-config"} <= rules
    with pytest.raises(InputError, match="not a directory"):
        check_running(tmp_path / "none")
