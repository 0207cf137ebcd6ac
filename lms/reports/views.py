"""Pages of figures: a division's page, what a figure opens, the lines behind one person-time, definitions, exports."""

from __future__ import annotations

import uuid as uuids
from typing import Any
from urllib.parse import quote, urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lms.accounts.roles import REPORTING
from lms.audit import services as audit
from lms.core import jobs
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.core.workbooks import XLSX
from lms.ledger import selectors as ledger
from lms.ledger.models import CountingBasis, HourScheme
from lms.ledger.services import Summarised, refresh_summaries
from lms.people.models import Person
from lms.places.models import Division
from lms.places.selectors import ancestors, division_in_scope, home_of
from lms.reports import drill, figures, forms, kept, tables, workbook
from lms.reports.approval.signed import signed
from lms.reports.dimensions import DIMENSIONS, title_of

PAGE = 50
NO_KEY = "-"  # in an address: the row of those without a value
AT_ONCE = 2000  # rows of an export made while the reader waits; more is a job


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _division(request: HttpRequest, code: str) -> Division:
    try:
        return division_in_scope(_actor(request), code, *REPORTING)
    except Missing:
        raise Http404 from None


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The reader's own highest division."""
    home = home_of(_actor(request), *REPORTING)
    if home is None:
        raise Http404
    return redirect("reports:division", code=home.code)


@require_GET
def division(request: HttpRequest, code: str) -> HttpResponse:
    """A province's, prefecture's or county's page: cards, one table by a dimension, its chart."""
    place = _division(request, code)
    asked = forms.asked(request.GET)
    state = tables.settled()
    context = {
        "place": place,
        "query": asked.query(),
        "above": [a for a in ancestors(place) if _actor(request).covers(a.path, *REPORTING)],
        "figures": kept.figures_text("reports/parts/figures.html", place, asked, state, lambda: _figures(place, asked, state)),
    }
    return render(request, "reports/division.html", context)


def _figures(place: Division, asked: forms.Asked, state: Summarised) -> dict[str, Any]:
    """What the page shows below its head: the same for everybody who may see the division."""
    report = tables.report(place, asked.span, asked.basis, by=asked.by, state=state)
    base = reverse("reports:division", args=[place.code])
    return {
        "report": report,
        "asked": asked,
        "years": forms.years(place, asked.span),
        "parts": forms.parts(),
        "bases": ledger.bases_on(asked.span.end),
        "tabs": [forms.Choice(by, title_of(by), f"{base}?{asked.query(by=by)}", by == asked.by) for by in DIMENSIONS],
        "open": _opener(place, asked),
        "rows": [(row, _row_links(place, asked, row)) for row in report.rows],
        "total_links": _opener(place, asked, by=""),
        "unapproved": f"{reverse('reports:unapproved', args=[place.code])}?{asked.query(by='')}",
        "first_column": title_of(asked.by),
        "chart": _chart(report),
    }


def _opener(place: Division, asked: forms.Asked, **more: str) -> dict[str, str]:
    """Addresses that open each figure of a division."""
    base = reverse("reports:open", args=[place.code])
    return {what: f"{base}?{asked.query(what=what, **more)}" for what in drill.UNITS}


def _row_links(place: Division, asked: forms.Asked, row: tables.TableRow) -> dict[str, str]:
    """Where a row's name and its numbers lead: a child's own page and figures, or this division's, narrowed by the key."""
    if asked.by == "division":
        if row.code:
            base = reverse("reports:open", args=[row.code])
            links = {what: f"{base}?{asked.query(what=what, by='')}" for what in drill.UNITS}
            links["page"] = f"{reverse('reports:division', args=[row.code])}?{asked.query()}"
            return links
        return _opener(place, asked, by="", own="1") if row.key == place.code else {}
    return _opener(place, asked, by=asked.by, key=row.key or NO_KEY)


def _chart(report: tables.Report) -> dict[str, Any]:
    """The same numbers as the table's, for the chart's script."""
    return {
        "names": [row.name for row in report.rows],
        "series": [
            {"name": _("人次"), "values": [row.person_times for row in report.rows]},
            {"name": _("人数"), "values": [row.persons for row in report.rows]},
        ],
    }


@require_GET
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The page as a workbook or as CSV: what the screen shows, and nothing else."""
    place = _division(request, code)
    asked = forms.asked(request.GET)
    report = tables.report(place, asked.span, asked.basis, by=asked.by)
    as_csv = request.GET.get("format") == "csv"
    audit.record(
        "reports.report.exported",
        place,
        by=_actor(request),
        division_path=place.path,
        period=asked.span.code,
        basis=asked.basis.code,
        split=asked.by,
        position=report.position,
    )
    name = f"{place.name}-{asked.span.code}"
    if as_csv:
        return as_file(workbook.report_csv(report), f"{name}-{title_of(asked.by)}.csv", "text/csv; charset=utf-8")
    return as_file(workbook.report_workbook(report), f"{name}.xlsx")


def as_file(content: bytes, name: str, content_type: str = XLSX) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(get_valid_filename(name))}"
    return response


def _wanted(request: HttpRequest, code: str) -> tuple[drill.Wanted, drill.Opened, forms.Asked]:
    place = _division(request, code)
    asked = forms.asked(request.GET)
    refresh_summaries(at_most=tables.REFRESH_AT_ONCE)
    by = request.GET.get("by", "")
    wanted = drill.Wanted(
        what=request.GET.get("what", "person_times"),
        division=place,
        span=asked.span,
        basis=asked.basis,
        by="" if by == "division" else by,
        key=request.GET.get("key", "")[:40].removeprefix(NO_KEY),
        own=request.GET.get("own") == "1",
    )
    try:
        return wanted, drill.open_figure(wanted), asked
    except Missing:
        raise Http404 from None


@require_GET
def open_figure(request: HttpRequest, code: str) -> HttpResponse:
    """What one figure opens: exactly as many rows as it says, a page at a time."""
    wanted, opened, asked = _wanted(request, code)
    paginator = Paginator(range(opened.count), PAGE)
    page = paginator.get_page(request.GET.get("page"))
    start = (page.number - 1) * PAGE
    rows = list(opened.rows[start : start + PAGE])
    audit.record(
        "reports.figure.opened",
        wanted.division,
        by=_actor(request),
        division_path=wanted.division.path,
        what=wanted.what,
        period=asked.span.code,
        page=page.number,
    )
    context = {
        "place": wanted.division,
        "what": wanted.what,
        "learnt": wanted.what in drill.LEARNT,
        "basis": None if opened.shape == "line" else wanted.basis,
        "opened": opened,
        "page_obj": page,
        "items": drill.items(opened, rows, _actor(request)),
        "first": start + 1,
        "back": f"{reverse('reports:division', args=[wanted.division.code])}?{asked.query()}",
        "back_title": _("%(place)s 培训台账") % {"place": wanted.division.name},
        "period": tables.period_label(asked.span),
        "signed": signed(wanted.division, wanted.start, wanted.end),
        "unapproved": f"{reverse('reports:unapproved', args=[wanted.division.code])}?{asked.query(by='')}",
        "export_url": f"{reverse('reports:export_rows', args=[wanted.division.code])}?{request.GET.urlencode()}",
    }
    return render(request, "reports/open.html", context)


@require_GET
def export_rows(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind a figure as a workbook; made by a job when they are many."""
    wanted, opened, asked = _wanted(request, code)
    actor = _actor(request)
    audit.record(
        "reports.figure.exported",
        wanted.division,
        by=actor,
        division_path=wanted.division.path,
        what=wanted.what,
        period=asked.span.code,
        rows=opened.count,
    )
    if opened.count <= AT_ONCE:
        said = workbook.rests_on(wanted.division, opened, wanted.basis, wanted.start, wanted.end)
        content = workbook.items_workbook(opened, said, drill.items(opened, list(opened.rows[:AT_ONCE]), actor))
        return as_file(content, f"{wanted.division.name}-{opened.title}-{asked.span.code}.xlsx")
    job = jobs.enqueue(
        "reports.export_rows",
        title=_("导出 %(place)s %(title)s（%(count)d 行）")
        % {"place": wanted.division.name, "title": opened.title, "count": opened.count},
        by=actor,
        division_path=wanted.division.path,
        params={
            "division": wanted.division.code,
            "what": wanted.what,
            "period": asked.span.code,
            "basis": asked.basis.pk,
            "by": wanted.by,
            "key": wanted.key,
            "own": wanted.own,
        },
    )
    return redirect("job_detail", uuid=job.uuid)


@require_GET
def evidence(request: HttpRequest, code: str, person: uuids.UUID, occasion: uuids.UUID) -> HttpResponse:
    """All lines of one human being at one occasion, corrections among them: why a person-time counts."""
    place = _division(request, code)
    actor = _actor(request)
    human = Person.objects.select_related("division").filter(uuid=person).first()
    if human is None:
        raise Http404
    try:
        lines = drill.evidence_of(actor, place, human, occasion)
    except Missing:
        raise Http404 from None
    audit.record("reports.evidence.opened", human, by=actor, division_path=place.path, occasion=occasion)
    name, masked = drill.name_for(actor, human)
    titles = drill.occasions.titles([occasion])
    context = {
        "lines": lines,
        "name": name,
        "masked": masked,
        "occasion_title": titles.get(occasion, _("（未命名）")),
        "division": place,
        "minutes": sum(line.sign * line.minutes for line in lines if line.kind in ("attended", "studied")),
    }
    return render(request, "reports/evidence.html", context)


@require_GET
def definitions(request: HttpRequest) -> HttpResponse:
    """口径说明: every figure, counting basis and hour scheme, with its source and from when it is in force."""
    context = {
        "figures": list(figures.REGISTER.values()),
        "bases": CountingBasis.objects.order_by("-is_default", "code", "valid_from"),
        "schemes": HourScheme.objects.select_related("division").order_by("-is_default", "code", "valid_from"),
        "back": f"{reverse('reports:overview')}?{urlencode({k: v for k, v in request.GET.items() if k == 'period'})}",
    }
    return render(request, "reports/definitions.html", context)
