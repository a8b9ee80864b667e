# Needs GNU make and Python 3.11 or newer; everything else it fetches into .venv and var/.
# The work is done by the programs in bin/ and by manage.py: this is their table of contents.

.POSIX:
.SUFFIXES:
.NOTPARALLEL:
.PHONY: help run test lint format bench services services-stop translations requirements clean

ARGS =
PYTHON_RUN = exec .venv/bin/python

help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: ## start the site on http://localhost:8000/ (PORT=8123 for another port)
	@bin/environment run && $(PYTHON_RUN) manage.py run $(ARGS)

test: ## run every check and test, on SQLite, on PostgreSQL with Elasticsearch, and in a browser
	@bin/environment dev && $(PYTHON_RUN) bin/test $(ARGS)

lint: ## run the linters, formatters, type checker and import contract
	@bin/environment dev && $(PYTHON_RUN) bin/test lint

format: ## put code and templates into their format
	@bin/environment dev && $(PYTHON_RUN) bin/test format

bench: ## measure the pages: time and queries, at two sizes
	@bin/environment dev && $(PYTHON_RUN) -m tests.benchmarks $(ARGS)

services: ## start PostgreSQL and Elasticsearch, and print the environment that leads to them
	@bin/environment dev >&2 && $(PYTHON_RUN) bin/services start --require

services-stop: ## stop them; their data stay
	@bin/services stop

translations: ## bring the catalogues up to date with the code, and compile them
	@bin/environment dev && $(PYTHON_RUN) manage.py catalogues

requirements: ## compile the pins anew from requirements.in and requirements-dev.in
	@bin/environment dev && for name in requirements requirements-dev; do \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" \
	    $$name.in --output-file $$name.txt || exit 1; \
	done

clean: services-stop ## remove what can be made again; the content in var/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache var/static var/log
	find . -name __pycache__ -prune -exec rm -rf {} +
