"""宁夏 2021–2022: classes, lectures, exchanges, showcases and supervision rounds, for five categories of trainee."""

from __future__ import annotations

import datetime as dt

from courses import services as courses
from lms.core import clock
from lms.demo.classes import run_class
from lms.demo.kit import Kit, moment
from lms.places.models import Division
from lms.places.selectors import children_of, division_by_code
from lms.programmes import services as programmes
from lms.programmes.models import Programme

CLASSES = 22
PEOPLE_PER_CLASS = 12
CATEGORIES = (
    ("nx-1", "相关部门职能处室负责同志"),
    ("nx-2", "民政厅处室、厅属单位社工岗位人才"),
    ("nx-3", "市县民政局分管负责同志及业务骨干"),
    ("nx-4", "乡镇（街道）分管社工站建设的负责同志"),
    ("nx-5", "机构及乡镇（街道）的社会工作师"),
)
# kind of event, how many, and the cases shared at each
EVENTS = (("exchange_between_counties", 20, 0), ("bureau_experience", 6, 0), ("case_showcase", 8, 7), ("supervision_round", 6, 0))
ONLINE_LECTURES = 10


def build(kit: Kit) -> None:
    kit.say("宁夏 2021–2022：班次、讲座、交流与展示")
    region = division_by_code("640000")
    cities = [d for d in children_of(region) if not d.is_statistical]
    counties = [c for city in cities for c in children_of(city) if not c.is_statistical]
    with clock.at(moment(dt.date(2021, 1, 18))):
        programme = programmes.create_programme(
            code="NX-2021-01",
            name="社会工作人才队伍建设（演示）",
            kind="training",
            division=region,
            starts_on=dt.date(2021, 1, 1),
            ends_on=dt.date(2022, 12, 31),
            by=kit.by,
        )
        categories = [programmes.create_category(division=region, code=code, name=name, by=kit.by) for code, name in CATEGORIES]
    for index in range(CLASSES):
        first = dt.date(2021, 3, 8) + dt.timedelta(days=28 * index)
        county = counties[index % len(counties)]
        with clock.at(moment(first - dt.timedelta(days=20))):
            people = kit.persons(PEOPLE_PER_CLASS, counties, title="业务骨干")
        online = index < ONLINE_LECTURES // 2  # five online classes of two lectures each
        run_class(
            kit,
            code=f"NX{first:%y}-{index + 1:02d}",
            title=f"社工站建设专题培训班第{index + 1}期（演示）",
            division=county,
            programme=programme,
            category=categories[index % len(categories)],
            people=people,
            first=first,
            half_days=2,
            mode="online" if online else "face_to_face",
        )
    hold_events(kit, region, programme, counties)


def hold_events(kit: Kit, region: Division, programme: Programme, counties: list[Division]) -> None:
    """Events are course sessions of their own kinds, in one running series."""
    with clock.at(moment(dt.date(2021, 2, 22))):
        series = courses.create_class(
            code="NX21-EVENTS",
            title="交流、展示与督导推进系列活动（演示）",
            division=region,
            programme=programme,
            starts_on=dt.date(2021, 3, 1),
            ends_on=dt.date(2022, 12, 20),
            by=kit.by,
        )
    for order, (kind, count, cases) in enumerate(EVENTS):
        for index in range(count):
            day = dt.date(2021, 4, 6) + dt.timedelta(days=(600 // count) * index + 2 * order)
            with clock.at(moment(day, 18)):
                session = courses.plan_session(
                    training_class=series,
                    title=f"{counties[index % len(counties)].name}第{index + 1}场（演示）",
                    starts_at=moment(day, 14),
                    ends_at=moment(day, 17),
                    mode="face_to_face",
                    place=counties[index % len(counties)].name,
                    kind=kind,
                    by=kit.by,
                )
                courses.close_session(session=session, cases_shared=cases, by=kit.by)
