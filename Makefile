# Touyan (头雁). `make help` lists what there is.
GO      ?= go
BIN     := bin/touyan
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo dev)
SHELL   := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

.PHONY: run
run: database assets build ## start the program with its own PostgreSQL and the demonstration district
	@exec $(BIN) serve

.PHONY: build
build: assets ## leave the program in bin/touyan
	@mkdir -p bin
	@$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/touyan

.PHONY: assets
assets: web/static/vendor/htmx.min.js ## fetch the browser library through npm

web/static/vendor/htmx.min.js: web/package-lock.json
	@cd web && npm ci --ignore-scripts --no-audit --no-fund --silent
	@cp web/node_modules/htmx.org/dist/htmx.min.js $@ && touch $@

.PHONY: database
database: ## make sure that PostgreSQL 15 or later is installed
	@[ -n "$$DATABASE_URL" ] || .ci/ensure-postgres.sh

.PHONY: browser
browser: ## make sure that headless Chromium and a Chinese font are installed
	@.ci/ensure-browser.sh

.PHONY: generate
generate: ## write the templ code anew
	@$(GO) tool templ generate -log-level error

.PHONY: check
check: assets ## generated code unchanged, format, vet, staticcheck, migrations in order
	@.ci/check

.PHONY: test
test: database browser assets ## everything: checks, rules, stores, handlers, browser flows
	@.ci/test

.PHONY: fuzz
fuzz: ## throw broken files at the readers, FUZZROUNDS (60) times what make test tries
	@FUZZROUNDS=$${FUZZROUNDS:-60} .ci/fuzz

.PHONY: bench
bench: database browser assets build ## measure, as ratios in one run
	@$(GO) run ./internal/bench
	@$(GO) test -run '^$$' -bench . -benchtime 5x ./internal/assessment

.PHONY: clean
clean: ## remove what was built; ./var with the data stays
	@rm -rf bin web/node_modules
