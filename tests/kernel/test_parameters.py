# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot parameters that C files register."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kernel.parameters import parameters_of, source_files
from kpolicy.kernel.source import DirectorySource
from kpolicy.run.tree_parameters import known_parameters

_FILES = {
    "init/main.c": 'early_param("quiet", quiet_kernel);\ncore_param(initcall_debug, initcall_debug, bool, 0644);\n',
    "mm/slub.c": '__setup("slab-debug", setup);\n__setup_param("slub_debug", slub, setup, 0);\n__setup("foo=", foo);\n',
    "mm/kfence/core.c": '#undef MODULE_PARAM_PREFIX\n#define MODULE_PARAM_PREFIX "kfence."\n'
    "module_param_cb(sample_interval, &ops, &interval, 0600);\n",
    "mm/kfence/Makefile": "obj-y := core.o\n",
    "kernel/rcu/rcutorture.c": 'torture_param(int, fwd_progress, 1, "x");\n',
    "drivers/kvm/Makefile": "obj-m += kvm-intel.o\nkvm-intel-y += vmx.o\n",
    "drivers/kvm/vmx.c": "module_param(nested, bool, 0444);\n",
    "drivers/i915.c": '\ti915_param_named(modeset, int, 0400,\n\t\t"text");\nMODULE_PARM_DESC(panel, "x");\n',
    "drivers/late.c": 'early_param_on_off("on_word", "off_word", flag, CONFIG_X);\n',
    "arch/x86/boot.c": 'cmdline_find_option_bool("nokaslr");\n',
    "arch/arm/setup.c": 'early_param("only_arm", x);\n',
    "fs/proc/proc_sysctl.c": '\t{"hung_task_panic",\t"kernel.hung_task_panic" },\n',
    "mm/quoted.c": '/* nothing here: "early_param" */\nint early_parameter(x);\n',
    "Documentation/example.c": '__setup("documented=", x);\n',
    "tools/test.c": '__setup("tool=", x);\n',
}


@pytest.fixture
def sources(tmp_path: Path) -> DirectorySource:
    for name, text in _FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return DirectorySource(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "quiet",
        "initcall_debug",
        "slab_debug",
        # The handler of a __setup() without = is called for longer words, too.
        "slab_debugging",
        "slub_debug",
        "foo",
        "kfence.sample_interval",
        "rcutorture.fwd_progress",
        "kvm_intel.nested",
        "kvm_intel.dyndbg",
        "i915.modeset",
        "i915.panel",
        "on_word",
        "off_word",
        "nokaslr",
        "hung_task_panic",
        "sysctl.kernel.panic",
        "BOOT_IMAGE",
    ],
)
def test_known(sources: DirectorySource, name: str) -> None:
    found = parameters_of(sources, "x86")
    assert found is not None
    assert found.knows(name)


@pytest.mark.parametrize(
    "name",
    [
        "slub_debugging",
        "foobar",
        "kfence.nothing",
        "nothing.nested",
        "only_arm",
        "documented",
        "tool",
        "early_param",
        "x",
    ],
)
def test_unknown(sources: DirectorySource, name: str) -> None:
    found = parameters_of(sources, "x86")
    assert found is not None
    assert not found.knows(name)


def test_the_architecture(sources: DirectorySource) -> None:
    found = parameters_of(sources, "arm")
    assert found is not None
    assert found.knows("only_arm")
    assert not found.knows("nokaslr")
    # User mode Linux is built from files of x86.
    assert "arch/x86/boot.c" in set(source_files(sources, "um"))


def test_no_sources(tmp_path: Path) -> None:
    assert parameters_of(DirectorySource(tmp_path), "x86") is None
    assert known_parameters(DirectorySource(tmp_path), "x86", None)("quiet") is None


def test_what_is_kept(sources: DirectorySource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without a stamp nothing is kept: these files have just been written.
    monkeypatch.setattr(DirectorySource, "stamp", lambda self, path: str(len(self.read(path))))
    cache = tmp_path / "cache"
    assert known_parameters(sources, "x86", str(cache))("quiet")
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr("kpolicy.run.tree_parameters.parameters_of", lambda *_: pytest.fail("read again"))
    assert known_parameters(sources, "x86", str(cache))("kvm_intel.nested")
    (tmp_path / "mm/slub.c").write_text('__setup("bar=", bar);\n')
    with pytest.raises(pytest.fail.Exception):
        known_parameters(sources, "x86", str(cache))("quiet")
