"""Persons with documents for tests, and the objects that the routes of people need."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from lms.core.actor import Actor
from lms.people import services
from lms.people.models import IdentityDocument, Person
from lms.people.rules.documents import check_character
from lms.places.models import Division
from tests.factories.world import World, make_person, make_user

_order = itertools.count(1)
SYSTEM = Actor.system("tests")


def resident_number(born: dt.date = dt.date(1990, 1, 1), *, head: str = "530621", order: int | None = None) -> str:
    """A sound number of GB 11643, another one each time."""
    body = f"{head}{born:%Y%m%d}{(next(_order) if order is None else order) % 1000:03d}"
    return body + check_character(body)


def register(division: Division, name: str = "张桂英", **facts: Any) -> Person:
    """A person taken onto the books through the service, with a document unless told otherwise."""
    facts.setdefault("document", resident_number())
    return services.register_person(name=name, division=division, by=SYSTEM, **facts)


def document_of(division: Division) -> IdentityDocument:
    return register(division).documents.get()


def learner(division: Division, **facts: Any) -> Person:
    """A person with an account."""
    return make_person(division, user=make_user(), **facts)


def merged_pair(division: Division) -> Any:
    return services.merge(kept=register(division), duplicate=register(division, "张贵英"), reason="同一人", by=SYSTEM)


def _person(world: World) -> dict[str, Any]:
    return {"uuid": register(world.division).uuid}


def _pair(world: World) -> dict[str, Any]:
    return {"kept": register(world.division).uuid, "duplicate": register(world.division, "张贵英").uuid}


def _correction(world: World) -> dict[str, Any]:
    person = learner(world.division)
    actor = Actor(uuid=person.user.uuid, label="user", user_id=person.user_id)  # type: ignore[union-attr]
    return {"uuid": services.request_correction(person=person, message="职务写错了", by=actor).uuid}


ROUTES: dict[str, Any] = {
    "people:detail": lambda world: {"kwargs": _person(world), "method": "get"},
    "people:edit": lambda world: {"kwargs": _person(world), "method": "get"},
    "people:document_add": lambda world: {"kwargs": _person(world), "method": "get"},
    "people:erase": lambda world: {"kwargs": _person(world), "method": "get"},
    "people:open_account": lambda world: {"kwargs": _person(world), "method": "post"},
    "people:withdraw": lambda world: {"kwargs": {"purpose": "contact"}, "method": "post", "own": True},
    "people:reveal": lambda world: {"kwargs": {"uuid": document_of(world.division).uuid}, "method": "get"},
    "people:compare": lambda world: {"kwargs": _pair(world), "method": "get"},
    "people:unmerge": lambda world: {"kwargs": {"uuid": merged_pair(world.division).uuid}, "method": "get"},
    "people:correction": lambda world: {"kwargs": _correction(world), "method": "get"},
}
