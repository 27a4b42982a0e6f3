# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel source and its toolchain: everything that kpolicy knows before it reads Kconfig.

* `source` - the files of a kernel tree behind one interface (`Source`); today a directory (`DirectorySource`).
* `version` - `KernelVersion`, as the top Makefile states it.
* `architecture` - the ARCH words that the tree's Makefile accepts, and what each stands for.
* `config_files` - the defconfigs and fragments of a tree, and what `make defconfig` starts from.
* `toolchain` - what `$(shell,...)` answers: the toolchain record, make's environment, emulated and executed probes.
* `makefile` - the few words of make that the above need, evaluated without running make.

Nothing here writes to a tree, and nothing but `toolchain.executed` starts a process.
"""
