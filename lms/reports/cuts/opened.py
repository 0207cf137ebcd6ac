"""What one number of a cut opens: at once where few lines have to be read, by a job where many; and the same as a workbook."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms.audit import services as audit
from lms.core import jobs
from lms.core.errors import BadInput, Missing, Refused
from lms.reports import drill, workbook
from lms.reports.approval.signed import signed
from lms.reports.cuts import choices, opening, rows, telling, views
from lms.reports.cuts.opening import Cell
from lms.reports.filters import said
from lms.reports.views import AT_ONCE as EXPORTED_AT_ONCE
from lms.reports.views import PAGE, as_file


def _cell(request: HttpRequest, code: str) -> Cell:
    query = request.POST if request.method == "POST" else request.GET
    try:
        return choices.cell(views.place_of(request, code), query)
    except (BadInput, Missing):
        raise Http404 from None


@require_GET
def cut_open(request: HttpRequest, code: str) -> HttpResponse:
    """Exactly as many rows as the number says, a page at a time."""
    job = request.GET.get("job", "")
    if job:
        done = views.job_here(request, views.place_of(request, code), job, "reports.cut_rows")
        cell, count, amount = rows.of_params(done.params, views.actor_of(request)), done.outcome["rows"], done.outcome["amount"]
    else:
        cell = _cell(request, code)
        try:
            opening.refuse_too_many(cell, views.AT_ONCE)
        except Refused:
            return render(request, "reports/cut_many.html", _head(cell) | {"many": _kept(request)})
        found = opening.open_cell(cell)
        count, amount = len(found), found.amount
    page = Paginator(range(count), PAGE).get_page(request.GET.get("page"))
    first = (page.number - 1) * PAGE
    if job:
        with done.result_file.open("rb") as file:
            part = opening.read_part(file, first, first + PAGE)
    else:
        part = found.part(first, first + PAGE)
    _look("reports.cut.opened", request, cell, page=page.number)
    asked, head = cell.asked, rows.opened(cell, count=count, amount=amount)
    context = _head(cell) | {
        "opened": head,
        "page_obj": page,
        "items": rows.items(cell, part, views.actor_of(request)),
        "first": first + 1,
        "export_url": f"{reverse('reports:cut_export', args=[asked.division.code])}?{choices.cell_address(cell)}",
    }
    return render(request, "reports/open.html", context)


def _head(cell: Cell) -> dict[str, Any]:
    asked = cell.asked
    place = asked.division
    back = f"{reverse('reports:cut', args=[place.code])}?{choices.address(asked)}"
    return {
        "place": place,
        "what": cell.measure,
        "learnt": cell.measure in drill.LEARNT,
        "basis": None if cell.shape == "line" else asked.basis,
        "name": rows.name_of(cell),
        "measure": telling.measures()[cell.measure],
        "back": back,
        "back_title": _("%(place)s 自定条件") % {"place": place.name},
        "period": f"{asked.start} — {asked.end}",
        "position": asked.position,
        "boundaries_on": asked.boundaries_on,
        "conditions": said(asked.having),
        "signed": signed(place, asked.start, asked.end),
        "unapproved": choices.unapproved(asked),
    }


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values]


def _look(event: str, request: HttpRequest, cell: Cell, **details: Any) -> None:
    asked = cell.asked
    audit.record(
        event,
        asked.division,
        by=views.actor_of(request),
        division_path=asked.division.path,
        what=cell.measure,
        start=asked.start.isoformat(),
        end=asked.end.isoformat(),
        split=asked.by,
        key=cell.key,
        below=cell.below,
        having=asked.conditions,
        position=asked.position,
        **details,
    )


@require_POST
def cut_rows(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of a number that many lines have to be read for: found by a job, which leads back to the page."""
    return _by_job(request, _cell(request, code), "reports.cut_rows", _("%(title)s：明细"))


@require_GET
def cut_export(request: HttpRequest, code: str) -> HttpResponse:
    """The rows as a workbook; made by a job when they are many, or have to be found among many."""
    cell = _cell(request, code)
    _look("reports.cut.rows_exported", request, cell)
    try:
        opening.refuse_too_many(cell, views.AT_ONCE)
    except Refused:
        return _by_job(request, cell, "reports.export_cut_rows", _("导出 %(title)s 的明细"))
    found = opening.open_cell(cell)
    if len(found) > EXPORTED_AT_ONCE:
        return _by_job(request, cell, "reports.export_cut_rows", _("导出 %(title)s 的明细"))
    head = rows.opened(cell, count=len(found), amount=found.amount)
    made = workbook.items_workbook(head, rows.rests_on(cell, head), rows.every_item(cell, found, views.actor_of(request)))
    return as_file(made, rows.file_name(cell, "xlsx"))


def _by_job(request: HttpRequest, cell: Cell, kind: str, title: str) -> HttpResponse:
    asked = cell.asked
    params = asked.as_params() | {"what": cell.measure, "key": cell.key, "below": cell.below}
    job = jobs.enqueue(
        kind,
        title=title % {"title": " ".join(part for part in (asked.division.name, *rows.titles(cell)) if part)},
        by=views.actor_of(request),
        division_path=asked.division.path,
        key=views.digest_key(kind, views.actor_of(request).uuid, *params.items()),
        params=params,
    )
    return redirect("job_detail", uuid=job.uuid)
