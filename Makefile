# Everything a stranger needs: Python 3.11 or newer and make. `make demo` shows the desk, `make test` tries it.
# PYTHON chooses the interpreter: make test PYTHON=python3.13

PYTHON ?=
# One more than processors on a small machine: half of the tests wait for servers and screens.
WORKERS ?= 3

BIN = .venv/bin
READY = .venv/ready
WORDS = .venv/words
LOCALE = widgets/locale

VERSION = import sys; print(*sys.version_info[:2], sep='.')

# A thousand tests start Python anew, and would translate the source each time where keeping the result is forbidden.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo check test soak long bench lint screenshots lock words python

help:
	@echo 'make demo         the desk, on a made-up company and its mail'
	@echo 'make check        lint, types, contracts, the fast tests and all of the files you changed'
	@echo 'make test         check, and every test but the full counts'
	@echo 'make soak         the full counts; takes hours'
	@echo 'make long         test, and measure anew which tests check leaves out'
	@echo 'make bench        the figures of docs/figures.md; needs dovecot, isync, mu, notmuch and an hour'
	@echo 'make screenshots  new pictures of the demo'
	@echo 'make words        gather the words to translate into $(LOCALE)'
	@echo 'make lock         choose the versions of requirements.lock anew (needs uv)'

demo: $(WORDS)
	@$(BIN)/plantao demo

check: lint
	$(BIN)/pytest -n $(WORKERS) -m 'not slow and not soak'

test: lint
	$(BIN)/pytest -n $(WORKERS) -m 'not soak'

long: export PLANTAO_KEEP_LONG = 1
long: test

soak: $(WORDS)
	$(BIN)/pytest -m soak --timeout=0

bench: $(WORDS)
	$(BIN)/python -m benchmarks.every

lint: $(WORDS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: $(WORDS)
	$(BIN)/python screenshots/take.py

words: $(READY)
	$(BIN)/python build_locale.py --extract

lock:
	@command -v uv >/dev/null 2>&1 || { echo 'make lock needs uv: https://docs.astral.sh/uv/' >&2; exit 1; }
	uv pip compile --universal --python-version 3.11 --all-extras --group dev pyproject.toml -o requirements.lock --generate-hashes

$(WORDS): $(READY) build_locale.py $(LOCALE)/es/LC_MESSAGES/plantao.po $(LOCALE)/pt_BR/LC_MESSAGES/plantao.po
	@$(BIN)/python build_locale.py
	@touch $@

# Whoever names an interpreter does not get that of a .venv which was made with another.
python:
	@[ -z "$(PYTHON)" ] || [ ! -x $(BIN)/python ] || { \
	    is=$$($(BIN)/python -c "$(VERSION)"); \
	    case "$$("$(PYTHON)" -c "$(VERSION)" 2>/dev/null || echo "$(PYTHON)")" in \
	    "$$is") ;; \
	    *) echo ".venv has Python $$is, not $(PYTHON): take it away first, with rm -r .venv" >&2; exit 1;; \
	    esac; }

# The lock's packages, then the project itself so that its source is what runs. Installed anew when either changes.
$(READY): requirements.lock pyproject.toml | python
	@set -e; \
	python='$(PYTHON)'; \
	for found in python3 python3.13 python3.12 python3.11 python3.14; do \
	    if [ -z "$$python" ] && "$$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then python=$$found; fi; \
	done; \
	if command -v uv >/dev/null 2>&1; then \
	    [ -x $(BIN)/python ] || uv venv --quiet --python "$${python:-3.13}" .venv; \
	    uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	    uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	elif [ -z "$$python" ]; then \
	    echo 'Plantão needs Python 3.11 or newer: install one, or name it with make PYTHON=…' >&2; exit 1; \
	else \
	    echo 'Installing into .venv; without uv this takes a minute or two.'; \
	    $(BIN)/python -m pip --version >/dev/null 2>&1 || "$$python" -m venv .venv; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi; \
	touch $@
