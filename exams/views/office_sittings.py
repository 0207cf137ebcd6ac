"""Pages of those who run sittings: plan, announce, candidates, watching over, grants; evidence and rulings."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import selectors_sittings as reads
from exams import services
from exams.forms_sittings import GrantForm, RulingForm, SittingForm
from exams.models import ExamSitting
from exams.sitting_states import RULERS, SITTING_STAFF, Audience, SittingState
from exams.views.common import found
from lms.core import clock
from lms.core.errors import LmsError, Missing
from lms.people import selectors as people


@require_GET
def sitting_list(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    page = Paginator(reads.sittings_in(actor), 25).get_page(request.GET.get("page"))
    counts = reads.taken_counts([sitting.pk for sitting in page])
    rows = [(sitting, counts.get(sitting.pk, 0)) for sitting in page]
    return render(request, "exams/office/sitting_list.html", {"page_obj": page, "rows": rows})


def sitting_create(request: HttpRequest) -> HttpResponse:
    """Plan a sitting; ``?class=uuid&title=…`` comes from a class's page."""
    actor = request.actor  # type: ignore[attr-defined]
    initial = {"class_uuid": request.GET.get("class", ""), "class_title": request.GET.get("title", "")[:120]}
    if initial["class_uuid"]:
        initial |= {"audience": Audience.CLASS, "title": _("%(class)s结业考试") % {"class": initial["class_title"][:60]}}
    form = SittingForm(request.POST or None, actor=actor, roles=SITTING_STAFF, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            sitting = services.create_sitting(by=actor, **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("考次已建立，确认无误后公布。"))
            return redirect("exams:office_sitting", sitting=sitting.uuid)
    return render(request, "exams/office/sitting_form.html", {"form": form})


@found
def sitting_edit(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    row = reads.sitting_in(actor, sitting)
    form = SittingForm(request.POST or None, actor=actor, roles=SITTING_STAFF, sitting=row, initial=SittingForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            services.revise_sitting(sitting=row, by=actor, **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("考次已修改。"))
            return redirect("exams:office_sitting", sitting=sitting)
    return render(request, "exams/office/sitting_form.html", {"form": form, "sitting": row})


@require_GET
@found
def sitting_detail(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    row = reads.sitting_in(request.actor, sitting)  # type: ignore[attr-defined]
    page = Paginator(reads.seats_of(row), 50).get_page(request.GET.get("page"))
    context = {
        "sitting": row,
        "papers": [held.paper for held in row.sitting_papers.select_related("paper")],
        "page_obj": page,
        "watched": reads.watch(row, page),
        "invitations": row.invitations.select_related("person__division") if row.audience == Audience.LIST else [],
        "has_members": row.audience in (Audience.CLASS, Audience.PROGRAMME),
        "is_over": clock.now() >= row.ends_at,
        "may_edit": row.state == SittingState.DRAFT or (row.state == SittingState.ANNOUNCED and clock.now() < row.starts_at),
        "query": request.GET.get("q", ""),
        "hits": _hits(request, row),
    }
    return render(request, "exams/office/sitting.html", context)


@require_POST
@found
def sitting_act(request: HttpRequest, sitting: uuid.UUID, act: str) -> HttpResponse:
    """Announce, close, release, cancel, seat the class, put people on the list."""
    actor = request.actor  # type: ignore[attr-defined]
    row = reads.sitting_in(actor, sitting)
    try:
        messages.success(request, _act(request, row, act))
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("exams:office_sitting", sitting=sitting)


def _act(request: HttpRequest, row: ExamSitting, act: str) -> str:
    actor = request.actor  # type: ignore[attr-defined]
    if act == "announce":
        services.announce_sitting(sitting=row, by=actor)
        return _("考次已公布。")
    if act == "close":
        services.close_sitting(sitting=row, by=actor)
        return _("考次已结束。")
    if act == "release":
        services.release_sitting(sitting=row, by=actor)
        return _("成绩已公布，考生已收到通知。")
    if act == "cancel":
        services.cancel_sitting(sitting=row, reason=request.POST.get("reason", ""), by=actor)
        return _("考次已取消，考生已收到通知。")
    if act == "seat":
        seated, left_out = services.seat_audience(sitting=row, by=actor)
        if left_out:
            return _("已安排 %(seated)s 人；另有 %(left)s 人还没有同意个人信息处理，未安排。") % {
                "seated": seated,
                "left": left_out,
            }
        return _("已安排 %(seated)s 人。") % {"seated": seated}
    if act == "invite":
        chosen = {text for text in request.POST.getlist("person") if len(text) == 36}
        persons = list(people.people_in(actor).filter(uuid__in=chosen))
        return _("已列入 %(count)s 人，由本人报名。") % {"count": services.invite(sitting=row, persons=persons, by=actor)}
    raise Http404


@require_GET
@found
def sitting_watch(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """The invigilator's page; ``?part=1`` is its table alone, asked again every ten seconds."""
    row = reads.sitting_in(request.actor, sitting)  # type: ignore[attr-defined]
    page = Paginator(reads.seats_of(row), 200).get_page(request.GET.get("page"))
    rows = reads.watch(row, page)
    states = {state: sum(1 for one in rows if one.state == state) for state in ("absent", "present", "writing", "overdue", "done")}
    context = {"sitting": row, "rows": rows, "states": states, "page_obj": page, "now": clock.now()}
    name = "exams/office/parts/watch.html" if request.GET.get("part") else "exams/office/watch.html"
    return render(request, name, context)


@require_GET
@found
def sitting_roll(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """The list of candidates with room to sign, to print."""
    row = reads.sitting_in(request.actor, sitting)  # type: ignore[attr-defined]
    return render(request, "exams/office/roll.html", {"sitting": row, "seats": reads.seats_of(row)})


@found
def seat_detail(request: HttpRequest, seat: uuid.UUID) -> HttpResponse:
    """One candidate: what was granted, and a form to grant."""
    actor = request.actor  # type: ignore[attr-defined]
    row = reads.seat_in(actor, seat)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.grant(seat=row, by=actor, **form.granted())
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已保存，考生已收到通知。"))
            return redirect("exams:office_seat", seat=seat)
    context = {"seat": row, "sitting": row.sitting, "form": form, "watched": reads.watch(row.sitting, [row])[0]}
    return render(request, "exams/office/seat.html", context)


@require_POST
@found
def seat_act(request: HttpRequest, seat: uuid.UUID, act: str) -> HttpResponse:
    """Check in, or withdraw with a reason."""
    actor = request.actor  # type: ignore[attr-defined]
    row = reads.seat_in(actor, seat)
    if act not in ("check-in", "release"):
        raise Http404
    try:
        if act == "check-in":
            services.check_in(seat=row, by=actor)
            messages.success(request, _("已签到：%(name)s。") % {"name": row.person.name})
        else:
            services.give_up_seat(seat=row, reason=request.POST.get("reason", ""), by=actor)
            messages.success(request, _("考位已取消。"))
            return redirect("exams:office_sitting", sitting=row.sitting.uuid)
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    if request.POST.get("from") == "watch":
        return redirect("exams:office_watch", sitting=row.sitting.uuid)
    return redirect("exams:office_seat", seat=seat)


@found
def attempt_evidence(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """What is known of how an attempt went, and the ruling on it."""
    actor = request.actor  # type: ignore[attr-defined]
    row = reads.attempt_for_evidence(actor, attempt)
    may_rule = actor.covers(row.division.path, *RULERS)
    form = RulingForm(request.POST or None, attempt=row, actor=actor) if may_rule else None
    if request.method == "POST" and form is not None and form.is_valid():
        cleaned = form.cleaned_data
        try:
            services.rule_on_attempt(
                attempt=row, outcome=cleaned["outcome"], reason=cleaned["reason"], numbers=cleaned.get("numbers", []), by=actor
            )
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("处理结果已保存，考生已收到通知。"))
            return redirect("exams:office_evidence", attempt=attempt)
    context = {
        "attempt": row,
        "paper": row.paper,
        "moments": reads.timeline(row),
        "pace": reads.pace_of(row),
        "late": services.late_answers(row),
        "rulings": row.rulings.all(),
        "form": form,
    }
    return render(request, "exams/office/evidence.html", context)


def _hits(request: HttpRequest, sitting: ExamSitting) -> list[object]:
    """People found for the list of a sitting for named people."""
    text = request.GET.get("q", "").strip()
    if sitting.audience != Audience.LIST or not text:
        return []
    inside = sitting.invitations.values("person_id")
    return list(people.search_people(request.actor, text).exclude(pk__in=inside)[:20])  # type: ignore[attr-defined]
