"""Builders of reports: for each route that names a division, something lying in it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.ledger import services
from lms.reports.api.tokens import make_token
from lms.reports.approval import services as approval
from lms.reports.approval.units import above
from lms.reports.layouts.sample import sample
from lms.reports.layouts.services import keep_layout
from lms.reports.monthly.services import subscribe
from tests.factories import ledger as book
from tests.factories.world import make_actor, make_person, make_user


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


def handed_in(division: Any, period: int = 202203) -> Any:
    """A month of a division that somebody else handed in, with a line in it."""
    book.attended(make_person(division), book.scheduled(uuid.uuid4(), dt.date(period // 100, period % 100, 10), division))
    return approval.submit(division=division, period=period, by=make_actor(Role.CLASS_MANAGER, division))


def accepted(division: Any, period: int = 202203) -> Any:
    return approval.accept(submission=handed_in(division, period), by=make_actor(Role.REVIEWER, above(division)))


def _period(world: Any) -> dict[str, Any]:
    accepted(world.division)
    return {"kwargs": {"code": world.division.code, "period": 202203}, "method": "get"}


def _act(world: Any) -> dict[str, Any]:
    return {"kwargs": {"code": world.division.code, "period": 202203, "act": "submit"}, "method": "post"}


def _link(world: Any) -> dict[str, Any]:
    handed_in(world.division)
    data = {"name": "段志强", "title": "副局长", "days": "3"}
    return {"kwargs": {"code": world.division.code, "period": 202203}, "method": "post", "data": data}


def _token(world: Any) -> dict[str, Any]:
    manager = make_user(Role.CLASS_MANAGER, world.division)
    token, _secret = make_token(division=world.division, name="平台", scopes=["figures:read"], days=30, by=actor_for(manager))
    return {"kwargs": {"uuid": token.uuid}, "method": "post"}


def _asked(**kwargs: Any) -> Any:
    """An address of the interface in the world's county."""
    return lambda world: {"kwargs": {name: world.division.code if value is None else value for name, value in kwargs.items()}}


def _subscription(world: Any) -> dict[str, Any]:
    manager = make_user(Role.CLASS_MANAGER, world.division)
    row = subscribe(division=world.division, day=5, by=actor_for(manager))
    return {"kwargs": {"uuid": row.uuid}, "method": "post"}


def layout_of(division: Any, content: bytes | None = None) -> Any:
    """A layout kept by an office of the division."""
    by = make_actor(Role.CLASS_MANAGER, division)
    return keep_layout(division=division, name="培训情况表", content=content or sample(), by=by)


def _layout(method: str, **more: Any) -> Any:
    return lambda world: {"kwargs": {"code": world.division.code, "uuid": layout_of(world.division).uuid}, "method": method, **more}


def _number(method: str) -> Any:
    """The persons of a cut of the world's division."""
    data = {"from": "2022-01-05", "to": "2022-02-10", "what": "persons"}
    return lambda world: {"kwargs": {"code": world.division.code}, "method": method, "data": data}


ROUTES = {
    "reports:cut_open": _number("get"),
    "reports:cut_rows": _number("post"),
    "reports:cut_export": _number("get"),
    "reports:layouts": _code,
    "reports:layout_fill": _layout("post", data={"from": "2022-03", "to": "2022-03"}),
    "reports:layout_end": _layout("post"),
    "reports:layout_file": _layout("get"),
    "api:division": _asked(code=None),
    "api:figure": _asked(what="person_times"),
    "api:figure_lines": _asked(what="person_times"),
    "api:periods": _asked(division=None),
    "api:period": _asked(division=None, period=202203),
    "api:pipeline": _asked(division=None),
    "reports:monthly_end": _subscription,
    "reports:api_token_end": _token,
    "reports:person_hours": lambda world: {"kwargs": {"uuid": make_person(world.division).uuid}, "method": "get"},
    "reports:period": _period,
    "reports:period_act": _act,
    "reports:sign_link": _link,
    "reports:period_payload": _period,
    "reports:period_lines": _period,
    "reports:period_print": lambda world: {"kwargs": _period(world)["kwargs"], "method": "post"},
    "reports:division": _code,
    "reports:export": _code,
    "reports:cut": _code,
    "reports:unapproved": _code,
    "reports:custom": lambda world: {
        "kwargs": {"code": world.division.code},
        "method": "post",
        "data": {"from": "2022-01-05", "to": "2022-02-10"},
    },
    "reports:open": _code,
    "reports:export_rows": _code,
    "reports:evidence": _evidence,
}
