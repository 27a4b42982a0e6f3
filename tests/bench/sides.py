# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that are measured: kpolicy as it is, kpolicy of an earlier commit, and its peers.

Both kpolicies are installed alike, each into an environment of its own: the folder `kpolicy`, copies of the packages
that it needs as they are installed here (so that no network is needed), the console script and the RECORD that pip
would write, and `.pyc` files of everything.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from kpolicy import __version__
from tests.bench.measure import Cost, measured
from tests.oracle.cache import cache_folder

ROOT = Path(__file__).resolve().parents[2]
TODAY = "3b3c7b4"
"""The commit that the bars are about."""

Words = Sequence[str | Path]
"""The words of a command line."""

_NEEDED = ("kconfiglib", "click", "jinja2", "markupsafe")
_FOR_PROOFS = ("python-sat", "six")
_SCRIPT = (
    "#!{python}\nimport sys\nfrom kpolicy.cli.main import entry\nif __name__ == '__main__':\n    sys.exit(entry())\n"
)
_CHECKER = "kernel-hardening-checker"
_SID = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirror} sid main\n"


class LeftOut(Exception):
    """Why something is not measured here."""


@dataclass(frozen=True, slots=True)
class Side:
    """A program with the environment that it is installed in."""

    name: str
    python: Path
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, words: Words, cache: Path) -> Cost:
        """One run with a cache folder; findings are no failure."""
        return measured(self.line(words), self.environment(cache), allowed=(0, 1))

    def output(self, words: Words, cache: Path) -> str | None:
        """What a run prints; None where it fails."""
        done = subprocess.run(self.line(words), env=self.environment(cache), capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else None

    def line(self, words: Words) -> list[str]:
        return [*self.command, *map(str, words)]

    def environment(self, cache: Path) -> dict[str, str]:
        """Nothing of the caller's that changes how Python runs: `.pyc` files are read and written."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "KPOLICY"))}
        return {**kept, **self.variables, "XDG_CACHE_HOME": str(cache)}


def kpolicy_now(folder: Path) -> Side:
    """kpolicy as it is in this work tree."""

    def place(packages: Path) -> None:
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "kpolicy", packages / "kpolicy", ignore=without)

    return _installed("kpolicy", folder, place, (*_NEEDED, *_FOR_PROOFS))


def kpolicy_today(folder: Path) -> Side:
    """kpolicy of the commit that the bars are about; raises LeftOut where the repository lacks it."""
    words = ["git", "-C", str(ROOT), "archive", "--format=tar", TODAY, "kpolicy"]
    try:
        archive = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise LeftOut(f"commit {TODAY} is not in this repository (get it: git fetch --unshallow)") from None

    def place(packages: Path) -> None:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
            tar.extractall(packages)

    return _installed(TODAY, folder, place)


def bare(side: Side) -> Side:
    """The interpreter of a side, which does nothing."""
    return Side("python", side.python, (str(side.python), "-c", "pass"))


def hardening_checker(python: Path) -> Side:
    """Debian sid's kernel-hardening-checker, run by some Python; raises LeftOut where apt does not offer it."""
    folder = cache_folder("peers") / _CHECKER
    if not folder.is_dir():
        scratch = cache_folder("peers") / f"{_CHECKER}.{os.getpid()}"
        scratch.mkdir()
        try:
            archive = _downloaded(scratch)
            subprocess.run(["dpkg", "-x", archive, scratch / "tree"], check=True, capture_output=True)
            (scratch / "tree").rename(folder)
        except (OSError, subprocess.CalledProcessError, StopIteration):
            raise LeftOut(f"apt offers no package {_CHECKER}, neither by its own lists nor by those of sid") from None
        finally:
            shutil.rmtree(scratch)
    packages = folder / "usr" / "lib" / "python3" / "dist-packages"
    _compile(python, packages)
    script = folder / "usr" / "bin" / _CHECKER
    return Side(_CHECKER, python, (str(python), str(script)), {"PYTHONPATH": str(packages)})


def diffconfig(tree: Path, python: Path) -> Side:
    """`scripts/diffconfig` of a kernel tree, run by some Python."""
    return Side("scripts/diffconfig", python, (str(python), str(tree / "scripts" / "diffconfig")))


def _installed(name: str, folder: Path, place: Callable[[Path], None], needs: Sequence[str] = _NEEDED) -> Side:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    for needed in needs:
        found = distribution(needed)
        for file in found.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(found.locate_file(file)), target)
    place(packages)
    _record(packages)
    python = folder / "bin" / "python"
    _compile(python, packages)
    script = folder / "bin" / "kpolicy"
    script.write_text(_SCRIPT.format(python=python))
    script.chmod(0o755)
    return Side(name, python, (str(script),))


def _record(packages: Path) -> None:
    """The list of files with their digests (https://packaging.python.org, "Recording installed projects")."""
    lines = []
    for path in sorted((packages / "kpolicy").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")
            lines.append(f"{path.relative_to(packages)},sha256={digest},{len(content)}\n")
    # Both have the same version.
    folder = packages / f"kpolicy-{__version__}.dist-info"
    folder.mkdir()
    (folder / "RECORD").write_text("".join(lines))


def _compile(python: Path, packages: Path) -> None:
    subprocess.run([python, "-m", "compileall", "-q", packages], check=True, stdout=subprocess.DEVNULL)


def _downloaded(folder: Path) -> Path:
    """The package: as this machine's apt has it, else with lists of sid, which need no root."""
    done = subprocess.run(["apt-get", "download", _CHECKER], cwd=folder, capture_output=True)
    if done.returncode != 0:
        for part in ("lists/partial", "archives/partial", "sources.d"):
            (folder / part).mkdir(parents=True)
        (folder / "sources").write_text(_SID.format(mirror=_mirror()))
        own = ["-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}", "-o", "APT::Sandbox::User="]
        own += ["-o", f"Dir::Etc::sourcelist={folder}/sources", "-o", f"Dir::Etc::sourceparts={folder}/sources.d"]
        for words in (["update"], ["download", _CHECKER]):
            subprocess.run(["apt-get", *own, *words], cwd=folder, check=True, capture_output=True)
    return next(folder.glob(f"{_CHECKER}_*.deb"))


def _mirror() -> str:
    """The Debian mirror that this machine's apt is set up with."""
    words = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian"]
    found = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    return next(uri for uri in found if uri.rstrip("/").endswith("/debian"))
