"""Half-days of a class: planned and changed. Held and cancelled they become in ``attendance``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CourseSession, TrainingClass
from courses.services import lines, telling
from courses.services.locks import check_live, locked_class, locked_session
from courses.states import HalfDay, SessionKind, SessionState
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.core.ids import new_code
from lms.ledger import services as ledger
from lms.ledger.kinds import Mode
from lms.people.models import Person


def _half_of(starts_at: dt.datetime) -> HalfDay:
    hour = timezone.localtime(starts_at).hour
    return HalfDay.MORNING if hour < 12 else HalfDay.AFTERNOON if hour < 18 else HalfDay.EVENING


def _check_times(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if timezone.is_naive(starts_at) or timezone.is_naive(ends_at):
        raise ValueError("sessions need aware times")
    if ends_at <= starts_at:
        raise BadInput(_("结束时间必须晚于开始时间。"))
    if timezone.localtime(starts_at).date() != timezone.localtime(ends_at).date():
        raise BadInput(_("一个课次须在同一天内；跨天的请分开安排。"))


def plan_session(
    *,
    training_class: TrainingClass,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    mode: str = Mode.FACE_TO_FACE,
    place: str = "",
    trainer: Person | None = None,
    other_trainers: Sequence[Person] = (),
    kind: str = SessionKind.LECTURE,
    topics: Sequence[str] = (),
    by: Actor,
) -> CourseSession:
    """Plan one half-day of a live class and post its ``scheduled`` line. Planning the same one twice is one session."""
    _check_times(starts_at, ends_at)
    if not title.strip():
        raise BadInput(_("请填写课次名称。"))
    with transaction.atomic():
        found = locked_class(training_class, by)
        check_live(found)
        standing = found.sessions.filter(starts_at=starts_at, title=title.strip()).exclude(state=SessionState.CANCELLED).first()
        if standing is not None:
            return standing
        session = CourseSession.objects.create(
            training_class=found,
            title=title.strip(),
            kind=kind,
            day=timezone.localtime(starts_at).date(),
            half=_half_of(starts_at),
            starts_at=starts_at,
            ends_at=ends_at,
            mode=mode,
            place=place,
            trainer=trainer,
            topics=[t.strip() for t in topics if t.strip()],
            sign_in_secret=new_code(24),
        )
        session.other_trainers.set(_others(trainer, other_trainers))
        audit.record("courses.session.planned", session, by=by, division_path=found.division.path, on_class=found.uuid)
        ledger.post([lines.scheduled(session)], by=by)
    return session


def _others(trainer: Person | None, others: Sequence[Person]) -> list[Person]:
    if others and trainer is None:
        raise BadInput(_("请先填写主讲人，再填写其他授课人。"))
    return [person for person in dict.fromkeys(others) if person != trainer]


SESSION_FIELDS = ("title", "kind", "starts_at", "ends_at", "mode", "place", "trainer", "topics")


def update_session(*, session: CourseSession, by: Actor, **changes: Any) -> CourseSession:
    """Change a planned session. Once somebody was marked present its time stands; a moved one reverses its line and posts anew."""
    unknown = changes.keys() - {*SESSION_FIELDS, "other_trainers"}
    if unknown:
        raise ValueError(f"not a field of a session: {sorted(unknown)}")
    with transaction.atomic():
        found = locked_session(session, by)
        check_live(found.training_class)
        if found.state != SessionState.PLANNED:
            raise Refused(_("课次“%(state)s”，不能再改动。") % {"state": found.get_state_display()})
        others = changes.pop("other_trainers", None)
        changed = [name for name in SESSION_FIELDS if name in changes and getattr(found, name) != changes[name]]
        if others is not None and set(others) != set(found.other_trainers.all()):
            changed.append("other_trainers")
        if not changed:
            return found
        old_key = lines.scheduled_key(found)
        moved = {"starts_at", "ends_at"} & set(changed)
        if moved and found.attendance.filter(minutes__gt=0).exists():
            raise Refused(_("已有学员签到，不能再改时间；如需调整请取消本课次后另行安排。"))
        for name in changed:
            if name in changes:
                setattr(found, name, changes[name])
        if others is not None:
            found.other_trainers.set(_others(found.trainer, others))
        _check_times(found.starts_at, found.ends_at)
        found.day, found.half = timezone.localtime(found.starts_at).date(), _half_of(found.starts_at)
        on_line = {"starts_at", "ends_at", "mode", "topics"} & set(changed)
        if on_line:
            found.version += 1
        found.save()
        audit.record("courses.session.changed", found, by=by, division_path=found.training_class.division.path, fields=changed)
        if {"starts_at", "ends_at", "mode", "place"} & set(changed):
            telling.tell_session(found, "class.session_changed", by)
        if on_line:
            ledger.reverse_key(old_key, reason="session changed", by=by)
            ledger.post([lines.scheduled(found)], by=by)
    return found
