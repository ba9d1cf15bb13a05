# Needs Python 3.11 or newer and make; everything else is installed into .venv and static/.
#
#   make demo        a demonstration agency on http://127.0.0.1:8000
#   make run         the same server without the demonstration
#   make test        every check and every test
#   make test-fast   the same without PostgreSQL, and without killing anything: under ten minutes on two cores
#   make test-texts  ten thousand texts while workers are killed, on either database (TEXTS=… for another number)
#   make lint        the checks alone
#   make mutants     removes each check of the protocol once; some test must then fail (long)
#   make bench       how fast it is, beside a floor measured in the same run (FULL=1: long, with a million messages stored)
#   make clean       removes what was installed (never instance/, which holds data)
#   make pins        resolves the Python packages of pyproject.toml anew

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
TEXTS ?= 10000
HOST ?= 127.0.0.1
PORT ?= 8000

BIN := $(CURDIR)/.venv/bin
export HOST PORT
# For programs that start `node` themselves, such as npm and tsc.
export PATH := $(BIN):$(PATH)

# Each of these is written last in its step, so that a step that failed is done again.
RUNS := .venv/.runs
VENDOR := static/vendor/vendor.lock.json
TESTS := .venv/.tests
MODULES := static/node_modules/.tests
PRISM := tests/prism/node_modules/.tests
# Twilio's own description of its API, which Prism serves: not ours to keep, so only where it is beside the repository.
CONTRACT := $(wildcard ../shared/twilio/twilio_api_v2010_messages.json)

SERVER_TESTS := $(addprefix tests/,accounts cases client ledger messages races sms web test_concurrency.py test_migrations.py \
	test_practice.py test_query_counts.py test_query_plans.py test_worker.py)

.PHONY: demo run test test-fast test-python test-postgresql test-crashes test-texts test-js test-browser lint mutants bench clean setup setup-test pins

demo: setup
	$(BIN)/mediation demo

run: setup
	$(BIN)/mediation run

setup: $(RUNS) $(VENDOR)

setup-test: $(TESTS) $(MODULES) $(if $(CONTRACT),$(PRISM))
	$(BIN)/python -m tests.browser.chromium

$(RUNS): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(TESTS): requirements-test.txt $(RUNS)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	touch $@

# Brotli and gzip beside each file, for WhiteNoise to serve.
$(VENDOR): static/package-lock.json static/package.json static/.npmrc static/vendor.mjs | $(RUNS)
	cd static && $(BIN)/npm ci --omit=dev
	$(BIN)/node static/vendor.mjs
	$(BIN)/python -m whitenoise.compress --quiet static/vendor
	touch $@

$(MODULES): $(VENDOR)
	cd static && $(BIN)/npm ci
	touch $@

# Serves Twilio's own description of its API to the tests of texts.
$(PRISM): tests/prism/package-lock.json tests/prism/package.json | $(RUNS)
	cd tests/prism && $(BIN)/npm ci
	touch $@

test: test-fast test-postgresql test-crashes

# Every check, and every test on SQLite in which nothing is killed.
test-fast: lint test-python test-js test-browser

lint: setup-test
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports
	$(BIN)/node static/vendor.mjs --check
	$(BIN)/node static/node_modules/typescript/bin/tsc --project static/tsconfig.json

test-python: setup-test
	$(BIN)/pytest -n auto tests --ignore=tests/browser --ignore=tests/crashes

# By itself Node leaves one core idle.
test-js: setup-test
	$(BIN)/node --import ./tests/js/file_fetch.mjs --test --test-concurrency=3 "tests/js/**/*.test.mjs"

# The server's tests once more, on PostgreSQL.
test-postgresql: setup-test
	$(BIN)/pytest -n auto --database postgresql $(SERVER_TESTS)

# Processes are killed and clients are slow: by itself, since it compares what others wait.
test-crashes: setup-test
	$(BIN)/pytest tests/crashes
	$(BIN)/pytest --database postgresql tests/crashes

# The long run of what `test-crashes` does with some hundreds; prints its figures.
test-texts: setup-test
	TEXTS=$(TEXTS) $(BIN)/pytest -s tests/crashes/test_texts.py
	TEXTS=$(TEXTS) $(BIN)/pytest -s --database postgresql tests/crashes/test_texts.py

test-browser: setup-test
	$(BIN)/pytest -n 3 --dist loadfile tests/browser

mutants: setup-test
	$(BIN)/python -m tests.mutants

bench: setup-test
	$(BIN)/python -m tests.bench

# Without the machine's own settings, which may name other indexes than the public one.
PIN := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= .venv/pins/bin/pip-compile --quiet --upgrade --strip-extras \
	--allow-unsafe --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
pins: $(RUNS)
	test -x .venv/pins/bin/pip-compile || { $(PYTHON) -m venv .venv/pins && .venv/pins/bin/pip install --quiet pip-tools; }
	$(PIN) --build-deps-for editable --output-file requirements.txt pyproject.toml
	$(PIN) --build-deps-for editable --extra test --constraint requirements.txt --output-file requirements-test.txt pyproject.toml

clean:
	rm -rf .venv static/node_modules tests/prism/node_modules static/vendor build *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache \
		.hypothesis .import_linter_cache .schemathesis test-results
	find mediation migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +
