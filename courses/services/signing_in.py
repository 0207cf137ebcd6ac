"""A learner signs in and out with what the screen on site shows; without network the phone keeps it and sends it later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from courses import rules
from courses.models import Attendance, ClassEnrolment, CourseSession
from courses.services.attendance import mark
from courses.services.locks import check_live, locked_session
from courses.services.seats import lock
from courses.states import CLASS_LIVE, AttendanceMethod, EnrolmentState, SessionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.people import selectors as people
from lms.people.models import Person


class WrongCode(Refused):
    """The code fits no moment that counts; it is counted against the one who typed it."""


def sign_in(*, session: CourseSession, person: Person, code: str, by: Actor) -> Attendance:
    """Sign in for a half-day with the digits, or the token of the QR code, shown on site. Signing in twice is once.

    Where the class asks to sign out, minutes are counted then. Refuses a wrong or old code, too many wrong ones, a time outside
    the half-day, and somebody who is not in the class (as missing).
    """
    return _tried(session, person, lambda: _sign_in(session, person, code, by, moment=None))


def sign_out(*, session: CourseSession, person: Person, code: str, by: Actor) -> Attendance:
    """Sign out: minutes present are out − in within the half-day, none below the class's floor. The last time rules."""
    return _tried(session, person, lambda: _sign_out(session, person, code, by, moment=None))


def sign_in_later(
    *,
    session: CourseSession,
    person: Person,
    code: str,
    claimed: dt.datetime,
    device_now: dt.datetime,
    leaving: bool = False,
    by: Actor,
) -> Attendance:
    """A code typed or scanned without network, sent afterwards: checked against the moment it claims.

    ``claimed`` and ``device_now`` are the phone's; only the span between them is believed. The mark says that it was sent later
    and waits for a look; it counts meanwhile. Refuses what was typed too long ago and codes not shown at that moment.
    """
    moment = rules.claimed_moment(claimed=claimed, device_now=device_now, now=clock.now())
    if moment is None:
        raise Refused(_("离线签到已超过 24 小时或时间不对，不能再补送；如确已到场，请联系班主任补登。"))
    act = _sign_out if leaving else _sign_in
    return _tried(session, person, lambda: act(session, person, code, by, moment=moment))


def review_late(*, attendance: Attendance, stands: bool, by: Actor) -> Attendance:
    """Look at a mark that was sent later: it stands, or is struck off. Looking twice is once."""
    with transaction.atomic():
        session = locked_session(attendance.session, by)
        check_live(session.training_class)
        found = Attendance.objects.select_related("enrolment").get(pk=attendance.pk)
        if not found.late_sent:
            raise Missing(_("这条签到不是补送的。"))
        if found.reviewed_at is not None:
            return found
        found.reviewed_at, found.reviewed_by = clock.now(), by.uuid
        found.save(update_fields=["reviewed_at", "reviewed_by"])
        audit.record("courses.attendance.reviewed", found, by=by, division_path=session.training_class.division.path, stands=stands)
        if not stands:
            gone = {"signed_in_at": None, "signed_out_at": None}
            mark(session, [(found.enrolment, 0)], method=AttendanceMethod.MANUAL, stamps=gone, by=by)
            Attendance.objects.filter(pk=found.pk).update(**gone)
            found.refresh_from_db()
    return found


_UNSEEN: dict[str, Any] = {"reviewed_at": None, "reviewed_by": None}  # what was sent later waits for a look, each time


def _tried(session: CourseSession, person: Person, act: Callable[[], Attendance]) -> Attendance:
    """Wrong codes are counted for each person and half-day, outside the transaction that they undo.

    One of the few tries is taken before the code is looked at, and given back unless it was wrong: of many sent at the same
    moment no more are looked at than there are tries.
    """
    key = f"courses:sign-in:{session.uuid}:{person.uuid}"
    tries = (f"{key}:{number}" for number in range(rules.SIGN_IN_TRIES))
    taken = next((one for one in tries if cache.add(one, 1, rules.SIGN_IN_TRIES_SECONDS)), None)
    if taken is None:
        raise Refused(_("试错次数太多，请过十分钟再试，或请班主任为您登记。"))
    try:
        made = act()
    except Exception as error:
        if not isinstance(error, WrongCode):
            cache.delete(taken)
        raise
    cache.delete(taken)
    return made


def _locked(session: CourseSession, person: Person, by: Actor) -> tuple[CourseSession, ClassEnrolment]:
    """Class and half-day under their locks, and the learner's own enrolment; anybody else's is missing."""
    training_class = lock(session.training_class)
    found = (
        CourseSession.objects.select_for_update(of=("self",), no_key=True).select_related("trainer__division").get(pk=session.pk)
    )
    found.training_class = training_class
    enrolment = ClassEnrolment.objects.filter(
        training_class=training_class, person_id__in=people.ids_of(person), state=EnrolmentState.ENROLLED
    ).first()
    if enrolment is None or person.user_id is None or by.user_id != person.user_id:
        raise Missing(_("您不在这个班。"))
    return found, enrolment


def _check_open(session: CourseSession, *, late: bool) -> None:
    states = (SessionState.PLANNED, SessionState.HELD) if late else (SessionState.PLANNED,)
    if session.state not in states or session.training_class.state not in CLASS_LIVE:
        raise Refused(_("本课次已结束签到；如确已到场，请联系班主任补登。"))


def _check_code(session: CourseSession, code: str, moment: dt.datetime, *, leaving: bool) -> None:
    if not rules.sign_in_code_matches(session.sign_in_secret, code.strip(), moment, leaving=leaving):
        raise WrongCode(_("签到码不对或已过期，请看现场屏幕上最新的四位数字。"))


def _sign_in(session: CourseSession, person: Person, code: str, by: Actor, *, moment: dt.datetime | None) -> Attendance:
    with transaction.atomic():
        found, enrolment = _locked(session, person, by)
        standing = Attendance.objects.filter(session=found, enrolment=enrolment).first()
        if standing is not None and (standing.minutes or standing.signed_in_at):
            return standing
        if standing is not None and standing.reviewed_at is not None and moment is not None:
            raise Refused(_("补送的签到班主任已经看过，没有采用；如确已到场，请联系班主任补登。"))
        now = clock.now()
        at = moment or now
        _check_open(found, late=moment is not None)
        if at < found.starts_at - rules.SIGN_IN_EARLY:
            raise Refused(_("还没到签到时间。"))
        if at > found.ends_at:
            raise Refused(_("本课次已结束签到；如确已到场，请联系班主任补登。"))
        _check_code(found, code, at, leaving=False)
        stamps = {"signed_in_at": at, "late_sent": moment is not None, "received_at": now if moment else None, **_UNSEEN}
        if not found.training_class.needs_check_out:
            return mark(found, [(enrolment, found.minutes)], method=AttendanceMethod.CODE, stamps=stamps, by=by)[0]
        made = standing or Attendance(session=found, enrolment=enrolment)
        made.minutes, made.method, made.marked_by, made.marked_at = 0, AttendanceMethod.CODE, by.uuid, now
        for name, value in stamps.items():
            setattr(made, name, value)
        made.save()
        audit.record("courses.attendance.signed_in", made, by=by, division_path=found.training_class.division.path)
    return made


def _sign_out(session: CourseSession, person: Person, code: str, by: Actor, *, moment: dt.datetime | None) -> Attendance:
    with transaction.atomic():
        found, enrolment = _locked(session, person, by)
        training_class = found.training_class
        if not training_class.needs_check_out:
            raise BadInput(_("本班不用签退。"))
        standing = Attendance.objects.filter(session=found, enrolment=enrolment, signed_in_at__isnull=False).first()
        if standing is None:
            raise Refused(_("您还没有签到，不能签退；如确已到场，请联系班主任补登。"))
        now = clock.now()
        at = moment or now
        _check_open(found, late=moment is not None)
        if at > found.ends_at + rules.SIGN_OUT_LATE:
            raise Refused(_("签退时间已过；请联系班主任补登。"))
        _check_code(found, code, at, leaving=True)
        if standing.signed_out_at is not None and at <= standing.signed_out_at:
            return standing
        minutes = rules.dwell_minutes(
            signed_in=standing.signed_in_at,  # type: ignore[arg-type]
            signed_out=at,
            session=(found.starts_at, found.ends_at),
            floor_percent=training_class.dwell_floor_percent,
        )
        stamps: dict[str, object] = {"signed_out_at": at}
        if moment is not None:
            stamps |= {"late_sent": True, "received_at": now, **_UNSEEN}
        Attendance.objects.filter(pk=standing.pk).update(**stamps)  # kept also where the minutes stay as they were
        audit.record("courses.attendance.signed_out", standing, by=by, division_path=training_class.division.path)
        mark(found, [(enrolment, minutes)], method=AttendanceMethod.CODE, stamps=stamps, by=by)
        standing.refresh_from_db()
    return standing
