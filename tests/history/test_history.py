# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy history` on two small kernels, and on two real ones."""

from __future__ import annotations

import csv
import dataclasses
import io
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kpolicy.api import open_tree
from kpolicy.kconfig.load import Tree
from kpolicy.policy.checks.renames import all_names
from kpolicy.report.views.history_csv import COLUMNS
from kpolicy.run import release_changes
from tests.cli.support import append, kpolicy
from tests.git import make_repository
from tests.history.small import PATH, releases
from tests.page.markup import read

RULE = "kmemleak/in-production"


@pytest.fixture
def trees(tmp_path: Path) -> tuple[str, str]:
    """The words that name both releases."""
    old, new = releases(tmp_path)
    return str(old), str(new)


def _document(trees: tuple[str, ...], *words: str) -> Any:
    return kpolicy("history", *trees, *words, "--format", "json", "-j", "1").json


def _change(trees: tuple[str, ...], symbol: str) -> Any:
    (found,) = _document(trees, "--symbol", symbol)["changes"]
    return found


def test_a_line_turns_an_option_on(trees: tuple[str, str]) -> None:
    found = _change(trees, "CONFIG_DEBUG_KMEMLEAK")
    assert (found["release"], found["before"], found["after"], len(found["configs"])) == (1, "n", "y", 1)
    (step,) = found["steps"]
    assert (step["why"], step["text"]) == ("line", "CONFIG_DEBUG_KMEMLEAK=y")
    assert step["location"] == {"path": PATH, "line": 3}


def test_a_select_turns_an_option_on(trees: tuple[str, str]) -> None:
    (step,) = _change(trees, "STACKDEPOT")["steps"]
    assert (step["why"], step["text"], step["location"]["path"]) == ("kconfig", "selected by PAGE_OWNER", "Kconfig")


def test_a_default_turns_an_option_on(trees: tuple[str, str]) -> None:
    (step,) = _change(trees, "SCHED_DEBUG")["steps"]
    assert (step["why"], step["text"], step["location"]["path"]) == ("kconfig", "default y", "Kconfig")


def test_an_option_that_follows_another_one_leads_to_the_line(trees: tuple[str, str]) -> None:
    steps = _change(trees, "DEBUG_KOBJECT")["steps"]
    assert [step["symbol"] for step in steps] == ["DEBUG_KOBJECT", "KOBJECTS"]
    assert steps[1]["text"] == "without the line CONFIG_KOBJECTS=y"
    text = kpolicy("history", *trees, "--symbol", "DEBUG_KOBJECT", "--symbol", "KOBJECTS", "-j", "1").out
    assert "KOBJECTS  y -> n        1  without the line CONFIG_KOBJECTS=y" in text
    assert "      changes with it: DEBUG_KOBJECT\n" in text


def test_a_removed_option_is_off_and_the_reason_says_since_when(trees: tuple[str, str]) -> None:
    text = kpolicy("history", *trees, "--symbol", "DEBUG_SLAB", "-j", "1").out
    assert f"no longer defined (last in Linux 6.7); it was set by CONFIG_DEBUG_SLAB=y  {PATH}:3" in text


def test_a_renamed_option_is_one_option(trees: tuple[str, str]) -> None:
    found = _document(trees, "--symbol", "PTDUMP_CORE")
    (option,) = found["options"]
    assert (option["symbol"], option["names"], option["on"]) == ("PTDUMP", ["PTDUMP_CORE", "PTDUMP"], [2, 2])
    assert found["changes"] == []
    append(Path(trees[1]) / PATH, "# CONFIG_PTDUMP is not set\n")
    change = _change(trees, "PTDUMP")
    assert (change["symbol"], change["earlier_name"], change["before"], change["after"]) == (
        "PTDUMP", "PTDUMP_CORE", "y", "n"
    )  # fmt: skip


def test_configs_come_and_go(trees: tuple[str, str]) -> None:
    configs = {item["config"]: item["releases"] for item in _document(trees)["configs"]}
    assert configs == {
        PATH: [0, 1], "arch/x86/configs/gone_defconfig": [0], "arch/x86/configs/new_defconfig": [1]
    }  # fmt: skip
    text = kpolicy("history", *trees, "-j", "1").out
    assert "Linux 7.0.0: 1 config added: arch/x86/configs/new_defconfig" in text
    assert "Linux 7.0.0: 1 config removed: arch/x86/configs/gone_defconfig" in text


def test_findings_are_those_of_an_audit(trees: tuple[str, str]) -> None:
    found = _document(trees)
    rule = next(item for item in found["rules"] if item["rule"] == RULE)
    assert (rule["findings"], rule["gained"], rule["lost"]) == ([0, 2], [1], [0])
    for place, tree in enumerate(trees):
        audit = kpolicy("audit", tree, "-o", "json").json
        counts = Counter(item["rule"] for config in audit["configs"] for item in config["findings"])
        assert {item["rule"]: item["findings"][place] for item in found["rules"] if item["findings"][place]} == counts


def test_waived_findings_do_not_count(trees: tuple[str, str]) -> None:
    (Path(trees[1]) / "kpolicy.toml").write_text(
        f'[[waiver]]\nrule = "{RULE}"\nconfig = "*/a_defconfig"\nreason = "test"\nowner = "me"\n'
    )
    for words, expected in (((), [0, 1]), (("--no-waivers",), [0, 2])):
        rules = {item["rule"]: item["findings"] for item in _document(trees, *words)["rules"]}
        assert rules[RULE] == expected


def test_csv_has_a_row_for_each_event(trees: tuple[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(kpolicy("history", *trees, "--format", "csv", "-j", "1").out)))
    assert all(tuple(row) == COLUMNS and None not in row.values() for row in rows)
    (option,) = (row for row in rows if row["name"] == "DEBUG_KMEMLEAK")
    assert (option["event"], option["since"], option["version"], option["config"]) == (
        "option", "6.12.0", "7.0.0", PATH
    )  # fmt: skip
    assert (option["why"], option["cause"], option["path"], option["line"]) == (
        "line", "CONFIG_DEBUG_KMEMLEAK=y", PATH, "3"
    )  # fmt: skip
    of_rule = [(row["event"], row["before"], row["after"]) for row in rows if row["name"] == RULE]
    assert of_rule == [("total", "", "0"), ("total", "0", "2"), ("finding", "0", "1")]
    assert {row["event"] for row in rows} == {"total", "added", "removed", "finding", "option"}


def test_the_page_is_whole_and_has_pictures(trees: tuple[str, str]) -> None:
    page = kpolicy("history", *trees, "--format", "html", "-j", "1").out
    markup = read(page)
    ids = Counter(element.attributes["id"] for element in markup.elements if "id" in element.attributes)
    assert set(ids.values()) == {1}
    assert {element.attributes["href"][1:] for element in markup.all("a")} <= set(ids)
    assert not markup.all("script")
    assert not [element for element in markup.elements if "style" in element.attributes or "src" in element.attributes]
    pictures = [element.attributes["aria-label"] for element in markup.all("svg")]
    assert len(pictures) == 2
    assert "DEBUG_KMEMLEAK: 0, 2" in pictures[1]
    assert "DEBUG_KMEMLEAK" in page
    # No path of the machine.
    assert str(Path(trees[0]).parent) not in page


def _revisions(trees: tuple[str, str], folder: Path) -> tuple[str, str]:
    """The same releases as revisions of a repository."""
    shutil.copytree(trees[0], folder)
    repository = make_repository(folder)
    repository.git("tag", "v6.12")
    shutil.rmtree(folder / "arch")
    shutil.copytree(trees[1], folder, dirs_exist_ok=True)
    repository.commit("later")
    return f"{folder}@v6.12", f"{folder}@HEAD"


@pytest.mark.parametrize("as_revisions", [False, True])
def test_what_is_remembered_is_the_same_and_evaluates_nothing(
    trees: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_revisions: bool
) -> None:
    if as_revisions:
        trees = _revisions(trees, tmp_path / "linux")
    words = ("history", *trees, "--format", "json", "-j", "1")
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = kpolicy(*words, environment=environment)
    assert kpolicy(*words, "--no-cache").out == first.out

    def refuse(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(Tree, "model", refuse)
        patch.setattr(release_changes, "explain", refuse)
        assert kpolicy(*words, environment=environment) == first
    chance = random.Random(1)
    for path in sorted((tmp_path / "cache" / "kpolicy").iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[: chance.randrange(len(content))])
    assert kpolicy(*words, environment=environment) == first


def test_changes_in_a_tree_that_is_edited_meanwhile_are_not_kept(
    trees: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    explain = release_changes.explain

    def edited(*words: Any) -> Any:
        path = Path(trees[1]) / PATH
        path.write_text(f"CONFIG_MODULES=y\n{path.read_text()}")
        return explain(*words)

    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = ("history", *trees, "--format", "json", "-j", "1")
    with monkeypatch.context() as patch:
        patch.setattr(release_changes, "explain", edited)
        kpolicy(*words, environment=environment)
    path = Path(trees[1]) / PATH
    path.write_text(path.read_text().removeprefix("CONFIG_MODULES=y\n"))
    assert kpolicy(*words, environment=environment).out == kpolicy(*words, "--no-cache").out


@pytest.mark.parametrize("name", ["Kconfig", PATH, "arch/x86/configs/more_defconfig"])
def test_a_release_that_changes_is_looked_at_again(trees: tuple[str, str], name: str) -> None:
    before = _document(trees)
    assert _document(trees) == before
    path = Path(trees[1]) / name
    path.touch()
    if name == "Kconfig":
        path.write_text(path.read_text().replace("\tselect STACKDEPOT\n", ""))
    else:
        append(path, "CONFIG_LOCKDEP_BITS=17\n")
    after = _document(trees)
    assert after != before
    assert after == _document(trees, "--no-cache")


def test_the_number_of_processes_changes_nothing(trees: tuple[str, str], tmp_path: Path) -> None:
    for number in range(5):
        for tree in trees:
            shutil.copy(Path(tree) / PATH, Path(tree) / f"arch/x86/configs/b{number}_defconfig")
    for form in ("json", "text", "csv"):
        words = ("history", *trees, "--format", form, "--full")
        found = {
            kpolicy(*words, "-j", jobs, environment={"XDG_CACHE_HOME": str(tmp_path / jobs)}).out for jobs in "124"
        }
        assert len(found) == 1
        assert kpolicy(*words, "-j", "2", "--no-cache").out in found


def test_revisions_of_a_repository(trees: tuple[str, str], tmp_path: Path) -> None:
    words = _revisions(trees, tmp_path / "linux")
    found, expected = _document(words), _document(trees)
    assert [item["name"] for item in found.pop("releases")] == list(words)
    expected.pop("releases")
    assert found == expected


def test_three_releases_are_compared_one_after_the_other(trees: tuple[str, str]) -> None:
    found = _document((trees[0], trees[1], trees[0]), "--symbol", "DEBUG_KMEMLEAK")
    assert [(item["release"], item["before"], item["after"]) for item in found["changes"]] == [
        (1, "n", "y"), (2, "y", "n")
    ]  # fmt: skip
    (option,) = found["options"]
    assert (option["on"], option["gained"], option["lost"]) == ([0, 2, 0], [1, 0], [0, 1])


def test_a_config_that_cannot_be_read_leaves_the_others(trees: tuple[str, str]) -> None:
    path = Path(trees[1]) / PATH
    path.write_bytes(b"\0")
    done = kpolicy("history", *trees, "--format", "json", "-j", "1")
    assert done.status == 3
    assert str(path) in done.err
    assert [item["location"]["path"] for item in done.json["errors"]] == [str(path)]
    assert [item["configs"] for item in done.json["releases"]] == [2, 1]
    # It was not removed.
    text = kpolicy("history", *trees, "-j", "1").out
    assert "1 config removed: arch/x86/configs/gone_defconfig" in text


def test_releases_of_one_version_are_named_by_their_trees(trees: tuple[str, str]) -> None:
    (Path(trees[1]) / "Makefile").write_bytes((Path(trees[0]) / "Makefile").read_bytes())
    lines = kpolicy("history", *trees, "-j", "1").out.splitlines()
    assert lines[0] == "old -> new"
    assert "old -> new: 6 options changed in 1 of 1 config" in lines


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--symbol", "NO_SUCH"), "no Kconfig file of these releases defines NO_SUCH"),
        (("--symbol", "TIMER_STATS"), "no config of these releases has TIMER_STATS: in Linux 4.10, gone by 4.12"),
        (("--config", "b_defconfig"), "b_defconfig: no release has such a defconfig"),
        (("--arch", "vax"), "unknown architecture 'vax'"),
    ],
)
def test_what_no_release_has_is_an_error(trees: tuple[str, str], words: tuple[str, ...], says: str) -> None:
    done = kpolicy("history", *trees, *words, "-j", "1")
    assert (done.status, done.out) == (2, "")
    assert says in done.err


def test_what_is_no_history(trees: tuple[str, str], tmp_path: Path) -> None:
    done = kpolicy("history", trees[0])
    assert (done.status, "two releases or more" in done.err) == (2, True)
    assert kpolicy("history", trees[0], tmp_path / "nothing").status == 3
    (tmp_path / "empty").mkdir()
    assert kpolicy("history", trees[0], tmp_path / "empty").status == 3


def test_the_library_has_the_fields_of_the_json(trees: tuple[str, str]) -> None:
    old, new = open_tree(trees[0]), open_tree(trees[1])
    found, document = old.history(new, symbols=["STACKDEPOT"]), _document(trees, "--symbol", "STACKDEPOT")
    assert {field.name for field in dataclasses.fields(found)} == document.keys() - {"format", "kpolicy"}
    assert found.changes[0].steps[0].text == "selected by PAGE_OWNER"
    for name in ("releases", "configs", "rules", "options", "changes"):
        for item, expected in zip(getattr(found, name), document[name], strict=True):
            assert {field.name for field in dataclasses.fields(item)} == expected.keys()


def test_all_names_of_a_symbol_begin_with_the_newest() -> None:
    assert all_names("PTDUMP_CORE") == all_names("PTDUMP") == ("PTDUMP", "PTDUMP_CORE")
    assert all_names("KASAN") == ("KASAN",)
