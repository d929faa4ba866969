# Each target does its own set-up: a virtual environment in .venv, filled from the hashed locks.
# Needs make and Python 3.11 or newer; uses uv where it is on the PATH, else venv and pip.

VENV := .venv
PY := $(VENV)/bin/python
WHOSDOWN := $(VENV)/bin/whosdown
OUT := _site

UV := $(shell command -v uv 2>/dev/null)
# Another interpreter: make test PYTHON=python3.13
PYTHON ?= $(if $(UV),>=3.11,python3)

ifdef UV
PIP_INSTALL := $(UV) pip install --quiet --python $(PY)
else
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help site demo serve setup test lint format soak bench weigh screenshots previews lock clean

help: ## say what each target does
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

site: $(VENV)/.runtime ## ask every source once and build the site into _site
	$(WHOSDOWN) run --out $(OUT)

demo: $(VENV)/.runtime ## build a site from 90 simulated days into _site
	$(WHOSDOWN) demo --out $(OUT)

serve: $(VENV)/.runtime ## serve _site on this machine
	$(WHOSDOWN) serve

setup: $(VENV)/.runtime ## only install what whosdown needs to run

test: lint ## format, lint, types, workflows, and the quick tests
	$(PY) -m pytest

lint: $(VENV)/.dev ## format, lint, types and workflows, without the tests
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(VENV)/bin/zizmor --offline --no-progress --quiet --persona=auditor .github

format: $(VENV)/.dev ## put the code into the common form
	$(VENV)/bin/ruff format
	$(VENV)/bin/ruff check --fix

soak: $(VENV)/.dev ## the long tests: crashes, faults, many sources
	$(PY) -m pytest -m soak

bench: $(VENV)/.dev ## measure speed and memory against the budgets
	$(PY) tests/bench/run.py

weigh: $(VENV)/.dev demo ## weigh the pages of the demo site against their budgets
	$(PY) tests/bench/weigh.py $(OUT)

screenshots: $(VENV)/.dev demo ## look at every kind of page of the demo site, as PNGs in _screenshots
	PYTHONPATH=tests:. $(PY) tests/bench/screenshots.py $(OUT) _screenshots

# Name, colour and words of each level, as in style.css and crawler/model.py.
PREVIEWS := none/17734a/Operational minor/8a5f00/Degraded major/b04a06/Partial_outage \
	critical/b3201a/Major_outage maintenance/5b3fb5/Maintenance unknown/595d66/Unknown

previews: ## draw the preview images of links again (needs rsvg-convert)
	@mkdir -p site_templates/static/previews
	@for one in $(PREVIEWS); do \
		level=$${one%%/*}; rest=$${one#*/}; \
		sed "s/LEVEL/$$level/; s/COLOUR/#$${rest%%/*}/g; s/LABEL/$$(echo "$${rest#*/}" | tr _ ' ')/" \
			site_templates/preview.svg \
			| rsvg-convert --width 1200 --output "site_templates/static/previews/$$level.png"; \
	done

lock: ## choose the newest versions of all dependencies (needs uv)
	uv pip compile $(LOCK_FLAGS) --group build --output-file requirements.lock pyproject.toml
	uv pip compile $(LOCK_FLAGS) --group dev --constraints requirements.lock \
		--output-file requirements-dev.lock pyproject.toml

LOCK_FLAGS := --quiet --upgrade --universal --extra alerts --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

clean: ## remove the environment, caches and the built site; data/ stays
	rm -rf $(VENV) $(OUT) $(OUT).* $(dir $(OUT)).$(notdir $(OUT)).kept _screenshots dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find crawler tests -type d -name __pycache__ -exec rm -rf {} +

$(PY):
ifdef UV
	$(UV) venv --quiet --python '$(PYTHON)' $(VENV)
else
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'whosdown needs Python 3.11 or newer; try: make PYTHON=python3.13 ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
endif

# The project itself comes last: its build backend is in the lock, so nothing unhashed is fetched.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(PY)
	$(PIP_INSTALL) --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# The larger lock holds the smaller one with the same versions.
$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(PY)
	$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime
