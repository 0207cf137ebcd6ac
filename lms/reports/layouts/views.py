"""Pages of layouts: which there are, a new one, one filled, one ended, the sample."""

from __future__ import annotations

import re
import uuid as uuids
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.accounts.roles import OFFICE, REPORTING
from lms.core.actor import Actor
from lms.core.errors import BadInput, LmsError, Missing
from lms.core.workbooks import XLSX
from lms.places.models import Division
from lms.places.selectors import ancestors, division_in_scope
from lms.reports import asking
from lms.reports.approval import units
from lms.reports.layouts import services
from lms.reports.layouts.package import MOST_BYTES
from lms.reports.layouts.sample import sample as made_sample
from lms.reports.layouts.template import Unfit
from lms.reports.models import Layout

_MONTH = re.compile(r"^(\d{4})-?(0[1-9]|1[0-2])$")


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _place(request: HttpRequest, code: str) -> Division:
    try:
        return division_in_scope(_actor(request), code, *REPORTING)
    except Missing:
        raise Http404 from None


def _layout(place: Division, uuid: uuids.UUID) -> Layout:
    found = services.layouts_for(place).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def layouts(request: HttpRequest, code: str) -> HttpResponse:
    """The layouts a division may use; those who keep its records add one here. A refused one is answered fault by fault."""
    place, actor, faults = _place(request, code), _actor(request), []
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise BadInput(_("请选择文件。"))
            content = upload.read(MOST_BYTES + 1)
            row = services.keep_layout(division=place, name=request.POST.get("name", ""), content=content, by=actor)
        except Unfit as error:
            faults = error.faults
        except Missing:
            raise Http404 from None
        except LmsError as error:
            faults = [str(error)]
        else:
            said = _("已保存版式“%(name)s”，共 %(n)d 个占位符。")
            messages.success(request, said % {"name": row.name, "n": row.placeholders})
            return redirect("reports:layouts", code=place.code)
    chosen = _MONTH.match(request.GET.get("period", ""))
    month = "-".join(chosen.groups()) if chosen else f"{units.latest_over() // 100}-{units.latest_over() % 100:02}"
    context: dict[str, Any] = {
        "division": place,
        "above": [a for a in ancestors(place) if actor.covers(a.path, *REPORTING)],
        "layouts": [(row, actor.covers(row.division.path, *OFFICE)) for row in services.layouts_for(place)],
        "may_keep": actor.covers(place.path, *OFFICE),
        "month": month,
        "faults": faults,
        "typed": request.POST.get("name", ""),
    }
    return render(request, "reports/layouts.html", context)


@require_POST
def fill(request: HttpRequest, code: str, uuid: uuids.UUID) -> HttpResponse:
    """A job fills the layout; the reader is led to it."""
    place = _place(request, code)
    layout = _layout(place, uuid)
    try:
        first, last = _months(request.POST.get("from", ""), request.POST.get("to", ""))
        position = asking.position(request.POST.get("as_of", "").strip() or None)
        job = services.fill_layout(layout=layout, division=place, first=first, last=last, position=position, by=_actor(request))
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("reports:layouts", code=place.code)
    return redirect("job_detail", uuid=job.uuid)


def _months(start: str, end: str) -> tuple[int, int]:
    found = [_MONTH.match(text.strip()) for text in (start, end or start)]
    first, last = (int(match[1] + match[2]) if match else 0 for match in found)
    if not first or not last:
        raise BadInput(_("月份请写成 2022-03 的样子。"))
    if first > last or first // 100 < 1900 or last // 100 > 2999:
        raise BadInput(_("起始月份晚于结束月份。"))
    return first, last


@require_POST
def end(request: HttpRequest, code: str, uuid: uuids.UUID) -> HttpResponse:
    place = _place(request, code)
    try:
        row = services.end_layout(layout=_layout(place, uuid), by=_actor(request))
    except Missing:
        raise Http404 from None
    messages.success(request, _("已停用版式“%(name)s”。") % {"name": row.name})
    return redirect("reports:layouts", code=place.code)


@require_GET
def original(request: HttpRequest, code: str, uuid: uuids.UUID) -> HttpResponse:
    """The layout as it was uploaded, byte for byte."""
    row = _layout(_place(request, code), uuid)
    with row.file.open("rb") as handle:
        return _file(handle.read(), f"{row.name}.xlsx")


@require_GET
def sample(request: HttpRequest) -> HttpResponse:
    return _file(made_sample(), "示例版式.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(get_valid_filename(name))}"
    return response
