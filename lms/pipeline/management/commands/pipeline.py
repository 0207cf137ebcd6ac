"""``pipeline --division CODE --on D --format json|csv``: the funnel of a division on a day."""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.pipeline import selectors, services
from lms.places.selectors import division_by_code


class Command(InterfaceCommand):
    help = "Print how many persons of a division stand in each stage on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True)
        parser.add_argument("--on", default="")
        parser.add_argument("--format", choices=["json", "csv"], default="json")

    def handle(self, *args: Any, division: str, on: str, format: str, **options: Any) -> None:
        try:
            day = dt.date.fromisoformat(on) if on else clock.today()
        except ValueError:
            raise CommandError(_("“%(text)s”不是日期，请写成 2026-11-22 这样的形式。") % {"text": on}) from None
        try:
            place = division_by_code(division, on=day)
            services.catch_up()
            found = selectors.funnel(place, day)
        except LmsError as error:
            raise CommandError(str(error)) from None
        if format == "csv":
            out = csv.writer(self.stdout)
            out.writerow(["stage", "name", "now", "ever", "out"])
            out.writerows([step.stage.value, step.label, step.now, step.ever, step.out] for step in found.steps)
            return
        self.stdout.write(json.dumps(selectors.facts_of(found), ensure_ascii=False, indent=1))
