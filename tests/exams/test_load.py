"""The load bench in small: a sitting on the server shape while a web worker and the database are killed. See ``bench/load``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psycopg
import pytest

from tests.conftest import ROOT, PostgresTemplate

pytestmark = pytest.mark.worker


def migrated() -> list[str]:
    """The suite's migrated template where there is one: it spares a minute."""
    database, name = os.environ.get("LMS_TEST_DATABASE_URL"), PostgresTemplate("load").template
    if not database:
        return []
    with psycopg.connect(database) as admin:
        found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return ["--like", f"{database.rpartition('/')[0]}/{name}"] if found else []


def run(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "bench/load/run.py", "--quiet", *args, *migrated()]
    env = {name: text for name, text in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=600)


def test_no_confirmed_answer_is_lost_and_nobody_is_marked_twice():
    hurry = ["--candidates", "12", "--minutes", "0.2", "--every", "1", "--arrive", "1"]
    done = run(*hurry, "--kill-every", "8", "--database-at", "0.5", "--master-at", "")
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["kills"]["database"] == 1 and told["kills"]["web worker"] >= 1
    assert told["handed_in"] == told["candidates"] == 12
    assert told["answers_confirmed"] > 50 and told["requests"]["hand in"]["count"] == 24
    assert (told["lost"], told["double_marks"], told["faults"]) == (0, 0, 0)
