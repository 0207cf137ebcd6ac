"""Sittings: planned, announced, closed, released or cancelled; each move once, by the table in ``sitting_states``."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models import Attempt, ExamSitting, Paper, SittingInvitation, SittingPaper, SittingSeat
from exams.services.attempts import submit_attempt
from exams.services.practice import note_results, results_of
from exams.sitting_states import SITTING_STAFF, SITTING_TRANSITIONS, Audience, SittingState
from exams.states import AttemptState, PaperState, SubmitCause
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.ids import new_code
from lms.notices import services as notices
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Programme


def create_sitting(
    *,
    title: str,
    division: Division,
    papers: Sequence[Paper],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    by: Actor,
    audience: str = Audience.DIVISION,
    class_uuid: uuid.UUID | None = None,
    class_title: str = "",
    programme: Programme | None = None,
    place: str = "",
    notes: str = "",
    seats: int | None = None,
    sign_up_until: dt.datetime | None = None,
    has_access_code: bool = False,
    needs_check_in: bool = False,
    latest_entry_minutes: int | None = None,
    max_attempts: int = 1,
) -> ExamSitting:
    """Plan a sitting. Its papers are kept from practice from now on. Refuses papers of elsewhere and an empty window."""
    _require(by, division.path)
    _check(title, papers, starts_at, ends_at, sign_up_until, division)
    with transaction.atomic():
        sitting = ExamSitting.objects.create(
            title=title.strip(),
            division=division,
            starts_at=starts_at,
            ends_at=ends_at,
            place=place.strip(),
            notes=notes.strip(),
            audience=audience,
            class_uuid=class_uuid if audience == Audience.CLASS else None,
            class_title=class_title if audience == Audience.CLASS else "",
            programme=programme if audience == Audience.PROGRAMME else None,
            seats=seats,
            sign_up_until=sign_up_until,
            access_code=new_code(6) if has_access_code else "",
            needs_check_in=needs_check_in,
            latest_entry_minutes=latest_entry_minutes,
            max_attempts=max_attempts,
            created_by=by.uuid,
        )
        SittingPaper.objects.bulk_create(
            SittingPaper(sitting=sitting, paper=paper, number=number) for number, paper in enumerate(papers, 1)
        )
        Paper.objects.filter(pk__in=[p.pk for p in papers], reserved_at__isnull=True).update(reserved_at=clock.now())
        audit.record("exams.sitting.created", sitting, by=by, division_path=division.path, papers=len(papers))
    return sitting


def revise_sitting(*, sitting: ExamSitting, by: Actor, **changes: object) -> ExamSitting:
    """Change times, place, notes and limits before the window opens; whoever has a seat is told of a new time or place."""
    _require(by, sitting.division.path)
    allowed = {
        "title", "starts_at", "ends_at", "place", "notes", "seats", "sign_up_until", "needs_check_in",
        "latest_entry_minutes", "max_attempts",
    }  # fmt: skip
    if set(changes) - allowed:
        raise BadInput(_("考次公布后不能更换试卷和对象。"))
    with transaction.atomic():
        locked = lock_sitting(sitting)
        if locked.state not in (SittingState.DRAFT, SittingState.ANNOUNCED):
            raise Refused(_("考次已结束或取消，不能再改。"))
        if locked.state == SittingState.ANNOUNCED and locked.starts_at <= clock.now():
            raise Refused(_("考试已经开始，不能再改；可以给个别考生延时。"))
        before = (locked.starts_at, locked.ends_at, locked.place)
        for name, content in changes.items():
            setattr(locked, name, content)
        _check(locked.title, None, locked.starts_at, locked.ends_at, locked.sign_up_until, locked.division)
        taken = locked.seats_taken.filter(released_at__isnull=True).count()
        if locked.seats is not None and locked.seats < taken:
            raise Refused(_("已有 %(taken)s 人占用考位，考位数不能更少。") % {"taken": taken})
        locked.save(update_fields=list(changes))
        audit.record("exams.sitting.revised", locked, by=by, division_path=locked.division.path, changed=sorted(changes))
        if locked.state == SittingState.ANNOUNCED and before != (locked.starts_at, locked.ends_at, locked.place):
            _tell(locked, "exam.sitting_moved", by, key=f"moved:{locked.uuid}:{clock.now().isoformat()}")
    return locked


def invite(*, sitting: ExamSitting, persons: Sequence[Person], by: Actor) -> int:
    """Put named people on the list. They sign up themselves, and so agree. Twice is once; returns how many are new."""
    _require(by, sitting.division.path)
    if sitting.audience != Audience.LIST:
        raise Refused(_("这个考次不是按名单参加的。"))
    if sitting.state not in (SittingState.DRAFT, SittingState.ANNOUNCED):
        raise Refused(_("考次已结束或取消，不能再改。"))
    with transaction.atomic():
        there = set(sitting.invitations.values_list("person_id", flat=True))
        new = [person for person in persons if person.pk not in there]
        SittingInvitation.objects.bulk_create(
            (SittingInvitation(sitting=sitting, person=p, invited_at=clock.now(), invited_by=by.uuid) for p in new),
            ignore_conflicts=True,
        )
        if new:
            audit.record("exams.sitting.invited", sitting, by=by, division_path=sitting.division.path, persons=len(new))
    return len(new)


def announce_sitting(*, sitting: ExamSitting, by: Actor) -> ExamSitting:
    """Make it known to those who may come. Refuses papers that are not open yet."""
    with transaction.atomic():
        locked, done = _moving(sitting, SittingState.ANNOUNCED, by)
        if done:
            return locked
        drafts = [p.paper.title for p in locked.sitting_papers.select_related("paper") if p.paper.state != PaperState.LIVE]
        if drafts:
            raise Refused(_("试卷“%(title)s”还没有开放，先在试卷页开放它（考试用卷不会给学员练习）。") % {"title": drafts[0]})
        if locked.ends_at <= clock.now():
            raise Refused(_("考试时间已过，请先改时间。"))
        locked.announced_at = clock.now()
        return _move(locked, SittingState.ANNOUNCED, by, "announced_at")


def close_sitting(*, sitting: ExamSitting, by: Actor) -> ExamSitting:
    """End it. Refused before the window ends; attempts whose time and grace are over are submitted on the way."""
    with transaction.atomic():
        locked, done = _moving(sitting, SittingState.CLOSED, by)
        if done:
            return locked
        now = clock.now()
        if now < locked.ends_at:
            raise Refused(_("考试时间还没有结束。"))
        _hold_seats(locked)
        for attempt in locked.attempts.filter(state=AttemptState.OPEN, closes_at__lt=now).select_related("person"):
            submit_attempt(attempt=attempt, by=Actor.system("close_sitting"), because=SubmitCause.TIME)
        if locked.attempts.filter(state=AttemptState.OPEN).exists():
            raise Refused(_("还有考生在延长的时间内作答，等他们交卷后再结束。"))
        locked.closed_at = now
        return _move(locked, SittingState.CLOSED, by, "closed_at")


def release_sitting(*, sitting: ExamSitting, by: Actor) -> ExamSitting:
    """Publish the results: candidates read their scores, papers become past papers for practice. Refused while one is unmarked."""
    with transaction.atomic():
        locked, done = _moving(sitting, SittingState.RELEASED, by)
        if done:
            return locked
        if locked.attempts.exclude(state=AttemptState.MARKED).exists():
            raise Refused(_("还有答卷没有评完，不能公布成绩。"))
        locked.released_at = clock.now()
        _move(locked, SittingState.RELEASED, by, "released_at")
        elsewhere = SittingPaper.objects.filter(
            sitting__state__in=[SittingState.DRAFT, SittingState.ANNOUNCED, SittingState.CLOSED]
        )
        own = Paper.objects.filter(sitting_papers__sitting=locked).exclude(pk__in=elsewhere.values("paper_id"))
        Paper.objects.filter(pk__in=own.values("pk")).update(reserved_at=None)
        for attempt in locked.attempts.filter(voided_at__isnull=True).select_related("paper", "person"):
            if attempt.paper.shows_keys:
                note_results(attempt.person, results_of(attempt))
        sat = people.users_of(Attempt.objects.filter(sitting=locked).values_list("person_id", flat=True))
        title, link = (
            _("%(sitting)s的成绩已公布") % {"sitting": locked.title},
            reverse("exams:sitting", kwargs={"sitting": locked.uuid}),
        )
        notices.notify_many(sat, kind="exam.marked", title=title, by=by, url=link, key=f"released:{locked.uuid}")
    return locked


def cancel_sitting(*, sitting: ExamSitting, reason: str, by: Actor) -> ExamSitting:
    """Call it off and tell everybody who has a seat. Refused once somebody began."""
    if not reason.strip():
        raise BadInput(_("请写明取消原因。"))
    with transaction.atomic():
        locked, done = _moving(sitting, SittingState.CANCELLED, by)
        if done:
            return locked
        _hold_seats(locked)
        if locked.attempts.exists():
            raise Refused(_("已有考生开始作答，不能取消。"))
        locked.cancelled_at, locked.cancelled_reason = clock.now(), reason.strip()
        _move(locked, SittingState.CANCELLED, by, "cancelled_at", "cancelled_reason")
        _tell(locked, "exam.sitting_cancelled", by, key=f"cancelled:{locked.uuid}")
    return locked


def lock_sitting(sitting: ExamSitting) -> ExamSitting:
    """The row, held until the commit: seats and moves of one sitting happen one after the other."""
    return (
        ExamSitting.objects.select_for_update(of=("self",), no_key=True).select_related("division", "programme").get(pk=sitting.pk)
    )


def _hold_seats(sitting: ExamSitting) -> None:
    """Wait for whoever begins at this moment: an attempt begins with its seat held. Nobody begins until the commit."""
    seats = SittingSeat.objects.select_for_update(no_key=True).filter(sitting=sitting, released_at__isnull=True)
    list(seats.order_by("pk").values_list("pk"))


def _require(by: Actor, path: str) -> None:
    if not by.covers(path, *SITTING_STAFF):
        raise Missing(_("没有找到。"))


def _check(
    title: str,
    papers: Sequence[Paper] | None,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    sign_up_until: dt.datetime | None,
    division: Division,
) -> None:
    if not title.strip():
        raise BadInput(_("请填写考次名称。"))
    if ends_at <= starts_at:
        raise BadInput(_("结束时间须晚于开始时间。"))
    if sign_up_until is not None and sign_up_until > ends_at:
        raise BadInput(_("报名截止不能晚于考试结束。"))
    if papers is None:
        return
    if not papers:
        raise BadInput(_("请至少选一份试卷。"))
    for paper in papers:
        if not division.path.startswith(paper.path) or paper.state == PaperState.RETIRED:
            raise Refused(_("试卷“%(title)s”不能用于这个区划的考试。") % {"title": paper.title})
    longest = max(paper.duration_minutes for paper in papers)
    if ends_at - starts_at < dt.timedelta(minutes=longest):
        raise BadInput(_("考试时段短于试卷的作答时间 %(minutes)s 分钟。") % {"minutes": longest})


def _moving(sitting: ExamSitting, wanted: SittingState, by: Actor) -> tuple[ExamSitting, bool]:
    """The locked row, and whether it is there already. Refuses a move the table does not know."""
    _require(by, sitting.division.path)
    locked = lock_sitting(sitting)
    if locked.state == wanted:
        return locked, True
    if (locked.state, wanted) not in SITTING_TRANSITIONS:
        raise Refused(
            _("此考次现为“%(state)s”，不能改为“%(wanted)s”。") % {"state": SittingState(locked.state).label, "wanted": wanted.label}
        )
    return locked, False


def _move(locked: ExamSitting, wanted: SittingState, by: Actor, *stamped: str) -> ExamSitting:
    _act, _who, event = SITTING_TRANSITIONS[locked.state, wanted]
    locked.state = wanted
    locked.save(update_fields=["state", *stamped])
    audit.record(event, locked, by=by, division_path=locked.division.path)
    return locked


def _tell(sitting: ExamSitting, kind: str, by: Actor, *, key: str) -> None:
    seated = SittingSeat.objects.filter(sitting=sitting, released_at__isnull=True).values_list("person_id", flat=True)
    starts = f"{timezone.localtime(sitting.starts_at):%Y-%m-%d %H:%M}"
    facts = {"sitting": sitting.title, "starts_at": starts, "place": sitting.place or _("不限"), "reason": sitting.cancelled_reason}
    url = reverse("exams:sitting", kwargs={"sitting": sitting.uuid})
    for user in people.users_of(seated):
        notices.notify_of(user=user, kind=kind, facts=facts, by=by, url=url, key=key)
