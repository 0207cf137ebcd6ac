"""Results of learners in one's divisions, for those who run classes."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.db.models import Avg, Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams import rules, selectors
from exams.states import AttemptState
from exams.views.attempts import result_context
from exams.views.common import found
from lms.core.errors import Missing


@require_GET
@found
def attempt_list(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """Attempts at a paper by learners of one's divisions: persons and attempts apart."""
    actor = request.actor  # type: ignore[attr-defined]
    row = selectors.papers_with_results(actor).filter(uuid=paper).first()
    if row is None:
        raise Missing(_("没有找到。"))
    attempts = selectors.attempts_in(actor, row)
    sums = attempts.aggregate(
        attempts=Count("pk"),
        persons=Count("person", distinct=True),
        marked=Count("pk", filter=Q(state=AttemptState.MARKED)),
        passed_persons=Count("person", distinct=True, filter=Q(has_passed=True)),
        mean=Avg("points"),
    )
    mean = None if sums["mean"] is None else rules.as_points(round(sums["mean"] / 10) * 10)
    page = Paginator(attempts.order_by("-started_at"), 50).get_page(request.GET.get("page"))
    return render(request, "exams/office/attempt_list.html", {"paper": row, "sums": sums, "mean": mean, "page_obj": page})


@require_GET
@found
def attempt_detail(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """One learner's attempt with when each answer was received and what was noted on the way."""
    row = selectors.attempt_in(request.actor, attempt)  # type: ignore[attr-defined]
    context = result_context(request, row) if row.state == AttemptState.MARKED else {"attempt": row, "paper": row.paper}
    return render(request, "exams/office/attempt.html", {**context, "traces": row.traces.all()[:200]})
