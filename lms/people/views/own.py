"""Pages of oneself: what is held, consents, export, corrections."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.core import clock
from lms.core.errors import LmsError
from lms.people import consents as texts
from lms.people import selectors, services
from lms.people.forms import CorrectionForm
from lms.people.middleware import MARK
from lms.people.models import Person
from lms.people.views.shared import actor_of, attempt, data_of
from lms.people.vocabularies import EDUCATION_LEVELS, ETHNIC_GROUPS, POLITICAL_STATUS


def me(request: HttpRequest) -> HttpResponse:
    """我的个人信息. Who has an account but is not a person of the training world is told so."""
    person = selectors.person_of(actor_of(request))
    if person is None:
        return render(request, "people/me_none.html")
    context: dict[str, Any] = {
        "person": person,
        "facts": facts_of(person),
        "documents": person.documents.order_by("pk"),
        "consents": selectors.consent_state(person),
        "corrections": person.correction_requests.all()[:10],
    }
    return render(request, "people/me.html", context)


def facts_of(person: Person) -> list[tuple[str, str]]:
    """What is held of a person, as the pages list it."""
    return [
        (_("姓名"), person.name),
        (_("性别"), person.get_sex_display()),
        (_("出生日期"), person.birth_date.isoformat() if person.birth_date else ""),
        (_("民族"), ETHNIC_GROUPS.name_of(person.ethnic_group)),
        (_("学历"), EDUCATION_LEVELS.name_of(person.education)),
        (_("专业"), person.major),
        (_("政治面貌"), POLITICAL_STATUS.name_of(person.political_status)),
        (_("所在地区"), str(person.division)),
        (_("工作单位"), str(person.organisation) if person.organisation else ""),
        (_("职务"), person.position_title),
        (_("联系电话"), person.phone),
    ]


def own_person(request: HttpRequest) -> Person:
    person = selectors.person_of(actor_of(request))
    if person is None:
        raise Http404
    return person


def consents(request: HttpRequest) -> HttpResponse:
    """The texts in force with the answers given; a change is a new answer. Shown first to who has not answered yet."""
    person = own_person(request)
    state = selectors.consent_state(person)
    after = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        after = ""
    unanswered = {text.purpose for text in selectors.unanswered_consents(person)}
    missing: list[str] = []
    if request.method == "POST":
        asked = [text for text, _answer in state if request.POST.get(f"consent-{text.purpose}") in ("yes", "no")]
        answers = {text.purpose: request.POST[f"consent-{text.purpose}"] == "yes" for text in asked}
        missing = [text.purpose for text, _answer in state if text.purpose in unanswered and text.purpose not in answers]
        if not missing:
            services.answer_consents(person=person, answers=answers, by=actor_of(request))
            request.session[MARK] = texts.edition()
            messages.success(request, _("您的选择已记录，可随时在“我的个人信息”中更改。"))
            return redirect(after or "people:me")
    context = {"state": state, "next": after, "first": bool(unanswered), "missing": missing, "given": request.POST}
    return render(request, "people/consents.html", context, status=422 if missing else 200)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """A JSON file with everything held of oneself."""
    person = own_person(request)
    held = services.export_own_data(person=person, by=actor_of(request))
    body = json.dumps(held, ensure_ascii=False, indent=1, default=str)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="personal-data-{clock.today():%Y%m%d}.json"'
    return response


def correction_request(request: HttpRequest) -> HttpResponse:
    person = own_person(request)
    form = CorrectionForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        message = form.cleaned_data["message"]
        if attempt(form, lambda: services.request_correction(person=person, message=message, by=actor_of(request))):
            messages.success(request, _("更正申请已提交，由您所在地区的经办人处理。"))
            return redirect("people:me")
    return render(request, "people/correction_request.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, purpose: str) -> HttpResponse:
    """Take a consent back with one press."""
    person = own_person(request)
    try:
        services.record_consent(person=person, purpose=purpose, given=False, by=actor_of(request))
    except LmsError:
        raise Http404 from None
    messages.success(request, _("同意已撤回。"))
    return redirect("people:me")
