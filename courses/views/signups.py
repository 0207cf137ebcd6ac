"""Signing up: a learner asks for a seat, the unit answers, the host divides the seats and sees the queue."""

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
from courses.forms_signups import QuotaForm, SignUpForm
from courses.selectors import classes as classes
from courses.selectors import signups as rows
from courses.services.signing_up import hindrance_sentence
from courses.states import CLASS_LIVE, SIGN_UP_OPEN, EnrolmentState, SignUpState
from courses.views.common import act, actor_of, missing_is_404, person_or_none
from lms.core.errors import LmsError, Missing


@require_GET
def open_classes(request: HttpRequest) -> HttpResponse:
    """Classes one may sign up for."""
    person = person_or_none(request)
    if person is None:
        return render(request, "courses/no_person.html")
    page = Paginator(rows.open_now(person), 20).get_page(request.GET.get("page"))
    asked, inside = rows.own_sign_ups(person), rows.own_classes(person)
    context = {
        "page_obj": page,
        "listed": [(row, asked.get(row.pk), row.pk in inside) for row in page],
    }
    return render(request, "courses/open_classes.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def open_class(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """One class on offer: seats left, one's place in line; asking for a seat."""
    person = person_or_none(request)
    if person is None:
        raise Missing
    offer = rows.offer(person, uuid)
    form = SignUpForm(request.POST if request.method == "POST" else None, training_class=offer.training_class)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.sign_up(training_class=offer.training_class, person=person, by=actor_of(request), **form.cleaned_data)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _said(made.state))
            return redirect("courses:open_class", uuid)
    context = {
        "offer": offer,
        "training_class": offer.training_class,
        "sign_up": offer.sign_up,
        "is_waiting": offer.sign_up is not None and offer.sign_up.state == SignUpState.WAITING,
        "may_take_back": offer.sign_up is not None and offer.sign_up.state in SIGN_UP_OPEN,
        "why": hindrance_sentence(offer.why) if offer.why else "",
        "form": form,
        "sessions": [s for s in classes.sessions_of(offer.training_class) if s.state != "cancelled"],
        "person": person,
    }
    return render(request, "courses/open_class.html", context)


def _said(state: str) -> str:
    if state == SignUpState.ACCEPTED:
        return _("报名成功，您已在班内。")
    if state == SignUpState.WAITING:
        return _("名额暂满，已列入候补；有名额时会通知您。")
    return _("已提交，名额为您保留，等单位审核。")


@require_POST
@missing_is_404
def sign_up_withdraw(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    own = rows.own_sign_up(actor, uuid)
    return act(
        request,
        reverse("courses:open_class", args=[own.training_class.uuid]),
        lambda: services.withdraw_sign_up(sign_up=own, by=actor),
        _("已取消报名。"),
    )


@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """Requests of one's own people that wait for the unit, whoever runs the class."""
    page = Paginator(rows.waiting_for_approval(actor_of(request)), 30).get_page(request.GET.get("page"))
    return render(request, "courses/office/approvals.html", {"page_obj": page})


@require_POST
@missing_is_404
def sign_up_decide(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Approve, or decline with a reason."""
    actor = actor_of(request)
    found = rows.sign_up_in(actor, uuid)
    host = request.POST.get("from") == "class"
    back = reverse("courses:class_sign_ups", args=[found.training_class.uuid]) if host else reverse("courses:approvals")
    if "approve" in request.POST:
        return act(request, back, lambda: services.approve_sign_up(sign_up=found, by=actor), _("已通过。"))
    reason = request.POST.get("reason", "")[:200]
    return act(request, back, lambda: services.decline_sign_up(sign_up=found, reason=reason, by=actor), _("已回复不通过。"))


@require_GET
@missing_is_404
def class_sign_ups(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The host's list of requests in their order, and how far each share is used."""
    training_class = classes.class_in(actor_of(request), uuid)
    state = request.GET.get("state", "")
    found = rows.sign_ups_of(training_class)
    if state in SignUpState.values:
        found = found.filter(state=state)
    counts = rows.counts_of(training_class)
    context = {
        "training_class": training_class,
        "page_obj": Paginator(found, 50).get_page(request.GET.get("page")),
        "tabs": [(value, label, counts.get(value, 0)) for value, label in SignUpState.choices],
        "state": state,
        "total": sum(counts.values()),
        "shares": rows.shares_of(training_class),
        "inside": training_class.enrolments.exclude(state=EnrolmentState.WITHDRAWN).count(),
        "is_live": training_class.state in CLASS_LIVE,
    }
    return render(request, "courses/office/sign_ups.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def class_quotas(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Divide the seats among the divisions below, by category where wanted."""
    actor = actor_of(request)
    training_class = classes.class_in(actor, uuid)
    form = QuotaForm(request.POST or None, training_class=training_class)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_quotas(training_class=training_class, shares=form.shares(), by=actor)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("名额分配已保存。"))
            return redirect("courses:class_sign_ups", uuid)
    return render(request, "courses/office/quotas.html", {"training_class": training_class, "form": form})
