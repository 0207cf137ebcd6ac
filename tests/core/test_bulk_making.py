"""Rows made in bulk are the rows that the model itself would have made."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import transaction

from courses.models import ClassEnrolment
from lms.audit.models import AuditEvent
from lms.core import bulk, clock, ids
from lms.ledger.models import Line
from lms.people.models import IdentityDocument, Person
from tests.factories.world import World

MOMENT = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("model", [Person, IdentityDocument, AuditEvent, ClassEnrolment, Line])
def test_a_made_row_is_what_the_model_itself_gives(model):
    def facts(row):
        return {f.attname: row.__dict__[f.attname] for f in model._meta.concrete_fields} | {"adding": row._state.adding}

    with clock.at(MOMENT):
        with ids.seeded(7):
            wanted = facts(model())
        with ids.seeded(7):
            got = facts(bulk.Maker(model)())
    assert got == wanted


@pytest.mark.django_db
def test_made_rows_are_stored_with_their_own_keys(world: World):
    make = bulk.Maker(Person)
    born = [dt.date(1990, 1, 1), None, dt.date(1990, 1, 1)]
    with transaction.atomic():
        rows = [make(name=f"学员{n}", division=world.township, birth_date=day) for n, day in enumerate(born)]
        bulk.create(Person, rows)
        event = uuid.uuid4()
        bulk.create(
            AuditEvent,
            [AuditEvent(verb="tests.made", actor_uuid=event, details=d) for d in ({}, {"n": 1}, {})],
            keys=False,
        )
    for row in rows:
        found = Person.objects.get(pk=row.pk)
        assert (found.uuid, found.name, found.birth_date, found.created_at) == (row.uuid, row.name, row.birth_date, row.created_at)
        assert bytes(found.salt) == row.salt
        assert row.division == world.township
        assert not row._state.adding
    assert [e.details for e in AuditEvent.objects.filter(actor_uuid=event).order_by("pk")] == [{}, {"n": 1}, {}]
    rows[0].name = "改名"
    rows[0].save()
    assert Person.objects.filter(name__startswith="学员").count() == 2
