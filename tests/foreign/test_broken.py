# SPDX-License-Identifier: GPL-2.0-or-later
"""The policies of `samples`, each broken in thirty ways: every time an error with the file, the line and a caret."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.errors import UsageError
from kpolicy.policy.files.spec import FORMATS
from tests.foreign.samples import FILES, OPENWRT, YOCTO, errors_of, read

# What is replaced, by what, and a part of the message.
_SYZ = (
    ("instances:", "instance:", "unknown key 'instance'"),
    ("includes:", "include:", "the key 'includes' is missing"),
    ("instances:\n", "instances: x\nother:\n", "'instances' must be a list"),
    (" - lab-x86:", " - lab-x86", "expected NAME: [features]"),
    ("[x86_64, gcc, lab]", "x86_64", "expected a list, [a, b]"),
    ("[x86_64, gcc, lab]", "[gcc, lab]", "no architecture"),
    ("[x86_64, gcc, lab]", "[x86_64, arm64, lab]", "arm64 and x86_64: more than one architecture"),
    (" - plain:\t", " - lab-x86:\t", "'lab-x86' is also on line 3"),
    (" - base.yml: []\n", " - base.yml: [\n", "not YAML"),
    (" - base.yml: []\n", " - &a base.yml: []\n - *a\n", "aliases are refused"),
    (" - base.yml: []\n", " - !!python/name:os.system base.yml: []\n", "tags are refused"),
    (" - base.yml: []\n", " - /etc/passwd: []\n", "not a relative path"),
    (" - base.yml: []\n", " - none.yml: []\n", "none.yml: cannot read the policy"),
    (" - base.yml: []\n", f" - base.yml: {'[' * 30}{']' * 30}\n", "nested too deeply"),
    ("# What is tested, and by what.\n", "a: b\n---\n", "a second document"),
    (" - DEBUG_KERNEL\n - PANIC", " - CONFIG_DEBUG_KERNEL\n - PANIC", "'CONFIG_DEBUG_KERNEL' is not a symbol"),
    (" - DEBUG_KERNEL\n - PANIC", " - DEBUG KERNEL\n - PANIC", "'DEBUG KERNEL' is not a symbol"),
    (" - DEBUG_KERNEL\n - PANIC", " - [DEBUG_KERNEL]\n - PANIC", "expected SYMBOL, or SYMBOL: value"),
    (" - DEBUG_KERNEL\n - PANIC", " - A: n\n   B: n\n - PANIC", "expected SYMBOL, or SYMBOL: value"),
    (" - DEBUG_KERNEL\n - PANIC", " - WERROR\n - PANIC", "WERROR is defined twice"),
    ("PANIC_TIMEOUT: 86400", "PANIC_TIMEOUT: many", "'many' is not a value"),
    ("PANIC_TIMEOUT: 86400", "PANIC_TIMEOUT: y", "'y' is not a value"),
    ("PANIC_TIMEOUT: 86400", "PANIC_TIMEOUT: {a: b}", "expected a list, [a, b]"),
    ("PANIC_TIMEOUT: 86400", "PANIC_TIMEOUT: [[1]]", "expected a word"),
    ("[v5.8, -v6.18]", "[v5.8, -6.18]", "unknown feature '-6.18'"),
    ("[v5.8, -v6.18]", "[-]", "'-' is not a constraint"),
    ('[append, "panic_on_warn=1"]', "[append, 5]", "only texts can be appended to CMDLINE"),
    ("[0x10, override]", "[0x10]", "PANIC_TIMEOUT is defined twice"),
    (" - DEBUG_VM: [y, weak]", " - DEBUG_VM: [y, override]", "nothing to override: DEBUG_VM"),
    ("verbatim: |", "verbatum: |", "unknown key 'verbatum'"),
    ("config:\n - SND\n", "config: SND\nshell:\n - x\n", "'config' must be a list"),
    ("config:\n - SND\n", "kernel: x\nconfig:\n - SND\n", "'kernel' is set twice"),
    ("config:\n - SND\n", "- SND\n", "not YAML"),
    ("config:\n - DEBUG_KERNEL: [n", "- DEBUG_KERNEL: [n", "not a file of syz-kconf"),
    ("config:\n - SND\n", "config:\n\t- SND\n", "not YAML"),
    ("config:\n - SND\n", "config:\n - SND\x07\n", "not YAML"),
)
_PMOS = (
    ("[aliases]", "[aliasses]", "the table [aliases] is missing"),
    ("[aliases]\nusual = [", "aliases = [", "'aliases' must be a table"),
    ("usual = [", "usual = 5 # [", "'usual' must be a list of categories"),
    ('"category:boxes"]\n', '"boxes"]\n', "'boxes' does not begin with 'category:'"),
    ('"category:boxes"]\n', '"category:boxs"]\n', "no category 'category:boxs'"),
    ("usual = [", "usual = [[", "not TOML"),
    ('["category:default".">=5', '["categori:default".">=5', "'categori:default' is not a category"),
    ('["category:default".">=5', '["default".">=5', "'default' is not a category"),
    ('">=5.1.0 <6.18_rc1"', '"=5.1.0"', "'=5.1.0' is not a bound of releases"),
    ('">=5.1.0 <6.18_rc1"', '">5.1.0"', "'>5.1.0' is not a bound of releases"),
    ('">=5.1.0 <6.18_rc1"', '">=5.1.0  <6.18"', "'' is not a bound of releases"),
    ('">=5.1.0 <6.18_rc1"', '">=five"', "'>=five' is not a bound of releases"),
    ('">=5.1.0 <6.18_rc1"', '""', "'' is not a bound of releases"),
    ('">=5.1.0 <6.18_rc1"', '"<6.18-rc1"', "'<6.18-rc1' is not a bound of releases"),
    ('"aarch64 x86"', '"aarch64 x64"', "unknown architecture 'x64'"),
    ('"aarch64 x86"', '"arm64"', "unknown architecture 'arm64'"),
    ('"aarch64 x86"', '"aarch64,x86"', "unknown architecture 'aarch64,x86'"),
    ('"aarch64 x86"', '""', "unknown architecture ''"),
    ("RD_ZSTD = true", "RD_ZSTD = 1", "'RD_ZSTD' has no valid value"),
    ("RD_ZSTD = true", "RD_ZSTD = 1.5", "'RD_ZSTD' has no valid value"),
    ("RD_ZSTD = true", "RD_ZSTD = { y = 1 }", "'RD_ZSTD' has no valid value"),
    ("RD_ZSTD = true", "RD_ZSTD = True", "not TOML"),
    ("RD_ZSTD = true", "RD_ZSTD", "not TOML"),
    ("RD_ZSTD = true", "CONFIG_RD_ZSTD = true", "'CONFIG_RD_ZSTD' is not a symbol"),
    ("RD_ZSTD = true", '"RD ZSTD" = true', "'RD ZSTD' is not a symbol"),
    ("RD_ZSTD = true", "LBDAF = true", "not TOML"),
    ('["binder", "hwbinder"]', "[]", "'BINDER_DEVICES' must be a list of texts"),
    ('["binder", "hwbinder"]', '["binder", 5]', "'BINDER_DEVICES' must be a list of texts"),
    ('["binder", "hwbinder"]', '["binder", ""]', "'BINDER_DEVICES' must be a list of texts"),
    ('["category:boxes".">=4.0"."all"]', '["category:boxes".">=4.0"]', "'LSM' must be a table of options"),
    ('["category:boxes".">=4.0"."all"]', '["category:boxes"]', "'LSM' must be a table by architecture"),
)
_ANDROID = (
    ("<?xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><?xml", "a document type is refused"),
    ('<kernel minlts="5.4.42" />', '<!DOCTYPE a SYSTEM "file:///etc/passwd">', "a document type is refused"),
    ('<kernel minlts="5.4.42" />', "<kernel minlts=5.4 />", "not XML"),
    ('<kernel minlts="5.4.42" />', '<kernel lts="5.4.42" />', "unknown attribute 'lts'"),
    ('<kernel minlts="5.4.42" />', '<kernal minlts="5.4.42" />', "unknown element <kernal>"),
    ('<kernel minlts="5.4.42" />', "needs 5.4", "unexpected text 'needs 5.4'"),
    ('<kernel minlts="5.4.42" />', "&lol;", "not XML: undefined entity"),
    ('<kernel minlts="5.4.42" />', "</policy>", "not XML: "),
    ('<kernel minlts="5.4.42" />', "</group>", "not XML: mismatched tag"),
    ("<!-- needed by all -->", "<!-- needed -- by all -->", "not XML"),
    ("<!-- needed by all -->", "<!-- needed by all", "not XML"),
    ("<!-- for arm64 -->", "<config></config>", "<config> does not belong in the file itself"),
    ("<!-- for arm64 -->", "<group></group>", "nothing is required by the group"),
    ("<!-- for arm64 -->", "<group><key>CONFIG_A</key></group>", "<key> does not belong in <group>"),
    ("<!-- for arm64 -->", "<group><group/></group>", "<group> does not belong in <group>"),
    ("<conditions>", "<condition>", "unknown element <condition>"),
    ("<key>CONFIG_AUDIT</key>", "", "<key> is missing"),
    ("<key>CONFIG_AUDIT</key>", "<key></key>", "'' is not a symbol"),
    ("<key>CONFIG_AUDIT</key>", "<key>CONFIG AUDIT</key>", "'CONFIG AUDIT' is not a symbol"),
    ("<key>CONFIG_AUDIT</key>", "<key>CONFIG_A</key><key>CONFIG_B</key>", "a second <key>"),
    ("<key>CONFIG_AUDIT</key>", "<key><b>CONFIG_A</b></key>", "unknown element <b>"),
    ('<value type="bool">y</value>', "", "<value> is missing"),
    ('<value type="bool">y</value>', '<value type="bool">m</value>', "'m' is not a bool"),
    ('<value type="bool">y</value>', '<value type="bool"></value>', "'' is not a bool"),
    ('<value type="bool">y</value>', '<value type="tristate">yes</value>', "'yes' is not a tristate"),
    ('<value type="bool">y</value>', "<value>y</value>", "the type of the value is missing"),
    ('<value type="bool">y</value>', '<value type="boolean">y</value>', "'boolean' is not a type of a value"),
    ('<value type="bool">y</value>', '<value kind="bool">y</value>', "unknown attribute 'kind'"),
    ('<value type="int">0x20</value>', '<value type="int">many</value>', "'many' is not a whole number"),
    ('<value type="int">0x20</value>', '<value type="range">5</value>', "'5' is not a range"),
    ('<value type="int">0x20</value>', '<value type="range">1-x</value>', "'1-x' is not a range"),
    ("</group>\n<!-- for", "\n<!-- for", "not XML"),
)
_KHC = (
    ("[{", "{", "expected a list"),
    ("[{", "{", "expected a list"),
    ("}]", "}", "not JSON"),
    ("}]", "}]]", "not JSON: text after the list"),
    ("}]", "}, 5]", "expected an object"),
    ("}]", "}, null]", "expected an object"),
    ("}]", "},]]", "not JSON: text after the list"),
    ("},\n", "}\n", "not JSON: expected , or ]"),
    ("},\n", "};\n", "not JSON: expected , or ]"),
    ('"option_name": "CONFIG_BUG"', '"option_name": "BUG"', "'BUG' is not a config option"),
    ('"option_name": "CONFIG_BUG"', '"option_name": "CONFIG_B G"', "'CONFIG_B G' is not a config option"),
    ('"option_name": "CONFIG_BUG"', '"option_name": ""', "the key 'option_name' is missing"),
    ('"option_name": "CONFIG_BUG"', '"option_name": 5', "the key 'option_name' is missing"),
    ('"option_name": "CONFIG_BUG"', '"option": "CONFIG_BUG"', "unknown key 'option'"),
    ('"option_name": "CONFIG_BUG", ', "", "the key 'option_name' is missing"),
    ('"option_name": "CONFIG_BUG"', '"option_name": "CONFIG_BUG', "not JSON"),
    ('"option_name": "CONFIG_BUG"', "option_name: 5", "not JSON"),
    ('"option_name": "CONFIG_BUG"', '"option_name" "CONFIG_BUG"', "not JSON"),
    ('"option_name": "CONFIG_BUG"', f'"option_name": {"[" * 100_000}', "not JSON: nested too deeply"),
    ('"option_name": "CONFIG_BUG"', f'"option_name": {"9" * 5000}', "not JSON: "),
    ('"kconfig", "reason": "self', '"kconfg", "reason": "self', "unknown type 'kconfg'"),
    ('"kconfig", "reason": "self', '"", "reason": "self', "the key 'type' is missing"),
    ('"kconfig", "reason": "self', 'true, "reason": "self', "the key 'type' is missing"),
    ('"reason": "self_protection"', '"reason": null', "the key 'reason' is missing"),
    ('"reason": "self_protection"', '"reasons": "x"', "unknown key 'reasons'"),
    ('"desired_val": "65536"', '"desired_val": 65536', "the key 'desired_val' is missing"),
    ('"desired_val": "65536"', '"desired_val": ["65536"]', "the key 'desired_val' is missing"),
    ('"desired_val": "65536"', '"desired_val": ""', "the key 'desired_val' is missing"),
    ('"desired_val": "65536"', '"wanted": "65536"', "unknown key 'wanted'"),
    ('"desired_val": "65536"', '"desired_val": "65536", "x": 1', "unknown key 'x'"),
    ('"desired_val": "65536"}', '"desired_val": "65536",}', "not JSON"),
    ('"desired_val": "65536"', '"desired_val": "655\n36"', "not JSON"),
)
_UBUNTU = (
    ("# ARCH:", "# ARCHS:", "no line '# ARCH: ...'"),
    ("# FLAVOUR:", "# FLAVOR:", "no line '# FLAVOUR: ...'"),
    ("# Menu: HEADER", "\n# Menu: HEADER", "no line '# ARCH: ...'"),
    ("# ARCH: amd64 arm64", "# ARCH: amd64 aarch64", "unknown architecture 'aarch64'"),
    ("{'amd64-mine': 'amd64-base'}", "amd64-mine", "expected {'arch': 'value', ...}"),
    ("{'amd64-mine': 'amd64-base'}", "{amd64-mine: amd64-base}", "expected 'arch': 'value'"),
    ("{'amd64-mine': 'amd64-base'}", "{'amd64-yours': 'amd64-base'}", "no flavour 'amd64-yours' in FLAVOUR"),
    ("{'amd64-mine': 'amd64-base'}", "{'amd64-mine': 'amd64-none'}", "no flavour 'amd64-none' in the included"),
    ("# Menu: HEADER", "{", "annotations in JSON are not read"),
    ('include "../common/annotations"', 'include "../none"', "../none: cannot read the policy"),
    ('include "../common/annotations"', 'include "/etc/passwd"', "/etc/passwd: not a relative path"),
    ('include "../common/annotations"', 'include "annotations"', "more than 50 includes"),
    ('include "../common/annotations"', 'includes "../common/annotations"', "not a line of annotations"),
    ("'amd64': 'y', 'arm64': '-'}>", "'amd64': 'y', 'arm64': '-'}", "'>' is missing"),
    ("policy<{'amd64': 'y',", "policy {'amd64': 'y',", "not a line of annotations"),
    ("policy<{'amd64': 'y',", "polcy<{'amd64': 'y',", "not a line of annotations"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<'y'>", "expected {'arch': 'value', ...}"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<>", "expected {'arch': 'value', ...}"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<{'amd64'}>", "expected 'arch': 'value'"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<{'amd64': y}>", "expected 'arch': 'value'"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<{'amd64': 5}>", "expected 'arch': 'value'"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<{'amd64': 'y' 'arm64': '-'}>", "expected 'arch': 'value'"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<{'amd64': 'y', 'arm64'}>", "expected 'arch': 'value'"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<{'amd64: 'y'}>", "expected 'arch': 'value'"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<__import__('os')>", "expected {'arch': 'value', ...}"),
    ("policy<{'amd64': 'y', 'arm64': '-'}>", "policy<{'amd64': __import__('os')}>", "expected 'arch': 'value'"),
    ("CONFIG_AGP        note", "AGP  note", "not a line of annotations"),
    ("CONFIG_AGP        note", "# CONFIG_AGP is not set\nCONFIG_A-GP note", "not a line of annotations"),
    ("note<'the graphics team'>", "note<'the graphics team'", "'>' is missing"),
    ("note<'the graphics team'>", "note", "not a line of annotations"),
    ("CONFIG_BASE  policy<", "CONFIG_BASE=y #", "not a line of annotations"),
    ("'amd64-base': 'm'", "'amd64-base'; 'm'", "expected 'arch': 'value'"),
)
_ARK = (
    ("ORDER=common pending-site site", "ORDERS=common site", "the line ORDER=... is missing"),
    ("ORDER=common pending-site site", "ORDER=", "the line ORDER=... is missing"),
    ("ORDER=common pending-site site", "ORDER common site", "not a line of a priority file"),
    ("ORDER=common pending-site site", "ORDER=/etc", "ORDER: '/etc' is not a folder in this one"),
    ("ORDER=common pending-site site", "ORDER=../..", "ORDER: '../..' is not a folder in this one"),
    ("ORDER=common pending-site site", "ORDER=common ../site", "ORDER: '../site' is not a folder in this one"),
    ("ORDER=common pending-site site", "ORDER=site common", "no folder for 'debug' in site"),
    ("ORDER=common pending-site site", "ORDER=none", "ORDER: none: cannot read the policy"),
    ("EMPTY=armv7hl", "EMPTY armv7hl", "not a line of a priority file"),
    ("EMPTY=armv7hl", "include x", "not a line of a priority file"),
    ("EMPTY=armv7hl", "=x", "not a line of a priority file"),
    ("EMPTY=armv7hl", "a b=c", "not a line of a priority file"),
    ("EMPTY=armv7hl", "aarch64=", "no folders for aarch64"),
    ("EMPTY=armv7hl", "aarch64=::", "no folders for aarch64"),
    ("generic-x86:debug", "generic-x68:debug", "no folder for 'generic-x68' in common"),
    ("generic-x86:debug", "generic/x86:debug", "no folder for 'generic/x86' in common"),
    ("generic-x86:debug", "generic-x86,debug", "no folder for 'generic-x86,debug' in common"),
    ("generic-x86:debug", "generic-x86:../..", "no folder for '../..' in common"),
    ("generic-x86:debug", "generic-x86:debug:debug-x86", "no folder for 'debug-x86' in common"),
    ("CONFIG_KEXEC=y", "KEXEC=y", "conf does not read it: no CONFIG_ before the name"),
    ("CONFIG_KEXEC=y", " CONFIG_KEXEC=y", "conf does not read it: blank before it"),
    ("CONFIG_KEXEC=y", "CONFIG_KEXEC y", "conf does not read it: no '='"),
    ("CONFIG_KEXEC=y", "CONFIG_KEXEC", "conf does not read it: no value"),
    ("CONFIG_KEXEC=y", "CONFIG_KE-XEC=y", "not a config line"),
    ("CONFIG_KEXEC=y", "config_KEXEC=y", "conf does not read it: config_ in lower case"),
    ("CONFIG_KEXEC=y", "<<<<<<< HEAD", "not a config line"),
    ("CONFIG_KEXEC=y", "y", "not a config line"),
    ("CONFIG_NR_CPUS=64", "CONFIG_NR_CPUS: 64", "conf does not read it: no '='"),
    ("CONFIG_NR_CPUS=64", "NR_CPUS=64", "conf does not read it: no CONFIG_ before the name"),
    ("CONFIG_NR_CPUS=8192", "CONFIG_NR_CPUS 8192", "conf does not read it: no '='"),
    ("CONFIG_NR_CPUS=8192", "8192", "not a config line"),
)
_RCUTORTURE = tuple(
    (old, new, message)
    for old, changes in (
        (
            "CONFIG_SMP=y",
            (
                ("SMP=y", "'SMP=y' is not a config line"),
                ("CONFIG_SMP", "'CONFIG_SMP' is not a config line"),
                ("CONFIG_SMP=", "CONFIG_SMP has no value"),
                ('CONFIG_SMP=""', "CONFIG_SMP has no value"),
                ("CONFIG_=y", "'CONFIG_=y' is not a config line"),
                ("CONFIG_S-MP=y", "'CONFIG_S-MP=y' is not a config line"),
                ("CONFIG_SMP:y", "'CONFIG_SMP:y' is not a config line"),
                ("CONFIG_SMP =y", "'CONFIG_SMP' is not a config line"),
                ("CONFIG_SMP= y", "CONFIG_SMP has no value"),
                ("CONFIG_SMP y", "'CONFIG_SMP' is not a config line"),
                ("config_SMP=y", "'config_SMP=y' is not a config line"),
                ("# CONFIG_SMP is not set", "'#' is not a config line"),
                ("#CONFIG_SMP=y", "'#CONFIG_SMP=y' is not a config line"),
                ("CONFIG_SMP=y # why", "'#' is not a config line"),
                ("CONFIG_SMP=y;", ""),
                ("export CONFIG_SMP=y", "'export' is not a config line"),
                ("$(id)", "'$(id)' is not a config line"),
                ("<<<<<<< HEAD", "'<<<<<<<' is not a config line"),
            ),
        ),
        (
            "#CHECK#CONFIG_PREEMPT_RCU=y",
            (
                ("#CHECK# CONFIG_PREEMPT_RCU=y", "'#CHECK#' is not a config line"),
                ("#CHECK CONFIG_PREEMPT_RCU=y", "'#CHECK' is not a config line"),
                ("#check#CONFIG_PREEMPT_RCU=y", "'#check#CONFIG_PREEMPT_RCU=y' is not a config line"),
                ("#CHECK#PREEMPT_RCU=y", "'#CHECK#PREEMPT_RCU=y' is not a config line"),
                ("#CHECK##CHECK#CONFIG_PREEMPT_RCU=y", "is not a config line"),
                ("#CHECK#CONFIG_PREEMPT_RCU", "'#CHECK#CONFIG_PREEMPT_RCU' is not a config line"),
                ("#CHECK#CONFIG_PREEMPT_RCU=", "CONFIG_PREEMPT_RCU has no value"),
            ),
        ),
        (
            "CONFIG_RCU_TORTURE_TEST=y",
            (("RCU_TORTURE_TEST=y", "is not a config line"), ("CONFIG_RCU_TORTURE_TEST=", "has no value")),
        ),
        (
            "CONFIG_KVM_GUEST=y",
            (
                ("KVM_GUEST=y", "is not a config line"),
                ("and CONFIG_KVM_GUEST=y", "'and' is not a config line"),
                ("CONFIG_KVM_GUEST=", "CONFIG_KVM_GUEST has no value"),
                ("CONFIG_KVM_GUEST,y", "'CONFIG_KVM_GUEST,y' is not a config line"),
            ),
        ),
    )
    for new, message in changes
    if message
)
_GENTOO = (
    *(
        ("NET ~!IDE", f"NET {word}", f"{word!r} is not a word of CONFIG_CHECK")
        for word in (
            "~", "!", "~~IDE", "!!IDE", "!~IDE", "IDE~", "IDE!", "IDE=y", "IDE-X", "IDE,", "IDE;", "(IDE)", "I/O",
            "CONFIG_IDE", "~CONFIG_IDE", "!CONFIG_IDE", "~!CONFIG_IDE", "ID.E", "IDE:ide", "~IDE:ide", "|IDE", "&IDE",
            "*", "IDE?", "<IDE", "é", "+IDE", "-IDE",
        )
    ),
    ('NET ~!IDE"', "NET ~!IDE", "is not a word of CONFIG_CHECK"),
    ('CONFIG_CHECK="!TRIM"', 'CONFIG_CHECK="!TRIM', "the quote does not end"),
    ('CONFIG_CHECK="!TRIM"', "CONFIG_CHECK='!TRIM", "the quote does not end"),
    ('CONFIG_CHECK="!TRIM"', "CONFIG_CHECK=(TRIM)", "'(TRIM)' is not a word of CONFIG_CHECK"),
    ('CONFIG_CHECK="!TRIM"', 'ERROR_X="', "the quote does not end"),
)  # fmt: skip
_YOCTO = (
    *(
        ("branch standard", word, message)
        for word, message in (
            ("brnch standard", "'brnch' is not a command of kernel metadata"),
            ("CONFIG_SMP=y", "'CONFIG_SMP=y' is not a command of kernel metadata"),
            ("includes base", "'includes' is not a command of kernel metadata"),
            ("kconfig hardware a.cfg", "'kconfig' is not a command of kernel metadata"),
            ("for x in a b; do", "'for' is not a command of kernel metadata"),
            ("<<<<<<< HEAD", "'<<<<<<<' is not a command of kernel metadata"),
            ("$(id)", "'$(id)' is not a command of kernel metadata"),
            ("include", "include has too few words"),
            ("define", "define has too few words"),
            ("kconf", "kconf has too few words"),
            ("kconf hardware", "kconf has too few words"),
            ("force kconf hardware", "force has too few words"),
            ("force", "force has too few words"),
            ("force include base", "force has too few words"),
            ("include # base", "include has too few words"),
            ("include /etc/passwd", "'/etc/passwd' is not a relative path"),
            ("kconf hardware /etc/passwd", "'/etc/passwd' is not a relative path"),
            ("include none", "no file none.scc in meta or meta/ktypes"),
            ("include none.scc", "no file none.scc in meta or meta/ktypes"),
            ("include none.cfg", "no file none.cfg in meta/ktypes or meta"),
            ("kconf hardware none.cfg", "no file none.cfg in meta/ktypes or meta"),
            ("kconf hardware none", "no file none.cfg in meta/ktypes or meta"),
            ("include ktypes/standard", "a file includes itself"),
            ("include bsp/box/box", "meta/bsp/box/box.scc includes this file"),
            ("fi", "fi without an if"),
            ("else", "else without an if"),
            ("elif [ $KARCH = arm ]; then", "elif without an if"),
            ("if [ $KARCH = arm ]; then", "the block does not end"),
            ("if [ $KARCH = arm ]", "expected if CONDITION; then"),
            ('define A "B', "the quote does not end"),
            ('kconf hardware "a', "the quote does not end"),
        )
    ),
    ("nopatch", "\nfi", "fi without an if"),
)
_OPENWRT = tuple(
    ("# CONFIG_AUDIT is not set", text, message)
    for text, message in (
        ("CONFIG_AUDIT=", "CONFIG_AUDIT has no value"),
        ("CONFIG_AUDIT= ", "CONFIG_AUDIT has no value"),
        ("CONFIG_AUDIT= y", "' y' is not a value"),
        ("CONFIG_AUDIT=y y", "'y y' is not a value"),
        ("CONFIG_AUDIT=y # why", "'y # why' is not a value"),
        ("CONFIG_AUDIT=y#", "'y#' is not a value"),
        ('CONFIG_AUDIT="y', "'\"y' is not a value"),
        ('CONFIG_AUDIT=y"', "'y\"' is not a value"),
        ('CONFIG_AUDIT="a" b', "'\"a\" b' is not a value"),
        ('CONFIG_AUDIT="a"b"', '\'"a"b"\' is not a value'),
        ("CONFIG_AUDIT y", "conf does not read it: no '='"),
        ("CONFIG_AUDIT", "conf does not read it: no value"),
        ("CONFIG_AUDIT =y", "conf does not read it: blank before '='"),
        ("CONFIG_AUDIT: y", "conf does not read it: no '='"),
        ("CONFIG_AUDIT is not set", "conf does not read it: no '# ' before it"),
        ("CONFIG-AUDIT=y", "not a config line"),
        ("CONFIG_AU-DIT=y", "not a config line"),
        ("CONFIG_=y", "not a config line"),
        ("config_AUDIT=y", "conf does not read it: config_ in lower case"),
        ("CCONFIG_AUDIT=y", "conf does not read it: no CONFIG_ before the name"),
        ("AUDIT=y", "conf does not read it: no CONFIG_ before the name"),
        ("y", "not a config line"),
        ("+CONFIG_AUDIT=y", "conf does not read it: '+' before it"),
        ("<<<<<<< HEAD", "not a config line"),
        ("export CONFIG_AUDIT=y", "conf does not read it: 'export' before it"),
        ("; CONFIG_AUDIT=y", "not a config line"),
        (" CONFIG_AUDIT=y", "conf does not read it: blank before it"),
        ("\tCONFIG_AUDIT=y", "conf does not read it: blank before it"),
        ("#CONFIG_AUDIT is not set", "conf does not read it: expected one blank after '#'"),
        ("# CONFIG_AUDIT  is not set", "conf does not read it: not exactly 'is not set'"),
        ("#  CONFIG_AUDIT is not set", "conf does not read it: expected one blank after '#'"),
        (" # CONFIG_AUDIT is not set", "conf does not read it: blank before it"),
        ("# CONFIG_AUDIT is not  set", "conf does not read it: not exactly 'is not set'"),
    )
)
_BREAKS = {
    "yocto": _YOCTO,
    "gentoo": _GENTOO,
    "rcutorture": _RCUTORTURE,
    "syz": _SYZ,
    "pmos": _PMOS,
    "android": _ANDROID,
    "khc": _KHC,
    "ubuntu": _UBUNTU,
    "ark": _ARK,
}
_CASES = [
    pytest.param(spec, number, id=f"{spec.partition(':')[0]}-{number}")
    for spec in FILES
    for number in range(len(_BREAKS.get(spec.partition(":")[0], ())))
]


@pytest.mark.parametrize(("spec", "number"), _CASES)
def test_what_is_broken_is_told_with_line_and_caret(spec: str, number: int) -> None:
    old, new, message = _BREAKS[spec.partition(":")[0]][number]
    files = dict(FILES[spec])
    holders = [path for path, text in files.items() if old in text]
    assert holders, f"{old!r} is in no file"
    files[holders[0]] = files[holders[0]].replace(old, new, 1)
    with pytest.raises(UsageError) as caught:
        read(spec, files)
    errors = errors_of(caught.value)
    assert any(message in error.message for error in errors), caught.value.render()[:2000]
    for error in errors:
        assert error.location is not None
        line = error.source_line
        assert line is not None, error.render()
        assert error.column is not None
        assert 1 <= error.column <= len(line) + 1
        assert error.location.path in files
        assert line == files[error.location.path].split("\n")[error.location.line - 1]
        assert error.render().count("^") >= 1
    assert pickle.loads(pickle.dumps(caught.value)).render() == caught.value.render()


@pytest.mark.parametrize("number", range(len(_OPENWRT)))
@pytest.mark.parametrize(
    ("spec", "path"),
    [("openwrt:linux/box", "linux/generic/config-6.12"), ("yocto:meta/bsp/box/box.scc", "meta/base/base.cfg")],
)
def test_a_config_line_that_is_broken_is_left_out_and_told(spec: str, path: str, number: int) -> None:
    """The tools of OpenWrt and Yocto pass such a line on to conf, which ignores it: so the rest is read."""
    old, new, why = _OPENWRT[number]
    files = {name: text for texts in (OPENWRT, YOCTO) for name, text in texts.items()}
    files[path] = f"{old}\n{files[path]}"
    before = read(spec, files)
    files[path] = files[path].replace(old, new, 1)
    after = read(spec, files)
    told = [item for item in after.left_out if item.location.path == path]
    assert [(item.location.line, item.why, item.text) for item in told] == [(1, why, new.strip())]
    lost = {item.symbol for item in before.requirements} - {item.symbol for item in after.requirements}
    assert lost <= {"AUDIT"}


def test_each_format_is_broken_in_thirty_ways() -> None:
    breaks = {**_BREAKS, "openwrt": _OPENWRT}
    assert set(breaks) == set(FORMATS)
    assert {name: len(set(cases)) for name, cases in breaks.items() if len(set(cases)) < 30} == {}


_DAMAGES: dict[str, Callable[[str, str], str]] = {
    "a mark of a conflict before it": lambda line, _symbol: f"<<<<<<< {line}",
    "a letter before it": lambda line, _symbol: f"x{line}",
    "a blank in the symbol": lambda line, symbol: line.replace(symbol, f"{symbol[0]} {symbol[1:]}", 1),
    "a dash in the symbol": lambda line, symbol: line.replace(symbol, f"{symbol[0]}-{symbol[1:]}", 1),
    "no symbol": lambda line, symbol: line.replace(symbol, "", 1),
    "cut behind the symbol": lambda line, symbol: line[: line.find(symbol) + len(symbol)],
    "cut in the symbol": lambda line, symbol: line[: line.find(symbol) + 1],
    "a NUL": lambda line, symbol: line.replace(symbol, f"{symbol}\0", 1),
}


@pytest.mark.parametrize("spec", FILES)
@pytest.mark.parametrize("damage", _DAMAGES)
def test_no_line_is_lost_in_silence(spec: str, damage: str) -> None:
    """A damaged line is an error, is left out with its line, or still requires something of another symbol."""
    whole = read(spec, FILES[spec])
    for item in whole.requirements:
        path, number = item.location.path, item.location.line
        lines = FILES[spec][path].split("\n")
        lines[number - 1] = _DAMAGES[damage](lines[number - 1], item.symbol)
        if lines[number - 1].lstrip().startswith("#") and "not set" not in lines[number - 1]:
            # A comment like any other.
            continue
        try:
            found = read(spec, {**FILES[spec], path: "\n".join(lines)})
        except UsageError:
            # That an error has its place is tested above.
            continue
        told = {(one.location.path, one.location.line) for one in found.left_out}
        still = {(one.location.path, one.location.line) for one in found.requirements}
        assert (path, number) in told | still, (item.text, lines[number - 1])


def _cut(text: str) -> Iterator[str]:
    """A text that ends too early, in a dozen places."""
    for part in range(1, 13):
        yield text[: len(text) * part // 13]


_PIECES = st.sampled_from(
    [*"[]{}\"':,-#<>&*!|=\\@/ \t\n\0y5é\u2028", "CONFIG_", "---\n", "]]>", "!!x ", "&a ", "1e999"]
)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_any_text_is_a_policy_or_an_error(data: st.DataObject) -> None:
    spec = data.draw(st.sampled_from(sorted(FILES)))
    path = data.draw(st.sampled_from(sorted(FILES[spec])))
    text = FILES[spec][path]
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 8)))
    files = {**FILES[spec], path: text[:start] + "".join(data.draw(st.lists(_PIECES, max_size=6))) + text[end:]}
    try:
        found = read(spec, files)
    except UsageError as error:
        places = [item.location for item in errors_of(error)]
    else:
        places = [item.location for item in found.requirements]
    assert None not in places


@pytest.mark.parametrize("spec", FILES)
def test_files_that_end_too_early(spec: str) -> None:
    """They are read, or an error says where; nothing else comes out."""
    for path, whole in FILES[spec].items():
        for text in _cut(whole):
            try:
                read(spec, {**FILES[spec], path: text})
            except UsageError as error:
                found = [item.location for item in errors_of(error)]
            else:
                found = []
            assert None not in found
