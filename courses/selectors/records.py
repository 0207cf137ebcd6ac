"""One's own hours, from the ledger: what counted, when, and under which scheme it was valued."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Sum

from courses.models import CoursePage, CourseSession, LessonPage, TrainingClass
from lms.core import clock
from lms.ledger import selectors as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import HourScheme, Line
from lms.ledger.querysets import LineQuerySet
from lms.people.models import Person

LEARNING = (Kind.ATTENDED, Kind.STUDIED)


def plain(hundredths: int) -> str:
    """Credit hours as people write them: 6, 0.5, 13.33."""
    return format((Decimal(hundredths) / 100).normalize(), "f")


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes and credit hours of a year, face to face and online apart."""

    minutes: int
    hundredths: int
    attended: int
    studied: int

    @property
    def hours(self) -> str:
        return plain(self.hundredths)

    @property
    def clock_hours(self) -> Decimal:
        return (Decimal(self.minutes) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class HourLine:
    line: Line
    occasion: str
    slot: str
    scheme: str

    @property
    def hours(self) -> str:
        return plain(self.line.hour_hundredths)


def _of_year(person: Person, year: int) -> LineQuerySet:
    return ledger.lines_of(person, kinds=LEARNING).filter(posted_on__gte=dt.date(year, 1, 1), posted_on__lte=dt.date(year, 12, 31))


def hours_of_year(person: Person, year: int) -> Hours:
    """Standing lines of learning posted in a year, summed."""
    rows = _of_year(person, year).order_by().values_list("kind").annotate(minutes=Sum("minutes"), worth=Sum("hour_hundredths"))
    by_kind = {kind: (minutes or 0, worth or 0) for kind, minutes, worth in rows}
    attended, studied = by_kind.get(Kind.ATTENDED, (0, 0)), by_kind.get(Kind.STUDIED, (0, 0))
    return Hours(attended[0] + studied[0], attended[1] + studied[1], attended[0], studied[0])


def hour_lines(person: Person, year: int) -> LineQuerySet:
    return _of_year(person, year).order_by("-happened_to", "-position")


def years_of(person: Person) -> list[int]:
    days = ledger.lines_of(person, kinds=LEARNING).order_by().dates("posted_on", "year")
    return sorted({day.year for day in days} | {clock.today().year}, reverse=True)


def described(lines: Sequence[Line]) -> list[HourLine]:
    """Lines with the titles of what they happened in. Five queries, however many lines."""
    wanted = {found for x in lines for found in (x.occasion, _slot_of(x)) if found is not None}
    titles: dict[Any, str] = {
        **dict(TrainingClass.objects.filter(uuid__in=wanted).values_list("uuid", "title")),
        **dict(CoursePage.objects.filter(translation_key__in=wanted).values_list("translation_key", "title")),
        **dict(CourseSession.objects.filter(uuid__in=wanted).values_list("uuid", "title")),
        **dict(LessonPage.objects.filter(translation_key__in=wanted).values_list("translation_key", "title")),
    }
    names: dict[Any, str] = dict(HourScheme.objects.filter(pk__in={x.hour_scheme_id for x in lines}).values_list("pk", "name"))
    return [HourLine(x, titles.get(x.occasion, ""), titles.get(_slot_of(x), ""), names.get(x.hour_scheme_id, "")) for x in lines]


def _slot_of(line: Line) -> uuid.UUID | None:
    """The lesson or the half-day; a completion has none."""
    head = line.slot.partition(":")[0]
    try:
        return uuid.UUID(head) if line.kind in LEARNING else None
    except ValueError:
        return None


def finished(person: Person) -> list[HourLine]:
    """Courses and classes completed, newest first."""
    return described(list(ledger.lines_of(person, kinds=[Kind.COMPLETED]).order_by("-happened_to")[:50]))
