"""Pages of items coming in from a file and going out into one: upload, what was understood item by item, confirmation, export."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exams import selectors, services
from exams.exchange import excel, formats
from exams.exchange_forms import ExportForm, ImportForm
from exams.models import ItemBank, ItemImport
from exams.picture_selectors import picture_for
from exams.services import exchange, exporting
from exams.shown_imports import shown
from exams.states import AUTHORS, ImportState, ImportVerdict
from exams.views.common import found
from lms.core import jobs
from lms.core.errors import LmsError, Missing

AT_ONCE = 300  # a larger bank is written by a job


def _bank(request: HttpRequest, bank: uuid.UUID) -> ItemBank:
    """A bank in which the actor writes items."""
    row = selectors.bank_in(request.actor, bank)  # type: ignore[attr-defined]
    if not request.actor.covers(row.path, *AUTHORS):  # type: ignore[attr-defined]
        raise Missing(_("没有找到。"))
    return row


def _import(request: HttpRequest, item_import: uuid.UUID) -> ItemImport:
    row = selectors.import_in(request.actor, item_import)  # type: ignore[attr-defined]
    if not request.actor.covers(row.bank.path, *AUTHORS):  # type: ignore[attr-defined]
        raise Missing(_("没有找到。"))
    return row


@require_http_methods(["GET", "POST"])
@found
def import_upload(request: HttpRequest, bank: uuid.UUID) -> HttpResponse:
    row = _bank(request, bank)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.upload_items(bank=row, by=request.actor, **form.content())  # type: ignore[attr-defined]
        except Missing:
            raise
        except LmsError as error:
            form.add_error("file", str(error))
        else:
            return redirect("exams:import", item_import=made.uuid)
    recent = row.imports.order_by("-created_at")[:8]
    return render(request, "exams/office/import_form.html", {"form": form, "bank": row, "recent": recent})


@require_GET
@found
def import_detail(request: HttpRequest, item_import: uuid.UUID) -> HttpResponse:
    """What was understood of a file, item by item as a candidate sees it, and what was not and why."""
    row = _import(request, item_import)
    verdict = request.GET.get("verdict", "")
    rows = row.rows.select_related("item")
    if verdict in ImportVerdict.values:
        rows = rows.filter(verdict=verdict)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    counts = exchange.counts_of(row)
    context = {
        "item_import": row,
        "bank": row.bank,
        "format": formats.FORMATS[row.format].label if row.format else "",
        "counts": counts,
        "wanted": row.rows.filter(wanted=True).count() if row.state == ImportState.READY else 0,
        "tabs": [(one.value, one.label, counts[one.value]) for one in ImportVerdict],
        "verdict": verdict,
        "page_obj": page,
        "listed": [shown(one, row) for one in page],
        "skipped": row.skipped,
        "job": row.enter_job or row.read_job,
        "is_busy": row.state in (ImportState.READING, ImportState.ENTERING),
    }
    return render(request, "exams/office/import.html", context)


@require_POST
@found
def import_act(request: HttpRequest, item_import: uuid.UUID, act: str) -> HttpResponse:
    """Keep the ticks of a page, enter what is chosen, or give up."""
    row, actor = _import(request, item_import), request.actor  # type: ignore[attr-defined]
    try:
        if act in {"choose", "confirm"} and request.POST.getlist("shown"):
            services.choose_rows(item_import=row, shown=_numbers(request, "shown"), ticked=_numbers(request, "row"), by=actor)
        if act == "confirm":
            services.confirm_import(item_import=row, by=actor)
        elif act == "discard":
            services.discard_import(item_import=row, by=actor)
            messages.success(request, _("已放弃，题库没有改动。"))
            return redirect("exams:bank", bank=row.bank.uuid)
        elif act == "choose":
            messages.success(request, _("选择已保存。"))
        else:
            raise Missing(_("没有找到。"))
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    address = reverse("exams:import", args=[item_import])
    kept = request.POST.get("at", "") if act == "choose" else ""
    return redirect(f"{address}?page={int(kept)}" if kept.isdigit() else address)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    return [int(text) for text in request.POST.getlist(name) if text.isdigit() and len(text) < 8]


@require_GET
def import_template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return _file(excel.template(), _("试题导入模板.xlsx"), formats.FORMATS["excel"].mime)


@require_http_methods(["GET", "POST"])
@found
def export(request: HttpRequest, bank: uuid.UUID) -> HttpResponse:
    """Choose a format; what does not fit is said before the file is handed out."""
    row, actor = _bank(request, bank), request.actor  # type: ignore[attr-defined]
    form = ExportForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "bank": row, "fitting": exporting.fitting(row)}
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["format"]
        if row.items.count() > AT_ONCE:
            job = jobs.enqueue(
                "exams.export_items",
                title=_("导出题库：%(bank)s") % {"bank": row.name},
                by=actor,
                params={"bank": str(row.uuid), "format": code},
                division_path=row.path,
            )
            return redirect("job_detail", uuid=job.uuid)
        try:
            written = services.export_items(bank=row, code=code, by=actor)
        except Missing:
            raise
        except LmsError as error:
            form.add_error("format", str(error))
        else:
            chosen = formats.FORMATS[code]
            if "agreed" in request.POST or not (written.left_out or written.lost):
                return _file(written.content, exporting.file_name(row, code), chosen.mime)
            lost = [(formats.EXTRAS[name], count) for name, count in written.lost.items()]
            context.update(written=written, chosen=chosen, lost=lost)
    return render(request, "exams/office/export.html", context)


@require_GET
@found
def picture(request: HttpRequest, code: str) -> HttpResponseBase:
    """A picture of an item, for those who may see the item."""
    row = picture_for(request.actor, code)  # type: ignore[attr-defined]
    response = FileResponse(row.file.open("rb"), content_type=row.mime)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _file(content: bytes, name: str, mime: str) -> HttpResponse:
    response = HttpResponse(content, content_type=mime if mime != "text/plain" else "text/plain; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response
