"""The learner's home and records."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courses.selectors import attending, learning
from courses.selectors import records as own_records
from courses.selectors.content import published_courses
from courses.views.common import actor_of, person_or_none
from lms.core import clock
from lms.supervision import selectors as supervision


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What to go on with, what is due today, the hours so far."""
    person = person_or_none(request)
    if person is None:
        return render(request, "courses/no_person.html")
    under_way = learning.go_on(person)
    seats = attending.seats_of_days(person)
    context = {
        "person": person,
        "under_way": under_way,
        "suggested": [] if under_way else list(published_courses()[:3]),
        "seats": seats,
        # fetched ahead: the hall may have no network
        "sign_in_pages": " ".join(reverse("courses:sign_in", args=[seat.session.uuid]) for seat in seats if not seat.is_in),
        "to_answer": list(supervision.awaiting_answer(person)[:3]),
        "hours": own_records.hours_of_year(person, clock.today().year),
        "now": clock.now(),
        "greeting": _greeting(),
        "user_key": str(actor_of(request).uuid)[:8],
    }
    return render(request, "courses/home.html", context)


def _greeting() -> str:
    hour = timezone.localtime(clock.now()).hour
    return _("早上好") if 5 <= hour < 11 else _("中午好") if hour < 13 else _("下午好") if hour < 18 else _("晚上好")


@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """Every hour of one's own, with the line it stands on and the scheme that valued it."""
    person = person_or_none(request)
    if person is None:
        return render(request, "courses/no_person.html")
    year = request.GET.get("year", "")
    chosen = int(year) if year.isdecimal() and 1990 <= int(year) <= 2100 else clock.today().year
    page = Paginator(own_records.hour_lines(person, chosen), 20).get_page(request.GET.get("page"))
    context = {
        "person": person,
        "year": chosen,
        "years": own_records.years_of(person),
        "hours": own_records.hours_of_year(person, chosen),
        "page_obj": page,
        "rows": own_records.described(list(page)),
        "finished": own_records.finished(person),
    }
    return render(request, "courses/records.html", context)
