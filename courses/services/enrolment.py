"""Who is in a class: entering, coming back, leaving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, TrainingClass
from courses.services import lines, seats, telling
from courses.services.locks import check_live, locked_class
from courses.states import EnrolmentState, SessionState, WithdrawalKind
from lms.audit import services as audit
from lms.core import bulk, clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import services as ledger
from lms.people import selectors as people_selectors
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes import services as programmes
from lms.programmes.models import Category, Participation, Programme
from lms.programmes.services import JoinRow

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One learner to enrol. What is left out is taken from the person and the class."""

    person: Person
    category: Category | None = None
    division: Division | None = None
    organisation: Organisation | None = None
    participation: Participation | None = None


def enrol(
    *,
    training_class: TrainingClass,
    person: Person,
    category: Category | None = None,
    division: Division | None = None,
    organisation: Organisation | None = None,
    participation: Participation | None = None,
    by: Actor,
) -> ClassEnrolment:
    """Put one person into a live class; somebody who withdrew comes back. A second click yields the same enrolment."""
    entry = Entry(person, category, division, organisation, participation)
    return enrol_many(training_class=training_class, people=[entry], come_back=True, by=by)[0]


def enrol_many(
    *, training_class: TrainingClass, people: Sequence[Person | Entry], come_back: bool = False, by: Actor
) -> list[ClassEnrolment]:
    """Put people into a live class, all or none, in the order given; those already in it keep their enrolment.

    Refuses when the seats do not suffice. Hand in at most 500 at a time. Those who withdrew stay out unless ``come_back``.
    """
    entries = [item if isinstance(item, Entry) else Entry(item) for item in people]
    if len(entries) > CHUNK:
        raise ValueError(f"at most {CHUNK} at a time")
    with transaction.atomic():
        found = locked_class(training_class, by)
        check_live(found)
        return enter(found, entries, come_back=come_back, by=by)


def enter(
    found: TrainingClass, entries: Sequence[Entry], *, come_back: bool, over: bool = False, by: Actor
) -> list[ClassEnrolment]:
    """Put people into a class already locked. ``over``: seats are not asked about, as for somebody who is in the room."""
    entered, drafts = enter_rows(found, entries, come_back=come_back, over=over, by=by)
    ledger.post(drafts, by=by)
    return entered


def enter_rows(
    found: TrainingClass, entries: Sequence[Entry], *, come_back: bool, over: bool = False, by: Actor
) -> tuple[list[ClassEnrolment], list[ledger.Draft]]:
    """The rows, and the lines that the caller posts last: the ledger's lock is taken when no other is wanted any more."""
    canonical = people_selectors.canonical_ids()
    key = {entry.person.pk: canonical.get(entry.person.pk, entry.person.pk) for entry in entries}
    standing = _standing(found, set(key.values()), canonical)
    new: dict[int, Entry] = {}
    back: dict[int, ClassEnrolment] = {}
    for entry in entries:
        pk = key[entry.person.pk]
        enrolment = standing.get(pk)
        if enrolment is None:
            new.setdefault(pk, entry)
        elif enrolment.state == EnrolmentState.WITHDRAWN and come_back:
            back[pk] = enrolment
    seats.accept(found, {entry.person.pk for entry in entries}, by)
    if not over:
        seats.check_room(found, len(new) + len(back))
    now = clock.now()
    participations = _participations(found, list(new.values()), by)
    make = bulk.Maker(ClassEnrolment)
    made = [_new_enrolment(found, entry, participations, now, make) for entry in new.values()]
    bulk.create(ClassEnrolment, made)
    for enrolment in back.values():
        enrolment.state, enrolment.closed_at, enrolment.withdrawn_reason = EnrolmentState.ENROLLED, None, ""
        enrolment.withdrawn_kind = ""
        enrolment.version += 1
        enrolment.enrolled_at = now
        enrolment.training_class = found
        enrolment.save(update_fields=["state", "closed_at", "withdrawn_reason", "withdrawn_kind", "version", "enrolled_at"])
    entered = [*made, *back.values()]
    standing.update(zip([*new, *back], entered, strict=True))
    if entered:
        audit.record(
            "courses.class.enrolled",
            found,
            by=by,
            division_path=found.division.path,
            enrolments=[str(e.uuid) for e in entered],
        )
        telling.tell_entered(found, entered, by)
    return [standing[key[entry.person.pk]] for entry in entries], [lines.class_enrolled(e) for e in entered]


def _standing(training_class: TrainingClass, wanted: set[int], canonical: dict[int, int]) -> dict[int, ClassEnrolment]:
    """Enrolments of the wanted people under any of their merged records, by the record kept."""
    everyone = wanted | {pk for pk, kept in canonical.items() if kept in wanted}
    rows = training_class.enrolments.select_related("person", "division", "category", "organisation").filter(person_id__in=everyone)
    return {canonical.get(row.person_id, row.person_id): row for row in rows}


def _participations(training_class: TrainingClass, entries: Sequence[Entry], by: Actor) -> dict[int, Participation]:
    """Open participations in the class's programme; a training programme is joined by entering one of its classes."""
    programme = training_class.programme
    wanted = [entry for entry in entries if entry.participation is None]
    if programme is None or not wanted:
        return {}
    people = [entry.person for entry in wanted]
    rows = Participation.objects.select_related("category").filter(programme=programme, person__in=people, ended_on__isnull=True)
    found = {row.person_id: row for row in rows}
    starts_on = training_class.starts_on
    runs = programme.starts_on <= starts_on and (programme.ends_on is None or starts_on <= programme.ends_on)
    if programme.kind == Programme.Kind.TRAINING and runs:
        joining = [
            JoinRow(
                person=entry.person,
                programme=programme,
                category=entry.category or training_class.category,
                started_on=starts_on,
            )
            for entry in wanted
            if entry.person.pk not in found
        ]
        for asked, row in zip(joining, programmes.join_many(joining, by=by), strict=True):
            found[asked.person.pk] = row
    return found


def _new_enrolment(
    training_class: TrainingClass, entry: Entry, participations: dict[int, Participation], now: dt.datetime, make: bulk.Maker
) -> ClassEnrolment:
    participation = entry.participation or participations.get(entry.person.pk)
    category = entry.category or (participation.category if participation else None) or training_class.category
    enrolment: ClassEnrolment = make(
        training_class=training_class,
        person=entry.person,
        participation=participation,
        category=category,
        division=entry.division or entry.person.division,
        organisation=entry.organisation or entry.person.organisation,
        enrolled_at=now,
    )
    return enrolment


def withdraw(*, enrolment: ClassEnrolment, reason: str, kind: str = WithdrawalKind.OTHER, by: Actor) -> ClassEnrolment:
    """Take a learner out of a live class, with a reason; whoever waits for the seat moves up. Attendance so far stands.

    Withdrawing twice is once.
    """
    with transaction.atomic():
        training_class = locked_class(enrolment.training_class, by)
        return take_out(training_class, enrolment, reason=reason, kind=kind, by=by)


def withdraw_own(*, enrolment: ClassEnrolment, reason: str, kind: str, by: Actor) -> ClassEnrolment:
    """A learner leaves a class that has not begun. From its first half-day on it is the office's to take somebody out."""
    with transaction.atomic():
        training_class = seats.lock(enrolment.training_class)
        if enrolment.person.user_id is None or enrolment.person.user_id != by.user_id:
            raise Missing(_("没有这个班次。"))
        begun = training_class.sessions.exclude(state=SessionState.CANCELLED).filter(starts_at__lte=clock.now()).exists()
        if begun or clock.today() > training_class.starts_on:
            raise Refused(_("班次已经开始；需要退出请联系班主任，个别半天不能来请用“请假”。"))
        return take_out(training_class, enrolment, reason=reason, kind=kind, by=by)


def take_out(training_class: TrainingClass, enrolment: ClassEnrolment, *, reason: str, kind: str, by: Actor) -> ClassEnrolment:
    """Withdraw from a class already locked, and give the seat to the next in line."""
    found, drafts = _take_out_rows(training_class, enrolment, reason=reason, kind=kind, by=by)
    ledger.post(drafts, by=by)
    return found


def _take_out_rows(
    training_class: TrainingClass, enrolment: ClassEnrolment, *, reason: str, kind: str, by: Actor
) -> tuple[ClassEnrolment, list[ledger.Draft]]:
    if not reason.strip():
        raise BadInput(_("请写明退出原因。"))
    if kind not in WithdrawalKind.values:
        raise BadInput(_("请选择退出原因的类别。"))
    check_live(training_class)
    found = ClassEnrolment.objects.select_related("person", "division", "category", "organisation").get(pk=enrolment.pk)
    found.training_class = training_class
    if found.state == EnrolmentState.WITHDRAWN:
        return found, []
    found.state, found.closed_at = EnrolmentState.WITHDRAWN, clock.now()
    found.withdrawn_reason, found.withdrawn_kind = reason.strip()[:200], kind
    found.save(update_fields=["state", "closed_at", "withdrawn_reason", "withdrawn_kind"])
    audit.record("courses.class.withdrawn", found, by=by, division_path=training_class.division.path, kind=str(kind))
    seats.give_back(training_class, found, by)
    telling.tell_left(found, by)
    return found, [lines.class_withdrawn(found), *_fill_rows(training_class, by)]


def fill_seats(training_class: TrainingClass, by: Actor) -> None:
    """Seats became free in a class already locked: whoever is next in line and approved enters, others are held a seat."""
    ledger.post(_fill_rows(training_class, by), by=by)


def _fill_rows(training_class: TrainingClass, by: Actor) -> list[ledger.Draft]:
    entries = [Entry(s.person, s.category, s.division, s.organisation) for s in seats.promote(training_class, by)]
    return enter_rows(training_class, entries, come_back=True, over=True, by=by)[1] if entries else []


def transfer(*, enrolment: ClassEnrolment, to: TrainingClass, reason: str, by: Actor) -> ClassEnrolment:
    """Move a learner to another live class (转班): out of the one and into the other, or neither. Attendance stays where it was.

    Refuses when the other class has no seat, or the learner is in it. Transferring twice is once. For somebody who may run both.
    """
    if not reason.strip():
        raise BadInput(_("请写明转班原因。"))
    if to.pk == enrolment.training_class_id:
        raise Refused(_("学员已经在这个班。"))
    with transaction.atomic():
        first, second = sorted([enrolment.training_class, to], key=lambda c: c.pk)
        locked = {c.pk: locked_class(c, by) for c in (first, second)}
        left, joined = locked[enrolment.training_class_id], locked[to.pk]
        check_live(joined)
        found = ClassEnrolment.objects.select_related("person", "division", "category", "organisation").get(pk=enrolment.pk)
        there = joined.enrolments.filter(person_id__in=people_selectors.ids_of(found.person)).exclude(
            state=EnrolmentState.WITHDRAWN
        )
        standing = there.first()
        if standing is not None and found.state == EnrolmentState.WITHDRAWN and standing.came_from_id == found.pk:
            return standing
        if standing is not None:
            raise Refused(_("学员已经在“%(title)s”。") % {"title": joined.title})
        if found.state != EnrolmentState.ENROLLED:
            raise Refused(_("学员现在是“%(state)s”，不能转班。") % {"state": found.get_state_display()})
        _gone, out = _take_out_rows(left, found, reason=reason, kind=WithdrawalKind.TRANSFER, by=by)
        entry = Entry(found.person, found.category, found.division, found.organisation)
        (entered,), into = enter_rows(joined, [entry], come_back=True, by=by)
        entered.came_from = found
        entered.save(update_fields=["came_from"])
        audit.record(
            "courses.class.transferred", entered, by=by, division_path=joined.division.path, left=left.uuid, joined=joined.uuid
        )
        ledger.post([*out, *into], by=by)
    return entered
