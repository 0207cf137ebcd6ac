"""Figures shown before a merge are those the fold yields after it, at every place; and the same the other way round."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from lms.accounts.roles import Role
from lms.ledger import selectors as folds
from lms.ledger import services as ledger
from lms.people import selectors as people
from lms.people import services
from lms.people.effects import effects_of
from tests.factories import ledger as book
from tests.factories.courses import SYSTEM
from tests.factories.world import World, make_actor, make_client, make_person, make_user

pytestmark = pytest.mark.django_db


def folded(division) -> tuple[int, int]:
    scope = folds.Scope.of(division, dt.date(2022, 1, 1), dt.date(2022, 12, 31))
    return folds.persons(scope), folds.person_times(scope)


@pytest.fixture
def two(world: World):
    """One human being under two records: both in the same class of the county, one of them in another county's too."""
    one, other, third = (make_person(world.township) for _ in range(3))
    here, there = uuid.uuid4(), uuid.uuid4()
    session = book.scheduled(here, dt.date(2022, 3, 10), world.county)
    for person in (one, other, third):
        book.attended(person, session)
    book.attended(other, book.scheduled(there, dt.date(2022, 5, 10), world.other_county), division=world.other_county)
    ledger.refresh_summaries()
    return one, other


def shown(effects) -> dict[tuple[str, str], tuple[int, int]]:
    return {(e.place, e.figure[:4]): (e.before, e.after) for e in effects}


def test_what_is_shown_is_what_the_fold_yields_afterwards(world: World, two):
    one, other = two
    actor = make_actor(Role.REGIONAL_ADMIN, world.prefecture)
    told = shown(effects_of(actor, one, other))
    places = (world.prefecture, world.county, world.other_county)
    assert {place for place, _figure in told} == {p.name for p in places} | {world.township.name}
    before = {place.name: folded(place) for place in places}
    link = services.merge(kept=one, duplicate=other, reason="同一人", by=SYSTEM)
    after = {place.name: folded(place) for place in places}
    for place in places:
        assert told[(place.name, "培训人数")] == (before[place.name][0], after[place.name][0])
        assert told[(place.name, "培训人次")] == (before[place.name][1], after[place.name][1])
    assert before != after
    ledger.refresh_summaries()
    back = shown(effects_of(actor, one, other, undone=link))
    services.unmerge(merge=link, reason="不是", by=SYSTEM)
    assert {key: (new, old) for key, (old, new) in told.items()} == back
    assert people.ids_of(one) == {one.pk}


def test_only_places_that_the_office_sees_are_told_and_the_page_asks_a_constant_number(
    world: World, two, django_assert_max_num_queries
):
    one, other = two
    client = make_client(make_user(Role.CLASS_MANAGER, world.county))
    with django_assert_max_num_queries(25):
        effects_of(client.actor, one, other)
    page = client.get(f"/people/duplicates/{one.uuid}/{other.uuid}/")
    assert {e.place for e in page.context["effects"]} == {world.county.name, world.township.name}
    assert "合并前后的数字" in page.content.decode()
    outsider = make_client(make_user(Role.CLASS_MANAGER, world.other_county))
    assert outsider.get(f"/people/duplicates/{one.uuid}/{other.uuid}/").status_code == 404


def test_people_without_figures_change_none(world: World):
    one, other = make_person(world.township), make_person(world.township)
    assert effects_of(SYSTEM, one, other) == []
