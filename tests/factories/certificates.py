"""Legal rows of certificates: an issuer, a completion in the ledger, a certificate on it."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

from django.db import transaction

from certificates import services
from certificates.models import Certificate, Issuer
from lms.core import positions
from lms.core.actor import Actor
from lms.core.ids import new_uuid
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people.models import Person
from lms.places.models import Division, Organisation
from tests.factories.world import make_person

_code = itertools.count(530600)
SYSTEM = Actor.system("tests")


def make_organisation(division: Division, *, name: str = "鲁甸县民政局") -> Organisation:
    found = Organisation.objects.filter(division=division, name=name).first()
    if found is not None:
        return found
    with transaction.atomic():
        return Organisation.objects.create(name=name, kind="bureau", division=division, position=positions.take())


def make_issuer(division: Division, **changes: Any) -> Issuer:
    organisation = changes.pop("organisation", None) or make_organisation(division, name=f"{division.name}民政局")
    found = Issuer.objects.filter(organisation=organisation).first()
    code = changes.pop("code", None) or str(next(_code))
    return found or services.open_issuer(organisation=organisation, code=code, by=SYSTEM, **changes)


def complete(person: Person, occasion: uuid.UUID, *, on: dt.date = dt.date(2026, 11, 20)) -> None:
    """The line that a class posts when somebody completes it."""
    from django.utils import timezone

    with transaction.atomic():
        ledger.post(
            [
                ledger.Draft(
                    key=f"courses.classenrolment:{occasion}:{person.uuid}:completed",
                    kind=Kind.COMPLETED,
                    person=person,
                    occasion_label="courses.trainingclass",
                    occasion=occasion,
                    happened_from=timezone.make_aware(dt.datetime.combine(on, dt.time(17))),
                    source_label="courses.classenrolment",
                    source_uuid=new_uuid(),
                )
            ],
            by=SYSTEM,
        )


def make_certificate(division: Division, *, person: Person | None = None, done: bool = True, **changes: Any) -> Certificate:
    holder = person or make_person(division, name="段玥㼆")
    occasion = changes.pop("occasion", None) or new_uuid()
    if done:
        complete(holder, occasion)
    values: dict[str, Any] = {
        "person": holder,
        "occasion_label": "courses.trainingclass",
        "occasion": occasion,
        "title": "2026年昭通市基层社会工作实务能力提升班",
        "starts_on": dt.date(2026, 11, 16),
        "ends_on": dt.date(2026, 11, 20),
        "hours": "40",
        "result": "合格",
        "division": division,
        "issuer": make_issuer(division) if "issuer" not in changes else changes["issuer"],
        "by": SYSTEM,
    }
    return services.issue_certificate(**{**values, **changes})


def _given(world: Any, **kwargs: Any) -> dict[str, Any]:
    return {"kwargs": {"uuid": make_certificate(world.division).uuid}, **kwargs}


# Rows for the test that tries every route as every role; the certificate lies in ``world.division`` and is somebody else's.
ROUTES = {
    "certificates:own_detail": _given,
    "certificates:own_file": _given,
    "certificates:detail": _given,
    "certificates:file": lambda world: {"kwargs": {"uuid": print_one(world.division).uuid}},
    "certificates:print": lambda world: _given(world, method="post"),
    "certificates:void": lambda world: _given(world, method="post", data={"reason": "测试"}),
    "certificates:reissue": lambda world: _given(world, method="post", data={"reason": "测试"}),
    "verify:result": lambda world: {"kwargs": {"number": "530600-2026-0001-00001", "code": "AAAAAAAAAA"}},
}


def print_one(division: Division) -> Certificate:
    return services.print_certificate(certificate=make_certificate(division), by=SYSTEM)
