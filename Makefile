# Two commands matter: `make run` shows the demonstration world, `make test` proves everything.
PY := .venv/bin/python
export DJANGO_SETTINGS_MODULE ?= lms.settings.embedded

.PHONY: check fast format

check: ## the daily gate, under a minute
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/mypy
	DJANGO_SETTINGS_MODULE=lms.settings.test $(PY) manage.py makemigrations --check --dry-run
	$(PY) -m pytest -m "not slow and not browser and not worker"

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

vendor: ## fetch and build the vendored front-end libraries (needs npm)
	python3 deploy/vendor/update.py
