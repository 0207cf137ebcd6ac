"""``manage.py ledger_verify [--json]``: recompute every stored total and the hash chain; exits 1 naming what does not fit."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.ledger.verifying import verify


class Command(BaseCommand):
    help = "Check the ledger: totals against the fold, rows against the chain, the chain against its published heads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(verdict), "ok": not verdict.faults}, ensure_ascii=False, indent=1))
        else:
            counts = f"{verdict.lines} lines, {verdict.links} links, {verdict.seals} seals, {verdict.totals} totals"
            self.stdout.write(f"{counts}, {verdict.unsealed} lines not sealed yet")
        if verdict.faults:
            raise CommandError(" ".join(f"{fault.sentence}[{fault.where} {fault.row}]" for fault in verdict.faults))
