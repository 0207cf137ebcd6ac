"""Write docs/reference/exam-states.md from the transition tables."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from exams.diagram import document

PATH = "docs/reference/exam-states.md"


class Command(BaseCommand):
    help = "Write the documented diagram of the exam room's state machines."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / PATH
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document())
        self.stdout.write(PATH)
