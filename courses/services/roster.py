"""Bringing a roster in: upload, columns confirmed, rows examined and staged, confirmed, let in (``roster_commit``), closed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any, Protocol

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, RosterImport, RosterRow, TrainingClass
from courses.roster import guard
from courses.roster.examining import Examined, examine
from courses.roster.reading import Sheet, open_sheet
from courses.services.locks import check_live, locked_class
from courses.services.roster_columns import PURPOSE, header_of, outline_roster, sheet_named, sheets_of, uploaded
from courses.states import EnrolmentState, RosterState, RowVerdict
from lms.audit import services as audit
from lms.core import bulk, clock, crypto, jobs
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused

OPEN = (RosterState.READING, RosterState.MAPPING, RosterState.EXAMINING, RosterState.READY)
ENTERING = (RowVerdict.NEW, RowVerdict.KNOWN)


def upload_roster(*, training_class: TrainingClass, file: File[bytes], give_accounts: bool = True, by: Actor) -> RosterImport:
    """Keep an uploaded roster of a live class and send the job that reads it. Nothing of the class changes yet."""
    name = Path(file.name or "roster").name[:200]
    if file.size > guard.MOST_BYTES:
        raise BadInput(_("文件超过 %(most)d MB，请拆分后再上传。") % {"most": guard.MOST_BYTES // 1024 // 1024})
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    with transaction.atomic():
        found = locked_class(training_class, by)
        check_live(found)
        roster = RosterImport(
            training_class=found, file_name=name, digest=digest.hexdigest(), give_accounts=give_accounts, created_by=by.uuid
        )
        roster.upload.save(f"{roster.uuid}{Path(name).suffix.lower()[:6]}", file, save=False)
        roster.save()
        audit.record("courses.roster.uploaded", roster, by=by, division_path=found.division.path, on_class=found.uuid)
        roster.read_job = jobs.enqueue(
            "courses.read_roster",
            title=_("读取名册：%(title)s") % {"title": found.title},
            by=by,
            params={"roster": str(roster.uuid)},
            division_path=found.division.path,
            key=f"courses.read_roster:{roster.uuid}",
        )
        roster.save(update_fields=["read_job"])
    return roster


def examine_roster(*, roster: RosterImport, progress: Any = None, by: Actor) -> RosterImport:
    """Examine every row of a roster whose columns were confirmed, and keep the verdicts. Broken off, it goes on after the
    last row that was kept; refused as a whole when there is no row at all.
    """
    if roster.state != RosterState.EXAMINING:
        return roster
    try:
        with uploaded(roster) as path:
            return stage(roster=roster, sheet=confirmed_sheet(roster, path), progress=progress, by=by)
    except BadInput as error:
        refuse_file(roster=roster, reason=str(error))
        roster.refresh_from_db()
        return roster


def confirmed_sheet(roster: RosterImport, path: Path) -> Sheet:
    """The sheet with the header as a human confirmed it."""
    outline = sheet_named(sheets_of(roster), roster.sheet)
    header = header_of(roster, outline, top=roster.header_top, first=roster.header_first, confirmed=True)
    assert header is not None
    leave_hidden = roster.leave_hidden and bool(outline["hidden_count"])
    return open_sheet(path, outline["name"], header, kind=roster.kind, leave_hidden=leave_hidden)


def stage(*, roster: RosterImport, sheet: Sheet, progress: Any = None, by: Actor) -> RosterImport:
    """Keep every row's verdict, chunk by chunk, each whole."""
    after = roster.rows.aggregate(last=Max("number"))["last"] or 0
    if progress is not None:
        progress.set_total(max(0, sheet.height - sheet.header.first), _("核对名册"))
    settled = sheet.header.first
    for chunk in examine(sheet, roster.training_class, by, after=after):
        with transaction.atomic():
            bulk.insert_rows(RosterRow, _STAGED, [_row(roster, row) for row in chunk])
        if progress is not None and chunk:
            progress.advance(chunk[-1].number - settled)
            settled = chunk[-1].number
    with transaction.atomic():
        found = RosterImport.objects.select_for_update(of=("self",), no_key=True).get(pk=roster.pk)
        if found.state == RosterState.EXAMINING:
            if not found.rows.exclude(verdict=RowVerdict.LEFT_OUT).exists():
                raise BadInput(_("表头下面没有名单。"))
            found.state = RosterState.READY
            found.save(update_fields=["state"])
    return found


class Staged(Protocol):
    sealed: str


_STAGED = ("roster", "number", "verdict", "hinted", "sealed", "problems", "person", "committed_at")


def refuse_file(*, roster: RosterImport, reason: str) -> None:
    """The file as a whole cannot be used."""
    with transaction.atomic():
        RosterRow.objects.filter(roster=roster).delete()
        RosterImport.objects.filter(pk=roster.pk, state__in=(RosterState.READING, RosterState.EXAMINING)).update(
            state=RosterState.REFUSED, reason=reason[:500], outline="", closed_at=clock.now()
        )


def _row(roster: RosterImport, row: Examined) -> tuple[Any, ...]:
    return (roster.pk, row.number, str(row.verdict), row.hinted, sealed(row.content), row.problems, row.person_id, None)


def sealed(content: dict[str, Any]) -> str:
    return crypto.encrypt(json.dumps(content, ensure_ascii=False), purpose=PURPOSE)


def content_of(row: Staged) -> dict[str, Any]:
    """What stands in a staged row; empty once it is let in (but for an initial password) and once the import is cleaned."""
    if not row.sealed:
        return {}
    content: dict[str, Any] = json.loads(crypto.decrypt(row.sealed, purpose=PURPOSE))
    return content


def confirm_roster(*, roster: RosterImport, send: bool = True, by: Actor) -> RosterImport:
    """Let the accepted rows of a staged roster in. Refuses when seats do not suffice. Confirming twice is once.

    With ``send`` a job commits them; without, the caller does (the command).
    """
    with transaction.atomic():
        training_class = locked_class(roster.training_class, by)
        check_live(training_class)
        found = RosterImport.objects.select_for_update(of=("self",), no_key=True).get(pk=roster.pk)
        if found.state in (RosterState.COMMITTING, RosterState.DONE):
            return found
        if found.state != RosterState.READY:
            raise Refused(_("这份名册%(state)s，不能确认。") % {"state": found.get_state_display()})
        entering = found.rows.filter(verdict__in=ENTERING).count()
        if not entering:
            raise Refused(_("名册里没有可以导入的行。"))
        check_seats(training_class, entering)
        found.state = RosterState.COMMITTING
        if send:
            found.commit_job = jobs.enqueue(
                "courses.import_roster",
                title=_("导入名册：%(title)s") % {"title": training_class.title},
                by=by,
                params={"roster": str(found.uuid)},
                division_path=training_class.division.path,
                key=f"courses.import_roster:{found.uuid}",
            )
        found.save(update_fields=["state", "commit_job"])
        audit.record("courses.roster.confirmed", found, by=by, division_path=training_class.division.path, entering=entering)
    return found


def check_seats(training_class: TrainingClass, entering: int) -> None:
    if training_class.capacity is None:
        return
    taken = ClassEnrolment.objects.filter(training_class=training_class).exclude(state=EnrolmentState.WITHDRAWN).count()
    if taken + entering > training_class.capacity:
        raise Refused(
            _("名额 %(capacity)d 人，已有 %(taken)d 人，名册里还有 %(entering)d 人要进班；请先调整名额或名册。")
            % {"capacity": training_class.capacity, "taken": taken, "entering": entering}
        )


def discard_roster(*, roster: RosterImport, by: Actor) -> RosterImport:
    """Give up a roster that is not confirmed yet; what was staged is removed."""
    with transaction.atomic():
        training_class = locked_class(roster.training_class, by)
        found = RosterImport.objects.select_for_update(of=("self",), no_key=True).get(pk=roster.pk)
        if found.state in OPEN:
            found.rows.all().delete()
            found.state, found.closed_at, found.outline = RosterState.DISCARDED, clock.now(), ""
            found.save(update_fields=["state", "closed_at", "outline"])
            if found.upload:
                found.upload.delete(save=True)
            audit.record("courses.roster.discarded", found, by=by, division_path=training_class.division.path)
        elif found.state != RosterState.DISCARDED:
            raise Refused(_("这份名册%(state)s，不能放弃。") % {"state": found.get_state_display()})
    return found


def close_roster(*, roster: RosterImport, by: Actor) -> RosterImport:
    """All accepted rows are in: the import is done, its upload is deleted. Closing twice is once."""
    with transaction.atomic():
        found = (
            RosterImport.objects.select_for_update(of=("self",), no_key=True)
            .select_related("training_class__division")
            .get(pk=roster.pk)
        )
        if found.state == RosterState.COMMITTING:
            found.state, found.closed_at = RosterState.DONE, clock.now()
            found.save(update_fields=["state", "closed_at"])
            entered = found.rows.filter(committed_at__isnull=False).count()
            audit.record(
                "courses.roster.committed", found, by=by, division_path=found.training_class.division.path, entered=entered
            )
    return found


def clean_rosters(*, older_than_hours: int = 24, by: Actor) -> int:
    """Blank what closed rosters still hold (names, initial passwords), delete their uploads; returns how many rosters."""
    before = clock.now() - dt.timedelta(hours=older_than_hours)
    count = 0
    full = RosterImport.objects.filter(~Q(upload="") | ~Q(outline="") | Q(rows__sealed__gt=""), closed_at__lt=before).distinct()
    for roster in full:
        with transaction.atomic():
            roster.rows.exclude(sealed="").update(sealed="")
            roster.outline = ""
            roster.save(update_fields=["outline"])
            if roster.upload:
                roster.upload.delete(save=True)
        count += 1
    return count


def read_roster(*, roster: RosterImport, by: Actor) -> RosterImport:
    """Look into the uploaded file; one that cannot be used is noted on the import, with the sentence."""
    try:
        return outline_roster(roster=roster, by=by)
    except BadInput as error:
        refuse_file(roster=roster, reason=str(error))
        roster.refresh_from_db()
        return roster
