"""``make check``, the daily gate: format, lint, import contracts, types, templates, migrations, catalogues, fast tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import environment
from environment import PYTHON, ROOT, VENV
from say import line, run_as_main

BIN = VENV / "bin"
GATES: dict[str, list[str]] = {
    "types": [str(BIN / "mypy")],
    "catalogues": [str(PYTHON), "deploy/local/messages.py", "check"],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "lint": [str(BIN / "ruff"), "check", "."],
    "imports": [str(BIN / "lint-imports")],
    "migrations": [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"],
    "templates": [str(BIN / "djlint"), "--lint", "--quiet", "lms", "courses", "exams", "certificates", "cms"],
}
# everything that needs no database, and the head of each module that does: the whole of it is ``make test``
FAST = [str(PYTHON), "-m", "pytest", "-n", "2", "-m", "not slow and not browser and not worker", "--sample", "1"]


def clean_env(**more: str) -> dict[str, str]:
    """This process's environment without what would point the suite at somebody's database."""
    drop = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "LMS_WORLD", "LMS_SQLITE_FILE"}
    env = {key: text for key, text in os.environ.items() if key not in drop}
    return {**env, "DJANGO_SETTINGS_MODULE": "lms.settings.test", "PYTHONUNBUFFERED": "1", **more}


def gate(name: str) -> tuple[str, bool, float, str]:
    began = time.monotonic()
    done = subprocess.run(GATES[name], cwd=ROOT, env=clean_env(), capture_output=True, text=True, check=False)
    return name, done.returncode == 0, time.monotonic() - began, done.stdout + done.stderr


def run_gates() -> list[str]:
    """Run all gates, two at a time; print what failed; return the failed ones' names."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, passed, took, output in pool.map(gate, GATES):
            line(f"{'✓' if passed else '✗'} {name}  {took:.0f} s")
            if not passed:
                failed.append(name)
                line("\n".join(output.splitlines()[-60:]))
    return failed


def main() -> int:
    began = time.monotonic()
    if not (BIN / "mypy").exists():  # none yet, or the one that `make run` made without the tools
        environment.check_python()
        environment.system_packages(environment.TEST_PACKAGES)
        environment.install("dev")
    failed = run_gates()
    if subprocess.run(FAST, cwd=ROOT, env=clean_env(), check=False).returncode:
        failed.append("tests")
    line(f"\n{'✗ ' + ', '.join(failed) if failed else '✓'}  {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    run_as_main(main)
