"""What the answers look like; the OpenAPI document is made from these."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Field, Schema


class BasisOut(Schema):
    code: str
    name: str
    valid_from: dt.date | None
    attendance_floor_percent: int | None
    span_month: str
    position: int


class DivisionOut(Schema):
    code: str
    name: str
    full_name: str
    level: int = Field(description="1 省 province · 2 市 prefecture · 3 县 county · 4 乡镇 township")


class DefinitionOut(Schema):
    what: str = Field(description="写法，如 person_times、passed:LEVEL / how it is written")
    title: str
    unit: str
    definition: str
    timing: str = Field(description="span：一段时期 a period · day：某一天 a day")


class FigureOut(Schema):
    what: str
    title: str
    value: int | dict[str, int]
    unit: str
    definition: str
    division: str
    division_name: str
    on: dt.date | None = None
    start: dt.date | None = Field(default=None, alias="from", serialization_alias="from")
    to: dt.date | None = None
    basis: BasisOut | None
    position: int = Field(description="截至第几笔；同一位置再问，答案不变 / at the same position, the same answer")
    as_of: dt.datetime | None
    opens: int = Field(description="背后的记录数 / rows behind it")
    detail: dict[str, Any]


class LinesOut(Schema):
    count: int
    position: int
    rows: str = Field(description="记录的种类 / what the rows are")
    lines: list[str] = Field(description="记录编号，不含姓名 / identifiers, no names")
    next: int | None = Field(description="下一页的 offset / offset of the next page")


class RowOut(Schema):
    key: str
    name: str
    person_times: int
    persons: int
    unnamed: int
    minutes: int
    hours: str


class PersonTimesOut(Schema):
    division: str
    division_name: str
    start: dt.date = Field(alias="from", serialization_alias="from")
    to: dt.date
    basis: BasisOut
    position: int
    by: str
    rows: list[RowOut]
    total: RowOut
    boundaries_on: dt.date | None = None
    having: str | None = None


class TotalsOut(Schema):
    person_times: int
    persons: int
    unnamed: int
    minutes: int
    hours: str


class PeriodOut(Schema):
    division: str
    period: int = Field(description="yyyymm")
    state: str = Field(description="submitted · accepted · locked")
    round: int
    is_nil: bool
    closing_position: int
    submitted_at: dt.datetime
    accepted_at: dt.datetime | None
    locked_at: dt.datetime | None
    payload_sha256: str
    seal_root: str | None
    sealed_lines: int | None
    signed: TotalsOut


class StageOut(Schema):
    stage: int
    name: str
    now: int
    ever: int
    out_by_side_exit: int


class PipelineOut(Schema):
    division: str
    name: str
    on: dt.date
    position: int
    unit: str
    stages: list[StageOut]
    enrolled_in_cultivation: int
    enrolled_and_licensed: int
    enrolled_without_supervision: int
    converted_this_year: int


class Problem(Schema):
    """RFC 9457"""

    type: str
    title: str
    status: int
    detail: str
