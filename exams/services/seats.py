"""Seats: taken once however often one clicks, never more than there are; checked in, given up; grants to one person."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from exams import audiences, rules
from exams.models import Attempt, ExamSitting, SeatGrant, SittingSeat
from exams.services.attempts import Terms, require_own, start_attempt
from exams.services.sittings import lock_sitting
from exams.sitting_states import SITTING_STAFF, SittingState
from exams.states import AttemptState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.notices import services as notices
from lms.people import selectors as people
from lms.people.models import Person


def take_seat(*, sitting: ExamSitting, person: Person, by: Actor) -> SittingSeat:
    """Sign up, oneself: a second click yields the same seat. Refuses who may not come, a full room and a closed list."""
    require_own(person, by)
    with transaction.atomic():
        locked = lock_sitting(sitting)
        standing = _seat_of(locked, person)
        if standing is not None:
            return standing
        _check_open(locked)
        if not audiences.may_come(locked, person):
            raise Missing(_("没有找到。"))
        if not people.consented(person, "training"):
            raise Refused(_("参加考试须先在“我的个人信息”中同意培训与考核所需的个人信息处理。"))
        return _seat(locked, [person], by)[0]


def seat_audience(*, sitting: ExamSitting, by: Actor) -> tuple[int, int]:
    """Seat everybody of a class or programme who has agreed to training. Returns (seated now, left out without consent)."""
    _require(sitting, by)
    with transaction.atomic():
        locked = lock_sitting(sitting)
        _check_open(locked)
        there = set(locked.seats_taken.filter(released_at__isnull=True).values_list("person_id", flat=True))
        wanted = [person for person in audiences.members(locked) if person.pk not in there]
        agreed = people.persons_consenting({person.pk for person in wanted}, "training")
        chosen = [person for person in wanted if person.pk in agreed]
        _seat(locked, chosen, by)
    return len(chosen), len(wanted) - len(chosen)


def give_up_seat(*, seat: SittingSeat, by: Actor, reason: str = "") -> SittingSeat:
    """Withdraw oneself before the window opens, or be withdrawn by those who run the sitting, with a reason."""
    own = by.user_id is not None and seat.person.user_id == by.user_id
    if not own:
        _require(seat.sitting, by)
        if not reason.strip():
            raise BadInput(_("请写明取消考位的原因。"))
    with transaction.atomic():
        locked = lock_sitting(seat.sitting)
        fresh = SittingSeat.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.pk)
        if fresh.released_at is not None:
            return fresh
        if own and locked.starts_at <= clock.now():
            raise Refused(_("考试已经开始，不能再取消报名。"))
        if Attempt.objects.filter(sitting=locked, person_id=fresh.person_id).exists():
            raise Refused(_("这位考生已经开始作答，不能取消考位。"))
        fresh.released_at, fresh.released_reason = clock.now(), reason.strip()
        fresh.save(update_fields=["released_at", "released_reason"])
        audit.record("exams.seat.released", fresh, by=by, division_path=locked.division.path)
    return fresh


def check_in(*, seat: SittingSeat, by: Actor) -> SittingSeat:
    """The invigilator saw the candidate. Twice is once."""
    _require(seat.sitting, by)
    with transaction.atomic():
        marked = SittingSeat.objects.filter(pk=seat.pk, checked_in_at__isnull=True, released_at__isnull=True).update(
            checked_in_at=clock.now(), checked_in_by=by.uuid
        )
        if marked:
            audit.record("exams.seat.checked_in", seat, by=by, division_path=seat.sitting.division.path)
    seat.refresh_from_db()
    return seat


def grant(
    *,
    seat: SittingSeat,
    reason: str,
    by: Actor,
    extra_minutes: int = 0,
    extra_attempts: int = 0,
    window_ends_at: dt.datetime | None = None,
) -> SeatGrant:
    """Grant one candidate extra time, a later end or more attempts, with the reason; an open attempt's deadline moves with it."""
    _require(seat.sitting, by)
    if not reason.strip():
        raise BadInput(_("请写明理由。"))
    if not extra_minutes and not extra_attempts and window_ends_at is None:
        raise BadInput(_("请填写延长的分钟数、增加的次数或个人截止时间。"))
    if window_ends_at is not None and window_ends_at <= seat.sitting.ends_at:
        raise BadInput(_("个人截止时间须晚于考试结束时间。"))
    if by.user_id is not None and seat.person.user_id == by.user_id:
        raise Refused(_("不能给自己延时。"))
    with transaction.atomic():
        fresh = (
            SittingSeat.objects.select_for_update(of=("self",), no_key=True)
            .select_related("sitting__division", "person")
            .get(pk=seat.pk)
        )
        if fresh.released_at is not None:
            raise Refused(_("这个考位已经取消。"))
        given = SeatGrant.objects.create(
            seat=fresh,
            extra_minutes=extra_minutes,
            extra_attempts=extra_attempts,
            window_ends_at=window_ends_at,
            reason=reason.strip(),
            granted_at=clock.now(),
            granted_by=by.uuid,
            granted_label=by.label[:80],
        )
        _move_deadline(fresh)
        audit.record(
            "exams.seat.granted",
            fresh,
            by=by,
            division_path=fresh.sitting.division.path,
            extra_minutes=extra_minutes,
            extra_attempts=extra_attempts,
            later_end=window_ends_at is not None,
        )
        if fresh.person.user is not None:
            url = reverse("exams:sitting", kwargs={"sitting": fresh.sitting.uuid})
            facts = {"sitting": fresh.sitting.title}
            notices.notify_of(user=fresh.person.user, kind="exam.granted", facts=facts, by=by, url=url, key=f"grant:{given.uuid}")
    return given


def start_in_sitting(*, seat: SittingSeat, by: Actor, code: str = "") -> Attempt:
    """Begin, or go on with, one's attempt in a sitting. The seat's row is held: of many clicks one begins.

    Refuses outside the window, without the access code, unseen by the invigilator, late, and one attempt more than allowed.
    """
    require_own(seat.person, by)
    with transaction.atomic():
        fresh = (
            SittingSeat.objects.select_for_update(of=("self",), no_key=True)
            .select_related("paper", "person__division", "participation")
            .get(pk=seat.pk)
        )
        # read once the seat is held: while we waited for it the sitting may have been called off
        fresh.sitting = sitting = ExamSitting.objects.select_related("division").get(pk=fresh.sitting_id)
        if fresh.released_at is not None:
            raise Missing(_("没有找到。"))
        terms = terms_of(fresh)
        open_one = Attempt.objects.filter(sitting=sitting, person=fresh.person, state=AttemptState.OPEN).first()
        if open_one is None or clock.now() > open_one.closes_at:
            _check_entry(fresh, terms, code)
        return start_attempt(paper=fresh.paper, person=fresh.person, by=by, participation=fresh.participation, terms=terms)


def terms_of(seat: SittingSeat) -> Terms:
    """What holds for this candidate: the sitting's limits with everything granted."""
    grants = list(seat.grants.all())
    later = [g.window_ends_at for g in grants if g.window_ends_at is not None]
    return Terms(
        sitting=seat.sitting,
        max_attempts=seat.sitting.max_attempts + sum(g.extra_attempts for g in grants),
        extra_minutes=sum(g.extra_minutes for g in grants),
        ends_at=max([seat.sitting.ends_at, *later]),
    )


def _check_entry(seat: SittingSeat, terms: Terms, code: str) -> None:
    sitting, now = seat.sitting, clock.now()
    if sitting.state != SittingState.ANNOUNCED or now < sitting.starts_at:
        raise Refused(_("考试还没有开始，或者已经结束。"))
    if terms.ends_at is not None and now >= terms.ends_at:
        raise Refused(_("考试时间已过。"))
    begun = Attempt.objects.filter(sitting=sitting, person=seat.person).exists()
    limit = sitting.latest_entry_minutes
    is_late = limit is not None and now > sitting.starts_at + dt.timedelta(minutes=limit)
    if is_late and not begun and not seat.grants.filter(window_ends_at__isnull=False).exists():
        raise Refused(_("开考 %(minutes)s 分钟后不能入场，请与监考人员联系。") % {"minutes": limit})
    if sitting.needs_check_in and seat.checked_in_at is None:
        raise Refused(_("请先到监考人员处签到。"))
    if sitting.access_code and not hmac.compare_digest(code.strip().upper().encode(), sitting.access_code.encode()):
        raise Refused(_("入场码不对，请看考场公布的入场码。"))


def _move_deadline(seat: SittingSeat) -> None:
    """Extra time granted while the candidate writes counts at once."""
    terms = terms_of(seat)
    attempt = Attempt.objects.select_for_update(of=("self",), no_key=True).select_related("paper").filter(
        sitting_id=seat.sitting_id, person_id=seat.person_id, state=AttemptState.OPEN
    ).first()  # fmt: skip
    if attempt is None:
        return
    deadline = rules.deadline_within(attempt.started_at, attempt.paper.duration_minutes, terms.extra_minutes, terms.ends_at)
    if deadline > attempt.deadline_at:
        attempt.deadline_at = deadline
        attempt.closes_at = rules.closing_of(deadline, attempt.paper.grace_seconds)
        attempt.save(update_fields=["deadline_at", "closes_at"])


def _check_open(sitting: ExamSitting) -> None:
    now = clock.now()
    if sitting.state != SittingState.ANNOUNCED:
        raise Refused(_("这个考次现在不接受报名。"))
    if now >= sitting.ends_at or (sitting.sign_up_until is not None and now > sitting.sign_up_until):
        raise Refused(_("报名已经截止。"))


def _seat_of(sitting: ExamSitting, person: Person) -> SittingSeat | None:
    """The standing seat of a human being, under whichever of their merged records."""
    ids = people.ids_of(person)
    return SittingSeat.objects.filter(sitting=sitting, person_id__in=ids, released_at__isnull=True).first()


def _seat(locked: ExamSitting, persons: Iterable[Person], by: Actor) -> list[SittingSeat]:
    """Give each the smallest free number; the papers go round by number. The sitting's row is locked by the caller."""
    wanted = list(persons)
    taken = set(locked.seats_taken.filter(released_at__isnull=True).values_list("number", flat=True))
    if locked.seats is not None and len(taken) + len(wanted) > locked.seats:
        left = locked.seats - len(taken)
        if len(wanted) == 1:
            raise Refused(_("考位已满。"))
        raise Refused(_("还剩 %(left)s 个考位，要安排 %(wanted)s 人。") % {"left": left, "wanted": len(wanted)})
    papers = [row.paper_id for row in locked.sitting_papers.all()]
    joined = audiences.participations(locked, wanted)
    made, number = [], 0
    for person in wanted:
        number += 1
        while number in taken:
            number += 1
        made.append(
            SittingSeat(
                sitting=locked,
                person=person,
                division_id=person.division_id,
                participation_id=joined.get(person.pk),
                paper_id=papers[(number - 1) % len(papers)],
                number=number,
                taken_at=clock.now(),
                taken_by=by.uuid,
            )
        )
    SittingSeat.objects.bulk_create(made, batch_size=500)
    if len(made) == 1:
        audit.record("exams.seat.taken", made[0], by=by, division_path=locked.division.path)
    elif made:
        audit.record("exams.sitting.seated", locked, by=by, division_path=locked.division.path, seats=len(made))
    return made


def _require(sitting: ExamSitting, by: Actor) -> None:
    if not by.covers(sitting.division.path, *SITTING_STAFF):
        raise Missing(_("没有找到。"))
