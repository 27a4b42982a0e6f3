# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies of other tools on the command line and in policy files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kpolicy.demo import demo_tree
from tests.cli.support import Outcome, copy_of_demo, kpolicy

_CONFIG = "arch/x86/configs/x86_64_defconfig"
_PMOS = """\
[aliases]
["category:default".">=0.0.0"."all"]
DEBUG_VM = "y" # the lab finds bugs
["category:other"."<1.0"."all"]
DEBUG_VM = "n"
"""
_ANNOTATIONS = """\
# ARCH: amd64
# FLAVOUR: amd64-generic
CONFIG_DEBUG_VM policy<{'amd64': 'y'}> note<'LP: #1'>
CONFIG_LOCALVERSION policy<{'amd64': '-'}>
"""
_KHC = """\
[{"option_name": "CONFIG_DEBUG_VM", "type": "kconfig", "reason": "r", "decision": "d", "desired_val": "y"},
 {"option_name": "kernel.x", "type": "sysctl", "reason": "r", "decision": "d", "desired_val": "1"}]
"""


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("check.toml").write_text(_PMOS)
    Path("annotations").write_text(_ANNOTATIONS)
    Path("k.json").write_text(_KHC)
    Path("empty.xml").write_text("\n")
    Path("nothing").mkdir()
    Path("less.xml").write_text('<kernel minlts="5.4.42" />\n')


def check(*words: str, tree: Path | None = None) -> Outcome:
    return kpolicy("check", "--tree", tree or demo_tree(), _CONFIG, "--select", "required", *words)


def test_a_policy_of_another_tool_is_named_like_any_other() -> None:
    for option in ("--policy", "--require"):
        found = check(option, "pmos:check.toml", "-o", "json")
        assert found.status == 1
        (finding,) = found.json["configs"][0]["findings"]
        assert finding["rule"] == "required/debug-vm"
        assert finding["message"].startswith("CONFIG_DEBUG_VM=y or m required by check.toml:3: is n")
        assert finding["note"] == "the lab finds bugs"


def test_a_policy_file_names_it(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "policies").mkdir()
    (tree / "policies" / "annotations").write_text(_ANNOTATIONS)
    (tree / "kpolicy.toml").write_text('require = ["ubuntu:policies/annotations@amd64-generic"]\n')
    place = f"{tree.name}/policies/annotations:3"
    assert f"CONFIG_DEBUG_VM=y required by {place}: is n" in check(tree=tree).out
    (tree / "kpolicy.toml").write_text(
        '[[require]]\nfragment = "ubuntu:policies/annotations@amd64-generic"\nseverity = "error"\nowner = "us"\n'
    )
    out = check(tree=tree).out
    assert f"error: CONFIG_DEBUG_VM=y required by {place}: is n" in out
    assert "why: LP: #1 (us)" in out
    (tree / "kpolicy.toml").write_text('extends = "ubuntu:policies/annotations@amd64-generic"\n')
    error = check(tree=tree).err
    assert "kpolicy.toml:1: error: 'ubuntu:policies/annotations@amd64-generic' is a policy of another tool" in error
    assert "it is named under 'require'" in error


def test_it_is_looked_for_in_the_tree_too(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "in-tree").write_text(_ANNOTATIONS)
    assert "required by in-tree:3" in check("--policy", "ubuntu:in-tree@amd64", tree=tree).out


def test_what_is_left_out_is_told_by_line() -> None:
    found = check("--policy", "khc:k.json@X86_64")
    assert found.status == 1
    assert "note: k.json:2: not imported: kernel.x = 1 (a sysctl is no config value)" in found.err


def test_requirements_for_other_kernels_are_no_clean_report() -> None:
    found = check("--policy", "khc:k.json@ARM64")
    assert found.status == 0
    assert "x86_64_defconfig: warning: no requirement is for this config: it is x86 of Linux 6.12" in found.err


@pytest.mark.parametrize(("arch", "warnings"), [("ARM64", 0), ("RISCV", 1)])
def test_an_audit_says_it_only_if_it_is_so_for_all(arch: str, warnings: int) -> None:
    found = kpolicy("audit", demo_tree(), "--policy", f"khc:k.json@{arch}", "--select", "required")
    assert found.err.count("no requirement is for this config") == warnings


def test_known_broken_is_a_waiver(tmp_path: Path) -> None:
    folder = tmp_path / "configs"
    (folder / "common" / "generic").mkdir(parents=True)
    (folder / "priority.lab").write_text("ORDER=common\nx86_64=generic\n")
    option = folder / "common" / "generic" / "CONFIG_DEBUG_KERNEL"
    option.write_text("CONFIG_DEBUG_KERNEL=y\n")
    assert check("--policy", "ark:configs@kernel-x86_64-lab").status == 1
    option.write_text("# process_configs_known_broken\nCONFIG_DEBUG_KERNEL=y\n")
    found = check("--policy", "ark:configs@kernel-x86_64-lab")
    assert found.status == 0
    assert "1 waived" in found.out
    text = kpolicy("policy", "import", "ark:configs@kernel-x86_64-lab").out
    assert 'rule = "required/debug-kernel"' in text


def test_a_conversion() -> None:
    found = kpolicy("policy", "import", "khc:k.json@X86_64")
    assert (found.status, found.err) == (0, "")
    assert found.out == (
        "# imported by kpolicy from khc:k.json@X86_64\n"
        "# not imported: k.json:2: kernel.x = 1 (a sysctl is no config value)\n"
        "\n# k.json:1\n[[require]]\n"
        'symbol = "DEBUG_VM"\nvalue = "y"\narchitectures = ["x86_64"]\nnote = "r (d)"\n'
    )
    assert kpolicy("policy", "import", "khc:k.json@X86_64", "-o", "out.toml").status == 0
    assert Path("out.toml").read_text() == found.out
    assert kpolicy("policy", "import", "khc:k.json", "-o", "out.toml").status == 2
    assert "required by out.toml:6" in check("--policy", "out.toml").out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("policy", "import", "check.toml"), "'check.toml' names no format"),
        (("policy", "import", "pmos:"), "pmos:: error: pmos: needs a path"),
        (("policy", "import", "pmos:check.toml@none"), "check.toml: error: no category 'none'"),
        (("policy", "import", "pmos:none.toml"), "none.toml: error: cannot read the policy: No such file"),
        (("policy", "import", "pmos:."), ".: error: cannot read the policy: "),
        (("policy", "import", "ark:k.json@x"), "k.json:1: error: not redhat/configs of kernel-ark"),
        (("policy", "import", "ark:none@x"), "none: error: cannot read the policy: No such file or directory"),
        (("policy", "show", "--policy", "android:check.toml"), "check.toml:"),
        (("policy", "show", "--require", "khc:annotations"), "annotations:1: error: not the JSON of kernel"),
        (
            ("policy", "import", "openwrt:nothing"),
            "nothing: error: the folder is empty\n  openwrt: reads kernel",
        ),
        (("policy", "import", "ark:nothing@x"), "nothing: error: the folder is empty\n  ark: reads redhat/configs"),
        (("policy", "import", "android:empty.xml"), "empty.xml:1: error: the policy is empty"),
        (("policy", "import", "android:less.xml"), "less.xml: error: nothing is required by this policy"),
    ],
)
def test_errors(words: tuple[str, ...], error: str) -> None:
    found = kpolicy(*words)
    assert found.status == 2
    assert error in found.err
    assert "Traceback" not in found.err


def test_bytes_that_are_no_text() -> None:
    Path("k.json").write_bytes(b'[{"a": "\xff"}]')
    found = kpolicy("policy", "import", "khc:k.json")
    assert (found.status, "k.json:1: error: not UTF-8 text" in found.err) == (2, True)


def test_policy_show_lists_them() -> None:
    out = kpolicy("policy", "show", "--tree", demo_tree(), "--policy", "ubuntu:annotations@amd64").out
    assert "by ubuntu:annotations@amd64" in out
    assert "no line for CONFIG_LOCALVERSION" in out
    assert "for x86_64; LP: #1" in out


def test_yaml_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("main.yml").write_text("instances: []\nincludes: []\n")
    monkeypatch.setitem(sys.modules, "yaml", None)
    found = kpolicy("policy", "import", "syz:main.yml@x")
    assert found.status == 2
    assert "main.yml: error: reading a policy in YAML needs PyYAML, which is not installed" in found.err
    assert "pip install 'kpolicy[yaml]'" in found.err


def test_importers_are_imported_when_they_are_named() -> None:
    code = (
        "import io, sys; from kpolicy.cli.app import run; from kpolicy.cli.console import Console;"
        f" words = ['check', '-j', '1', '--tree', {str(demo_tree())!r}, {_CONFIG!r}];"
        " run(words, Console(io.StringIO(), io.StringIO(), {}));"
        " print([name for name in sys.modules if 'foreign' in name or name in ('yaml', 'xml.parsers.expat')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
