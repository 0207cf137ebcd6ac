"""Programmes for tests, and the objects that the routes of programmes need."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from lms.places.models import Division
from lms.programmes import services
from lms.programmes.models import Category, Participation, Programme
from tests.factories.people import SYSTEM, register

_number = itertools.count(1)
DAY = dt.date(2020, 1, 1)


def make_programme(division: Division, **fields: Any) -> Programme:
    fields = {"code": f"P{next(_number):04}", "name": "三区计划", "kind": "cultivation", "starts_on": DAY, **fields}
    return services.create_programme(division=division, by=SYSTEM, **fields)


def make_category(division: Division | None, **fields: Any) -> Category:
    fields = {"code": f"c{next(_number)}", "name": "乡镇（街道）分管负责同志", **fields}
    return services.create_category(division=division, by=SYSTEM, **fields)


def make_participation(division: Division, **fields: Any) -> Participation:
    fields = {"person": register(division), "programme": make_programme(division), "started_on": DAY, **fields}
    return services.join(by=SYSTEM, **fields)


ROUTES: dict[str, Any] = {
    "programmes:detail": lambda world: {"kwargs": {"uuid": make_programme(world.division).uuid}, "method": "get"},
    "programmes:edit": lambda world: {"kwargs": {"uuid": make_programme(world.division).uuid}, "method": "get"},
    "programmes:leave": lambda world: {"kwargs": {"uuid": make_participation(world.division).uuid}, "method": "get"},
    "programmes:end_category": lambda world: {"kwargs": {"uuid": make_category(world.division).uuid}, "method": "get"},
}
