# Needs make, git and a Python 3.8 or newer; brings everything else. `make help` lists what it does.
.DEFAULT_GOAL := help
.PHONY: help setup run talk test lint types check evaluate bench audit sbom clean
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
PYTHON := .venv/bin/python
TESTS ?= tests
BANDIT := .venv/bin/bandit -q -c pyproject.toml -r bot actions encoder rasa_components bench
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## bring the tools, both environments, the encoder and a trained model; quick when nothing changed
	@sh tools/python tools/setup.py

run: setup ## everything, with a page of simulated phones; Ctrl-C ends it
	@exec .venv/bin/warmline up

talk: setup ## write to the bot in this terminal
	@exec .venv/bin/warmline talk

test: setup ## everything the project proves (TESTS=tests/unit for a part)
	@exec $(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadgroup $(TESTS)

lint: setup ## style, format, and what bandit sees
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(BANDIT)

types: setup ## the strict type checker
	@exec $(PYTHON) -m mypy

check: lint types test ## lint, types and tests, as CI does

evaluate: setup ## quality tables: five folds of our examples, and your labelled messages (EVALUATION=folder)
	@test -z "$(EVALUATION)" || test -f "$(EVALUATION)/crisis.jsonl" || { echo "There is no crisis.jsonl in EVALUATION=$(EVALUATION)"; exit 1; }
	@test -z "$(EVALUATION)" || $(PYTHON) -m bot.screen.evaluate "$(EVALUATION)/crisis.jsonl"
	@test ! -f "$(EVALUATION)/intents.jsonl" || $(PYTHON) -m bot.dialogue.evaluate "$(EVALUATION)"
	@$(PYTHON) -m bench.folds $(FOLDS)

bench: setup ## speed and memory beside stock Rasa; under five minutes
	@exec $(PYTHON) -m bench

audit: setup ## known faults in the locked packages, and bandit; needs a network
	@mkdir -p results
	@.tools/uv/bin/uv export -q --frozen --format requirements-txt --no-emit-project -o results/service.txt
	@.tools/uv/bin/uv export -q --frozen --project rasa-env --format requirements-txt --no-emit-local -o results/rasa.txt
	-@.venv/bin/pip-audit --no-deps --disable-pip -r results/service.txt
	-@.venv/bin/pip-audit --no-deps --disable-pip -r results/rasa.txt
	@$(BANDIT)

sbom: setup ## a CycloneDX list of every locked package, to results/
	@mkdir -p results
	@.tools/uv/bin/uv export -q --frozen --format cyclonedx1.5 -o results/sbom-service.json
	@.tools/uv/bin/uv export -q --frozen --project rasa-env --format cyclonedx1.5 -o results/sbom-rasa.json

clean: ## remove what set-up and the tools made; clients' data in .var stays
	rm -rf .venv rasa-env/.venv .tools .var/encoder .var/bench models .rasa results .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
