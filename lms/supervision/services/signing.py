"""Both signatures. The supervisor's freezes the record; each supervisee's own puts their line into the ledger.

When a line is posted (DOMAIN trap 10): a supervisee's line stands on their own countersignature; the supervisor's single line
on the first countersignature, because a meeting that nobody who attended confirms is not evidence of one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line
from lms.notices import services as notices
from lms.people.models import Person
from lms.supervision.models import Attendance, SupervisionSession
from lms.supervision.selectors import acts_for, person_ids
from lms.supervision.services.records import TEXTS, check_overlap, check_privacy, lock_people
from lms.supervision.states import ANSWER_TRANSITIONS, SESSION_TRANSITIONS, Answer, SessionStatus, may_move

OCCASION = "supervision.session"


def sign_session(*, session: SupervisionSession, by: Actor) -> SupervisionSession:
    """The supervisor signs: the record is frozen and waits for the supervisees. Signing twice is signing once.

    A correction, once signed, takes the place of the version before: that one's lines are reversed and everybody present is
    asked anew. Refused before the meeting has ended, and where it overlaps a signed one.
    """
    if not acts_for(by, session.supervisor):
        raise Missing(_("没有这条督导记录。"))
    with transaction.atomic():
        row = (
            SupervisionSession.objects.select_for_update(of=("self",), no_key=True)
            .select_related("supervisor", "division")
            .get(pk=session.pk)
        )
        if row.status == SessionStatus.SIGNED:
            return row
        if not may_move(SESSION_TRANSITIONS, row.status, SessionStatus.SIGNED):
            raise Refused(_("这条记录现在不能签字。"))
        if row.ends_at > clock.now():
            raise Refused(_("督导尚未结束，结束后才能签字。"))
        attendances = list(row.attendances.select_related("supervisee"))
        there = [a.supervisee for a in attendances if a.present]
        lock_people([row.supervisor, *(a.supervisee for a in attendances)])
        check_overlap(row, row.supervisor, there, row.starts_at, row.ends_at, drafts_too=False)
        row.status, row.signed_at, row.signed_by = SessionStatus.SIGNED, clock.now(), by.uuid
        row.content_sha256 = content_digest(row)
        row.save(update_fields=["status", "signed_at", "signed_by", "content_sha256"])
        audit.record(
            "supervision.session.signed",
            row,
            by=by,
            division_path=row.division.path,
            version=row.version,
            content_sha256=row.content_sha256,
        )
        if row.amends_id:
            _supersede(row.amends_id, by=by)
        notices.tell(
            there,
            kind="supervision.to_countersign",
            facts={"held_on": timezone.localdate(row.starts_at)},
            url=reverse("supervision:confirm", args=[row.uuid]),
            key=f"supervision.to_countersign:{row.uuid}",
            by=by,
        )
        return row


def countersign(*, session: SupervisionSession, supervisee: Person, reflection: str = "", by: Actor) -> Attendance:
    """``supervisee`` confirms the signed record, adding their reflection: their line enters the ledger. Twice is once."""
    with transaction.atomic():
        row, attendance = _answerable(session, supervisee, by)
        if attendance.answer == Answer.COUNTERSIGNED:
            return attendance
        if not may_move(ANSWER_TRANSITIONS, attendance.answer, Answer.COUNTERSIGNED):
            raise Refused(_("这条记录现在不能确认。"))
        check_privacy([reflection], names_checked=True)
        if content_digest(row) != row.content_sha256:
            raise Refused(_("这条记录与督导签字时的内容不符，不能确认；请联系管理员核查。"))
        attendance.answer, attendance.answered_at = Answer.COUNTERSIGNED, clock.now()
        attendance.answered_sha256, attendance.reflection, attendance.dispute_reason = row.content_sha256, reflection.strip(), ""
        attendance.save()
        audit.record(
            "supervision.session.countersigned", row, by=by, division_path=attendance.division.path, supervisee=supervisee.uuid
        )
        ledger.post(_lines(row, attendance), by=by)
        return attendance


def dispute(*, session: SupervisionSession, supervisee: Person, reason: str, by: Actor) -> Attendance:
    """``supervisee`` objects to the record, with a reason; no line is posted. The supervisor may correct, or be convinced."""
    if not reason.strip():
        raise BadInput(_("请写明有异议的地方。"))
    with transaction.atomic():
        row, attendance = _answerable(session, supervisee, by)
        if attendance.answer == Answer.DISPUTED:
            return attendance
        if not may_move(ANSWER_TRANSITIONS, attendance.answer, Answer.DISPUTED):
            raise Refused(_("您已经确认过这条记录；如有出入，请督导另起更正版。"))
        check_privacy([reason], names_checked=True)
        attendance.answer, attendance.answered_at = Answer.DISPUTED, clock.now()
        attendance.dispute_reason = reason.strip()[:300]
        attendance.save()
        audit.record("supervision.session.disputed", row, by=by, division_path=attendance.division.path, supervisee=supervisee.uuid)
        notices.tell(
            [row.supervisor],
            kind="supervision.disputed",
            facts={"held_on": timezone.localdate(row.starts_at)},
            url=reverse("supervision:record", args=[row.uuid]),
            key=f"supervision.disputed:{attendance.uuid}",
            by=by,
        )
        return attendance


def content_digest(row: SupervisionSession) -> str:
    """SHA-256 over all that the supervisor signed, in a canonical order; answers and reflections of others left out."""
    body = {
        "uuid": str(row.uuid),
        "version": row.version,
        "supervisor": str(row.supervisor.uuid),
        "starts_at": timezone.localtime(row.starts_at).isoformat(),
        "ends_at": timezone.localtime(row.ends_at).isoformat(),
        "mode": row.mode,
        "form": row.form,
        "functions": row.functions,
        "tags": sorted(row.tags.values_list("code", flat=True)),
        "attendances": sorted(
            [str(uuid), minutes, why]
            for uuid, minutes, why in row.attendances.values_list("supervisee__uuid", "minutes", "absent_reason")
        ),
        "actions": [[str(u), text, str(due or "")] for u, text, due in row.actions.values_list("owner__uuid", "text", "due_on")],
        "follow_ups": [[str(u), result, note] for u, result, note in row.follow_ups.values_list("action__uuid", "result", "note")],
        **{name: getattr(row, name) for name in TEXTS},
    }
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _answerable(session: SupervisionSession, supervisee: Person, by: Actor) -> tuple[SupervisionSession, Attendance]:
    if not acts_for(by, supervisee):
        raise Missing(_("没有这条督导记录。"))
    row = (
        SupervisionSession.objects.select_for_update(of=("self",), no_key=True)
        .select_related("supervisor", "division", "programme")
        .get(pk=session.pk)
    )
    found = row.attendances.select_related("agreement__participation__category", "supervisee", "division")
    attendance = found.filter(supervisee_id__in=person_ids(supervisee), minutes__gt=0).first()
    if attendance is None or row.status in (SessionStatus.DRAFT, SessionStatus.DISCARDED):
        raise Missing(_("没有这条督导记录。"))
    if row.status == SessionStatus.SUPERSEDED:
        raise Refused(_("这条记录已有更正版，请查看新的一版。"))
    return row, attendance


def _lines(row: SupervisionSession, attendance: Attendance) -> Iterable[ledger.Draft]:
    participation = attendance.agreement.participation
    tags = [("function", f) for f in row.functions] + [("content", code) for code in row.tags.values_list("code", flat=True)]
    shared: dict[str, Any] = {
        "occasion_label": OCCASION,
        "occasion": row.uuid,
        "happened_from": row.starts_at,
        "happened_to": row.ends_at,
        "mode": Mode(row.mode),
        "topic": row.form,
        "tags": tags,
        "evidence": {"content": row.content_sha256},
    }
    yield ledger.Draft(
        key=f"supervision.session:{row.uuid}:supervised:{attendance.uuid}",
        kind=Kind.SUPERVISED,
        person=attendance.supervisee,
        division=attendance.division,
        minutes=attendance.minutes,
        programme=participation.programme,
        category=participation.category,
        source_label="supervision.attendance",
        source_uuid=attendance.uuid,
        facts={"version": row.version, "supervisor": str(row.supervisor.uuid)},
        **shared,
    )
    yield ledger.Draft(
        key=f"supervision.session:{row.uuid}:supervising",
        kind=Kind.SUPERVISING,
        person=row.supervisor,
        division=row.division,
        minutes=row.minutes,
        programme=row.programme,
        source_label="supervision.supervisionsession",
        source_uuid=row.uuid,
        facts={"version": row.version, "present": row.attendances.filter(minutes__gt=0).count()},
        **shared,
    )


def _supersede(session_id: int, *, by: Actor) -> None:
    old = SupervisionSession.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=session_id)
    old.status = SessionStatus.SUPERSEDED
    old.save(update_fields=["status"])
    audit.record("supervision.session.superseded", old, by=by, division_path=old.division.path)
    standing = Line.objects.filter(occasion_label=OCCASION, occasion=old.uuid, sign=1, reversed_by__isnull=True)
    for line in standing.select_related("division").order_by("position"):
        ledger.reverse(line, reason=_("督导记录已更正"), by=by)
