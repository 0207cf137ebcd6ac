"""Reads of supervision, scoped by who looks."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from lms.accounts.roles import OFFICE, REPORTING, Role
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person
from lms.programmes.models import Participation, Programme
from lms.supervision.models import Action, Agreement, Attendance, SupervisionSession, Target
from lms.supervision.states import STANDING, Answer, FollowUpResult, SessionStatus


def person_ids(person: Person) -> set[int]:
    """The person's row and those merged with it."""
    return people.ids_of(person) | {person.pk}


def same_person(one: Person, other: Person) -> bool:
    return bool(person_ids(one) & person_ids(other))


def acts_for(by: Actor, person: Person) -> bool:
    """True where ``by`` is this person's own account (or the system itself). Nobody signs for somebody else."""
    if by.everywhere:
        return True
    return by.user_id is not None and Person.objects.filter(pk__in=person_ids(person), user_id=by.user_id).exists()


# -- the supervisor's own -------------------------------------------------------------------------------------------------


def agreements_of(supervisor: Person, *, on: dt.date | None = None) -> QuerySet[Agreement]:
    """Open agreements of a supervisor, those in force on a day where one is given."""
    mine = Agreement.objects.filter(supervisor_id__in=person_ids(supervisor)).select_related(
        "supervisee", "division", "participation__programme", "participation__category"
    )
    mine = mine.order_by("supervisee__name", "pk")
    if on is None:
        return mine.filter(ended_at__isnull=True)
    return mine.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def sessions_of(supervisor: Person) -> QuerySet[SupervisionSession]:
    """Standing records of a supervisor, with how many were there and how many have answered."""
    return with_counts(SupervisionSession.objects.filter(supervisor_id__in=person_ids(supervisor), status__in=STANDING))


def with_counts(rows: QuerySet[SupervisionSession]) -> QuerySet[SupervisionSession]:
    there = Q(attendances__minutes__gt=0)
    # a grouped query forgets the model's order
    return (
        rows.select_related("programme", "division", "supervisor")
        .order_by("-starts_at", "-pk")
        .annotate(
            present_count=Count("attendances", filter=there),
            confirmed_count=Count("attendances", filter=there & Q(attendances__answer=Answer.COUNTERSIGNED)),
            disputed_count=Count("attendances", filter=there & Q(attendances__answer=Answer.DISPUTED)),
        )
    )


def own_session(actor: Actor, session_uuid: uuids.UUID) -> SupervisionSession:
    """The supervisor's own record, or ``Missing``."""
    me = people.person_of(actor)
    if me is None:
        raise Missing(_("没有这条督导记录。"))
    found = SupervisionSession.objects.filter(supervisor_id__in=person_ids(me), uuid=session_uuid)
    return _one(found.select_related("supervisor", "programme", "division", "amends"))


def open_actions(supervisor: Person, supervisees: set[int] | None = None) -> QuerySet[Action]:
    """Actions of signed records that no signed follow-up has closed, oldest due first."""
    closing = [FollowUpResult.DONE, FollowUpResult.DROPPED]
    rows = Action.objects.filter(session__supervisor_id__in=person_ids(supervisor), session__status=SessionStatus.SIGNED)
    if supervisees is not None:
        rows = rows.filter(session__attendances__supervisee_id__in=supervisees).distinct()
    closed = SupervisionSession.objects.filter(
        status=SessionStatus.SIGNED, follow_ups__action=OuterRef("pk"), follow_ups__result__in=closing
    )
    return rows.filter(~Exists(closed)).select_related("owner", "session").order_by(F("due_on").asc(nulls_last=True), "pk")


# -- the supervisee's own -------------------------------------------------------------------------------------------------


def attendances_of(supervisee: Person) -> QuerySet[Attendance]:
    """Where somebody was present in a signed record, newest first."""
    return (
        Attendance.objects.filter(supervisee_id__in=person_ids(supervisee), minutes__gt=0, session__status=SessionStatus.SIGNED)
        .select_related("session__supervisor", "session__programme", "supervisee")
        .order_by("-session__starts_at", "-pk")
    )


def awaiting_answer(supervisee: Person) -> QuerySet[Attendance]:
    return attendances_of(supervisee).filter(answer=Answer.PENDING)


def own_attendance(actor: Actor, session_uuid: uuids.UUID) -> Attendance:
    """The supervisee's own place in a signed record, or ``Missing``."""
    me = people.person_of(actor)
    found = None
    if me is not None:
        standing = [SessionStatus.SIGNED, SessionStatus.SUPERSEDED]
        mine = Attendance.objects.filter(supervisee_id__in=person_ids(me), minutes__gt=0, session__uuid=session_uuid)
        related = ("session__supervisor", "session__programme", "supervisee")
        found = mine.filter(session__status__in=standing).select_related(*related).first()
    if found is None:
        raise Missing(_("没有这条督导记录。"))
    return found


# -- the office's -----------------------------------------------------------------------------------------------------------


def sessions_in(actor: Actor) -> QuerySet[SupervisionSession]:
    """Signed records of meetings held for the actor's divisions, or which somebody of these divisions attended."""
    of_ours = Attendance.objects.filter(actor.q("division__path", *REPORTING), session=OuterRef("pk"))
    scope = actor.q("division__path", *REPORTING) | Q(Exists(of_ours))
    return SupervisionSession.objects.filter(scope, status=SessionStatus.SIGNED)


def session_in(actor: Actor, session_uuid: uuids.UUID) -> SupervisionSession:
    rows = SupervisionSession.objects.filter(uuid=session_uuid, status__in=[SessionStatus.SIGNED, SessionStatus.SUPERSEDED])
    of_ours = Attendance.objects.filter(actor.q("division__path", *REPORTING), session=OuterRef("pk"))
    scope = actor.q("division__path", *REPORTING) | Q(Exists(of_ours))
    return _one(rows.filter(scope).select_related("supervisor", "programme", "division", "amends"))


def seats_in(actor: Actor, session: SupervisionSession) -> QuerySet[Attendance]:
    """Those of a record's supervisees whom the actor's office may see: everybody where the meeting lies in its division."""
    seats = session.attendances.select_related("supervisee", "division", "agreement__participation__category")
    if actor.covers(session.division.path, *REPORTING):
        return seats
    return seats.filter(actor.q("division__path", *REPORTING))


def agreements_in(actor: Actor) -> QuerySet[Agreement]:
    """Agreements whose supervisee was on the books of the actor's divisions."""
    return Agreement.objects.filter(actor.q("division__path", *REPORTING)).select_related(
        "supervisee", "supervisor", "division", "participation__programme", "participation__category"
    )


def agreement_in(actor: Actor, agreement_uuid: uuids.UUID) -> Agreement:
    found = agreements_in(actor).filter(uuid=agreement_uuid).first()
    if found is None:
        raise Missing(_("没有这份督导协议。"))
    return found


def search(rows: QuerySet[SupervisionSession], *, text: str = "", state: str = "") -> QuerySet[SupervisionSession]:
    """Narrow by the name of somebody in it or a word of its topic, and by how far it is answered."""
    text = text.strip()
    if text:
        named = Attendance.objects.filter(session=OuterRef("pk"), supervisee__name__icontains=text)
        rows = rows.filter(Q(topic__icontains=text) | Q(supervisor__name__icontains=text) | Q(Exists(named)))
    there = Attendance.objects.filter(session=OuterRef("pk"), minutes__gt=0)
    if state == "waiting":
        rows = rows.filter(Exists(there.filter(answer=Answer.PENDING)))
    elif state == "disputed":
        rows = rows.filter(Exists(there.filter(answer=Answer.DISPUTED)))
    elif state == "settled":
        rows = rows.filter(~Exists(there.exclude(answer=Answer.COUNTERSIGNED)))
    return rows


def participations_open_to(actor: Actor) -> QuerySet[Participation]:
    """Cultivation going on of people of the actor's divisions: whom an agreement can be made for."""
    rows = Participation.objects.filter(actor.q("person__division__path", *OFFICE), ended_on__isnull=True)
    rows = rows.filter(programme__kind=Programme.Kind.CULTIVATION, person__erased_at__isnull=True)
    return rows.select_related("person__division", "programme").order_by("person__name", "pk")


def supervisors_open_to(actor: Actor) -> QuerySet[Person]:
    """Persons whose account holds the supervisor's role in, above or below the actor's divisions."""
    reach = Q(user__role_grants__division__isnull=True)
    for path in actor.paths(*OFFICE):
        parts = [part for part in path.split("/") if part]
        above = ["/" + "/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]
        reach |= Q(user__role_grants__division__path__startswith=path) | Q(user__role_grants__division__path__in=above)
    today = clock.today()
    held = Q(user__role_grants__role=Role.SUPERVISOR, user__role_grants__ended_at__isnull=True)
    held &= Q(user__role_grants__valid_from__lte=today)
    rows = Person.objects.filter(held & reach, erased_at__isnull=True)
    return rows.select_related("division").distinct().order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an agreement is in the span of its programme's target."""

    agreement: Agreement
    target: Target | None
    meetings: int
    minutes: int

    @property
    def hours(self) -> str:
        return f"{self.minutes / 60:.1f}".rstrip("0").rstrip(".")

    @property
    def is_short(self) -> bool:
        if self.target is None:
            return False
        asked = self.target
        few = asked.sessions_per_span is not None and self.meetings < asked.sessions_per_span
        brief = asked.minutes_per_span is not None and self.minutes < asked.minutes_per_span
        return few or brief


def with_progress(agreements: list[Agreement], *, on: dt.date) -> list[Progress]:
    """Each agreement beside its programme's target and what was countersigned in the span up to a day; four queries in all."""
    programmes = {a.participation.programme_id for a in agreements}
    targets: dict[int, Target] = {}
    for target in Target.objects.filter(programme_id__in=programmes, valid_from__lte=on).order_by("valid_from"):
        if target.valid_to is None or target.valid_to >= on:
            targets[target.programme_id] = target
    found: dict[int, tuple[int, int]] = {}
    for span in {None, *(t.span for t in targets.values())}:
        mine = [a.pk for a in agreements if _span(targets.get(a.participation.programme_id)) == span]
        if mine:
            found |= confirmed_minutes(mine, _first_day(span, on), on)
    return [Progress(a, targets.get(a.participation.programme_id), *found.get(a.pk, (0, 0))) for a in agreements]


def _span(target: Target | None) -> str | None:
    return target.span if target else None


def _first_day(span: str | None, on: dt.date) -> dt.date:
    if span == Target.Span.MONTH:
        return on.replace(day=1)
    if span == Target.Span.QUARTER:
        return on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1)
    return on.replace(month=1, day=1)


def target_on(programme: Programme, day: dt.date) -> Target | None:
    """The target that rules a programme on a day: the newest begun one, if it has not run out."""
    target = Target.objects.filter(programme=programme, valid_from__lte=day).order_by("-valid_from").first()
    return target if target and (target.valid_to is None or target.valid_to >= day) else None


def confirmed_minutes(agreement_ids: list[int], start: dt.date, end: dt.date) -> dict[int, tuple[int, int]]:
    """Agreement id → (countersigned meetings, minutes) of a span, both days included."""
    rows = (
        Attendance.objects.filter(
            agreement_id__in=agreement_ids,
            answer=Answer.COUNTERSIGNED,
            session__status=SessionStatus.SIGNED,
            session__starts_at__date__gte=start,
            session__starts_at__date__lte=end,
        )
        .values("agreement_id")
        .annotate(meetings=Count("pk"), total=Sum("minutes"))
        .order_by()
    )
    return {row["agreement_id"]: (row["meetings"], row["total"]) for row in rows}


def full_record(rows: QuerySet[SupervisionSession]) -> QuerySet[SupervisionSession]:
    """With everything that a record's page or printed sheet shows, in a fixed number of queries."""
    return rows.prefetch_related(
        "tags",
        Prefetch("actions", Action.objects.select_related("owner")),
        Prefetch("attendances", Attendance.objects.select_related("supervisee", "division")),
        "follow_ups__action__owner",
    )


def _one(rows: QuerySet[SupervisionSession]) -> SupervisionSession:
    found = full_record(rows).first()
    if found is None:
        raise Missing(_("没有这条督导记录。"))
    return found
