"""Four months of 云南省: two locked by the province, one returned to 鲁甸县 and handed in again, the present one open.

The one before the present is left where a visitor can take it to the province's lock by hand, in six steps.

Afterwards a record of a locked month comes late and one is taken back: signed figures stay, the difference is shown.
"""

from __future__ import annotations

import datetime as dt

from courses import services as courses
from courses.models import CoursePage
from courses.services import CourseRun
from lms.core import clock
from lms.core.actor import Actor
from lms.demo.cast import actor_of
from lms.demo.classes import run_class
from lms.demo.kit import Kit, moment
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.ledger.rules import first_day, month_of
from lms.places.selectors import children_of, division_by_code
from lms.programmes import services as programmes
from lms.reports.approval import services as approval
from lms.reports.approval import units
from lms.reports.layouts.sample import sample
from lms.reports.layouts.services import keep_layout
from lms.reports.monthly.services import subscribe


def build(kit: Kit, today: dt.date, shown: list[CoursePage]) -> None:
    kit.say("云南省：月度数据的报送、审核与锁定")
    months = [month_of(today.replace(day=1) - dt.timedelta(days=1))]
    while len(months) < 3:
        months.append(month_of(first_day(months[-1]) - dt.timedelta(days=1)))
    last, middle, oldest = months
    for number, period in enumerate((middle, last), start=1):
        _small_class(kit, number, period)
    for period in (oldest, middle):
        _to_the_lock(kit, period)
    _returned_once(kit, last)
    _learnt_later(kit, oldest, shown[-1], today)
    _own_form(kit)


def _small_class(kit: Kit, number: int, period: int) -> None:
    """A workshop of one day, so that every month shown has something to report."""
    county = division_by_code("530621")
    first = first_day(period) + dt.timedelta(days=9)
    with clock.at(moment(first - dt.timedelta(days=20))):
        people = kit.persons(12 + 4 * number, list(children_of(county)), title="社区工作者")
        programme = programmes.create_programme(
            code=f"LD-SQ-{number}",
            name=f"社区工作者实务工作坊第{number}期（演示）",
            kind="training",
            division=county,
            starts_on=first,
            by=kit.by,
        )
    run_class(
        kit,
        code=f"LD-SQ-{period}",
        title=f"社区矛盾调解与转介工作坊第{number}期（演示）",
        division=county,
        programme=programme,
        category=None,
        people=people,
        first=first,
        half_days=2,
    )


def _after(period: int, days: int, hour: int = 10) -> dt.datetime:
    """A working hour some days after the month's end."""
    end = (first_day(period) + dt.timedelta(days=31)).replace(day=1)
    return moment(end + dt.timedelta(days=days), hour)


def _office(kit: Kit, username: str) -> Actor:
    return actor_of(kit.cast[username])


def _to_the_lock(kit: Kit, period: int) -> None:
    county, city, province = (division_by_code(code) for code in ("530621", "530600", "530000"))
    with clock.at(_after(period, 1)):
        handed_in = approval.submit(division=county, period=period, by=_office(kit, "xianban"), note="已与签到表核对")
        approval.declare_nil(division=city, period=period, by=_office(kit, "shiban"))
    with clock.at(_after(period, 2)):
        approval.accept(submission=handed_in, by=_office(kit, "shishen"))
        approval.accept_nil(division=city, period=period, by=_office(kit, "shishen"))
    with clock.at(_after(period, 2, 15)):
        of_city = approval.submit(division=city, period=period, by=_office(kit, "shiban"))
    with clock.at(_after(period, 3)):
        approval.declare_nil(division=province, period=period, by=_office(kit, "shengban"))
        approval.accept(submission=of_city, by=_office(kit, "shenhe"))
        approval.accept_nil(division=province, period=period, by=_office(kit, "shenhe"))
    with clock.at(_after(period, 4)):
        of_province = approval.submit(division=province, period=period, by=_office(kit, "shengban"))
        approval.lock(submission=of_province, by=_office(kit, "shenhe"))


def _returned_once(kit: Kit, period: int) -> None:
    county, city = division_by_code("530621"), division_by_code("530600")
    with clock.at(_after(period, 1)):
        handed_in = approval.submit(division=county, period=period, by=_office(kit, "xianban"))
    with clock.at(_after(period, 2)):
        approval.return_submission(
            submission=handed_in, reason="请核对本月督导人数与记录是否一致后重报。", by=_office(kit, "shishen")
        )
    with clock.at(_after(period, 3)):
        approval.submit(division=county, period=period, by=_office(kit, "xianban"), note="已核对，无需更正")
        others = approval.declare_nil(division=city, period=period, by=_office(kit, "shiban"))
        for place in units.below(city, period):
            if place.code != county.code and place.pk not in {row.division_id for row in others}:
                others.append(approval.submit(division=place, period=period, by=_office(kit, "shiban"), note="由市代报"))
    with clock.at(_after(period, 4)):
        for row in others:
            approval.accept(submission=row, by=_office(kit, "shishen"))


def _learnt_later(kit: Kit, period: int, course: CoursePage, today: dt.date) -> None:
    """A course finished in a locked month is only known now; a half-day marked by mistake is taken back."""
    county = division_by_code("530621")
    town = next(iter(children_of(county)))
    with clock.at(moment(today - dt.timedelta(days=2), 16)):
        [late] = kit.persons(1, [town], title="社区工作者")
        run = CourseRun(late, moment(first_day(period) + dt.timedelta(days=19), 20))
        courses.complete_course_many(course=course, runs=[run], by=kit.by)
        line = (
            Line.objects.standing()
            .filter(kind=Kind.ATTENDED, posted_period=period)
            .within(county)
            .order_by("-position")
            .select_related("division")
            .first()
        )
        if line is not None:
            ledger.reverse(line, reason="签到登记有误：本人当日请假", by=_office(kit, "xianban"))


def _own_form(kit: Kit) -> None:
    """The province's own form, which every office below may fill in, and which the province is sent each month."""
    by, province = _office(kit, "shengban"), division_by_code("530000")
    layout = keep_layout(division=province, name="社会工作培训情况表（演示）", content=sample(), by=by)
    subscribe(division=province, day=5, layout=layout, by=by)
