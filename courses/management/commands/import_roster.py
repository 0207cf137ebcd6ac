"""Let the learners of a roster file into a class."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from courses.jobs import password_rows
from courses.models import RosterImport, TrainingClass
from courses.roster import guard
from courses.roster.examining import Examined, examine
from courses.roster.reading import Sheet, read
from courses.services import roster as service
from courses.services import roster_columns as mapping
from courses.services import roster_commit as committing
from courses.services.locks import check_live
from courses.states import RowVerdict
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.core.errors import BadInput, LmsError
from lms.core.workbooks import guard as safe_cell


class Command(InterfaceCommand):
    help = "Import a roster (xlsx, xls, csv) into a class. Refused rows are listed; the same file twice adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--class", dest="code", required=True, help="code of the class")
        parser.add_argument("--dry-run", action="store_true", help="examine only, change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--passwords", type=Path, help="open accounts and write the initial passwords to this new CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor.system("import_roster")
        try:
            outcome = self._run(options, by)
        except LmsError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(outcome, ensure_ascii=False))
            return
        for row in outcome["refused_rows"]:
            where = f"{row['column']}（{row['header']}）" if row["header"] else ""
            self.stdout.write(
                _("第 %(row)d 行 %(where)s：%(reason)s") % {"row": row["row"], "where": where, "reason": row["reason"]}
            )
        self.stdout.write(
            _("共 %(rows)d 行：新学员 %(new)d，已有档案 %(known)d，已在班内 %(already)d，未通过 %(refused)d；进班 %(entered)d。")
            % outcome
        )

    def _run(self, options: dict[str, Any], by: Actor) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("没有这个文件：%(path)s") % {"path": path})
        passwords: Path | None = options["passwords"]
        if passwords is not None and passwords.exists():
            raise CommandError(_("文件已存在，不会覆盖：%(path)s") % {"path": passwords})
        training_class = TrainingClass.objects.select_related("division").filter(code=options["code"]).first()
        if training_class is None:
            raise CommandError(_("没有编号为“%(code)s”的班次。") % {"code": options["code"]})
        check_live(training_class)
        if path.stat().st_size > guard.MOST_BYTES:
            guard.kind_of(path)
        sheet = read(path, known=mapping.wordings_of(training_class.division))
        if not sheet.header.suffices:
            raise BadInput(_("请至少指定“姓名”一列，以及“身份证号”或“联系电话”一列。"))
        if options["dry_run"]:
            rows = _examined(sheet, training_class, by)
            columns = [{"column": c.letter, "header": c.words, "field": c.field} for c in sheet.header.everything()]
            return _outcome(
                training_class, columns, sheet.name, [(r.number, r.verdict, r.problems) for r in rows], entered=0, dry_run=True
            )
        if training_class.capacity is not None:  # said before anything is kept
            rows = _examined(sheet, training_class, by)
            service.check_seats(training_class, sum(row.verdict in service.ENTERING for row in rows))
        with transaction.atomic():
            roster = RosterImport(
                training_class=training_class,
                file_name=path.name[:200],
                digest="",
                give_accounts=passwords is not None,
                created_by=by.uuid,
            )
            roster.upload.save(f"{roster.uuid}{path.suffix.lower()[:6]}", ContentFile(path.read_bytes()), save=False)
            roster.save()
            audit.record("courses.roster.uploaded", roster, by=by, division_path=training_class.division.path)
        try:
            _examine(roster, by)
            entering = roster.rows.filter(verdict__in=service.ENTERING).count()
            service.check_seats(training_class, entering)
        except LmsError:
            if not roster.reason:
                service.discard_roster(roster=roster, by=by)
            raise
        if entering:
            service.confirm_roster(roster=roster, by=by, send=False)
            for _settled in committing.commit_rows(roster=roster, by=by):
                pass
            service.close_roster(roster=roster, by=by)
        if passwords is not None:
            _write_passwords(passwords, roster)
        outcome = _outcome(
            training_class,
            roster.columns,
            roster.sheet,
            [(r.number, r.verdict, r.problems) for r in roster.rows.all()],
            entered=roster.rows.filter(committed_at__isnull=False).count(),
            dry_run=False,
        )
        if not entering:
            service.discard_roster(roster=roster, by=by)
        roster.rows.update(sealed="")
        RosterImport.objects.filter(pk=roster.pk).update(outline="")
        roster.refresh_from_db()
        if roster.upload:
            roster.upload.delete(save=True)
        return outcome


def _examined(sheet: Sheet, training_class: TrainingClass, by: Actor) -> list[Examined]:
    return [row for chunk in examine(sheet, training_class, by) for row in chunk]


def _examine(roster: RosterImport, by: Actor) -> None:
    """Take sheet and columns as recognised, since nobody is there to be asked; hidden rows are left out."""
    service.read_roster(roster=roster, by=by)
    roster.refresh_from_db()
    if not roster.reason:
        fields = {row["column"]: row["field"] for row in roster.columns if row["field"]}
        top, first = roster.header_top, roster.header_first
        mapping.confirm_columns(
            roster=roster, sheet=roster.sheet, top=top, first=first, fields=fields, leave_hidden=True, send=False, by=by
        )
        roster.refresh_from_db()
        service.examine_roster(roster=roster, by=by)
        roster.refresh_from_db()
    if roster.reason:
        raise BadInput(roster.reason)


def _outcome(
    training_class: TrainingClass,
    columns: list[dict[str, str]],
    sheet: str,
    rows: list[tuple[int, str, list[dict[str, str]]]],
    *,
    entered: int,
    dry_run: bool,
) -> dict[str, Any]:
    count = {verdict: sum(1 for _n, v, _p in rows if v == verdict) for verdict in RowVerdict.values}
    return {
        "class": training_class.code,
        "dry_run": dry_run,
        "rows": len(rows),
        **count,
        "entered": entered,
        "sheet": sheet,
        "columns": columns,
        "refused_rows": _told(rows, lambda verdict, problem: verdict == RowVerdict.REFUSED and problem.get("level") != "hint"),
        "hints": _told(rows, lambda _verdict, problem: problem.get("level") == "hint"),
        "left_out_rows": _told(rows, lambda verdict, _problem: verdict == RowVerdict.LEFT_OUT),
    }


def _told(rows: list[tuple[int, str, list[dict[str, str]]]], wanted: Callable[[str, dict[str, str]], bool]) -> list[dict[str, Any]]:
    return [
        {"row": number, **{key: text for key, text in problem.items() if key != "level"}}
        for number, verdict, problems in rows
        for problem in problems
        if wanted(verdict, problem)
    ]


def _write_passwords(path: Path, roster: RosterImport) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([_("姓名"), _("单位"), _("用户名"), _("初始密码")])
        writer.writerows([safe_cell(cell) for cell in row] for row in password_rows(roster))
