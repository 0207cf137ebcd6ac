"""Attempts: begun once however often one clicks, saved by one update, submitted and marked once. The server's clock rules."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from exams import integrity, rules
from exams.models import Attempt, AttemptTrace, ExamSitting, Paper, Response
from exams.services import practice
from exams.services.marking import mark_attempt
from exams.states import ATTEMPT_EVENTS, AttemptState, PaperState, SubmitCause, TraceKind
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.notices import services as notices
from lms.people import selectors as people
from lms.people.models import Person
from lms.programmes.models import Participation

MAX_SEQUENCE = 2**53  # what a browser counts exactly


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as a browser sends it, shaped as ``rules.marking`` says for its kind.

    ``sequence`` orders the answers to one item; ``answered_at`` is the browser's word.
    """

    number: int
    sequence: int
    answer: tuple[str, ...]
    answered_at: dt.datetime | None = None
    is_flagged: bool = False


@dataclass(slots=True)
class Receipt:
    """What became of a save. ``saved`` maps numbers to the sequence that stands; ``refused`` came too late."""

    at: dt.datetime
    saved: dict[int, int] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    state: str = "open"  # open, elsewhere (another window writes) or closed (submitted)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms an attempt begins beyond those of its paper: a sitting's, with what was granted to the candidate."""

    sitting: ExamSitting | None = None
    max_attempts: int | None = None
    extra_minutes: int = 0
    ends_at: dt.datetime | None = None


def start_attempt(
    *, paper: Paper, person: Person, by: Actor, participation: Participation | None = None, terms: Terms | None = None
) -> Attempt:
    """Begin, or go on with the attempt that is open: a second click yields the same one.

    Refuses a paper that is not open to this person, one that is kept for sittings, and one more attempt than allowed. Only the
    person may begin. ``terms`` come from a seat (``seats.start_in_sitting``), which has asked for everything else.
    """
    require_own(person, by)
    outside = terms is None and (paper.reserved_at is not None or not person.division.path.startswith(paper.path))
    if paper.state != PaperState.LIVE or outside:
        raise Missing(_("没有找到这份试卷。"))
    for _once_more in range(2):
        try:
            return _begin(paper, person, by, participation, terms or Terms(max_attempts=paper.max_attempts))
        except IntegrityError:  # the other click was first
            continue
    raise Refused(_("这份试卷刚在别处开始，请刷新页面。"))


def save_answers(
    *, attempt_uuid: uuid.UUID, answers: Sequence[Given], window: str, by: Actor | None, user_id: int | None
) -> Receipt:
    """Save what a browser sends: one update an answer, and nothing read where all is well.

    The last by sequence stands, whatever order they arrive in; the same one twice is saved once. After the deadline an answer
    given in time is taken until the grace ends and marked late. Another window's answers are held back until the candidate
    chooses. ``user_id`` None (with an actor that reaches everywhere) is the system acting for a candidate.
    """
    for given in answers:
        _check_shape(given)
    now = clock.now()
    receipt = Receipt(at=now)
    open_now = Attempt.objects.filter(uuid=attempt_uuid, state=AttemptState.OPEN, deadline_at__gte=now)
    if user_id is not None:
        open_now = open_now.filter(person__user_id=user_id)
    elif by is None or not by.everywhere:
        raise Missing(_("没有找到。"))
    if window:
        open_now = open_now.filter(writer=window)
    missed = [given for given in answers if not _update(open_now, given, now, late=False)]
    receipt.saved = {given.number: given.sequence for given in answers if given not in missed}
    if missed:
        _settle(receipt, attempt_uuid, missed, window, user_id, now)
    return receipt


def save_response(
    *,
    attempt: Attempt,
    item_number: int,
    sequence: int,
    answer: Sequence[str],
    by: Actor,
    answered_at: dt.datetime | None = None,
    is_flagged: bool = False,
) -> Receipt:
    """Save one answer of an attempt in hand; see ``save_answers``. Refuses, as an error, what would not stand."""
    shaped = tuple(sorted(answer)) if isinstance(answer, str) else tuple(answer)  # "CA" names letters of a choice
    given = Given(item_number, sequence, shaped, answered_at, is_flagged)
    user_id = None if by.everywhere else by.user_id
    receipt = save_answers(attempt_uuid=attempt.uuid, answers=[given], window="", by=by, user_id=user_id)
    if receipt.state == "closed":
        raise Refused(_("已经交卷，不能再改动答案。"))
    if receipt.refused:
        raise Refused(_("作答时间已过，这个答案没有收下。"))
    return receipt


def take_window(*, attempt: Attempt, window: str, by: Actor, insist: bool, device: str = "") -> bool:
    """Let ``window`` write. False where another window does and the candidate has not insisted.

    ``device`` is a random name the browser keeps for itself: it tells a second tab from a second device in the trace.
    """
    require_own(attempt.person, by)
    if not window or len(window) > 36:
        raise BadInput(_("窗口标识有误，请刷新页面。"))
    allowed = Q() if insist else Q(writer__in=["", window])
    with transaction.atomic():
        before = Attempt.objects.filter(pk=attempt.pk).values_list("writer", flat=True).first()
        if before == window:
            return True
        taken = Attempt.objects.filter(allowed, pk=attempt.pk, state=AttemptState.OPEN).update(writer=window)
        if taken:
            AttemptTrace.objects.create(
                attempt=attempt,
                kind=TraceKind.TAKEN_OVER if before else TraceKind.OPENED,
                window=window,
                address=by.address or None,
                details={"device": device[:16]} if device else {},
                happened_at=clock.now(),
            )
    return bool(taken)


def hand_in(*, attempt_uuid: uuid.UUID, by: Actor) -> Attempt:
    """Submit one's own attempt, read and locked at once; see ``submit_attempt``. Missing where it is somebody else's."""
    if by.user_id is None:
        raise Missing(_("没有找到。"))
    with transaction.atomic():
        found = _locked().filter(uuid=attempt_uuid, person__user_id=by.user_id).first()
        if found is None:
            raise Missing(_("没有找到。"))
        return _submit(found, by, SubmitCause.CANDIDATE)


def submit_attempt(*, attempt: Attempt, by: Actor, because: SubmitCause = SubmitCause.CANDIDATE) -> Attempt:
    """Close an attempt and mark it, in one transaction; posts ``scored``. Submitting twice marks once.

    After the deadline it counts as submitted by time, whoever pressed the button.
    """
    require_own(attempt.person, by)
    with transaction.atomic():
        return _submit(_locked().get(pk=attempt.pk), by, because)


def _locked() -> QuerySet[Attempt]:
    """Attempts to be closed, with what marking and posting ask of them. A programme is asked for where there is one."""
    rows = Attempt.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("paper", "division", "person__organisation").order_by()


def _submit(locked: Attempt, by: Actor, because: SubmitCause) -> Attempt:
    if locked.state != AttemptState.OPEN:
        return locked
    now = clock.now()
    locked.state = AttemptState.SUBMITTED
    locked.submitted_at = now
    locked.submitted_because = SubmitCause.TIME if now > locked.deadline_at else because
    given = mark_attempt(locked, by=by)
    _note_pace(locked, [result.answered_at for result in given])
    if locked.state == AttemptState.MARKED and locked.paper.shows_keys and locked.sitting_id is None:
        practice.note_results(locked.person, given)
    return locked


def submit_overdue(*, by: Actor, limit: int = 500) -> int:
    """Submit every open attempt whose time and grace are over. Returns how many; safe to run twice and side by side."""
    overdue = Attempt.objects.filter(state=AttemptState.OPEN, closes_at__lt=clock.now()).select_related("person")
    done = 0
    for attempt in overdue.order_by("closes_at")[:limit]:
        with transaction.atomic():
            closed = submit_attempt(attempt=attempt, by=by, because=SubmitCause.TIME)
            notices.tell(
                [attempt.person],
                kind="exam.timed_out",
                facts={"paper": closed.paper.title},
                url=reverse("exams:attempt_result", args=[closed.uuid]),
                key=f"exam.timed_out:{closed.uuid}",
                by=by,
            )
        done += 1
    return done


def note_trace(*, attempt: Attempt, kind: TraceKind, by: Actor, window: str = "", details: Mapping[str, Any] | None = None) -> None:
    """Note a fact about how the attempt goes. Evidence for people; nothing follows from it by itself."""
    require_own(attempt.person, by)
    AttemptTrace.objects.create(
        attempt=attempt,
        kind=kind,
        window=window[:36],
        address=by.address or None,
        details=dict(details or {}),
        happened_at=clock.now(),
    )


def require_own(person: Person, by: Actor) -> None:
    """Only the candidate acts for the candidate; the system may."""
    if not by.everywhere and (by.user_id is None or person.user_id != by.user_id):
        raise Missing(_("没有找到。"))


def _note_pace(attempt: Attempt, moments: Sequence[dt.datetime | None]) -> None:
    """Leave a note where answers came faster than one can read: evidence for people, never a verdict."""
    pace = integrity.pace(moments)
    if pace.is_striking:
        details = {"answers": pace.answers, "quick": pace.quick, "median": pace.median_seconds}
        AttemptTrace.objects.create(attempt=attempt, kind=TraceKind.TOO_FAST, happened_at=clock.now(), details=details)


def _begin(paper: Paper, person: Person, by: Actor, participation: Participation | None, terms: Terms) -> Attempt:
    with transaction.atomic():
        ids = people.ids_of(person)
        at_paper = Q(paper=paper) if terms.sitting is None else Q(paper=paper) | Q(sitting=terms.sitting)
        before = list(Attempt.objects.filter(at_paper, person_id__in=ids).select_related("paper").order_by("started_at"))
        mine = [a for a in before if a.sitting_id == (terms.sitting.pk if terms.sitting else None)]
        for attempt in mine:
            if attempt.state == AttemptState.OPEN and attempt.person_id == person.pk:
                if clock.now() <= attempt.closes_at:
                    return attempt
                submit_attempt(attempt=attempt, by=by, because=SubmitCause.TIME)
        if terms.max_attempts is not None and len(mine) >= terms.max_attempts:
            raise Refused(_("这份试卷最多作答 %(count)s 次，您已用完。") % {"count": terms.max_attempts})
        now = clock.now()
        deadline = rules.deadline_within(now, paper.duration_minutes, terms.extra_minutes, terms.ends_at)
        if deadline <= now:
            raise Refused(_("考试时间已过。"))
        attempt = Attempt.objects.create(
            paper=paper,
            person=person,
            participation=participation,
            sitting=terms.sitting,
            division_id=person.division_id,
            ordinal=max((a.ordinal for a in before if a.paper_id == paper.pk), default=0) + 1,
            started_at=now,
            deadline_at=deadline,
            closes_at=rules.closing_of(deadline, paper.grace_seconds),
            seed=uuid.uuid4().int % 2**31,
            full_points=paper.full_points,
            pass_points=paper.pass_points,
        )
        with connection.cursor() as cursor:  # one statement for all items; the columns left out have database defaults
            cursor.execute(
                "INSERT INTO exams_response (attempt_id, number, item_version_id, kind, points_full) "
                "SELECT %s, p.number, p.item_version_id, v.kind, p.points FROM exams_paperitem p "
                "JOIN exams_itemversion v ON v.id = p.item_version_id WHERE p.paper_id = %s",
                [attempt.pk, paper.pk],
            )
        audit.record(ATTEMPT_EVENTS[AttemptState.OPEN], attempt, by=by, division_path=person.division.path, ordinal=attempt.ordinal)
    return attempt


def _check_shape(given: Given) -> frozenset[str]:
    """The kinds that take an answer of this shape; refuses one that no kind takes."""
    kinds = rules.kinds_taking(given.answer)
    if not 0 < given.sequence < MAX_SEQUENCE or not kinds:
        raise BadInput(_("答案的格式有误，请刷新页面。"))
    return kinds


def _update(open_now: Any, given: Given, now: dt.datetime, *, late: bool) -> int:
    """One statement. The kind and the conditions on the response itself are in its own WHERE, so that PostgreSQL checks
    them again on a row that a submission has marked meanwhile; the attempt is found by an uncorrelated sub-query."""
    return int(
        Response.objects.filter(
            attempt_id=open_now.values("pk")[:1],
            number=given.number,
            kind__in=rules.kinds_taking(given.answer),
            points__isnull=True,
            awaits_marker=False,
            sequence__lt=given.sequence,
        ).update(
            answer=rules.settled(given.answer),
            is_flagged=given.is_flagged,
            sequence=given.sequence,
            answered_at=given.answered_at,
            received_at=now,
            is_late=late,
        )
    )


def _settle(
    receipt: Receipt, attempt_uuid: uuid.UUID, missed: list[Given], window: str, user_id: int | None, now: dt.datetime
) -> None:
    """Find out why an update touched no row, and say so; late answers get their second chance here."""
    mine = Attempt.objects.filter(uuid=attempt_uuid)
    if user_id is not None:
        mine = mine.filter(person__user_id=user_id)
    attempt = mine.select_related("paper").first()
    if attempt is None:
        raise Missing(_("没有找到。"))
    rows = attempt.responses.filter(number__in=[g.number for g in missed]).values_list("number", "sequence", "kind")
    standing, kinds = {number: sequence for number, sequence, _kind in rows}, {number: kind for number, _sequence, kind in rows}
    if len(standing) != len({g.number for g in missed}):
        raise BadInput(_("试卷里没有这道题。"))
    if any(kinds[g.number] not in _check_shape(g) for g in missed):
        raise BadInput(_("答案的格式有误，请刷新页面。"))
    if attempt.state != AttemptState.OPEN:
        receipt.state = "closed"
    elif window and attempt.writer != window:
        receipt.state = "elsewhere"
    for given in missed:
        if standing[given.number] >= given.sequence:  # a repeat, or overtaken by a newer one: what stands is saved
            receipt.saved[given.number] = standing[given.number]
        elif receipt.state == "open":
            verdict = rules.arrival(
                received_at=now, answered_at=given.answered_at, deadline_at=attempt.deadline_at, closes_at=attempt.closes_at
            )
            still_open = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN)
            if verdict.accepted and _update(still_open, given, now, late=verdict.late):
                receipt.saved[given.number] = given.sequence
            else:
                receipt.refused.append(given.number)
        else:
            receipt.refused.append(given.number)
    late = sorted(set(receipt.saved) & {g.number for g in missed if standing[g.number] < g.sequence})
    if late and now > attempt.deadline_at:
        AttemptTrace.objects.create(
            attempt=attempt, kind=TraceKind.LATE_ACCEPTED, window=window, happened_at=now, details={"numbers": late}
        )
    if receipt.refused and receipt.state != "elsewhere":
        kept = {
            str(g.number): {"answer": rules.settled(g.answer), "sequence": g.sequence}
            for g in missed
            if g.number in receipt.refused
        }
        AttemptTrace.objects.create(attempt=attempt, kind=TraceKind.LATE_REFUSED, window=window, happened_at=now, details=kept)
