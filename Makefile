.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8000
BIN := .venv/bin
INSTALLED := .venv/.installed
TEST_TOOLS := .venv/.test-tools
# On every core; what shares one thing, such as the demo of the journeys, stays together on one.
SIDE_BY_SIDE := --numprocesses=auto --dist=loadgroup
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help install demo test quick soak check bench docs screenshots lock chromium postgresql

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

install: $(INSTALLED)  ## make .venv and install the locked dependencies and rls-nutrients itself

demo: $(INSTALLED)  ## start the demo (make demo PORT=8100 moves it); Ctrl-C stops it
	@exec $(BIN)/rls-nutrients demo --port $(PORT)

# pytest comes last and ends with what was skipped and why (-ra in pyproject.toml).
test: $(TEST_TOOLS) | chromium postgresql  ## style, types, floors, then every test but the long ones of `make soak`
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest $(SIDE_BY_SIDE)

quick: $(TEST_TOOLS)  ## the everyday part of the tests: no browser, no killed processes, nothing that takes seconds
	$(BIN)/pytest $(SIDE_BY_SIDE) -q -m 'not soak and not slow'

# Atheris guides the fuzzing by coverage. It is not locked, because not every Python has it.
soak: $(TEST_TOOLS)  ## the long tests: fuzzing, damage, load, memory; they print their figures
	@$(PIP) --only-binary :all: atheris 2>/dev/null || echo 'There is no atheris for this Python: fuzzing is by chance.'
	$(BIN)/pytest -s -m soak

check: $(TEST_TOOLS)  ## style, types, floors and the knowledge files, without the tests
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/rls-nutrients knowledge check

bench: $(TEST_TOOLS)  ## measure (benchmarks/README.md says what)
	$(BIN)/python -m benchmarks

docs: $(TEST_TOOLS)  ## the manual as HTML in build/docs, and whether it agrees with the code
	$(BIN)/python -m tests.conformance.table
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	$(BIN)/pytest tests/house -q
	@echo 'The manual: build/docs/index.html'

screenshots: $(TEST_TOOLS) | chromium  ## make the pictures of the README anew, in docs/screenshots
	$(BIN)/python -m tests.journeys.screenshots docs/screenshots

lock: $(TEST_TOOLS)  ## write the lock files anew from pyproject.toml (needs uv on the PATH)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--extra build --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

# Journeys need a browser. Without leave to install one, or without a network, they are skipped and the run says so.
chromium:  ## install a browser for the journeys, where there is none and it can
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'Installing Chromium for the journeys in tests/journeys ...'; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get install -y chromium || { apt-get update && apt-get install -y chromium; }; } >/dev/null 2>&1 \
			|| echo 'Chromium could not be installed; the journeys will be skipped.'; \
	fi

# The same tests on SQLite and PostgreSQL; without a server of the machine's the second half is skipped and says so.
postgresql:  ## install PostgreSQL for the tests, where there is none and it can
	@if compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null || command -v pg_ctl >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'Installing PostgreSQL for the tests ...'; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get install -y postgresql || { apt-get update && apt-get install -y postgresql; }; } >/dev/null 2>&1 \
			|| echo 'PostgreSQL could not be installed; its tests will be skipped.'; \
	fi

# The first python on the PATH that is new enough.
.venv/bin/python:
	@set -e; for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv .venv; \
		fi; \
	done; echo 'Python 3.11 or newer is needed, with its venv module.' >&2; exit 1

$(INSTALLED): requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_TOOLS): requirements-test.lock $(INSTALLED)
	$(PIP) --require-hashes -r requirements-test.lock
	@touch $@
