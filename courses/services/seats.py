"""Seats of a class that is locked: who holds one, whether there is room, who is next in line. No ledger line; see ``enrolment``."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, SignUp, TrainingClass
from courses.seating import Hindrance, Seat, hindrance, next_in_line
from courses.selectors.signups import quotas_of, seats_taken
from courses.states import SIGN_UP_OPEN, ClassState, SignUpState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.notices import services as notices
from lms.people import selectors as people


def lock(training_class: TrainingClass) -> TrainingClass:
    """The class's row, locked and fresh, for anybody: who may do what is the caller's to ask."""
    return (
        TrainingClass.objects.select_for_update(of=("self",), no_key=True)
        .select_related("division", "organiser", "programme", "category", "funder")
        .get(pk=training_class.pk)
    )


def hindrance_of(training_class: TrainingClass, sign_up: SignUp) -> Hindrance | None:
    wanted = Seat(sign_up.division.path, sign_up.category_id)
    return hindrance(wanted, taken=seats_taken(training_class), capacity=training_class.capacity, quotas=quotas_of(training_class))


def check_room(training_class: TrainingClass, wanted: int) -> None:
    """Refuse more people than seats. Quotas bind those who sign up, not the office."""
    if not wanted or training_class.capacity is None:
        return
    left = training_class.capacity - len(seats_taken(training_class))
    if wanted > left:
        raise Refused(
            _("名额 %(capacity)d 人，还剩 %(left)d 个，不够 %(wanted)d 人。")
            % {"capacity": training_class.capacity, "left": max(0, left), "wanted": wanted}
        )


def still_fills(training_class: TrainingClass) -> bool:
    """Seats that become free are given on until the class begins; somebody called in later would miss its beginning."""
    return training_class.state in (ClassState.PLANNED, ClassState.OPEN) and clock.today() <= training_class.starts_on


def promote(training_class: TrainingClass, by: Actor) -> list[SignUp]:
    """Give free seats to those who wait, in their order. Returns those now accepted: the caller enters them.

    Those whose unit has not approved are held a seat. Everybody moved is told.
    """
    if not still_fills(training_class):
        return []
    rows = {
        row.pk: row
        for row in training_class.sign_ups.filter(state=SignUpState.WAITING)
        .select_related("person__user", "person__division", "category", "division", "organisation")
        .order_by("number")
    }
    if not rows:
        return []
    waiting = [(pk, Seat(row.division.path, row.category_id)) for pk, row in rows.items()]
    seated = next_in_line(
        waiting, taken=seats_taken(training_class), capacity=training_class.capacity, quotas=quotas_of(training_class)
    )
    accepted = []
    for row in (rows[pk] for pk in seated):
        row.training_class = training_class
        row.seat_at = clock.now()
        if training_class.needs_approval and row.approved_at is None:
            row.state = SignUpState.APPLIED
        else:
            close(row, SignUpState.ACCEPTED, by)
            accepted.append(row)
        row.save(update_fields=["state", "seat_at", "closed_at", "closed_by"])
        audit.record("courses.sign_up.promoted", row, by=by, division_path=row.division.path, state=str(row.state))
        tell(row, "class.seat_freed", by)
    return accepted


def close(sign_up: SignUp, state: SignUpState, by: Actor) -> None:
    sign_up.state, sign_up.closed_at, sign_up.closed_by = state, clock.now(), by.uuid


def accept(training_class: TrainingClass, persons: set[int], by: Actor) -> None:
    """Whoever enters the class has a seat: a request of theirs that is still open is answered by it."""
    open_ones = training_class.sign_ups.filter(state__in=SIGN_UP_OPEN)
    if not open_ones.exists():
        return
    canonical = people.canonical_ids()
    wanted = {canonical.get(pk, pk) for pk in persons}
    for row in open_ones.select_related("division"):
        if canonical.get(row.person_id, row.person_id) in wanted:
            row.seat_at = row.seat_at or clock.now()
            close(row, SignUpState.ACCEPTED, by)
            row.save(update_fields=["state", "seat_at", "closed_at", "closed_by"])
            audit.record("courses.sign_up.accepted", row, by=by, division_path=row.division.path)


def give_back(training_class: TrainingClass, enrolment: ClassEnrolment, by: Actor) -> None:
    """Whoever left the class has withdrawn the request that led there, and may ask again."""
    rows = training_class.sign_ups.filter(state=SignUpState.ACCEPTED, person_id__in=people.ids_of(enrolment.person))
    for row in rows:
        close(row, SignUpState.WITHDRAWN, by)
        row.reply = enrolment.withdrawn_reason
        row.save(update_fields=["state", "closed_at", "closed_by", "reply"])


def lapse(training_class: TrainingClass, by: Actor) -> Sequence[SignUp]:
    """The class closed or was cancelled: requests still open lapse, and those who asked are told."""
    rows = list(training_class.sign_ups.filter(state__in=SIGN_UP_OPEN).select_related("person__user", "division"))
    for row in rows:
        row.training_class = training_class
        close(row, SignUpState.LAPSED, by)
        row.save(update_fields=["state", "closed_at", "closed_by"])
        audit.record("courses.sign_up.lapsed", row, by=by, division_path=row.division.path)
        tell(row, "class.sign_up_lapsed", by)
    return rows


def tell(sign_up: SignUp, kind: str, by: Actor) -> None:
    """Tell who asked, if they have an account; each version and kind once."""
    training_class = sign_up.training_class
    notices.tell(
        [sign_up.person],
        kind=kind,
        facts={"class": training_class.title, "starts_on": training_class.starts_on, "reply": sign_up.reply},
        url=reverse("courses:open_class", args=[training_class.uuid]),
        key=f"{kind}:{sign_up.uuid}:{sign_up.version}",
        by=by,
    )
