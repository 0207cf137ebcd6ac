"""The server shape on this machine: PostgreSQL, Redis, gunicorn as it is deployed; and how each of them is killed.

Marking happens in the request that hands in, so that the shape needs no worker here.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "deploy" / "local"))

import servers  # noqa: E402

WORKERS, THREADS = 2, 4


def environment(folder: Path, database: str, redis: str, port: int) -> dict[str, str]:
    """What a server needs, by environment variables alone."""
    return {
        "DJANGO_SETTINGS_MODULE": "bench.load.settings",
        "LMS_VAR_DIR": str(folder),
        "SECRET_KEY": "bench-" + "k3Y" * 20,
        "LMS_DATA_KEYS": json.dumps({"k1": base64.b64encode(b"1" * 32).decode()}),
        "ALLOWED_HOSTS": "localhost",
        "BASE_URL": "https://localhost",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "MEDIA_ROOT": str(folder / "media"),
        "PRIVATE_ROOT": str(folder / "private"),
        "EMAIL_URL": "dummymail://",
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": str(WORKERS),
        "WEB_THREADS": str(THREADS),
    }


class Web:
    """gunicorn with the configuration of ``deploy/``: its master, and the workers it keeps."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "lms.wsgi"]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)

    def wait(self, seconds: float = 120) -> None:
        """Until it listens and its workers are there."""
        assert self.process is not None
        until = time.monotonic() + seconds
        while not self._listens() or len(self.workers()) < WORKERS:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the web server did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)

    def workers(self) -> list[int]:
        assert self.process is not None
        return servers.children(self.process.pid)

    def kill_one(self, lots: random.Random) -> bool:
        """SIGKILL to a random worker; the master forks another. False where none stands at the moment."""
        there = self.workers()
        if not there:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(lots.choice(there), signal.SIGKILL)
        return True

    def kill(self) -> None:
        """SIGKILL to the master and all its workers: as when the machine of the web node goes."""
        if self.process is None:
            return
        there = self.workers()
        for pid in (self.process.pid, *there):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def shape(folder: Path, like: str | None = None) -> Iterator[tuple[servers.Cluster, Web]]:
    """Database and Redis started, their addresses in this process's environment. Who has built the world hardens the
    database and starts the web server. ``like``: a migrated database to copy, else the caller migrates."""
    with servers.cluster() as cluster, servers.redis() as redis:
        if like:
            _copy(cluster, like, folder)
        port = servers.free_port()
        for name in ("CELERY_BROKER_URL", "LMS_WORLD", "LMS_DEMO"):
            os.environ.pop(name, None)
        os.environ |= environment(folder, cluster.url, redis, port)
        web = Web(port, folder / "web.log")
        try:
            yield cluster, web
        finally:
            web.kill()


def _copy(cluster: servers.Cluster, like: str, folder: Path) -> None:
    dump = str(folder / "dump")
    subprocess.run([str(cluster.programs / "pg_dump"), "-Fc", "-d", like, "-f", dump], check=True)
    subprocess.run([str(cluster.programs / "pg_restore"), "-j", "2", "-d", cluster.url, dump], check=True)
