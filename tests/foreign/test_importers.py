# SPDX-License-Identifier: GPL-2.0-or-later
"""What each importer makes of a small policy."""

from __future__ import annotations

from typing import TypeAlias

import pytest

from kpolicy.errors import KpolicyError, UsageError
from kpolicy.policy.files.extends import policy_of_text
from kpolicy.policy.files.require_writing import policy_text
from kpolicy.policy.files.requirement import Requirement, scope_words
from kpolicy.policy.files.spec import FORMATS, Spec, parse_spec
from kpolicy.policy.foreign.policy import Foreign
from tests.foreign.samples import ARK, FILES, YOCTO, errors_of, read

Row: TypeAlias = tuple[str, str, str]


def rows(found: Foreign) -> list[Row]:
    """Where, what, and for which configs; an optional one in brackets."""
    return [
        (
            str(item.location),
            f"[{item.text}]" if item.if_exists else item.text,
            scope_words(item.scope),
        )
        for item in found.requirements
    ]


def notes(found: Foreign) -> dict[str, str]:
    return {item.symbol: item.note for item in found.requirements if item.note}


def test_syzkaller() -> None:
    found = read("syz:main.yml@lab-x86")
    assert rows(found) == [
        ("bits/last.yml:2", "# CONFIG_DEBUG_KERNEL is not set", "for x86_64, since 6.1"),
        ("bits/lab.yml:3", "CONFIG_PANIC_TIMEOUT=16", "for x86_64"),
        ("bits/base.yml:13", 'CONFIG_CMDLINE="earlyprintk=serial panic_on_warn=1"', "for x86_64"),
        ("bits/base.yml:14", "# CONFIG_WERROR is not set", "for x86_64"),
        ("bits/sound.yml:4", "[# CONFIG_DEBUG_FS is not set]", "for x86_64"),
        ("bits/base.yml:16", "[CONFIG_SLUB_DEBUG=y]", "for x86_64"),
        ("bits/lab.yml:4", "[CONFIG_DEBUG_VM=y]", "for x86_64"),
        ("bits/sound.yml:2", "CONFIG_SND=y", "for x86_64"),
        ("bits/sound.yml:3", "CONFIG_SND_MAX_CARDS=8", "for x86_64"),
        ("bits/base.yml:7", "[CONFIG_NOT_YET=y]", "for x86_64"),
        ("bits/base.yml:8", "[# CONFIG_NO_MORE is not set]", "for x86_64"),
    ]
    assert {item.severity for item in found.requirements if item.if_exists} == {"note"}
    assert [str(item.location) for item in found.left_out] == ["bits/base.yml:1", "bits/base.yml:4"]


def test_syzkaller_constraints_and_reduced() -> None:
    assert rows(read("syz:main.yml@lab-arm")) == [
        ("bits/base.yml:11", "CONFIG_DEBUG_KERNEL=y", "for arm64"),
        ("bits/lab.yml:3", "CONFIG_PANIC_TIMEOUT=16", "for arm64"),
        ("bits/base.yml:13", 'CONFIG_CMDLINE="earlyprintk=serial panic_on_warn=1"', "for arm64"),
        ("bits/base.yml:14", "# CONFIG_WERROR is not set", "for arm64"),
        ("bits/sound.yml:4", "[# CONFIG_DEBUG_FS is not set]", "for arm64"),
        ("bits/lab.yml:4", "[CONFIG_DEBUG_VM=y]", "for arm64"),
        ("bits/sound.yml:2", "[# CONFIG_SND is not set]", "for arm64"),
        ("bits/base.yml:7", "[CONFIG_NOT_YET=y]", "for arm64"),
        ("bits/base.yml:8", "[# CONFIG_NO_MORE is not set]", "for arm64"),
    ]
    plain = read("syz:main.yml@plain")
    assert notes(plain) == {"DEBUG_KERNEL": "The lab needs it."}
    assert len(read("syz:main.yml@plain-base").requirements) == len(plain.requirements)


def test_releases_of_syzkaller() -> None:
    files = dict(FILES["syz:main.yml@lab-x86"])
    files["bits/sound.yml"] = "config: []\n"
    found = {item.symbol: scope_words(item.scope) for item in read("syz:main.yml@lab-x86", files).requirements}
    assert found["DEBUG_FS"] == "for x86_64, since 5.8, before 6.18"


def test_postmarketos() -> None:
    found = read("pmos:check.toml@usual")
    assert rows(found) == [
        ("check.toml:5", "CONFIG_DEVTMPFS=y or m", ""),
        ("check.toml:6", "CONFIG_INPUT_EVDEV=m or y", ""),
        ("check.toml:8", "# CONFIG_USB_ETH is not set", ""),
        ("check.toml:10", "CONFIG_RD_ZSTD=y or m", "for arm64, i386, since 5.1.0, before 6.18.0-rc1"),
        ("check.toml:11", "# CONFIG_LBDAF is not set", "for arm64, i386, since 5.1.0, before 6.18.0-rc1"),
        ("check.toml:13", 'CONFIG_LSM="lockdown,yama"', "since 4.0.0"),
        ("check.toml:14", "CONFIG_BINDER_DEVICES containing binder and hwbinder", "since 4.0.0"),
    ]
    assert notes(found) == {"DEVTMPFS": "init needs it", "USB_ETH": "nobody wants it"}
    assert len(read("pmos:check.toml").requirements) == 5
    # A table of two categories is for those who want both.
    both = rows(read("pmos:check.toml@boxes,cells"))
    assert ("check.toml:16", "CONFIG_CELLS=y or m", "for riscv, before 7.0.0") in both
    assert ("check.toml:18", 'CONFIG_CELLS_MAX=16 or "16"', "") in both
    assert "check.toml:16" not in {place for place, _, _ in rows(read("pmos:check.toml@cells"))}


def test_android() -> None:
    found = read("android:a.xml")
    assert rows(found) == [
        ("a.xml:5", "CONFIG_AUDIT=y", ""),
        ("a.xml:7", "# CONFIG_DEVMEM is not set", ""),
        ("a.xml:15", "CONFIG_NR_CPUS=32", "when ARM64 = y && !SWAP"),
        ("a.xml:16", 'CONFIG_LSM="a,b"', "when ARM64 = y && !SWAP"),
        ("a.xml:20", "CONFIG_IKHEADERS=y or m", ""),
    ]
    assert notes(found) == {
        "AUDIT": "needed by all",
        "DEVMEM": "not this one",
        "NR_CPUS": "for arm64",
        "LSM": "for arm64",
        "IKHEADERS": "DISALLOW_CONFIG_IKHEADERS_IS_N",
    }
    (left,) = found.left_out
    assert (str(left.location), left.text) == ("a.xml:2", '<kernel minlts="5.4.42" />')


def test_android_ranges_are_told() -> None:
    text = (
        "<group><config><key>CONFIG_A</key><value type='range'>1-5</value></config>\n"
        "<config><key>CONFIG_B</key><value type='tristate'>m</value></config></group>"
    )
    found = read("android:a.xml", {"a.xml": text})
    assert rows(found) == [("a.xml:2", "CONFIG_B=m", "")]
    assert [str(item.location) for item in found.left_out] == ["a.xml:1"]


def test_kernel_hardening_checker() -> None:
    found = read("khc:k.json@X86_64")
    assert rows(found) == [
        ("k.json:1", "CONFIG_BUG=y", "for x86_64"),
        ("k.json:2", "# CONFIG_OLD is not set", "for x86_64"),
        ("k.json:3", "CONFIG_MIN=65536", "for x86_64"),
        ("k.json:4", "CONFIG_LSM containing yama", "for x86_64"),
    ]
    assert notes(found)["BUG"] == "self_protection (us)"
    assert [(item.text, item.location.line) for item in found.left_out] == [("slab_nomerge = is present", 5)]
    assert {scope for _, _, scope in rows(read("khc:k.json"))} == {""}


def test_ubuntu() -> None:
    def values(section: str) -> dict[str, tuple[str, str, bool | None]]:
        found = read(f"ubuntu:mine/annotations@{section}").requirements
        return {item.symbol: (str(item.location), item.value, item.absent) for item in found}

    # A policy for the architecture takes the place of those for its flavours, in its own line and before it.
    assert values("amd64-mine") == {
        "AGP": ("mine/annotations:9", "y", False),
        "BASE": ("common/annotations:3", "n", False),
        "LOG": ("mine/annotations:11", '"it\'s"', False),
    }
    assert values("amd64-generic")["LOG"] == ("mine/annotations:11", "n", False)
    assert values("arm64-generic") == {
        "AGP": ("mine/annotations:9", "", True),
        "SHIFT": ("mine/annotations:12", "17", False),
    }
    found = read("ubuntu:mine/annotations@amd64")
    assert notes(found) == {"AGP": "the graphics team", "LOG": "odd"}
    assert {scope_words(item.scope) for item in found.requirements} == {"for x86_64"}


def test_a_flavour_of_ubuntu_that_stands_for_another_one() -> None:
    files = dict(FILES["ubuntu:mine/annotations@amd64-mine"])
    files["common/annotations"] = "# FLAVOUR: amd64-base\nCONFIG_X policy<{'amd64': 'n', 'amd64-base': 'y'}>\n"
    for section, value in (("amd64-mine", "y"), ("amd64-generic", "n")):
        found = {item.symbol: item.value for item in read(f"ubuntu:mine/annotations@{section}", files).requirements}
        assert found["X"] == value


def test_kernel_ark() -> None:
    found = read("ark:configs@kernel-x86_64-debug-lab")
    assert rows(found) == [
        ("configs/common/debug/CONFIG_DEBUG_VM:2", "CONFIG_DEBUG_VM=y, or no line,", "for x86_64"),
        ("configs/common/generic/CONFIG_KEXEC:4", "CONFIG_KEXEC=y, or no line,", "for x86_64"),
        ("configs/site/generic/x86/CONFIG_NR_CPUS:1", "CONFIG_NR_CPUS=8192, or no line,", "for x86_64"),
    ]
    assert notes(found) == {"KEXEC": "Symbol: KEXEC why it is on"}
    (waiver,) = found.waivers
    assert (waiver.rule, str(waiver.location)) == ("required/debug-vm", "configs/common/debug/CONFIG_DEBUG_VM:1")
    with pytest.raises(UsageError, match="kernel-armv7hl-lab is one of EMPTY: no config is built for it"):
        read("ark:configs@kernel-armv7hl-lab")
    # As process_configs.sh looks for it: also in the folder of a config that is not meant.
    assert read("ark:configs@kernel-x86_64-lab").waivers == (waiver,)


def test_kernel_ark_known_broken_in_any_folder() -> None:
    files = {**ARK, "configs/common/debug/CONFIG_KEXEC": "# process_configs_known_broken\nCONFIG_KEXEC=y\n"}
    files["configs/common/debug/CONFIG_OTHER"] = "# process_configs_known_broken\nCONFIG_OTHER=y\n"
    found = read("ark:configs@kernel-x86_64-lab", files)
    assert [(item.rule, str(item.location)) for item in found.waivers] == [
        ("required/debug-vm", "configs/common/debug/CONFIG_DEBUG_VM:1"),
        ("required/kexec", "configs/common/debug/CONFIG_KEXEC:1"),
    ]


def test_yocto() -> None:
    found = read("yocto:meta/bsp/box/box.scc")
    assert rows(found) == [
        ("meta/base/base.cfg:2", "CONFIG_EMBEDDED=y", "for x86_64"),
        ("meta/base/base.cfg:4", 'CONFIG_LOCALVERSION="-base"', "for x86_64"),
        ("meta/features/trace.cfg:2", "# CONFIG_HZ is not set", "for x86_64"),
        ("meta/bsp/box/box.cfg:1", "CONFIG_SERIAL_8250=y", "for x86_64"),
        ("meta/bsp/box/box.cfg:3", "# CONFIG_FTRACE is not set", "for x86_64"),
        ("meta/bsp/box/more.cfg:1", "CONFIG_RTC=m", "for x86_64"),
    ]
    assert [item.symbol for item in found.requirements if item.severity == "note"] == ["RTC"]
    assert [(str(item.location), item.why) for item in found.left_out] == [
        ("meta/features/debug.scc:4", "it is about the source, not about config values"),
        ("meta/features/debug.scc:6", "it is under a condition: grep -q x /proc/cpuinfo"),
        ("meta/bsp/box/box.cfg:2", "conf does not read it: no CONFIG_ before the name"),
        ("meta/bsp/box/box.cfg:4", "conf does not read it: expected one blank after '#'"),
    ]


def test_yocto_features() -> None:
    # The root is the folder that has ktypes; without a KARCH it is not known what holds.
    arm = rows(read("yocto:meta/features/trace.scc@arm"))
    assert arm[0] == ("meta/features/trace.cfg:1", "CONFIG_FTRACE=y", "for arm")
    files = {**YOCTO, "meta/features/none.cfg": "CONFIG_NONE=y\n"}
    files["meta/features/both.scc"] = "kconf hardware none.cfg\ninclude trace.scc\n"
    found = read("yocto:meta/features/both.scc", files)
    assert rows(found) == [("meta/features/none.cfg:1", "CONFIG_NONE=y", "")]
    assert [(str(item.location), item.why) for item in found.left_out] == [
        ("meta/features/trace.scc:2", 'it is under a condition: [ "$KARCH" = "x86_64" ] || [ "$KARCH" = "arm" ]'),
        ("meta/features/trace.scc:4", "it is under a condition: else of a block"),
    ]
    # A fragment can be included, and a part of a block be unknown.
    files["meta/features/all.scc"] = (
        'include trace.cfg nocfg\nif [ $KARCH != arm ] && [ -n "$X" ]; then\nkconf hardware none.cfg\nfi\n'
    )
    found = read("yocto:meta/features/all.scc", files)
    assert [item.symbol for item in found.requirements] == ["FTRACE", "HZ"]
    assert [item.text for item in found.left_out] == ["kconf hardware none.cfg"]


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ('[ "$KMACHINE" = "box" ]', "then"),
        ('[ "$KMACHINE" != "box" ]', "else"),
        ('[ "$KTYPE" = "tiny" ]', "unknown"),
        ('[ "$KTYPE" != "tiny" ]', "unknown"),
        ('[ "$KTYPE" = "" ]', "unknown"),
        ('[ "$KMACHINE" = "$KTYPE" ]', "unknown"),
        ('[ "$MOOD" = "good" ]', "unknown"),
        ('[ "$KMACHINE" = "box" ] || [ "$KTYPE" = "tiny" ]', "then"),
        ('[ "$KTYPE" = "tiny" ] || [ "$KMACHINE" = "box" ]', "then"),
        ('[ "$KTYPE" = "tiny" ] && [ "$KMACHINE" = "box" ]', "unknown"),
        ('[ "$KTYPE" = "tiny" ] && [ "$KMACHINE" = "other" ]', "else"),
        ('[ "$KTYPE" = "tiny" ] || [ "$KMACHINE" = "other" ]', "unknown"),
    ],
)
def test_a_condition_about_what_no_file_defines_is_not_known(condition: str, outcome: str) -> None:
    files = {
        "a.scc": (
            "kconf hardware box.cfg\ndefine KMACHINE box\ndefine MOOD good\nif grep x y; then\ndefine MOOD bad\nfi\n"
            f"if {condition}; then\nkconf hardware then.cfg\nelse\nkconf hardware else.cfg\nfi\n"
        ),
        "box.cfg": "CONFIG_BOX=y\n",
        "then.cfg": "CONFIG_THEN=y\n",
        "else.cfg": "CONFIG_ELSE=y\n",
    }
    found = read("yocto:a.scc", files)
    taken = [item.symbol.lower() for item in found.requirements[1:]]
    left_out = [str(item.location) for item in found.left_out]
    assert (taken or ["unknown"]) == [outcome]
    assert left_out == ["a.scc:5", *(() if taken else ("a.scc:8", "a.scc:10"))]


def test_the_files_that_a_yocto_file_includes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each file includes the next one twice: a million includes with twenty files.
    monkeypatch.setattr("kpolicy.policy.foreign.yocto.MOST_FILES", 100)
    files = {f"f{at}.scc": f"include f{at + 1}\ninclude f{at + 1}\n" for at in range(20)} | {"f20.scc": ""}
    with pytest.raises(KpolicyError) as caught:
        read("yocto:f0.scc", files)
    [error] = errors_of(caught.value)
    assert error.message == "more than 100 files are included"
    assert (str(error.location), error.source_line) == ("f19.scc:1", "include f20")


def test_the_size_of_what_a_yocto_file_includes_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    # A file counts as often as it is included.
    monkeypatch.setattr("kpolicy.policy.foreign.yocto.MAX_SIZE", 20)
    files = {"a.scc": "kconf hardware b.cfg\n" * 100, "b.cfg": "CONFIG_SMP=y\n"}
    with pytest.raises(KpolicyError) as caught:
        read("yocto:a.scc", files)
    [error] = errors_of(caught.value)
    assert (str(error.location), error.message) == ("a.scc:7", "the files that are included are too large together")


def test_a_chain_of_yocto_files_has_an_end() -> None:
    files = {f"f{at}.scc": f"include f{at + 1}\n" for at in range(60)} | {"f60.scc": ""}
    with pytest.raises(KpolicyError) as caught:
        read("yocto:f0.scc", files)
    [error] = errors_of(caught.value)
    assert (str(error.location), error.message) == ("f50.scc:1", "more than 50 includes within one another")


def test_a_yocto_file_within_itself_is_refused() -> None:
    with pytest.raises(KpolicyError) as caught:
        read("yocto:a.scc", {"a.scc": "include ./a\ninclude a\ninclude b\n", "b.scc": "include a\n"})
    assert [(str(item.location), item.message) for item in errors_of(caught.value)] == [
        ("a.scc:1", "a file includes itself"),
        ("a.scc:2", "a file includes itself"),
        ("b.scc:1", "a.scc includes this file"),
    ]


def test_openwrt() -> None:
    found = read("openwrt:linux/box/generic")
    assert rows(found) == [
        ("linux/generic/config-6.12:1", "# CONFIG_AUDIT is not set", ""),
        ("linux/box/generic/config-default:2", "# CONFIG_HZ_100 is not set", ""),
        ("linux/box/config-6.12:1", "CONFIG_NR_CPUS=1", ""),
        ("linux/box/config-6.12:2", 'CONFIG_CMDLINE="a=b"', ""),
        ("linux/box/generic/config-default:1", "CONFIG_BOX=y", ""),
    ]
    assert [(str(item.location), item.why) for item in found.left_out] == [
        ("linux/box/config-6.12:3", "conf does not read it: no '='")
    ]
    assert {item.symbol for item in read("openwrt:linux/box").requirements} == {"AUDIT", "HZ_100", "NR_CPUS", "CMDLINE"}
    assert {item.symbol for item in read("openwrt:linux/generic@6.6").requirements} == {"OLD"}
    old = read("openwrt:linux/box/generic@6.6")
    assert {item.symbol for item in old.requirements} == {"OLD", "BOX", "HZ_100"}


def test_what_annotations_say_for_nobody_and_what_is_not_compared() -> None:
    files = dict(FILES["ubuntu:mine/annotations@amd64-mine"])
    files["mine/annotations"] += (
        "CONFIG_X policy<{'amd64-genric': 'y'}>\nCONFIG_GCC_VERSION policy<{'amd64': '130200'}>\n"
    )
    found = read("ubuntu:mine/annotations@amd64-generic", files)
    assert not {"X", "GCC_VERSION"}.intersection(item.symbol for item in found.requirements)
    assert [(str(item.location), item.why) for item in found.left_out] == [
        (
            "mine/annotations:13",
            "'amd64-genric' is neither an architecture nor a flavour; did you mean 'amd64-generic'?",
        ),
        ("mine/annotations:14", "annotations --check does not compare it"),
    ]


def test_values_that_no_config_has_are_left_out() -> None:
    files = dict(FILES["ubuntu:mine/annotations@amd64-mine"])
    files["mine/annotations"] += "CONFIG_X policy<{'amd64': 'yes'}>\nCONFIG_Z policy<{'amd64': ''}>\n"
    found = read("ubuntu:mine/annotations@amd64-generic", files)
    assert [item.why for item in found.left_out] == ["no .config has the value 'yes'", "no .config has the value ''"]
    files = {**FILES["syz:main.yml@lab-x86"]}
    files["bits/base.yml"] = files["bits/base.yml"].replace("CONFIG_NOT_YET=y", "CONFIG_NOT_YET=yes")
    found = read("syz:main.yml@lab-x86", files)
    assert [item.why for item in found.left_out if item.text == "CONFIG_NOT_YET=yes"] == ["not a value"]


def test_includes_of_annotations_are_relative_to_the_main_file() -> None:
    files = dict(FILES["ubuntu:mine/annotations@amd64-mine"])
    files["mine/annotations"] = files["mine/annotations"].replace("../common/annotations", "../deep/down/more")
    files["deep/down/more"] = 'include "../common/annotations"\n'
    assert rows(read("ubuntu:mine/annotations@amd64-mine", files)) == rows(read("ubuntu:mine/annotations@amd64-mine"))


@pytest.mark.parametrize("spec", FILES)
@pytest.mark.parametrize("name", FORMATS)
def test_the_wrong_importer_says_which_one_is_right(spec: str, name: str) -> None:
    right, _, rest = spec.partition(":")
    if name == right:
        return
    path = rest.partition("@")[0]
    with pytest.raises(UsageError) as caught:
        read(f"{name}:{path}", FILES[spec])
    (error,) = errors_of(caught.value)
    assert error.message.startswith(f"not {FORMATS[name]}: it looks like ")
    if right == "rcutorture":
        assert error.message.endswith("a config fragment")
        assert error.hint == f"name it without a format: {path}"
    else:
        assert error.message.endswith(FORMATS[right])
        assert error.hint == f"write {right}:{path}"


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_no_policy_is_one_error(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(f"{name}:README", {"README": "\nThis says what the\nfiles here are for.\n"})
    (error,) = errors_of(caught.value)
    assert error.message == f"not {FORMATS[name]}"
    assert (str(error.location), error.column) == ("README:2", 1)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file_is_an_error(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=r"the policy is empty|not .*"):
        read(f"{name}:p", {"p": text})


@pytest.mark.parametrize(
    ("spec", "text", "hint"),
    [
        ("android:p", "<kernel minlts='5.4.42'/>", "1 lines are not imported, the first: p:1: a release is not"),
        ("khc:p", "[]", None),
        ("gentoo:p", 'CONFIG_CHECK=""', None),
        ("gentoo:p", 'use x && CONFIG_CHECK="A"', None),
        ("yocto:p", "define KARCH arm", None),
    ],
)
def test_a_policy_that_requires_nothing_is_an_error(spec: str, text: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        read(spec, {"p": text})
    assert caught.value.message in ("nothing is required by this policy", "not the JSON of kernel-hardening-checker")
    assert (caught.value.hint or "").startswith(hint or "")


def test_gentoo() -> None:
    found = read("gentoo:a.ebuild@acl")
    assert rows(found) == [
        ("a.ebuild:6", "CONFIG_CGROUPS=y or m", ""),
        ("a.ebuild:6", "CONFIG_EPOLL=y or m", ""),
        ("a.ebuild:7", "CONFIG_NET=y or m", ""),
        ("a.ebuild:7", "# CONFIG_IDE is not set", ""),
        ("a.ebuild:8", "CONFIG_TMPFS_POSIX_ACL=y or m", ""),
        ("a.ebuild:10", "CONFIG_DEVPTS=y or m", "before 4.7"),
        ("a.ebuild:11", "CONFIG_CGROUP_BPF=y or m", "since 4.10"),
        ("a.ebuild:15", "CONFIG_FOR_ACL=y or m", ""),
        ("a.ebuild:23", "# CONFIG_TRIM is not set", ""),
    ]
    assert [item.symbol for item in found.requirements if item.severity == "error"] == ["NET", "TRIM"]
    assert notes(found) == {"NET": "there is no ${P} without it"}
    assert [(item.location.line, item.text, item.why) for item in found.left_out] == [
        (12, "~X", "it is under a condition: has_version dev/x"),
    ]
    other = read("gentoo:a.ebuild@seccomp")
    assert {"SECCOMP", "WITHOUT_ACL"} <= {item.symbol for item in other.requirements}
    assert "FOR_ACL" not in {item.symbol for item in other.requirements}
    assert [item.text for item in other.left_out] == ["~X", "@SND:snd", "~${MINE}"]


def test_what_an_ebuild_does_not_say_literally_is_told() -> None:
    text = 'if [[ -e x ]]\nthen\n CONFIG_CHECK="A"\nfi\nfor i in 1; do CONFIG_CHECK+=" B"; done\nCONFIG_CHECK+=" C"\n'
    found = read("gentoo:x", {"x": text})
    assert [item.symbol for item in found.requirements] == ["C"]
    assert [(item.location.line, item.why) for item in found.left_out] == [
        (3, "it is under a condition: a block"),
        (5, "it is not a literal assignment"),
    ]


def test_rcutorture() -> None:
    assert rows(read("rcutorture:configs/TREE@x86_64")) == [
        ("configs/CFcommon:1", "CONFIG_RCU_TORTURE_TEST=y", "for x86_64"),
        ("configs/TREE:3", "# CONFIG_PRINTK_TIME is not set", "for x86_64"),
        ("configs/CFcommon:3", "# CONFIG_CMDLINE is not set", "for x86_64"),
        ("configs/TREE:1", "CONFIG_SMP=y", "for x86_64"),
        ("configs/TREE:2", "CONFIG_PREEMPT_RCU=y", "for x86_64"),
        ("configs/TREE:4", 'CONFIG_LOCALVERSION="x"', "for x86_64"),
        ("configs/CFcommon.x86_64:1", "CONFIG_HYPERVISOR_GUEST=y", "for x86_64"),
        ("configs/CFcommon.x86_64:1", "CONFIG_KVM_GUEST=y", "for x86_64"),
    ]
    assert {scope for _, _, scope in rows(read("rcutorture:configs/TREE"))} == {""}
    alone = {"TREE": "CONFIG_SMP=y\n"}
    assert len(read("rcutorture:TREE@s390x", alone).requirements) == 1


@pytest.mark.parametrize("spec", FILES)
def test_a_converted_policy_requires_the_same(spec: str) -> None:
    found = read(spec)
    text = policy_text(found.requirements, found.waivers, ["the head"])
    policy = policy_of_text("kpolicy.toml", text)
    ours = [item for item in policy.require if isinstance(item, Requirement)]
    assert [_meaning(item) for item in ours] == [_meaning(item) for item in found.requirements]
    assert [item.rule for item in policy.waivers] == [item.rule for item in found.waivers]
    for item, other in zip(ours, found.requirements, strict=True):
        assert text.splitlines()[item.location.line - 3] == f"# {other.location}"


def _meaning(item: Requirement) -> tuple[object, ...]:
    return (
        item.symbol, item.values, item.text, item.contains, item.at_least, item.at_most, item.absent, item.if_exists,
        item.scope, item.severity, item.note, item.owner,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "spec"),
    [
        ("syz:a/main.yml@x-y", Spec("syz", "a/main.yml", "x-y")),
        ("android:a@b/c.xml", Spec("android", "a@b/c.xml", "")),
        ("khc:k.json", Spec("khc", "k.json", "")),
        ("tree:kernel/configs/debug.config", None),
        ("syzkaller.config", None),
    ],
)
def test_specs(word: str, spec: Spec | None) -> None:
    assert parse_spec(word) == spec
    assert spec is None or str(spec) == word


def test_every_format_has_an_importer_and_a_sample() -> None:
    assert {name.partition(":")[0] for name in FILES} == set(FORMATS)


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("syz:main.yml@lab-x68", "did you mean 'lab-x86'?"),
        ("syz:main.yml", "add @INSTANCE to the path: lab-x86, lab-arm, plain"),
        ("pmos:check.toml@usaul", "did you mean 'usual'?"),
        ("android:a.xml@x", "leave out the @"),
        ("khc:k.json@X86", "did you mean 'X86_64'?"),
        ("ubuntu:mine/annotations@amd64-genric", "did you mean 'amd64-generic'?"),
        ("ark:configs@kernel-x86_64-dbug-lab", "did you mean 'kernel-x86_64-debug-lab'?"),
        ("gentoo:a.ebuild@acls", "did you mean 'acl'?"),
        ("rcutorture:configs/TREE@x86", "did you mean 'x86_64'?"),
        ("yocto:meta/bsp/box/box.scc@x86_46", "did you mean 'x86_64'?"),
        ("openwrt:linux/box@6.18", "did you mean '6.12'?"),
        ("openwrt:linux/generic", "add @RELEASE to the path: 6.12, 6.6"),
        ("ark:configs@x", "there are kernel-x86_64-lab"),
        ("ark:configs@kernel-x86_64-fedora", "did you mean 'kernel-x86_64-lab'?"),
    ],
)
def test_sections_that_are_not_there(spec: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(spec)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize("word", [f"{name}:none/such" for name in FORMATS] + [f"{name}:" for name in FORMATS])
def test_files_that_are_not_there(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(word, {})
    assert caught.value.location is not None
    assert caught.value.message.startswith(("cannot read the policy: No such file", f"{word[:-1]}: needs a path"))
