"""The office's worklists: likely duplicates to merge or tell apart, and requests for correction."""

from __future__ import annotations

import uuid as uuid_lib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lms.core.roles import OFFICE
from lms.people import duplicates, effects, personal_data, selectors, services
from lms.people.forms import AnswerForm, ReasonForm
from lms.people.models import Person
from lms.people.rules import mask_phone
from lms.people.rules.duplicates import likeness
from lms.people.views.own import facts_of
from lms.people.views.shared import actor_of, attempt, data_of, missing_is_404, page_of


def worklist(request: HttpRequest) -> HttpResponse:
    pairs = duplicates.worklist(actor_of(request), *OFFICE)
    context = {"page_obj": page_of(request, pairs, 20), "merges": selectors.merges_in(actor_of(request), *OFFICE)[:20]}
    return render(request, "people/duplicates.html", context)


@missing_is_404
def compare(request: HttpRequest, kept: uuid_lib.UUID, duplicate: uuid_lib.UUID) -> HttpResponse:
    """Both records side by side; a human merges them with a reason, or states that they are two."""
    actor = actor_of(request)
    one, other = selectors.person_in(actor, kept, *OFFICE), selectors.person_in(actor, duplicate, *OFFICE)
    form = ReasonForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if request.POST.get("action") == "distinct":
            done: Any = attempt(form, lambda: services.mark_distinct(one=one, other=other, reason=reason, by=actor))
            said = _("已记为不同的人，不再提示。")
        else:
            done = attempt(form, lambda: services.merge(kept=one, duplicate=other, reason=reason, by=actor))
            said = _("已合并。人数按一人计，原有记录均未改动，可随时撤销。")
        if done is not None:
            messages.success(request, said)
            return redirect("people:duplicates")
    traits = duplicates.traits_of([one, other])
    found = likeness(traits[one.pk], traits[other.pk])
    context = {
        "form": form,
        "kept": one,
        "duplicate": other,
        "rows": [(label, a, b, a == b and a != "") for (label, a), (_label, b) in zip(_facts(one), _facts(other), strict=True)],
        "score": found.score,
        "reasons": [str(duplicates.REASONS[r]) for r in found.reasons],
        "together": other.pk in selectors.ids_of(one),
        "effects": [] if other.pk in selectors.ids_of(one) else effects.effects_of(actor, one, other),
    }
    return render(request, "people/compare.html", context, status=422 if form.errors else 200)


def _facts(person: Person) -> list[tuple[str, str]]:
    documents = "、".join(d.masked for d in person.documents.order_by("pk"))
    kept = personal_data.retained({person.pk})
    return [
        *((label, mask_phone(value) if value and value == person.phone else value) for label, value in facts_of(person)),
        (_("证件号码"), documents),
        (_("账号"), _("已开通") if person.user_id else _("未开通")),
        (_("登记时间"), person.created_at.date().isoformat()),
        (_("业务记录"), _("%(count)d条") % {"count": sum(r.count for r in kept)}),
    ]


@missing_is_404
def unmerge(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    link = selectors.merge_in(actor, uuid, *OFFICE)
    form = ReasonForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: services.unmerge(merge=link, reason=reason, by=actor)):
            messages.success(request, _("已撤销合并。"))
            return redirect("people:detail", uuid=link.kept.uuid)
    undone = hasattr(link, "undone_by")
    told = [] if undone else effects.effects_of(actor, link.kept, link.duplicate, undone=link)
    context = {"form": form, "link": link, "undone": undone, "effects": told}
    return render(request, "people/unmerge.html", context, status=422 if form.errors else 200)


def corrections(request: HttpRequest) -> HttpResponse:
    rows = selectors.corrections_in(actor_of(request), *OFFICE)
    return render(request, "people/corrections.html", {"page_obj": page_of(request, rows)})


@missing_is_404
def correction(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    asked = selectors.correction_in(actor, uuid, *OFFICE)
    form = AnswerForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        accepted, reply = form.cleaned_data["decision"] == "accepted", form.cleaned_data["reply"]
        if attempt(form, lambda: services.answer_correction(request=asked, accepted=accepted, reply=reply, by=actor)):
            messages.success(request, _("已答复。"))
            return redirect("people:corrections")
    context = {"form": form, "asked": asked, "person": asked.person}
    return render(request, "people/correction.html", context, status=422 if form.errors else 200)
