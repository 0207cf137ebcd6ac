"""Wanting and no longer wanting the monthly report; shown on the page of approval."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.accounts.roles import REPORTING
from lms.core.errors import LmsError, Missing
from lms.places.models import Division
from lms.places.selectors import division_in_scope
from lms.reports.approval.views import actor_of
from lms.reports.layouts.services import layouts_for
from lms.reports.models import Layout
from lms.reports.monthly import services


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    day = request.POST.get("day", "")
    actor = actor_of(request)
    try:
        place = division_in_scope(actor, request.POST.get("division", ""), *REPORTING)
        row = services.subscribe(
            division=place,
            day=int(day) if day.isdecimal() and len(day) < 3 else 0,
            with_pdf=request.POST.get("pdf") == "1",
            layout=_layout(place, request.POST.get("layout", "")),
            by=actor,
        )
    except LmsError as error:
        messages.error(request, str(error))
    else:
        said = _("每月 %(day)d 日把%(place)s上月的统计报表（%(files)s）发给您：站内消息，和您留有的邮箱。")
        files = services.files_of(row.with_pdf, row.layout)
        messages.success(request, said % {"day": row.day, "place": row.division.name, "files": files})
    return redirect("reports:approval")


def _layout(place: Division, asked: str) -> Layout | None:
    """The layout that was chosen; none is none, and what the division may not use is missing."""
    if not asked:
        return None
    found = next((row for row in layouts_for(place) if str(row.uuid) == asked), None)
    if found is None:
        raise Missing(_("没有这份版式。"))
    return found


@require_POST
def unsubscribe(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    row = services.standing_of(actor_of(request)).filter(uuid=uuid).first()
    if row is None:
        raise Http404
    services.unsubscribe(subscription=row, by=actor_of(request))
    messages.success(request, _("不再发送%(place)s的月报。") % {"place": row.division.name})
    return redirect("reports:approval")
