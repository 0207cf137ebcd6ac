"""The office's pages of classes and their learners."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import services
from courses.forms import ClassForm, LearnerForm, ReasonForm
from courses.forms_signups import TransferForm, WithdrawForm
from courses.selectors import classes as rows
from courses.selectors import signups
from courses.states import CLASS_LIVE, CLASS_TRANSITIONS, SIGN_UP_OPEN, ClassState, EnrolmentState
from courses.views.common import act, actor_of, missing_is_404
from lms.core.errors import LmsError, Missing


@require_GET
def class_list(request: HttpRequest) -> HttpResponse:
    """Classes hosted by one's divisions."""
    found = rows.classes_in(actor_of(request))
    query, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    if query:
        found = found.filter(title__icontains=query) | found.filter(code__icontains=query)
    if state in ClassState.values:
        found = found.filter(state=state)
    page = Paginator(rows.with_counts(found), 20).get_page(request.GET.get("page"))
    context = {"page_obj": page, "query": query, "state": state, "states": ClassState.choices}
    return render(request, "courses/office/class_list.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def class_create(request: HttpRequest) -> HttpResponse:
    form = ClassForm(request.POST or None, actor=actor_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_class(**form.cleaned_data, by=actor_of(request))
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("班次已建立，接着排课次、导入名册。"))
            return redirect("courses:class_detail", made.uuid)
    return render(request, "courses/office/class_form.html", {"form": form, "training_class": None})


@require_http_methods(["GET", "POST"])
@missing_is_404
def class_edit(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    form = ClassForm(request.POST or None, actor=actor, training_class=training_class)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_class(training_class=training_class, by=actor, **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已保存。"))
            return redirect("courses:class_detail", uuid)
    return render(request, "courses/office/class_form.html", {"form": form, "training_class": training_class})


@require_GET
@missing_is_404
def class_detail(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Half-days, learners and what comes next."""
    training_class = rows.class_in(actor_of(request), uuid)
    sessions = list(rows.sessions_of(training_class))
    counts: dict[str, int] = {}
    for state in training_class.enrolments.values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    inside = sum(number for state, number in counts.items() if state != EnrolmentState.WITHDRAWN)
    context = {
        "training_class": training_class,
        "sessions": sessions,
        "counts": counts,
        "inside": inside,
        "seats_left": None
        if training_class.capacity is None
        else max(0, training_class.capacity - len(signups.seats_taken(training_class))),
        "completed": counts.get(EnrolmentState.COMPLETED, 0),
        "planned_minutes": sum(s.minutes for s in sessions if s.state != "cancelled"),
        "waiting": sum(1 for s in sessions if s.state == "planned"),
        "is_live": training_class.state in CLASS_LIVE,
        "next_states": [
            (state, ClassState(state).label) for state in CLASS_TRANSITIONS[training_class.state] if state in CLASS_LIVE
        ],
        "rosters": training_class.roster_imports.exclude(state="discarded")[:5],
        "reason_form": ReasonForm(),
        "categories": list(training_class.categories.all()),
        "waiting_line": {state: number for state, number in signups.counts_of(training_class).items() if state in SIGN_UP_OPEN},
    }
    return render(request, "courses/office/class_detail.html", context)


@require_POST
@missing_is_404
def class_state(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    state = request.POST.get("state", "")
    return act(
        request,
        reverse("courses:class_detail", args=[uuid]),
        lambda: services.change_class_state(training_class=training_class, state=state, by=actor),
        _("班次状态已更新。"),
    )


@require_POST
@missing_is_404
def class_close(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    return act(
        request,
        reverse("courses:class_detail", args=[uuid]),
        lambda: services.close_class(training_class=training_class, by=actor),
        _("班次已结班，达到出勤下限的学员已记为结业。"),
    )


@require_POST
@missing_is_404
def class_cancel(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    reason = request.POST.get("reason", "")[:200]
    return act(
        request,
        reverse("courses:class_detail", args=[uuid]),
        lambda: services.cancel_class(training_class=training_class, reason=reason, by=actor),
        _("班次已取消。"),
    )


@require_http_methods(["GET", "POST"])
@missing_is_404
def learners(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Who is in the class, with minutes so far; add one known person."""
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    form = LearnerForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            services.enrol(training_class=training_class, person=form.cleaned_data["who"], by=actor)
        except Missing:
            raise
        except LmsError as error:
            form.add_error("who", str(error))
        else:
            messages.success(request, _("已加入本班。"))
            return redirect("courses:class_learners", uuid)
    page = Paginator(rows.learners_of(training_class), 50).get_page(request.GET.get("page"))
    context = {
        "training_class": training_class,
        "page_obj": page,
        "form": form,
        "planned_minutes": rows.planned_minutes(training_class),
        "is_live": training_class.state in CLASS_LIVE,
    }
    return render(request, "courses/office/learners.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def withdraw(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    enrolment = rows.enrolment_in(actor, uuid)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            reverse("courses:class_learners", args=[enrolment.training_class.uuid]),
            lambda: services.withdraw(enrolment=enrolment, by=actor, **form.cleaned_data),
            _("已退出本班。"),
        )
    return render(request, "courses/office/withdraw.html", {"enrolment": enrolment, "form": form})


@require_http_methods(["GET", "POST"])
@missing_is_404
def transfer(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Move a learner to another class that one runs."""
    actor = actor_of(request)
    enrolment = rows.enrolment_in(actor, uuid)
    form = TransferForm(request.POST or None, actor=actor, enrolment=enrolment)
    if request.method == "POST" and form.is_valid():
        try:
            services.transfer(enrolment=enrolment, by=actor, **form.cleaned_data)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已转班。"))
            return redirect("courses:class_learners", enrolment.training_class.uuid)
    return render(request, "courses/office/transfer.html", {"enrolment": enrolment, "form": form})


@require_POST
@missing_is_404
def come_back(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    enrolment = rows.enrolment_in(actor, uuid)
    return act(
        request,
        reverse("courses:class_learners", args=[enrolment.training_class.uuid]),
        lambda: services.enrol(training_class=enrolment.training_class, person=enrolment.person, by=actor),
        _("已恢复在班。"),
    )


@require_http_methods(["GET", "POST"])
@missing_is_404
def certificates(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Who completed, which certificates stand; asking for the missing ones is a job."""
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    if request.method == "POST":
        try:
            job = services.request_certificates(training_class=training_class, by=actor)
        except Missing:
            raise
        except LmsError as error:
            messages.error(request, str(error))
            return redirect("courses:class_certificates", uuid)
        return redirect("job_detail", job.uuid)
    page = Paginator(rows.eligible_for_certificates(training_class), 50).get_page(request.GET.get("page"))
    standing = rows.certificates_by_person(training_class)
    context = {
        "training_class": training_class,
        "page_obj": page,
        "listed": [(row, standing.get(row.person_id)) for row in page],
        "issued": len(standing),
        "missing": max(0, page.paginator.count - len(standing)),
    }
    return render(request, "courses/office/certificates.html", context)
