# Every command makes its environment in .venv on first use and installs nothing the second time.
# PYTHON=python3.12 chooses another interpreter; WORKERS=N the number of test processes.

PYTHON ?= python3
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest
# uv installs some ten times faster; pip does it where uv cannot, as behind an index that only pip is told of.
PIP = $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt
# Every command starts several processes, and each would compile all its modules anew.
unexport PYTHONDONTWRITEBYTECODE
PACKAGES := evidence scenarios simulation results experiments calibration workability

.DEFAULT_GOAL := help
.PHONY: help run analysis test test-slow test-all test-release test-pages check format golden bench bench-peers environment clean

help:
	@echo "make run           the main job: a Kickstart-style subsidy against its baseline, every resident, and its report"
	@echo "make analysis      Kickstart in full: 200 draws x 5 seeds, what matters, and what to decide (hours; resumes)"
	@echo "make test          the tests (under 15 minutes on two cores)"
	@echo "make check         format, lint, types, floors, file lengths, licences"
	@echo "make test-all      also the long statistical tests (up to 45 minutes)"
	@echo "make test-release  the tests that take longer still, before a release"
	@echo "make test-pages    the pages in a browser (installs Debian's chromium if there is none)"
	@echo "make bench         the benchmarks, as a table with ratios"
	@echo "make bench-peers   the same with other frameworks beside ours, in an environment of their own"
	@echo "make golden        write the golden files anew (say in CHANGELOG.md which figures moved and why)"
	@echo "make clean         remove the environment and caches; runs stay"

environment: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Workability needs Python 3.11 or later; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making the Python environment in $(VENV): some 100 packages, about 1 GB; up to two minutes, this once." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) uv && $(BIN)/uv pip install --quiet --cache-dir $(VENV)/.uv --python $(BIN)/python \
		--constraint constraints.txt --editable '.[dev]' 2>/dev/null || $(PIP) --editable '.[dev]'
	@rm -rf $(VENV)/.uv
	@touch $@

run: $(READY)
	@$(BIN)/workability run kickstart

# Each command goes on where it was stopped and uses the runs of those before it.
analysis: $(READY)
	$(BIN)/workability run kickstart --sample 1:10 --draws 200 --seeds 5
	$(BIN)/workability sensitivity kickstart --method morris --months 36
	$(BIN)/workability sensitivity kickstart --method sobol --groups policy --months 36 --samples 256 --budget 3000
	$(BIN)/workability decide kickstart jobs-guarantee --sample 1:10 --draws 200 --seeds 5

test: $(READY)
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not slow and not release and not pages"

# pytest's exit code 5 means that no test carries the marker.
test-slow: $(READY)
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "slow and not release and not pages" || test $$? -eq 5

test-all: test test-slow

test-release: $(READY)
	$(PYTEST) -m release || test $$? -eq 5

test-pages: $(READY)
	@command -v chromium >/dev/null || { echo "Installing chromium from Debian's packages." >&2; apt-get update -qq && apt-get install -y -qq chromium; }
	@$(BIN)/python -c 'import playwright' 2>/dev/null || \
		$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check playwright axe-playwright-python
	$(PYTEST) -m pages || test $$? -eq 5

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/house_rules.py
	$(BIN)/python tools/licences.py

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: $(READY)
	$(PYTEST) -m golden --update-golden

bench: $(READY)
	@$(BIN)/python -m benchmarks

bench-peers: $(READY)
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@test -f .venv-peers/.ready || { \
		echo "Making the environment of the benchmark's peers in .venv-peers, this once." >&2; \
		.venv-peers/bin/python -m pip install --quiet --quiet --disable-pip-version-check --editable . starsim polars && \
		touch .venv-peers/.ready; }
	@.venv-peers/bin/python -m benchmarks --peers

clean:
	rm -rf $(VENV) .venv-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find $(PACKAGES) tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
