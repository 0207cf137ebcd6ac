"""Pages of supervisors, of those they supervise, and of the offices that follow it."""

from __future__ import annotations

import uuid as uuids
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.accounts.roles import OFFICE, REPORTING
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import LmsError, Missing
from lms.core.ids import new_uuid
from lms.people import selectors as people
from lms.people.models import Person
from lms.supervision import forms, selectors, services
from lms.supervision.models import SupervisionSession
from lms.supervision.states import Answer

PER_PAGE = 20


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _me(request: HttpRequest) -> Person:
    me = people.person_of(_actor(request))
    if me is None:
        raise Http404
    return me


# -- the supervisor --------------------------------------------------------------------------------------------------------


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    me = people.person_of(_actor(request))
    if me is None:
        return render(request, "supervision/mine.html", {"page_obj": None, "agreements": [], "open_actions": []})
    page = Paginator(selectors.sessions_of(me), PER_PAGE).get_page(request.GET.get("page"))
    agreements = list(selectors.agreements_of(me, on=clock.today())[:100])
    return render(
        request,
        "supervision/mine.html",
        {"page_obj": page, "agreements": agreements, "open_actions": list(selectors.open_actions(me)[:8])},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    me = _me(request)
    agreements = list(selectors.agreements_of(me, on=clock.today()))
    if not agreements:
        messages.info(request, _("您还没有在有效期内的督导协议，请联系当地管理员。"))
        return redirect("supervision:mine")
    last = selectors.sessions_of(me).first()
    first = {"key": new_uuid().hex, **forms.initial_from_last(last, agreements)}
    open_actions = list(selectors.open_actions(me)[:20])
    form = forms.RecordForm(request.POST or None, supervisor=me, agreements=agreements, open_actions=open_actions, initial=first)
    return _write(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    me, session = _me(request), _own(request, uuid)
    if not session.is_draft:
        return redirect("supervision:record", uuid=uuid)
    agreements = list(selectors.agreements_of(me, on=session.held_on))
    asked = list(selectors.open_actions(me)[:20])
    asked += [f.action for f in session.follow_ups.all() if f.action not in asked]
    form = forms.RecordForm(
        request.POST or None,
        supervisor=me,
        agreements=agreements,
        open_actions=asked,
        initial=forms.initial_of(session, agreements),
    )
    return _write(request, form, session)


def _write(request: HttpRequest, form: forms.RecordForm, session: SupervisionSession | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.record_session(**form.values(), session=session, by=_actor(request))
        except Missing:
            raise Http404
        except services.PrivacyWarning as warning:
            form.add_error("names_checked", str(warning))
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("supervision:record", uuid=saved.uuid)
    status = 200 if request.method != "POST" else 400
    return render(request, "supervision/write.html", {"form": form, "session": session}, status=status)


@require_safe
def record(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    return _record(request, _own(request, uuid))


def _record(request: HttpRequest, session: SupervisionSession, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"session": session, "seats": list(session.attendances.all()), "amend_form": forms.AmendForm(), **more}
    context["correction"] = session.amendments.exclude(status="discarded").first()
    return render(request, "supervision/record.html", context, status=status)


@require_POST
def sign(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    session = _own(request, uuid)
    act = partial(services.sign_session, session=session, by=_actor(request))
    return _acted(request, act, _("已签字，等待被督导者确认。"), "supervision:record", uuid)


@require_POST
def discard(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    session = _own(request, uuid)
    try:
        services.discard_session(session=session, by=_actor(request))
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("supervision:record", uuid=uuid)
    messages.success(request, _("草稿已放弃。"))
    return redirect("supervision:mine")


@require_POST
def amend(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    session, form = _own(request, uuid), forms.AmendForm(request.POST)
    if not form.is_valid():
        return _record(request, session, status=400, amend_form=form)
    try:
        draft = services.amend_session(session=session, reason=form.cleaned_data["reason"], by=_actor(request))
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("supervision:record", uuid=uuid)
    return redirect("supervision:edit", uuid=draft.uuid)


# -- the supervisee -----------------------------------------------------------------------------------------------------------


@require_safe
def to_confirm(request: HttpRequest) -> HttpResponse:
    me = people.person_of(_actor(request))
    if me is None:
        return render(request, "supervision/to_confirm.html", {"waiting": [], "page_obj": None})
    waiting = list(selectors.awaiting_answer(me)[:100])
    answered = selectors.attendances_of(me).exclude(answer=Answer.PENDING)
    page = Paginator(answered, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/to_confirm.html", {"waiting": waiting, "page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    form = forms.AnswerForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _confirm(request, uuid, answer_form=form)
    attendance = _attended(request, uuid)
    act = partial(
        services.countersign,
        session=attendance.session,
        supervisee=attendance.supervisee,
        reflection=form.cleaned_data["reflection"],
        by=_actor(request),
    )
    return _acted(request, act, _("已确认，督导时长已记入您的台账。"), "supervision:confirm", uuid)


@require_POST
def dispute(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    form, attendance = forms.ReasonForm(request.POST), _attended(request, uuid)
    if not form.is_valid():
        return _confirm(request, uuid, status=400, reason_form=form)
    act = partial(
        services.dispute,
        session=attendance.session,
        supervisee=attendance.supervisee,
        reason=form.cleaned_data["reason"],
        by=_actor(request),
    )
    return _acted(request, act, _("异议已交给督导，更正后会请您再确认。"), "supervision:confirm", uuid)


def _confirm(request: HttpRequest, uuid: uuids.UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    attendance = _attended(request, uuid)
    session = selectors.full_record(SupervisionSession.objects.filter(pk=attendance.session_id)).get()
    context = {"attendance": attendance, "session": session, "answer_form": forms.AnswerForm(), "reason_form": forms.ReasonForm()}
    context["newer"] = session.amendments.filter(status="signed").first()
    return render(request, "supervision/confirm.html", {**context, **more}, status=status)


# -- the office ---------------------------------------------------------------------------------------------------------------


@require_safe
def office_list(request: HttpRequest) -> HttpResponse:
    asked = forms.FilterForm(request.GET)
    wanted = asked.cleaned_data if asked.is_valid() else {}
    rows = selectors.search(selectors.sessions_in(_actor(request)), text=wanted.get("q", ""), state=wanted.get("state", ""))
    page = Paginator(selectors.with_counts(rows), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/list.html", {"page_obj": page, "form": asked})


@require_safe
def office_detail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    session = _found(selectors.session_in, _actor(request), uuid)
    return render(
        request, "supervision/detail.html", {"session": session, "seats": list(selectors.seats_in(_actor(request), session))}
    )


@require_safe
def sheet(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """The record on paper, for the file: whoever may read the record may print it."""
    actor = _actor(request)
    seats: list[Any] | None = None
    try:
        session = selectors.own_session(actor, uuid)
    except Missing:
        try:
            own = selectors.own_attendance(actor, uuid)
            session = selectors.full_record(SupervisionSession.objects.filter(pk=own.session_id)).get()
            seats = [own]
        except Missing:
            if not actor.has(*REPORTING):
                raise Http404
            session = _found(selectors.session_in, actor, uuid)
            seats = list(selectors.seats_in(actor, session))
    return render(
        request,
        "supervision/sheet.html",
        {"session": session, "seats": list(session.attendances.all()) if seats is None else seats},
    )


@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    page = Paginator(selectors.agreements_in(actor), PER_PAGE).get_page(request.GET.get("page"))
    rows = selectors.with_progress(list(page.object_list), on=clock.today())
    return render(request, "supervision/agreements.html", {"page_obj": page, "rows": rows, "may_write": actor.has(*OFFICE)})


@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    form = forms.AgreementForm(
        request.POST or None,
        participations=selectors.participations_open_to(actor),
        supervisors=selectors.supervisors_open_to(actor),
        initial={"starts_on": clock.today()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.open_agreement(**form.cleaned_data, by=actor)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("督导协议已建立。"))
            return redirect("supervision:agreements")
    return render(request, "supervision/agree.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def end_agreement(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    actor = _actor(request)
    agreement = _found(selectors.agreement_in, actor, uuid)
    if not actor.covers(agreement.division.path, *OFFICE):
        raise Http404
    form = forms.EndForm(request.POST or None, initial={"ends_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_agreement(agreement=agreement, **form.cleaned_data, by=actor)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("督导协议已结束。"))
            return redirect("supervision:agreements")
    return render(request, "supervision/end_agreement.html", {"form": form, "agreement": agreement})


# -- shared ---------------------------------------------------------------------------------------------------------------------


def _found(select: Any, *args: Any) -> Any:
    try:
        return select(*args)
    except Missing:
        raise Http404


def _own(request: HttpRequest, uuid: uuids.UUID) -> SupervisionSession:
    return _found(selectors.own_session, _actor(request), uuid)  # type: ignore[no-any-return]


def _attended(request: HttpRequest, uuid: uuids.UUID) -> Any:
    return _found(selectors.own_attendance, _actor(request), uuid)


def _acted(request: HttpRequest, act: Any, done: str, route: str, uuid: uuids.UUID) -> HttpResponse:
    """Do it, say so, and show the row again; a second click lands in the same place."""
    try:
        act()
    except Missing:
        raise Http404
    except LmsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(route, uuid=uuid)
