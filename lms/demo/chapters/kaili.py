"""凯里 2020–2021: 17 local professionals cultivated, and 17 community organisations founded, which are not the same 17."""

from __future__ import annotations

import datetime as dt

from lms.core import clock
from lms.demo.kit import Kit, moment
from lms.places import services as places
from lms.places.models import Division, OrganisationKind
from lms.places.selectors import children_of, division_by_code
from lms.programmes import services as programmes
from lms.supervision import services as supervision

TALENTS = 17
ORGANISATIONS = 17


def build(kit: Kit) -> None:
    kit.say("凯里 2020–2021：本土专业人才与社区社会组织")
    city = division_by_code("522601")
    towns = list(children_of(city))
    found_community_organisations(kit, towns)
    cultivate(
        kit,
        city,
        towns,
        code="KL-2020-01",
        name="本土社工人才培养（演示）",
        count=TALENTS,
        first=dt.date(2020, 5, 18),
        last=dt.date(2021, 11, 26),
    )


def found_community_organisations(kit: Kit, towns: list[Division]) -> None:
    with clock.at(moment(dt.date(2021, 12, 20))):
        for index in range(ORGANISATIONS):
            places.create_organisation(
                name=f"{towns[index % len(towns)].name}邻里互助会第{index // len(towns) + 1}分会（演示）",
                kind=OrganisationKind.COMMUNITY,
                division=towns[index % len(towns)],
                founded_on=dt.date(2020, 3, 1) + dt.timedelta(days=36 * index),
                by=kit.by,
            )


def cultivate(
    kit: Kit, division: Division, units: list[Division], *, code: str, name: str, count: int, first: dt.date, last: dt.date
) -> None:
    """``count`` people cultivated from ``first`` and all completed on ``last``."""
    with clock.at(moment(first)):
        programme = programmes.create_programme(
            code=code, name=name, kind="cultivation", division=division, starts_on=first, ends_on=last, by=kit.by
        )
        category = programmes.create_category(division=division, code="local_talent", name="本土社工人才", by=kit.by)
        people = kit.persons(count, units, title="社区工作者")
        joined = supervision.start_cultivation_many(
            people=people, programme=programme, category=category, started_on=first, by=kit.by
        )
    with clock.at(moment(last, 17)):
        for participation in joined:
            supervision.complete_cultivation(participation=participation, completed_on=last, by=kit.by)
