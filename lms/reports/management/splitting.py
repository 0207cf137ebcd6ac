"""The commands that split a division and period by one dimension: the same arguments, the same faults."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.reports import questions
from lms.reports.dimensions import ALL


class SplittingCommand(InterfaceCommand):
    """``--division CODE --from D --to D [--as-of T] [--basis NAME] [--by …] [--boundaries then|now|D] [--having DIMENSION:CODE]…
    [--format csv|json]``. What is printed is the subclass's."""

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
        names = ("division", "start", "end", "by", "as_of", "basis", "boundaries", "having")
        try:
            asked = questions.typed(**{name: options[name] for name in names}, actor=Actor.system(self.name))
            self.stdout.write(self.text(asked, options["format"]), ending="")
        except LmsError as error:
            raise CommandError(str(error)) from None

    name: str

    def text(self, asked: questions.Question, form: str) -> str:
        raise NotImplementedError
