"""我的学时: why each hour counts, under which scheme, toward which regime. The learner's own page and the office's."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.ledger.models import HourRegime
from lms.ledger.regimes import Weighed, Why
from lms.ledger.selectors.hours import HourBook, HourLine, hour_book
from lms.people.models import Person
from lms.people.selectors import person_in, person_of
from lms.reports import occasions

PAGE = 40


@dataclass(frozen=True, slots=True)
class Shown:
    """One line with its words."""

    row: HourLine
    title: str
    worth: str
    toward: list[tuple[HourRegime, bool, str]]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The hours of whoever is signed in."""
    person = person_of(_actor(request))
    if person is None:
        return render(request, "reports/hours/nobody.html")
    return render(request, "reports/hours/mine.html", _context(request, person))


@require_GET
def of_person(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """A person's hours for the offices that see the person; the reading is audited."""
    try:
        person = person_in(_actor(request), uuid)
    except Missing:
        raise Http404 from None
    audit.record("reports.hours.opened", person, by=_actor(request), division_path=person.division.path)
    return render(request, "reports/hours/office.html", _context(request, person))


def _context(request: HttpRequest, person: Person) -> dict[str, Any]:
    this_year = clock.today().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= this_year else this_year
    book = hour_book(person, year)
    page = Paginator(book.lines, PAGE).get_page(request.GET.get("page"))
    return {
        "person": person,
        "book": book,
        "year": year,
        "years": range(this_year, this_year - 6, -1),
        "page_obj": page,
        "rows": _shown(list(page.object_list)),
        "hours": Decimal(book.hundredths) / 100,
        "clock_hours": _clock_hours(book),
    }


def _clock_hours(book: HourBook) -> Decimal:
    return (Decimal(book.minutes) / 60).quantize(Decimal("0.01"))


def _shown(rows: list[HourLine]) -> list[Shown]:
    titles = occasions.titles({row.line.occasion for row in rows if row.line.occasion})
    found = []
    for row in rows:
        title = titles.get(row.line.occasion, "") if row.line.occasion else ""
        toward = [(regime, weighed.why == Why.COUNTS, why_text(regime, weighed)) for regime, weighed in row.toward]
        found.append(Shown(row, title or _("（未命名）"), worth_text(row), toward))
    return found


def worth_text(row: HourLine) -> str:
    """Why the line is worth what it is."""
    line = row.line
    if not row.hour.stands:
        return _("这一笔已被冲销，不再计学时。")
    if line.hour_scheme is None:
        return _("没有计入分钟，不折学时。")
    return _("%(minutes)d 分钟，按“%(scheme)s”折 %(hours)s 学时，入账时确定，以后不重算。依据：%(source)s") % {
        "minutes": line.minutes,
        "scheme": line.hour_scheme.name,
        "hours": f"{line.hours.normalize():f}",
        "source": line.hour_scheme.source,
    }


def why_text(regime: HourRegime, weighed: Weighed) -> str:
    """Why the line counts toward a regime, or not."""
    if weighed.why == Why.COUNTS:
        unit = _("小时") if regime.rules.get("unit") == "hours" else _("学时")
        window = {"start": weighed.start, "end": weighed.end or _("今后")}
        said = {"amount": f"{weighed.amount.normalize():f}", "unit": unit, **window}
        return _("计 %(amount)s %(unit)s（%(start)s 至 %(end)s）") % said
    return {
        Why.REVERSED: _("已冲销，不计"),
        Why.OTHER_KIND: _("这类记录不计入"),
        Why.NO_TIME: _("没有时长，不计"),
        Why.NOT_SUBJECT: _NOT_SUBJECT[regime.rules["for"]](),
    }[weighed.why]


_NOT_SUBJECT = {
    "registered": lambda: _("当日不在登记有效期内，不计入"),
    "licensed": lambda: _("当日尚未持证，不计入"),
    "employed": lambda: _("当日没有在册记录，不计入"),
}
