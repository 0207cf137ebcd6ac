"""Enter the items of a file into a bank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from exams import services
from exams.exchange import formats
from exams.exchange.reading import Unreadable
from exams.models import ImportedItem, ItemBank, ItemImport
from exams.services import exchange
from exams.shown_imports import place_of
from exams.states import ImportState, ImportVerdict
from lms.core.actor import Actor
from lms.core.errors import LmsError


class Command(BaseCommand):
    help = "Import items into a bank as drafts. Refused items are listed with line or row; the same file twice adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--bank", required=True, help="code of the bank")
        parser.add_argument("--format", default="", help="excel, docx, text, gift, moodle, aiken, qti; by content when left out")
        parser.add_argument("--source", default="", help="source of items that name none")
        parser.add_argument("--dry-run", action="store_true", help="examine only, change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = self._run(options, Actor.system("import_items"))
        except LmsError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(outcome, ensure_ascii=False))
            return
        for row in outcome["errors"]:
            self.stdout.write(f"{row['where']}：{row['reason']}")
        for row in outcome["flagged"]:
            self.stdout.write(f"{row['where']}：{row['reason']}")
        self.stdout.write(
            _(
                "按 %(format)s 读取，找到 %(found)d 道：读懂 %(accepted)d，不能用 %(refused)d，已有 %(known)d，相近 %(near)d；"
                "入库 %(entered)d。"
            )
            % outcome
        )

    def _run(self, options: dict[str, Any], by: Actor) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("没有这个文件：%(path)s") % {"path": path})
        bank = ItemBank.objects.select_related("division").filter(code=options["bank"]).first()
        if bank is None:
            raise CommandError(_("没有代码为“%(code)s”的题库。") % {"code": options["bank"]})
        if path.stat().st_size > exchange.MOST_BYTES:
            raise CommandError(_("文件超过 %(most)d MB，请拆分后再导入。") % {"most": exchange.MOST_BYTES // 1024 // 1024})
        raw, name = path.read_bytes(), path.name
        if options["dry_run"]:
            return _examined(bank, raw, name, options["format"])
        made = services.upload_items(
            bank=bank, raw=raw, name=name, code=options["format"], source=options["source"], by=by, send=False
        )
        made = exchange.read_and_stage(item_import=made, by=by)
        if made.state == ImportState.REFUSED:
            made.upload.delete(save=True)
            raise CommandError(made.reason)
        if made.rows.filter(wanted=True).exists():
            services.confirm_import(item_import=made, by=by, send=False)
            while exchange.enter_chunk(item_import=made, by=by):
                pass
            exchange.close_import(item_import=made, by=by)
            return _outcome(made, list(made.rows.all()))
        outcome = _outcome(made, list(made.rows.all()))
        services.discard_import(item_import=made, by=by)
        return outcome


def _examined(bank: ItemBank, raw: bytes, name: str, code: str) -> dict[str, Any]:
    """What would happen; nothing is stored."""
    try:
        chosen, reading = formats.read(raw, name=name, code=code)
    except Unreadable as error:
        raise CommandError(str(error)) from None
    made = ItemImport(bank=bank, format=chosen.code, unit=reading.unit, skipped=[list(one) for one in reading.skipped])
    return _outcome(made, exchange.rows_of(made, reading, keep=False), dry_run=True)


def _outcome(made: ItemImport, rows: list[ImportedItem], *, dry_run: bool = False) -> dict[str, Any]:
    def said(verdicts: set[str]) -> list[dict[str, Any]]:
        return [
            {
                made.unit: row.place,
                "file": row.where,
                "where": place_of(row, made),
                "verdict": row.verdict,
                "reason": row.reason,
                "excerpt": row.excerpt,
            }
            for row in rows
            if row.verdict in verdicts
        ]

    return {
        "bank": made.bank.code,
        "format": made.format,
        "dry_run": dry_run,
        **exchange.counts((row.verdict, row.entered_at) for row in rows),
        "errors": said({ImportVerdict.REFUSED}),
        "flagged": said({ImportVerdict.NEAR, ImportVerdict.KNOWN}),
        "skipped": [{made.unit: place, "text": text} for place, text in made.skipped],
    }
