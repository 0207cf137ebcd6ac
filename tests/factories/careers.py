"""Careers for tests, and the objects that the routes of careers need."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lms.careers import services
from lms.places import services as places
from lms.places.models import Division, Post
from tests.factories.people import SYSTEM, register

DAY = dt.date(2020, 1, 1)


def open_post(division: Division, title: str = "社工站社工", **fields: Any) -> Post:
    organisation = places.create_organisation(
        name=f"{division.name}社会工作服务中心{Post.objects.count()}", kind="agency", division=division, founded_on=DAY, by=SYSTEM
    )
    return places.open_post(
        organisation=organisation, division=division, title=title, kind="social_worker", opened_on=DAY, by=SYSTEM, **fields
    )


def employ(division: Division) -> Any:
    return services.employ(person=register(division), division=division, started_on=DAY, by=SYSTEM)


ROUTES: dict[str, Any] = {
    "careers:add": lambda world: {"kwargs": {"uuid": register(world.division).uuid, "kind": "education"}, "method": "get"},
    "careers:end": lambda world: {"kwargs": {"uuid": employ(world.division).uuid, "kind": "employment"}, "method": "get"},
    "careers:void": lambda world: {"kwargs": {"uuid": employ(world.division).uuid, "kind": "employment"}, "method": "get"},
}
