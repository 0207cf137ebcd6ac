"""保山 2022: station heads of five county-level divisions face to face, practitioners online, 三区计划, posts opened."""

from __future__ import annotations

import datetime as dt

from courses import services as courses
from courses.models import CoursePage
from courses.services import CourseRun
from lms.core import clock
from lms.demo.chapters.kaili import cultivate
from lms.demo.classes import run_class
from lms.demo.kit import Kit, chunks, moment
from lms.places import services as places
from lms.places.models import Division, OrganisationKind, PostKind
from lms.places.selectors import children_of, division_by_code
from lms.programmes import services as programmes

HEADS = 430  # person-times: 215 station heads and deputies in two classes each
ONLINE_PEOPLE = 1010  # three courses each: 3,030 person-times
POSTS = 8
TALENTS = 21


def build(kit: Kit, shown: list[CoursePage]) -> None:
    kit.say("保山 2022：社工站站长培训与线上培训")
    city = division_by_code("530500")
    counties = [d for d in children_of(city) if not d.is_statistical]
    station_heads(kit, city, counties)
    online(kit, counties, shown)
    cultivate(
        kit,
        city,
        counties,
        code="BS-2022-03",
        name="三区计划本土人才培养（演示）",
        count=TALENTS,
        first=dt.date(2022, 2, 21),
        last=dt.date(2022, 12, 9),
    )
    with clock.at(moment(dt.date(2022, 6, 30))):
        for index in range(POSTS):
            county = counties[index % len(counties)]
            unit = places.create_organisation(
                name=f"{county.name}社会福利服务中心第{index // len(counties) + 1}分部（演示）",
                kind=OrganisationKind.PUBLIC_INSTITUTION,
                division=county,
                by=kit.by,
            )
            places.open_post(
                organisation=unit,
                division=county,
                title="社会工作岗",
                kind=PostKind.SOCIAL_WORKER,
                opened_on=dt.date(2022, 3, 1) + dt.timedelta(days=30 * index),
                by=kit.by,
            )


def station_heads(kit: Kit, city: Division, counties: list[Division]) -> None:
    with clock.at(moment(dt.date(2022, 1, 10))):
        programme = programmes.create_programme(
            code="BS-2022-01",
            name="社工站工作提质增效培训（演示）",
            kind="training",
            division=city,
            starts_on=dt.date(2022, 1, 1),
            ends_on=dt.date(2022, 12, 31),
            by=kit.by,
        )
        category = programmes.create_category(division=city, code="station_heads", name="社工站站长、副站长", by=kit.by)
    for index, county in enumerate(counties):
        share = HEADS // 2 // len(counties)
        with clock.at(moment(dt.date(2022, 3, 1))):
            heads = kit.persons(share, list(children_of(county))[:12] or [county], title="社工站站长")
        for term, first in enumerate((dt.date(2022, 4, 11), dt.date(2022, 9, 19)), start=1):
            run_class(
                kit,
                code=f"BS22-{county.code}-{term}",
                title=f"{county.name}社工站站长能力提升班第{term}期（演示）",
                division=county,
                programme=programme,
                category=category,
                people=heads,
                first=first + dt.timedelta(days=7 * index),
                half_days=4,
            )


def online(kit: Kit, counties: list[Division], shown: list[CoursePage]) -> None:
    with clock.at(moment(dt.date(2022, 5, 5))):
        learners = kit.persons(ONLINE_PEOPLE, [t for c in counties for t in list(children_of(c))[:10]], title="社工站工作人员")
    for index, course in enumerate(shown):
        first = dt.date(2022, 6 + 2 * index, 6)
        with clock.at(moment(first + dt.timedelta(days=40), 20)):
            for part in chunks(learners):
                runs = [CourseRun(p, moment(first + dt.timedelta(days=p.pk % 30), 19)) for p in part]
                courses.complete_course_many(course=course, runs=runs, by=kit.by)
