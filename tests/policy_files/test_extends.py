# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that build on files, own rules, and shipped policies."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.policy.files.extends import load_policy, policy_of_text
from kpolicy.policy.files.settings import Policy
from kpolicy.policy.files.shipped import SHIPPED, shipped_text
from kpolicy.policy.judging.requirements import read_requirements
from kpolicy.policy.rule_tests.examples import run_examples
from kpolicy.policy.toml.toml_file import FileErrors
from tests.policy.support import models

OWN = Path(__file__).parent / "broken" / "support" / "own"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def paths(policy: Policy) -> list[str]:
    return [file.path for file in policy.files]


def test_what_a_file_builds_on_comes_first_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        tmp_path,
        top='extends = ["./left.toml", "right.toml", "production"]\n',
        left='extends = "base.toml"\nfail_on = "note"\n',
        right='extends = ["upstream", "./base.toml"]\n',
        base='fail_on = "error"\n[roles]\n"*" = "debug"\n',
    )
    policy = load_policy("top.toml")
    shipped = "kpolicy/policy/shipped"
    assert paths(policy) == [
        "base.toml",
        "left.toml",
        f"{shipped}/upstream.toml",
        "right.toml",
        f"{shipped}/production.toml",
        "top.toml",
    ]
    assert policy.fail_on.value == "error"
    role = policy.settings("x").role
    assert role is not None
    assert role.value == "production"


def test_a_link_is_the_file_that_it_leads_to(tmp_path: Path) -> None:
    write(tmp_path, base='fail_on = "error"\n', top='extends = ["./base.toml", "./link.toml"]\n')
    (tmp_path / "link.toml").symlink_to("base.toml")
    assert paths(load_policy(str(tmp_path / "top.toml"))) == [str(tmp_path / "base.toml"), str(tmp_path / "top.toml")]


def test_a_chain_without_end_is_an_error(tmp_path: Path) -> None:
    for number in range(60):
        write(tmp_path, **{f"p{number}": f'extends = "./p{number + 1}.toml"\n'})
    write(tmp_path, p60='fail_on = "note"\n')
    with pytest.raises(FileErrors, match="a chain of more than 50 policies"):
        load_policy(str(tmp_path / "p0.toml"))
    assert load_policy(str(tmp_path / "p20.toml")).fail_on.value == "note"
    write(tmp_path, many="extends = [" + '"./p60.toml", ' * 101 + "]\n")
    with pytest.raises(FileErrors, match="builds on more than 100 policies"):
        load_policy(str(tmp_path / "many.toml"))


def test_paths_start_at_the_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("site", "common"):
        (tmp_path / folder).mkdir()
    write(tmp_path / "common", base='require = "need.config"\n')
    (tmp_path / "common" / "need.config").write_text("CONFIG_BUG=y\n", encoding="utf-8")
    write(tmp_path / "site", kpolicy='extends = "../common/base.toml"\n')
    policy = load_policy("site/kpolicy.toml")
    assert paths(policy) == ["common/base.toml", "site/kpolicy.toml"]
    (requirement,), _ = read_requirements([], policy.require)
    assert str(requirement.location) == "common/need.config:1"


def test_own_rules_are_rules(tmp_path: Path) -> None:
    write(tmp_path, kpolicy=f'rules_dir = "{OWN}"\nrules."site/*".parameters.pool_size = 32000\n')
    policy = load_policy(str(tmp_path / "kpolicy.toml"))
    shipped = [rule for rule in policy.rules if rule.id != "site/small-pool"]
    assert len(shipped) == len(policy.rules) - 1
    (as_written,) = [rule for rule in policy.rules if rule.id == "site/small-pool"]
    assert str(as_written.when) == "DEBUG_KMEMLEAK && DEBUG_KMEMLEAK_MEM_POOL_SIZE < $pool_size"
    assert as_written.remedy == ("CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=16000",)
    (chosen,) = [rule for rule in policy.settings("x").rules if rule.id == "site/small-pool"]
    assert chosen.remedy == ("CONFIG_DEBUG_KMEMLEAK_MEM_POOL_SIZE=32000",)
    assert chosen.message.endswith("this site wants 32000")
    assert chosen.parameters[0].default == 16000
    for rule in (as_written, chosen):
        assert all(result.passed for result in run_examples([rule], models()))


def test_own_rules_of_several_files_come_together(tmp_path: Path) -> None:
    text = (OWN / "site" / "small-pool.toml").read_text(encoding="utf-8")
    for folder, family in (("one", "site"), ("two", "other")):
        (tmp_path / folder / family).mkdir(parents=True)
        (tmp_path / folder / family / "pool.toml").write_text(text, encoding="utf-8")
        (tmp_path / folder / ".hidden").mkdir()
    write(
        tmp_path,
        base='rules_dir = "one"\n[rules]\n"other/*" = "off"\n',
        top='extends = "./base.toml"\nrules_dir = "two"\n',
    )
    policy = load_policy(str(tmp_path / "top.toml"))
    assert {rule.id for rule in policy.rules} >= {"site/pool", "other/pool"}
    assert "other/pool" not in {rule.id for rule in policy.settings("x").rules}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policies_say_what_they_are_for(name: str) -> None:
    policy = load_policy(name)
    assert policy.files[-1].path == f"kpolicy/policy/shipped/{name}.toml"
    lines = shipped_text(name).splitlines()
    assert lines[0] == "# SPDX-License-Identifier: GPL-2.0-or-later"
    assert lines[1].startswith("# For ")
    assert policy.waivers == ()
    assert policy.toolchain is None


def test_shipped_policies_state_their_role() -> None:
    config = "arch/x86/configs/x86_64_defconfig"
    found = {name: load_policy(name).settings(config).role for name in SHIPPED}
    assert {name: role.value if role else None for name, role in found.items()} == {
        "production": "production",
        "debug": "debug",
        "fuzzing": "fuzzing",
        "hardening": "hardened",
        "kspp": "hardened",
        "upstream": None,
    }
    upstream = load_policy("upstream")
    assert upstream.fail_on.value == "error"
    role = upstream.settings("arch/s390/configs/debug_defconfig").role
    assert role is not None
    assert role.value == "debug"


def test_a_text_is_read_as_the_file_that_it_will_be(tmp_path: Path) -> None:
    path = tmp_path / "kpolicy.toml"
    text = 'extends = "debug"\nfail_on = "error"\n'
    path.write_text(text, encoding="utf-8")
    assert policy_of_text(str(path), text) == load_policy(str(path))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff", "not UTF-8 text: not a rule file"),
        (b"#" * ((1 << 20) + 1), "cannot read the rule file: larger than 1 MiB"),
        (b"title = \n", "not TOML: invalid value"),
    ],
)
def test_an_own_rule_that_is_none(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "rules" / "site").mkdir(parents=True)
    (tmp_path / "rules" / "site" / "bad.toml").write_bytes(content)
    # What is known of a broken rule is its name.
    write(tmp_path, kpolicy='rules_dir = "rules"\nrules."site/bad".parameters.x = 1\n')
    with pytest.raises(FileErrors) as caught:
        load_policy(str(tmp_path / "kpolicy.toml"))
    assert [error.message for error in caught.value.errors] == [expected]
    assert str(caught.value.errors[0].location) == f"{tmp_path}/rules/site/bad.toml:1"
