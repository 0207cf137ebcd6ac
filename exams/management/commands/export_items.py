"""Write the items of a bank to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from exams import services
from exams.exchange.formats import EXTRAS
from exams.models import ItemBank
from lms.core.actor import Actor
from lms.core.errors import LmsError


class Command(BaseCommand):
    help = "Export a bank's items. Items that the format cannot hold are listed by name, never dropped silently."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bank", required=True, help="code of the bank")
        parser.add_argument("--format", required=True, help="excel, docx, text, gift, moodle, aiken, qti21, qti22, qti30")
        parser.add_argument("--out", type=Path, required=True, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        bank = ItemBank.objects.select_related("division").filter(code=options["bank"]).first()
        if bank is None:
            raise CommandError(_("没有代码为“%(code)s”的题库。") % {"code": options["bank"]})
        out: Path = options["out"]
        if not out.parent.is_dir():
            raise CommandError(_("没有这个文件夹：%(path)s") % {"path": out.parent})
        try:
            written = services.export_items(bank=bank, code=options["format"], by=Actor.system("export_items"))
        except LmsError as error:
            raise CommandError(str(error)) from None
        out.write_bytes(written.content)
        for name, reason in written.left_out:
            self.stdout.write(_("未写出 %(name)s：%(reason)s") % {"name": name, "reason": reason})
        for what, count in written.lost.items():
            self.stdout.write(
                _("这种格式没有“%(what)s”的位置，%(count)d 道题的这一项没有写出。") % {"what": EXTRAS[what], "count": count}
            )
        self.stdout.write(_("写出 %(count)d 道题。") % {"count": written.count})
