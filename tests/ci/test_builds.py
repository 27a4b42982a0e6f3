# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes for package builds and build systems, each on a small layout with the names of the real one.

The commands are those of the page.  What surrounds them in a build is made up here, as the sources that the page names
have it: a rule of make, a loop in a script, a task.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ci.support import ROOT, Done, run, shown, transcript
from tests.cli.support import kpolicy

_PRODUCTION = 'extends = "production"\n'
_DEBIAN = {
    "config": "##\n## file: lib/Kconfig.debug\n##\nCONFIG_DEBUG_KERNEL=y\n#. For tracing\nCONFIG_DEBUG_FS=y\n",
    "kernelarch-x86/config": "##\n## file: arch/x86/Kconfig\n##\nCONFIG_SMP=y\n",
    "amd64/config": "##\n## file: mm/Kconfig\n##\nCONFIG_64BIT=y\nCONFIG_DEBUG_VM=y\n# CONFIG_SLUB_DEBUG is not set\n",
}
_STACK = "debian/config/config+debian/config/kernelarch-x86/config+debian/config/amd64/config"


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _dotconfig(tree: Path, stack: str, arch: str = "x86_64") -> str:
    """The .config that make olddefconfig writes."""
    expanded = kpolicy("expand", "--tree", tree, "--arch", arch, stack)
    assert expanded.status == 0, expanded.err
    return expanded.out


def _unnumbered(text: str) -> str:
    """A text without the numbers of lines in a full .config: each new option of the tree moves them."""
    return re.sub(r"config:\d+:", "config:N:", text)


def _script(kind: str, start: str) -> str:
    """A block of the page without the comments that say where it belongs."""
    return "".join(line for line in shown(kind, start).splitlines(keepends=True) if not line.startswith("# "))


@pytest.fixture
def debian(linux_copy: Path) -> Path:
    """The sources of the package, with the rule of debian/rules.real that makes a .config."""
    _write(linux_copy / "debian" / "config", _DEBIAN)
    (linux_copy / "debian" / "kpolicy.toml").write_text(_PRODUCTION)
    recipe = _script("make", "# debian/rules.real")
    (linux_copy / "debian" / "rules.real").write_text(
        "SHELL := bash -e\n"
        "BUILD_DIR = debian/build\n"
        "STAMPS_DIR = debian/stamps\n"
        "stamp = [ -d $(dir $@) ] || mkdir $(dir $@); touch $@\n"
        "setup_image: $(STAMPS_DIR)/setup_$(ARCH)_$(FEATURESET)_$(FLAVOUR)\n"
        "$(STAMPS_DIR)/setup_$(ARCH)_$(FEATURESET)_$(FLAVOUR): SOURCE_DIR=$(BUILD_DIR)/source_$(FEATURESET)\n"
        "$(STAMPS_DIR)/setup_$(ARCH)_$(FEATURESET)_$(FLAVOUR): "
        "DIR=$(BUILD_DIR)/build_$(ARCH)_$(FEATURESET)_$(FLAVOUR)\n"
        "$(STAMPS_DIR)/setup_$(ARCH)_$(FEATURESET)_$(FLAVOUR):\n"
        "\tmkdir -p '$(DIR)'\n"
        "\tln -s '$(CURDIR)' '$(SOURCE_DIR)'\n"
        "\tcp dotconfig '$(DIR)/.config'\n"
        f"{recipe}"
        "\t@$(stamp)\n"
    )
    return linux_copy


def _setup(debian: Path) -> Done:
    words = ["make", "-s", "-f", "debian/rules.real", "setup_image"]
    variables = ["ARCH=amd64", "FEATURESET=none", "FLAVOUR=amd64", "KERNEL_ARCH=x86"]
    return run([*words, *variables], debian)


def _page_command(start: str) -> str:
    """The command of a console block of the page that begins so."""
    found = shown("console", f"$ {start}").split("\n", 1)[0]
    return found.removeprefix("$ ")


def test_debian_sources(debian: Path) -> None:
    command = _page_command("kpolicy check --tree . --arch x86 --policy debian/kpolicy.toml")
    assert command.endswith(f" {_STACK}")
    done = run(["sh", "-c", command], debian)
    assert (done.status, done.said) == (1, transcript(command))
    (debian / "debian/config/amd64/config").write_text("CONFIG_64BIT=y\n")
    assert run(["sh", "-c", command], debian) == Done(0, "")


def test_debian_build(debian: Path) -> None:
    (debian / "dotconfig").write_text(_dotconfig(debian, _STACK))
    done = _setup(debian)
    assert done.status == 2, done.said
    assert re.search(
        r"build_amd64_none_amd64/\.config:\d+: warning: DEBUG_VM=y: .*\[debug-vm/in-production\]", done.said
    )
    stamp = debian / "debian" / "stamps" / "setup_amd64_none_amd64"
    assert not stamp.exists()
    subprocess.run(["rm", "-r", debian / "debian" / "build"], check=True)
    (debian / "dotconfig").write_text(_dotconfig(debian, "x86_64_defconfig"))
    assert (_setup(debian), stamp.exists()) == (Done(0, ""), True)


@pytest.fixture
def configs(linux_copy: Path) -> Path:
    """configs/ of %prep, as process_configs.sh leaves it."""
    folder = linux_copy / "configs"
    folder.mkdir()
    for name, arch, stack in (
        ("x86_64", "x86_64", "x86_64_defconfig"),
        ("x86_64-debug", "x86_64", "debug_defconfig"),
        ("aarch64", "arm64", "phone_defconfig"),
    ):
        text = _dotconfig(linux_copy, stack, arch)
        (folder / f"kernel-6.12.0-{name}.config").write_text(f"# {arch}\n{text}")
    (folder / "kernel-6.12.0-riscv64.config").write_text("# EMPTY\n")
    (linux_copy.parent / "kpolicy.toml").write_text(shown("toml", "# kpolicy.toml\nextends"))
    return folder


def _prep(configs: Path) -> Done:
    script = _script("sh", "# kernel.spec").replace("%{SOURCE4000}", "../../kpolicy.toml")
    assert "%" not in script
    return run(["bash", "-e", "-c", f"{script}echo prepared\n"], configs)


def test_rpm_prep(configs: Path) -> None:
    done = _prep(configs)
    (line,) = done.said.splitlines()
    # The debug kernel is judged as one: nothing is said of its checks.
    assert (done.status, "x86_64-debug.config" in line, "[kmemleak/small-pool-with-faults]" in line) == (1, True, True)
    debug = configs / "kernel-6.12.0-x86_64-debug.config"
    debug.write_text(debug.read_text().replace("MEM_POOL_SIZE=2000", "MEM_POOL_SIZE=40000"))
    assert _prep(configs) == Done(0, "prepared\n")
    production = configs / "kernel-6.12.0-x86_64.config"
    production.write_text(f"# x86_64\n{_dotconfig(configs.parent, 'debug_defconfig')}")
    done = _prep(configs)
    assert (done.status, "prepared" in done.said) == (1, False)
    assert "[debug-vm/in-production]" in done.said


@pytest.fixture
def buildroot(linux_copy: Path) -> Path:
    """Buildroot, as far as a hook after the configuration of the kernel sees it: the step of pkg-generic.mk."""
    root = linux_copy.parent
    recipe = shown("make", "# external.mk")
    _write(
        root,
        {
            "external/external.mk": recipe,
            "external/external.desc": "name: SITE\n",
            "external/kpolicy.toml": _PRODUCTION,
            "board/site/linux.fragment": "CONFIG_KFENCE=y\nCONFIG_KASAN_VMALLOC=y\n",
            "Makefile": (
                "define sep\n\n\nendef\n"
                "KERNEL_ARCH = x86_64\n"
                "BR2_EXTERNAL_SITE_PATH = $(CURDIR)/external\n"
                "LINUX_KCONFIG_FRAGMENT_FILES = board/site/linux.fragment\n"
                "include $(BR2_EXTERNAL_SITE_PATH)/external.mk\n"
                "linux-configure: linux/.stamp_configured\n"
                "linux/.stamp_configured:\n"
                "\t$(foreach hook,$(LINUX_POST_CONFIGURE_HOOKS),$(call $(hook))$(sep))\n"
                "\ttouch $@\n"
            ),
        },
    )
    return root


def test_buildroot_hook(buildroot: Path) -> None:
    fragment = buildroot / "board" / "site" / "linux.fragment"
    dotconfig = buildroot / "linux" / ".config"
    dotconfig.write_text(_dotconfig(buildroot / "linux", f"x86_64_defconfig+{fragment}"))
    done = run(["make", "-s", "linux-configure"], buildroot)
    said = [line for line in done.said.splitlines(keepends=True) if not line.startswith("make: ***")]
    assert (done.status, _unnumbered("".join(said))) == (2, _unnumbered(transcript("make linux-configure")))
    assert not (buildroot / "linux" / ".stamp_configured").exists()
    fragment.write_text("CONFIG_KFENCE=y\n")
    assert run(["make", "-s", "linux-configure"], buildroot) == Done(0, "")
    assert (buildroot / "linux" / ".stamp_configured").exists()


def test_buildroot_policy(buildroot: Path) -> None:
    (buildroot / "board" / "site" / "linux.fragment").write_text("CONFIG_KFENCE=y\n")
    (buildroot / "linux" / ".config").write_text(_dotconfig(buildroot / "linux", "i386_defconfig", "i386"))
    done = run(["make", "-s", "linux-configure", "KERNEL_ARCH=i386"], buildroot)
    assert (done.status, "[debug-vm/in-production]" in done.said, "[required/kfence]" in done.said) == (2, True, True)


@dataclass(frozen=True)
class _Recipe:
    """What BitBake makes of the lines of a bbappend: variables, the shell of a task, where the task is."""

    variables: dict[str, str]
    tasks: dict[str, str]
    order: list[str]

    def shell(self, task: str, known: Mapping[str, str], sccs: Sequence[str]) -> str:
        """The script of a task, with its variables expanded; `sccs` are those that kernel-yocto.bbclass finds."""
        values = {**self.variables, **known}
        text = self.tasks[task]
        while "${" in text:
            text = re.sub(
                r"\$\{@(.+?)\}", lambda match: str(eval(match[1], {"find_sccs": lambda _d: sccs, "d": None})), text
            )
            text = re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], text)
        return text


def _bbappend(text: str) -> _Recipe:
    variables = dict(re.findall(r'^(\w+) :?= "(.*)"$', text, re.MULTILINE))
    tasks = dict(re.findall(r"^(\w+)\(\) \{\n(.*?)^\}$", text, re.MULTILINE | re.DOTALL))
    return _Recipe(variables, tasks, re.findall(r"^addtask (.+)$", text, re.MULTILINE))


def test_yocto_task(linux_copy: Path) -> None:
    text = shown("bitbake", "# recipes-kernel/linux/linux-yocto_%.bbappend")
    recipe = _bbappend(text)
    assert recipe.order == ["kernel_policycheck after do_configure before do_compile"]
    assert 'do_kernel_policycheck[file-checksums] += "${KPOLICY_FILE}:True"' in text
    work = linux_copy.parent
    _write(
        work,
        {
            "layer/kpolicy.toml": _PRODUCTION,
            "unpack/site.cfg": "CONFIG_KFENCE=y\nCONFIG_KASAN_VMALLOC=y\n",
            "unpack/site.scc": "kconf non-hardware site.cfg\n",
            "build/.config": _dotconfig(linux_copy, "x86_64_defconfig"),
        },
    )
    known = {"THISDIR": f"{work}/layer", "S": str(linux_copy), "B": f"{work}/build", "ARCH": "x86"}
    sccs = [f"{work}/unpack/site.cfg", f"{work}/unpack/site.scc"]
    script = recipe.shell("do_kernel_policycheck", known, sccs)
    done = run(["sh", "-e", "-c", script], work)
    assert done.status == 1, done.said
    place = f"{work}/unpack/site.cfg:2"
    assert f"CONFIG_KASAN_VMALLOC=y required by {place}: is n, because it needs KASAN" in done.said
    assert done.said.count("\n") == 1
    (work / "unpack" / "site.cfg").write_text("CONFIG_KFENCE=y\n")
    assert run(["sh", "-e", "-c", script], work) == Done(0, "")


_FRAGMENTS = """\
fragments:
  debug:
    path: "kernel/configs/debug.config"
  kcidebug:
    path: "kernel/configs/kcidebug.config"
    configs:
      - 'CONFIG_DEBUG_KERNEL=y'
      - 'CONFIG_UBSAN=y'
      # Needed on older kernels to apply UBSAN instrumentation globally.
      - 'CONFIG_UBSAN_SANITIZE_ALL=y'
      - 'CONFIG_DEBUG_CREDENTIALS=y'
      - 'CONFIG_PROVE_LOCKING=y'
      - 'CONFIG_DEBUG_ATOMIC_SLEEP=y'
      - 'CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y'
  kcidebug-x86_64:
    path: "kernel/configs/kcidebug-x86_64.config"
    configs:
      - 'CONFIG_KASAN=y'
      - 'CONFIG_KASAN_INLINE=y'
      - 'CONFIG_KASAN_VMALLOC=y'
  kselftest:
    path: "kernel/configs/kselftest.config"
    configs:
      - 'make:kselftest-merge'
      - 'CONFIG_KUNIT=y'
"""


@pytest.fixture
def pipeline(linux_copy: Path) -> Path:
    """kernelci-pipeline with a tree beside it."""
    folder = linux_copy.parent / "kernelci-pipeline"
    _write(folder, {"config/fragments.yaml": _FRAGMENTS})
    (folder / "ci").symlink_to(ROOT / "ci")
    return folder


def test_kernelci_stack(pipeline: Path) -> None:
    script = _script("sh", "stack=$(ci/kernelci/stack")
    linux = {"LINUX": str(pipeline.parent / "linux")}
    done = run(["sh", "-c", script], pipeline, linux)
    assert (done.status, done.said) == (1, transcript("sh check-kcidebug"))
    fragments = pipeline / "config" / "fragments.yaml"
    fragments.write_text("".join(line for line in _FRAGMENTS.splitlines(keepends=True) if "CREDENTIALS" not in line))
    assert run(["sh", "-c", script], pipeline, linux) == Done(0, "")


def test_kernelci_fragments_of_other_kinds(pipeline: Path) -> None:
    words = ["ci/kernelci/stack", "config/fragments.yaml", "out", "defconfig"]
    done = run([*words, "kselftest", "debug"], pipeline)
    note = "config/fragments.yaml: kselftest: make:kselftest-merge is left out: it is a make target\n"
    assert done == Done(0, f"{note}defconfig+out/kselftest.config+kernel/configs/debug.config\n")
    assert (pipeline / "out" / "kselftest.config").read_text() == "CONFIG_KUNIT=y\n"
    assert run([*words, "nowhere"], pipeline) == Done(2, "config/fragments.yaml: no fragment nowhere\n")
    assert run(words[:2], pipeline).status == 2


def test_syzkaller_configs(linux_copy: Path) -> None:
    common = (
        "config:\n - DEBUG_KERNEL\n - DEBUG_FS\n - KCOV\n - PROVE_LOCKING\n - VMAP_STACK\n - DEVMEM: n\n"
        " - DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT\n"
    )
    files = {
        "main.yml": (
            "instances:\n - upstream-kasan: [x86_64, kasan]\n - upstream-kcsan: [x86_64, kcsan]\n"
            "includes:\n - debug.yml: []\n - kasan.yml: [kasan]\n - kcsan.yml: [kcsan]\n"
        ),
        "bits/debug.yml": common,
        "bits/kasan.yml": "config:\n - KASAN\n - KASAN_INLINE\n - KASAN_VMALLOC\n",
        "bits/kcsan.yml": "config:\n - KCSAN\n",
    }
    folder = linux_copy.parent / "dashboard" / "config" / "linux"
    _write(folder, files)
    names = re.findall(r"^ - (\w+)$", f"{common}{files['bits/kasan.yml']}", re.MULTILINE)
    asked = linux_copy.parent / "asked.config"
    asked.write_text("".join(f"CONFIG_{name}=y\n" for name in names) + "CONFIG_EXPERT=y\n# CONFIG_DEVMEM is not set\n")
    for instance in ("upstream-kasan", "upstream-kcsan"):
        # Both with KASAN, which KCSAN excludes.
        (folder / f"{instance}.config").write_text(_dotconfig(linux_copy, str(asked)))
    script = _script("sh", "# in syzkaller")
    sources = {"SOURCEDIR": str(linux_copy)}
    done = run(["sh", "-c", script], linux_copy.parent, sources)
    assert (done.status, _unnumbered(done.said)) == (1, _unnumbered(transcript("sh check-configs")))
    (folder / "bits" / "kcsan.yml").write_text("config:\n - KASAN\n")
    assert run(["sh", "-c", script], linux_copy.parent, sources) == Done(0, "")
