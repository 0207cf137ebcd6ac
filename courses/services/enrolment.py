"""Who is in a class: entering, coming back, leaving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, TrainingClass
from courses.services import lines, telling
from courses.services.classes import check_live, locked_class
from courses.states import EnrolmentState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
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
        _check_seats(found, len(new) + len(back))
        now = clock.now()
        participations = _participations(found, list(new.values()), by)
        made = [_new_enrolment(found, entry, participations, now) for entry in new.values()]
        ClassEnrolment.objects.bulk_create(made, batch_size=CHUNK)
        for enrolment in back.values():
            enrolment.state, enrolment.closed_at, enrolment.withdrawn_reason = EnrolmentState.ENROLLED, None, ""
            enrolment.version += 1
            enrolment.enrolled_at = now
            enrolment.training_class = found
            enrolment.save(update_fields=["state", "closed_at", "withdrawn_reason", "version", "enrolled_at"])
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
            ledger.post([lines.class_enrolled(e) for e in entered], by=by)
    return [standing[key[entry.person.pk]] for entry in entries]


def _check_seats(training_class: TrainingClass, wanted: int) -> None:
    if not wanted or training_class.capacity is None:
        return
    taken = training_class.enrolments.exclude(state=EnrolmentState.WITHDRAWN).count()
    left = training_class.capacity - taken
    if wanted > left:
        raise Refused(
            _("名额 %(capacity)d 人，还剩 %(left)d 个，不够 %(wanted)d 人。")
            % {"capacity": training_class.capacity, "left": max(0, left), "wanted": wanted}
        )


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
    training_class: TrainingClass, entry: Entry, participations: dict[int, Participation], now: dt.datetime
) -> ClassEnrolment:
    participation = entry.participation or participations.get(entry.person.pk)
    category = entry.category or (participation.category if participation else None) or training_class.category
    return ClassEnrolment(
        training_class=training_class,
        person=entry.person,
        participation=participation,
        category=category,
        division=entry.division or entry.person.division,
        organisation=entry.organisation or entry.person.organisation,
        enrolled_at=now,
    )


def withdraw(*, enrolment: ClassEnrolment, reason: str, by: Actor) -> ClassEnrolment:
    """Take a learner out of a live class, with a reason. Attendance so far stands. Withdrawing twice is once."""
    if not reason.strip():
        raise BadInput(_("请写明退出原因。"))
    with transaction.atomic():
        training_class = locked_class(enrolment.training_class, by)
        check_live(training_class)
        found = ClassEnrolment.objects.select_related("person", "division", "category", "organisation").get(pk=enrolment.pk)
        found.training_class = training_class
        if found.state == EnrolmentState.WITHDRAWN:
            return found
        found.state, found.closed_at, found.withdrawn_reason = EnrolmentState.WITHDRAWN, clock.now(), reason.strip()
        found.save(update_fields=["state", "closed_at", "withdrawn_reason"])
        audit.record("courses.class.withdrawn", found, by=by, division_path=training_class.division.path)
        telling.tell_left(found, by)
        ledger.post([lines.class_withdrawn(found)], by=by)
    return found
