"""Leave: a learner asks, the office answers."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import services
from courses.forms_signups import LeaveForm
from courses.selectors import attending
from courses.selectors import signups as rows
from courses.states import LeaveState
from courses.views.common import act, actor_of, missing_is_404
from lms.core.errors import LmsError, Missing


@require_http_methods(["GET", "POST"])
@missing_is_404
def ask(request: HttpRequest, enrolment: uuid.UUID) -> HttpResponse:
    """Choose half-days, say why."""
    actor = actor_of(request)
    own = attending.own_class_enrolment(actor, enrolment)
    free = attending.sessions_for_leave(own)
    by_uuid = {str(session.uuid): session for session in free}
    day = _("n月j日")
    choices = [(key, f"{date_format(localtime(s.starts_at), day)} {s.get_half_display()} {s.title}") for key, s in by_uuid.items()]
    form = LeaveForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        wanted = [by_uuid[key] for key in form.cleaned_data["sessions"]]
        try:
            services.ask_leave(enrolment=own, sessions=wanted, reason=form.cleaned_data["reason"], by=actor)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("请假已提交，等班主任批复。"))
            return redirect("courses:my_class", enrolment)
    return render(request, "courses/leave.html", {"enrolment": own, "form": form, "free": free})


@require_POST
@missing_is_404
def withdraw(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    own = rows.own_leave(actor, uuid)
    return act(
        request,
        reverse("courses:my_class", args=[own.enrolment.uuid]),
        lambda: services.withdraw_leave(leave=own, by=actor),
        _("请假已撤回。"),
    )


@require_GET
def leave_list(request: HttpRequest) -> HttpResponse:
    """Requests from classes one runs: those that wait, or all."""
    actor = actor_of(request)
    every = request.GET.get("all") == "1"
    found = rows.leave_in(actor).order_by("-asked_at", "-pk") if every else rows.leave_waiting(actor)
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    return render(request, "courses/office/leave_list.html", {"page_obj": page, "every": every, "asked": LeaveState.ASKED})


@require_POST
@missing_is_404
def answer(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    found = rows.leave_request_in(actor, uuid)
    granted = "grant" in request.POST
    reply = request.POST.get("reply", "")[:200]
    return act(
        request,
        reverse("courses:leave_list"),
        lambda: services.answer_leave(leave=found, granted=granted, reply=reply, by=actor),
        _("已准假。") if granted else _("已回复不准假。"),
    )
