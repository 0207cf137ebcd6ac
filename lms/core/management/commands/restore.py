"""Put an archive of ``backup`` in place of this world, compare the row counts, migrate, and verify the ledger."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.core import backup
from lms.core.errors import LmsError


class Command(BaseCommand):
    help = "Restore an archive into an empty world (or, with --replace, in place of this one, which is moved aside)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="archive", type=Path, required=True)
        parser.add_argument("--replace", action="store_true", help="replace a world that holds data")

    def handle(self, *args: Any, archive: Path, replace: bool = False, **options: Any) -> None:
        self._refuse_while_running()
        try:
            manifest, aside = backup.restore(archive, replace=replace)
        except LmsError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"✓ {sum(manifest['rows'].values())} rows, as in the archive of {manifest['made_at'][:19]}")
        if aside is not None:
            self.stdout.write(f"  原来的数据移到了 / what stood here before: {aside}")
        call_command("migrate", verbosity=0, interactive=False)
        if "ledger_verify" in get_commands():
            call_command("ledger_verify", stdout=self.stdout)
        self.stdout.write("✓ 恢复完成 / restored")

    def _refuse_while_running(self) -> None:
        """On the embedded shape the running site holds its world's lock."""
        lock = Path(getattr(settings, "WORLD_DIR", "/nonexistent")) / "run.lock"
        if not lock.exists():
            return
        with lock.open("a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError("系统正在运行，请先停止：make stop / the site is running: make stop first") from None
