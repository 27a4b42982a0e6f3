# SPDX-License-Identifier: GPL-2.0-or-later
# The front door: `make` says what there is.  Needs Python 3.11 or newer and pip, nothing else;
# the tests also want flex, bison and gcc, to build the kernel's own conf.

# CONFIGS=... folder of full .config files, plain, .xz or .gz
# TREES=... kernel trees of many releases, for names
# TREE=... kernel tree to audit, or to hold the rules against (without: the demonstration tree)
# ARGS=... more arguments for kpolicy, pytest, the benchmark or the fuzzer
# JOBS=... processes (as many as there are processors, at most four)
CONFIGS ?=
TREES ?=
TREE ?=
ARGS ?=
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ "$$n" -gt 4 ] && echo 4 || echo "$$n")
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)

VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help audit rules docs reports names lab book test coverage oracle fuzz matrix bench lint format trees clean distclean

help: ## this list
	@echo 'kpolicy: audits the debug configuration of Linux kernels'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo
	@sed -n 's/^# \([A-Z]*=\.\.\.\)/  \1/p' Makefile

audit: $(VENV)/run.stamp ## audit a kernel tree: make audit TREE=~/linux (exit status 1 only says: findings)
	@$(BIN)/kpolicy audit $(ARGS) $(if $(TREE),-- '$(patsubst ~/%,$(HOME)/%,$(TREE))',--demo) || [ $$? -eq 1 ]

rules: $(VENV)/run.stamp ## run the examples of all rules; TREE=... holds the rules against it
	@$(BIN)/kpolicy rules test $(ARGS) $(if $(TREE),--tree '$(patsubst ~/%,$(HOME)/%,$(TREE))')

docs: $(VENV)/dev.stamp ## write what is generated: docs/rules, docs/commands, docs/boot-parameters.md, docs/settings.md, the man pages
	$(BIN)/kpolicy rules pages --output docs/rules
	$(BIN)/python -m docs.tools.manual
	$(BIN)/python -m docs.tools.parameters
	$(BIN)/python -m docs.tools.settings

reports: $(VENV)/dev.stamp trees ## write the reports about real kernels: reports/README.md
	$(BIN)/python -m reports.make

names: $(VENV)/dev.stamp ## write kpolicy/names, which releases have a symbol: make names TREES='~/linux-6.12 ~/linux-6.13'
	@test -n '$(TREES)' || { echo "make names wants kernel trees: make names TREES='folder folder'" >&2; exit 2; }
	$(BIN)/python -m names.make $(TREES)

# Not in CI: takes hours of two cores, in parts of an hour.
lab: $(VENV)/dev.stamp ## measure what options cost, in QEMU, write kpolicy/costs/measured: make lab TREE=~/linux ARGS='--arch arm64'
	@test -n '$(TREE)' || { echo 'make lab wants a kernel tree: make lab TREE=folder' >&2; exit 2; }
	nice $(BIN)/python -m lab.make -j $(JOBS) $(ARGS) '$(patsubst ~/%,$(HOME)/%,$(TREE))'

book: $(VENV)/dev.stamp ## build the documentation as a book, build/book/index.html
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --jobs $(JOBS) -d build/doctrees docs build/book

# 5: ARGS chose no test.
test: $(VENV)/dev.stamp trees ## all tests, compared with the conf of real kernels (downloads two of them, once)
	$(BIN)/python -m tests.oracle.prepare -j $(JOBS)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS) || [ $$? -eq 5 ]

# The tests on real kernels run the same code, and would take twice their time.
coverage: $(VENV)/dev.stamp ## the tests that need no kernel, and the lines of kpolicy that they do not reach
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m 'not trees' --cov --cov-report=term $(ARGS)

oracle: $(VENV)/dev.stamp trees ## all cases against conf, not the sample that `make test` takes; TREE=... that kernel only
ifeq ($(TREE),)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --whole -m trees $(ARGS)
else
	$(BIN)/python -m tests.oracle.whole -j $(JOBS) $(ARGS) '$(TREE)'
	$(BIN)/python -m tests.fixes.whole -j $(JOBS) --conf '$(TREE)'
endif

fuzz: $(VENV)/dev.stamp trees ## 10,000 damaged texts of each kind; odd configs and small trees against conf (or that of TREE=...), proofs against evaluation
	$(BIN)/python -m tests.fuzz.hostile -j $(JOBS)
	$(BIN)/python -m tests.fuzz.run -j $(JOBS) $(ARGS) $(TREE)
	$(BIN)/python -m tests.kconfig.sweep -j $(JOBS) $(TREE)
	$(BIN)/python -m tests.prove.sweep -j $(JOBS) $(TREE)
	$(BIN)/python -m tests.prove.kernels $(TREE)

matrix: $(VENV)/dev.stamp trees ## every command on all configs of a folder and on all pairs: make matrix CONFIGS=folder
	@test -n '$(CONFIGS)' || { echo 'make matrix wants a folder of full .config files: make matrix CONFIGS=folder' >&2; exit 2; }
	$(BIN)/python -m tests.matrix.run '$(CONFIGS)' -j $(JOBS) $(ARGS)

bench: $(VENV)/dev.stamp trees ## measure kpolicy against an earlier commit, peers and conf, write docs/performance.md
	$(BIN)/python -m tests.bench.run $(ARGS)

lint: $(VENV)/dev.stamp ## ruff, mypy --strict, the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

trees: $(VENV)/dev.stamp ## get the kernel sources for the tests (or KPOLICY_TEST_TREES=folder:folder)
	$(BIN)/python -m tests.oracle.trees

clean: ## remove what tests and tools left
	rm -rf build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find kpolicy tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## clean, and remove the virtual environment
	rm -rf $(VENV)

# Debian's Python lacks ensurepip without python3-venv; its pip can install into another environment.
INSTALL = if [ -x $(BIN)/pip ]; then $(BIN)/pip install --quiet --disable-pip-version-check -e $(1); \
	else $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check -e $(1); fi

$(VENV)/made.stamp:
	@test -n '$(PYTHON)' || { echo 'kpolicy needs Python 3.11 or newer, found none; name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'setting up $(VENV) with $(PYTHON)' >&2
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV); }
	@touch $@

$(VENV)/run.stamp: pyproject.toml | $(VENV)/made.stamp
	@$(call INSTALL,.)
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(VENV)/made.stamp
	@$(call INSTALL,'.[dev]')
	@touch $@ $(VENV)/run.stamp
