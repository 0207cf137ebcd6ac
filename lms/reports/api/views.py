"""The endpoints under ``/api/v1/``: each asks the same function as the page or the command, in the token's place."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import NinjaAPI, Query

from lms.accounts.roles import REPORTING
from lms.audit import services as audit
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.ledger.rules import last_day
from lms.pipeline import selectors as pipeline
from lms.pipeline.services import catch_up
from lms.places.boundaries import children_known
from lms.reports import asking, canonical, figures, stating
from lms.reports.api import schemas
from lms.reports.api.gate import Bearer, add_handlers
from lms.reports.approval import units
from lms.reports.models import Submission
from lms.reports.states import TokenScope

LINES_A_PAGE = 500
ROLES = tuple(REPORTING)
ERRORS = {code: schemas.Problem for code in (400, 401, 403, 404, 422, 429)}

api = NinjaAPI(
    title="社会工作人才培训台账 · 只读接口 / Training ledger, read-only interface",
    version="1",
    description=(
        "与页面、命令同一套数字：口径、统计期、截至位置写在每个答案里。只读；按令牌限定地区与内容；地区以外与不存在一样是 404。\n\n"
        "The same figures as pages and commands; every answer states its basis, period and position. Read-only. A token is bound "
        "to one division and to scopes; outside it everything is the same 404 as missing."
    ),
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)
add_handlers(api)


def _actor(request: HttpRequest) -> Actor:
    return request.auth  # type: ignore[attr-defined, no-any-return]


def _said(request: HttpRequest, text: str, content_type: str = "application/json") -> HttpResponse:
    """The text, or 304 where the asker has it already."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    known = request.headers.get("If-None-Match", "")
    response = HttpResponseNotModified() if tag in known else HttpResponse(text, content_type=content_type)
    response["ETag"] = tag
    return response


def _json(request: HttpRequest, content: Any) -> HttpResponse:
    return _said(request, json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n")


@api.get(
    "/divisions/{code}/",
    url_name="divisions",
    auth=Bearer(TokenScope.FIGURES),
    response={200: list[schemas.DivisionOut], **ERRORS},
    summary="一个地区及其下一级 / A division and those right below it",
    tags=["地区 divisions"],
)
def divisions(request: HttpRequest, code: str) -> HttpResponse:
    today, position = clock.today(), positions.closed()
    place = stating.place(_actor(request), code, today, position, ROLES)
    shown = [place, *children_known(place, on=today, position=position)]
    return _json(request, [{"code": d.code, "name": d.name, "full_name": d.full_name, "level": d.level} for d in shown])


@api.get(
    "/figures/",
    url_name="figures",
    auth=Bearer(TokenScope.FIGURES),
    response={200: list[schemas.DefinitionOut], **ERRORS},
    summary="全部指标及其定义 / Every figure and its definition",
    tags=["数字 figures"],
)
def definitions(request: HttpRequest) -> HttpResponse:
    found = [
        {"what": d.form, "title": str(d.title), "unit": d.unit, "definition": str(d.meaning), "timing": d.timing}
        for d in figures.REGISTER.values()
    ]
    return _json(request, found)


def _stated(
    request: HttpRequest,
    what: str,
    division: str,
    on: str | None,
    start: str | None,
    to: str | None,
    as_of: str | None,
    basis: str | None,
) -> dict[str, Any]:
    return stating.state(
        what, division=division, on=on, start=start, end=to, as_of=as_of, basis=basis, actor=_actor(request), roles=ROLES
    )


@api.get(
    "/figures/{what}/",
    url_name="figure",
    auth=Bearer(TokenScope.FIGURES),
    response={200: schemas.FigureOut, **ERRORS},
    summary="一个数字 / One figure",
    description="存量用 on，一段时期用 from 和 to；as_of 是位置或时刻，缺省为现在。 / `on` for stocks, `from` and `to` for flows; "
    "`as_of` is a position or a moment, now by default.",
    tags=["数字 figures"],
)
def figure(
    request: HttpRequest,
    what: str,
    division: str,
    on: str | None = None,
    start: str | None = Query(None, alias="from"),
    to: str | None = None,
    as_of: str | None = None,
    basis: str | None = None,
) -> HttpResponse:
    found = _stated(request, what, division, on, start, to, as_of, basis)
    found["opens"] = len(found.pop("lines"))
    for inner in ("rows", "quantities", "people"):
        found.pop(inner, None)
    return _json(request, found)


@api.get(
    "/figures/{what}/lines/",
    url_name="figure_lines",
    auth=Bearer(TokenScope.LINES),
    response={200: schemas.LinesOut, **ERRORS},
    summary="一个数字背后的记录编号 / The identifiers of the rows behind a figure",
    description="每页 500 条；请带上第一页答案里的 position 作为 as_of，翻页时答案不变。 / 500 a page; pass the first "
    "answer's position as `as_of`, so that the pages belong together.",
    tags=["数字 figures"],
)
def figure_lines(
    request: HttpRequest,
    what: str,
    division: str,
    on: str | None = None,
    start: str | None = Query(None, alias="from"),
    to: str | None = None,
    as_of: str | None = None,
    basis: str | None = None,
    offset: int = Query(0, ge=0),
) -> HttpResponse:
    found = _stated(request, what, division, on, start, to, as_of, basis)
    lines = found["lines"]
    audit.record(
        "reports.api.lines_read", by=_actor(request), what=what, division=division, position=found["position"], offset=offset
    )
    more = offset + LINES_A_PAGE
    return _json(
        request,
        {
            "count": len(lines),
            "position": found["position"],
            "rows": found["rows"],
            "lines": lines[offset:more],
            "next": more if more < len(lines) else None,
        },
    )


@api.get(
    "/person-times/",
    url_name="person_times",
    auth=Bearer(TokenScope.FIGURES),
    response={200: schemas.PersonTimesOut, **ERRORS},
    summary="人次、人数、分钟与学时，按一个维度分列 / Person-times, persons, minutes and hours, split by one dimension",
    description="与 manage.py person_times 逐字节相同。 / Byte for byte what `manage.py person_times` prints. by: division, "
    "month, mode, category, programme, sex, ethnic, education, age, funder, topic. boundaries: then, now 或某一天 / or a day. "
    "having: topic:CODE, funder:CODE.",
    tags=["数字 figures"],
)
def person_times(
    request: HttpRequest,
    division: str,
    to: str,
    start: str = Query(..., alias="from"),
    by: str = "division",
    as_of: str | None = None,
    basis: str | None = None,
    boundaries: str | None = None,
    having: str | None = None,
    format: Literal["json", "csv"] = "json",
) -> HttpResponse:
    found = stating.split(
        division=division,
        start=start,
        end=to,
        by=by,
        as_of=as_of,
        basis=basis,
        boundaries=boundaries,
        having=having,
        actor=_actor(request),
        roles=ROLES,
    )
    if format == "csv":
        return _said(request, canonical.as_csv(found), "text/csv; charset=utf-8")
    return _said(request, canonical.as_json(found) + "\n")


@api.get(
    "/periods/{division}/",
    url_name="periods",
    auth=Bearer(TokenScope.PERIODS),
    response={200: list[schemas.PeriodOut], **ERRORS},
    summary="一个地区各月的报送、审核与封印，新的在前 / Months handed in, accepted and sealed, the newest first",
    tags=["各期 periods"],
)
def periods(request: HttpRequest, division: str) -> HttpResponse:
    place = stating.place(_actor(request), division, clock.today(), positions.closed(), ROLES)
    rows = Submission.objects.standing().filter(division=place).select_related("seal").order_by("-period")[:60]
    return _json(request, [_period(row, place.code) for row in rows])


@api.get(
    "/periods/{division}/{period}/",
    url_name="period",
    auth=Bearer(TokenScope.PERIODS),
    response={200: schemas.PeriodOut, **ERRORS},
    summary="一个地区一个月的签报数 / One month of one division, as signed",
    tags=["各期 periods"],
)
def period(request: HttpRequest, division: str, period: int) -> HttpResponse:
    units.check_period(period)
    place = stating.place(_actor(request), division, last_day(period), positions.closed(), ROLES)
    return _json(request, _period(units.submission_in(_actor(request), place, period, *ROLES), place.code))


def _period(row: Submission, code: str) -> dict[str, Any]:
    total = row.content["total"]
    return {
        "division": code,
        "period": row.period,
        "state": row.status,
        "round": row.number,
        "is_nil": row.is_nil,
        "closing_position": row.closing_position,
        "submitted_at": _moment(row.submitted_at),
        "accepted_at": _moment(row.accepted_at),
        "locked_at": _moment(row.locked_at),
        "payload_sha256": row.payload_sha256,
        "seal_root": row.seal.root if row.seal else None,
        "sealed_lines": row.seal.line_count if row.seal else None,
        "signed": {name: total[name] for name in ("person_times", "persons", "unnamed", "minutes", "hours")},
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@api.get(
    "/pipeline/{division}/",
    url_name="pipeline",
    auth=Bearer(TokenScope.PIPELINE),
    response={200: schemas.PipelineOut, **ERRORS},
    summary="某一天各阶段的人数 / How many stand in each stage on a day",
    tags=["人才转化 pipeline"],
)
def stages(request: HttpRequest, division: str, on: str | None = None) -> HttpResponse:
    day = asking.day(on) if on else clock.today()
    place = stating.place(_actor(request), division, day, positions.closed(), ROLES)
    catch_up(most=200)
    return _json(request, pipeline.facts_of(pipeline.funnel(place, day)))
