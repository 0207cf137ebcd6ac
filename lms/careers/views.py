"""Pages of careers: one's own, the office's entry forms, and the pass lines."""

from __future__ import annotations

import uuid as uuid_lib
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.careers import selectors, services
from lms.careers.forms import FORMS, EndForm, PassLineForm, VoidForm
from lms.careers.models import Employment, PostSpell
from lms.careers.states import Level
from lms.careers.timeline import kind_labels, timeline
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import LmsError, Missing
from lms.core.jobs import enqueue
from lms.core.roles import OFFICE, Role
from lms.people import selectors as people
from lms.people.views.shared import data_of


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def mine(request: HttpRequest) -> HttpResponse:
    """我的履历: what is on record, how one stands in the exam, and for which level one may register."""
    person = people.person_of(_actor(request))
    if person is None:
        return render(request, "people/me_none.html")
    ids = people.ids_of(person)
    today = clock.today()
    context = {
        "person": person,
        "entries": timeline(selectors.evidence_of(ids)),
        "standings": selectors.standing_in_exam(ids, on_year=today.year),
        "chances": [(level, selectors.eligibility(ids, level=level, on=today)) for level in Level],
    }
    return render(request, "careers/mine.html", context)


def add(request: HttpRequest, uuid: uuid_lib.UUID, kind: str) -> HttpResponse:
    """Record one fact of a person's career."""
    actor = _actor(request)
    person = _person(actor, uuid)
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](data_of(request), person=person, ids=people.ids_of(person), actor=actor)
    if request.method == "POST" and form.is_valid() and _attempt(form, form.save):
        messages.success(request, _("已登记，并记入台账。"))
        return redirect(_page_of(person.uuid))
    context = {"form": form, "person": person, "title": _("登记%(kind)s") % {"kind": kind_labels()[kind]}}
    return render(request, "careers/form.html", context, status=422 if form.errors else 200)


def end(request: HttpRequest, kind: str, uuid: uuid_lib.UUID) -> HttpResponse:
    """End an employment, a post or a designation."""
    actor = _actor(request)
    record: Any = _record(actor, kind, uuid)
    if not hasattr(record, "ended_on"):
        raise Http404
    form = EndForm(data_of(request), initial={"ended_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        day, reason = form.cleaned_data["ended_on"], form.cleaned_data["reason"]

        def act() -> Any:
            if isinstance(record, Employment):
                return services.end_employment(employment=record, ended_on=day, reason=reason, by=actor)
            if isinstance(record, PostSpell):
                return services.end_post(spell=record, ended_on=day, reason=reason, by=actor)
            return services.end_designation(designation=record, ended_on=day, by=actor)

        if _attempt(form, act):
            messages.success(request, _("已结束。"))
            return redirect(_page_of(record.person.uuid))
    return _about(request, form, record, _("结束"))


def void(request: HttpRequest, kind: str, uuid: uuid_lib.UUID) -> HttpResponse:
    """Void a wrong record; its ledger lines are reversed."""
    actor = _actor(request)
    record = _record(actor, kind, uuid)
    form = VoidForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if _attempt(form, lambda: services.void(record=record, reason=reason, by=actor)):
            messages.success(request, _("已作废，台账已冲销。"))
            return redirect(_page_of(record.person.uuid))  # type: ignore[attr-defined]
    return _about(request, form, record, _("作废"), danger=True)


def pass_lines(request: HttpRequest) -> HttpResponse:
    """The pass lines known, with their sources. A new one judges stored scores again, as a job."""
    actor = _actor(request)
    form = PassLineForm(data_of(request))
    may_add = actor.has(Role.REGIONAL_ADMIN)
    if request.method == "POST" and may_add and form.is_valid():
        region = form.cleaned_data["region"]
        if not actor.covers(region.path if region else "/", Role.REGIONAL_ADMIN):
            form.add_error("region", _("全国标准由全国管理员登记；请选择您负责的地区。"))
        elif line := _attempt(form, lambda: services.load_pass_line(by=actor, **form.cleaned_data)):
            job = enqueue(
                "careers.apply_pass_line",
                title=_("按新的合格标准重新判定成绩"),
                by=actor,
                params={"line": str(line.uuid)},
                division_path=region.path if region else "/",
                key=f"careers.pass_line:{line.uuid}",
            )
            return redirect("job_detail", uuid=job.uuid)
    context = {"form": form, "lines": selectors.pass_lines(), "may_add": may_add}
    return render(request, "careers/pass_lines.html", context, status=422 if form.errors else 200)


def _person(actor: Actor, uuid: uuid_lib.UUID) -> Any:
    try:
        return people.person_in(actor, uuid, *OFFICE)
    except Missing:
        raise Http404 from None


def _record(actor: Actor, kind: str, uuid: uuid_lib.UUID) -> Any:
    try:
        return selectors.record_in(actor, kind, uuid, *OFFICE)
    except Missing:
        raise Http404 from None


def _attempt(form: forms.Form, act: Any) -> Any:
    try:
        return act()
    except LmsError as error:
        form.add_error(None, str(error))
        return None


def _about(request: HttpRequest, form: forms.Form, record: Any, title: str, *, danger: bool = False) -> HttpResponse:
    context = {"form": form, "person": record.person, "entry": timeline([record])[0], "title": title, "danger": danger}
    return render(request, "careers/form.html", context, status=422 if form.errors else 200)


def _page_of(uuid: uuid_lib.UUID) -> str:
    return f"{reverse('people:detail', kwargs={'uuid': uuid})}#careers"
