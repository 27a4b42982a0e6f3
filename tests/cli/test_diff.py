# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy diff`: ten small commits have exactly the effects that the kernel's own conf shows, and the right causes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import kpolicy
from tests.git import Repository, make_repository
from tests.kconfig.small import make_tree, run_conf
from tests.oracle.conf import Oracle

_KCONFIG = """\
config MODULES
	bool
	default y
	modules

config NET
	bool "Networking"

config NET_SCHED
	bool "Packet scheduling"
	depends on NET
	default y

config NET_CORE
	bool
	default y if NET

config STACKTRACE
	bool

config STACKDEPOT
	bool
	select STACKTRACE

config KASAN
	tristate "KASAN"
	select STACKDEPOT

config KASAN_EXTRA
	bool "More"
	depends on KASAN
	default y

config LOG_BUF_SHIFT
	int "Log buffer"
	range 12 25
	default 17

config OLD_NAME
	bool "Old"

choice
	prompt "Timer"
	default HZ_250

config HZ_100
	bool "100"

config HZ_250
	bool "250"

config HZ_1000
	bool "1000"

endchoice

config HZ
	int
	default 100 if HZ_100
	default 250 if HZ_250
	default 1000 if HZ_1000
"""
_CONFIGS = {
    "a_defconfig": "CONFIG_NET=y\nCONFIG_KASAN=m\nCONFIG_LOG_BUF_SHIFT=20\nCONFIG_OLD_NAME=y\n",
    "b_defconfig": "CONFIG_KASAN=y\n# CONFIG_KASAN_EXTRA is not set\nCONFIG_HZ_1000=y\n",
    "c_defconfig": "# CONFIG_NET is not set\n",
    "d_defconfig": "CONFIG_NET=y\n",
}
_Edit = Callable[[Repository], None]


def _kconfig(before: str, after: str) -> _Edit:
    return lambda repository: repository.replace("Kconfig", before, after)


def _defconfig(name: str, before: str, after: str) -> _Edit:
    return lambda repository: repository.replace(f"arch/x86/configs/{name}", before, after)


def _rename(repository: Repository) -> None:
    repository.replace("Kconfig", "config OLD_NAME", "config NEW_NAME")
    repository.replace("arch/x86/configs/a_defconfig", "OLD_NAME", "NEW_NAME")


# The commits, each with what (symbol, why, through) it is expected to show of its changes, as far as that is certain.
_COMMITS: dict[str, tuple[_Edit, set[tuple[str, str, str | None]]]] = {
    "a new symbol that is on": (
        _kconfig("config NET_CORE", "config NET_NEW\n\tbool\n\tdefault NET\n\nconfig NET_CORE"),
        {("NET_NEW", "new", None)},
    ),
    "a symbol that is gone": (
        _kconfig('config KASAN_EXTRA\n\tbool "More"\n\tdepends on KASAN\n\tdefault y\n', ""),
        {("KASAN_EXTRA", "gone", None)},
    ),
    "a default that is another one": (
        _kconfig("depends on NET\n\tdefault y", "depends on NET\n\tdefault n"),
        {("NET_SCHED", "kconfig", None)},
    ),
    "one more select": (
        _kconfig('config NET\n\tbool "Networking"\n', 'config NET\n\tbool "Networking"\n\tselect STACKDEPOT\n'),
        {("STACKDEPOT", "kconfig", None), ("STACKTRACE", "follows", "STACKDEPOT")},
    ),
    "one select less": (
        _kconfig("\tbool\n\tselect STACKTRACE\n", "\tbool\n"),
        {("STACKTRACE", "kconfig", None)},
    ),
    "a dependency that nobody meets": (
        _kconfig('tristate "KASAN"\n', 'tristate "KASAN"\n\tdepends on HZ_100\n'),
        {
            ("KASAN", "kconfig", None),
            ("STACKDEPOT", "follows", "KASAN"),
            ("STACKTRACE", "follows", "STACKDEPOT"),
            ("KASAN_EXTRA", "follows", "KASAN"),
        },
    ),
    "a smaller range": (_kconfig("range 12 25", "range 12 18"), {("LOG_BUF_SHIFT", "kconfig", None)}),
    "a line of a defconfig": (
        _defconfig("c_defconfig", "# CONFIG_NET is not set\n", "CONFIG_NET=y\n"),
        {("NET", "line", None), ("NET_SCHED", "follows", "NET"), ("NET_CORE", "follows", "NET")},
    ),
    "another name": (_rename, {("OLD_NAME", "gone", None), ("NEW_NAME", "new", None)}),
    "another default of a choice": (
        _kconfig("default HZ_250\n\nconfig HZ_100", "default HZ_100\n\nconfig HZ_100"),
        {("HZ_100", "kconfig", None), ("HZ_250", "follows", "HZ_100"), ("HZ", "follows", "HZ_100")},
    ),
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    files = {f"arch/x86/configs/{name}": text for name, text in _CONFIGS.items()}
    return make_repository(make_tree(tmp_path / "linux", {"Kconfig": _KCONFIG, "arch/x86/Kconfig": "", **files}))


@pytest.fixture
def spoken(repository: Repository, kernel: Path) -> Repository:
    """The repository, in the dialect of a kernel."""
    target = repository.folder / "scripts" / "kconfig"
    target.mkdir(parents=True)
    for name in ("symbol.c", "confdata.c", "preprocess.c"):
        shutil.copy(kernel / "scripts" / "kconfig" / name, target / name)
    repository.commit("scripts: kconfig")
    return repository


@pytest.mark.parametrize("subject", _COMMITS)
def test_has_the_effects_that_conf_shows(subject: str, spoken: Repository, oracle: Oracle, tmp_path: Path) -> None:
    oracle.environment("x86")
    edit, expected = _COMMITS[subject]
    before = _by_conf(oracle, spoken.folder, tmp_path)
    edit(spoken)
    spoken.commit(subject)
    after = _by_conf(oracle, spoken.folder, tmp_path)
    # What lies in the work tree must not matter.
    spoken.write("Kconfig", "config BROKEN\n")
    found = kpolicy("diff", f"{spoken.folder}@HEAD~1", f"{spoken.folder}@HEAD", "--format", "json").json
    ours = {
        (found["configs"][number], item["symbol"]): (item["before"], item["after"])
        for item in found["changes"]
        for number in item["configs"]
    }
    theirs = {
        (config, name): (before[config].get(name, "n"), after[config].get(name, "n"))
        for config in before
        for name in {*before[config], *after[config]}
        if before[config].get(name) != after[config].get(name)
    }
    assert theirs, "the commit has no effect"
    assert ours == theirs
    assert expected <= {(item["symbol"], item["why"], item["through"]) for item in found["changes"]}


def _by_conf(oracle: Oracle, tree: Path, work: Path) -> dict[str, dict[str, str]]:
    """What auto.conf would say for each defconfig."""
    found = {}
    for name in _CONFIGS:
        path = f"arch/x86/configs/{name}"
        content, said = run_conf(oracle.program, tree, work / "conf", "defconfig", (tree / path).read_bytes())
        assert content is not None, said
        lines = [line.removeprefix("CONFIG_") for line in content.decode().splitlines() if line.startswith("CONFIG_")]
        found[path] = dict(line.split("=", 1) for line in lines)
    return found


def test_a_tree_of_causes_for_two_configs(repository: Repository) -> None:
    fragment = repository.folder.parent / "off.config"
    fragment.write_text("# CONFIG_KASAN is not set\nCONFIG_HZ_100=y\n")
    base = "arch/x86/configs/a_defconfig"
    done = kpolicy("diff", "--tree", repository.folder, "--arch", "x86", base, f"{base}+{fragment}")
    assert done.status == 0, done.err
    lost, *lines = done.out.splitlines()[2:-2]
    assert lost.startswith(f"- {base}:2: error: KASAN")
    assert lost.endswith("[kasan/software-in-production]")
    names = [line.split()[0] for line in lines if line.strip()]
    assert names == ["HZ_100", "HZ", "HZ_250", "KASAN", "KASAN_EXTRA", "STACKDEPOT", "STACKTRACE"], done.out
    assert done.out.splitlines()[-1] == "1 config: 7 symbols changed; 0 findings gained, 1 lost"


def test_the_same_is_no_difference(repository: Repository) -> None:
    name = "arch/x86/configs/a_defconfig"
    done = kpolicy("diff", "--tree", repository.folder, name, name, "--format", "json")
    assert (done.status, done.json["changes"], done.json["gained"], done.json["lost"]) == (0, [], [], [])
    trees = kpolicy("diff", repository.folder, f"{repository.folder}@HEAD", "--format", "json").json
    assert trees["changes"] == []
    assert len(trees["configs"]) == len(_CONFIGS)


def test_findings_gained_make_it_fail_and_lost_ones_do_not(demo: Path, tmp_path: Path) -> None:
    repository = _demo_repository(demo, tmp_path)
    name = "arch/x86/configs/x86_64_defconfig"
    repository.write(name, repository.read(name).decode() + "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n")
    repository.commit("x86: check scatter lists")
    words = ("--format", "json", "--arch", "x86")
    there = kpolicy("diff", f"{repository.folder}@HEAD~1", f"{repository.folder}@HEAD", *words)
    back = kpolicy("diff", f"{repository.folder}@HEAD", f"{repository.folder}@HEAD~1", *words)
    gained, lost = ([item["rule"] for item in found] for found in (there.json["gained"], back.json["lost"]))
    assert gained == lost
    assert "kvmalloc/sg-in-production" in gained
    assert (there.status, back.status) == (1, 0)
    assert kpolicy("diff", f"{repository.folder}@HEAD~1", f"{repository.folder}@HEAD", "--fail-on", "never").status == 0


def test_a_finding_that_many_configs_gain_stands_once(demo: Path, tmp_path: Path) -> None:
    repository = _demo_repository(demo, tmp_path)
    repository.replace("lib/Kconfig.debug", "config DEBUG_SG\n", "config DEBUG_SG\n\tdefault y\n")
    done = kpolicy("diff", f"{repository.folder}@HEAD", repository.folder)
    lines = [line for line in done.out.splitlines() if line.startswith("+ ")]
    count = len(kpolicy("diff", f"{repository.folder}@HEAD", repository.folder, "--format", "json").json["gained"])
    assert len(lines) == 1
    assert f": warning: {count} configs: DEBUG_SG=y" in lines[0]
    assert f"{count} findings gained" in done.out.splitlines()[-1]


def test_one_file_for_two_arch_words_is_two_pairs(repository: Repository) -> None:
    repository.replace("Kconfig", "default 17", "default 18")
    repository.write("arch/x86/Makefile", "")
    words = ("--arch", "x86", "--arch", "x86_64", "--format", "json")
    found = kpolicy("diff", f"{repository.folder}@HEAD", repository.folder, *words).json
    assert len(set(found["configs"])) == len(found["configs"]) == 2 * len(_CONFIGS)
    assert {number for item in found["changes"] for number in item["configs"]} <= set(range(len(found["configs"])))


def test_a_folder_may_have_an_at_sign(repository: Repository) -> None:
    odd = repository.folder.rename(repository.folder.parent / "li@nux")
    found = kpolicy("diff", f"{odd}@HEAD", odd, "--format", "json")
    assert (found.status, len(found.json["configs"])) == (0, len(_CONFIGS))


def test_configs_that_only_one_tree_has_are_named(repository: Repository) -> None:
    repository.git("mv", "arch/x86/configs/a_defconfig", "arch/x86/configs/z_defconfig")
    repository.commit("x86: rename a defconfig")
    found = kpolicy("diff", f"{repository.folder}@HEAD~1", str(repository.folder), "--format", "json").json
    assert found["only_before"] == ["arch/x86/configs/a_defconfig"]
    assert found["only_after"] == ["arch/x86/configs/z_defconfig"]


def test_one_config_outside_on_two_trees(repository: Repository, tmp_path: Path) -> None:
    repository.replace("Kconfig", "default 17", "default 18")
    config = tmp_path / "my.config"
    config.write_text("CONFIG_NET=y\n")
    words = ("diff", f"{repository.folder}@HEAD", str(repository.folder), "--config", str(config), "--arch", "x86")
    found = kpolicy(*words, "--format", "json").json
    changes = [(item["symbol"], item["before"], item["after"], item["why"]) for item in found["changes"]]
    assert changes == [("LOG_BUF_SHIFT", "17", "18", "kconfig")]


def test_two_full_configs_without_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    head = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.1 Kernel Configuration\n#\n"
    Path("old").write_text(f"{head}CONFIG_MODULES=y\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_N=1\n")
    Path("new").write_text(f"{head}CONFIG_MODULES=y\n# CONFIG_A is not set\nCONFIG_B=m\nCONFIG_N=2\n")
    done = kpolicy("diff", "old", "new", "--format", "json")
    assert [(item["symbol"], item["before"], item["after"]) for item in done.json["changes"]] == [
        ("A", "y", "n"),
        ("B", "n", "m"),
        ("N", "1", "2"),
    ]
    assert "differences have no causes" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nothing", "nowhere"), "no full .config|cannot|No such|no such"),
        (("-", "-"), "only once"),
        (("HEAD", "HEAD", "--toolchain", "exec"), "runs scripts of a work tree"),
        (("HEAD", "HEAD", "--config", "nothing"), "no such config"),
    ],
)
def test_what_cannot_be_compared_is_said(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(repository.folder)
    done = kpolicy("diff", *words)
    assert done.status in (2, 3)
    assert any(word in done.err for word in says.split("|")), done.err


def test_outside_of_a_tree_names_stand_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    done = kpolicy("diff", "v6.11", "v6.12")
    assert (done.status, "v6.11: neither a config nor a tree" in done.err) == (2, True), done.err


def _demo_repository(demo: Path, folder: Path) -> Repository:
    shutil.copytree(demo, folder / "demo")
    return make_repository(folder / "demo")


def test_configs_that_could_not_be_compared_are_not_counted_as_such(demo: Path, tmp_path: Path) -> None:
    other = shutil.copytree(demo, tmp_path / "other")
    (other / "Kconfig").write_text("nonsense here\n")
    done = kpolicy("diff", demo, other)
    assert "0 configs: 0 symbols changed; 0 findings gained, 0 lost; 7 more configs could not be analysed" in done.out
