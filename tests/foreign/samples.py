# SPDX-License-Identifier: GPL-2.0-or-later
"""A small policy of each format, by its spec: the files, all made up here."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kpolicy.errors import KpolicyError
from kpolicy.policy.files.spec import parse_spec
from kpolicy.policy.foreign.policy import Foreign, Given
from kpolicy.policy.foreign.read import read_foreign
from kpolicy.policy.toml.toml_file import FileErrors

MAIN = """\
# What is tested, and by what.
instances:
 - lab-x86:\t[x86_64, gcc, lab]
 - lab-arm:\t[arm64, clang, lab, reduced]
 - plain:\t[x86_64, gcc]
includes:
 - base.yml: []
 - lab.yml: [lab]
 - sound.yml: [-plainest, -reduced]
 - last.yml: [lab, -clang]
"""
BASE = """\
kernel:
 repo: https://example.org/linux.git
 tag: v6.12
shell:
 - make defconfig: [-clang]
verbatim: |
 CONFIG_NOT_YET=y
 # CONFIG_NO_MORE is not set
config:
 # The lab needs it.
 - DEBUG_KERNEL
 - PANIC_TIMEOUT: 86400
 - CMDLINE: "earlyprintk=serial"
 - WERROR: n
 - DEBUG_FS: [v5.8, -v6.18]
 - SLUB_DEBUG: [-clang, optional]
"""
LAB = """\
config:
 - CMDLINE: [append, "panic_on_warn=1"]
 - PANIC_TIMEOUT: [0x10, override]
 - DEBUG_VM: [y, weak]
"""
SOUND = """\
config:
 - SND
 - SND_MAX_CARDS: 8
 - DEBUG_FS: [n, weak]
"""
LAST = """\
config:
 - DEBUG_KERNEL: [n, override, v6.1]
"""

PMOS = """\
[aliases]
usual = ["category:default", "category:boxes"]

["category:default".">=0.0.0"."all"]
DEVTMPFS = "y" # init needs it
INPUT_EVDEV = "m"
# nobody wants it
USB_ETH = "n"
["category:default".">=5.1.0 <6.18_rc1"."aarch64 x86"]
RD_ZSTD = true
LBDAF = false
["category:boxes".">=4.0"."all"]
LSM = "lockdown,yama"
BINDER_DEVICES = ["binder", "hwbinder"]
["category:boxes category:cells"."<7.0"."riscv64"]
CELLS = "y"
["category:cells".">=0.0.0"."all"]
CELLS_MAX = "16"
"""

ANDROID = """\
<?xml version="1.0"?>
<kernel minlts="5.4.42" />
<!-- needed by all -->
<group>
  <config><key>CONFIG_AUDIT</key><value type="bool">y</value></config>
  <!-- not this one -->
  <config><key>CONFIG_DEVMEM</key><value type="bool">n</value></config>
</group>
<!-- for arm64 -->
<group>
  <conditions>
    <config><key>CONFIG_ARM64</key><value type="bool">y</value></config>
    <config><key>CONFIG_SWAP</key><value type="tristate">n</value></config>
  </conditions>
  <config><key>CONFIG_NR_CPUS</key><value type="int">0x20</value></config>
  <config><key>CONFIG_LSM</key><value type="string">a,b</value></config>
</group>
<group>
  <conditions>
    <config><key>CONFIG_IKHEADERS</key><value type="tristate">n</value></config>
  </conditions>
  <config><key>DISALLOW_CONFIG_IKHEADERS_IS_N</key><value type="bool">y</value></config>
</group>
"""

KHC_OBJECTS = (
    {"option_name": "CONFIG_BUG", "type": "kconfig", "reason": "self_protection", "decision": "us", "desired_val": "y"},
    {"option_name": "CONFIG_OLD", "type": "kconfig", "reason": "cut", "decision": "us", "desired_val": "is not set"},
    {"option_name": "CONFIG_MIN", "type": "kconfig", "reason": "cut", "decision": "us", "desired_val": "65536"},
    {"option_name": "CONFIG_LSM", "type": "kconfig", "reason": "lsm", "decision": "us", "desired_val": "*yama*"},
    {"option_name": "slab_nomerge", "type": "cmdline", "reason": "x", "decision": "us", "desired_val": "is present"},
)
KHC = f"[{', '.join(map(json.dumps, KHC_OBJECTS))}]\n".replace("}, {", "},\n {")

ANNOTATIONS = """\
# Menu: HEADER
# FORMAT: 4
# ARCH: amd64 arm64
# FLAVOUR: amd64-generic amd64-mine arm64-generic
# FLAVOUR_DEP: {'amd64-mine': 'amd64-base'}

include "../common/annotations"

CONFIG_AGP        policy<{'amd64': 'y', 'arm64': '-'}>
CONFIG_AGP        note<'the graphics team'>
CONFIG_LOG        policy<{'amd64': 'n', 'amd64-mine': '"it\\'s"'}> note<'odd'>
CONFIG_SHIFT\tpolicy<{'arm64': '17'}>
"""
COMMON = """\
# FLAVOUR: amd64-base
CONFIG_AGP   policy<{'amd64-base': 'm', 'amd64': 'm'}>
CONFIG_BASE  policy<{'amd64-base': 'y', 'amd64': 'n'}>
"""

PRIORITY = """\
# from low to high
ORDER=common pending-site site
EMPTY=armv7hl

x86_64=generic:generic-x86
x86_64-debug=generic:generic-x86:debug
"""
ARK = {
    "configs/priority.lab": PRIORITY,
    "configs/common/generic/CONFIG_KEXEC": "# ~~~\n# Symbol: KEXEC\n# why it is on\nCONFIG_KEXEC=y\n",
    "configs/common/generic/CONFIG_DEBUG_VM": "# CONFIG_DEBUG_VM is not set\n",
    "configs/common/generic/CONFIG_OLD~": "CONFIG_OLD=y\n",
    "configs/common/generic/x86/CONFIG_NR_CPUS": "CONFIG_NR_CPUS=64\n",
    "configs/common/debug/CONFIG_DEBUG_VM": "# process_configs_known_broken\nCONFIG_DEBUG_VM=y\n",
    "configs/site/generic/x86/CONFIG_NR_CPUS": "CONFIG_NR_CPUS=8192\n",
}

EBUILD = """\
EAPI=8
inherit linux-info
IUSE="acl +seccomp"
pkg_pretend() {
\tif [[ ${MERGE_TYPE} != buildonly ]]; then
\t\tlocal CONFIG_CHECK="~CGROUPS ~EPOLL
\t\t\tNET ~!IDE"
\t\tuse acl && CONFIG_CHECK+=" ~TMPFS_POSIX_ACL"
\t\tuse seccomp && CONFIG_CHECK+=" ~SECCOMP"
\t\tkernel_is -lt 4 7 && CONFIG_CHECK+=" ~DEVPTS"
\t\tkernel_is -ge 4 10 && CONFIG_CHECK+=" ~CGROUP_BPF"
\t\thas_version dev/x && CONFIG_CHECK+=" ~X"
\t\tERROR_NET="there is no ${P} without it"
\t\tif use acl; then
\t\t\tCONFIG_CHECK+=" ~FOR_ACL"
\t\telse
\t\t\tCONFIG_CHECK+=" ~WITHOUT_ACL @SND:snd ~${MINE}"
\t\tfi
\t\tcheck_extra_config
\tfi
}
pkg_setup() {
\tCONFIG_CHECK="!TRIM"
\tlinux-info_pkg_setup
}
"""
RCUTORTURE = {
    "configs/CFcommon": "CONFIG_RCU_TORTURE_TEST=y\nCONFIG_PRINTK_TIME=y\nCONFIG_CMDLINE=n\n",
    "configs/TREE": 'CONFIG_SMP=y\n#CHECK#CONFIG_PREEMPT_RCU=y\nCONFIG_PRINTK_TIME=n\nCONFIG_LOCALVERSION="x"\n',
    "configs/CFcommon.x86_64": "CONFIG_HYPERVISOR_GUEST=y CONFIG_KVM_GUEST=y\n",
}

YOCTO = {
    "meta/ktypes/standard.scc": (
        "define KTYPE standard\nbranch standard\ninclude base\ninclude features/trace.scc nopatch\n"
        "include features/debug.scc nocfg\n"
    ),
    "meta/base/base.scc": "force kconf non-hardware base.cfg\n",
    "meta/base/base.cfg": '# always\nCONFIG_EMBEDDED=y\nCONFIG_HZ=100\nCONFIG_LOCALVERSION="-base"\n',
    "meta/features/trace.scc": (
        'if [ "$KARCH" = "x86_64" ] || [ "$KARCH" = "arm" ]; then\n\tkconf non-hardware trace.cfg\nelse\n'
        "\tkconf non-hardware none.cfg\nfi\n"
    ),
    "meta/features/trace.cfg": "CONFIG_FTRACE=y\n# CONFIG_HZ is not set\n",
    "meta/features/debug.scc": (
        'define KFEATURE_DESCRIPTION "all that\n   is slow"\nkconf non-hardware debug.cfg\npatch slow.patch\n'
        "if grep -q x /proc/cpuinfo; then\nkconf hardware x.cfg\nfi\n"
    ),
    "meta/features/debug.cfg": "CONFIG_DEBUG_VM=y\n",
    "meta/bsp/box/box.scc": (
        "# a board\ndefine KMACHINE box\ndefine KARCH x86_64\ninclude ktypes/standard.scc\n"
        "kconf hardware box.cfg # the board\nkconf optional more.cfg\n"
    ),
    "meta/bsp/box/box.cfg": "CONFIG_SERIAL_8250=y\nGPIO_BOX=m\nCONFIG_FTRACE=n\n#  CONFIG_NET is not set\n",
    "meta/bsp/box/more.cfg": "CONFIG_RTC=m\n",
}
OPENWRT = {
    "linux/generic/config-6.6": "CONFIG_OLD=y\n",
    "linux/generic/config-6.12": "# CONFIG_AUDIT is not set\nCONFIG_HZ_100=y\nCONFIG_NR_CPUS=4\n",
    "linux/box/config-6.12": 'CONFIG_NR_CPUS=1\nCONFIG_CMDLINE="a=b"\nCONFIG_AUDIT y\n',
    "linux/box/generic/config-default": "CONFIG_BOX=y\n# CONFIG_HZ_100 is not set\n",
}

FILES: Mapping[str, Mapping[str, str]] = {
    "syz:main.yml@lab-x86": {
        "main.yml": MAIN,
        "bits/base.yml": BASE,
        "bits/lab.yml": LAB,
        "bits/sound.yml": SOUND,
        "bits/last.yml": LAST,
    },
    "pmos:check.toml@usual": {"check.toml": PMOS},
    "android:a.xml": {"a.xml": ANDROID},
    "khc:k.json@X86_64": {"k.json": KHC},
    "ubuntu:mine/annotations@amd64-mine": {"mine/annotations": ANNOTATIONS, "common/annotations": COMMON},
    "gentoo:a.ebuild@acl": {"a.ebuild": EBUILD},
    "rcutorture:configs/TREE@x86_64": RCUTORTURE,
    "ark:configs@kernel-x86_64-debug-lab": ARK,
    "yocto:meta/bsp/box/box.scc": YOCTO,
    "openwrt:linux/box/generic": OPENWRT,
}


def read(spec: str, files: Mapping[str, str] | None = None) -> Foreign:
    """The policy of a spec, of the sample of its format if no files are given."""
    found = parse_spec(spec)
    assert found is not None
    if files is None:
        prefix = f"{found.format}:"
        files = next(texts for name, texts in FILES.items() if name.startswith(prefix))
    return read_foreign(found, Given(files))


def errors_of(error: KpolicyError) -> tuple[KpolicyError, ...]:
    """All that is wrong."""
    return error.errors if isinstance(error, FileErrors) else (error,)
