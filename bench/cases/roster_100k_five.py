"""What any import with evidence must write at least, against the same floor as ``roster_100k``: the workbook read, then by
``bulk_create`` the five rows of each person (person, document, enrolment, ledger line, audit), nothing checked, encrypted,
digested or staged. ``roster_100k`` divided by this is what all the rest costs."""

from __future__ import annotations

import io
import itertools
import uuid

from django.db import transaction
from python_calamine import CalamineWorkbook

from bench.cases import roster_100k as whole
from bench.frame import Pair
from bench.world import Bench
from courses.models import ClassEnrolment, TrainingClass
from lms.audit.models import AuditEvent
from lms.core import clock, positions
from lms.ledger.models import Line
from lms.people.models import IdentityDocument, Person
from tests.factories.courses import make_class

FLOOR = whole.FLOOR
TARGET = float("inf")
CHUNK = 500


def written(bench: Bench, content: bytes, held: TrainingClass) -> None:
    """Chunks as the import has them, each whole."""
    rows = iter(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:])
    day = clock.today()
    while chunk := list(itertools.islice(rows, CHUNK)):
        now = clock.now()
        with transaction.atomic():
            people = [Person(name=str(row[1]), division=bench.world.county) for row in chunk]
            Person.objects.bulk_create(people)
            IdentityDocument.objects.bulk_create(
                IdentityDocument(
                    person=p,
                    kind="resident",
                    number_sealed="s" * 72,
                    number_index=uuid.uuid4().hex * 2,
                    masked="5306**********1234",
                )
                for p in people
            )
            enrolments = [ClassEnrolment(training_class=held, person=p, division=p.division, enrolled_at=now) for p in people]
            ClassEnrolment.objects.bulk_create(enrolments)
            AuditEvent.objects.bulk_create(
                AuditEvent(
                    verb="people.person.registered",
                    actor_uuid=bench.by.uuid,
                    actor_label=bench.by.label,
                    record_label="people.person",
                    record_uuid=p.uuid,
                    division_path=p.division.path,
                    happened_at=now,
                )
                for p in people
            )
            first = positions.take(len(enrolments))
            Line.objects.bulk_create(
                Line(
                    key=f"enrolled:{e.uuid}:1",
                    position=first + place,
                    kind="enrolled",
                    person=e.person,
                    occasion_label="courses.trainingclass",
                    occasion=held.uuid,
                    happened_from=now,
                    happened_to=now,
                    posted_period=day.year * 100 + day.month,
                    posted_on=day,
                    division=e.division,
                    source_label="courses.classenrolment",
                    source_uuid=e.uuid,
                    evidence="0" * 64,
                    recorded_by=bench.by.uuid,
                    recorded_at=now,
                )
                for place, e in enumerate(enrolments)
            )


def prepare(bench: Bench) -> Pair:
    content = whole.workbook()
    held: TrainingClass = make_class(bench.world.county, capacity=None)
    return Pair(
        lambda: written(bench, content, held), lambda: whole.floor(bench, content), rounds=1, note="a floor itself: no target"
    )
