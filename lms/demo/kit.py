"""What the chapters of the demonstration world share: the actor, invented people in bulk, moments of the past."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils import timezone

from lms.core.actor import Actor
from lms.demo.names import EDUCATION_WEIGHTS, Invented, invent
from lms.people import services as people
from lms.people.models import Person
from lms.people.services import PersonRow
from lms.places.models import Division, Organisation

T = TypeVar("T")
CHUNK = 400


def moment(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """A moment of Asia/Shanghai, aware."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def chunks(rows: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@dataclass
class Kit:
    """One building of the world. ``first_serial`` keeps the people of two chapters apart, run in any order."""

    rng: random.Random
    by: Actor
    say: Callable[[str], None]
    serial: int = 0
    people_asked: int = 19000
    cast: dict[str, Person] = field(default_factory=dict)

    def invented(self) -> Invented:
        self.serial += 1
        return invent(self.rng, self.serial)

    def row(self, division: Division, *, organisation: Organisation | None = None, title: str = "") -> PersonRow:
        who = self.invented()
        education = self.rng.choices(list(EDUCATION_WEIGHTS), list(EDUCATION_WEIGHTS.values()))[0]
        return PersonRow(
            name=who.name,
            division=division,
            document=who.document,
            sex=who.sex,
            birth_date=who.birth_date,
            ethnic_group=who.ethnic_group,
            education=education,
            organisation=organisation,
            position_title=title,
        )

    def persons(
        self, count: int, divisions: Sequence[Division], *, title: str = "", organisations: Iterable[Organisation] = ()
    ) -> list[Person]:
        """``count`` new people spread evenly over ``divisions``, in chunks."""
        units = {o.division_id: o for o in organisations}
        rows = []
        for index in range(count):
            division = divisions[index % len(divisions)]
            rows.append(self.row(division, organisation=units.get(division.pk), title=title))
        made: list[Person] = []
        for part in chunks(rows):
            made += people.register_people(list(part), by=self.by)
        return made
