"""What a figure says is not yet approved: the counties and their months, each leading to where it is handed in and decided."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lms.accounts.roles import REPORTING
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.places.models import Division
from lms.places.selectors import division_in_scope
from lms.reports import asking, forms
from lms.reports.approval import pages
from lms.reports.approval import signed as signing
from lms.reports.approval.views import actor_of
from lms.reports.models import Submission
from lms.reports.states import Status
from lms.reports.tables import period_label_of

PAGE = 30


@dataclass(frozen=True, slots=True)
class County:
    """A county and its months by state: the tag's class, its words, the months with their addresses (none: not the reader's)."""

    division: Division
    number: int
    states: list[tuple[str, str, list[tuple[int, str]]]]


@require_GET
def unapproved(request: HttpRequest, code: str) -> HttpResponse:
    """Exactly the county-months that the figures of the period count as not approved, thirty counties a page."""
    try:
        place = division_in_scope(actor_of(request), code, *REPORTING)
    except Missing:
        raise Http404 from None
    asked = forms.asked(request.GET)
    start, end = asked.span.start, asked.span.end
    if request.GET.get("from") or request.GET.get("to"):
        try:
            start, end = asking.period(request.GET.get("from", ""), request.GET.get("to", ""))
        except BadInput as error:
            messages.error(request, str(error))
            return redirect(reverse("reports:unapproved", args=[place.code]))
    found = signing.signed(place, start, end)
    page = Paginator(found.missing, PAGE).get_page(request.GET.get("page"))
    context = {
        "place": place,
        "asked": asked,
        "found": found,
        "period": period_label_of(start, end),
        "page_obj": page,
        "counties": _counties(list(page.object_list), actor_of(request)),
    }
    return render(request, "reports/approval/unapproved.html", context)


def _counties(missing: list[signing.Missing], actor: Actor) -> list[County]:
    divisions = Division.objects.in_bulk([each.pk for each in missing])
    months = sorted({month for each in missing for month in each.months})
    last: dict[tuple[int, int], str] = {}
    rows = Submission.objects.filter(division__in=list(divisions), period__in=months).order_by("number")
    for division, period, status in rows.values_list("division_id", "period", "status"):
        last[division, period] = status
    shown = []
    for each in missing:
        place = divisions[each.pk]
        states: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for month in each.months:
            tag = pages.state_of(Status(last[each.pk, month]) if (each.pk, month) in last else None)
            address = reverse("reports:period", args=[place.code, month]) if actor.covers(place.path, *REPORTING) else ""
            states.setdefault(tag, []).append((month, address))
        shown.append(County(place, len(each.months), [(tone, words, months) for (tone, words), months in states.items()]))
    return shown
