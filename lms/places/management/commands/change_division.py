"""``change_division``: record that a division was renamed, recoded, moved, merged or split. Its people follow at night."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.places.changing import Heir, change_division
from lms.places.models import Division
from lms.places.selectors import division_by_code


class Command(InterfaceCommand):
    help = "登记一次区划变更：更名、改设、改变隶属、并入（一个去向）或拆分（多个去向）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="变更前的代码")
        parser.add_argument("--on", required=True, type=dt.date.fromisoformat, help="变更生效日，YYYY-MM-DD")
        parser.add_argument(
            "--to", required=True, nargs=2, action="append", metavar=("CODE", "NAME"), help="变更后的代码和名称；拆分时写多次"
        )
        parser.add_argument("--under", help="变更后的上级代码；不写则上级不变")
        parser.add_argument("--source", required=True, help="依据，如文件名称和文号")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            before = division_by_code(options["code"])
            parent = division_by_code(options["under"]) if options["under"] else _parent(before)
            heirs = [Heir(code, name, parent) for code, name in options["to"]]
            made = change_division(
                before=before, heirs=heirs, happened_on=options["on"], source=options["source"], by=Actor.system("change_division")
            )
        except LmsError as error:
            raise CommandError(str(error)) from None
        names = "、".join(f"{row.full_name}（{row.code}）" for row in made)
        self.stdout.write(_("已登记：%(before)s变更为%(after)s。") % {"before": before.full_name, "after": names})


def _parent(division: Division) -> Division:
    if division.parent is None:
        raise CommandError(_("全国不能变更。"))
    return division.parent
