# azlin: two commands do all set-up on a fresh machine, `make demo` and `make test`.
# Needed: Python 3.11+, make, and the package registries. Everything lives in .venv/ (the real `az` in .venv/az/,
# an environment of its own because it pins older Azure libraries).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
WORKERS ?= 4

# Byte-code makes az two to five times faster; some machines switch it off for everyone.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check fix bench chaos matrix golden conformance docs live setup lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

demo: setup ## the main job, in a sandbox on loopback: request, price, yes, az creates, validated, audited
	@PATH="$(CURDIR)/$(BIN):$$PATH" ./examples/demo/run.sh

test: setup check ## everything CI runs
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: setup ## ruff, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --level error
	$(BIN)/lint-imports --no-cache

fix: setup ## format and repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## the numbers of the design, measured
	$(BIN)/python -m bench

chaos: setup ## 200 runs of 60 operations, killed at random instants and resumed: nothing lost, nothing twice (minutes)
	$(BIN)/python -m chaos

matrix: setup ## every trouble x every deed x every strategy: what is said is true (a table; half an hour)
	AZLIN_ALL_STORIES=1 $(BIN)/python -m pytest tests/lifecycle/test_stories.py
	$(BIN)/python -m tests.lifecycle.matrix

golden: setup ## write what the lifecycle stories record again; read the difference before you commit it
	$(BIN)/python -m tests.lifecycle.golden

conformance: setup ## what others wrote for Azure, run against the sandbox; fails when a figure falls (minutes)
	$(BIN)/python -m conformance

docs: setup ## write docs/reference again from the code
	$(BIN)/python docs/generate.py

live: setup ## tests against a real subscription (signed in with az); never run by CI
	$(BIN)/python -m pytest -m live tests/live

setup: $(VENV)/.ready $(VENV)/az/.ready

$(UV): requirements/uv.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $(UV)

$(VENV)/.ready: $(UV) requirements/dev.txt pyproject.toml
	@$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/az/.ready: $(UV) requirements/az.txt
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python $(VENV)/az
	@$(UV) pip install --quiet --python $(VENV)/az/bin/python --require-hashes -r requirements/az.txt
	@echo "byte-compiling az, once (about 20 s) ..."
	@$(VENV)/az/bin/python -m compileall -q -j 2 $(VENV)/az/lib > /dev/null || echo "(some files of az cannot be byte-compiled; it runs all the same)"
	@touch $@

lock: $(UV) ## resolve the dependencies again (hashes, no index named)
	@for what in dev az uv; do $(MAKE) --no-print-directory requirements/$$what.lock; done

LOCK := $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
requirements/dev.lock:
	$(LOCK) pyproject.toml --extra sandbox --group dev -o requirements/dev.txt
requirements/az.lock:
	echo azure-cli | $(LOCK) - -o requirements/az.txt
requirements/uv.lock:
	echo uv | $(LOCK) - -o requirements/uv.txt

clean: ## remove the environment
	rm -rf $(VENV)
