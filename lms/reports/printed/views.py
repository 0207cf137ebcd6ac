"""Asking for the printed report of a month."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.core import jobs, positions
from lms.reports.approval import pages
from lms.reports.approval.views import actor_of, place_of


@require_POST
def print_month(request: HttpRequest, code: str, period: int) -> HttpResponse:
    """A job makes the PDF; asked twice of the same state it is the same job."""
    place, by, position = place_of(request, code, period), actor_of(request), positions.closed()
    job = jobs.enqueue(
        "reports.print_month",
        title=_("%(place)s %(label)s 统计报表（PDF）") % {"place": place.name, "label": pages.period_label(period)},
        by=by,
        division_path=place.path,
        key=f"reports.print_month:{by.uuid}:{place.code}:{period}:{position}",
        params={"division": place.code, "period": period, "position": position},
    )
    return redirect("job_detail", uuid=job.uuid)
