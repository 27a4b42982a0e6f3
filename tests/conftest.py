# SPDX-License-Identifier: GPL-2.0-or-later
"""What all tests share: a clean environment, and the kernel trees to compare with."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import hypothesis
import pytest

from kpolicy.demo import demo_tree
from tests.browser import chromium
from tests.oracle.cache import cache_folder
from tests.oracle.conf import Oracle
from tests.oracle.second import has_second_oracle
from tests.oracle.sym_check import has_sym_check
from tests.oracle.trees import RELEASES, VARIABLE, Trees, find_trees

cache_folder()
# As evaluation does: it must not change while hypothesis watches.
sys.setrecursionlimit(50_000)
# A busy machine is no failure: what hangs is found by the timeout.
hypothesis.settings.register_profile("kpolicy", deadline=None)
hypothesis.settings.load_profile("kpolicy")
# What the developer's environment could change about kpolicy.
_VARIABLES = ("ARCH", "NO_COLOR", "FORCE_COLOR", "KPOLICY_TRACEBACK", "CC", "LD", "CROSS_COMPILE", "LLVM", "srctree")


@cache
def _trees() -> Trees:
    return find_trees()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="compare all cases with conf, not a sample of the stacks")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes a real kernel is marked so: those tests come first, and `make coverage` leaves them out."""
    for item in items:
        if {"kernel", "debian_configs", "trees"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.trees)
        if item.get_closest_marker("trees"):
            # One test asks conf about hundreds of configs, and may wait for another that does.
            item.add_marker(pytest.mark.timeout(7200 if config.getoption("whole") else 900))
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    if not config.getoption("whole"):
        _leave_out_older_kernels(config, items)
    # Long ones at the end would leave a process without work.
    items.sort(key=lambda item: item.get_closest_marker("trees") is None)


def _leave_out_older_kernels(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [
        item
        for item in items
        if item.get_closest_marker("newest_kernel") and getattr(item, "callspec").params["release"] != RELEASES[0]  # noqa: B009 - pytest does not declare it
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    base = tmp_path_factory.getbasetemp()
    # That of a process of xdist lies in the one of the run: all share what they keep.
    monkeypatch.setenv("XDG_CACHE_HOME", str((base.parent if base.name.startswith("popen-") else base) / "cache"))


@pytest.fixture(scope="session")
def demo() -> Path:
    """The demonstration tree."""
    return demo_tree()


@pytest.fixture(scope="session", params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    """The kernel releases that are compared, one after the other."""
    word: str = request.param
    return word


@pytest.fixture(scope="session")
def kernel(release: str) -> Path:
    """The source of a real kernel."""
    return _needed(_trees().kernels, release, f"linux-source-{release}")


@pytest.fixture(scope="session")
def debian_configs(release: str) -> Path:
    """The folder of the configs that Debian ships for a kernel."""
    return _needed(_trees().configs, release, f"linux-config-{release}")


@pytest.fixture(scope="session")
def trees() -> Trees:
    """All kernels and configs, for what compares one release with another."""
    found = _trees()
    for release in RELEASES:
        _needed(found.kernels, release, f"linux-source-{release}")
        _needed(found.configs, release, f"linux-config-{release}")
    return found


@pytest.fixture(scope="session")
def oracle(kernel: Path) -> Oracle:
    """The kernel's own conf."""
    return Oracle(kernel)


def _needed(found: dict[str, Path], release: str, package: str) -> Path:
    path = found.get(release)
    if path is None:
        text = f"no {package}: run `make trees`, or set {VARIABLE}"
        if os.environ.get("CI") == "true":
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    old = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ()) if report.longrepr}
    if told := sorted(text for text in old if "`make reports`" in text):
        terminalreporter.section("THE REPORTS ARE OF OTHER KERNELS", sep="!", red=True)
        for text in told:
            terminalreporter.line(text.removeprefix("Skipped: "))
    if not any(has_second_oracle(tree) for tree in _trees().kernels.values()):
        terminalreporter.section("NOT COMPARED WITH CONF'S OWN LIST OF LOST LINES", sep="!", red=True)
        terminalreporter.line("No kernel tree of 7.x: tests/oracle/test_second_oracle.py was skipped.")
        terminalreporter.line(f"Name one in {VARIABLE}, or run `python -m tests.oracle.second TREE`.")
    if not any(map(has_sym_check, _trees().kernels.values())):
        terminalreporter.section("NOT COMPARED WITH KCONFIG-SYM-CHECK", sep="!", red=True)
        terminalreporter.line("No kernel tree of 7.2 or later: tests/oracle/test_sym_check.py was skipped.")
        terminalreporter.line(f"Name one in {VARIABLE}, or run `python -m tests.oracle.sym_check TREE`.")
    missing = _trees().missing
    if missing:
        terminalreporter.section("NOT COMPARED WITH REAL KERNELS", sep="!", red=True)
        terminalreporter.line(f"{', '.join(missing)} not found: every test against the kernel's own conf was skipped.")
        terminalreporter.line(f"Run `make trees` (downloads Debian's packages), or set {VARIABLE}=/linux:/other-linux")
    if chromium() is None:
        terminalreporter.section("THE PAGE WAS NOT LOOKED AT", sep="!", red=True)
        terminalreporter.line("No Chromium: every test that opens the HTML report in a browser was skipped.")
        terminalreporter.line("Run `apt-get install chromium fonts-dejavu-core`.")
