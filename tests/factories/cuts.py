"""A small world for cuts: something in every measure and every dimension, in two counties and a township."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from lms.ledger.kinds import Kind
from lms.programmes import services as programmes
from lms.programmes.models import Programme
from tests.factories import ledger as book
from tests.factories.world import make_person

DAY = dt.date(2022, 3, 10)
SIDES: list[dict[str, Any]] = [
    {"sex": "1", "ethnic_group": "01", "education": "21", "birth_date": dt.date(1985, 1, 1)},
    {"sex": "2", "ethnic_group": "03", "education": "31", "birth_date": dt.date(1999, 1, 1)},
    {},
]


def busy(world: Any) -> Programme:
    """Classes with one, two and no topic; a programme, a category, a funder; licences, one of them lapsing; heads."""
    category = programmes.create_category(code="cut", name="村干部", by=book.BY)
    programmes.create_funder(code="lottery", name="福彩公益金", by=book.BY)
    programme = programmes.create_programme(
        code="three-areas", name="三区计划", kind="training", division=world.county, starts_on=DAY, by=book.BY
    )
    tags = ([("topic", "rescue"), ("funder", "lottery")], [("topic", "rescue"), ("topic", "aged")], [])
    for number, place in enumerate((world.county, world.township, world.other_county)):
        day = DAY + dt.timedelta(days=40 * number)
        half_day = book.scheduled(uuid.uuid4(), day, place, tags=tags[number])
        held = {"division": place, "occasion": half_day.occasion, "mode": half_day.mode}
        book.line(Kind.HELD, day, topic="session", slot=half_day.slot, **held)
        book.line(Kind.HELD, day, topic="class", **held)
        book.line(Kind.HEADCOUNT, day, division=place, quantity=2 + number, occasion=half_day.occasion)
        for sides in SIDES:
            more = {"category": category, "programme": programme} if number else {}
            person = make_person(place, **sides)
            book.attended(person, half_day, minutes=170, **more)
            book.line(Kind.LICENSED, day, person=person, topic="junior", facts={"valid_to": "2022-06-01"} if number == 1 else {})
        book.line(Kind.REGISTERED, day, person=person, topic="junior")
        book.completed_course(person, uuid.uuid4(), day)
    return programme
