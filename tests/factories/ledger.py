"""Lines for tests: a small book of drafts, posted through the service. Nothing here writes a table of its own."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from lms.core.actor import Actor
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line
from lms.ledger.services import Draft, post
from lms.people.models import Person
from lms.places.models import Division

CLASS = "courses.trainingclass"
COURSE = "courses.course"
SUPERVISION = "supervision.session"
BY = Actor.system("tests")
_serial = itertools.count(1)


def at(day: dt.date, hour: int = 12) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def draft(kind: Kind, day: dt.date, **fields: Any) -> Draft:
    """A draft with what the ledger needs; everything else as asked."""
    fields.setdefault("key", f"test:{next(_serial)}:{uuid.uuid4()}")
    fields.setdefault("source_label", "tests.act")
    fields.setdefault("source_uuid", uuid.uuid4())
    return Draft(kind=kind, happened_from=at(day), **fields)


def line(kind: Kind, day: dt.date, **fields: Any) -> Line:
    with transaction.atomic():
        return post([draft(kind, day, **fields)], by=BY)[0]


def scheduled(occasion: uuid.UUID, day: dt.date, division: Division, *, slot: str = "", minutes: int = 180, **fields: Any) -> Line:
    fields.setdefault("mode", Mode.FACE_TO_FACE)
    return line(
        Kind.SCHEDULED,
        day,
        occasion_label=CLASS,
        occasion=occasion,
        slot=slot or str(uuid.uuid4()),
        minutes=minutes,
        division=division,
        **fields,
    )


def attended(person: Person, planned: Line, *, minutes: int | None = None, **fields: Any) -> Line:
    """``person`` attended the half-day that ``planned`` scheduled, all of it unless told."""
    fields.setdefault("mode", planned.mode)
    return line(
        Kind.ATTENDED,
        timezone.localdate(planned.happened_to),
        occasion_label=CLASS,
        occasion=planned.occasion,
        slot=planned.slot,
        person=person,
        minutes=planned.minutes if minutes is None else minutes,
        **fields,
    )


def completed_course(person: Person, course: uuid.UUID, day: dt.date, **fields: Any) -> Line:
    return line(Kind.COMPLETED, day, occasion_label=COURSE, occasion=course, person=person, mode=Mode.ONLINE, **fields)


def studied(person: Person, course: uuid.UUID, lesson: uuid.UUID, day: dt.date, minutes: int, **fields: Any) -> Line:
    return line(
        Kind.STUDIED,
        day,
        occasion_label=COURSE,
        occasion=course,
        slot=f"{lesson}:{day.isoformat()}",
        person=person,
        minutes=minutes,
        mode=Mode.ONLINE,
        **fields,
    )
