"""Bring the database and the static files of this world up to date. Safe to run at every start; touches no data of people."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

DEMO_SEED = 20


class Command(BaseCommand):
    help = "Migrate, make the cache table, collect static files; load divisions and the demonstration world where missing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        building = Path(settings.WORLD_DIR) / "building" if settings.LMS_DEMO else None
        if building is not None and building.exists():
            self._throw_away_half_built()
        self._migrate()
        self._collect_static()
        if "load_divisions" in get_commands() and not apps.get_model("places", "Division").objects.exists():
            with self._step("载入行政区划 / loading divisions"):
                call_command("load_divisions", stdout=self.stdout, stderr=self.stderr)
        if building is None and "setup_code" in get_commands():
            call_command("setup_code", stdout=self.stdout, stderr=self.stderr)
        if building is not None and "seed_demo" in get_commands() and not get_user_model().objects.exists():
            building.touch()
            with self._step("建立演示世界 / building the demonstration world"):
                call_command("seed_demo", seed=DEMO_SEED, stdout=self.stdout, stderr=self.stderr)
            building.unlink()

    @contextmanager
    def _step(self, text: str) -> Iterator[None]:
        began = time.monotonic()
        self.stdout.write(f"· {text} …")
        self.stdout.flush()
        yield
        took = time.monotonic() - began
        if took >= 1:
            self.stdout.write(f"  {took:.0f} s")

    def _throw_away_half_built(self) -> None:
        """The demonstration world was interrupted while it was built: it is made of nothing but its seed, so start over."""
        self.stdout.write("· 上次演示世界没有建完，重新开始 / the last building was interrupted, starting over")
        world = Path(settings.WORLD_DIR)
        connections.close_all()
        for path in [*world.glob("db.sqlite3*"), *world.glob("*.json"), world / "building"]:
            if path.name not in {"keys.json", "run.json"}:
                path.unlink(missing_ok=True)
        for folder in ("media", "private", "queue", "mail"):
            shutil.rmtree(world / folder, ignore_errors=True)
            (world / folder).mkdir()

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            with self._step(f"更新数据库结构 / migrating ({len(plan)})"):
                call_command("migrate", verbosity=0, interactive=False)
        if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
            call_command("createcachetable", verbosity=0)

    def _collect_static(self) -> None:
        """Collect when a file of ours or of a library came, went or changed."""
        digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
        for finder in get_finders():
            for path, storage in finder.list([]):
                found = Path(storage.path(path)).stat()
                digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
        stamp = Path(settings.STATIC_ROOT) / "collected.stamp"
        if stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        with self._step("整理静态文件 / collecting static files"):
            call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(digest.hexdigest())
