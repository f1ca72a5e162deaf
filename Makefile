# Three commands do everything on a machine with Python ≥ 3.10 and make: `make demo`, `make check` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PUBLISHING := $(VENV)/.ready-site

# nbgrader calls alembic by name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export HF_HUB_OFFLINE := 1
export OMP_NUM_THREADS := 1
export PYTHONDONTWRITEBYTECODE := 1

# Tests run in two processes, grouped and ordered by tests/conftest.py; the slowest are named at the end.
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadgroup --no-loadscope-reorder --durations=20 --durations-min=1

# A function in NumPy, one in torch, a class, a function that is handed functions.
KINDS := softmax and not cross or gradient_check or safe_attention or multi_head_attention and not packed

.PHONY: help demo check test lint screenshots bench bench-thousand redteam release references solutions clean profile

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

$(READY): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (once; a few minutes, most of it torch) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "torch==$$(sed -n 's/^torch==//p' constraints.txt)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[notebooks,grading,dev,browser]"
	@touch $@

$(PUBLISHING): $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[notebooks,grading,site]"
	@touch $@

ATELIER ?= atelier3

demo: $(READY)  ## a class graded end to end, from nothing, in front of you (ATELIER=atelier2 for another one)
	@$(BIN)/attentif demo --atelier $(ATELIER)

check: $(READY) lint  ## minutes: style, types, structure, unit tests, one exercise of each kind through the pipeline
	@$(PYTEST) tests/test_structure.py tests/test_program.py tests/authoring tests/checks tests/remote tests/reports \
		tests/student tests/grading/test_pipeline.py
	@$(PYTEST) tests/course -k "$(KINDS)"

test: $(PUBLISHING) lint  ## style, types, every test
	@command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null || test -n "$$ATTENTIF_CHROMIUM" || \
		echo "No chromium here: tests in a browser are skipped (sudo apt-get install chromium)."
	@$(PYTEST)

screenshots: $(READY)  ## pictures of docs/screenshots/, made anew in a browser
	@ATTENTIF_SCREENSHOTS=$(CURDIR)/docs/screenshots $(BIN)/python -m pytest -q tests/browser

lint: $(READY)  ## ruff, mypy, and which room may import which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

redteam: $(READY)  ## every attack through stock nbgrader and through ours; rewrites the table of docs/security.md
	@$(BIN)/python tests/redteam/table.py

bench: $(READY)  ## stock nbgrader and attentif on the same class; writes docs/benchmarks.md
	@$(BIN)/python bench/bench.py

profile: $(READY)  ## where the time of one solved hand-in goes (ATELIER=atelier1 for another one)
	@$(BIN)/python bench/profiling.py $(ATELIER)

bench-thousand: $(READY)  ## a thousand submissions in one run: speed and memory from the first hundred to the last
	@$(BIN)/python bench/thousand.py

references: $(READY)  ## write the public reference tensors, then prove them
	@$(BIN)/attentif references build --stale
	@$(BIN)/attentif references verify

release: $(READY)  ## student versions of every atelier
	@$(BIN)/attentif release

solutions: release  ## executed solved notebooks of every atelier
	@for atelier in $$(ls source); do $(BIN)/nbgrader generate_solution $$atelier --force; done

site: $(PUBLISHING)  ## the course's pages, without a network: build/site/index.html
	@$(BIN)/attentif site

slides: $(PUBLISHING)  ## a deck for each module, and its PDF where there is a Chromium: build/slides/
	@$(BIN)/attentif slides

clean:  ## what the commands above leave behind (not the virtual environment)
	@rm -rf build demo submitted feedback gradebook.db .attentif .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find autograded -mindepth 1 ! -name README.md -delete
