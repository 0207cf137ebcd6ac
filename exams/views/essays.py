"""Pages of markers: what waits, one script at a time, without names. And of those who appoint them: progress, agreement."""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import essay_selectors, rules, selectors, services
from exams.models import EssayMark, Paper
from exams.services.essays import marker_of
from exams.states import MARKERS, PAPER_MAKERS, ItemKind
from exams.views.common import as_uuid, found
from lms.accounts import selectors as accounts
from lms.core.errors import BadInput, LmsError, Missing


@require_GET
def marking_list(request: HttpRequest) -> HttpResponse:
    """The marker's worklist: papers with what waits, what is done, what is in hand."""
    rows = essay_selectors.worklist(request.actor)  # type: ignore[attr-defined]
    return render(request, "exams/marking_list.html", {"rows": rows})


@require_POST
@found
def script_claim(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """Take the next script, or go on with the one in hand."""
    actor = request.actor  # type: ignore[attr-defined]
    row = marker_of(actor, paper).paper
    try:
        claim = services.claim_script(paper=row, by=actor)
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("exams:marking_list")
    if claim is None:
        messages.info(request, _("这份试卷现在没有等您评阅的答卷。"))
        return redirect("exams:marking_list")
    return redirect("exams:script", mark=claim.uuid)


@found
def script(request: HttpRequest, mark: uuid.UUID) -> HttpResponse:
    """One script: the question, the answer, the marking points with a field for each."""
    actor = request.actor  # type: ignore[attr-defined]
    row = essay_selectors.own_mark(actor, mark)
    points = essay_selectors.marking_points_of(row)
    given = [request.POST.get(f"award_{n}", "") for n in range(len(points))]
    remark = request.POST.get("remark", row.remark)
    fault = ""
    if request.method == "POST":
        try:
            services.mark_script(mark=row, awards=[_hundredths(text) for text in given], remark=remark, by=actor)
        except Missing:
            raise
        except LmsError as error:
            fault = str(error)
        else:
            messages.success(request, _("评分已提交。"))
            if request.POST.get("then") == "next":
                claim = services.claim_script(paper=row.script.paper, by=actor)
                if claim is not None:
                    return redirect("exams:script", mark=claim.uuid)
                messages.info(request, _("这份试卷现在没有等您评阅的答卷。"))
            return redirect("exams:marking_list")
    elif row.marked_at is not None:
        given = [str(rules.as_points(award)) for award in row.awards]
    context = {
        "mark": row,
        "paper": row.script.paper,
        "version": row.script.response.item_version,
        "written": row.script.response.answer[0],
        "number": row.script.response.number,
        "code": str(row.script.uuid)[:8].upper(),
        "worth": essay_selectors.worth_of(row),
        "rows": [
            (n, text, rules.as_points(worth), value) for n, ((text, worth), value) in enumerate(zip(points, given, strict=True))
        ],
        "remark": remark,
        "fault": fault,
    }
    return render(request, "exams/script.html", context)


@require_POST
@found
def script_release(request: HttpRequest, mark: uuid.UUID) -> HttpResponse:
    """Give a script back unmarked."""
    row = essay_selectors.own_mark(request.actor, mark)  # type: ignore[attr-defined]
    services.release_script(mark=row, by=request.actor)  # type: ignore[attr-defined]
    messages.success(request, _("答卷已退回，由别人评阅。"))
    return redirect("exams:marking_list")


@found
def markers(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """Who marks a paper's essays, how far they are, and how they agree."""
    actor = request.actor  # type: ignore[attr-defined]
    row = selectors.paper_in(actor, paper)
    if not actor.covers(row.path, *PAPER_MAKERS) or not row.sections.filter(kind=ItemKind.ESSAY).exists():
        raise Missing(_("没有找到。"))
    if request.method == "POST":
        try:
            messages.success(request, _change_markers(request, row))
        except Missing:
            raise
        except LmsError as error:
            messages.error(request, str(error))
        return redirect("exams:office_markers", paper=paper)
    appointed = list(essay_selectors.markers_of(row))
    taken = {marker.user_id for marker in appointed}
    people = accounts.holders_of(MARKERS, row.path).exclude(pk__in=taken).order_by("username")[:200]
    singles, pairs = essay_selectors.agreement_of(row)
    context = {
        "paper": row,
        "markers": appointed,
        "people": people,
        "progress": essay_selectors.progress_of(row),
        "singles": singles,
        "pairs": pairs,
        "in_hand": EssayMark.objects.filter(script__paper=row, marked_at__isnull=True).select_related("marker", "script"),
    }
    return render(request, "exams/office/markers.html", context)


def _change_markers(request: HttpRequest, paper: Paper) -> str:
    actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("act") == "end":
        marker = essay_selectors.markers_of(paper).filter(uuid=as_uuid(request.POST.get("marker", ""))).first()
        if marker is None:
            raise Missing(_("没有找到。"))
        services.end_marker(marker=marker, by=actor)
        return _("已不再阅这份试卷；已提交的评分保留。")
    if request.POST.get("act") == "release":
        claim = EssayMark.objects.filter(script__paper=paper, uuid=as_uuid(request.POST.get("mark", ""))).first()
        if claim is None:
            raise Missing(_("没有找到。"))
        services.release_script(mark=claim, by=actor)
        return _("答卷已退回，由别人评阅。")
    user = accounts.holders_of(MARKERS, paper.path).filter(uuid=as_uuid(request.POST.get("user", ""))).first()
    if user is None:
        raise BadInput(_("请选择阅卷人。"))
    services.appoint_marker(paper=paper, user=user, by=actor)
    return _("阅卷人已指定。")


def _hundredths(text: str) -> int:
    try:
        points = Decimal(text.strip()) * 100
        return int(points) if points == points.to_integral_value() else -1
    except (InvalidOperation, ValueError, OverflowError):
        return -1
