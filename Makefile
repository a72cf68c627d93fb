# The two commands that matter: `make run` and `make test`. Each makes the environment it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# A shell that forbids Python to keep its bytecode would have each of the tests' processes compile 5,000 modules anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
ENV_STAMP := $(VENV)/.made-from-lock
BENCH_STAMP := $(VENV)/.made-for-bench
RUN_ARGS ?=
LOAD_ARGS ?=

.PHONY: help env run test lint types imports format bench eval load pictures lock clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

env: $(ENV_STAMP) ## Make the environment in .venv from the lock

$(ENV_STAMP): requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] < (3, 14) else f"Dealfit needs Python 3.11 to 3.13; this is {v[0]}.{v[1]}. Install it, or name one: make PYTHON=python3.11 ...")'
	@echo "Making the environment in $(VENV) (once; about a minute) ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || true
	@touch $@

run: env ## Start the playground (or Slack, with SLACK_BOT_TOKEN and SLACK_APP_TOKEN set)
	@$(BIN)/dealfit run $(RUN_ARGS)

test: env lint types imports ## Lint, types, import rules and all tests
	@$(BIN)/pytest -n 3 --dist loadfile tests

lint: env
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: env
	@$(BIN)/mypy

imports: env
	@$(BIN)/lint-imports --cache-dir build/import-linter

format: env ## Format and mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(BENCH_STAMP) ## Measure speed and memory next to peers; writes build/bench.json
	@$(BIN)/python -m bench

# The peers are added to the environment as they are, so that nothing that the tests run with changes its version.
$(BENCH_STAMP): $(ENV_STAMP) requirements-bench.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps --requirement requirements-bench.txt
	@touch $@

eval: $(ENV_STAMP) ## Measure answers and refusal, retrieval (DATA=folder of collections), speed (PLAYBOOKS="14 1000"), a model (MODEL_URL=); writes docs/evaluation.md
	@$(BIN)/python -m evaluation $(if $(DATA),--data $(DATA)) $(if $(PLAYBOOKS),--playbooks $(PLAYBOOKS)) $(if $(MODEL_URL),--model-url $(MODEL_URL)) $(if $(MODEL_NAME),--model-name $(MODEL_NAME)) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(ONLY_MODEL),--only-model)

load: env ## Put load on the app and measure, about 17 minutes on a quiet machine (LOAD_ARGS="burst --seconds 10"); writes build/load.json and docs/load.md
	@$(BIN)/python -m load $(LOAD_ARGS)

pictures: env ## Take the pictures of the README and the docs anew, in a browser
	@$(BIN)/pytest -q tests/e2e/test_browser.py tests/e2e/test_browser_exceptions.py -k "not are_there"
	@mkdir -p docs/images && for name in $$(grep -oh 'images/[a-z-]*[.]png' README.md docs/*.md | sort -u | cut -d/ -f2) home.png; do cp build/pictures/$$name docs/images/; done

lock: ## Compile requirements.txt, -dev and -bench from pyproject.toml
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --output-file requirements.txt pyproject.toml
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra test --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra bench --constraint requirements-dev.txt --output-file requirements-bench.txt pyproject.toml

clean: ## Remove what was built (keeps .venv and your data in .dealfit)
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache
