"""A learner's review: today's queue, one item at a time with its answer, the plan. Works without script."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import learning_selectors, readiness_selectors, scheduling, selectors, selectors_practice, services
from exams.learning_forms import PlanForm
from exams.practised import practised, right_today
from exams.views.common import found
from exams.views.given import given_answer
from lms.core import clock
from lms.core.errors import LmsError, Missing
from lms.people import selectors as people


@require_GET
def review_today(request: HttpRequest) -> HttpResponse:
    """What is to review today, what was done, what comes. Mistakes made since the last look become cards."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        person = selectors.person_of(actor)
    except Missing as error:
        return render(request, "exams/no_person.html", {"reason": str(error)})
    added = services.collect_mistakes(person=person, by=actor)
    today = learning_selectors.today_of(people.ids_of(person))
    return render(request, "exams/review.html", {"today": today, "added": added})


@found
def review_plan(request: HttpRequest) -> HttpResponse:
    """Set the day of the exam and the minutes a day."""
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    plan = learning_selectors.plan_of(people.ids_of(person))
    initial = {"exam_on": plan.exam_on, "daily_minutes": plan.daily_minutes} if plan else {"daily_minutes": 15}
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_plan(person=person, by=actor, **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("复习计划已保存。"))
            return redirect("exams:review")
    return render(request, "exams/review_plan.html", {"form": form, "plan": plan})


@require_GET
@found
def review_next(request: HttpRequest) -> HttpResponse:
    """On to the first of today's queue; back to the day's page when nothing is left."""
    today = learning_selectors.today_of(people.ids_of(selectors.person_of(request.actor)))  # type: ignore[attr-defined]
    return redirect("exams:review_card", card=today.due[0]) if today.due else redirect("exams:review")


@found
def review_card(request: HttpRequest, card: uuid.UUID) -> HttpResponse:
    """One item. Answered: right or wrong with the explanation; a wrong one is recorded at once, a right one when rated."""
    actor = request.actor  # type: ignore[attr-defined]
    ids = people.ids_of(selectors.person_of(actor))
    row, version, case = learning_selectors.card_of(ids, card)
    today = learning_selectors.today_of(ids)
    context = {"card": row, "version": version, "left": len(today.due), "done": today.done, "opened": int(clock.now().timestamp())}
    if request.method != "POST":
        return render(request, "exams/review_card.html", {**context, "shown": practised(version, case=case)})
    answer, fault = given_answer(request, version, 1)
    shown = practised(version, answer, case=case)
    if fault:
        messages.error(request, fault)
        return render(request, "exams/review_card.html", {**context, "shown": shown})
    right, seconds = right_today(version, answer), _seconds(request)
    if not right:
        services.review_card(card=row, version=version, answer=answer, reviews=_reviews(request), seconds=seconds, by=actor)
    context |= {
        "answered": True,
        "is_right": right,
        "answer": answer,
        "seconds": seconds,
        "reviews": _reviews(request),
        "is_kept": version.item.uuid in selectors_practice.kept_items(row.person),
        "shown": shown,
    }
    return render(request, "exams/review_card.html", context)


@require_POST
@found
def review_rate(request: HttpRequest, card: uuid.UUID) -> HttpResponse:
    """How well a right answer was remembered; then the next item."""
    actor = request.actor  # type: ignore[attr-defined]
    row, version, _case = learning_selectors.card_of(people.ids_of(selectors.person_of(actor)), card)
    rating = request.POST.get("rating", "")
    try:
        services.review_card(
            card=row,
            version=version,
            answer=request.POST.getlist("answer")[:10],
            reviews=_reviews(request),
            rating=int(rating) if rating.isdigit() and len(rating) == 1 else scheduling.GOOD,
            seconds=_seconds(request),
            by=actor,
        )
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("exams:review_next")


@require_GET
def readiness(request: HttpRequest) -> HttpResponse:
    """Readiness per subject: an estimate with its interval, or what is lacking for one; and what to do next."""
    try:
        person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    except Missing as error:
        return render(request, "exams/no_person.html", {"reason": str(error)})
    ids = people.ids_of(person)
    subjects = readiness_selectors.readiness_of(ids)
    return render(request, "exams/readiness.html", {"subjects": subjects, "plan": learning_selectors.plan_of(ids)})


def _reviews(request: HttpRequest) -> int:
    sent = request.POST.get("reviews", "")
    return int(sent) if sent.isdigit() and len(sent) < 7 else -1


def _seconds(request: HttpRequest) -> int | None:
    """From the opening of the page to the answer, by the server's clock; carried along to the rating."""
    if request.POST.get("seconds", "").isdigit():
        return min(int(request.POST["seconds"][:4]), 3600)
    opened = request.POST.get("opened", "")
    if not opened.isdigit() or len(opened) > 12:
        return None
    spent = int(clock.now().timestamp()) - int(opened)
    return spent if 0 <= spent <= 3600 else None
