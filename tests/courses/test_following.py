"""A class that goes on when its county becomes another: the new county runs it, its people sign up, its shares hold."""

from __future__ import annotations

import pytest
from django.urls import reverse

from courses import services
from courses.models import ClassQuota, SignUp
from courses.selectors import classes, signups
from courses.services import Share
from lms.accounts.roles import Role
from lms.core import clock
from lms.core.errors import Missing
from lms.people import services as people
from lms.places.changing import Heir, change_division
from lms.places.models import Division
from tests.factories.courses import SYSTEM, make_class, make_enrolment, make_learner, make_open_class
from tests.factories.world import make_actor, make_client, make_person, make_user

pytestmark = pytest.mark.django_db


def become(world, before, *heirs):
    change_division(before=before, heirs=heirs, happened_on=clock.today(), source="测试用通知", by=world.system)
    return people.follow_divisions(by=world.system)


def test_a_class_goes_on_in_the_county_that_its_own_became(world):
    going_on = make_open_class(world.county, capacity=5, needs_approval=True)
    over, elsewhere = make_class(world.county), make_class(world.other_county)
    services.cancel_class(training_class=over, reason="人数不足", by=SYSTEM)
    inside = make_enrolment(going_on, make_person(world.township))
    services.set_quotas(training_class=going_on, shares=[Share(world.township, 2)], by=SYSTEM)
    asked, by = make_learner(world.township)
    waiting = services.sign_up(training_class=going_on, person=asked, category=None, note="", by=by)
    assert waiting.state == "applied"  # the second of two seats

    done = become(world, world.county, Heir("530681", "鲁甸市", world.prefecture))
    county, township = Division.objects.get(code="530681"), Division.objects.get(code="530681103")
    assert done.divisions == 2
    for row in (going_on, over, elsewhere, inside, waiting):
        row.refresh_from_db()
    assert (going_on.division, over.division, elsewhere.division) == (county, world.county, world.other_county)
    assert (waiting.division, inside.division) == (township, world.township)  # in the class as then

    # somebody whose role began after the change runs it, approves what waits, and its shares count who is in it
    manager = make_user(Role.CLASS_MANAGER, county)
    assert make_client(manager).get(reverse("courses:class_detail", args=[going_on.uuid])).status_code == 200
    clerk = make_actor(Role.CLASS_MANAGER, county)
    assert classes.class_in(clerk, going_on.uuid) == going_on
    assert list(signups.waiting_for_approval(clerk)) == [waiting]
    late, by = make_learner(township)
    assert going_on in signups.open_now(late)
    assert services.sign_up(training_class=going_on, person=late, category=None, note="", by=by).state == "waiting"
    with pytest.raises(Missing):
        classes.class_in(make_actor(Role.CLASS_MANAGER, world.other_county), going_on.uuid)

    assert people.follow_divisions(by=world.system).divisions == 0


def test_shares_of_two_towns_that_became_one_are_added(world):
    found = make_open_class(world.prefecture, capacity=5)
    services.set_quotas(training_class=found, shares=[Share(world.county, 2), Share(world.other_county, 3)], by=SYSTEM)
    become(world, world.county, Heir(world.other_county.code, world.other_county.name, world.prefecture))
    assert list(ClassQuota.objects.values_list("division", "seats")) == [(world.other_county.pk, 5)]


def test_what_was_divided_stays_until_people_say(world):
    found = make_open_class(world.county)
    person, by = make_learner(world.county)
    services.sign_up(training_class=found, person=person, category=None, note="", by=by)
    become(world, world.county, Heir("530681", "鲁甸市", world.prefecture), Heir("530682", "龙头山市", world.prefecture))
    found.refresh_from_db()
    assert found.division == world.county and SignUp.objects.get().division == world.county
    assert classes.class_in(make_actor(Role.REGIONAL_ADMIN, world.prefecture), found.uuid) == found
