"""Throw the stages away and fold them anew from the ledger."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.pipeline import services


class Command(BaseCommand):
    help = "Rebuild the summaries of the pipeline from the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.rebuild()} persons")
