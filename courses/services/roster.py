"""Bringing a roster in: upload, staged and examined, confirmed, committed in whole chunks, initial passwords once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, RosterImport, RosterRow, TrainingClass
from courses.roster import guard, workbooks
from courses.roster.examining import Examined, examine, person_row
from courses.roster.reading import Sheet, read
from courses.services.classes import check_live, locked_class
from courses.services.enrolment import Entry, enrol_many
from courses.states import EnrolmentState, RosterState, RowVerdict
from lms.accounts.roles import OFFICE
from lms.audit import services as audit
from lms.core import clock, crypto, jobs
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.people import services as people
from lms.places import services as places
from lms.places.models import Division, Organisation, OrganisationKind
from lms.places.selectors import organisations_in as places_in_reach
from lms.programmes.models import Category

CHUNK = 500
PURPOSE = "courses.roster"
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


def stage(*, roster: RosterImport, sheet: Sheet, progress: Any = None, by: Actor) -> RosterImport:
    """Examine every row and keep the verdicts. Begins anew when it was broken off; refused once it was confirmed."""
    if roster.state != RosterState.READING:
        return roster
    with transaction.atomic():
        RosterRow.objects.filter(roster=roster).delete()
        roster.columns = [{"column": c.letter, "header": c.words, "field": c.field} for c in sheet.header.columns]
        roster.save(update_fields=["columns"])
    if progress is not None:
        progress.set_total(max(0, len(sheet.rows) - sheet.header.first), _("核对名册"))
    for chunk in examine(sheet, roster.training_class, by):
        RosterRow.objects.bulk_create([_row(roster, row) for row in chunk])
        if progress is not None:
            progress.advance(len(chunk))
    with transaction.atomic():
        found = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster.pk)
        if found.state == RosterState.READING:
            if not found.rows.exists():
                raise BadInput(_("表头下面没有名单。"))
            found.state = RosterState.READY
            found.save(update_fields=["state"])
    return found


def refuse_file(*, roster: RosterImport, reason: str) -> None:
    """The file as a whole cannot be used."""
    with transaction.atomic():
        RosterRow.objects.filter(roster=roster).delete()
        RosterImport.objects.filter(pk=roster.pk, state=RosterState.READING).update(
            state=RosterState.REFUSED, reason=reason[:500], closed_at=clock.now()
        )


def _row(roster: RosterImport, row: Examined) -> RosterRow:
    return RosterRow(
        roster=roster,
        number=row.number,
        verdict=row.verdict,
        sealed=crypto.encrypt(json.dumps(row.content, ensure_ascii=False), purpose=PURPOSE),
        problems=row.problems,
        person_id=row.person_id,
    )


def content_of(row: RosterRow) -> dict[str, Any]:
    """What stands in a staged row; empty once the import is closed and cleaned."""
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
        found = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster.pk)
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
        found = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster.pk)
        if found.state in (RosterState.READING, RosterState.READY):
            found.rows.all().delete()
            found.state, found.closed_at = RosterState.DISCARDED, clock.now()
            found.save(update_fields=["state", "closed_at"])
            if found.upload:
                found.upload.delete(save=True)
            audit.record("courses.roster.discarded", found, by=by, division_path=training_class.division.path)
        elif found.state != RosterState.DISCARDED:
            raise Refused(_("这份名册%(state)s，不能放弃。") % {"state": found.get_state_display()})
    return found


def commit_chunk(*, roster: RosterImport, by: Actor) -> int:
    """Let the next ≤ 500 accepted rows in, whole or not at all; returns how many rows were settled, 0 when none is left.

    A row that can no longer be used (somebody registered the number under another name meanwhile) is refused, the rest goes on.
    """
    with transaction.atomic():
        training_class = locked_class(roster.training_class, by)
        rows = list(roster.rows.filter(verdict__in=ENTERING, committed_at__isnull=True).order_by("number")[:CHUNK])
        if not rows:
            return 0
        contents = [content_of(row) for row in rows]
        divisions = {str(d.uuid): d for d in Division.objects.filter(uuid__in={c["division"] for c in contents})}
        units = _organisations([(c["organisation"], divisions[c["division"]]) for c in contents], by)
        wanted = [
            replace(person_row(c, divisions[c["division"]]), organisation=unit) for c, unit in zip(contents, units, strict=True)
        ]
        errors = people.check_rows(wanted)
        for index, sentence in errors.items():
            rows[index].verdict, rows[index].problems = RowVerdict.REFUSED, [{"column": "", "header": "", "reason": sentence}]
        good = [index for index in range(len(rows)) if index not in errors]
        categories = {c.pk: c for c in Category.objects.filter(pk__in={contents[i]["category"] for i in good} - {None})}
        persons = _persons([rows[i] for i in good], [wanted[i] for i in good], by)
        entries = [Entry(person, category=categories.get(contents[i]["category"])) for i, person in zip(good, persons, strict=True)]
        enrol_many(training_class=training_class, people=entries, by=by)
        now = clock.now()
        for index, person in zip(good, persons, strict=True):
            rows[index].person, rows[index].committed_at = person, now
            contents[index] = {"name": contents[index]["name"], "organisation": contents[index]["organisation"]}
        if roster.give_accounts:
            _open_accounts(persons, [contents[i] for i in good], by)
        for row, content in zip(rows, contents, strict=True):
            row.sealed = crypto.encrypt(json.dumps(content, ensure_ascii=False), purpose=PURPOSE)
        RosterRow.objects.bulk_update(rows, ["verdict", "problems", "person", "committed_at", "sealed"], batch_size=100)
    return len(rows)


def _persons(rows: list[RosterRow], wanted: list[people.PersonRow], by: Actor) -> list[Any]:
    """Known persons as they are; the others registered."""
    staged = RosterRow.objects.filter(pk__in=[row.pk for row in rows]).select_related("person__division")
    known = {row.person_id: row.person for row in staged}
    new = [row for row, person in zip(wanted, rows, strict=True) if person.person_id is None]
    registered = iter(people.register_people(new, by))
    return [known[row.person_id] if row.person_id else next(registered) for row in rows]


def _organisations(wanted: list[tuple[str, Division]], by: Actor) -> list[Organisation | None]:
    """The units that rosters name: a known one of that name in reach, else entered (of no particular kind) where the person is."""
    names = {name for name, _division in wanted if name}
    known = {unit.name: unit for unit in places_in_reach(by, *OFFICE).filter(name__in=names, closed_on__isnull=True)}
    missing = [(name, division) for name, division in wanted if name and name not in known]
    made = places.create_organisations(
        [{"name": name, "kind": OrganisationKind.OTHER, "division": division} for name, division in missing], by
    )
    entered = {(name, division.pk): unit for (name, division), unit in zip(missing, made, strict=True)}
    return [known.get(name) or entered.get((name, division.pk)) for name, division in wanted]


def _open_accounts(persons: list[Any], contents: list[dict[str, Any]], by: Actor) -> None:
    """Accounts for those who have none; their initial passwords stay sealed in the rows until the list is delivered."""
    content_by_pk = dict(zip([p.pk for p in persons], contents, strict=True))
    without = [p for p in persons if p.user_id is None]
    for user, password in people.open_accounts(without, by):
        content_by_pk[user.person.pk].update(username=user.username, password=password)


def close_roster(*, roster: RosterImport, by: Actor) -> RosterImport:
    """All accepted rows are in: the import is done, its upload is deleted. Closing twice is once."""
    with transaction.atomic():
        found = RosterImport.objects.select_for_update(of=("self",)).select_related("training_class__division").get(pk=roster.pk)
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
    full = RosterImport.objects.filter(~Q(upload="") | Q(rows__sealed__gt=""), closed_at__lt=before).distinct()
    for roster in full:
        with transaction.atomic():
            roster.rows.exclude(sealed="").update(sealed="")
            if roster.upload:
                roster.upload.delete(save=True)
        count += 1
    return count


def read_and_stage(*, roster: RosterImport, progress: Any = None, by: Actor) -> RosterImport:
    """Read the uploaded file and stage it; a file that cannot be used is noted on the import, with the sentence."""
    try:
        return stage(roster=roster, sheet=_sheet_of(roster), progress=progress, by=by)
    except BadInput as error:
        refuse_file(roster=roster, reason=str(error))
        roster.refresh_from_db()
        return roster


def _sheet_of(roster: RosterImport) -> Sheet:
    with tempfile.NamedTemporaryFile(suffix=Path(str(roster.upload.name)).suffix) as copy:
        with roster.upload.open("rb") as handle:
            for chunk in handle.chunks():
                copy.write(chunk)
        copy.flush()
        return read(Path(copy.name))


def results_workbook(*, roster: RosterImport) -> bytes:
    """The uploaded roster's rows with two columns added. Refuses when the upload was cleaned away or never staged."""
    if not roster.upload or roster.state in (RosterState.READING, RosterState.REFUSED, RosterState.DISCARDED):
        raise Refused(_("原名册已清理或还没有核对，不能下载结果。"))
    sheet = _sheet_of(roster)
    found: dict[int, tuple[str, str]] = {}
    for row in roster.rows.all():
        reasons = "；".join(f"{p['header']}：{p['reason']}" if p["header"] else p["reason"] for p in row.problems)
        entered = _("已进班") if row.committed_at else RowVerdict(row.verdict).label
        found[row.number] = (str(entered), reasons)
    return workbooks.with_results(sheet.rows, sheet.header.first, found, sheet.name)
