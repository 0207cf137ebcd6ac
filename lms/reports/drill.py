"""What a figure of the page opens: exactly as many lines, units or people as it says. Pages and the export read the same rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, IntegerField, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.ledger import selectors as ledger
from lms.ledger import spans
from lms.ledger.kinds import LEARNING, MODE_LABELS, Kind
from lms.ledger.models import CountedUnit, CountingBasis, Line
from lms.ledger.rules import age_range
from lms.ledger.selectors import summary_reads as summaries
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Category
from lms.reports import occasions
from lms.reports.dimensions import DIMENSIONS, SIDES


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One figure of the page: which, where, when, which basis; ``by`` and ``key`` name a row, ``own`` the node alone."""

    what: str
    division: Division
    span: spans.Span
    basis: CountingBasis
    by: str = ""
    key: str = ""
    own: bool = False

    @property
    def start(self) -> dt.date:
        return self.span.start

    @property
    def end(self) -> dt.date:
        return self.span.end


@dataclass(frozen=True, slots=True)
class Opened:
    """The rows behind a figure. ``shape`` says what one row is: a person, a unit (person-time) or a line."""

    title: str
    unit: str
    shape: str
    rows: Any
    count: int
    value: int | Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """One row as it is shown. ``person`` and ``occasion`` lead to all the lines behind a person-time."""

    name: str
    masked: bool
    place: str
    occasion_title: str
    kind: str
    mode: str
    category: str
    day: dt.date
    minutes: int | None
    hours: Decimal
    quantity: int
    person: uuid.UUID | None
    occasion: uuid.UUID | None
    line: uuid.UUID | None


UNITS: dict[str, Any] = {
    "person_times": (gettext_lazy("培训人次"), gettext_lazy("人次")),
    "persons": (gettext_lazy("培训人数（去重）"), gettext_lazy("人")),
    "licences_gained": (gettext_lazy("新增持证"), gettext_lazy("人")),
    "licensed": (gettext_lazy("持证存量"), gettext_lazy("人")),
    "registered": (gettext_lazy("登记存量"), gettext_lazy("人")),
    "hours": (gettext_lazy("学时"), ""),
    "classes": (gettext_lazy("班次"), gettext_lazy("个班次")),
    "sessions": (gettext_lazy("课次"), gettext_lazy("个课次")),
    "unnamed": (gettext_lazy("未具名人数"), gettext_lazy("人次")),
}


LEARNT = ("hours", "clock_hours")  # what is a sum of learning time
_OF_LINES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "hours": (LEARNING, {"minutes__gt": 0}),
    "classes": ((Kind.HELD,), {"topic": "class"}),
    "sessions": ((Kind.HELD,), {"topic": "session"}),
    "unnamed": ((Kind.HEADCOUNT,), {}),
}


def open_figure(wanted: Wanted) -> Opened:
    """The rows that make up a figure of the page, as the summaries know them."""
    if wanted.what not in UNITS or (wanted.by and wanted.by not in DIMENSIONS):
        raise Missing(_("没有这个指标。"))
    title, unit = (str(text) for text in UNITS[wanted.what])
    if wanted.what in _OF_LINES:
        lines = _lines(wanted)
        found = lines.order_by().aggregate(lines=Count("pk"), heads=Sum("quantity"), worth=Sum("hour_hundredths"))
        worth: dict[str, int | Decimal] = {"unnamed": found["heads"] or 0, "hours": Decimal(found["worth"] or 0) / 100}
        return Opened(title, unit, "line", lines, found["lines"], worth.get(wanted.what, found["lines"]))
    units = _units(wanted)
    if wanted.what == "person_times":
        count = units.count()
        return Opened(title, unit, "unit", units.order_by("counted_on", "pk"), count, count)
    humans = units.order_by().values("person").annotate(first=Min("pk")).order_by("person")
    count = humans.count()
    return Opened(title, unit, "person", humans, count, count)


def _units(wanted: Wanted) -> QuerySet[CountedUnit]:
    path = wanted.division.path
    if wanted.what == "licensed":
        return summaries.holding_on("licence", path, wanted.end)  # type: ignore[no-any-return]
    if wanted.what == "registered":
        return summaries.holding_on("registration", path, wanted.end)  # type: ignore[no-any-return]
    measure = "licence" if wanted.what == "licences_gained" else ledger.measure_of(wanted.basis)
    rows = summaries.units(measure, path, wanted.start, wanted.end)
    if wanted.own:
        rows = rows.filter(path=path)
    if wanted.by == "month":
        span = _month(wanted.key)
        rows = rows.filter(counted_on__range=(span.start, span.end))
    elif wanted.by == "mode":
        rows = rows.filter(mode=wanted.key)
    elif wanted.by in ("category", "programme"):
        rows = rows.filter(**{wanted.by: _number(wanted.key)})
    elif wanted.by in SIDES:
        rows = _of_side(rows, wanted.by, wanted.key, ExtractYear("counted_on"), 0)
    return rows  # type: ignore[no-any-return]


def _lines(wanted: Wanted) -> QuerySet[Line]:
    kinds, conditions = _OF_LINES[wanted.what]
    position = summaries.summarised_position()
    rows = Line.objects.as_of(position).filter(kind__in=kinds, **conditions).within(wanted.division)
    rows = rows.posted(wanted.start, wanted.end)
    if wanted.own:
        rows = rows.filter(division__path=wanted.division.path)
    if wanted.by == "month":
        span = _month(wanted.key)
        rows = rows.posted(span.start, span.end)
    elif wanted.by == "mode":
        rows = rows.filter(mode=wanted.key)
    elif wanted.by in ("category", "programme"):
        number = _number(wanted.key)
        rows = rows.filter(**({f"{wanted.by}_id": number} if number else {f"{wanted.by}__isnull": True}))
    elif wanted.by in SIDES:
        rows = _of_side(rows, wanted.by, wanted.key, ExtractYear("posted_on"), None)
    return rows.order_by("posted_on", "position")


def _of_side(rows: Any, side: str, key: str, year: Any, unknown: int | None) -> Any:
    """Rows with one value of a side of the person; ``unknown`` is how a missing year of birth is kept."""
    if side != "age":
        return rows.filter(**{{"sex": "sex", "ethnic": "ethnic_group", "education": "education"}[side]: key})
    rows = rows.annotate(age=ExpressionWrapper(year - F("birth_year"), output_field=IntegerField()))
    if not key:
        return rows.filter(Q(birth_year=unknown) | Q(age__lt=0))
    found = age_range(key)
    if found is None:
        raise Missing(_("没有这个年龄段。"))
    rows = rows.filter(age__gte=found[0]).exclude(birth_year=unknown)
    return rows if found[1] is None else rows.filter(age__lte=found[1])


def _month(key: str) -> spans.Span:
    span = spans.parse(key)
    if span is None or len(key) != 6 or not key.isdecimal():
        raise Missing(_("没有这个月份。"))
    return span


def _number(key: str) -> int:
    if not key.isdecimal():
        raise Missing(_("没有这个类别。"))
    return int(key)


def items(opened: Opened, rows: Sequence[Any], actor: Actor) -> list[Item]:
    """Rows of one page as they are shown: a constant number of queries, names as far as the actor may see them."""
    if opened.shape == "line":
        lines = {line.pk: line for line in rows}
        order = [line.pk for line in rows]
        days = {pk: line.posted_on for pk, line in lines.items()}
    else:
        pks = [row["first"] for row in rows] if opened.shape == "person" else [row.pk for row in rows]
        units = CountedUnit.objects.in_bulk(pks)
        order = [units[pk].line for pk in pks]
        lines = Line.objects.in_bulk(order)
        days = {units[pk].line: units[pk].counted_on for pk in pks}
    return shown([lines[pk] for pk in order], days, actor)


def shown(lines: Sequence[Line], days: Mapping[int, dt.date], actor: Actor, *, within: str = "/") -> list[Item]:
    """Lines as they are shown, each with the day it is counted on. ``within``: only lines there lead to all those behind them."""
    cast = Person.objects.select_related("division").in_bulk({line.person_id for line in lines if line.person_id})
    places = Division.objects.in_bulk({line.division_id for line in lines})
    categories = Category.objects.in_bulk({line.category_id for line in lines if line.category_id})
    titles = occasions.titles({line.occasion for line in lines if line.occasion})
    found = []
    for line in lines:
        person = cast.get(line.person_id) if line.person_id else None
        name, masked = name_for(actor, person) if person else ("", False)
        found.append(
            Item(
                name=name,
                masked=masked,
                place=places[line.division_id].full_name,
                occasion_title=titles.get(line.occasion, "") if line.occasion else "",
                kind=line.get_kind_display(),
                mode=str(MODE_LABELS.get(line.mode, "")) if line.mode != "none" else "",
                category=categories[line.category_id].name if line.category_id else "",
                day=days[line.pk],
                minutes=line.minutes or None,
                hours=line.hours,
                quantity=line.quantity,
                person=person.uuid if person else None,
                occasion=line.occasion if places[line.division_id].path.startswith(within) else None,
                line=line.uuid,
            )
        )
    return found


def name_for(actor: Actor, person: Person) -> tuple[str, bool]:
    """The name as this actor may read it: whole for offices of the person's division, masked for the others."""
    if not person.name:
        return _("（已删除）"), True
    if actor.covers(person.division.path, *OFFICE):
        return person.name, False
    return f"{person.name[0]}{'*' * (len(person.name) - 1)}", True


def evidence_of(actor: Actor, division: Division, person: Person, occasion: uuid.UUID) -> list[Line]:
    """Every line of one human being at one occasion that lies in the division, as posted, counter-lines included."""
    lines = Line.objects.filter(person_id__in=people.ids_of(person), occasion=occasion).within(division)
    found = list(lines.select_related("division", "hour_scheme", "category", "reversed_by").order_by("position"))
    if not found or not actor.covers(division.path):
        raise Missing(_("没有这些记录。"))
    return found
