"""A learner's classes, signing in and out for a half-day, leaving a class before it begins."""

from __future__ import annotations

import datetime as dt
import json
import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from certificates import selectors as certificates
from cms.on_device import keep_on_device
from courses import services
from courses.forms_signups import WithdrawForm
from courses.selectors import attending
from courses.states import CLASS_LIVE, EnrolmentState
from courses.views.common import actor_of, missing_is_404, person_or_none
from lms.core import clock
from lms.core.errors import LmsError, Missing

# sent within this time of typing it was not kept: an ordinary sign-in
AT_ONCE = dt.timedelta(seconds=20)
KEPT_AFTER = dt.timedelta(hours=4)


@require_GET
def my_classes(request: HttpRequest) -> HttpResponse:
    person = person_or_none(request)
    if person is None:
        return render(request, "courses/no_person.html")
    page = Paginator(attending.own_class_enrolments(person), 20).get_page(request.GET.get("page"))
    context = {"page_obj": page, "person": person, "user_key": str(actor_of(request).uuid)[:8]}
    return render(request, "courses/my_classes.html", context)


@require_GET
@missing_is_404
def my_class(request: HttpRequest, enrolment: uuid.UUID) -> HttpResponse:
    own = attending.own_class_enrolment(actor_of(request), enrolment)
    seats = attending.seats(own)
    attended = sum(seat.minutes for seat in seats)
    planned = sum(seat.session.minutes for seat in seats if seat.session.state != "cancelled")
    mine = certificates.certificates_of(own.person)
    is_in = own.state == EnrolmentState.ENROLLED and own.training_class.state in CLASS_LIVE
    begun = any(seat.session.starts_at <= clock.now() for seat in seats if seat.session.state != "cancelled")
    context = {
        "enrolment": own,
        "training_class": own.training_class,
        "seats": seats,
        "attended": attended,
        "planned": planned,
        "needed": -(-planned * own.training_class.attendance_floor_percent // 100),
        "certificate": mine.filter(occasion=own.training_class.uuid, voided_at__isnull=True).first(),
        "may_ask_leave": is_in and bool(attending.sessions_for_leave(own)),
        "may_quit": is_in and not begun and clock.today() <= own.training_class.starts_on,
        "to_rate": attending.trainers_to_rate(own),
        "user_key": str(actor_of(request).uuid)[:8],
    }
    return render(request, "courses/my_class.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def quit_class(request: HttpRequest, enrolment: uuid.UUID) -> HttpResponse:
    """Leave a class before it begins; the seat goes to the next in line."""
    actor = actor_of(request)
    own = attending.own_class_enrolment(actor, enrolment)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_own(enrolment=own, by=actor, **form.cleaned_data)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("您已退出本班。"))
            return redirect("courses:my_class", enrolment)
    return render(request, "courses/quit.html", {"enrolment": own, "form": form})


@require_http_methods(["GET", "POST"])
@missing_is_404
def sign_in(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """Type the four digits on the screen, or come here by its QR code, which carries a signed token. ``out``: sign out."""
    actor = actor_of(request)
    found, enrolment, person = attending.session_for_sign_in(actor, session)
    leaving = (request.POST if request.method == "POST" else request.GET).get("out") == "1"
    leaving = leaving and found.training_class.needs_check_out
    if request.method == "POST":
        code = request.POST.get("code", "") or request.POST.get("token", "")
        act = services.sign_out if leaving else services.sign_in
        try:
            made = act(session=found, person=person, code=code, by=actor)
        except LmsError as error:
            if isinstance(error, Missing):
                raise
            messages.error(request, str(error))
            return redirect(f"{request.path}?out=1" if leaving else request.path)
        messages.success(request, said(made.minutes, leaving=leaving, out=found.training_class.needs_check_out))
        return redirect("courses:my_class", enrolment.uuid)
    code = request.GET.get("code", "")
    context = {
        "session": found,
        "enrolment": enrolment,
        "code": code if code.isdecimal() and len(code) == 4 else "",
        "token": request.GET.get("t", "")[:60],
        "leaving": leaving,
        "user_key": str(actor.uuid)[:8],
    }
    page = render(request, "courses/sign_in.html", context)
    # of the half-day's own day: opened beforehand, it takes the code scanned in a hall without network
    return keep_on_device(page, seconds=int((found.ends_at + KEPT_AFTER - clock.now()).total_seconds()))


def said(minutes: int, *, leaving: bool, out: bool) -> str:
    if leaving and not minutes:
        return _("签退成功；在场时间不足下限，本半天不计出勤。")
    if leaving:
        return _("签退成功，在场 %(minutes)d 分钟。") % {"minutes": minutes}
    return _("签到成功，离开时请签退。") if out else _("签到成功。")


@require_POST
@missing_is_404
def sign_in_later(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """What the phone kept: ``{"code", "at", "now", "out"}``, times in milliseconds of the phone. 409: refused for good.

    ``goes_on``: the learner stands before it and is taken to the class, which says how it went.
    """
    actor = actor_of(request)
    found, _enrolment, person = attending.session_for_sign_in(actor, session)
    try:
        sent = json.loads(request.body)
        code, leaving = str(sent["code"])[:60], bool(sent.get("out"))
        at, device_now = (dt.datetime.fromtimestamp(float(sent[key]) / 1000, tz=dt.UTC) for key in ("at", "now"))
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return JsonResponse({"text": _("补送的签到读不出来。")}, status=409)
    try:
        if abs(device_now - at) <= AT_ONCE:
            act = services.sign_out if leaving else services.sign_in
            made = act(session=found, person=person, code=code, by=actor)
        else:
            made = services.sign_in_later(
                session=found, person=person, code=code, claimed=at, device_now=device_now, leaving=leaving, by=actor
            )
    except Missing:
        raise
    except LmsError as error:
        return JsonResponse({"text": str(error)}, status=409)
    text = said(made.minutes, leaving=leaving, out=found.training_class.needs_check_out)
    if made.late_sent:
        text = _("离线时的签到已补送：%(title)s。") % {"title": found.title}
    if sent.get("goes_on"):
        messages.success(request, text)
    return JsonResponse({"text": text})
