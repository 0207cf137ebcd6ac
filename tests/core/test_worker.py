"""A real worker is killed outright in the middle of its jobs; the sweep of the next one brings every job to its end, once.

On the broker that needs no server with SQLite, and on Redis with PostgreSQL (where the harness started them).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.core.shapes import Shape, embedded, server

pytestmark = pytest.mark.worker
JOBS = 6


@pytest.fixture(params=["embedded", "server"])
def shape(request, tmp_path, django_db_setup) -> Iterator[Shape]:
    """One shape with its own migrated database; a worker that is silent for six seconds counts as dead."""
    hurry = {"JOB_STALE_AFTER_SECONDS": "6", "JOB_SWEEP_SECONDS": "2"}
    if request.param == "embedded":
        made = embedded(tmp_path / "var")
        made.env |= hurry
        yield made
        return
    database, redis = os.environ.get("LMS_TEST_DATABASE_URL"), os.environ.get("LMS_TEST_REDIS_URL")
    assert database and redis, "make test starts a private PostgreSQL and Redis for this test"
    own = 5 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))  # two may run side by side
    with server(tmp_path / "var", "workers", database=database, redis=f"{redis.rpartition('/')[0]}/{own}") as made:
        made.env |= hurry
        yield made


@contextmanager
def worker(shape: Shape, name: str, folder: Path, app: str = "tests.core.worker_app") -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "-B", "--pool", "threads", "-c", "2"]
    command += ["-Q", "default,pdf,import,report", "-n", f"{name}@tests", "--schedule", str(folder / f"schedule-{name}")]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=shape.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield process
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def drive(shape: Shape, *args: str, app: str = "tests.core.worker_app") -> list[dict]:
    command = [sys.executable, "-m", app, *args]
    done = subprocess.run(command, cwd=ROOT, env=shape.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def until(true: Callable[[], bool], folder: Path, seconds: float = 120) -> None:
    pause, end = threading.Event(), time.monotonic() + seconds
    while not true():
        logs = "".join(path.read_text(errors="replace")[-1500:] for path in folder.glob("*.log"))
        assert time.monotonic() < end, f"waited in vain:\n{logs}"
        pause.wait(0.2)


def test_jobs_of_a_killed_worker_are_finished_once(shape, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    drive(shape, "ask", str(folder), str(JOBS))
    with worker(shape, "first", folder) as first:
        until(lambda: len(list(folder.glob("*-1"))) >= 2, folder)  # two jobs stand before their third chunk
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    killed = drive(shape, "tell")
    assert Counter(row["status"] for row in killed)["running"] == 2

    (folder / "gate").touch()
    with worker(shape, "second", folder):
        until(lambda: len(list(folder.glob("*-3"))) == JOBS, folder)
        until(lambda: all(row["status"] == "done" for row in drive(shape, "tell")), folder)
    rows = drive(shape, "tell")
    assert [row["outcome"] for row in rows] == [{"chunks": 4}] * JOBS
    assert Counter(row["claims"] for row in rows) == {1: JOBS - 2, 2: 2}
    assert {row["worker"] for row in rows} == {"second@tests"}
    done = Counter((folder / "log").read_text().split("\n")[:-1])
    assert len(done) == JOBS * 4 and set(done.values()) == {1}
