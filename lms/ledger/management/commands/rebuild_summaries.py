"""``manage.py rebuild_summaries``: throw the summaries away and fold them anew from the lines."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.ledger import services


class Command(BaseCommand):
    help = "Rebuild the summaries of the ledger from its lines."

    def handle(self, *args: Any, **options: Any) -> None:
        done = services.rebuild_summaries()
        self.stdout.write(f"position {done.position}")
