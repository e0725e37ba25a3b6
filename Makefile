# `make` alone prints this help; the words after ## are each target's line in it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup check format test demo bench serve lock clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench

# Names on the path may be shims that do not run, so each is tried, and must be able to make a venv.
FIND_PYTHON = for name in python3.13 python3.12 python3.11 python3; do \
	if $$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$name; exit; fi; done; \
	echo 'Python 3.11 or later, with its venv module, is needed.' >&2; exit 1

help:  ## print this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with bin/syncproof in it, from the locked versions

$(READY): pyproject.toml requirements/dev.txt
	@echo 'Making $(VENV) from requirements/dev.txt ...'
	@python=$$($(FIND_PYTHON)); $(BIN)/python -c '' 2>/dev/null || $$python -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@

check: setup  ## format, lint, types and import contracts, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: setup  ## let ruff format and fix what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: check  ## everything, against real MySQL, MariaDB and PostgreSQL servers
	$(BIN)/python -m tests.servers fetch
	$(BIN)/python -m pytest

demo: setup  ## two replicating servers, some rows tampered with, found through the API (KEEP=1 leaves it running)
	$(BIN)/syncproof demo $(if $(KEEP),--keep)

bench: $(BENCH_READY)  ## the same work by syncproof, by a peer and by the bare server
	$(BIN)/python -m bench

$(BENCH_READY): $(READY) requirements/bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/bench.txt
	touch $@

serve: setup  ## run the service on loopback
	$(BIN)/syncproof serve

# uv is a tool of this target alone, so it is not among the locked versions.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' pyproject.toml

lock: setup  ## remake requirements/ from pyproject.toml (UPGRADE=1 takes newer versions)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev --extra demo --output-file requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt --output-file requirements/run.txt
	$(COMPILE) --constraint requirements/dev.txt --extra bench --output-file requirements/bench.txt

clean:  ## remove what setup, tests and tools left in this folder
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
