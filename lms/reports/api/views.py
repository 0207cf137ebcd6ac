"""The endpoints that find divisions and state figures: each asks the same function as the page or the command."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Path, Query

from lms.audit import services as audit
from lms.core import clock, positions
from lms.ledger.models import Line
from lms.places.boundaries import children_known
from lms.places.models import Division
from lms.places.selectors import home_of, search_divisions
from lms.reports import breakdown, canonical, figures, questions, stating
from lms.reports.api import schemas
from lms.reports.api.gate import Bearer
from lms.reports.api.interface import (
    ERRORS,
    ROLES,
    actor_of,
    api,
    as_json,
    cursor_of,
    read_cursor,
    said,
    tag_of,
    unchanged,
)
from lms.reports.approval.signed import decisions
from lms.reports.cuts import folding, telling
from lms.reports.kept import generation

LINES_A_PAGE = 500
FOLD_AT_MOST = 200_000  # lines folded while the asker waits
SOURCE_LANGUAGE = "zh-hans"  # of what is canonical

PLACE = Path(..., description="行政区划代码 / code of the division", max_length=20)
WHAT = Path(..., description="指标，写法见 /figures/ 的 what / the figure, written as /figures/ says", max_length=120)


@api.get(
    "/divisions/",
    url_name="divisions",
    operation_id="divisions",
    auth=Bearer(),
    response={200: list[schemas.DivisionOut], **ERRORS},
    summary="查找地区 / Find a division",
    description="按名称、代码开头、拼音或首字母在令牌的地区内查找，最多 20 个；不带 q 时给出令牌的地区及其下一级。 / By name, "
    "beginning of code, pinyin or initials within the token's division, at most 20; without q that division and those below it.",
    tags=["地区 divisions"],
)
def search(
    request: HttpRequest,
    q: str = Query("", description="名称、代码、拼音或首字母 / name, code, pinyin or initials", max_length=60),
) -> HttpResponse:
    home = home_of(actor_of(request), *ROLES)
    if home is None:
        return as_json(request, [])
    if q.strip():
        return as_json(request, [_division(d) for d in search_divisions(q, within=home)])
    return as_json(request, _with_children(home))


@api.get(
    "/divisions/{code}/",
    url_name="division",
    operation_id="division",
    auth=Bearer(),
    response={200: list[schemas.DivisionOut], **ERRORS},
    summary="一个地区及其下一级 / A division and those right below it",
    tags=["地区 divisions"],
)
def division(request: HttpRequest, code: str = PLACE) -> HttpResponse:
    place = stating.place(actor_of(request), code, clock.today(), positions.closed(), ROLES)
    return as_json(request, _with_children(place))


def _with_children(place: Division) -> list[dict[str, Any]]:
    return [_division(d) for d in [place, *children_known(place, on=clock.today(), position=positions.closed())]]


def _division(d: Division) -> dict[str, Any]:
    return {"code": d.code, "name": d.name, "full_name": d.full_name, "level": d.level}


@api.get(
    "/figures/",
    url_name="figures",
    operation_id="figures",
    auth=Bearer(),
    response={200: list[schemas.DefinitionOut], **ERRORS},
    summary="全部指标及其定义 / Every figure and its definition",
    tags=["数字 figures"],
)
def definitions(request: HttpRequest) -> HttpResponse:
    found = [
        {"what": d.form, "title": str(d.title), "unit": d.unit, "definition": str(d.meaning), "timing": d.timing}
        for d in figures.REGISTER.values()
    ]
    return as_json(request, found)


@api.get(
    "/figures/{what}/",
    url_name="figure",
    operation_id="figure",
    by_alias=True,
    auth=Bearer(),
    response={200: schemas.FigureOut, **ERRORS},
    summary="一个数字 / One figure",
    description="存量用 on，一段时期用 from 和 to。答案带单位、口径、学时折算办法、截至位置和完整度。 / `on` for stocks, `from` "
    "and `to` for flows. The answer states unit, basis, hour scheme, position and completeness.",
    tags=["数字 figures"],
)
def figure(request: HttpRequest, asked: Query[schemas.FigureAsked], what: str = WHAT) -> HttpResponse:
    definition, ask = stating.asked(what, **asked.dict(), actor=actor_of(request), roles=ROLES)
    decided = decisions(ask.division, ask.start or ask.end, ask.end)
    tag = tag_of(request, positions.closed(), clock.today(), *decided)
    if same := unchanged(request, tag):
        return same
    _refuse_too_many(definition, ask)
    found = stating.told(what, definition, ask)
    found["opens"] = len(found.pop("lines"))
    for inner in ("rows", "quantities", "people"):
        found.pop(inner, None)
    return as_json(request, found | stating.beside(ask), tag)


def _asked(request: HttpRequest, what: str, asked: schemas.FigureAsked, **known: Any) -> tuple[figures.Definition, figures.Ask]:
    definition, ask = stating.asked(what, **asked.dict() | known, actor=actor_of(request), roles=ROLES)
    _refuse_too_many(definition, ask)
    return definition, ask


def _refuse_too_many(definition: figures.Definition, ask: figures.Ask) -> None:
    stating.refuse_too_many(ask.scope, definition.kinds, FOLD_AT_MOST)


@api.get(
    "/figures/{what}/lines/",
    url_name="figure_lines",
    operation_id="figure_lines",
    auth=Bearer(),
    response={200: schemas.LinesOut, **ERRORS},
    summary="一个数字背后的记录 / The rows behind a figure",
    description="编号和事实，没有姓名和证件。每页 500 条；用答案里的 next 作为 cursor 取下一页，翻页时截至位置不变。 / Identifiers "
    "and facts, no names or documents. 500 a page; pass `next` as `cursor`: the position stays the same while paging.",
    tags=["数字 figures"],
)
def figure_lines(
    request: HttpRequest,
    asked: Query[schemas.FigureAsked],
    what: str = WHAT,
    cursor: str = Query("", description="上一页答案里的 next / `next` of the page before", max_length=60),
) -> HttpResponse:
    position, offset = read_cursor(cursor) if cursor else (asked.as_of, 0)
    definition, ask = _asked(request, what, asked, as_of=position)
    answer = definition.ask(ask)
    more = offset + LINES_A_PAGE
    shown = answer.lines[offset:more]
    audit.record(
        "reports.api.lines_read",
        by=actor_of(request),
        division_path=ask.division.path,
        what=what,
        division=ask.division.code,
        position=ask.position,
        offset=offset,
        rows=len(shown),
    )
    facts = _facts(request, shown) if answer.rows == "ledger.line" else {}
    content = {
        "count": len(answer.lines),
        "position": ask.position,
        "rows": answer.rows,
        "lines": [{"uuid": str(uuid), "facts": facts.get(uuid)} for uuid in shown],
        "next": cursor_of(ask.position, more) if more < len(answer.lines) else None,
    }
    return as_json(request, content)


def _facts(request: HttpRequest, uuids: list[Any]) -> dict[Any, dict[str, Any]]:
    """What a page of lines says, of those within the token's division; nothing of the person but a key."""
    lines = Line.objects.filter(uuid__in=uuids).visible_to(actor_of(request), *ROLES)
    found = {}
    for line in lines.select_related("person", "division", "category", "programme"):
        found[line.uuid] = {
            "position": line.position,
            "kind": line.kind,
            "person": line.person.uuid if line.person else None,
            "occasion_label": line.occasion_label,
            "occasion": line.occasion,
            "happened_from": line.happened_from.isoformat(),
            "happened_to": line.happened_to.isoformat(),
            "posted_period": line.posted_period,
            "minutes": line.minutes,
            "hours": f"{line.hours:.2f}",
            "quantity": line.quantity,
            "division": line.division.code,
            "category": line.category.code if line.category else None,
            "programme": line.programme.code if line.programme else None,
            "mode": line.mode,
            "topic": line.topic,
            "facts": line.facts,
        }
    return found


@api.get(
    "/person-times/",
    url_name="person_times",
    operation_id="person_times",
    by_alias=True,
    auth=Bearer(),
    response={200: schemas.PersonTimesOut, **ERRORS},
    summary="人次、人数、分钟与学时，按一个维度分列 / Person-times, persons, minutes and hours, split by one dimension",
    description="与 manage.py person_times 逐字节相同，不随语言变化。 / Byte for byte what `manage.py person_times` prints, in the "
    "source language whatever language is asked for.",
    tags=["数字 figures"],
)
def person_times(request: HttpRequest, asked: Query[schemas.SplitAsked]) -> HttpResponse:
    question = _question(request, asked)
    tag = tag_of(request, question.position, clock.today() if asked.boundaries == "now" else "")
    if same := unchanged(request, tag):
        return same
    question.refuse_too_many(breakdown.KINDS, FOLD_AT_MOST)
    with translation.override(SOURCE_LANGUAGE):
        found = breakdown.breakdown(**question.as_arguments())
    if asked.format == "csv":
        return said(request, canonical.as_csv(found), "text/csv; charset=utf-8", tag)
    return said(request, canonical.as_json(found) + "\n", tag=tag)


def _question(request: HttpRequest, asked: schemas.SplitAsked) -> questions.Question:
    return questions.typed(**asked.dict(exclude={"format"}), actor=actor_of(request), roles=ROLES)


@api.get(
    "/cut/",
    url_name="cut",
    operation_id="cut",
    by_alias=True,
    auth=Bearer(),
    response={200: schemas.CutOut, **ERRORS},
    summary="全部指标，按一个维度分列，可再按其他维度筛选 / Every measure, split by one dimension and narrowed by others",
    description="人次、人数、未具名、学时、小时、班次、课次、新增持证是时期内的；持证、登记存量是末日的（按月分列时是各月末的）。"
    "地区带下一级。与 manage.py cut 相同。 / Flows of the period, stocks of its last day (by month: of each month's last). "
    "Divisions come with those below. The same as `manage.py cut`.",
    tags=["数字 figures"],
)
def cut(request: HttpRequest, asked: Query[schemas.SplitAsked]) -> HttpResponse:
    question = _question(request, asked)
    decided = decisions(question.division, question.start, question.end)
    tag = tag_of(request, question.position, clock.today(), generation(), *decided)
    if same := unchanged(request, tag):
        return same
    question.refuse_too_many(folding.KINDS, FOLD_AT_MOST)
    told = telling.payload(folding.cut(question))
    if asked.format == "csv":
        return said(request, telling.as_csv(told), "text/csv; charset=utf-8", tag)
    return said(request, telling.as_json(told), tag=tag)
