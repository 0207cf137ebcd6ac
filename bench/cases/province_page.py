"""A province's figures (person-times, persons, hours by prefecture) over 3,000 lines, against a bare page of equal bytes."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from bench.frame import Pair
from bench.world import Bench
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people.models import Person
from tests.factories import ledger as book

FLOOR = "a bare signed-in page of equal bytes"
TARGET = 8.0


def prepare(bench: Bench) -> Pair:
    world = bench.world
    counties = [world.county, world.other_county, world.far_county]
    people = [Person(name=f"学员{number}", division=counties[number % 3]) for number in range(600)]
    Person.objects.bulk_create(people, batch_size=500)
    for month in range(1, 6):
        held = [book.scheduled(uuid.uuid4(), dt.date(2022, month, 10), county) for county in counties]
        drafts = [
            book.draft(
                Kind.ATTENDED,
                dt.date(2022, month, 10),
                occasion_label=book.CLASS,
                occasion=held[number % 3].occasion,
                slot=held[number % 3].slot,
                person=person,
                minutes=180,
                mode=held[number % 3].mode,
            )
            for number, person in enumerate(people)
        ]
        with transaction.atomic():
            ledger.post(drafts, by=bench.by)
    ledger.refresh_summaries()
    client = bench.client("regional_admin", world.province)
    address = f"/reports/figures/{world.province.code}/?period=2022"
    return Pair(bench.get(client, address), bench.bare_page(client, address), page=address, client=client)
