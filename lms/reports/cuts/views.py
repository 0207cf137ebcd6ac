"""A cut of the reader's own: any days, any dimension, narrowed by others, in the boundaries of then or of now.

Shown at once where the lines are few; folded by a job where they are many, and shown here when it is done.
"""

from __future__ import annotations

import hashlib
import uuid as uuids
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms.accounts.roles import REPORTING
from lms.audit import services as audit
from lms.core import jobs
from lms.core import selectors as core
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.models import Job
from lms.ledger.models import CountingBasis
from lms.places.models import Division
from lms.places.selectors import division_in_scope
from lms.reports import forms, questions, workbook
from lms.reports.cuts import choices, folding, telling
from lms.reports.dimensions import title_of
from lms.reports.questions import Question
from lms.reports.views import as_file

AT_ONCE = 20_000  # lines that are folded while the reader waits; more is a job


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def place_of(request: HttpRequest, code: str) -> Division:
    try:
        return division_in_scope(actor_of(request), code, *REPORTING)
    except Missing:
        raise Http404 from None


@require_GET
def cut(request: HttpRequest, code: str) -> HttpResponse:
    """The form, and below it what it asks for: every measure as a table and a chart, each number opening its rows."""
    place = place_of(request, code)
    context: dict[str, Any] = {"place": place, **choices.form(place, request.GET)}
    job = request.GET.get("job", "")
    if job:
        context |= _of_job(request, place, job)
    elif "from" in request.GET:
        try:
            question = choices.asked(place, request.GET)
            question.refuse_too_many(folding.KINDS, AT_ONCE)
        except BadInput as error:
            messages.error(request, str(error))
        except Refused:
            context["many"] = [(name, value) for name, values in request.GET.lists() for value in values]
        else:
            told = telling.payload(folding.cut(question))
            form = request.GET.get("format", "")
            if form in ("xlsx", "csv", "json"):
                return _download(request, place, told, question.basis, form)
            context |= _shown(question, told)
            context["downloads"] = [(form, f"?{_query(request.GET, format=form)}") for form in ("xlsx", "csv", "json")]
    return render(request, "reports/cut.html", context)


def _query(query: QueryDict, **changes: str) -> str:
    kept = [(name, value) for name, values in query.lists() if name not in changes for value in values if value]
    return urlencode([*kept, *((name, value) for name, value in changes.items() if value)])


def job_here(request: HttpRequest, place: Division, job: str, kind: str) -> Job:
    """A job of the reader's own that is done. Somebody else's, or of another division or kind, is missing."""
    try:
        found = core.job_of(actor_of(request), uuids.UUID(job))
    except (ValueError, Missing):
        raise Http404 from None
    is_ours = found.kind == kind and found.division_path == place.path and core.may_fetch(actor_of(request), found)
    if not is_ours or found.status != Job.Status.DONE:
        raise Http404
    return found


def _of_job(request: HttpRequest, place: Division, job: str) -> dict[str, Any]:
    """The cut that a job has folded."""
    found = job_here(request, place, job, "reports.custom_cut")
    told, question = found.outcome["cut"], questions.of_params(found.params, actor_of(request), *REPORTING)
    download = [("xlsx", reverse("job_result", args=[found.uuid]))] if found.result_file else []
    return _shown(question, told) | {
        "start": told["from"],
        "end": told["to"],
        "by": told["by"],
        "chosen": told["having"],
        "downloads": download,
    }


def _shown(question: Question, told: dict[str, Any]) -> dict[str, Any]:
    """A payload as the page shows it."""
    titles = telling.measures()
    rows = told["rows"]
    numbers = {name: [row[name] for row in rows] for name in ("person_times", "persons")}

    opens = choices.opener(question)

    def cells(row: dict[str, Any], key: str | None, below: str | None = None) -> list[tuple[str, Any, str]]:
        values = [(name, title, _number(row[name])) for name, title in titles.items()]
        return [(title, value, opens(name, key, below) if value else "") for name, title, value in values]

    def inner(row: dict[str, Any]) -> list[tuple[dict[str, Any], list[tuple[str, Any, str]]]]:
        return [(each, cells(each, row["key"], each["key"])) for each in row.get("below", ())]

    return {
        "told": told,
        "basis": question.basis,
        "heads": titles.values(),
        "rows": [(row, cells(row, row["key"]), inner(row)) for row in rows],
        "total": cells(told["total"], None),
        "first_column": title_of(told["by"]),
        "conditions": telling.conditions(told["having"]),
        "query": choices.address(question),
        "unapproved": choices.unapproved(question),
        "chart": {
            "names": [row["name"] for row in rows],
            "series": [{"name": titles[name], "values": values} for name, values in numbers.items()],
        },
    }


def _number(value: int | str) -> int | Decimal:
    return Decimal(value) if isinstance(value, str) else value


def _download(request: HttpRequest, place: Division, told: dict[str, Any], basis: CountingBasis, form: str) -> HttpResponse:
    audit.record(
        "reports.cut.exported",
        place,
        by=actor_of(request),
        division_path=place.path,
        start=told["from"],
        end=told["to"],
        split=told["by"],
        having=told["having"],
        position=told["position"],
    )
    name = f"{place.name}-{told['from']}-{told['to']}-{title_of(told['by'])}.{form}"
    if form == "xlsx":
        return as_file(workbook.cut_workbook(told, basis), name)
    if form == "csv":
        return as_file(b"\xef\xbb\xbf" + telling.as_csv(told).encode(), name, "text/csv; charset=utf-8")
    return as_file(telling.as_json(told).encode(), name, "application/json")


@require_POST
def custom(request: HttpRequest, code: str) -> HttpResponse:
    """A cut over many lines: folded by a job, which the reader is led to and which leads back here."""
    place = place_of(request, code)
    try:
        question = choices.asked(place, request.POST)
    except BadInput as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('reports:cut', args=[place.code])}?{forms.asked(request.POST).query()}")
    params = question.as_params()
    job = jobs.enqueue(
        "reports.custom_cut",
        title=_("%(place)s %(start)s 至 %(end)s 培训台账") % {"place": place.name, "start": params["start"], "end": params["end"]},
        by=actor_of(request),
        division_path=place.path,
        key=digest_key("reports.custom", actor_of(request).uuid, *params.values()),
        params=params,
    )
    return redirect("job_detail", uuid=job.uuid)


def digest_key(kind: str, *parts: object) -> str:
    """A job's key of any parts, short enough to be kept."""
    return f"{kind}:{hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()}"
