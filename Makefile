# make serve     the interface on the sample archive, http://127.0.0.1:7860
# make test      lint, types, import contract, tests
# make soak      the long form of the tests of durability: 200 kills, thousands of flipped bits
# make install   the environment alone: .venv/bin/pincite
# make gate      the eval set against eval/baseline.json; fails on a loss that is more than chance
# make baseline  what make gate compares with: commit it with the change that moves the figures
# make screenshots   pictures of the interface, into build/screenshots
# make audit     known vulnerabilities of the pinned versions; fails where it cannot ask for them
# SOURCES=folder serves your own folder instead of the sample archive.

PYTHON ?= python3
SOURCES ?= eval/archive
# An index for each folder, so that what was served before is not searched as well.
INDEX ?= build/index-$(shell printf %s "$(SOURCES)" | cksum | cut -d " " -f 1)
PORT ?= 7860

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALLED := .venv/.installed
TOOLS := .venv/.test-tools

# Tests that have a long form: it is run where PINCITE_SOAK is 1.
SOAKS := tests/test_index_damage.py tests/test_index_kill.py tests/test_ui_load.py

# Figures that may not get worse.
GATES := recall_at_5 quote_at_1 quote_at_3 precision needed_at_5 locator answered refused

.PHONY: install serve test soak gate baseline screenshots audit clean

install: $(INSTALLED)

serve: $(INSTALLED)
	$(BIN)/pincite index "$(SOURCES)" --index "$(INDEX)" || echo "The rest is served."
	$(BIN)/pincite serve --index "$(INDEX)" --port $(PORT)

screenshots: $(TOOLS)
	$(BIN)/python -m ui.screenshots --out build/screenshots

test: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

soak: $(TOOLS)
	PINCITE_SOAK=1 OMP_NUM_THREADS=1 $(BIN)/pytest --capture no --timeout 0 $(SOAKS)

gate: $(INSTALLED)
	@test -f eval/baseline.json || { echo "There is no eval/baseline.json; make baseline makes it."; exit 1; }
	$(BIN)/pincite eval --report build/eval
	$(BIN)/pincite eval compare eval/baseline.json build/eval/report.json $(GATES:%=--fail-on %)

baseline: $(INSTALLED)
	$(BIN)/pincite eval --report build/eval
	cp build/eval/report.json eval/baseline.json

# In an environment of its own, so that its tools change no pinned version. --strict: a package that
# was not looked up is a failure, which a mirror without vulnerability data would pass over.
audit:
	@mkdir -p build && rm -f build/audit.txt
	@test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv --clear build/audit && \
		build/audit/bin/python -m pip --disable-pip-version-check install --quiet 'pip-audit>=2.10,<3'; } \
		|| echo "ConnectionError: pip-audit cannot be installed" >build/audit.txt
	@test -s build/audit.txt || build/audit/bin/pip-audit --strict --no-deps --disable-pip \
		--progress-spinner off --requirement constraints.txt >build/audit.txt 2>&1 || true
	@if grep -Eq 'could not be audited|ConnectionError|ServiceError|Timeout' build/audit.txt; then \
		echo "Nothing is known: what is known of vulnerabilities cannot be reached from here" \
			| tee -a build/audit.txt; \
		echo "(it takes the public index itself, no mirror). The last record is docs/audit.md."; \
	fi
	@grep '^No known vulnerabilities found' build/audit.txt || { tail -n 20 build/audit.txt; exit 1; }

# The stamps are touched last: an installation that was interrupted is taken up again.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pincite needs Python 3.11 or newer; name one with PYTHON=...")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo "Installing Pincite and its dependencies into .venv (about 2 GB, some minutes the first time)"
	$(PIP) install --constraint constraints.txt torch
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(TOOLS): $(INSTALLED)
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@$(BIN)/python tests/chromium.py --install
	@touch $@

clean:
	rm -rf .venv build
