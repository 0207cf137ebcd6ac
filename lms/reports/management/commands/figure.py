"""``manage.py figure --what W --division C (--on D | --from D --to D) [--as-of T] [--basis NAME] --json``: one figure, its rows."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.reports import stating


class Command(InterfaceCommand):
    help = "State one figure with its unit, basis and position, and the uuids of the rows it opens."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--what", required=True)
        parser.add_argument("--division", required=True)
        parser.add_argument("--on")
        parser.add_argument("--from", dest="start")
        parser.add_argument("--to", dest="end")
        parser.add_argument("--as-of", dest="as_of")
        parser.add_argument("--basis")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = stating.state(
                options["what"],
                division=options["division"],
                on=options["on"],
                start=options["start"],
                end=options["end"],
                as_of=options["as_of"],
                basis=options["basis"],
                actor=Actor.system("figure"),
            )
        except LmsError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(f"{found['title']} {found['value']} ({found['unit']}, {len(found['lines'])})")
