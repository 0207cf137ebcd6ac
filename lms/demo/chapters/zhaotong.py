"""昭通 2014: cadres led in cultivation after the Ludian earthquake, the licence holders among and beside them.

Quantities follow the department's report of 2014-12-16; people, units and days inside the period are invented.
"""

from __future__ import annotations

import datetime as dt

from lms.careers import services as careers
from lms.careers.services import EmployRow, LicenceRow
from lms.core import clock
from lms.demo.kit import Kit, chunks, moment
from lms.places import services as places
from lms.places.models import OrganisationKind
from lms.places.selectors import children_of, division_by_code
from lms.programmes import services as programmes
from lms.supervision import services as supervision

CADRES = 186
LICENSED = 22
LICENSED_CADRES = 9  # of the 22, those who are themselves cadres under cultivation: the overlap is shown, not assumed
TEAM = 5


def build(kit: Kit) -> None:
    kit.say("昭通 2014：带队培养基层民政干部")
    city = division_by_code("530600")
    ludian = division_by_code("530621")
    counties = [d for d in children_of(city) if not d.is_statistical]
    with clock.at(moment(dt.date(2014, 8, 8))):
        bureau = places.create_organisation(
            name="昭通市社会工作协调组（演示）", kind=OrganisationKind.BUREAU, division=city, by=kit.by
        )
        for number in range(1, 6):
            team = places.create_organisation(
                name=f"支援社工队第{number}队（演示）", kind=OrganisationKind.OUTSIDE_TEAM, division=ludian, by=kit.by
            )
            places.start_service(
                organisation=team, division=ludian, started_on=dt.date(2014, 8, 12), ended_on=dt.date(2014, 11, 30), by=kit.by
            )
        programme = programmes.create_programme(
            code="ZT-2014-01",
            name="灾区社会工作带队培养（演示）",
            kind="cultivation",
            division=city,
            organiser=bureau,
            starts_on=dt.date(2014, 8, 3),
            ends_on=dt.date(2014, 12, 31),
            by=kit.by,
        )
        cadre = programmes.create_category(division=city, code="cadres", name="基层民政干部", by=kit.by)
        worker = programmes.create_category(division=city, code="licensed_workers", name="当地持证社工", by=kit.by)

        cadres = kit.persons(CADRES, [ludian, *[c for c in counties if c.pk != ludian.pk]], title="民政干部")
        workers = kit.persons(LICENSED - LICENSED_CADRES, [ludian], title="社会工作者")
    with clock.at(moment(dt.date(2014, 8, 15))):
        for part in chunks(cadres):
            careers.employ_many(
                [EmployRow(person=p, division=p.division, started_on=dt.date(2012, 7, 1), title="民政干部") for p in part],
                by=kit.by,
            )
            supervision.start_cultivation_many(
                people=list(part), programme=programme, category=cadre, started_on=dt.date(2014, 8, 15), by=kit.by
            )
        supervision.start_cultivation_many(
            people=workers, programme=programme, category=worker, started_on=dt.date(2014, 8, 15), by=kit.by
        )
        careers.record_licences(
            [
                LicenceRow(person=p, level="junior" if i % 3 else "middle", obtained_on=dt.date(2011 + i % 3, 9, 20))
                for i, p in enumerate([*cadres[:LICENSED_CADRES], *workers])
            ],
            by=kit.by,
        )
        for person in workers[:TEAM]:
            careers.designate(person=person, kind="supervision_team", designated_on=dt.date(2014, 8, 20), by=kit.by)
