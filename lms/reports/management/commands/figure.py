"""``manage.py figure --what W --division C (--on D | --from D --to D) [--as-of T] [--basis NAME] --json``: one figure, its rows."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.core.commands import InterfaceCommand
from lms.core.errors import BadInput, LmsError
from lms.ledger import selectors as ledger
from lms.reports import asking, figures
from lms.reports.canonical import basis_summary


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
            found = self.answer(options)
        except LmsError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(f"{found['title']} {found['value']} ({found['unit']}, {len(found['lines'])})")

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        definition, arguments = figures.find(options["what"])
        on, start, end = options["on"], options["start"], options["end"]
        if bool(on) == bool(start or end) or bool(start) != bool(end):
            raise BadInput(_("请用 --on 给出一天，或用 --from 和 --to 给出起止日期，两者择一。"))
        first, last = (None, asking.day(on)) if on else asking.period(start, end)
        position = ledger.position_of(options["as_of"])
        ask = figures.Ask(
            division=asking.division(options["division"], last, position),
            start=first,
            end=last,
            position=position,
            basis=asking.basis(options["basis"], last),
            arguments=arguments,
        )
        answer = definition.ask(ask)
        when = {"on": last.isoformat()} if first is None else {"from": first.isoformat(), "to": last.isoformat()}
        moment = ledger.moment_of(ask.position)
        return {
            "what": options["what"],
            "title": str(definition.title),
            "value": answer.value,
            "unit": definition.unit,
            "definition": str(definition.meaning),
            "division": ask.division.code,
            "division_name": ask.division.full_name,
            **when,
            "basis": basis_summary(ask.basis) if definition.by_basis else None,
            "position": ask.position,
            "as_of": moment.isoformat() if moment else None,
            "rows": answer.rows,
            "lines": [str(u) for u in answer.lines],
            **({"quantities": answer.quantities} if answer.quantities is not None else {}),
            **({"people": [str(u) for u in answer.people]} if answer.people is not None else {}),
            "detail": answer.detail,
        }
