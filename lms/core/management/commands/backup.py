"""Write one archive of this world: database, media and private files; on the embedded shape the keys in a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lms.core import backup
from lms.core.errors import LmsError


class Command(BaseCommand):
    help = "Back up database and files to one archive; keys are written to a separate file beside it (or not at all on a server)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="the archive to write (default: backup/ under the var folder)")

    def handle(self, *args: Any, to: Path | None = None, **options: Any) -> None:
        world = getattr(settings, "LMS_WORLD", "server")
        target = to or Path(settings.VAR_DIR) / "backup" / f"{world}-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
        try:
            manifest = backup.write(target)
        except LmsError as error:
            raise CommandError(str(error)) from None
        rows, files = sum(manifest["rows"].values()), sum(manifest["files"].values())
        self.stdout.write(f"✓ {target}  {target.stat().st_size / 1e6:.1f} MB, {rows} rows, {files} files")
        keys = backup.keys_beside(target)
        if keys.exists():
            self.stdout.write(f"✓ {keys}  密钥，请另外保管 / keys: keep them in another place")
        else:
            self.stdout.write("  密钥在环境变量里，不在备份中，请另外保管 / keys live in the environment: keep a copy elsewhere")
