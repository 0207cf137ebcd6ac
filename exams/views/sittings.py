"""A candidate's pages of a sitting: what there is, when and where, seat, entry, slip; afterwards what was received and ruled."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import selectors, services
from exams import selectors_sittings as reads
from exams.views.common import found
from lms.core.errors import LmsError, Missing, Refused


@require_GET
def sitting_list(request: HttpRequest) -> HttpResponse:
    """Sittings one may come to, the running and coming ones first."""
    try:
        person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    except Missing as error:
        return render(request, "exams/no_person.html", {"reason": str(error)})
    page = Paginator(reads.sittings_for(person), 20).get_page(request.GET.get("page"))
    rows = reads.as_candidate(person, list(page))
    current = sorted((row for row in rows if row.phase in ("open", "before")), key=lambda row: row.sitting.starts_at)
    past = [row for row in rows if row.phase not in ("open", "before")]
    return render(request, "exams/sitting_list.html", {"page_obj": page, "current": current, "past": past})


@require_GET
@found
def sitting_detail(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """When, where, on what rules; sign up, withdraw, begin."""
    mine = reads.my_sitting(selectors.person_of(request.actor), sitting)  # type: ignore[attr-defined]
    paper = mine.seat.paper if mine.seat else None
    first = mine.sitting.sitting_papers.select_related("paper").first() if paper is None else None
    shown = paper or (first.paper if first else None)
    context = {
        "mine": mine,
        "sitting": mine.sitting,
        "paper": shown,
        "sections": selectors.sections_of(shown) if shown else [],
        "grants": mine.seat.grants.all() if mine.seat else [],
    }
    return render(request, "exams/sitting.html", context)


@require_POST
@found
def sitting_seat(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """Sign up or withdraw."""
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    mine = reads.my_sitting(person, sitting)
    try:
        if request.POST.get("act") == "give_up":
            if mine.seat is not None:
                services.give_up_seat(seat=mine.seat, by=actor)
            messages.success(request, _("已取消报名。"))
        else:
            seat = services.take_seat(sitting=mine.sitting, person=person, by=actor)
            messages.success(request, _("报名成功，考位号 %(number)s。") % {"number": seat.number})
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("exams:sitting", sitting=sitting)


@require_POST
@found
def sitting_start(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """Begin with the access code, or go on where one was."""
    actor = request.actor  # type: ignore[attr-defined]
    mine = reads.my_sitting(selectors.person_of(actor), sitting)
    try:
        if mine.seat is None:
            raise Refused(_("请先报名。"))
        attempt = services.start_in_sitting(seat=mine.seat, by=actor, code=request.POST.get("code", ""))
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("exams:sitting", sitting=sitting)
    return redirect("exams:attempt", attempt=attempt.uuid)


@require_GET
@found
def sitting_slip(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """The admission slip, to print."""
    mine = reads.my_sitting(selectors.person_of(request.actor), sitting)  # type: ignore[attr-defined]
    if mine.seat is None:
        raise Missing(_("没有找到。"))
    return render(request, "exams/slip.html", {"mine": mine, "sitting": mine.sitting, "seat": mine.seat})


@require_GET
@found
def attempt_receipts(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """When the server received each answer, what was noted on the way, and what people ruled."""
    row = selectors.own_attempt(request.actor, attempt)  # type: ignore[attr-defined]
    responses = list(row.responses.all())
    context = {
        "attempt": row,
        "paper": row.paper,
        "responses": responses,
        "received": sum(1 for r in responses if r.received_at),
        "late": services.late_answers(row),
        "moments": reads.timeline(row),
        "rulings": row.rulings.all(),
    }
    return render(request, "exams/receipts.html", context)
