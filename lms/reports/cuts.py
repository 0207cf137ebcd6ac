"""A cut of the reader's own: any days, any dimension, narrowed by others, in the boundaries of then or of now.

Shown at once where the lines are few; folded by a job where they are many, and shown here when it is done.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid as uuids
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms.accounts.roles import REPORTING
from lms.audit import services as audit
from lms.core import clock, jobs
from lms.core import selectors as core
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import selectors as ledger
from lms.ledger.kinds import MODE_LABELS
from lms.ledger.models import CountingBasis, Line, LineTag
from lms.ledger.rules import AGE_BANDS
from lms.people.models import Sex
from lms.people.vocabularies import EDUCATION_LEVELS, ETHNIC_GROUPS
from lms.places.models import Division
from lms.places.selectors import ancestors, division_in_scope
from lms.programmes.models import Category, Programme
from lms.reports import asking, cutting, forms, stating, workbook
from lms.reports.dimensions import ALL, TAGS, age_label, label, shown_names, title_of
from lms.reports.filters import NONE, Having
from lms.reports.views import as_file
from lms.reports.wording import known

AT_ONCE = 20_000  # lines that are folded while the reader waits; more is a job
MOST_CHOICES = 300


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for, understood."""

    start: dt.date
    end: dt.date
    by: str
    basis: CountingBasis
    boundaries_on: dt.date | None
    having: Having


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _place(request: HttpRequest, code: str) -> Division:
    try:
        return division_in_scope(_actor(request), code, *REPORTING)
    except Missing:
        raise Http404 from None


def _wish(query: QueryDict) -> Wish:
    """Raises one sentence for what cannot be understood."""
    start, end = asking.period(query.get("from", ""), query.get("to", ""))
    return Wish(
        start=start,
        end=end,
        by=query.get("by", "") if query.get("by", "") in ALL else "division",
        basis=asking.basis(forms.asked(query).basis.code, end),
        boundaries_on=asking.boundaries(query.get("boundaries")),
        having=asking.having(query.getlist("having")),
    )


@require_GET
def cut(request: HttpRequest, code: str) -> HttpResponse:
    """The form, and below it what it asks for: every measure as a table and a chart, to be downloaded."""
    place = _place(request, code)
    asked = forms.asked(request.GET)
    context: dict[str, Any] = {
        "place": place,
        "asked": asked,
        "typed": request.GET,
        "start": request.GET.get("from") or asked.span.start.isoformat(),
        "end": request.GET.get("to") or min(asked.span.end, clock.today()).isoformat(),
        "by": request.GET.get("by") or asked.by,
        "chosen": request.GET.getlist("having"),
    }
    job = request.GET.get("job", "")
    if job:
        context |= _of_job(request, place, job)
    elif "from" in request.GET:
        try:
            wish = _wish(request.GET)
            stating.refuse_too_many(place, wish.start, wish.end, cutting.KINDS, AT_ONCE)
        except BadInput as error:
            messages.error(request, str(error))
        except Refused:
            context["many"] = [(name, value) for name, values in request.GET.lists() for value in values]
        else:
            told = cutting.payload(_fold(place, wish))
            form = request.GET.get("format", "")
            if form in ("xlsx", "csv", "json"):
                return _download(request, place, told, wish.basis, form)
            context |= _shown(place, told, wish.basis)
            context["downloads"] = [(form, f"?{_query(request.GET, format=form)}") for form in ("xlsx", "csv", "json")]
    context |= {
        "bases": ledger.bases_on(asked.span.end),
        "dimensions": [(by, title_of(by)) for by in ALL],
        "filters": _filters(place),
    }
    return render(request, "reports/cut.html", context)


def _query(query: QueryDict, **changes: str) -> str:
    kept = [(name, value) for name, values in query.lists() if name not in changes for value in values if value]
    return urlencode([*kept, *((name, value) for name, value in changes.items() if value)])


def _fold(place: Division, wish: Wish) -> Any:
    return cutting.cut(
        division=place,
        start=wish.start,
        end=wish.end,
        basis=wish.basis,
        position=ledger.position_of(None),
        by=wish.by,
        boundaries_on=wish.boundaries_on,
        having=wish.having,
    )


def _of_job(request: HttpRequest, place: Division, job: str) -> dict[str, Any]:
    """The cut that a job of the reader's own has folded. Somebody else's, or of another division, is missing."""
    try:
        found = core.job_of(_actor(request), uuids.UUID(job))
    except (ValueError, Missing):
        raise Http404 from None
    told = found.outcome.get("cut")
    basis = CountingBasis.objects.filter(pk=found.params.get("basis")).first()
    is_ours = found.kind == "reports.custom_cut" and found.division_path == place.path and core.may_fetch(_actor(request), found)
    if not is_ours or told is None or basis is None:
        raise Http404
    download = [("xlsx", reverse("job_result", args=[found.uuid]))] if found.result_file else []
    return _shown(place, told, basis) | {
        "start": told["from"],
        "end": told["to"],
        "by": told["by"],
        "chosen": told["having"],
        "downloads": download,
    }


def _shown(place: Division, told: dict[str, Any], basis: CountingBasis) -> dict[str, Any]:
    """A payload as the page shows it."""
    titles = cutting.measures()
    rows = told["rows"]
    numbers = {name: [row[name] for row in rows] for name in ("person_times", "persons")}
    query = [("from", told["from"]), ("to", told["to"]), ("by", told["by"]), ("basis", basis.code)]
    query += [("having", each) for each in told["having"]] + [("boundaries", told["boundaries_on"] or "then")]
    return {
        "told": told,
        "basis": basis,
        "heads": titles.values(),
        "rows": [(row, _cells(row, titles), [(inner, _cells(inner, titles)) for inner in row.get("below", ())]) for row in rows],
        "total": _cells(told["total"], titles),
        "first_column": title_of(told["by"]),
        "conditions": cutting.conditions(told["having"]),
        "query": urlencode(query),
        "unapproved": f"{reverse('reports:unapproved', args=[place.code])}?{urlencode(query[:2])}",
        "chart": {
            "names": [row["name"] for row in rows],
            "series": [{"name": titles[name], "values": values} for name, values in numbers.items()],
        },
    }


def _cells(row: dict[str, Any], titles: dict[str, str]) -> list[tuple[str, Any]]:
    return [(title, Decimal(row[name]) if isinstance(row[name], str) else row[name]) for name, title in titles.items()]


def _download(request: HttpRequest, place: Division, told: dict[str, Any], basis: CountingBasis, form: str) -> HttpResponse:
    audit.record(
        "reports.cut.exported",
        place,
        by=_actor(request),
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
        return as_file(b"\xef\xbb\xbf" + cutting.as_csv(told).encode(), name, "text/csv; charset=utf-8")
    return as_file(cutting.as_json(told).encode(), name, "application/json")


@require_POST
def custom(request: HttpRequest, code: str) -> HttpResponse:
    """A cut over many lines: folded by a job, which the reader is led to and which leads back here."""
    place = _place(request, code)
    try:
        wish = _wish(request.POST)
    except BadInput as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('reports:cut', args=[place.code])}?{forms.asked(request.POST).query()}")
    position = ledger.position_of(None)
    having = [":".join(each) for each in wish.having]
    boundaries = wish.boundaries_on.isoformat() if wish.boundaries_on else ""
    parts = (_actor(request).uuid, place.code, wish.start, wish.end, wish.basis.pk, wish.by, boundaries, having, position)
    job = jobs.enqueue(
        "reports.custom_cut",
        title=_("%(place)s %(start)s 至 %(end)s 培训台账") % {"place": place.name, "start": wish.start, "end": wish.end},
        by=_actor(request),
        division_path=place.path,
        key=digest_key("reports.custom", *parts),
        params={
            "division": place.code,
            "start": wish.start.isoformat(),
            "end": wish.end.isoformat(),
            "basis": wish.basis.pk,
            "by": wish.by,
            "position": position,
            "boundaries": boundaries,
            "having": having,
        },
    )
    return redirect("job_detail", uuid=job.uuid)


def _filters(place: Division) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(dimension, its title, [(condition, label)]) of everything a cut can be narrowed to."""
    own = Q(division__isnull=True) | Q(division__path__startswith=place.path) | Q(division__in=ancestors(place))
    used = {
        name: list(model._default_manager.filter(own).order_by("name").values_list("code", "name")[:MOST_CHOICES])
        for name, model in (("category", Category), ("programme", Programme))
    }
    found: dict[str, list[tuple[str, str]]] = {
        "mode": [(str(code), str(name)) for code, name in MODE_LABELS.items()],
        **used,
        "sex": [(str(code), str(name)) for code, name in Sex.choices],
        "ethnic": ETHNIC_GROUPS.choices(),
        "education": [(code, known(name)) for code, name in EDUCATION_LEVELS.choices()],
        "age": [(f"{low:02}", age_label(f"{low:02}")) for low in AGE_BANDS],
        **tags_in(place),
    }
    return [(name, title_of(name), _options(name, choices)) for name, choices in found.items() if choices]


def _options(name: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    none = [] if name == "mode" else [(NONE, label("", name))]
    return [(f"{name}:{code}", text) for code, text in [*choices, *none]]


def tags_in(place: Division) -> dict[str, list[tuple[str, str]]]:
    """Funders, by their names, and topics that stand on lines of the division."""
    tags = LineTag.objects.filter(name__in=TAGS, line__in=Line.objects.within(place))
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in TAGS}
    names = {name: shown_names(name) for name in TAGS}
    for name, code in tags.order_by("name", "code").values_list("name", "code").distinct()[: 2 * MOST_CHOICES]:
        found[name].append((code, names[name].get(code, code)))
    return found


def digest_key(kind: str, *parts: object) -> str:
    """A job's key of any parts, short enough to be kept."""
    return f"{kind}:{hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()}"
