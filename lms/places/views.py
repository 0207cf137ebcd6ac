"""Pages of places: divisions, organisations and stations of one's own subtree, and the picker's search."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, LmsError, Missing
from lms.core.roles import OFFICE
from lms.places import selectors, services
from lms.places.forms import ClosingForm, OperatorForm, OrganisationForm, StationForm
from lms.places.models import Division, Organisation, OrganisationKind, Station, Tier

PER_PAGE = 30


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _day(request: HttpRequest) -> dt.date | None:
    """``?on=`` as a day; today when it is absent or no date."""
    try:
        return parse_date(request.GET.get("on", ""))
    except ValueError:
        return None


@require_GET
def division_search(request: HttpRequest) -> JsonResponse:
    """What the picker asks while somebody types. The list of divisions is public knowledge."""
    levels = [int(level) for level in request.GET.get("levels", "").split(",") if level.isdigit()]
    within = None
    if request.GET.get("within"):
        try:
            within = selectors.division_by_code(request.GET["within"])
        except BadInput:
            return JsonResponse({"results": []})
    text = request.GET.get("q", "")[:60]
    found = selectors.search_divisions(text, within=within, levels=levels or None, on=_day(request), limit=12)
    rows = [{"code": d.code, "name": d.name, "full_name": d.full_name, "level": d.level} for d in found]
    return JsonResponse({"results": rows}, json_dumps_params={"ensure_ascii": False})


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    division = selectors.home_of(_actor(request))
    if division is None:
        raise Http404
    return redirect("places:division_detail", code=division.code)


@require_GET
def division_detail(request: HttpRequest, code: str) -> HttpResponse:
    on = _day(request)
    actor = _actor(request)
    try:
        division = selectors.division_in_scope(actor, code, on=on)
    except Missing:
        raise Http404 from None
    day = on or clock.today()
    tiers = selectors.stations_by_tier(division, on=day)
    children = list(selectors.children_of(division, on=day))
    context = {
        "division": division,
        "day": day,
        "is_today": on is None,
        "ancestors": [a for a in selectors.ancestors(division) if actor.covers(a.path)],
        "children": _with_counts(children),
        "changes": selectors.changes_of(division),
        "tiers": [(label, tiers.get(tier, 0)) for tier, label in Tier.choices],
        "tiers_total": sum(tiers.values()),
        "organisations": Organisation.objects.filter(division__path__startswith=division.path, closed_on__isnull=True).count(),
    }
    return render(request, "places/division_detail.html", context)


def _with_counts(children: list[Division]) -> list[dict[str, Any]]:
    """Children with what lies in their subtrees; one query for each kind, whatever the number of children."""
    paths = {child.path: {"division": child, "organisations": 0, "stations": 0} for child in children}
    if not paths:
        return []
    inside = Q()
    for path in paths:
        inside |= Q(division__path__startswith=path)
    for model, key in ((Organisation, "organisations"), (Station, "stations")):
        open_rows = model._default_manager.filter(inside, closed_on__isnull=True)
        for path, count in open_rows.values_list("division__path").annotate(n=Count("id")).values_list("division__path", "n"):
            for child_path, row in paths.items():
                if path.startswith(child_path):
                    row[key] += count  # type: ignore[operator]
    return list(paths.values())


def _narrowed(request: HttpRequest, rows: Any) -> tuple[Any, dict[str, Any]]:
    """The list filters that organisations and stations share: name, division, open or closed."""
    text, code, state = request.GET.get("q", "").strip(), request.GET.get("division", "").strip(), request.GET.get("state", "open")
    if text:
        rows = rows.filter(name__contains=text[:60])
    if code:
        try:
            rows = rows.filter(division__path__startswith=selectors.division_by_code(code.split()[0]).path)
        except BadInput:
            rows = rows.none()
    if state != "all":
        rows = rows.filter(closed_on__isnull=state != "closed")
    return rows, {"q": text, "division": code, "state": state}


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


@require_GET
def organisation_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _narrowed(request, selectors.organisations_in(_actor(request)))
    kind = request.GET.get("kind", "")
    if kind:
        rows = rows.filter(kind=kind)
    page = _page(request, rows.order_by("division__path", "name"))
    context = {
        "page_obj": page,
        "asked": {**asked, "kind": kind},
        "kinds": OrganisationKind.choices,
        "may_write": _may_write(request),
    }
    return render(request, "places/organisation_list.html", context)


def _may_write(request: HttpRequest) -> bool:
    return _actor(request).has(*OFFICE)


@require_http_methods(["GET", "POST"])
def organisation_create(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    form.fields["division"].narrow(actor=_actor(request), roles=OFFICE)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            organisation = services.create_organisation(by=_actor(request), **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("机构已登记。"))
            return redirect("places:organisation_detail", uuid=organisation.uuid)
    return render(request, "places/organisation_form.html", {"form": form})


def _organisation(request: HttpRequest, uuid: uuids.UUID, *roles: str) -> Organisation:
    return get_object_or_404(selectors.organisations_in(_actor(request), *roles), uuid=uuid)


@require_GET
def organisation_detail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    organisation = _organisation(request, uuid)
    context = {
        "organisation": organisation,
        "spells": organisation.operates.select_related("station", "station__division").order_by("-started_on"),
        "services": organisation.services_in.select_related("division").order_by("-started_on"),
        "posts": organisation.posts.select_related("station").order_by(F("closed_on").asc(nulls_first=True), "opened_on")[:200],
        "form": ClosingForm(initial={"closed_on": clock.today()}),
        "may_write": _actor(request).covers(organisation.division.path, *OFFICE),
    }
    return render(request, "places/organisation_detail.html", context)


@require_POST
def organisation_close(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    organisation = _organisation(request, uuid, *OFFICE)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写最后一天。"))
    else:
        try:
            services.close_organisation(organisation=organisation, by=_actor(request), **form.cleaned_data)
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("机构已关闭。"))
    return redirect("places:organisation_detail", uuid=organisation.uuid)


@require_GET
def station_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _narrowed(request, selectors.stations_in(_actor(request)))
    tier = request.GET.get("tier", "")
    if tier.isdigit():
        rows = rows.filter(tier=int(tier))
    page = _page(request, rows.order_by("division__path", "tier", "name"))
    context = {"page_obj": page, "asked": {**asked, "tier": tier}, "tiers": Tier.choices, "may_write": _may_write(request)}
    return render(request, "places/station_list.html", context)


@require_http_methods(["GET", "POST"])
def station_create(request: HttpRequest) -> HttpResponse:
    form = StationForm(request.POST or None, initial={"opened_on": clock.today()})
    form.fields["division"].narrow(actor=_actor(request), roles=OFFICE)  # type: ignore[attr-defined]
    form.fields["operator"].queryset = _operators(request)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            station = services.open_station(by=_actor(request), **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("社工站已登记。"))
            return redirect("places:station_detail", uuid=station.uuid)
    return render(request, "places/station_form.html", {"form": form})


def _operators(request: HttpRequest) -> Any:
    return selectors.organisations_in(_actor(request)).filter(closed_on__isnull=True).order_by("name")


def _station(request: HttpRequest, uuid: uuids.UUID, *roles: str) -> Station:
    return get_object_or_404(selectors.stations_in(_actor(request), *roles), uuid=uuid)


@require_GET
def station_detail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    station = _station(request, uuid)
    operator_form = OperatorForm(initial={"started_on": clock.today()})
    operator_form.fields["organisation"].queryset = _operators(request)  # type: ignore[attr-defined]
    context = {
        "station": station,
        "spells": station.operators.select_related("organisation").order_by("-started_on"),
        "posts": station.posts.order_by(F("closed_on").asc(nulls_first=True), "opened_on"),
        "form": ClosingForm(initial={"closed_on": clock.today()}),
        "operator_form": operator_form,
        "may_write": _actor(request).covers(station.division.path, *OFFICE),
    }
    return render(request, "places/station_detail.html", context)


@require_POST
def station_close(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    station = _station(request, uuid, *OFFICE)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写最后一天。"))
    else:
        try:
            services.close_station(station=station, by=_actor(request), **form.cleaned_data)
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("社工站已关闭。"))
    return redirect("places:station_detail", uuid=station.uuid)


@require_POST
def station_operator(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    station = _station(request, uuid, *OFFICE)
    form = OperatorForm(request.POST)
    form.fields["organisation"].queryset = _operators(request)  # type: ignore[attr-defined]
    if not form.is_valid():
        messages.error(request, _("请选择运营方并填写开始日期。"))
    else:
        try:
            services.set_operator(station=station, by=_actor(request), **form.cleaned_data)
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("运营方已更新。"))
    return redirect("places:station_detail", uuid=station.uuid)
