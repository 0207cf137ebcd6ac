"""Legal rows of supervision: a programme with supervisees under one supervisor, and records in each state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from lms.accounts.models import User
from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.core.actor import Actor
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes import services as programmes
from lms.programmes.models import Participation, Programme
from lms.supervision import services
from lms.supervision.models import Agreement, SupervisionSession
from tests.factories.world import make_person, make_user

START = dt.date(2026, 1, 10)


def moment(day: int = 12, hour: int = 9, minute: int = 0, month: int = 3) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, month, day, hour, minute))


@dataclass
class Team:
    """A supervisor and those supervised, with their accounts' actors."""

    programme: Programme
    supervisor: Person
    supervisor_user: User
    supervisees: list[Person]
    participations: list[Participation]
    agreements: list[Agreement]

    @property
    def by(self) -> Actor:
        return actor_for(self.supervisor_user)

    def actor(self, index: int = 0) -> Actor:
        return actor_for(self.supervisees[index].user)


def make_programme(division: Division, *, code: str = "SQ-2026", kind: str = "cultivation") -> Programme:
    found = Programme.objects.filter(code=code).first()
    return found or programmes.create_programme(
        code=code, name="三区计划", kind=kind, division=division, starts_on=dt.date(2026, 1, 1), by=Actor.system("tests")
    )


def make_team(division: Division, *, size: int = 1, code: str = "SQ-2026") -> Team:
    system = Actor.system("tests")
    programme = make_programme(division, code=code)
    user = make_user(Role.SUPERVISOR, division)
    supervisor = make_person(division, name="周督导", user=user)
    supervisees = [make_person(division, name=f"学员{i}", user=make_user()) for i in range(size)]
    joined = [
        services.start_cultivation(person=person, programme=programme, category=None, started_on=START, by=system)
        for person in supervisees
    ]
    agreed = [services.open_agreement(participation=p, supervisor=supervisor, starts_on=START, by=system) for p in joined]
    return Team(programme, supervisor, user, supervisees, joined, agreed)


def make_draft(team: Team, **changes: Any) -> SupervisionSession:
    values: dict[str, Any] = {
        "supervisor": team.supervisor,
        "starts_at": moment(),
        "ends_at": moment(hour=11),
        "mode": "face_to_face",
        "form": "individual" if len(team.agreements) == 1 else "group",
        "functions": ["educational"],
        "topic": "入户访谈的准备",
        "place": "龙头山镇社工站",
        "present": [(agreement, 120) for agreement in team.agreements],
        "discussion": "讨论了访谈提纲。",
        "by": team.by,
    }
    return services.record_session(**{**values, **changes})


def make_signed(team: Team, **changes: Any) -> SupervisionSession:
    return services.sign_session(session=make_draft(team, **changes), by=team.by)


def make_countersigned(team: Team, **changes: Any) -> SupervisionSession:
    session = make_signed(team, **changes)
    for index, person in enumerate(team.supervisees):
        services.countersign(session=session, supervisee=person, reflection="收获很大。", by=team.actor(index))
    return session


def _own(make: Any) -> Any:
    """A row of somebody else's: the supervisor's and the supervisees' pages must not show it to another."""
    return lambda world: {"kwargs": {"uuid": make(make_team(world.division)).uuid}}


def _post(make: Any, **data: Any) -> Any:
    return lambda world: {"kwargs": {"uuid": make(make_team(world.division)).uuid}, "method": "post", "data": data}


# Rows for the test that tries every route as every role; they lie in ``world.division`` and belong to somebody else.
ROUTES = {
    "supervision:record": _own(make_draft),
    "supervision:edit": _own(make_draft),
    "supervision:sign": _post(make_draft),
    "supervision:discard": _post(make_draft),
    "supervision:amend": _post(make_signed, reason="测试"),
    "supervision:confirm": _own(make_signed),
    "supervision:dispute": _post(make_signed, reason="测试"),
    "supervision:detail": _own(make_signed),
    "supervision:sheet": _own(make_draft),
    "supervision:end_agreement": _own(lambda team: team.agreements[0]),
}
