# Two commands matter: `make demo` and `make test`. Nothing here needs more than Python 3.11, git and make.

SHELL := /bin/sh
ARGS ?=
WORKERS ?= logical
BIN := .venv/bin
SOURCES := pyproject.toml constraints.txt

.PHONY: help demo test check torture coverage clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      the playground, on http://127.0.0.1:8765 (ARGS=\"--port 9000\" for another port)"
	@echo "make test      the whole test suite (ARGS=\"-k story\" for a part)"
	@echo "make check     ruff and mypy"
	@echo "make torture   the long tests: many seeds, kill -9"
	@echo "make coverage  the test suite with branch coverage"

# `exec`, so that the signal that ends make ends the concierge too.
demo: .venv/.base
	@exec $(BIN)/concierge demo $(ARGS)

test: .venv/.test
	@exec $(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

torture: .venv/.test
	@exec $(BIN)/pytest -m torture $(ARGS)

coverage: .venv/.test
	@exec $(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term $(ARGS)

# The stamps are younger than what they were made from, so a second start installs nothing.
.venv/.base: $(SOURCES)
	@$(call venv)
	@echo "Setting up .venv (once; under a minute with a warm cache) ..."
	@$(call install,.)
	@touch $@

.venv/.test: $(SOURCES)
	@$(call venv)
	@echo "Setting up .venv with what the tests need (once; a minute or two) ..."
	@$(call install,.[test])
	@touch .venv/.base $@

# PYTHON=… names an interpreter; without it the first of these that runs and is new enough is taken.
CANDIDATES = python3.13 python3.12 python3.11 python3 python
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))

define venv
if $(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1; then exit 0; fi; \
python='$(PYTHON)'; \
if [ -z "$$python" ]; then \
  for name in $(CANDIDATES); do \
    if $$name -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then python=$$name; break; fi; \
  done; \
fi; \
if [ -z "$$python" ]; then \
  echo "Python 3.11 or newer is needed and none was found: install it, or name it with make PYTHON=/path/to/python3." >&2; exit 2; \
fi; \
if ! $$python -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then \
  echo "Python 3.11 or newer is needed, and $$python is not (`$$python --version 2>&1 | head -n 1`): name another with make PYTHON=/path/to/python3." >&2; exit 2; \
fi; \
if ! $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
  echo "This Python comes without venv: install the package python$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv (on Debian or Ubuntu: apt-get install python3-venv) and start again." >&2; exit 2; \
fi; \
$$python -m venv --clear .venv
endef

# setuptools first, so that building the project itself needs no environment of its own and no unpinned package.
define install
PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt setuptools && \
PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation -c constraints.txt -e '$(1)'
endef

clean:
	rm -rf .venv build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
