# The front door. `make run` and `make test` do all the set-up themselves.
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && command -v $$p && break; done)
UV = $(shell command -v uv || echo .venv/bin/uv)
SYNC = UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never $(UV) sync --quiet --frozen --inexact --python .venv/bin/python
export LEUMUND_HOME ?= $(CURDIR)/.leumund
BIN = .venv/bin

.PHONY: help run gpu test lint airflow env bench lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: .venv/ready-base  ## set up and run the main job; prints the path of the report
	@$(BIN)/leumund run

gpu: .venv/ready-torch  ## as run, with torch (GPU, hub models, training)
	@$(BIN)/leumund run

test: .venv/ready-test lint  ## set up everything, check style, types and walls, run the tests
	@$(BIN)/pytest

lint: .venv/ready-test
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

airflow: .venv/ready-airflow  ## start Airflow on loopback with our DAGs; prints address and login
	@$(BIN)/python -m leumund.testing.airflow

env:  ## write .env for docker compose, with random passwords
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.13 was found; fill in .env.example by hand and call it .env." >&2; exit 1; }
	@$(PYTHON) docker/env.py

bench: .venv/ready-test  ## print the benchmarks of tests/benchmarks
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file; done

lock:  ## renew uv.lock and constraints.txt
	@$(UV) lock && $(UV) export --quiet --frozen --no-hashes --all-extras --no-emit-project -o constraints.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Leumund needs Python 3.11, 3.12 or 3.13; none was found. Install one or say PYTHON=/path/to/python make run." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The module venv is missing (Debian: apt install python3-venv)." >&2; exit 1; }
	@command -v uv >/dev/null || $(BIN)/pip install --quiet 'uv>=0.9'

.venv/ready-base: .venv/bin/python pyproject.toml uv.lock
	@echo "Setting up .venv (once) …" && $(SYNC) && touch $@

.venv/ready-torch: .venv/ready-base
	@$(SYNC) --extra torch && touch $@

.venv/ready-airflow: .venv/ready-base
	@$(SYNC) --extra airflow && touch $@

.venv/ready-test: .venv/ready-base
	@$(SYNC) --all-extras --group dev && touch $@ .venv/ready-torch .venv/ready-airflow

clean:  ## remove the environment and the caches, never the data
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
