"""``manage.py cut --division CODE --from D --to D [--by …] [--having DIMENSION:CODE]… [--boundaries then|now|D] [--format …]``.

Every measure (人次, 人数, 未具名, 学时, 小时, 班次, 课次, licences gained, and the stocks of the last day) by any dimension,
narrowed by any number of others. Divisions come with the divisions below them. As CSV, or ``--format json``.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.reports import cutting
from lms.reports.dimensions import ALL


class Command(InterfaceCommand):
    help = "Every measure of a division and period, by one dimension and narrowed by others, at any position and boundaries."

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
        asked = {name: options[name] for name in ("division", "start", "end", "by", "as_of", "basis", "boundaries", "having")}
        try:
            told = cutting.state(**asked, actor=Actor.system("cut"))
        except LmsError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(cutting.as_csv(told) if options["format"] == "csv" else cutting.as_json(told), ending="")
