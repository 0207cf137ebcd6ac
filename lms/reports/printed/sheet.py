"""What the printed report says, and its PDF: the signed payload where there is one, else the figures as known now, marked so."""

from __future__ import annotations

import json
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lms.core import pdf, positions
from lms.ledger import selectors as ledger
from lms.ledger.rules import first_day, last_day
from lms.places.models import Division, Level
from lms.reports.approval import comparing, names, pages, payloads
from lms.reports.approval.signed import signed
from lms.reports.dimensions import title_of
from lms.reports.models import Submission
from lms.reports.states import Status


def content_of(place: Division, period: int, submission: Submission | None) -> dict[str, Any]:
    """Everything the page shows, as plain values; the same lines give the same content."""
    end = last_day(period)
    basis = submission.basis if submission else ledger.default_basis(end)
    position = submission.closing_position if submission else positions.closed()
    if submission:
        content, found = submission.content, comparing.compare(place, period, basis=basis, submission=submission)
    else:
        content, found = json.loads(payloads.make(place, period, basis=basis, position=position, rests_on=[])), None
    who = names.of_submissions([submission] if submission else [])
    below = pages.below(place, period)
    return {
        "place": place,
        "label": pages.period_label(period),
        "start": first_day(period),
        "end": end,
        "basis": basis,
        "position": position,
        "known_at": timezone.localtime(submission.submitted_at) if submission else ledger.moment_of(position),
        "submission": submission,
        "state": Status(submission.status).label if submission else _("未报送，仅供核对"),
        "entered_by": who.get(submission.submitted_by, "") if submission else "",
        "accepted_by": who.get(submission.accepted_by, "") if submission and submission.accepted_by else "",
        "locked_by": who.get(submission.locked_by, "") if submission and submission.locked_by else "",
        "figures": content,
        "tables": _tables(content),
        "changed": [row for row in found.rows if row.difference and row.difference.any] if found else [],
        "found": found,
        "below": len(below),
        "below_done": sum(u.submission is not None and u.submission.status in (Status.ACCEPTED, Status.LOCKED) for u in below),
        "signed": signed(place, first_day(period), end).state[1] if place.level < Level.COUNTY else "",
        "seal": submission.seal if submission else None,
        "demo": settings.LMS_DEMO,
    }


def _tables(signed: dict[str, Any]) -> list[dict[str, Any]]:
    """One table by division, with bars; one for each further split."""
    rows = [row for row in signed["rows"] if any(row[name] not in (0, "0.00") for name in payloads.COMPARED)]
    most = max((row["person_times"] for row in rows), default=0) or 1
    shown = [row | {"bar": 100 * row["person_times"] // most} for row in rows]
    without = len(signed["rows"]) - len(rows)
    tables: list[dict[str, Any]] = [
        {"title": _("分地区"), "head": title_of("division"), "rows": shown, "empty": without, "bars": True}
    ]
    for by, found in signed["splits"].items():
        tables.append({"title": _("按%(what)s") % {"what": title_of(by)}, "head": title_of(by), "rows": found})
    return tables


def html(content: dict[str, Any]) -> str:
    """The whole page in the source language, its styles within it."""
    with translation.override("zh-hans"):
        if content["seal"]:
            address = settings.BASE_URL.rstrip("/") + reverse("reports:seal", args=[content["seal"].root])
            content = content | {"address": address, "qr": segno.make(address, error="m").svg_inline(border=0, omitsize=True)}
        return render_to_string("reports/print/month.html", content)


def content_in_chinese(place: Division, period: int, submission: Submission | None) -> dict[str, Any]:
    with translation.override("zh-hans"):
        return content_of(place, period, submission)


def pdf_of(content: dict[str, Any]) -> bytes:
    return pdf.render(html(content))


def render(place: Division, period: int, submission: Submission | None) -> tuple[bytes, dict[str, Any]]:
    """The PDF, and what stands in it."""
    content = content_in_chinese(place, period, submission)
    return pdf_of(content), content
