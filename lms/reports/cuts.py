"""The page that asks for a cut of its own: any days, any dimension, one funder or topic, the boundaries of then or of now."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lms.accounts.roles import REPORTING
from lms.core import clock
from lms.core.errors import Missing
from lms.ledger import selectors as ledger
from lms.ledger.models import Line, LineTag
from lms.places.models import Division
from lms.places.selectors import division_in_scope
from lms.reports import forms
from lms.reports.dimensions import ALL, TAGS, title_of


@require_GET
def cut(request: HttpRequest, code: str) -> HttpResponse:
    """The form; what it asks for is folded from the lines by a job."""
    try:
        place = division_in_scope(request.actor, code, *REPORTING)  # type: ignore[attr-defined]
    except Missing:
        raise Http404 from None
    asked = forms.asked(request.GET)
    context = {
        "place": place,
        "asked": asked,
        "until": min(asked.span.end, clock.today()),
        "bases": ledger.bases_on(asked.span.end),
        "dimensions": [(by, title_of(by)) for by in ALL],
        "tags": tags_in(place),
    }
    return render(request, "reports/cut.html", context)


def tags_in(place: Division) -> list[tuple[str, str]]:
    """(name:code, label) of the funders and topics that stand on lines of the division."""
    tags = LineTag.objects.filter(name__in=TAGS, line__in=Line.objects.within(place))
    found = tags.order_by("name", "code").values_list("name", "code").distinct()
    return [(f"{name}:{code}", _("%(what)s：%(code)s") % {"what": title_of(name), "code": code}) for name, code in found]


def digest_key(kind: str, *parts: object) -> str:
    """A job's key of any parts, short enough to be kept."""
    return f"{kind}:{hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()}"
