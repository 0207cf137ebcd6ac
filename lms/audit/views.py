"""Pages for auditors. Reading a record's details and exporting the trail is itself on the trail."""

from __future__ import annotations

import csv
import json
import uuid as uuids
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lms.audit import rules, selectors, services
from lms.audit.forms import WantedForm
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.actor import Actor

PER_PAGE = 50
EXPORT_LIMIT = 200_000


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    form = WantedForm(request.GET or None)
    events = selectors.events_for(_actor(request), form.wanted())
    if form.is_bound and not form.is_valid():
        events = events.none()
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    _name(page.object_list)
    return render(request, "audit/event_list.html", {"page_obj": page, "form": form, "query": request.GET.urlencode()})


def _name(events: list[AuditEvent]) -> None:
    names = selectors.actor_names(events)
    for event in events:
        event.actor_name = names.get(event.actor_uuid, event.actor_label)  # type: ignore[attr-defined]


@require_GET
def event_detail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    actor = _actor(request)
    event = get_object_or_404(selectors.events_for(actor), uuid=uuid)
    _name([event])
    same = list(selectors.events_for(actor, selectors.Wanted(record=event.record_uuid))[:20]) if event.record_uuid else []
    _name(same)
    details = [
        (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for key, value in event.details.items()
    ]
    return render(request, "audit/event_detail.html", {"event": event, "details": details, "same": same})


@require_GET
def event_export(request: HttpRequest) -> HttpResponseBase:
    """What the list shows, as CSV that Chinese Excel opens and that carries no formula."""
    form = WantedForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        return event_list(request)
    actor = _actor(request)
    events = selectors.events_for(actor, form.wanted())
    asked = {key: value for key, value in request.GET.items() if value and key in form.fields}
    services.record(
        "audit.trail.exported", by=actor, record_label="audit.auditevent", asked=asked, rows=min(events.count(), EXPORT_LIMIT)
    )
    response = StreamingHttpResponse(_lines(events), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{clock.today():%Y%m%d}.csv"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(events: Any) -> Iterator[str]:
    writer = csv.writer(_Echo())
    heads = [_("时间"), _("用户"), _("用户编号"), _("来自"), _("做了什么"), _("记录"), _("记录编号"), _("行政区划"), _("内容")]
    yield "\ufeff" + writer.writerow(heads)
    batch: list[AuditEvent] = []
    for event in events[:EXPORT_LIMIT].iterator(chunk_size=1000):
        batch.append(event)
        if len(batch) == 1000:
            yield from _written(writer, batch)
            batch = []
    yield from _written(writer, batch)


def _written(writer: Any, batch: list[AuditEvent]) -> Iterator[str]:
    _name(batch)
    for event in batch:
        cells = [
            timezone.localtime(event.happened_at).strftime("%Y-%m-%d %H:%M:%S"),
            event.actor_name,  # type: ignore[attr-defined]
            str(event.actor_uuid),
            event.address or "",
            event.verb,
            event.record_label,
            str(event.record_uuid or ""),
            event.division_path,
            json.dumps(event.details, ensure_ascii=False),
        ]
        yield writer.writerow([rules.safe_cell(cell) for cell in cells])
