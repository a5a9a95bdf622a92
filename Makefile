# make week = set up if needed, then the sandbox week; make test = set up if needed, then all tests.
# Needs Python 3.11 or newer and make; everything else is installed into .venv/ from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.set-up-done
SANDBOX := --company sandbox-studio --period-end 2026-11-22
SAMPLE := mappings/sandbox-studio/company.toml

.PHONY: week test test-long bench lab lint tools setup
.DEFAULT_GOAL := week

setup: $(DONE)

# a finished set-up is not repeated; modules are byte-compiled so that the first run is not slow
$(DONE): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Timebooks needs Python 3.11 or newer: make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(DONE)

week: $(DONE) $(SAMPLE)
	$(BIN)/timebooks week $(SANDBOX)

# the practice company is made where it is missing; what you change in it stays
$(SAMPLE): | $(DONE)
	$(BIN)/timebooks init . --sample

test: $(DONE)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not long"

test-long: $(DONE)
	$(BIN)/python -m pytest -n auto

bench: $(DONE)
	$(BIN)/python -m tests.bench

lab: $(DONE)
	$(BIN)/jupyter lab notebooks/week.ipynb

lint: $(DONE)
	$(BIN)/ruff check .
	$(BIN)/mypy --strict etl

# system programs that tests use as judges; on CI they must be there, on a laptop those tests skip
tools:
	apt-get update -qq && apt-get install -y -qq --no-install-recommends libreoffice-calc poppler-utils fonts-liberation strace chromium hledger postgresql systemd
