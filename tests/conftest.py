"""The suite's database: migrated once into a template, copied for each worker, restored instead of flushed.

A flush would be refused: ledger and audit are append-only. So a test that commits gets a fresh copy of the template.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client, TransactionTestCase

import lms.celery  # noqa: F401
from lms.places.models import Division
from tests.factories.world import World, make_client, make_division_tree, make_user

ROOT = Path(__file__).resolve().parent.parent


# Shared by every checkout of this machine: a template is named by what its migrations say, so none can be the wrong one.
TEMPLATES = Path(tempfile.gettempdir()) / f"lms-test-templates-{os.getuid()}"
KEPT = 12


def _migrations() -> dict[str, str]:
    """Every migration of ours, and the lock file for those of the libraries, with a digest of its content."""
    paths = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("lms/*/migrations/*.py"), ROOT / "requirements/base.txt"]
    return {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest()[:16] for p in sorted(paths)}


def _migrations_hash() -> str:
    return hashlib.sha256(json.dumps(_migrations()).encode()).hexdigest()[:12]


def _migrate(env: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the test database could not be migrated:\n{done.stderr[-3000:]}")


class SqliteTemplate:
    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.copies = 0
        self.file = settings.TEST_DIR / f"db-{worker}-{os.getpid()}.sqlite3"
        self.template = TEMPLATES / f"{_migrations_hash()}.sqlite3"

    def prepare(self) -> None:
        TEMPLATES.mkdir(exist_ok=True)
        with (TEMPLATES / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # one worker migrates, the others wait for it
            if not self.template.exists():
                self._make()
            self.template.touch()
        self.restore()

    def _make(self) -> None:
        """Migrate the newest template that holds none but migrations of today, or an empty file when there is none."""
        wanted = _migrations()
        draft = self.template.with_suffix(f".{os.getpid()}")
        known = sorted(TEMPLATES.glob("*.sqlite3"), key=lambda p: p.stat().st_mtime, reverse=True)
        for older in known:
            manifest = older.with_suffix(".json")
            if manifest.exists() and json.loads(manifest.read_text()).items() <= wanted.items():
                shutil.copyfile(older, draft)
                break
        _migrate({"LMS_SQLITE_FILE": str(draft), "DJANGO_SETTINGS_MODULE": "lms.settings.test", "DATABASE_URL": ""})
        self.template.with_suffix(".json").write_text(json.dumps(wanted))
        os.replace(draft, self.template)
        for old in known[KEPT:]:
            old.unlink(missing_ok=True)
            old.with_suffix(".json").unlink(missing_ok=True)

    def restore(self) -> None:
        """A fresh copy under a new name: a live server's thread may still hold the old one, and would take its log away."""
        self.drop()
        self.copies += 1
        self.file = settings.TEST_DIR / f"db-{self.worker}-{os.getpid()}-{self.copies}.sqlite3"
        shutil.copyfile(self.template, self.file)
        connection.settings_dict["NAME"] = str(self.file)
        settings.DATABASES["default"]["NAME"] = str(self.file)

    def drop(self) -> None:
        connections.close_all()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)


class PostgresTemplate:
    def __init__(self, worker: str) -> None:
        self.name = f"test_{worker}_{os.getpid()}"
        self.template = f"template_{_migrations_hash()}"

    def _admin(self, *statements: str) -> list[tuple[object, ...]]:
        import psycopg

        params = connection.get_connection_params()
        keep = {k: params[k] for k in ("host", "port", "user", "password") if params.get(k)}
        rows: list[tuple[object, ...]] = []
        with psycopg.connect(dbname="postgres", autocommit=True, **keep) as admin:
            admin.execute("SELECT pg_advisory_lock(20261122)")
            for statement in statements:
                cursor = admin.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def prepare(self) -> None:
        import psycopg

        params = connection.get_connection_params()
        keep = {k: params[k] for k in ("host", "port", "user", "password") if params.get(k)}
        with psycopg.connect(dbname="postgres", autocommit=True, **keep) as admin:
            admin.execute("SELECT pg_advisory_lock(20261123)")
            found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template]).fetchone()
            if not found:
                draft = f"{self.template}_draft"
                admin.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
                admin.execute(f'CREATE DATABASE "{draft}"')
                base = os.environ["DATABASE_URL"].rpartition("/")[0]
                _migrate({"DATABASE_URL": f"{base}/{draft}", "DJANGO_SETTINGS_MODULE": "lms.settings.test"})
                admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{self.template}"')
        self.restore()
        connection.settings_dict["NAME"] = self.name
        settings.DATABASES["default"]["NAME"] = self.name

    def restore(self) -> None:
        connections.close_all()
        self._admin(
            f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)', f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"'
        )

    def drop(self) -> None:
        connections.close_all()
        self._admin(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sample", type=int, default=0, metavar="N", help="of each module, run only the first N tests that use the database"
    )
    parser.addoption("--only-database", action="store_true", help="leave out what never touches the database")


def _uses_database(item: pytest.Item) -> bool:
    asked = item.get_closest_marker("django_db") or {"db", "transactional_db", "django_db_setup"} & set(
        getattr(item, "fixturenames", ())
    )
    return bool(asked) or issubclass(getattr(item, "cls", None) or object, TransactionTestCase)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """``--sample``: what needs no database, all of it; of the rest the head of each module. The same choice every time.

    ``--only-database``: for the second engine, where the rest would only be run twice.
    """
    most, only = config.getoption("--sample"), config.getoption("--only-database")
    seen: Counter[Path] = Counter()
    kept, left = [], []
    for item in items:
        uses = _uses_database(item)
        seen[item.path] += uses
        (left if (only and not uses) or (most and uses and seen[item.path] > most) else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: object) -> Iterator[None]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        template = PostgresTemplate(worker) if connection.vendor == "postgresql" else SqliteTemplate(worker)
        template.prepare()
        original = TransactionTestCase._fixture_teardown
        TransactionTestCase._fixture_teardown = lambda self: template.restore()  # type: ignore[method-assign]
        yield
        TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]
        template.drop()


@pytest.fixture(autouse=True)
def _media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    settings.PRIVATE_ROOT = tmp_path / "private"  # type: ignore[attr-defined]


@pytest.fixture
def world(db: None) -> World:
    """云南省 – 昭通市 – 鲁甸县 – 龙头山镇 with neighbours, and 四川省 – 南充市 – 阆中市. See ``tests/factories/world.py``."""
    return make_division_tree()


@pytest.fixture
def foreign_division(world: World) -> Division:
    """A county of another province."""
    return world.foreign_county


@pytest.fixture
def client_as(world: World) -> Callable[..., Client]:
    """``client_as("class_manager", world.county)``: a browser signed in as a fresh user; without a role a plain learner."""

    def sign_in(role: str | None = None, division: Division | None = None, **fields: Any) -> Client:
        return make_client(make_user(role, division, **fields))

    return sign_in
