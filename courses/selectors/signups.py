"""Signing up as learners, units and hosts see it: classes on offer, one's own request, what waits for an answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, ClassQuota, LeaveRequest, SignUp, TrainingClass
from courses.seating import Hindrance, Quota, Seat, hindrance
from courses.states import APPROVERS, SIGN_UP_OPEN, ClassState, EnrolmentState, LeaveState, SignUpState
from lms.accounts.roles import OFFICE
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.boundaries import THEN, boundaries_of
from lms.places.rules import upwards


def offered_to(person: Person) -> QuerySet[TrainingClass]:
    """Classes with a sign-up, run where the learner belongs or above, or that gave the learner's division seats."""
    above = upwards(person.division.path)
    share = ClassQuota.objects.filter(training_class=OuterRef("pk"), division__path__in=above)
    return TrainingClass.objects.filter(
        Q(division__path__in=above) | Exists(share), sign_up_opens_at__isnull=False, state__in=[ClassState.OPEN, ClassState.RUNNING]
    ).select_related("division", "organiser", "host", "category", "programme")


def open_now(person: Person) -> QuerySet[TrainingClass]:
    """What one may sign up for now or soon, soonest closing first."""
    return offered_to(person).filter(state=ClassState.OPEN, sign_up_closes_at__gt=clock.now()).order_by("sign_up_closes_at", "pk")


def own_sign_ups(person: Person) -> dict[int, SignUp]:
    rows = SignUp.objects.filter(person_id__in=people.ids_of(person))
    return {row.training_class_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Offer:
    """One class as one learner may sign up for it."""

    training_class: TrainingClass
    sign_up: SignUp | None
    enrolment: ClassEnrolment | None
    left: int | None  # of one's own share, or of the class; None: not limited
    place: int  # in line, 0 for whoever does not wait
    why: Hindrance | None  # what stands in the way of a seat now

    @property
    def has_begun(self) -> bool:
        opens = self.training_class.sign_up_opens_at
        return opens is not None and opens <= clock.now()

    @property
    def is_open(self) -> bool:
        closes = self.training_class.sign_up_closes_at
        return self.training_class.state == ClassState.OPEN and self.has_begun and closes is not None and clock.now() < closes

    @property
    def may_ask(self) -> bool:
        asked = self.sign_up is not None and self.sign_up.state in (*SIGN_UP_OPEN, SignUpState.ACCEPTED)
        return self.is_open and not asked and self.enrolment is None


def seats_taken(training_class: TrainingClass) -> list[Seat]:
    """Whoever is in the class or waits for the unit, by where they are now: an enrolment keeps the division of then."""
    fields = ("division", "division__path", "division__valid_to", "category_id")
    inside = training_class.enrolments.exclude(state=EnrolmentState.WITHDRAWN).values_list(*fields)
    held = training_class.sign_ups.filter(state=SignUpState.APPLIED).values_list(*fields)
    rows = [*inside, *held]
    has_changed = any(until is not None for _pk, _path, until, _category in rows)
    today = boundaries_of(clock.today(), position=positions.closed()) if has_changed else THEN
    return [Seat(today.path(pk, path), category) for pk, path, _until, category in rows]


def quotas_of(training_class: TrainingClass) -> list[Quota]:
    rows = training_class.quotas.order_by().values_list("division__path", "category_id", "seats")
    return [Quota(path, category, seats) for path, category, seats in rows]


def offer(person: Person, class_uuid: uuid.UUID) -> Offer:
    """The class, or ``Missing`` when it is not offered to this learner and they have nothing to do with it."""
    ids = people.ids_of(person)
    mine = SignUp.objects.filter(training_class=OuterRef("pk"), person_id__in=ids)
    found = offered_to(person).filter(uuid=class_uuid).first() or (
        TrainingClass.objects.filter(Exists(mine), uuid=class_uuid)
        .select_related("division", "organiser", "host", "category", "programme")
        .first()
    )
    if found is None:
        raise Missing(_("没有这个班次。"))
    asked = found.sign_ups.filter(person_id__in=ids).select_related("category", "division").first()
    inside = found.enrolments.filter(person_id__in=ids).exclude(state=EnrolmentState.WITHDRAWN).first()
    taken, quotas = seats_taken(found), quotas_of(found)
    wanted = Seat(person.division.path, asked.category_id if asked else found.category_id)
    why = hindrance(wanted, taken=taken, capacity=found.capacity, quotas=quotas)
    place = 0
    if asked is not None and asked.state == SignUpState.WAITING:
        place = found.sign_ups.filter(state=SignUpState.WAITING, number__lte=asked.number).count()
    return Offer(found, asked, inside, _left(wanted, taken, found.capacity, quotas), place, why)


def _left(wanted: Seat, taken: list[Seat], capacity: int | None, quotas: list[Quota]) -> int | None:
    shares = [quota for quota in quotas if quota.category is None]
    own = [quota for quota in shares if quota.holds(wanted)]
    if shares and not own:
        return 0
    room = [] if capacity is None else [capacity - len(taken)]
    room += [quota.seats - sum(1 for seat in taken if quota.holds(seat)) for quota in own]
    return max(0, min(room)) if room else None


def sign_ups_of(training_class: TrainingClass) -> QuerySet[SignUp]:
    """All requests for a class in their order."""
    return training_class.sign_ups.select_related("person", "division", "organisation", "category").order_by("number")


def counts_of(training_class: TrainingClass) -> dict[str, int]:
    return dict(training_class.sign_ups.order_by().values_list("state").annotate(n=Count("pk")))


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One share of the seats, and how many of it are taken."""

    quota: ClassQuota
    taken: int

    @property
    def left(self) -> int:
        return max(0, self.quota.seats - self.taken)


def shares_of(training_class: TrainingClass) -> list[ShareRow]:
    taken = seats_taken(training_class)
    rows = training_class.quotas.select_related("division", "category")
    return [
        ShareRow(row, sum(1 for seat in taken if Quota(row.division.path, row.category_id, row.seats).holds(seat))) for row in rows
    ]


def own_classes(person: Person) -> set[int]:
    """Classes one is in."""
    rows = ClassEnrolment.objects.filter(person_id__in=people.ids_of(person)).exclude(state=EnrolmentState.WITHDRAWN)
    return set(rows.values_list("training_class_id", flat=True))


def waiting_for_approval(actor: Actor) -> QuerySet[SignUp]:
    """Requests of learners of one's divisions that the unit has not answered, whoever runs the class. One's own are left out."""
    rows = SignUp.objects.filter(
        actor.q("division__path", *APPROVERS), state__in=SIGN_UP_OPEN, approved_at__isnull=True, training_class__needs_approval=True
    )
    if actor.user_id is not None:
        rows = rows.exclude(person__user_id=actor.user_id)
    return rows.select_related("person", "division", "organisation", "category", "training_class__division").order_by(
        "asked_at", "pk"
    )


def sign_up_in(actor: Actor, sign_up_uuid: uuid.UUID) -> SignUp:
    """A request of a learner of one's divisions, or for a class that one runs."""
    found = (
        SignUp.objects.filter(
            actor.q("division__path", *APPROVERS) | actor.q("training_class__division__path", *OFFICE), uuid=sign_up_uuid
        )
        .select_related("person", "division", "training_class__division", "category")
        .first()
    )
    if found is None:
        raise Missing(_("没有这份报名。"))
    return found


def own_sign_up(actor: Actor, sign_up_uuid: uuid.UUID) -> SignUp:
    person = people.person_of(actor)
    ids = people.ids_of(person) if person is not None else set()
    found = SignUp.objects.filter(uuid=sign_up_uuid, person_id__in=ids).select_related("training_class", "person").first()
    if found is None:
        raise Missing(_("没有这份报名。"))
    return found


def leave_in(actor: Actor) -> QuerySet[LeaveRequest]:
    """Requests for leave from classes that one runs, those that wait first."""
    return LeaveRequest.objects.filter(actor.q("session__training_class__division__path", *OFFICE)).select_related(
        "enrolment__person", "enrolment__organisation", "enrolment__division", "session__training_class__division"
    )


def leave_request_in(actor: Actor, leave_uuid: uuid.UUID) -> LeaveRequest:
    found = leave_in(actor).filter(uuid=leave_uuid).first()
    if found is None:
        raise Missing(_("没有这份请假。"))
    return found


def leave_waiting(actor: Actor) -> QuerySet[LeaveRequest]:
    return leave_in(actor).filter(state=LeaveState.ASKED, session__state="planned").order_by("session__starts_at", "pk")


def own_leave(actor: Actor, leave_uuid: uuid.UUID) -> LeaveRequest:
    person = people.person_of(actor)
    ids = people.ids_of(person) if person is not None else set()
    found = (
        LeaveRequest.objects.filter(uuid=leave_uuid, enrolment__person_id__in=ids)
        .select_related("enrolment__person", "session__training_class")
        .first()
    )
    if found is None:
        raise Missing(_("没有这份请假。"))
    return found
