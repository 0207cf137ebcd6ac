"""四川 2021–2022: one street station, the licence holders of one county; the large numbers are ``build_large``, a job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from lms.careers import services as careers
from lms.careers.services import LicenceRow
from lms.core import clock
from lms.core.jobs import Progress
from lms.demo.classes import run_class
from lms.demo.kit import Kit, chunks, moment
from lms.places import services as places
from lms.places.models import Division, PostKind, Station
from lms.places.selectors import children_of, division_by_code
from lms.programmes import services as programmes
from lms.programmes.models import Programme

STATIONS = {1: 5, 2: 96, 3: 843, 4: 3507}
LABELS = {1: "社工支持中心", 2: "社工总站", 3: "社工服务站", 4: "社工服务室"}
LANGZHONG_LICENSED = 12
STREET_STATION = "猛追湾街道"
STREET_POSTS = ((PostKind.HEAD, "站长", 1), (PostKind.SOCIAL_WORKER, "专职社工", 4), (PostKind.SUPERVISOR, "督导", 3))
CLASS_SIZE = 190
OPENED = dt.date(2021, 6, 1)


def build(kit: Kit) -> None:
    kit.say("四川 2021–2022：街道社工站与持证人才")
    street = next(t for t in children_of(division_by_code("510108")) if t.name == STREET_STATION)
    with clock.at(moment(OPENED)):
        station = places.open_station(
            name=f"{street.name}社工服务站（演示）", tier=3, label=LABELS[3], division=street, opened_on=OPENED, by=kit.by
        )
        for kind, title, count in STREET_POSTS:
            for person in kit.persons(count, [street], title=title):
                post = places.open_post(station=station, division=street, title=title, kind=kind, opened_on=OPENED, by=kit.by)
                careers.start_post(person=person, post=post, started_on=OPENED, by=kit.by)
    county = division_by_code("511381")
    with clock.at(moment(dt.date(2021, 10, 11))):
        holders = kit.persons(LANGZHONG_LICENSED, list(children_of(county))[:6], title="社会工作者")
        careers.record_licences(
            [
                LicenceRow(person=p, level="junior" if i < 9 else "middle", obtained_on=dt.date(2018 + i % 4, 9, 28))
                for i, p in enumerate(holders)
            ],
            by=kit.by,
        )


def build_large(kit: Kit, progress: Progress) -> dict[str, int]:
    """Stations of four tiers and ``kit.people_asked`` trained people. Safe to run twice: what stands is skipped."""
    province = division_by_code("510000")
    stations = _station_rows(province)
    classes = -(-kit.people_asked // CLASS_SIZE)
    progress.set_total(len(stations), "开设社工站")
    standing = set(Station.objects.filter(division__path__startswith=province.path).values_list("division_id", "name"))
    with clock.at(moment(dt.date(2022, 4, 30))):
        for part in chunks(stations):
            progress.check_cancelled()
            places.open_stations([r for r in part if (r["division"].pk, r["name"]) not in standing], by=kit.by)
            progress.advance(len(part))
    programme = _programme(province, kit)
    counties = [c for city in children_of(province) for c in children_of(city) if not c.is_statistical]
    progress.set_total(kit.people_asked, "培训社工人才")
    left = kit.people_asked
    for index in range(classes):
        progress.check_cancelled()
        size = min(CLASS_SIZE, left)
        left -= size
        _one_class(kit, index, size, counties[index % len(counties)], programme)
        progress.advance(size)
    return {"stations": len(stations), "people": kit.people_asked, "classes": classes}


@transaction.atomic
def _one_class(kit: Kit, index: int, size: int, county: Division, programme: Programme) -> None:
    """A class with its people, whole or not at all: a job that was stopped within one begins it again."""
    from courses.models import TrainingClass

    code = f"SC21-{index + 1:03d}"
    first = dt.date(2021, 3, 22) + dt.timedelta(days=(index * 4) % 420)
    kit.serial = 100_000 + index * CLASS_SIZE  # the same people when a killed job goes on
    kit.rng.seed(f"sichuan-{index}")
    if TrainingClass.objects.filter(code=code).exists():
        return
    with clock.at(moment(first - dt.timedelta(days=20))):
        people = kit.persons(size, list(children_of(county))[:20] or [county], title="社工站工作人员")
    run_class(
        kit,
        code=code,
        title=f"社工服务体系建设培训班第{index + 1}期（演示）",
        division=county,
        programme=programme,
        category=None,
        people=people,
        first=first,
        half_days=1,
    )


def _programme(province: Division, kit: Kit) -> Programme:
    found = Programme.objects.filter(code="SC-2021-01").first()
    if found is not None:
        return found
    with clock.at(moment(dt.date(2021, 2, 26))):
        return programmes.create_programme(
            code="SC-2021-01",
            name="社工服务体系建设试点培训（演示）",
            kind="training",
            division=province,
            starts_on=dt.date(2021, 3, 1),
            ends_on=dt.date(2022, 5, 31),
            by=kit.by,
        )


def _station_rows(province: Division) -> list[dict[str, Any]]:
    """Rows of the stations by tier; the street station built by hand is one of tier 3."""
    cities = [d for d in children_of(province) if not d.is_statistical]
    counties = [c for city in cities for c in children_of(city) if not c.is_statistical]
    towns = [t for c in counties for t in children_of(c)]
    street = next(t for t in towns if t.name == STREET_STATION and "/510108/" in t.path)
    plan: dict[int, list[Division]] = {
        1: cities[: STATIONS[1]],
        2: counties[: STATIONS[2]],
        3: [t for t in towns[::3] if t.pk != street.pk][: STATIONS[3] - 1],
    }
    rows = [_row(tier, division, "") for tier, divisions in plan.items() for division in divisions]
    rooms = _rooms(towns[::2], STATIONS[4])
    return rows + [_row(4, division, f"第{number}社区") for division, number in rooms]


def _rooms(towns: list[Division], count: int) -> Iterator[tuple[Division, int]]:
    for index in range(count):
        yield towns[index % len(towns)], index // len(towns) + 1


def _row(tier: int, division: Division, middle: str) -> dict[str, Any]:
    return {
        "name": f"{division.name}{middle}{LABELS[tier]}（演示）",
        "tier": tier,
        "label": LABELS[tier],
        "division": division,
        "opened_on": OPENED + dt.timedelta(days=(division.pk * 7) % 300),
    }
