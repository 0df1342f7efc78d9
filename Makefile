# `make verify` and `make test` work from nothing: they need only a Python of 3.11 or later and pip.

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PACKAGES := frontend verifier proofs

# The first one found that is new enough; `make PYTHON=/path/to/python venv` chooses another.
PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$candidate"; break; }; done)

.PHONY: help venv verify test check format bench golden archive mutations second engines fuzz constraints clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

venv: $(INSTALLED)  ## create .venv with the pinned dependencies and this project, editable

# Hashes make pip refuse any file but the pinned ones, whatever index it is set up for.
$(INSTALLED): constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { \
		echo "buddyproof needs Python 3.11 or later, and none was found." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.11 venv" >&2; exit 2; }
	@echo "Installing the pinned dependencies into $(VENV) (only when they changed) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
		--requirement constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

verify: $(INSTALLED)  ## verify every specification in spec/
	@$(BIN)/buddyproof verify spec/

test: $(INSTALLED)  ## run the tests
	@$(BIN)/python -m pytest -n auto

check: $(INSTALLED)  ## layout, lint, types and import contracts, without the tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(INSTALLED)  ## lay out the Python code, and fix what ruff can fix safely
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(INSTALLED)  ## run the benchmarks
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@$(BIN)/python -m tests.bench

golden: $(INSTALLED)  ## rewrite the golden files from what the program says now; review the diff
	@BUDDYPROOF_UPDATE_GOLDEN=1 $(BIN)/python -m pytest -n auto
	@git status --short tests docs README.md spec

archive: $(INSTALLED)  ## write the proof logs in proofs/archive anew, and recheck them
	@$(BIN)/python -m tests.archive
	@$(BIN)/python -m tests.results --write

mutations: $(INSTALLED)  ## break the semantics on purpose, in a copy; each break must be caught
	@$(BIN)/python -m tests.mutations

second: $(INSTALLED)  ## ten thousand random specifications against a front end that follows the page alone
	@$(BIN)/python -m tests.second --examples 10000

engines: $(INSTALLED)  ## ask each engine alone about every specification: which verdicts need which?
	@$(BIN)/python -m tests.engines

fuzz: $(INSTALLED)  ## twenty thousand damaged specifications, patches, logs and bundles
	@$(BIN)/python -m tests.fuzz --cases 20000

# Without UPGRADE=1 a pin that still fits pyproject.toml stays as it is.
constraints: $(INSTALLED)  ## resolve pyproject.toml anew into constraints.txt (UPGRADE=1: newest)
	@$(BIN)/pip-compile --quiet $(if $(UPGRADE),--upgrade) --extra dev \
		--build-deps-for wheel --build-deps-for editable --strip-extras --allow-unsafe \
		--generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--output-file constraints.txt pyproject.toml

clean:  ## remove .venv and everything generated
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
