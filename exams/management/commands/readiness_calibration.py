"""Write docs/reference/readiness-calibration.md and its picture: simulated learners of known ability, predicted and examined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from exams.readiness_report import PAGE, PICTURE, document, picture
from exams.readiness_simulation import FULL, SMALL, run


class Command(BaseCommand):
    help = "Simulate learners of known ability and write the calibration curve of readiness estimates."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--out", default=str(settings.BASE_DIR / "docs/reference"), help="folder to write to")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["out"])
        folder.mkdir(parents=True, exist_ok=True)
        full, small = run(FULL), run(SMALL)
        (folder / PAGE).write_text(document(full, small), encoding="utf-8")
        (folder / PICTURE).write_text(picture(full), encoding="utf-8")
        self.stdout.write(f"{folder / PAGE}\n{folder / PICTURE}")
