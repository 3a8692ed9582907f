# Two commands on a fresh machine: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test lint schema oracles bench coverage clean
help:
	@echo "make demo   set up, run the bundled trial, print its key results and the report's path"
	@echo "make test   set up, run the whole test suite with coverage"
	@echo "make lint   ruff, mypy, import contracts"
	@echo "make schema write docs/protocol.schema.json from the models"
	@echo "make oracles ask R for the stored values again (needs Rscript and the packages the scripts name)"
	@echo "make bench  time the kernels of survival and of external controls beside R and other packages (an hour)"
	@echo "make coverage  simulate what intervals and tests do in small samples (an hour)"
	@echo "make clean  remove the virtual environment and everything made by the commands above"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "onearm needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && apt-get install -yq python3-venv && $(PYTHON) -m venv $(VENV); \
	  else echo "Python's venv module is missing: install your system's python3-venv package"; exit 2; fi; }

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run
	@$(BIN)/onearm demo --force build/mini-hcvd-ino

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term --cov-fail-under=95

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

oracles: $(VENV)/.dev
	@command -v Rscript >/dev/null || { echo "Rscript is missing: install r-base-core r-cran-survival r-cran-matchit r-cran-cmprsk"; exit 2; }
	cd tests/r && for script in $$(ls *.R | grep -v "^json.R$$"); do Rscript $$script; done
	cd tests/oracles && Rscript real_fits.R
	$(BIN)/python -c "from lifelines.datasets import load_gbsg2; load_gbsg2().to_csv('build-gbsg2.csv', index=False)"
	Rscript tests/real/gbsg2.R build-gbsg2.csv > tests/real/gbsg2.json; rm build-gbsg2.csv

bench: $(VENV)/.dev
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[bench]"
	$(BIN)/python benchmarks/survival.py --slow --out docs/evidence
	$(BIN)/python benchmarks/dose.py --out docs/evidence
	$(BIN)/python benchmarks/external.py
	$(BIN)/python benchmarks/designs.py
	$(BIN)/python benchmarks/toxicity.py --out docs/evidence
	$(BIN)/python benchmarks/large_trial.py build/large --out docs/evidence

coverage: $(VENV)/.dev
	$(BIN)/python benchmarks/coverage.py --out docs/evidence

schema: $(VENV)/.dev
	$(BIN)/python -m onearm.io.schema docs/protocol.schema.json

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .coverage .coverage.* .hypothesis
