"""Rows of places for tests, and how each of its routes is tried on a division."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from lms.core.actor import Actor
from lms.places import services
from lms.places.models import Division, Organisation, Station

_number = itertools.count(1)
DAY = dt.date(2022, 3, 1)


def make_organisation(division: Division, *, kind: str = "agency", **fields: Any) -> Organisation:
    name = fields.pop("name", f"机构{next(_number):04}")
    return services.create_organisation(name=name, kind=kind, division=division, by=Actor.system("tests"), **fields)


def make_station(division: Division, *, tier: int = 3, label: str = "社工站", **fields: Any) -> Station:
    fields = {"name": f"社工站{next(_number):04}", "opened_on": DAY, **fields}
    return services.open_station(tier=tier, label=label, division=division, by=Actor.system("tests"), **fields)


ROUTES = {
    "places:home": lambda world: {},
    "places:division_search": lambda world: {},
    "places:division_detail": lambda world: {"kwargs": {"code": world.division.code}},
    "places:organisation_list": lambda world: {},
    "places:organisation_create": lambda world: {},
    "places:organisation_detail": lambda world: {"kwargs": {"uuid": make_organisation(world.division).uuid}},
    "places:organisation_close": lambda world: {
        "kwargs": {"uuid": make_organisation(world.division).uuid},
        "method": "post",
        "data": {"closed_on": "2024-01-01"},
    },
    "places:station_list": lambda world: {},
    "places:station_create": lambda world: {},
    "places:station_detail": lambda world: {"kwargs": {"uuid": make_station(world.division).uuid}},
    "places:station_close": lambda world: {
        "kwargs": {"uuid": make_station(world.division).uuid},
        "method": "post",
        "data": {"closed_on": "2024-01-01"},
    },
    "places:station_operator": lambda world: {
        "kwargs": {"uuid": make_station(world.division).uuid},
        "method": "post",
        "data": {"organisation": make_organisation(world.division).pk, "started_on": "2024-01-01"},
    },
}
