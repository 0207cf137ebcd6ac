"""People who stand in a stage because their records say so."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from lms.careers import services as careers
from lms.core import positions
from lms.core.actor import Actor
from lms.core.ids import new_uuid
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people.models import Person
from lms.pipeline import services
from lms.places.models import Division, Post
from tests.factories.certificates import make_organisation
from tests.factories.world import make_person

SYSTEM = Actor.system("tests")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def on_books(division: Division, *, since: str = "2020-01-01", **fields: Any) -> Person:
    person = make_person(division, **fields)
    careers.employ(person=person, division=division, started_on=day(since), by=SYSTEM)
    return person


def make_post(division: Division, *, social_work: bool = True) -> Post:
    with transaction.atomic():
        return Post.objects.create(
            organisation=make_organisation(division),
            division=division,
            title="专职社工",
            kind="social_worker",
            is_social_work=social_work,
            opened_on=dt.date(2000, 1, 1),
            position=positions.take(),
        )


def attend(
    person: Person, *, occasion: uuid.UUID | None = None, on: str = "2026-05-10", minutes: int = 180, planned: int = 180
) -> uuid.UUID:
    """One half-day of a class: the planned line (once) and the person's attendance."""
    occasion = occasion or new_uuid()
    at = timezone.make_aware(dt.datetime.combine(day(on), dt.time(9)))
    shared: dict[str, Any] = {
        "occasion_label": "courses.trainingclass",
        "occasion": occasion,
        "slot": f"slot-{on}",
        "happened_from": at,
        "source_uuid": new_uuid(),
    }
    with transaction.atomic():
        ledger.post(
            [
                ledger.Draft(
                    key=f"plan:{occasion}:{on}", kind=Kind.SCHEDULED, division=person.division, minutes=planned,
                    source_label="courses.coursesession", **shared,
                ),
                ledger.Draft(
                    key=f"attended:{occasion}:{on}:{person.uuid}", kind=Kind.ATTENDED, person=person, minutes=minutes,
                    source_label="courses.attendance", **shared,
                ),
            ],
            by=SYSTEM,
        )  # fmt: skip
    return occasion


def licensed(person: Person, *, level: str = "junior", on: str = "2025-10-01") -> Any:
    return careers.record_licence(person=person, level=level, obtained_on=day(on), by=SYSTEM)


def _somebody(world: Any) -> dict[str, Any]:
    person = on_books(world.division)
    services.catch_up()
    return {"kwargs": {"uuid": person.uuid}}


# Rows for the test that tries every route as every role; they lie in ``world.division``.
ROUTES = {
    "pipeline:person": _somebody,
    "pipeline:funnel": lambda world: {"data": {"division": world.division.code}},
    "pipeline:members": lambda world: {"data": {"division": world.division.code, "stage": "0"}},
    "pipeline:conversions": lambda world: {"data": {"division": world.division.code}},
    "pipeline:worklist": lambda world: {"data": {"division": world.division.code, "what": "eligible"}},
}
