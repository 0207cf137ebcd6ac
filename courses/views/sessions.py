"""The office's pages of half-days: planning, attendance, the sign-in screen, closing."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import rules, services
from courses.forms import CloseSessionForm, HeadCountForm, ReasonForm, SessionForm, default_day
from courses.models import CourseSession
from courses.selectors import classes as rows
from courses.selectors import presence
from courses.services.attendance import Present
from courses.states import CLASS_LIVE, SessionState
from courses.views.common import act, actor_of, missing_is_404
from lms.core import clock
from lms.core.errors import BadInput, LmsError, Missing


@require_http_methods(["GET", "POST"])
@missing_is_404
def create(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    form = SessionForm(request.POST or None, actor=actor, initial={"day": default_day(training_class)})
    if request.method == "POST" and form.is_valid():
        try:
            services.plan_session(training_class=training_class, by=actor, **form.values())
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("课次已排定。"))
            again = "again" in request.POST
            return redirect("courses:session_create" if again else "courses:class_detail", uuid)
    return render(request, "courses/office/session_form.html", {"form": form, "training_class": training_class, "session": None})


@require_http_methods(["GET", "POST"])
@missing_is_404
def edit(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    session = rows.session_in(actor, uuid)
    form = SessionForm(request.POST or None, actor=actor, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_session(session=session, by=actor, **form.values())
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已保存。"))
            return redirect("courses:class_detail", session.training_class.uuid)
    context = {"form": form, "training_class": session.training_class, "session": session}
    return render(request, "courses/office/session_form.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def attendance(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The list of one half-day: tick who came, change minutes where somebody left early."""
    actor = actor_of(request)
    session = rows.session_in(actor, uuid)
    grid = rows.attendance_rows(session)
    if request.method == "POST":
        try:
            present = _sent(request, session, grid)
            services.record_attendance(session=session, present=present, by=actor)
        except Missing:
            raise
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("出勤已保存。"))
        return redirect("courses:attendance", uuid)
    head_count = getattr(session, "head_count", None)
    context = {
        "session": session,
        "training_class": session.training_class,
        "grid": grid,
        "present": sum(1 for row in grid if row.minutes),
        "not_out": sum(1 for row in grid if row.is_in and not row.minutes),
        "late": list(presence.late_waiting(session)),
        "heads": presence.heads_of(session),
        "headcount_form": HeadCountForm(initial={"quantity": head_count.quantity, "note": head_count.note} if head_count else None),
        "head_count": head_count,
        "close_form": CloseSessionForm(),
        "reason_form": ReasonForm(),
        "is_open": session.state != SessionState.CANCELLED and session.training_class.state in CLASS_LIVE,
        "has_begun": session.starts_at <= clock.now(),
    }
    return render(request, "courses/office/attendance.html", context)


def _sent(request: HttpRequest, session: CourseSession, grid: list[rows.GridRow]) -> list[Present]:
    """What the form changes. A row counts only where it differs from what the page showed: a sign-in made meanwhile stays."""
    everybody = "all" in request.POST
    changed: list[Present] = []
    for row in grid:
        key = str(row.enrolment.uuid)
        if everybody:
            if not row.minutes:
                changed.append((row.enrolment, session.minutes))
            continue
        was = request.POST.get(f"was-{key}")
        if was is None:
            continue
        minutes = 0
        if f"here-{key}" in request.POST:
            text = request.POST.get(f"minutes-{key}", "").strip()
            if text and not text.isdecimal():
                raise BadInput(_("出勤分钟数须是整数。"))
            minutes = int(text) if text else session.minutes
        if str(minutes) != was:
            changed.append((row.enrolment, minutes))
    return changed


@require_POST
@missing_is_404
def headcount(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """People present beside those in the class, without names."""
    actor = actor_of(request)
    session = rows.session_in(actor, uuid)
    form = HeadCountForm(request.POST)
    back = reverse("courses:attendance", args=[uuid])
    if not form.is_valid():
        messages.error(request, _("请填写人数（不少于 0 的整数）。"))
        return redirect(back)
    given = form.cleaned_data
    return act(
        request,
        back,
        lambda: services.record_headcount(session=session, quantity=given["quantity"], note=given["note"], by=actor),
        _("未具名人数已保存。"),
    )


@require_GET
@missing_is_404
def screen(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The sign-in screen to show on site: four digits and a QR code, changing every half minute."""
    session = rows.session_in(actor_of(request), uuid)
    return render(request, "courses/office/screen.html", {"session": session, **_code(request, session)})


@require_GET
@missing_is_404
def code(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The digits of this moment, for the screen's script."""
    return JsonResponse(_code(request, rows.session_in(actor_of(request), uuid)))


def _code(request: HttpRequest, session: CourseSession) -> dict[str, object]:
    import segno

    now = clock.now()
    step = rules.sign_in_step(now)
    leaving = request.GET.get("out") == "1" and session.training_class.needs_check_out
    digits = rules.sign_in_code(session.sign_in_secret, step, leaving=leaving)
    until = dt.datetime.fromtimestamp((step + 1) * rules.SIGN_IN_STEP_SECONDS, tz=dt.UTC)
    token = rules.sign_in_token(session.sign_in_secret, step, leaving=leaving)
    address = request.build_absolute_uri(reverse("courses:sign_in", args=[session.uuid]))
    address += f"?out=1&t={token}" if leaving else f"?t={token}"
    begins = session.starts_at if leaving else session.starts_at - rules.SIGN_IN_EARLY
    ends = session.ends_at + rules.SIGN_OUT_LATE if leaving else session.ends_at
    is_open = session.state == SessionState.PLANNED and begins <= now <= ends
    inside = session.attendance.filter(Q(minutes__gt=0) | Q(signed_in_at__isnull=False))
    return {
        "digits": digits if is_open else "",
        "qr": segno.make(address, error="m").svg_inline(scale=1, border=2, omitsize=True) if is_open else "",
        "seconds": max(1, int((until - now).total_seconds())),
        "present": inside.filter(signed_out_at__isnull=False).count() if leaving else inside.count(),
        "open": is_open,
        "leaving": leaving,
    }


@require_POST
@missing_is_404
def close(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    session = rows.session_in(actor, uuid)
    form = CloseSessionForm(request.POST)
    cases = form.cleaned_data["cases_shared"] or 0 if form.is_valid() else 0
    return act(
        request,
        reverse("courses:class_detail", args=[session.training_class.uuid]),
        lambda: services.close_session(session=session, cases_shared=cases, by=actor),
        _("课次已结束并计入台账。"),
    )


@require_POST
@missing_is_404
def cancel(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    session = rows.session_in(actor, uuid)
    reason = request.POST.get("reason", "")[:200]
    return act(
        request,
        reverse("courses:class_detail", args=[session.training_class.uuid]),
        lambda: services.cancel_session(session=session, reason=reason, by=actor),
        _("课次已取消。"),
    )
