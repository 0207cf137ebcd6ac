"""``manage.py reports_verify``: make every signed report anew from the lines and compare it byte for byte.

Exits 1 at the first that differs.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.reports.approval import payloads
from lms.reports.models import Submission


class Command(BaseCommand):
    help = "Regenerate every report that was handed in, at the position it was signed at, and compare."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for row in Submission.objects.select_related("division", "basis").order_by("pk").iterator(chunk_size=50):
            if payloads.digest(row.payload) != row.payload_sha256 or payloads.made_again(row) != row.payload:
                raise CommandError(f"{row.division.full_name} {row.period}/{row.number} does not come out as it was signed")
            count += 1
        self.stdout.write(f"{count} reports come out as they were signed")
