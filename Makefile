# Every command of the project. `make` alone lists them.
#
# Needed: Python 3.11 or later and the package registries. Node.js 20.19 or later is used when it is
# there, to build GraphiQL.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRONTEND := app/web/frontend
BUILD := app/web/build
FRONTEND_SOURCES := $(shell find $(FRONTEND) app/web/examples -name node_modules -prune -o -type f -print 2>/dev/null)
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve agent test bench check format graphiql schema access settings lock stop clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.runtime ## Start everything: database, migrations, demo data, server on http://127.0.0.1:8000
	@$(MAKE) --no-print-directory graphiql || echo "GraphiQL could not be built (see above); a plain page takes its place."
	@$(BIN)/python -m app

agent: $(VENV)/.runtime ## Start the example agent beside make serve: it answers prompts in projects
	@$(BIN)/python -m app.commands.agent

test: $(VENV)/.dev graphiql ## Run the whole suite (ARGS="-k name" narrows it)
	@$(BIN)/python -m pytest -n logical --maxprocesses 8 $(ARGS)

bench: $(VENV)/.dev ## Measure the server against hand-written handlers (about 6 minutes; ARGS="--rounds 1")
	@$(BIN)/python -m bench $(ARGS)

check: $(VENV)/.dev ## Check format, lint rules, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

graphiql: ## Build GraphiQL, when Node.js is there and something has changed
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then \
		echo "Node.js is not installed: GraphiQL is not built, and a plain page takes its place."; \
	elif ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || a === 22 && b >= 12 || a === 20 && b >= 19 ? 0 : 1)'; then \
		echo "GraphiQL needs Node.js 20.19, 22.12 or later, not $$(node --version): a plain page takes its place."; \
	else \
		$(MAKE) --no-print-directory --silent $(BUILD)/.built; \
	fi

schema: $(VENV)/.runtime ## Write schema.graphql anew from the code
	@$(BIN)/python -m app.commands.schema --write

access: $(VENV)/.runtime ## Write docs/access.md, who may do what, anew from the policies
	@$(BIN)/python -m app.commands.access

settings: $(VENV)/.runtime ## Write .env.example and the table of settings in docs/deploy.md anew
	@$(BIN)/python -m app.commands.settings

lock: ## Resolve the dependencies anew into the lock files (needs uv and npm)
	@command -v uv >/dev/null || { echo "make lock needs uv: see https://docs.astral.sh/uv/" >&2; exit 1; }
	uv pip compile --quiet --universal --generate-hashes --no-header --upgrade --python-version 3.11 \
		pyproject.toml -o requirements.lock
	cp requirements.lock requirements-dev.lock # what is in both stays at the same version
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--group dev pyproject.toml -o requirements-dev.lock
	cd $(FRONTEND) && npm update --package-lock-only

stop: $(VENV)/.runtime ## Stop the embedded PostgreSQL that was left running (Ctrl-C stops make serve)
	@$(BIN)/python -m app stop

clean: ## Remove what make made; the database in .data stays
	rm -rf $(VENV) $(BUILD) $(FRONTEND)/node_modules
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find app seeds tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# A changed lock makes the environment anew, so that nothing of the old one is left in it. The stamps
# are written last: an interrupted installation starts again.
$(VENV)/.runtime: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is not: name another one, as in make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making the virtual environment ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the tools of development ..."
	@$(call install,requirements-dev.lock)
	@touch $@

# uv is several times faster than pip; both demand the hashes.
define install
if command -v uv >/dev/null; then \
	uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); \
else \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); \
fi
endef

$(FRONTEND)/node_modules/.installed: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json
	@echo "Installing the packages of GraphiQL ..."
	@cd $(FRONTEND) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILD)/.built: $(FRONTEND)/node_modules/.installed $(FRONTEND_SOURCES)
	@echo "Building GraphiQL ..."
	@cd $(FRONTEND) && npm run --silent build
	@touch $@
