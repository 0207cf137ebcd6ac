"""Many at once, on a committed database: one line a countersignature, no two meetings at one time."""

from functools import partial

import pytest

from lms.core.errors import Refused
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.supervision import services
from lms.supervision.models import SupervisionSession
from tests.certificates.test_concurrency import together
from tests.factories.supervision import make_draft, make_signed, make_team, moment
from tests.factories.world import make_division_tree


@pytest.mark.django_db(transaction=True)
def test_everybody_confirms_at_once_and_twice():
    world = make_division_tree()
    team = make_team(world.county, size=4)
    session = make_signed(team)
    acts = [
        partial(services.countersign, session=session, supervisee=person, by=team.actor(i))
        for i, person in enumerate(team.supervisees)
    ]
    assert together(*acts, *acts) == []
    assert Line.objects.filter(kind=Kind.SUPERVISED).count() == 4
    assert Line.objects.filter(kind=Kind.SUPERVISING).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_cannot_sign_for_one_supervisee_at_one_time():
    world = make_division_tree()
    team, other = make_team(world.county), make_team(world.county)
    second = services.open_agreement(
        participation=team.participations[0],
        supervisor=other.supervisor,
        starts_on=team.participations[0].started_on,
        by=world.system,
    )
    mine = make_draft(team)
    theirs = make_draft(other, present=[(second, 60)], starts_at=moment(hour=10), ends_at=moment(hour=12))
    raised = together(
        lambda: services.sign_session(session=mine, by=team.by), lambda: services.sign_session(session=theirs, by=other.by)
    )
    assert [type(error) for error in raised] == [Refused]
    assert SupervisionSession.objects.filter(status="signed").count() == 1
