# `make` alone lists the commands. Each does its own set-up.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest -q
export PYTHONUTF8 := 1
export PYTHONDONTWRITEBYTECODE :=

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.tools ## virtual environment in .venv with everything the tests need

run: $(VENV)/.runtime ## migrate an embedded SQLite file and serve everything on 127.0.0.1:8000
	@$(BIN)/muster db upgrade
	@exec $(BIN)/muster serve --host 127.0.0.1 --port 8000

test: check packages ## everything: format, lint, types, imports, and all tests
	@$(PYTEST) -n 2

check: $(VENV)/.tools ## format, lint, types and the direction of imports
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted; run: $(BIN)/ruff format ." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

faults: $(VENV)/.tools ## the long fault runs: kills, outages, failovers, load (two to three hours)
	@$(PYTEST) -m faults tests

bench: $(VENV)/.tools ## measure this machine; figures go to docs/benchmarks.md
	@$(BIN)/python -m bench

lock: $(VENV)/.venv ## write the lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -c requirements.lock -o requirements-dev.lock

sbom: $(VENV)/.venv ## what Muster ships and runs on, as CycloneDX, into dist/
	@mkdir -p dist
	@$(BIN)/python .ci/sbom > dist/muster.cdx.json
	@echo dist/muster.cdx.json

clean: ## remove the virtual environment and what the tools left; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find app gateway_adapters migrations tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

packages:
	@.ci/packages

$(VENV)/.venv: .ci/bootstrap.lock
	@sh .ci/venv "$(PYTHON)" "$(VENV)"
	@touch $@

$(VENV)/.runtime: $(VENV)/.venv requirements.lock pyproject.toml
	@echo "Installing Muster into $(VENV)"
	@sh .ci/install $(BIN) requirements.lock
	@$(BIN)/uv pip install --quiet --offline --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tools: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing the tools of the tests into $(VENV)"
	@sh .ci/install $(BIN) requirements-dev.lock
	@touch $@

.PHONY: help setup run test check faults bench lock sbom clean packages
