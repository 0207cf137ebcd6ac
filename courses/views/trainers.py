"""The register of trainers, its workbook, a trainer's own page, and learners' feedback."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses import rules, services
from courses.forms_signups import FeedbackForm, TrainerForm
from courses.selectors import attending
from courses.selectors import trainers as rows
from courses.services.trainers import TextNamesSomebody
from courses.trainer_workbook import register_workbook
from courses.views.common import actor_of, missing_is_404, person_or_none
from lms.core import clock
from lms.core.errors import LmsError, Missing
from lms.core.workbooks import XLSX


@require_GET
def trainer_list(request: HttpRequest) -> HttpResponse:
    """Who teaches, with half-days and hours from the ledger and the mean mark where it may be shown."""
    found = rows.trainers_in(actor_of(request))
    query = request.GET.get("q", "").strip()[:40]
    if query:
        found = found.filter(name__contains=query)
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    hours, marks = rows.taught(page), rows.marks_of(page)
    listed = [(person, rows.profile_of(person), hours[person.pk], marks.get(person.pk)) for person in page]
    return render(request, "courses/office/trainers.html", {"page_obj": page, "listed": listed, "query": query})


@require_GET
def trainer_workbook(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    body = register_workbook(list(rows.trainers_in(actor)[:5000]))
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = str(content_disposition_header(True, f"{_('师资库')}-{clock.today().isoformat()}.xlsx"))
    return answer


@require_http_methods(["GET", "POST"])
@missing_is_404
def trainer_create(request: HttpRequest) -> HttpResponse:
    """Take a known person into the register of one of one's divisions."""
    actor = actor_of(request)
    form = TrainerForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        person = given.pop("who")
        try:
            services.register_trainer(person=person, by=actor, **given)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已登记入库。"))
            return redirect("courses:trainer_detail", person.uuid)
    return render(request, "courses/office/trainer_form.html", {"form": form, "person": None})


@require_http_methods(["GET", "POST"])
@missing_is_404
def trainer_edit(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    person = rows.trainer_in(actor, uuid)
    if not rows.may_keep(actor, person):
        raise Missing
    form = TrainerForm(request.POST or None, actor=actor, profile=rows.profile_of(person), known=True)
    if request.method == "POST" and form.is_valid():
        services.describe_trainer(person=person, by=actor, **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect("courses:trainer_detail", uuid)
    return render(request, "courses/office/trainer_form.html", {"form": form, "person": person})


@require_GET
@missing_is_404
def trainer_detail(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    person = rows.trainer_in(actor, uuid)
    page = Paginator(rows.sessions_taught(person), 20).get_page(request.GET.get("page"))
    context = {
        "person": person,
        "profile": rows.profile_of(person),
        "designations": rows.designations_of(person),
        "taught": rows.taught([person])[person.pk],
        "page_obj": page,
        "opinions": rows.opinions_of(person),
        "least": rules.FEEDBACK_MINIMUM,
        "may_keep": rows.may_keep(actor, person),
    }
    return render(request, "courses/office/trainer.html", context)


@require_GET
def my_teaching(request: HttpRequest) -> HttpResponse:
    """A trainer's own half-days, hours and feedback."""
    person = person_or_none(request)
    if person is None:
        return render(request, "courses/no_person.html")
    context = {
        "person": person,
        "profile": rows.profile_of(person),
        "taught": rows.taught([person])[person.pk],
        "ahead": rows.sessions_ahead(person)[:20],
        "page_obj": Paginator(rows.sessions_taught(person), 20).get_page(request.GET.get("page")),
        "opinions": rows.opinions_of(person),
        "least": rules.FEEDBACK_MINIMUM,
    }
    return render(request, "courses/my_teaching.html", context)


@require_http_methods(["GET", "POST"])
@missing_is_404
def feedback(request: HttpRequest, enrolment: uuid.UUID, trainer: uuid.UUID) -> HttpResponse:
    """Say something of a trainer of one's class, without a name."""
    actor = actor_of(request)
    own = attending.own_class_enrolment(actor, enrolment)
    heard = next((person for person in rows.trainers_heard(own) if person.uuid == trainer), None)
    if heard is None:
        raise Missing
    form = FeedbackForm(request.POST or None)
    asks_sure = False
    if request.method == "POST" and form.is_valid():
        try:
            services.give_feedback(enrolment=own, trainer=heard, by=actor, **form.cleaned_data)
        except Missing:
            raise
        except TextNamesSomebody as warning:
            form.add_error("words", str(warning))
            asks_sure = True
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("谢谢，评价已匿名提交。"))
            return redirect("courses:my_class", enrolment)
    context = {
        "enrolment": own,
        "training_class": own.training_class,
        "trainer": heard,
        "form": form,
        "asks_sure": asks_sure,
        "least": rules.FEEDBACK_MINIMUM,
    }
    return render(request, "courses/feedback.html", context)
