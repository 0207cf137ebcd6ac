"""The page as a workbook: the same rows and numbers, with the definitions they rest on."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lms.core.workbooks import Column, Sheet, guard, write_workbook
from lms.ledger.models import CountingBasis
from lms.places.models import Division
from lms.reports import figures
from lms.reports.cuts import folding, telling
from lms.reports.dimensions import title_of
from lms.reports.drill import Item, Opened
from lms.reports.tables import Report, TableRow

ROWS_A_SHEET = 1_000_000


def notes(report: Report) -> list[str]:
    """What is printed with every figure: basis, period, as-of, completeness."""
    known = f"{timezone.localtime(report.known_at):%Y-%m-%d %H:%M}" if report.known_at else "—"
    said = [
        _("%(place)s · 培训台账") % {"place": report.division.full_name},
        _("统计口径：%(name)s（%(code)s）——%(text)s")
        % {"name": report.basis.name, "code": report.basis.code, "text": report.basis.description},
        _("统计期：%(period)s") % {"period": report.period},
        _("截至时点：%(moment)s（第 %(position)d 笔）") % {"moment": known, "position": report.position},
    ]
    if report.incomplete:
        said.append(_("%(n)d 个地区未登记齐全") % {"n": report.incomplete})
    said.append(_("审定情况：%(text)s") % {"text": report.signed.state[1]})
    return said


def columns(by: str) -> list[Column]:
    meaning = {code: str(d.meaning) for code, d in figures.REGISTER.items()}
    found = [
        Column(title_of(by), 20, text=True),
        Column(_("班次"), 10, meaning["classes"]),
        Column(_("课次"), 10, meaning["sessions"]),
        Column(_("人次"), 12, meaning["person_times"]),
        Column(_("人数"), 12, meaning["persons_trained"]),
        Column(_("未具名"), 12, meaning["unnamed"]),
        Column(_("学时"), 12, _("出勤和线上学习的分钟按入账时所在地的折算办法折成的学时；已折算的不重算。")),
        Column(_("分钟"), 12, _("出勤和线上学习的分钟。")),
    ]
    if by == "division":
        meaning_of_state = _("已过月份里排定而未登记考勤的课次，和各县区尚未审定的月份数；没有任何记录的地区标“无记录”。")
        found.append(Column(_("完整度"), 18, meaning_of_state))
    return found


def cells(row: TableRow, by: str) -> list[Any]:
    found: list[Any] = [row.name, row.classes, row.sessions, row.person_times, row.persons, row.unnamed, row.hours, row.minutes]
    if by == "division":
        found.append("；".join(words for _tone, words in row.states) if row.key else "")
    return found


def report_workbook(report: Report) -> bytes:
    rows = [cells(row, report.by) for row in [*report.rows, report.total]]
    terms = [
        (_("统计口径"), f"{report.basis.name}：{report.basis.description}（{report.basis.source}）"),
        (_("学时折算办法"), report.cards.scheme),
        (_("人数与人次"), _("人次可以逐级相加；人数每人只计一次，各行相加可能多于合计。")),
    ]
    return write_workbook([Sheet(_("培训台账"), columns(report.by), rows, notes(report))], definitions=terms)


def report_csv(report: Report) -> bytes:
    """The table alone, with what each line rests on beside it; opens in Excel as it is, and carries no formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    beside = [_("统计口径"), _("统计期"), _("截至第几笔"), _("尚未审定（县区·月）")]
    writer.writerow([*(column.title for column in columns(report.by)), *beside])
    rests_on = [report.basis.code, report.span.code, report.position, report.signed.waiting]
    for row in [*report.rows, report.total]:
        writer.writerow([*(guard(cell) for cell in cells(row, report.by)), *rests_on])
    return out.getvalue().encode("utf-8-sig")


def items_workbook(opened: Opened, said: Sequence[str], shown: Iterable[Item]) -> bytes:
    """``said``: what the number rests on. A sheet holds as many rows as a spreadsheet opens; the rest stand on further ones."""
    heads = [
        Column(_("序号"), 8),
        Column(_("姓名"), 12, text=True),
        Column(_("地区"), 28, text=True),
        Column(_("班次或课程"), 36, text=True),
        Column(_("记录"), 12, text=True),
        Column(_("方式"), 8, text=True),
        Column(_("对象类别"), 24, text=True),
        Column(_("记入日期"), 12),
        Column(_("分钟"), 8),
        Column(_("学时"), 8),
        Column(_("数量"), 8),
        Column(_("记录编号"), 38, text=True),
    ]
    rows = (
        [n, i.name, i.place, i.occasion_title, i.kind, i.mode, i.category, i.day, i.minutes, i.hours, i.quantity, i.line]
        for n, i in enumerate(shown, start=1)
    )
    sheets = range(max(1, -(-opened.count // ROWS_A_SHEET)))
    title = opened.title
    parts = (Sheet(f"{title} {n + 1}" if n else title, heads, islice(rows, ROWS_A_SHEET), said) for n in sheets)
    return write_workbook(parts)


def rests_on(place: Division, opened: Opened, basis: CountingBasis, start: dt.date, end: dt.date) -> list[str]:
    return [
        f"{place.full_name} · {opened.title} · {opened.value} {opened.unit}".strip(),
        _("统计口径：%(name)s（%(code)s）——%(text)s") % {"name": basis.name, "code": basis.code, "text": basis.description},
        f"{start} — {end}",
    ]


def cut_workbook(told: dict[str, Any], basis: CountingBasis) -> bytes:
    """A cut: the rows of the page, those below a division after it and named with it."""
    names = {row["key"]: row["name"] for row in told["rows"]}
    heads = [Column(title_of(told["by"]), 28, text=True), *(Column(title, 12) for title in telling.measures().values())]
    rows = [
        [f"{names[under]} / {row['name']}" if under else row["name"], *(_number(row[name]) for name in folding.MEASURES)]
        for under, row in telling.flat(told)
    ]
    said = [
        _("%(place)s · 培训台账") % {"place": told["division_name"]},
        _("统计口径：%(name)s（%(code)s）——%(text)s") % {"name": basis.name, "code": basis.code, "text": basis.description},
        _("统计期：%(period)s") % {"period": f"{told['from']} — {told['to']}"},
        _("截至第 %(position)d 笔") % {"position": told["position"]},
        _("尚未审定的县区月份：%(n)d / %(all)d")
        % {"n": told["completeness"]["county_months_not_approved"], "all": told["completeness"]["county_months"]},
        _("时期内的：人次到新增持证；期末的：持证存量和登记存量（按月分列时为各月末）。人数每人只计一次，不能相加。"),
    ]
    if told["boundaries_on"]:
        said.append(_("按 %(day)s 的区划") % {"day": told["boundaries_on"]})
    said += [_("只含%(what)s“%(code)s”") % {"what": what, "code": value} for what, value in telling.conditions(told["having"])]
    return write_workbook([Sheet(_("培训台账"), heads, rows, said)])


def _number(value: int | str) -> int | Decimal:
    return Decimal(value) if isinstance(value, str) else value
