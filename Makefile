# FlixList: the manual. "make" alone prints what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help setup build run check format test unit unit-postgres e2e ops-check ops-test bench trials docs clean

SET ?= run
# How many minutes the last of the trials takes.
SOAK ?= 60
# A server as it is in use, not as the tests have it.
DURABLE := -c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=512MB
SWIFT_FILES := Sources Tests Package.swift

help: ## Print this list
	@sed -nE 's/^([a-z][a-z0-9-]*):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## Install what is missing on Debian or Ubuntu (SET=run, test, ops, bench, trials or docs)
	@scripts/setup.sh $(SET)

build: ## Build the optimised program, .build/release/flixlist
	@scripts/setup.sh run
	swift build -c release --product flixlist

run: build ## Build and serve FlixList; FLIXLIST_HOST, FLIXLIST_PORT and the like are respected
	@url=$${FLIXLIST_PUBLIC_URL:-http://$${FLIXLIST_HOST:-127.0.0.1}:$${FLIXLIST_PORT:-8080}/}; \
	echo "FlixList: $$url (Ctrl-C stops it)"; \
	exec .build/release/flixlist serve

check: ## Check the formatting and the house rules (TidyTests)
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)
	swift test --filter TidyTests

format: ## Format the Swift sources in place
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

test: ## Run everything that must pass: setup, check, unit, unit-postgres, e2e
	@scripts/setup.sh test
	@$(MAKE) check
	@$(MAKE) unit
	@$(MAKE) unit-postgres
	@$(MAKE) e2e

unit: ## Run all Swift tests, on SQLite
	swift build --build-tests
	swift test --skip-build

unit-postgres: ## Run all Swift tests on a throw-away PostgreSQL
	swift build --build-tests
	scripts/with-postgres.sh swift test --skip-build

e2e: ## Drive the debug program with a real browser
	@[ -x .venv/bin/pytest ] || { echo "There is no .venv: run 'make setup SET=test' first." >&2; exit 1; }
	swift build --product flixlist
	swift build --product stand-in
	.venv/bin/pytest Tests/Browser

ops-check: ## Try what stands around the program, as far as five minutes allow (needs root)
	@scripts/setup.sh ops
	.venv/bin/pytest Tests/Ops

ops-test: ## Try everything around the program that needs no Docker engine (needs root; under 20 minutes)
	@scripts/setup.sh ops
	@$(MAKE) build
	FLIXLIST_OPS=all .venv/bin/pytest Tests/Ops

bench: ## Measure the pages on the reference library, on both engines (takes a while)
	@scripts/setup.sh bench
	@$(MAKE) build
	POSTGRES_OPTIONS="$(DURABLE)" scripts/with-postgres.sh bench/run.sh

trials: ## Run the timed, statistical, violent and long trials
	@scripts/setup.sh trials
	FLIXLIST_TRIALS=1 swift test --filter CompressedChannelTests
	@$(MAKE) build
	bench/trials.sh
	bench/reliability.sh
	bench/power-cut.sh
	bench/soak.sh $(SOAK)

docs: ## Draw docs/*.puml as docs/*.svg
	@scripts/setup.sh docs
	@compgen -G 'docs/*.puml' >/dev/null || { echo "There is no docs/*.puml to draw." >&2; exit 1; }
	PLANTUML_LIMIT_SIZE=8192 plantuml -nometadata -tsvg docs/*.puml

clean: ## Remove what was built; people's data stays
	rm -rf .build .venv .pytest_cache
	find Tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
