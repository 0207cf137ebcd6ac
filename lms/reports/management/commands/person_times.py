"""``manage.py person_times --division CODE --from D --to D [--as-of T] [--basis NAME] [--by …] --format csv|json``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.core.errors import LmsError
from lms.ledger import selectors as ledger
from lms.reports import asking, canonical
from lms.reports.breakdown import DIMENSIONS, breakdown


class Command(BaseCommand):
    help = "Person-times (人次), persons (人数), minutes and hours of a division and period, on a named counting basis."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True)
        parser.add_argument("--from", dest="start", required=True)
        parser.add_argument("--to", dest="end", required=True)
        parser.add_argument("--as-of", dest="as_of")
        parser.add_argument("--basis")
        parser.add_argument("--by", choices=DIMENSIONS, default="division")
        parser.add_argument("--format", choices=("csv", "json"), default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            start, end = asking.period(options["start"], options["end"])
            found = breakdown(
                division=asking.division(options["division"], end),
                start=start,
                end=end,
                basis=asking.basis(options["basis"], end),
                position=ledger.position_of(options["as_of"]),
                by=options["by"],
            )
        except LmsError as error:
            raise CommandError(str(error)) from None
        text = canonical.as_csv(found) if options["format"] == "csv" else canonical.as_json(found) + "\n"
        self.stdout.write(text, ending="")
