"""Write docs/reference/report-states.md from the transition table of approval."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lms.reports.approval.diagram import PATH, document


class Command(BaseCommand):
    help = "Write the documented diagram of the approval of periods."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / PATH).write_text(document())
        self.stdout.write(PATH)
