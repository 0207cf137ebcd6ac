"""``manage.py load_ledger_rules [FILE]``: add built-in (or a file's) counting bases and hour schemes that do not stand yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.core.actor import Actor
from lms.core.errors import LmsError
from lms.ledger import services
from lms.ledger.services.standards import BUILT_IN


class Command(BaseCommand):
    help = "Add counting bases and hour schemes from a JSON file; running twice adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=BUILT_IN)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = services.load_built_in(by=Actor.system("load_ledger_rules"), file=options["file"])
        except (LmsError, OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{added} added")
