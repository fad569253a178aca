# Everything that a developer or CI runs. `make` alone lists it.
#
# One feature set and one target folder for all, so that nothing is built twice.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

CARGO ?= cargo
NEXTEST_PROFILE := $(if $(CI),ci,default)
STAGE := scripts/stage

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: console
console: ## Build the web console, which the next release build embeds
	@scripts/bootstrap console
	@$(STAGE) console npm --prefix console run --silent build

.PHONY: demo
demo: console ## Build the release binary and run it with a simulator and a sample fleet
	@scripts/bootstrap demo
	@$(CARGO) run --locked --release --package keyferry -- demo $(ARGS)

.PHONY: demo-check
demo-check: ## Run the main job on a release build under a virtual clock; JSON, exit 1 if a check fails
	@scripts/bootstrap demo
	@$(CARGO) run --locked --release --package keyferry -- demo --check --output json

.PHONY: test
test: ## Everything that must hold: formats, lints, rules, all tests
	@$(STAGE) bootstrap scripts/bootstrap test
	@$(MAKE) --no-print-directory check check-console
	@$(STAGE) tests scripts/postgres run -- $(CARGO) nextest run --locked --workspace --profile $(NEXTEST_PROFILE)
	@$(STAGE) doc-tests $(CARGO) test --locked --quiet --workspace --doc
	@$(MAKE) --no-print-directory test-peers
	@$(MAKE) --no-print-directory test-schema
	@$(MAKE) --no-print-directory e2e

.PHONY: test-peers
test-peers: ## The journeys through the real binary against ministack and LocalStack
	@scripts/bootstrap test
	@$(STAGE) test-peers scripts/peers run -- $(CARGO) nextest run --locked --workspace --profile peers

.PHONY: test-schema
test-schema: ## Everything that the OpenAPI document allows and forbids, asked by schemathesis in each role
	@scripts/bootstrap test
	@$(STAGE) test-schema $(CARGO) nextest run --locked --workspace --profile schema

.PHONY: e2e
e2e: console ## Journeys through the console in a real browser, against the real binary and its simulated AWS
	@scripts/bootstrap test
	@$(STAGE) binary $(CARGO) nextest run --locked --workspace --no-run
	@$(STAGE) e2e npm --prefix console run --silent e2e

.PHONY: bench
bench: ## Measure; one JSON line per figure
	@scripts/bootstrap bench
	@KEYFERRY_POSTGRES_SYNCS=1 KEYFERRY_BENCH_PYTHON=$(CURDIR)/.cache/venv-bench/bin/python scripts/postgres run -- $(CARGO) xtask bench

.PHONY: chaos
chaos: ## Crash sweep and simulation until both floors and CHAOS_SECONDS are reached; JSON, exit 1 if a goal is missed
	@$(CARGO) xtask chaos --seconds $(or $(CHAOS_SECONDS),0)

.PHONY: deep
deep: ## The tests that try everything where the ordinary ones take samples: every byte of an exported audit log flipped
	@$(CARGO) nextest run --locked --package keyferry-audit --profile deep

.PHONY: check
check: ## Format, lints, tidy, and cargo-deny where it is installed
	@$(STAGE) format $(CARGO) fmt --all --check
	@$(STAGE) tidy $(CARGO) xtask tidy
	@$(STAGE) clippy $(CARGO) clippy --locked --workspace --all-targets --quiet -- -D warnings
	@if command -v cargo-deny >/dev/null; then \
	  $(STAGE) deny $(CARGO) deny --offline --locked check bans licenses sources; \
	else \
	  echo 'cargo-deny is not installed; `cargo xtask tidy` has checked bans and licences' >&2; \
	fi

.PHONY: check-console
check-console: ## Types, lints, format and unit tests of the console
	@scripts/bootstrap console
	@$(STAGE) console-check npm --prefix console run --silent check
	@$(STAGE) console-tests npm --prefix console run --silent test

.PHONY: fix
fix: ## Format, and let clippy mend what it can
	@$(CARGO) fmt --all
	@$(CARGO) clippy --workspace --all-targets --fix --allow-dirty --allow-staged --quiet
