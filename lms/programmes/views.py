"""The office's pages of programmes: list, one programme with who takes part, create, edit, categories, funders."""

from __future__ import annotations

import uuid as uuid_lib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.roles import OFFICE, Role
from lms.people.views.shared import actor_of, attempt, data_of, missing_is_404, page_of
from lms.places import selectors as places
from lms.programmes import selectors, services
from lms.programmes.forms import CategoryForm, EndCategoryForm, FunderForm, JoinForm, LeaveForm, ProgrammeForm


def programmes(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    text = request.GET.get("q", "").strip()
    rows = selectors.with_counts(selectors.programmes_in(actor))
    if text:
        rows = rows.filter(name__icontains=text) | rows.filter(code__iexact=text)
    context = {"page_obj": page_of(request, rows), "q": text, "may_write": actor.has(*OFFICE)}
    return render(request, "programmes/list.html", context)


@missing_is_404
def detail(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    """One programme with the participations of people one may see; the form lets one more take part."""
    actor = actor_of(request)
    programme = selectors.programme_in(actor, uuid)
    may_write = actor.covers(programme.division.path, *OFFICE)
    form = JoinForm(
        data_of(request),
        actor=actor,
        programme=programme,
        initial={"started_on": max(clock.today(), programme.starts_on)},
    )
    if request.method == "POST" and may_write and form.is_valid():
        done = attempt(form, lambda: services.join(programme=programme, by=actor, **form.cleaned_data))
        if done is not None:
            messages.success(request, _("已参加。"))
            return redirect("programmes:detail", uuid=programme.uuid)
    context = {
        "programme": programme,
        "page_obj": page_of(request, selectors.participations_of(programme, actor)),
        "form": form,
        "may_write": may_write,
        "funders": programme.funders.order_by("code"),
    }
    return render(request, "programmes/detail.html", context, status=422 if form.errors else 200)


def create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = ProgrammeForm(data_of(request), actor=actor, initial={"division": places.home_of(actor, *OFFICE)})
    if request.method == "POST" and form.is_valid():
        programme = attempt(form, lambda: services.create_programme(by=actor, **form.cleaned_data))
        if programme is not None:
            messages.success(request, _("项目已登记。"))
            return redirect("programmes:detail", uuid=programme.uuid)
    return _form(request, form, _("登记项目"))


@missing_is_404
def edit(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    programme = selectors.programme_in(actor, uuid, *OFFICE)
    initial = {
        "name": programme.name,
        "organiser": programme.organiser.name if programme.organiser else "",
        "funders": programme.funders.all(),
        "starts_on": programme.starts_on,
        "ends_on": programme.ends_on,
        "document_number": programme.document_number,
    }
    form = ProgrammeForm(data_of(request), actor=actor, programme=programme, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: services.update_programme(programme=programme, by=actor, **form.cleaned_data))
        if done is not None:
            messages.success(request, _("已保存。"))
            return redirect("programmes:detail", uuid=programme.uuid)
    return _form(request, form, _("修改项目"), programme=programme)


@missing_is_404
def leave(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    participation = selectors.participation_in(actor, uuid, *OFFICE)
    form = LeaveForm(data_of(request), initial={"ended_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        ended_on, reason = form.cleaned_data["ended_on"], form.cleaned_data["reason"]
        completed_on = ended_on if form.cleaned_data["completed"] else None
        done = attempt(
            form,
            lambda: services.leave(
                participation=participation, ended_on=ended_on, reason=reason, completed_on=completed_on, by=actor
            ),
        )
        if done is not None:
            messages.success(request, _("已结束参加。"))
            return redirect("programmes:detail", uuid=participation.programme.uuid)
    return _form(request, form, _("结束参加"), programme=participation.programme, about=participation.person.name)


def categories(request: HttpRequest) -> HttpResponse:
    """The categories that matter to one, and a form for a new one of one's own."""
    actor = actor_of(request)
    may_add = actor.has(Role.REGIONAL_ADMIN)
    home = places.home_of(actor, Role.REGIONAL_ADMIN)
    form = CategoryForm(data_of(request), actor=actor, initial={"division": home})
    if request.method == "POST" and may_add and form.is_valid():
        done = attempt(form, lambda: services.create_category(by=actor, **form.cleaned_data))
        if done is not None:
            messages.success(request, _("对象类别已登记。"))
            return redirect("programmes:categories")
    rows = list(selectors.categories_in(actor))
    for row in rows:
        row.may_end = actor.covers(row.division.path if row.division else "/", Role.REGIONAL_ADMIN)  # type: ignore[attr-defined]
    context = {"rows": rows, "form": form, "may_add": may_add, "today": clock.today()}
    return render(request, "programmes/categories.html", context, status=422 if form.errors else 200)


@missing_is_404
def end_category(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    actor = actor_of(request)
    category = selectors.category_in(actor, uuid, Role.REGIONAL_ADMIN)
    form = EndCategoryForm(data_of(request), initial={"valid_to": clock.today()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["valid_to"]
        if attempt(form, lambda: services.end_category(category=category, valid_to=day, by=actor)):
            messages.success(request, _("已停用。以往的记录仍显示这一类别。"))
            return redirect("programmes:categories")
    return _form(request, form, _("停用对象类别"), about=category.name)


def funders(request: HttpRequest) -> HttpResponse:
    form = FunderForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: services.create_funder(by=actor_of(request), **form.cleaned_data))
        if done is not None:
            messages.success(request, _("经费来源已登记。"))
            return redirect("programmes:funders")
    context = {"rows": selectors.funders(), "form": form}
    return render(request, "programmes/funders.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, form: Any, title: str, *, programme: Any = None, about: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "programme": programme, "about": about}
    return render(request, "programmes/form.html", context, status=422 if form.errors else 200)
