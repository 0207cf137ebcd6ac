"""Reads of sittings: what a candidate sees, what those who run and watch one see, the evidence of an attempt."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from exams import integrity
from exams.models import Attempt, AttemptTrace, ExamSitting, Paper, Response, SittingSeat
from exams.services.attempts import Terms
from exams.services.seats import terms_of
from exams.sitting_states import RULERS, SITTING_STAFF, Audience, SittingState
from exams.states import RESULT_READERS, AttemptState, PaperState, TraceKind
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.ledger import selectors as ledger
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.rules import upwards
from lms.programmes import selectors as programmes

KNOWN = (SittingState.ANNOUNCED, SittingState.CLOSED, SittingState.RELEASED)


@dataclass(slots=True)
class MySitting:
    """A sitting as one candidate sees it."""

    sitting: ExamSitting
    seat: SittingSeat | None
    attempts: list[Attempt]
    taken: int
    terms: Terms | None = None
    now: dt.datetime = field(default_factory=clock.now)

    @property
    def phase(self) -> str:
        """before, open or over, by the server's clock; cancelled."""
        if self.sitting.state == SittingState.CANCELLED:
            return "cancelled"
        ends = self.terms.ends_at if self.terms and self.terms.ends_at else self.sitting.ends_at
        if self.sitting.state != SittingState.ANNOUNCED or self.now >= ends:
            return "over"
        return "open" if self.now >= self.sitting.starts_at else "before"

    @property
    def seats_left(self) -> int | None:
        return None if self.sitting.seats is None else max(0, self.sitting.seats - self.taken)

    @property
    def may_sign_up(self) -> bool:
        until = self.sitting.sign_up_until or self.sitting.ends_at
        return self.seat is None and self.phase in ("before", "open") and self.now <= until and self.seats_left != 0

    @property
    def open_attempt(self) -> Attempt | None:
        return next((a for a in self.attempts if a.state == AttemptState.OPEN and self.now <= a.closes_at), None)

    @property
    def may_start(self) -> bool:
        if self.seat is None or self.phase != "open" or self.terms is None or self.terms.max_attempts is None:
            return False
        return self.open_attempt is not None or len(self.attempts) < self.terms.max_attempts

    @property
    def starts_in(self) -> dt.timedelta:
        return self.sitting.starts_at - self.now


def sittings_for(person: Person) -> QuerySet[ExamSitting]:
    """Sittings a person may come to, or has a seat in; the next first."""
    ids = people.ids_of(person)
    today = clock.today()
    running = {row[2] for row in programmes.running_participations(ids, on=today)}
    welcome = (
        Q(audience=Audience.DIVISION, division__path__in=upwards(person.division.path))
        | Q(audience=Audience.CLASS, class_uuid__in=ledger.occasions_enrolled(person))
        | Q(audience=Audience.PROGRAMME, programme_id__in=running)
        | Q(pk__in=ExamSitting.objects.filter(audience=Audience.LIST, invitations__person_id__in=ids).values("pk"))
    )
    seated = Q(pk__in=SittingSeat.objects.filter(person_id__in=ids, released_at__isnull=True).values("sitting_id"))
    rows = ExamSitting.objects.filter(Q(state__in=KNOWN) & welcome | seated & ~Q(state=SittingState.DRAFT))
    return rows.select_related("division").order_by("-starts_at", "-id")


def as_candidate(person: Person, sittings: Sequence[ExamSitting]) -> list[MySitting]:
    """Sittings with the own seat and attempts: four queries however many there are."""
    ids, keys = people.ids_of(person), [sitting.pk for sitting in sittings]
    seats = {
        seat.sitting_id: seat
        for seat in SittingSeat.objects.filter(sitting_id__in=keys, person_id__in=ids, released_at__isnull=True)
        .select_related("paper", "person")
        .prefetch_related("grants")
    }
    attempts: dict[int, list[Attempt]] = {}
    for attempt in (
        Attempt.objects.filter(sitting_id__in=keys, person_id__in=ids).select_related("paper", "sitting").order_by("started_at")
    ):
        assert attempt.sitting_id is not None
        attempts.setdefault(attempt.sitting_id, []).append(attempt)
    counts = taken_counts(keys)
    found = []
    for sitting in sittings:
        seat = seats.get(sitting.pk)
        if seat is not None:
            seat.sitting = sitting
        terms = terms_of(seat) if seat is not None else None
        found.append(MySitting(sitting, seat, attempts.get(sitting.pk, []), counts.get(sitting.pk, 0), terms))
    return found


def my_sitting(person: Person, sitting_uuid: uuid.UUID) -> MySitting:
    row = sittings_for(person).filter(uuid=sitting_uuid).first()
    if row is None:
        raise Missing(_("没有找到。"))
    return as_candidate(person, [row])[0]


def taken_counts(sittings: Collection[int]) -> dict[int, int]:
    rows = SittingSeat.objects.filter(sitting_id__in=sittings, released_at__isnull=True).order_by()
    return dict(rows.values_list("sitting_id").annotate(n=Count("pk")))


# --- those who run sittings --------------------------------------------------------------------------------------------


def sittings_in(actor: Actor) -> QuerySet[ExamSitting]:
    return ExamSitting.objects.filter(actor.q("division__path", *SITTING_STAFF)).select_related("division", "programme")


def sitting_in(actor: Actor, sitting_uuid: uuid.UUID) -> ExamSitting:
    found = sittings_in(actor).filter(uuid=sitting_uuid).first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found


def seat_in(actor: Actor, seat_uuid: uuid.UUID) -> SittingSeat:
    rows = SittingSeat.objects.filter(actor.q("sitting__division__path", *SITTING_STAFF), uuid=seat_uuid)
    found = rows.select_related("sitting__division", "person", "paper", "division").prefetch_related("grants").first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found


def papers_for_sittings(actor: Actor) -> QuerySet[Paper]:
    """Papers one may set: of one's divisions and of those above; open ones, and drafts of one's own."""
    above = {prefix for path in actor.paths(*SITTING_STAFF) for prefix in upwards(path)}
    reach = Q(division__isnull=True) | Q(division__path__in=above) | actor.q("division__path", *SITTING_STAFF)
    return Paper.objects.filter(reach).exclude(state=PaperState.RETIRED).select_related("division")


@dataclass(slots=True)
class Watched:
    """One seat as the invigilator sees it."""

    seat: SittingSeat
    attempt: Attempt | None
    attempts: int
    answered: int
    total: int
    saved_at: dt.datetime | None
    late: int
    traces: dict[str, int]
    rulings: int
    extra_minutes: int

    @property
    def state(self) -> str:
        """absent, present (checked in, not begun), writing, overdue or done."""
        if self.attempt is None:
            return "present" if self.seat.checked_in_at else "absent"
        if self.attempt.state != AttemptState.OPEN:
            return "done"
        return "writing" if clock.now() <= self.attempt.closes_at else "overdue"

    @property
    def to_look_at(self) -> int:
        """How many notes a human may want to look at; opening the window is none."""
        return sum(count for kind, count in self.traces.items() if kind != TraceKind.OPENED)

    @property
    def left(self) -> dt.timedelta | None:
        return (
            None if self.attempt is None or self.state != "writing" else max(self.attempt.deadline_at - clock.now(), dt.timedelta())
        )


def watch(sitting: ExamSitting, seats: Iterable[SittingSeat]) -> list[Watched]:
    """Seats with how each attempt stands: five queries however many there are."""
    rows = list(seats)
    people_ = [seat.person_id for seat in rows]
    newest: dict[int, Attempt] = {}
    counts: dict[int, int] = {}
    held = Attempt.objects.filter(sitting=sitting, person_id__in=people_).annotate(ruled=Count("rulings")).order_by("started_at")
    for attempt in held:
        newest[attempt.person_id] = attempt
        counts[attempt.person_id] = counts.get(attempt.person_id, 0) + 1
    keys = [attempt.pk for attempt in newest.values()]
    saved = {
        row["attempt_id"]: row
        for row in Response.objects.filter(attempt_id__in=keys)
        .order_by()
        .values("attempt_id")
        .annotate(
            total=Count("pk"),
            answered=Count("pk", filter=Q(sequence__gt=0) & ~Q(answer=[])),
            last=Max("received_at"),
            late=Count("pk", filter=Q(is_late=True)),
        )
    }
    traces: dict[int, dict[str, int]] = {}
    noted = AttemptTrace.objects.filter(attempt_id__in=keys).order_by().values_list("attempt_id", "kind").annotate(n=Count("pk"))
    for attempt_id, kind, number in noted:
        traces.setdefault(attempt_id, {})[kind] = number
    found = []
    for seat in rows:
        own = newest.get(seat.person_id)
        facts: dict[str, Any] = dict(saved.get(own.pk) or {}) if own else {}
        found.append(
            Watched(
                seat=seat,
                attempt=own,
                attempts=counts.get(seat.person_id, 0),
                answered=facts.get("answered", 0),
                total=facts.get("total", 0),
                saved_at=facts.get("last"),
                late=facts.get("late", 0),
                traces=traces.get(own.pk, {}) if own else {},
                rulings=getattr(own, "ruled", 0),
                extra_minutes=sum(grant.extra_minutes for grant in seat.grants.all()),
            )
        )
    return found


def seats_of(sitting: ExamSitting) -> QuerySet[SittingSeat]:
    """Standing seats by number, with what a list of candidates prints."""
    rows = sitting.seats_taken.filter(released_at__isnull=True).select_related("person__organisation", "division", "paper")
    return rows.prefetch_related("grants").order_by("number")


# --- evidence ----------------------------------------------------------------------------------------------------------


def attempt_for_evidence(actor: Actor, attempt_uuid: uuid.UUID) -> Attempt:
    """An attempt of a learner who was in the actor's divisions then, for those who read results or rule on them."""
    rows = Attempt.objects.filter(actor.q("division__path", *RESULT_READERS, *RULERS), uuid=attempt_uuid)
    found = rows.select_related("paper", "person__user", "division", "sitting").first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline: when, what, and how many answers had reached the server by then."""

    at: dt.datetime
    label: str
    details: str
    answered: int
    is_striking: bool


def timeline(attempt: Attempt) -> list[Moment]:
    """What is known of how an attempt went, in order: facts, no verdict."""
    received = sorted(r for r in attempt.responses.values_list("received_at", flat=True) if r is not None)
    devices: dict[str, int] = {}
    notes: list[tuple[dt.datetime, str, str, bool]] = [(attempt.started_at, _("开始作答"), "", False)]
    for trace in attempt.traces.all()[:500]:
        striking = trace.kind not in (TraceKind.OPENED, TraceKind.LATE_ACCEPTED)
        notes.append((trace.happened_at, str(trace.get_kind_display()), _details(trace, devices), striking))
    if attempt.submitted_at is not None:
        notes.append((attempt.submitted_at, str(attempt.get_submitted_because_display()), "", False))
    if attempt.sitting_id is not None:
        for grant in granted_to(attempt):
            text = grant.reason if not grant.extra_minutes else f"+{grant.extra_minutes} min · {grant.reason}"
            notes.append((grant.granted_at, _("个人安排调整"), text, False))
    notes += [(ruling.ruled_at, str(ruling.get_outcome_display()), ruling.reason, False) for ruling in attempt.rulings.all()]
    ordered = sorted(notes, key=lambda note: note[0])
    return [Moment(at, label, details, sum(1 for r in received if r <= at), striking) for at, label, details, striking in ordered]


def granted_to(attempt: Attempt) -> list[Any]:
    seats = SittingSeat.objects.filter(sitting_id=attempt.sitting_id, person_id=attempt.person_id).prefetch_related("grants")
    return [grant for seat in seats for grant in seat.grants.all()]


def pace_of(attempt: Attempt) -> integrity.Pace:
    return integrity.pace(attempt.responses.values_list("answered_at", flat=True))


def _details(trace: AttemptTrace, devices: dict[str, int]) -> str:
    kept = trace.details
    parts = []
    if "device" in kept:
        number = devices.setdefault(kept["device"], len(devices) + 1)
        parts.append(_("设备 %(number)s") % {"number": number})
    if trace.address:
        parts.append(str(trace.address))
    if "seconds" in kept:
        parts.append(_("%(seconds)s 秒") % {"seconds": kept["seconds"]})
    if "numbers" in kept:
        parts.append(_("第 %(numbers)s 题") % {"numbers": "、".join(str(n) for n in kept["numbers"])})
    if trace.kind == TraceKind.LATE_REFUSED:
        parts.append(_("第 %(numbers)s 题") % {"numbers": "、".join(sorted(kept, key=int))})
    if trace.kind == TraceKind.TOO_FAST:
        parts.append(
            _("%(answers)s 次作答中有 %(quick)s 次与上一次相隔不到 3 秒，间隔中位数 %(median)s 秒")
            % {"answers": kept["answers"], "quick": kept["quick"], "median": kept["median"]}
        )
    return " · ".join(parts)
