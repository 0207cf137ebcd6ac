"""Posting 2,000 lines through the service, against one bulk insert of the same 2,000 rows made beforehand."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from bench.frame import Pair
from bench.world import Bench
from lms.core import positions
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.people.models import Person
from tests.factories import ledger as book

FLOOR = "bulk_create of 2,000 ready rows"
TARGET = 2.0
COUNT = 2000


def prepare(bench: Bench) -> Pair:
    county = bench.world.county
    people = [Person(name=f"学员{number}", division=county) for number in range(COUNT)]
    Person.objects.bulk_create(people, batch_size=500)
    occasion = uuid.uuid4()

    def drafts() -> list[ledger.Draft]:
        day = dt.date(2022, 5, 10)
        return [
            book.draft(Kind.ATTENDED, day, occasion_label=book.CLASS, occasion=occasion, slot="s", person=person, minutes=180)
            for person in people
        ]

    with transaction.atomic():
        template = ledger.post(drafts(), by=bench.by)

    def ours() -> None:
        with transaction.atomic():
            ledger.post(drafts(), by=bench.by)
            transaction.set_rollback(True)

    def bare() -> None:
        with transaction.atomic():
            first = positions.take(COUNT)
            for number, line in enumerate(template):
                line.pk, line.uuid, line.key, line.position = None, uuid.uuid4(), f"bare:{first + number}", first + number
            Line.objects.bulk_create(template, batch_size=500)
            transaction.set_rollback(True)

    return Pair(ours, bare, rounds=6)
