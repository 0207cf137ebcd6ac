"""``manage.py seal_day``: add today's link to the hash chain and write its head outside the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.ledger import services


class Command(BaseCommand):
    help = "Seal what became known since the last link; running twice adds nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        link = services.seal_day()
        self.stdout.write(f"{link.number} {link.day} {link.line_count} lines {link.event_count} events {link.head}")
