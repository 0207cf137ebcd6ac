"""What the answers look like; the OpenAPI document is made from these."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Field, Schema


class FigureAsked(Schema):
    """What is asked of one figure: where, when, as known when, on which basis."""

    division: str = Field(description="行政区划代码 / code of the division", max_length=20)
    on: str | None = Field(None, description="存量的日期 / the day of a stock", max_length=40)
    start: str | None = Field(None, alias="from", description="起始日期，含当日 / first day, included", max_length=40)
    end: str | None = Field(None, alias="to", description="结束日期，含当日 / last day, included", max_length=40)
    as_of: str | None = Field(
        None, description="截至：位置编号或时刻，缺省为现在 / as of: a position or a moment, now by default", max_length=40
    )
    basis: str | None = Field(None, description="统计口径代码，缺省为默认口径 / code of the counting basis", max_length=80)


Dimension = Literal["division", "month", "mode", "category", "programme", "sex", "ethnic", "education", "age", "funder", "topic"]


class SplitAsked(Schema):
    """What is asked of a fold by one dimension: the same for person-times and for a cut."""

    division: str = Field(description="行政区划代码 / code of the division", max_length=20)
    end: str = Field(alias="to", description="结束日期，含当日 / last day, included", max_length=40)
    start: str = Field(alias="from", description="起始日期，含当日 / first day, included", max_length=40)
    by: Dimension = Field("division", description="按什么分列 / split by what")
    as_of: str | None = Field(
        None, description="截至：位置编号或时刻，缺省为现在 / as of: a position or a moment, now by default", max_length=40
    )
    basis: str | None = Field(None, description="统计口径代码，缺省为默认口径 / code of the counting basis", max_length=80)
    boundaries: str | None = Field(None, description="区划界线：then、now 或某一天 / then, now or a day", max_length=40)
    having: list[str] = Field(
        [],
        description="只计符合的，可重复，如 topic:代码、sex:1，“-”指未注明 / only what has it, may be repeated: topic:CODE, sex:1, "
        "`-` for none",
    )
    format: Literal["json", "csv"] = Field("json", description="json 或 csv / json or csv")


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


class SchemeOut(Schema):
    code: str
    name: str
    valid_from: dt.date | None


class CompletenessOut(Schema):
    sessions_not_held: int = Field(description="已排定而未登记的课次 / sessions planned and not recorded as held")
    persons_unnamed: int = Field(description="只有人数、没有名单的人次 / counted without names")
    months_over: int | None = Field(default=None, description="时期内已结束的月份 / months of the period that are over")
    months_signed: int | None = Field(default=None, description="其中已报送或锁定的 / of those, handed in or locked")
    county_months: int | None = Field(default=None, description="应审定的县区月份 / months of counties that are over")
    county_months_approved: int | None = Field(default=None, description="其中已审定的 / of those, approved or locked")
    county_months_not_approved: int | None = Field(default=None, description="其中尚未审定的 / of those, not yet approved")


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
    scheme: SchemeOut
    completeness: CompletenessOut
    position: int = Field(description="截至第几笔；同一位置再问，答案不变 / at the same position, the same answer")
    as_of: dt.datetime | None
    opens: int = Field(description="背后的记录数 / rows behind it")
    detail: dict[str, Any]


class FactsOut(Schema):
    position: int
    kind: str
    person: str | None = Field(description="人员编号，不是姓名 / an identifier, not a name")
    occasion_label: str
    occasion: str | None
    happened_from: dt.datetime
    happened_to: dt.datetime
    posted_period: int
    minutes: int
    hours: str
    quantity: int
    division: str
    category: str | None
    programme: str | None
    mode: str
    topic: str
    facts: dict[str, Any]


class LineOut(Schema):
    uuid: str
    facts: FactsOut | None = Field(
        description="台账行的内容；不是台账行、或不在令牌地区内的为空 / of a ledger line within the token's division, else null"
    )


class LinesOut(Schema):
    count: int
    position: int
    rows: str = Field(description="记录的种类 / what the rows are")
    lines: list[LineOut]
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空 / the next page's cursor, null on the last one")


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


class CutRowOut(Schema):
    key: str
    name: str
    person_times: int
    persons: int
    unnamed: int
    hours: str
    clock_hours: str
    classes: int
    sessions: int
    licences_gained: int
    licensed: int
    registered: int
    below: list[CutRowOut] = Field(default_factory=list, description="下一级的行，只在按地区分列时有 / only when split by division")


class NotApprovedOut(Schema):
    county_months: int = Field(description="应审定的县区月份 / months of counties that are over")
    county_months_approved: int
    county_months_not_approved: int


class CutOut(Schema):
    division: str
    division_name: str
    start: dt.date = Field(alias="from", serialization_alias="from")
    to: dt.date
    basis: BasisOut
    position: int
    by: str
    boundaries_on: dt.date | None
    having: list[str]
    rows: list[CutRowOut]
    total: CutRowOut
    completeness: NotApprovedOut


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


class PeriodNowOut(PeriodOut):
    known: TotalsOut | None = Field(description="现时所知；记录太多时为空 / as now known; null where the lines are too many")
    known_position: int | None
    late: int | None = Field(description="其后补记的 / recorded since")
    reversed_since: int | None = Field(description="其后冲销的 / taken back since")


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
