"""People in a half-day who are not on the roster: counted without names, entered at the door, identified later.

The head-count line says how many are there without a record: heads counted, and walk-ins, less those identified. Identifying
somebody takes one from it and posts one attendance, in one transaction: the total never changes by it. That may be after the
class was closed, and after its month was locked: the lines then stand in the next open period, and the class's result is settled.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, CourseSession, HeadCount, WalkIn
from courses.services import lines
from courses.services.attendance import mark
from courses.services.closing import settle_late
from courses.services.enrolment import Entry, enter
from courses.services.locks import check_live, locked_session
from courses.states import AttendanceMethod, ClassState, SessionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.ledger import services as ledger
from lms.people import selectors as people
from lms.people.models import Person


def record_headcount(*, session: CourseSession, quantity: int, note: str = "", by: Actor) -> HeadCount:
    """People present in a half-day beside those in the class, counted without names. A new number corrects the old one.

    Walk-ins entered at the door are not among them. Refuses fewer than were identified out of the count.
    """
    if quantity < 0:
        raise BadInput(_("人数不能为负数。"))
    with transaction.atomic():
        found = _locked(session, by)
        count = _count_of(found, by)
        if count.pk is not None and count.quantity == quantity:
            return count
        identified = found.walk_ins.filter(from_count=True).count()
        if quantity < identified:
            raise Refused(_("其中已有 %(identified)d 人认定了身份，人数不能比这更少。") % {"identified": identified})
        count.quantity, count.note, count.counted_by, count.counted_at = quantity, note, by.uuid, clock.now()
        _settle(count, by)
        audit.record(
            "courses.headcount.recorded", count, by=by, division_path=found.training_class.division.path, quantity=quantity
        )
    return count


def enter_walk_in(*, session: CourseSession, name: str = "", unit: str = "", by: Actor) -> WalkIn:
    """Somebody came who is not on the roster: one more without a record, until identified. Needs a name or a unit."""
    name, unit = " ".join(name.split())[:120], " ".join(unit.split())[:120]
    if not name and not unit:
        raise BadInput(_("请填写姓名或单位；都不知道的，请记入未具名人数。"))
    with transaction.atomic():
        found = _locked(session, by)
        made = WalkIn.objects.create(session=found, name=name, unit=unit, entered_by=by.uuid)
        audit.record("courses.walk_in.entered", made, by=by, division_path=found.training_class.division.path)
        _settle(_count_of(found, by), by)
    return made


def strike_walk_in(*, walk_in: WalkIn, reason: str, by: Actor) -> WalkIn:
    """Entered by mistake, or twice: struck off with a reason, one less. Twice is once."""
    if not reason.strip():
        raise BadInput(_("请写明删除原因。"))
    with transaction.atomic():
        session = _locked(walk_in.session, by)
        found = WalkIn.objects.get(pk=walk_in.pk)
        if found.struck_at is not None:
            return found
        if found.person_id is not None:
            raise Refused(_("已认定身份，不能删除；请在出勤里更正。"))
        found.struck_at, found.struck_by, found.struck_reason = clock.now(), by.uuid, reason.strip()[:200]
        found.save(update_fields=["struck_at", "struck_by", "struck_reason"])
        audit.record("courses.walk_in.struck", found, by=by, division_path=session.training_class.division.path)
        _settle(_count_of(session, by), by)
    return found


def identify_walk_in(*, walk_in: WalkIn, person: Person, by: Actor) -> WalkIn:
    """Say who a walk-in was: they enter the class, are marked present, and are no longer counted unnamed.

    Twice with the same person is once. Refuses somebody already marked present in this half-day: they were counted by name.
    """
    with transaction.atomic():
        session = _locked(walk_in.session, by, closed_too=True)
        found = WalkIn.objects.select_related("enrolment__person").get(pk=walk_in.pk)
        if found.person_id is not None:
            if found.person_id in people.ids_of(person):
                return found
            raise Refused(_("这位来宾已认定为另一人。"))
        if found.struck_at is not None:
            raise Refused(_("这条登记已删除。"))
        return _identify(session, found, person, by)


def identify_from_count(*, session: CourseSession, person: Person, by: Actor) -> WalkIn:
    """Say who one of the heads counted without names was. Refuses when none of them is left."""
    with transaction.atomic():
        found = _locked(session, by, closed_too=True)
        ids = people.ids_of(person)
        standing = found.walk_ins.filter(from_count=True, person_id__in=ids).first()
        if standing is not None:
            return standing
        count = _count_of(found, by)
        if count.quantity <= found.walk_ins.filter(from_count=True).count():
            raise Refused(_("未具名人数里已没有待认定的人。"))
        return _identify(found, WalkIn(session=found, from_count=True, entered_by=by.uuid), person, by)


def _identify(session: CourseSession, walk_in: WalkIn, person: Person, by: Actor) -> WalkIn:
    present = ClassEnrolment.objects.filter(
        Q(attendance__minutes__gt=0), attendance__session=session, person_id__in=people.ids_of(person)
    )
    if present.exists():
        raise Refused(_("此人在本课次已有出勤，不能再认定一次；重复登记的来宾请删除。"))
    if session.walk_ins.filter(person_id__in=people.ids_of(person)).exists():
        raise Refused(_("此人在本课次已认定过。"))
    enrolment = enter(session.training_class, [Entry(person)], come_back=True, over=True, by=by)[0]
    walk_in.person, walk_in.enrolment = person, enrolment
    walk_in.identified_at, walk_in.identified_by = clock.now(), by.uuid
    walk_in.save()
    audit.record("courses.walk_in.identified", walk_in, by=by, division_path=session.training_class.division.path)
    _settle(_count_of(session, by), by)
    mark(session, [(enrolment, session.minutes)], method=AttendanceMethod.WALK_IN, by=by)
    settle_late(session.training_class, enrolment, by)
    return walk_in


def _locked(session: CourseSession, by: Actor, *, closed_too: bool = False) -> CourseSession:
    found = locked_session(session, by)
    if not (closed_too and found.training_class.state == ClassState.HELD):
        check_live(found.training_class)
    if found.state == SessionState.CANCELLED:
        raise Refused(_("本课次已取消，不能登记人数。"))
    return found


def _count_of(session: CourseSession, by: Actor) -> HeadCount:
    count = HeadCount.objects.filter(session=session).first() or HeadCount(session=session, quantity=0, counted_by=by.uuid)
    count.session = session
    return count


def _settle(count: HeadCount, by: Actor) -> None:
    """Bring the line up to date: heads and walk-ins without a record, less those identified out of the count."""
    rows = count.session.walk_ins.filter(struck_at__isnull=True)
    at_the_door = rows.filter(from_count=False, person__isnull=True).count()
    wanted = count.quantity + at_the_door - rows.filter(from_count=True).count()
    old_key = lines.headcount_key(count) if count.posted else ""
    if count.pk is not None and wanted != count.posted:
        count.version += 1
    changed = wanted != count.posted
    count.posted = wanted
    count.save()
    if changed and old_key:
        ledger.reverse_key(old_key, reason="head-count corrected", by=by)
    if changed and wanted:
        ledger.post([lines.headcount(count)], by=by)
