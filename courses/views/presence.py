"""The office's pages of a half-day's presence: walk-ins, printed sheets and their entry, marks that were sent later."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import services
from courses.forms_signups import IdentifyForm, WalkInForm
from courses.models import CourseSession
from courses.selectors import classes as classes
from courses.selectors import presence as rows
from courses.states import CLASS_LIVE, ClassState, SessionState
from courses.views.common import act, actor_of, missing_is_404
from lms.core.errors import LmsError, Missing
from lms.people import services as people


@require_http_methods(["GET", "POST"])
@missing_is_404
def walk_ins(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Who came without being on the roster; enter one more, or say who one of the counted was."""
    actor = actor_of(request)
    session = classes.session_in(actor, uuid)
    form = WalkInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.enter_walk_in(session=session, by=actor, **form.cleaned_data)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已登记。"))
            return redirect("courses:walk_ins", uuid)
    heads = rows.heads_of(session)
    context = {
        "session": session,
        "training_class": session.training_class,
        "page_obj": Paginator(rows.walk_ins_of(session), 50).get_page(request.GET.get("page")),
        "heads": heads,
        "form": form,
        "is_open": _is_open(session),
        "may_identify": _is_open(session) or _was_held(session),
    }
    return render(request, "courses/office/walk_ins.html", context)


def _is_open(session: CourseSession) -> bool:
    return session.state != SessionState.CANCELLED and session.training_class.state in CLASS_LIVE


def _was_held(session: CourseSession) -> bool:
    """Over, and closed with its class: nobody is entered any more, but whoever came may still be identified."""
    return session.state == SessionState.HELD and session.training_class.state == ClassState.HELD


@require_http_methods(["GET", "POST"])
@missing_is_404
def identify(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Say who a walk-in was: a known person, or a new record."""
    actor = actor_of(request)
    walk_in = rows.walk_in_in(actor, uuid)
    form = IdentifyForm(request.POST or None, actor=actor, initial={"who": walk_in.name})
    if request.method == "POST" and form.is_valid():
        try:
            person = form.cleaned_data.get("person") or people.register_person(
                name=form.cleaned_data["who"], division=form.cleaned_data["division"], phone=form.cleaned_data["phone"], by=actor
            )
            services.identify_walk_in(walk_in=walk_in, person=person, by=actor)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已认定：加入本班并记本课次出勤，未具名人数减一，总人数不变。"))
            return redirect("courses:walk_ins", walk_in.session.uuid)
    context = {"walk_in": walk_in, "session": walk_in.session, "training_class": walk_in.session.training_class, "form": form}
    return render(request, "courses/office/identify.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def identify_from_count(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Say who one of the heads counted without names was."""
    actor = actor_of(request)
    session = classes.session_in(actor, uuid)
    form = IdentifyForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            person = form.cleaned_data.get("person") or people.register_person(
                name=form.cleaned_data["who"], division=form.cleaned_data["division"], phone=form.cleaned_data["phone"], by=actor
            )
            services.identify_from_count(session=session, person=person, by=actor)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已认定：加入本班并记本课次出勤，未具名人数减一，总人数不变。"))
            return redirect("courses:walk_ins", uuid)
    context = {"walk_in": None, "session": session, "training_class": session.training_class, "form": form}
    return render(request, "courses/office/identify.html", context)


@require_POST
@missing_is_404
def strike(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    walk_in = rows.walk_in_in(actor, uuid)
    reason = request.POST.get("reason", "")[:200]
    return act(
        request,
        reverse("courses:walk_ins", args=[walk_in.session.uuid]),
        lambda: services.strike_walk_in(walk_in=walk_in, reason=reason, by=actor),
        _("已删除这条登记。"),
    )


@require_POST
@missing_is_404
def review(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """A mark that a phone sent later: it stands, or not."""
    actor = actor_of(request)
    attendance = rows.attendance_in(actor, uuid)
    stands = "stands" in request.POST
    return act(
        request,
        reverse("courses:attendance", args=[attendance.session.uuid]),
        lambda: services.review_late(attendance=attendance, stands=stands, by=actor),
        _("已核对，保留出勤。") if stands else _("已核对，取消出勤。"),
    )


@require_POST
@missing_is_404
def sheet_print(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Print a sign-in sheet: the job's page hands out the PDF."""
    actor = actor_of(request)
    session = classes.session_in(actor, uuid)
    try:
        sheet = services.print_sheet(session=session, by=actor)
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("courses:attendance", uuid)
    assert sheet.job is not None
    return redirect("job_detail", sheet.job.uuid)


@require_http_methods(["GET", "POST"])
@missing_is_404
def sheet_entry(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Enter a signed sheet: a row's code, Enter, the next one. Asked by the page's script it answers with JSON."""
    actor = actor_of(request)
    session = classes.session_in(actor, uuid)
    wants_json = "application/json" in request.headers.get("Accept", "")
    said: dict[str, object] = {}
    if request.method == "POST":
        try:
            if "undo" in request.POST:
                enrolment = classes.enrolment_in(actor, _uuid(request.POST["undo"]))
                services.undo_row(session=session, enrolment=enrolment, by=actor)
                said = {"ok": True, "undone": str(enrolment.uuid), "text": _("已撤销：%(name)s") % {"name": enrolment.person.name}}
            else:
                entered = services.enter_row(session=session, code=request.POST.get("code", ""), by=actor)
                name = entered.enrolment.person.name
                text = _("%(name)s 已登记过") if entered.again else _("%(name)s 已登记")
                said = {
                    "ok": True,
                    "again": entered.again,
                    "enrolment": str(entered.enrolment.uuid),
                    "name": name,
                    "text": text % {"name": name},
                }
        except Missing:
            raise
        except LmsError as error:
            said = {"ok": False, "text": str(error)}
        said["count"] = rows.entered_count(session)
        if wants_json:
            return JsonResponse(said)
        (messages.success if said["ok"] else messages.error)(request, str(said["text"]))
        return redirect("courses:sheet_entry", uuid)
    context = {
        "session": session,
        "training_class": session.training_class,
        "entered": rows.entered_from_sheet(session)[:12],
        "count": rows.entered_count(session),
        "expected": rows.expected(session),
        "sheets": list(session.sheets.select_related("job")[:5]),
        "is_open": _is_open(session),
    }
    return render(request, "courses/office/sheet_entry.html", context)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Missing(_("没有这位学员。")) from None
