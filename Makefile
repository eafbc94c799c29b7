# make serve     the interface on the sample archive, http://127.0.0.1:7860
# make test      lint, types, import contract, tests
# make install   the environment alone: .venv/bin/pincite
# SOURCES=folder serves your own folder instead of the sample archive.

PYTHON ?= python3
SOURCES ?= eval/archive
INDEX ?= build/index
PORT ?= 7860

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALLED := .venv/.installed
TOOLS := .venv/.test-tools

.PHONY: install serve test screenshots clean

install: $(INSTALLED)

serve: $(INSTALLED)
	$(BIN)/pincite index $(SOURCES) --index $(INDEX)
	$(BIN)/pincite serve --index $(INDEX) --port $(PORT)

test: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

# The stamps are touched last: an installation that was interrupted is taken up again.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pincite needs Python 3.11 or newer; name one with PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Pincite and its dependencies into .venv (about 1.5 GB, some minutes the first time)"
	$(PIP) install --constraint constraints.txt torch
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(TOOLS): $(INSTALLED)
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@$(BIN)/python tests/chromium.py --install
	@touch $@

clean:
	rm -rf .venv build
