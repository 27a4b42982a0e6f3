# SPDX-License-Identifier: GPL-2.0-or-later
"""Get the kernel sources that the tests compare with: `python -m tests.oracle.trees`.

Debian's `linux-source-*` and `linux-config-*` packages are downloaded and unpacked into a cache
folder, which needs no root.  Of the sources only what Kconfig and its `conf` need is kept: about
30 MB instead of 1.4 GB.  `KPOLICY_TEST_TREES=folder:folder` names kernel trees (and folders of
`config.*.xz` files) to be used instead; nothing is downloaded then.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.oracle.cache import cache_folder

RELEASES = ("6.12", "6.1")
VARIABLE = "KPOLICY_TEST_TREES"
_STAMP = "kpolicy-complete"
_SELFTESTS = "tools/testing/selftests"
_WHOLE_FOLDERS = (
    *("scripts", "kernel/configs", "Documentation/kbuild", "tools/testing/kunit"),
    f"{_SELFTESTS}/rcutorture/configs",
)


@dataclass(frozen=True, slots=True)
class Trees:
    """What was found: release ("6.12") to kernel tree, and to the folder of Debian's own configs."""

    kernels: dict[str, Path] = field(default_factory=dict)
    configs: dict[str, Path] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages for which nothing was found."""
        kernels = [f"linux-source-{release}" for release in RELEASES if release not in self.kernels]
        configs = [f"linux-config-{release}" for release in RELEASES if release not in self.configs]
        return (*kernels, *configs)


def find_trees() -> Trees:
    """Look in KPOLICY_TEST_TREES, else in the cache folder; downloads nothing."""
    named = os.environ.get(VARIABLE)
    if named:
        folders: Iterable[Path] = [Path(name).expanduser() for name in named.split(os.pathsep) if name]
    else:
        folders = [path for path in sorted(cache_folder().glob("linux-*")) if (path / _STAMP).is_file()]
    trees = Trees()
    for folder in folders:
        if (folder / "Kconfig").is_file():
            trees.kernels.setdefault(_release(folder), folder.resolve())
        elif (match := re.search(r"(\d+\.\d+)", folder.name)) and any(folder.glob("config.*")):
            trees.configs.setdefault(match[1], folder.resolve())
        elif named:
            raise SystemExit(f"{VARIABLE}: {folder} is neither a kernel tree nor a folder of config.* files")
    return trees


def _release(tree: Path) -> str:
    text = (tree / "Makefile").read_text(errors="replace")
    parts = [re.search(rf"^{word} *= *(\d+)", text, re.MULTILINE) for word in ("VERSION", "PATCHLEVEL")]
    return ".".join(part[1] for part in parts if part)


def wanted(path: str) -> bool:
    """Whether a file of a kernel source (tree-relative name) has a part in configuring it."""
    parts = PurePosixPath(path).parts
    if not parts:
        return False
    name = parts[-1]
    if name.startswith(("Kconfig", "Makefile", "Kbuild", "Platform")) or (len(parts) == 1 and name == "COPYING"):
        return True
    if path == "lib/cmdline.c":
        # How the kernel splits a command line (tests/config/test_command_line.py).
        return True
    if path.startswith(tuple(f"{folder}/" for folder in _WHOLE_FOLDERS)):
        return True
    if name == ".kunitconfig" or (path.startswith(f"{_SELFTESTS}/") and name.partition(".")[0] == "config"):
        return True
    return parts[0] == "arch" and len(parts) > 3 and parts[2] in ("configs", "tools", "scripts")


def fetch(release: str, kind: str) -> Path:
    """Download and unpack one package (`kind` is "source" or "config"); returns its folder in the cache."""
    package = f"linux-{kind}-{release}"
    target = cache_folder() / package
    if _is_whole(target, kind):
        return target
    if target.exists():
        shutil.rmtree(target)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache_folder()) as name:
        scratch = Path(name)
        archive = _download(package, scratch)
        _run(["dpkg", "-x", str(archive), str(scratch / "package")], scratch)
        archive.unlink()
        unpacked = scratch / "tree"
        if kind == "source":
            _unpack(scratch / "package" / "usr" / "src" / f"{package}.tar.xz", unpacked)
        else:
            shutil.copytree(scratch / "package" / "usr" / "src" / package, unpacked)
        (unpacked / _STAMP).write_text(f"{archive.name}\n")
        unpacked.rename(target)
    return target


def _is_whole(target: Path, kind: str) -> bool:
    """Whether a folder of the cache has all that is kept today; one of long ago may lack some."""
    folders = _WHOLE_FOLDERS if kind == "source" else ()
    return (target / _STAMP).is_file() and all((target / folder).is_dir() for folder in folders)


def _download(package: str, folder: Path) -> Path:
    try:
        _run(["apt-get", "download", package], folder)
    except subprocess.CalledProcessError:
        # No package lists on this machine, or old ones: fetch lists of our own, which needs no root.
        lists = cache_folder("apt")
        for part in ("lists/partial", "archives/partial"):
            (lists / part).mkdir(parents=True, exist_ok=True)
        own = ["-o", f"Dir::State::lists={lists}/lists", "-o", f"Dir::Cache={lists}", "-o", "APT::Sandbox::User="]
        _run(["apt-get", *own, "update"], folder)
        _run(["apt-get", *own, "download", package], folder)
    return next(folder.glob(f"{package}_*.deb"))


def _unpack(archive: Path, target: Path) -> None:
    with tarfile.open(archive, "r|xz") as tar:
        for member in tar:
            _, _, path = member.name.partition("/")
            if not (member.isfile() or member.issym()) or not wanted(path):
                continue
            member.name = path
            if hasattr(tarfile, "tar_filter"):
                # Python 3.11.4 and later can check what an archive writes; older ones trust the package.
                tar.extract(member, target, set_attrs=member.isfile(), filter="tar")
            else:
                tar.extract(member, target, set_attrs=member.isfile())


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL)


def main() -> int:
    """Make the trees available; says which are missing, and fails for that only under CI=true."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    if not os.environ.get(VARIABLE):
        for release in RELEASES:
            for kind in ("source", "config"):
                try:
                    fetch(release, kind)
                except (OSError, subprocess.CalledProcessError, tarfile.TarError, StopIteration) as error:
                    print(f"cannot get linux-{kind}-{release}: {error}", file=sys.stderr)
    trees = find_trees()
    for release, path in sorted({**trees.kernels}.items()):
        print(f"kernel {release}: {path}")
    for release, path in sorted(trees.configs.items()):
        print(f"configs {release}: {path}")
    if not trees.missing:
        return 0
    strict = os.environ.get("CI") == "true"
    bar = "*" * 100
    print(
        f"{bar}\n{'error' if strict else 'warning'}: {', '.join(trees.missing)} not available: the tests that compare"
        f" with the kernel's own conf are skipped.\nInstall apt (Debian, Ubuntu) and go online, or set"
        f" {VARIABLE}=/path/to/linux:/path/to/other-linux\n{bar}",
        file=sys.stderr,
    )
    return 1 if strict else 0


if __name__ == "__main__":
    sys.exit(main())
