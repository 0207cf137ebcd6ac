# Two commands matter: `make run` shows the demonstration world, `make test` proves everything.
#
#   make run                        the demonstration world: installs what is missing, starts, prints address and sign-ins
#   make start                      an empty system of your own, with a first-run wizard
#   make stop                       stop what `make run` or `make start` started
#   make backup  [WORLD=main] [TO=file]      make restore FROM=file [WORLD=main] [REPLACE=1]
#   make test                       everything, as in .ci/run: two databases, a real worker, a real browser
#   make check                      the daily gate, under a minute
#   make bench                      ratios against bare views, written to bench/results/
#   make bench-scale [ARGS="--lines 1000000 --then 10000000"]      a province of lines on a scratch PostgreSQL; bench/scale
#   make bench-load                 500 candidates in one sitting while the server's processes are killed; ARGS="--help"
#   make messages                   bring locale/en in line with the code
#   make format | lock | vendor     format the code; resolve the lock files anew; fetch the front-end libraries
#
# PORT=9000, HOST=0.0.0.0 choose where the site listens. BASE_URL is the address that QR codes and e-mails carry.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
WORLD ?= main

.PHONY: run start stop backup restore test check fast bench bench-scale bench-load messages format lock vendor python environment

run: python
	@$(PYTHON) deploy/local/run.py demo

start: python
	@$(PYTHON) deploy/local/run.py main

stop: python
	@$(PYTHON) deploy/local/run.py demo stop
	@$(PYTHON) deploy/local/run.py main stop

backup: environment
	@LMS_WORLD=$(WORLD) DJANGO_SETTINGS_MODULE=$${DJANGO_SETTINGS_MODULE:-lms.settings.embedded} $(PY) manage.py backup $(if $(TO),--to $(TO))

restore: environment
	@test -n "$(FROM)" || { echo "make restore FROM=var/backup/….zip [WORLD=main] [REPLACE=1]"; exit 2; }
	@LMS_WORLD=$(WORLD) DJANGO_SETTINGS_MODULE=$${DJANGO_SETTINGS_MODULE:-lms.settings.embedded} $(PY) manage.py restore --from $(FROM) $(if $(REPLACE),--replace)

test: python
	@$(PYTHON) deploy/local/suite.py

check: python ## the daily gate
	@$(PYTHON) deploy/local/check.py

bench: environment
	@$(PY) bench/run.py $(ARGS)

bench-scale: python
	@$(PYTHON) deploy/local/environment.py dev
	@$(PY) bench/scale/run.py $(ARGS)

bench-load: python
	@$(PYTHON) deploy/local/environment.py dev
	@$(PY) bench/load/run.py $(ARGS)

messages: python
	@$(PYTHON) deploy/local/environment.py dev
	@$(PY) deploy/local/messages.py update

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## resolve the dependencies of pyproject anew; no index address is written
	@command -v uv >/dev/null || test -x .venv/bin/uv || { echo "make lock needs uv"; exit 1; }
	@uv=$$(command -v uv || echo .venv/bin/uv); \
	compile() { $$uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "$$@"; }; \
	compile pyproject.toml -o requirements/base.txt && \
	compile pyproject.toml --extra server -o requirements/server.txt && \
	compile pyproject.toml --extra server --extra dev -o requirements/dev.txt

vendor: ## fetch and build the vendored front-end libraries (needs npm)
	python3 deploy/vendor/update.py

environment: python
	@$(PYTHON) deploy/local/environment.py base

python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新 / Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)"; exit 1; }
