"""``manage.py api_schema``: write the description of the read-only interface to ``docs/api/openapi.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lms.reports.api.urls import document

PATH = "docs/api/openapi.json"


def text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


class Command(BaseCommand):
    help = "Write the OpenAPI document of the read-only interface."

    def handle(self, *args: Any, **options: Any) -> None:
        Path(settings.BASE_DIR, PATH).write_text(text())
        self.stdout.write(PATH)
