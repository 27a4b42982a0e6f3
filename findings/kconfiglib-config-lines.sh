#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kconfiglib 14.1.0 (PyPI) reads three kinds of .config lines differently from the kernel's current conf, without a warning.
#
#   line                               kconfiglib 14.1.0      conf of Linux 6.12 (scripts/kconfig/confdata.c)
#   # CONFIG_A is not set # reason     A is n                 a comment: A keeps its default y (up to 6.1: A is n)
#   CONFIG_I=007                       I is 007               "symbol value '007' invalid for I": I keeps its default 5
#   # P, Q of a choice are not set     P (the default) is y   R, the first member without a line, is y
#
# Expected before the test: kconfiglib matches the whole comment line and checks numbers as conf does.
# Exit status 0 while kconfiglib behaves like this, 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check kconfiglib==14.1.0
cd "$folder"
cat >Kconfig <<'EOF'
config A
	bool "a"
	default y
config I
	int "i"
	default 5
choice
	prompt "c"
config P
	bool "p"
config Q
	bool "q"
config R
	bool "r"
endchoice
EOF
printf '%s\n' '# CONFIG_A is not set # reason' 'CONFIG_I=007' '# CONFIG_P is not set' '# CONFIG_Q is not set' >lines
venv/bin/python - >seen 2>&1 <<'EOF'
import kconfiglib
kconf = kconfiglib.Kconfig("Kconfig")
kconf.load_config("lines")
print(" ".join(f"{name}={kconf.syms[name].str_value}" for name in "AIPQR"))
EOF
cat seen
[ "$(cat seen)" = "A=n I=007 P=y Q=n R=n" ]
