"""The office's pages of persons: list, one person, create, edit, documents, account, erasure."""

from __future__ import annotations

import uuid as uuid_lib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.core.errors import LmsError, Missing
from lms.core.roles import OFFICE, Role
from lms.people import personal_data, selectors, services
from lms.people.forms import DocumentForm, EditPersonForm, EraseForm, NewPersonForm, ReasonForm
from lms.people.models import Merge, Person
from lms.people.rules import mask_phone
from lms.people.views.own import facts_of
from lms.people.views.shared import actor_of, attempt, data_of, missing_is_404, page_of
from lms.places import selectors as places


@missing_is_404
def people(request: HttpRequest) -> HttpResponse:
    """Persons of one's divisions, masked; searched by at least two characters of the name."""
    actor, text, code = actor_of(request), request.GET.get("q", "").strip(), request.GET.get("division", "").strip()
    within = places.division_in_scope(actor, code, *selectors.SEEING) if code else None
    rows = selectors.search_people(actor, text, within=within).prefetch_related("documents")
    stranded = request.GET.get("stranded") == "1"
    if stranded:
        rows = rows.filter(pk__in=selectors.stranded_people(actor, *OFFICE).values("pk"))
    home = within or places.home_of(actor, *selectors.SEEING)
    page = page_of(request, rows)
    for person in page:
        person.phone_masked = mask_phone(person.phone)
    context = {
        "page_obj": page,
        "q": text,
        "stranded": stranded,
        "too_short": 0 < len(text) < 2,
        "within": within,
        "home": home,
        "children": places.children_of(home)[:40] if home else [],
        "may_write": actor.has(*OFFICE),
    }
    return render(request, "people/list.html", context)


@missing_is_404
def detail(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    person = selectors.person_in(actor, uuid)
    ids = selectors.ids_of(person)
    panels = []
    for panel in sorted(personal_data.PANELS.values(), key=lambda p: p.order):
        shown = panel.context(actor, person, ids)
        if shown is not None:
            panels.append((panel, shown))
    may_write = actor.covers(person.division.path, *OFFICE)
    facts = [(label, mask_phone(value) if value and value == person.phone else value) for label, value in facts_of(person)]
    context = {
        "person": person,
        "facts": facts,
        "documents": person.documents.order_by("pk"),
        "panels": panels,
        "links": _links(actor, ids),
        "likely": selectors.possible_duplicates(person, actor=actor) if may_write else [],
        "may_write": may_write,
        "may_erase": actor.covers(person.division.path, Role.REGIONAL_ADMIN),
    }
    return render(request, "people/detail.html", context)


def _links(actor: Any, ids: set[int]) -> list[dict[str, Any]]:
    """The merge links of a human being; the other record is named only when it lies in scope."""
    visible = set(selectors.people_in(actor).filter(pk__in=ids).values_list("pk", flat=True))
    standing = Merge.objects.standing().filter(kept__in=ids).select_related("kept__division", "duplicate__division")
    return [
        {"link": link, "visible": {link.kept_id, link.duplicate_id} <= visible, "kept": link.kept, "duplicate": link.duplicate}
        for link in standing.order_by("position")
    ]


def create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    home = places.home_of(actor, *OFFICE)
    form = NewPersonForm(data_of(request), actor=actor, initial={"division": home, "document_kind": "resident"})
    if request.method == "POST" and form.is_valid():
        person = attempt(form, lambda: services.register_person(by=actor, **form.cleaned_data))
        if person is not None:
            if not actor.covers(person.division.path, *OFFICE):
                messages.info(request, _("该证件已在其他地区登记，可直接以证件号码报名入班；资料由其所在地区维护。"))
                return redirect("people:list")
            messages.success(request, _("已登记。若此人原已在册，显示的是原有资料。"))
            return redirect("people:detail", uuid=person.uuid)
    context = {"form": form, "title": _("登记人员"), "back": "people:list"}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@missing_is_404
def edit(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    person = selectors.person_in(actor, uuid, *OFFICE)
    form = EditPersonForm(data_of(request), actor=actor, initial=EditPersonForm.initial_of(person))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: services.update_person(person=person, by=actor, **form.cleaned_data))
        if done is not None:
            messages.success(request, _("已保存。"))
            return redirect("people:detail", uuid=person.uuid)
    context = {"form": form, "person": person, "title": _("修改资料")}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@missing_is_404
def document_add(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    person = selectors.person_in(actor, uuid, *OFFICE)
    form = DocumentForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: services.add_document(person=person, by=actor, **form.cleaned_data))
        if done is not None:
            messages.success(request, _("证件已添加。"))
            return redirect("people:detail", uuid=person.uuid)
    context = {"form": form, "person": person, "title": _("添加证件")}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@missing_is_404
def reveal(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    """Ask for the reason, then show the number once: the answer to the form, which a reload does not show again unasked."""
    actor = actor_of(request)
    document = selectors.document_in(actor, uuid, *OFFICE)
    form, number = ReasonForm(data_of(request)), None
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        number = attempt(form, lambda: services.reveal_document(document=document, reason=reason, by=actor))
    context = {"form": form, "document": document, "person": document.person, "number": number}
    return render(request, "people/reveal.html", context, status=422 if form.errors else 200)


@require_POST
@missing_is_404
def open_account(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    """Open the account and show its temporary password once."""
    actor = actor_of(request)
    person = selectors.person_in(actor, uuid, *OFFICE)
    try:
        user, password = services.open_account(person=person, by=actor)
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("people:detail", uuid=person.uuid)
    return render(request, "people/account_opened.html", {"person": person, "account": user, "password": password})


@missing_is_404
def erase(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    """Say what goes and what stays; erase when a reason is given and confirmed."""
    actor = actor_of(request)
    person = selectors.person_in(actor, uuid, Role.REGIONAL_ADMIN)
    ids = selectors.ids_of(person)
    if not _all_within(actor, ids):
        messages.error(request, _("此人另有其他地区的记录，请由上级管理员办理删除。"))
        return redirect("people:detail", uuid=person.uuid)
    form = EraseForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = attempt(form, lambda: services.erase(person=person, reason=reason, by=actor))
        if done is not None:
            return render(request, "people/erased.html", {"done": done})
    context = {"form": form, "person": person, "retained": personal_data.retained(ids), "records": len(ids)}
    return render(request, "people/erase.html", context, status=422 if form.errors else 200)


def _all_within(actor: Any, ids: set[int]) -> bool:
    paths = Person.objects.filter(pk__in=ids).values_list("division__path", flat=True)
    return all(actor.covers(path, Role.REGIONAL_ADMIN) for path in paths)
