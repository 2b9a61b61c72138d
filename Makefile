# make app: the app in a browser.  make run: the default scenario on the command line.  make test: all checks and tests.
# Each makes its own virtual environment from python3 the first time.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: app run test check bench docs clean

app: $(VENV)/.app
	$(BIN)/article5 app

run: $(VENV)/.core
	$(BIN)/article5 compare baseline conditional-article5

test: check
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not browser"
	$(BIN)/python -m pytest -m browser

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.test
	$(BIN)/python benchmarks/ensemble.py

# The pages in build/docs: open build/docs/index.html. A warning is an error.
docs: $(VENV)/.test
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis artifacts

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	touch $@

$(VENV)/.core: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.app: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[app]"
	touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[app,analysis,cluster,docs,test,check]"
	touch $@
