"""Builders of reports: for each route that names a division, something lying in it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from lms.ledger import services
from tests.factories import ledger as book
from tests.factories.world import make_person


def one_person_time(world: Any) -> tuple[Any, uuid.UUID]:
    """A person of the world's county who attended one class there."""
    person, occasion = make_person(world.division), uuid.uuid4()
    book.attended(person, book.scheduled(occasion, dt.date(2022, 3, 10), world.division))
    services.refresh_summaries()
    return person, occasion


def _evidence(world: Any) -> dict[str, Any]:
    person, occasion = one_person_time(world)
    return {"kwargs": {"code": world.division.code, "person": person.uuid, "occasion": occasion}, "method": "get"}


def _code(world: Any) -> dict[str, Any]:
    return {"kwargs": {"code": world.division.code}, "method": "get"}


ROUTES = {
    "reports:division": _code,
    "reports:export": _code,
    "reports:custom": lambda world: {
        "kwargs": {"code": world.division.code},
        "method": "post",
        "data": {"from": "2022-01-05", "to": "2022-02-10"},
    },
    "reports:open": _code,
    "reports:export_rows": _code,
    "reports:evidence": _evidence,
}
