# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the reports about real kernels: `make reports`, which is `python -m reports.make`.

Each report is what a command of kpolicy writes, run in a folder in which the trees have the names that kernels
are unpacked under (`linux-6.12.117`); so no path of a machine gets into them.  README.md is then filled in
from the reports (`reports.readme`).  Proofs over all configurations take minutes: their reports are written only for
the trees that `--proofs` names, proofs.md from all that are there (`reports.proofs`).  So are those of the newest
kernel, which not every machine can get, with `--newest`, and newer.md from them (`reports.readme`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from kpolicy.kernel.source import open_tree
from kpolicy.kernel.version import read_version
from kpolicy.report.formats import FORMATS
from kpolicy.report.json.saved import read_report
from kpolicy.report.presentation import PLAIN
from kpolicy.report.records import ConfigReport, Report
from reports.proofs import CHECKS, PAGE, PROOFS, page
from reports.readme import AUDIT, CHAIN, CHANGES, DEBIAN, NEWER, README, Untrue, newer, newest_release, readme
from tests.oracle.trees import RELEASES, Trees, find_trees

HERE: Final = Path(__file__).parent
FORMS: Final = {"json": "json", "markdown": "md", "html": "html"}
"""The formats of each report, and the ends of their files' names."""
MACHINE: Final = ("--ram", "16G", "--cpus", "64")
"""The machine that costs are told for."""
DEBUG_FRAGMENT: Final = "kernel/configs/debug.config"
"""What the kernel's own developers lay on a config to get a debug kernel."""
# What `kpolicy diff` says of changes that no line of a config made.
_BY_THE_TREE = ("kconfig", "gone")


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder that the commands run in, with a tree for each release, and Debian's configs."""

    path: Path
    versions: Mapping[str, str]

    def tree(self, release: str) -> str:
        """The name of the tree of a release."""
        return f"linux-{self.versions[release]}"

    def report(self, *words: str) -> Report:
        """The report that a command makes."""
        path = self.path / "report.json"
        self.run(*words, "-o", f"json:{path}", "--force")
        return read_report(path.name, path.read_bytes())

    def run(self, *words: str) -> None:
        """Run kpolicy; findings are no failure."""
        command = [sys.executable, "-m", "kpolicy", *words, "--quiet"]
        done = subprocess.run(  # noqa: S603 - kpolicy itself
            command, cwd=self.path, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode not in (0, 1):
            raise SystemExit(f"kpolicy {' '.join(words)}: exit status {done.returncode}")


def version(tree: Path) -> str:
    """The release of a kernel tree, such as 6.12.117."""
    return str(read_version(open_tree(str(tree))))


def lay_out(trees: Trees, path: Path) -> Folder:
    """Make the names that the reports have for trees and configs."""
    versions = {release: version(trees.kernels[release]) for release in RELEASES}
    for release in RELEASES:
        (path / f"linux-{versions[release]}").symlink_to(trees.kernels[release])
        (path / f"linux-config-{release}").symlink_to(trees.configs[release])
    (path / "policy.toml").write_bytes((HERE / "policy.toml").read_bytes())
    return Folder(path, versions)


def audit(folder: Folder, release: str) -> Report:
    """The audit of all defconfigs of a tree, and of its Kconfig files and fragments.

    Left out is what makes it twice as long and says the same of nearly every config: what its options cost,
    and, of those that are production kernels because they are nothing else, each sign that is not there.
    """
    found = folder.report("audit", folder.tree(release), "--policy", "policy.toml")
    return replace(found, configs=tuple(map(_lean, found.configs)), line_hashes={})


def _lean(config: ConfigReport) -> ConfigReport:
    verdict = config.verdict if config.verdict.reading else replace(config.verdict, evidence=())
    return replace(config, cost=None, verdict=verdict)


def debian(folder: Folder, release: str) -> Report:
    """Debian's kernels of a release, judged with the tree that they are built from; the first as a debug kernel too."""
    configs = sorted(path.name for path in (folder.path / f"linux-config-{release}").glob("config.*"))
    names = [f"linux-config-{release}/{name}" for name in configs]
    names.append(f"{names[0]}+{DEBUG_FRAGMENT}")
    return folder.report("check", "--tree", folder.tree(release), "--arch", "x86", *names, *MACHINE)


def publish(report: Report, path: Path) -> None:
    """Write a report in all forms; `path` is without the end."""
    path.parent.mkdir(exist_ok=True)
    for form, end in FORMS.items():
        path.with_name(f"{path.name}.{end}").write_text(FORMATS[form].render(report, PLAIN), encoding="utf-8")


def changes(folder: Folder, old: str, new: str, target: Path) -> None:
    """What differs in effect between the defconfigs of two trees, of which that which no line of a config made.

    The cause of a change of many configs is that in the first of them.  `target` is the file.
    """
    path = folder.path / "diff.json"
    folder.run("diff", folder.tree(old), folder.tree(new), "--format", "json", "-o", str(path))
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: found[key] for key in ("format", "kpolicy", "before", "after", "only_before", "only_after", "configs")}
    rows = [change for change in found["changes"] if change["why"] in _BY_THE_TREE]
    head = json.dumps(kept, indent=1).removesuffix("\n}")
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    target.write_text(f'{head},\n "changes": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def chain(folder: Folder, target: Path) -> None:
    """The drawing of who brings in the stack depot."""
    words = ["STACKDEPOT", "--direction", "in", "--by", "select", "--format", "svg"]
    tree = folder.tree(RELEASES[0])
    folder.run("chain", "--tree", tree, "--arch", "x86", *words, "-o", str(target / CHAIN), "--force")


def write(trees: Trees, target: Path) -> None:
    """Write all reports into a folder."""
    with tempfile.TemporaryDirectory(prefix="reports-") as name:
        folder = lay_out(trees, Path(name))
        for release in RELEASES:
            publish(audit(folder, release), target / release / AUDIT)
            publish(debian(folder, release), target / release / DEBIAN)
        new, old = RELEASES
        changes(folder, old, new, target / CHANGES)
        chain(folder, target)


def newest(tree: Path, configs: Path, target: Path) -> None:
    """Write the reports of a newer kernel than those that every machine can get, and what changed until it."""
    trees, found = find_trees(), version(tree)
    release, older = ".".join(found.split(".")[:2]), RELEASES[0]
    with tempfile.TemporaryDirectory(prefix="reports-") as name:
        versions = {release: found, older: version(trees.kernels[older])}
        folder = Folder(Path(name), versions)
        (folder.path / folder.tree(older)).symlink_to(trees.kernels[older])
        (folder.path / folder.tree(release)).symlink_to(tree.resolve())
        (folder.path / f"linux-config-{release}").symlink_to(configs.resolve())
        (folder.path / "policy.toml").write_bytes((HERE / "policy.toml").read_bytes())
        publish(audit(folder, release), target / release / AUDIT)
        publish(debian(folder, release), target / release / DEBIAN)
        changes(folder, older, release, target / release / CHANGES)


def proofs(tree: Path, target: Path) -> None:
    """What is proved about the Kconfig files of a tree, on all architectures: minutes."""
    found = version(tree)
    with tempfile.TemporaryDirectory(prefix="reports-") as name:
        folder = Folder(Path(name), {})
        (folder.path / f"linux-{found}").symlink_to(tree.resolve())
        checks = [word for check in CHECKS for word in ("--check", check)]
        report = folder.report("kconfig", f"linux-{found}", *checks)
    release = ".".join(found.split(".")[:2])
    publish(replace(report, line_hashes={}), target / release / PROOFS)


def proofs_again(folder: Path) -> None:
    """Write the other forms of the reports on proofs, and their page, from the data that are there."""
    for path in sorted(folder.glob(f"*/{PROOFS}.json")):
        publish(read_report(path.name, path.read_bytes()), path.with_suffix(""))
    (folder / PAGE).write_text(page(folder), encoding="utf-8")


def newer_again(folder: Path) -> None:
    """Write the other forms of the reports of the newest kernel from the data that are there."""
    for name in (AUDIT, DEBIAN):
        path = folder / newest_release(folder) / f"{name}.json"
        publish(read_report(path.name, path.read_bytes()), path.with_suffix(""))


def main() -> None:
    """Write the reports of the trees that `make trees` got, or some of them alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readme", action="store_true", help="only README.md, from the reports that are there")
    parser.add_argument(
        "--proofs", type=Path, nargs="+", metavar="TREE", help="only what is proved about these trees, in minutes each"
    )
    parser.add_argument(
        "--newest",
        type=Path,
        nargs=2,
        metavar=("TREE", "CONFIGS"),
        help="only the reports of a newer kernel: its tree, and a folder of Debian's configs for it",
    )
    given = parser.parse_args()
    for tree in given.proofs or ():
        proofs(tree, HERE)
    if given.newest:
        tree, configs = given.newest
        newest(tree, configs, HERE)
    proofs_again(HERE)
    newer_again(HERE)
    if not given.readme and not given.proofs and not given.newest:
        trees = find_trees()
        if trees.missing:
            raise SystemExit(f"{', '.join(trees.missing)} not found: run `make trees`")
        write(trees, HERE)
    try:
        pages = {README: readme(HERE), NEWER: newer(HERE)}
    except Untrue as error:
        raise SystemExit(f"the reports are written, a page about them is not: {error}") from None
    for name, text in pages.items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
