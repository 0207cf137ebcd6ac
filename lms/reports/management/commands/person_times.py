"""``manage.py person_times --division CODE --from D --to D [--as-of T] [--basis NAME] [--by …] --format csv|json``.

``--by`` takes every dimension, those of the person and ``funder`` and ``topic`` too. ``--boundaries now`` (or a day) shows lines of
divisions that have changed where they lie since; ``--having topic:CODE`` keeps what has it (any dimension, several times).
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.reports import canonical, stating
from lms.reports.dimensions import ALL


class Command(InterfaceCommand):
    help = "Person-times (人次), persons (人数), minutes and hours of a division and period, on a named counting basis."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True)
        parser.add_argument("--from", dest="start", required=True)
        parser.add_argument("--to", dest="end", required=True)
        parser.add_argument("--as-of", dest="as_of")
        parser.add_argument("--basis")
        parser.add_argument("--by", choices=ALL, default="division")
        parser.add_argument("--boundaries", default="then", help="then, now or a day")
        parser.add_argument("--having", action="append", help="DIMENSION:CODE, may be given several times")
        parser.add_argument("--format", choices=("csv", "json"), default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = stating.split(
                division=options["division"],
                start=options["start"],
                end=options["end"],
                by=options["by"],
                as_of=options["as_of"],
                basis=options["basis"],
                boundaries=options["boundaries"],
                having=options["having"],
                actor=Actor.system("person_times"),
            )
        except LmsError as error:
            raise CommandError(str(error)) from None
        text = canonical.as_csv(found) if options["format"] == "csv" else canonical.as_json(found) + "\n"
        self.stdout.write(text, ending="")
