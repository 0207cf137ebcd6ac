"""The endpoints of approval and of the pipeline: months with their seals, and how many stand in each stage."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from lms.core import clock, positions
from lms.ledger.rules import last_day
from lms.pipeline import selectors as pipeline
from lms.pipeline.services import catch_up
from lms.reports import asking, stating
from lms.reports.api import schemas
from lms.reports.api.gate import Bearer
from lms.reports.api.interface import ERRORS, ROLES, actor_of, api, as_json
from lms.reports.approval import comparing, payloads, units
from lms.reports.models import Submission

PLACE = Path(..., description="行政区划代码 / code of the division", max_length=20)
FOLD_AT_MOST = 20_000  # lines of a month that are folded for what is known now
TOTALS = ("person_times", "persons", "unnamed", "minutes", "hours")


@api.get(
    "/periods/{division}/",
    url_name="periods",
    operation_id="periods",
    auth=Bearer(),
    response={200: list[schemas.PeriodOut], **ERRORS},
    summary="一个地区各月的报送、审核与封印，新的在前 / Months handed in, accepted and sealed, the newest first",
    description="最多 60 个月；退回后未重报的不列。 / At most 60; what was returned and not handed in again is left out.",
    tags=["各期 periods"],
)
def periods(request: HttpRequest, division: str = PLACE) -> HttpResponse:
    place = stating.place(actor_of(request), division, clock.today(), positions.closed(), ROLES)
    rows = Submission.objects.standing().filter(division=place).select_related("seal").order_by("-period")[:60]
    return as_json(request, [_period(row, place.code) for row in rows])


@api.get(
    "/periods/{division}/{period}/",
    url_name="period",
    operation_id="period",
    auth=Bearer(),
    response={200: schemas.PeriodNowOut, **ERRORS},
    summary="一个地区一个月：签报数与现时所知 / One month of one division, as signed and as now known",
    description="seal_root 是印在报表上的封印（默克尔根），可用 /reports/verify_export.py 离线核对。 / `seal_root` is the "
    "Merkle root printed on the report; /reports/verify_export.py checks an export against it without us.",
    tags=["各期 periods"],
)
def period(
    request: HttpRequest,
    division: str = PLACE,
    period: int = Path(..., description="四位年加两位月 / yyyymm"),
) -> HttpResponse:
    units.check_period(period)
    place = stating.place(actor_of(request), division, last_day(period), positions.closed(), ROLES)
    row = units.submission_in(actor_of(request), place, period, *ROLES)
    return as_json(request, _period(row, place.code) | _known(row))


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
        "signed": {name: total[name] for name in TOTALS},
    }


def _known(row: Submission) -> dict[str, Any]:
    """The month as it is known now, and what came or went since it was signed."""
    if payloads.line_count(row.division, row.period) > FOLD_AT_MOST:
        return {"known": None, "known_position": None, "late": None, "reversed_since": None}
    found = comparing.compare(row.division, row.period, basis=None, submission=row)
    known: dict[str, Any] = {name: getattr(found.total.known, name) for name in TOTALS}
    return {
        "known": known | {"hours": f"{known['hours']:.2f}"},
        "known_position": found.position,
        "late": found.late,
        "reversed_since": found.reversed_since,
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@api.get(
    "/pipeline/{division}/",
    url_name="pipeline",
    operation_id="pipeline",
    auth=Bearer(),
    response={200: schemas.PipelineOut, **ERRORS},
    summary="某一天各阶段的人数 / How many stand in each stage on a day",
    description="每人每阶段计一次，各阶段不能相加。 / Each person once a stage; stages are not added to each other.",
    tags=["人才转化 pipeline"],
)
def stages(
    request: HttpRequest,
    division: str = PLACE,
    on: str | None = Query(None, description="日期，缺省为今天 / the day, today by default", max_length=40),
) -> HttpResponse:
    day = asking.day(on) if on else clock.today()
    place = stating.place(actor_of(request), division, day, positions.closed(), ROLES)
    catch_up(most=200)
    return as_json(request, pipeline.facts_of(pipeline.funnel(place, day)))
