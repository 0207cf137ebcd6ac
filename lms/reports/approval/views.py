"""Pages of approval for offices: the worklist, one division's month, its acts, the link for a leader, the downloads."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms.accounts.roles import REPORTING
from lms.audit import services as audit
from lms.core import jobs, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, LmsError, Missing, Refused
from lms.core.models import Job
from lms.ledger.rules import first_day, last_day
from lms.people.signing_links import issue_link
from lms.places.boundaries import division_known
from lms.places.models import Division, Level
from lms.places.selectors import ancestors, home_of
from lms.reports.approval import comparing, exports, names, pages, payloads, services, units
from lms.reports.layouts.services import layouts_for
from lms.reports.models import Submission
from lms.reports.monthly import sending
from lms.reports.states import APPROVERS, Status

AT_ONCE = 20_000  # lines that are folded while the reader waits; more is a job
SUBMIT_AT_ONCE = 3000  # lines of a month handed in while its office waits: about a second
EXPORT_AT_ONCE = 5000


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def place_of(request: HttpRequest, code: str, period: int) -> Division:
    """The division that carried the code at the end of the month, in scope; anything else is 404."""
    try:
        units.check_period(period)
        place = division_known(code, on=last_day(period), position=positions.closed())
    except BadInput:
        raise Http404 from None
    if not actor_of(request).covers(place.path, *REPORTING):
        raise Http404
    return place


@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """What stands where, month by month, for the reader's own highest division."""
    home = home_of(actor_of(request), *REPORTING)
    if home is None:
        raise Http404
    shown = [] if home.level > Level.COUNTY else pages.months(home)  # a township reports with its county
    context = {
        "division": home,
        "months": shown,
        "has_below": any(month.below for month in shown),
        "subscriptions": sending.standing_of(actor_of(request)),
        "layouts": layouts_for(home) if shown else [],
        "days": range(1, 29),
    }
    return render(request, "reports/approval/worklist.html", context)


@require_GET
def period(request: HttpRequest, code: str, period: int) -> HttpResponse:
    """One division's month: as signed, as now known, the difference; what those below handed in; what may be done."""
    place = place_of(request, code, period)
    rounds = list(units.rounds(place, period))
    row = next((r for r in rounds if r.status != Status.RETURNED), None)
    below = pages.below(place, period)
    done = sum(u.submission is not None and u.submission.status in (Status.ACCEPTED, Status.LOCKED) for u in below)
    many = payloads.line_count(place, period) > AT_ONCE
    found = None if many else comparing.compare(place, period, basis=None, submission=row)
    actor = actor_of(request)
    context: dict[str, Any] = {
        "division": place,
        "period": period,
        "label": pages.period_label(period),
        "crumbs_above": [a for a in ancestors(place) if actor.covers(a.path, *REPORTING) and units.reports(a)],
        "row": row,
        "state": pages.Unit(place, row, bool(rounds) and row is None).state,
        "rounds": rounds,
        "who": names.of_submissions(rounds),
        "returned": rounds[0] if rounds and row is None else None,
        "below": below,
        "done": done,
        "waiting": len(below) - done,
        "content": row.content if row else None,
        "found": found,
        "may": pages.may(actor, place, period, row, below),
        "is_over": units.is_over(period),
        "start": first_day(period),
        "end": last_day(period),
        "chart": _chart(found) if found else None,
        "seal_address": request.build_absolute_uri(reverse("reports:seal", args=[row.seal.root])) if row and row.seal else "",
    }
    context["qr"] = qr(context["seal_address"]) if context["seal_address"] else ""
    return render(request, "reports/approval/period.html", context)


def qr(address: str) -> str:
    import segno

    return segno.make(address, error="m").svg_inline(scale=1, border=2, omitsize=True)


def _chart(found: comparing.Comparison) -> dict[str, Any]:
    series = [{"name": _("现时所知"), "values": [row.known.person_times for row in found.rows]}]
    if found.total.signed is not None:
        signed = [row.signed.person_times if row.signed else 0 for row in found.rows]
        series.insert(0, {"name": _("签报数"), "values": signed})
    return {"names": [row.name for row in found.rows], "series": series}


@require_POST
def act(request: HttpRequest, code: str, period: int, act: str) -> HttpResponse:
    """Hand in, accept, return, lock, nil reports. The service decides; its sentence is shown."""
    place = place_of(request, code, period)
    by = actor_of(request)
    back = reverse("reports:period", args=[code, period])
    try:
        if act == "submit":
            if payloads.line_count(place, period) > SUBMIT_AT_ONCE:
                return redirect("job_detail", uuid=_submit_by_job(place, period, by, request.POST.get("note", "")).uuid)
            row = services.submit(division=place, period=period, by=by, note=request.POST.get("note", ""))
            messages.success(request, _("已报送。数据按第 %(n)d 笔为止，本月就此关账。") % {"n": row.closing_position})
        elif act == "nil":
            made = services.declare_nil(division=place, period=period, by=by)
            if made:
                messages.success(request, _("已代 %(n)d 个没有记录的下级报送零报告。") % {"n": len(made)})
            else:
                messages.info(request, _("没有可以代报的下级：都已报送，或有记录须自行报送。"))
        elif act == "accept-nil":
            made = services.accept_nil(division=place, period=period, by=by)
            if made:
                messages.success(request, _("已审核 %(n)d 份零报告。") % {"n": len(made)})
            else:
                messages.info(request, _("没有待您审核的零报告；自己代报的，请由另一人审核。"))
        elif act in ("accept", "return", "lock"):
            standing = units.standing_of([place], period).get(place.pk)
            if standing is None:  # a page left open, while the month was returned or never handed in
                raise Refused(_("这一期现在没有报送，可能已被退回；请刷新页面。"))
            _decide(act, standing, by, request)
        else:
            raise Http404
    except Missing:  # the page may be read here, the act belongs to another level
        messages.error(request, _("您在这一级没有办理权限。"))
    except LmsError as error:
        messages.error(request, str(error))
    return redirect(back)


def _decide(act: str, row: Submission, by: Actor, request: HttpRequest) -> None:
    if act == "accept":
        services.accept(submission=row, by=by)
        messages.success(request, _("已审核通过。"))
    elif act == "return":
        services.return_submission(submission=row, reason=request.POST.get("reason", ""), by=by)
        messages.success(request, _("已退回，本月对该单位重新开放。"))
    else:
        services.lock(submission=row, by=by)
        messages.success(request, _("已锁定全省本月数据。"))


def _submit_by_job(place: Division, period: int, by: Actor, note: str) -> Job:
    return jobs.enqueue(
        "reports.submit",
        title=_("报送 %(place)s %(period)d") % {"place": place.name, "period": period},
        by=by,
        division_path=place.path,
        key=f"reports.submit:{place.uuid}:{period}:{units.rounds(place, period).count()}",  # asked for twice is one job
        params={"division": place.pk, "period": period, "note": note[:300]},
    )


@require_POST
def sign_link(request: HttpRequest, code: str, period: int) -> HttpResponse:
    """A link by which a leader without an account decides in this office's place. Shown this once."""
    place = place_of(request, code, period)
    by = actor_of(request)
    back = redirect("reports:period", code=code, period=period)
    try:
        row = units.submission_in(by, place, period)
        above = units.above(place)
        if not by.covers(above.path, *APPROVERS):
            raise Missing
        if row.status != Status.SUBMITTED or row.submitted_by == by.uuid:
            messages.error(request, _("只有待审核的报送可以请人签字，且不能由填报人发出链接。"))
            return back
        days = request.POST.get("days", "")
        link, token = issue_link(
            act="lock" if place.level == Level.PROVINCE else "accept",
            subject_label="reports.submission",
            subject_uuid=row.uuid,
            content_sha256=row.payload_sha256,
            division=above,
            signer_name=request.POST.get("name", ""),
            signer_title=request.POST.get("title", ""),
            by=by,
            lasts=dt.timedelta(days=int(days) if days.isdecimal() and len(days) < 3 else 3),
        )
    except Missing:
        messages.error(request, _("您在这一级没有办理权限。"))
        return back
    except LmsError as error:
        messages.error(request, str(error))
        return back
    address = request.build_absolute_uri(reverse("reports:sign", args=[token]))
    context = {"link": link, "address": address, "qr": qr(address), "division": place, "period": period}
    return render(request, "reports/approval/link.html", {**context, "label": pages.period_label(period)})


@require_GET
def payload(request: HttpRequest, code: str, period: int) -> HttpResponse:
    """The canonical report, byte for byte what was signed."""
    row = _standing(request, code, period)
    audit.record("reports.submission.downloaded", row, by=actor_of(request), division_path=row.division.path, period=period)
    return _file(HttpResponse(row.payload, content_type="application/json"), f"{row.division.name}-{period}-签报数.json")


@require_GET
def lines(request: HttpRequest, code: str, period: int) -> HttpResponse:
    """The sealed lines, as CSV or JSON; made by a job when they are many."""
    row = _standing(request, code, period)
    form = request.GET.get("format", "csv")
    if row.seal is None or form not in exports.FORMATS:
        raise Http404
    by = actor_of(request)
    audit.record("reports.lines.exported", row, by=by, division_path=row.division.path, period=period, lines=row.seal.line_count)
    if row.seal.line_count > EXPORT_AT_ONCE:
        job = jobs.enqueue(
            "reports.export_lines",
            title=_("导出 %(place)s %(period)d 台账") % {"place": row.division.name, "period": period},
            by=by,
            division_path=row.division.path,
            params={"submission": str(row.uuid), "form": form},
        )
        return redirect("job_detail", uuid=job.uuid)
    response = StreamingHttpResponse(exports.text(row.seal, form), content_type=exports.FORMATS[form])
    return _file(response, exports.name_of(row, form))


def _standing(request: HttpRequest, code: str, period: int) -> Submission:
    place = place_of(request, code, period)
    try:
        return units.submission_in(actor_of(request), place, period, *REPORTING)
    except Missing:
        raise Http404 from None


def _file(response: Any, name: str) -> Any:
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
