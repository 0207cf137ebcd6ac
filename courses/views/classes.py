"""A learner's classes, and signing in for a half-day."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from certificates import selectors as certificates
from courses import services
from courses.selectors import learning
from courses.views.common import actor_of, missing_is_404, person_or_none
from lms.core.errors import LmsError, Missing


@require_GET
def my_classes(request: HttpRequest) -> HttpResponse:
    person = person_or_none(request)
    if person is None:
        return render(request, "courses/no_person.html")
    page = Paginator(learning.own_class_enrolments(person), 20).get_page(request.GET.get("page"))
    return render(request, "courses/my_classes.html", {"page_obj": page, "person": person})


@require_GET
@missing_is_404
def my_class(request: HttpRequest, enrolment: uuid.UUID) -> HttpResponse:
    own = learning.own_class_enrolment(actor_of(request), enrolment)
    seats = learning.seats(own)
    attended = sum(seat.minutes for seat in seats)
    planned = sum(seat.session.minutes for seat in seats if seat.session.state != "cancelled")
    mine = certificates.certificates_of(own.person)
    context = {
        "enrolment": own,
        "training_class": own.training_class,
        "seats": seats,
        "attended": attended,
        "planned": planned,
        "needed": -(-planned * own.training_class.attendance_floor_percent // 100),
        "certificate": mine.filter(occasion=own.training_class.uuid, voided_at__isnull=True).first(),
    }
    return render(request, "courses/my_class.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def sign_in(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """Type the four digits on the screen, or come here by its QR code, which carries them."""
    actor = actor_of(request)
    found, enrolment, person = learning.session_for_sign_in(actor, session)
    if request.method == "POST":
        try:
            services.sign_in(session=found, person=person, code=request.POST.get("code", ""), by=actor)
        except LmsError as error:
            if isinstance(error, Missing):
                raise
            messages.error(request, str(error))
            return redirect("courses:sign_in", session)
        messages.success(request, _("签到成功。"))
        return redirect("courses:my_class", enrolment.uuid)
    code = request.GET.get("code", "")
    context = {"session": found, "enrolment": enrolment, "code": code if code.isdecimal() and len(code) == 4 else ""}
    return render(request, "courses/sign_in.html", context)
