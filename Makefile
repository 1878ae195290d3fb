# Every command of the project. `make help` lists them.
.DEFAULT_GOAL := help
CHECKS := lint types imports web-check
ifneq ($(MAKECMDGOALS),$(CHECKS)) # which run side by side: all else goes by steps
.NOTPARALLEL:
endif
.PHONY: help run web test check lint types imports web-check tests torture bench format clean

# Tests are rewritten before they run; without the cache that is 4 s again for each process.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8000
DATA ?= .data
WORKERS ?= 2
ROUNDS ?= 5
SEED ?= 43
BIN := .venv/bin
PLACES := src tests benchmarks hatch_build.py

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: web ## install, make a demo household and serve it on 127.0.0.1 (PORT=8000 DATA=.data)
	@$(BIN)/kalends demo --data $(DATA) --port $(PORT)

web: .venv/.run ## build the browser app into the package (Node 20.19 or newer)
	@scripts/web

test: check tests ## everything that must hold: style, types, layers, tests on SQLite and PostgreSQL

check: .venv/.test ## what needs no server: style, types, layers, the browser app by itself
	@$(MAKE) --no-print-directory --jobs=2 --output-sync $(CHECKS)

lint: .venv/.test ## style and formatting
	@$(BIN)/ruff check --quiet $(PLACES)
	@$(BIN)/ruff format --check --quiet $(PLACES)

types: .venv/.test ## mypy, strict
	@$(BIN)/mypy

imports: .venv/.test ## which layer may import which
	@$(BIN)/lint-imports --no-cache >.venv/imports.log || { cat .venv/imports.log; exit 1; }

web-check: .venv/.test ## the browser app: types, style, unit tests
	@scripts/web check

tests: .venv/.test web ## the tests alone (WORKERS=2 processes)
	@scripts/postgresql
	@scripts/fleet
	@scripts/chromium
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --hypothesis-profile=ci

torture: .venv/.test ## kill, cut off and set back what works, again and again (ROUNDS=5 SEED=43)
	@scripts/postgresql
	@ROUNDS=$(ROUNDS) SEED=$(SEED) $(BIN)/python -m pytest tests/torture -x -vv

bench: .venv/.test web ## time the product beside its peers; `make bench ARGS=--write` keeps the figures
	@scripts/chromium
	@scripts/postgresql
	@scripts/peers
	@$(BIN)/python benchmarks/run.py $(ARGS)

format: .venv/.test ## put the code into the project's style
	@$(BIN)/ruff check --quiet --fix-only $(PLACES)
	@$(BIN)/ruff format --quiet $(PLACES)
	@scripts/web format

clean: ## remove what was installed and cached; the data directory stays
	@rm -rf .venv .venv-peers .venv-fleet .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@rm -rf .web web/node_modules web/src/api/schema.d.ts src/kalends/interfaces/web/built
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed once, and again when what to install has changed.
.venv/.run: pyproject.toml constraints.txt hatch_build.py scripts/install
	@scripts/install postgres && touch $@

.venv/.test: pyproject.toml constraints.txt hatch_build.py scripts/install
	@scripts/install postgres,test,bench && touch $@ .venv/.run
