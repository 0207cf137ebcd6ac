"""The project as its own processes, in a folder and on a database of its own: embedded on SQLite, server on PostgreSQL."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import ROOT, PostgresTemplate, SqliteTemplate

DATA_KEY = base64.b64encode(b"1" * 32).decode()


class Shape:
    """One world; ``run`` calls ``manage.py`` in it."""

    def __init__(self, folder: Path, **env: str) -> None:
        dropped = {
            "DATABASE_URL",
            "REDIS_URL",
            "CELERY_BROKER_URL",
            "DJANGO_SETTINGS_MODULE",
            "LMS_WORLD",
            "DJANGO_ALLOW_ASYNC_UNSAFE",
        }
        self.folder = folder
        self.env = {key: text for key, text in os.environ.items() if key not in dropped} | {"LMS_VAR_DIR": str(folder)} | env

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *args]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)

    def ok(self, *args: str) -> str:
        done = self.run(*args)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def shell(self, code: str) -> str:
        return self.ok("shell", "--no-imports", "-c", code)


def embedded(folder: Path, *, migrated: bool = True) -> Shape:
    world = folder / "main"
    (world / "tmp").mkdir(parents=True)
    if migrated:
        shutil.copy(SqliteTemplate("shape").template, world / "db.sqlite3")
    return Shape(folder, DJANGO_SETTINGS_MODULE="lms.settings.embedded", LMS_WORLD="main", TMPDIR=str(world / "tmp"))


def server_env(folder: Path, database: str, redis: str) -> dict[str, str]:
    """What a server needs, by environment variables alone."""
    return {
        "DJANGO_SETTINGS_MODULE": "lms.settings.server",
        "SECRET_KEY": "tests-" + "k3Y" * 20,
        "LMS_DATA_KEYS": json.dumps({"k1": DATA_KEY}),
        "ALLOWED_HOSTS": "localhost",
        "BASE_URL": "https://localhost",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "MEDIA_ROOT": str(folder / "media"),
        "PRIVATE_ROOT": str(folder / "private"),
    }


@contextmanager
def server(folder: Path, name: str, *, database: str, redis: str, migrated: bool = True) -> Iterator[Shape]:
    """A server shape on a fresh database of the private cluster at ``database``."""
    name = f"{name}_{os.getpid()}"
    template = PostgresTemplate("shape").template
    with psycopg.connect(database, autocommit=True) as admin:
        ready = migrated and admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
        admin.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if ready else ""))
    folder.mkdir(parents=True, exist_ok=True)
    shape = Shape(folder, **server_env(folder, f"{database.rpartition('/')[0]}/{name}", redis))
    try:
        if migrated and not ready:
            shape.ok("migrate", "--verbosity=0")
        yield shape
    finally:
        with psycopg.connect(database, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
