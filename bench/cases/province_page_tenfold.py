"""The province's page over ten times the lines, against the same page of a province with a tenth of them.

It reads summaries, as many rows as there are places, months and dimensions: the ratio is to stay at one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.db import transaction

from bench.frame import Pair
from bench.world import Bench
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people.models import Person
from lms.places.models import Division
from lms.reports.kept import forget_figures
from tests.factories import ledger as book

FLOOR = "the same page with a tenth of the lines"
TARGET = 1.3
FEW, MANY = 100, 1000  # people of each county; each attends a half-day in each of five months


def prepare(bench: Bench) -> Pair:
    world = bench.world
    _fill(bench, world.county, MANY)
    _fill(bench, world.foreign_county, FEW)
    ledger.refresh_summaries()
    client = bench.client("regional_admin", None)
    return Pair(
        anew(bench.get(client, f"/reports/figures/{world.province.code}/?period=2022")),
        anew(bench.get(client, f"/reports/figures/{world.foreign_province.code}/?period=2022")),
        note=f"{MANY * 5:,} lines against {FEW * 5:,}",
    )


def anew(work: Callable[[], None]) -> Callable[[], None]:
    """The page drawn from the summaries each time, not from the text that is kept."""

    def drawn() -> None:
        forget_figures()
        work()

    return drawn


def _fill(bench: Bench, county: Division, count: int) -> None:
    people = [Person(name=f"学员{number}", division=county) for number in range(count)]
    Person.objects.bulk_create(people, batch_size=500)
    for month in range(1, 6):
        planned = book.scheduled(uuid.uuid4(), dt.date(2022, month, 10), county)
        drafts = [
            book.draft(
                Kind.ATTENDED,
                dt.date(2022, month, 10),
                occasion_label=book.CLASS,
                occasion=planned.occasion,
                slot=planned.slot,
                person=person,
                minutes=180,
                mode=planned.mode,
            )
            for person in people
        ]
        with transaction.atomic():
            ledger.post(drafts, by=bench.by)
