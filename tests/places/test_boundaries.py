"""Changes of divisions: what is made and closed, and the tree as it was known at an earlier position."""

from __future__ import annotations

import datetime as dt

import pytest

from lms.core import positions
from lms.core.errors import BadInput, Missing, Refused
from lms.places.boundaries import boundaries_of, children_known, division_known
from lms.places.changing import Heir, change_division
from lms.places.models import Division, DivisionChange
from tests.factories.world import make_actor

DAY = dt.date(2023, 4, 1)
BEFORE, AFTER = dt.date(2023, 3, 31), dt.date(2023, 12, 31)


def change(world, before, *heirs):
    return change_division(before=before, heirs=heirs, happened_on=DAY, source="测试用通知", by=world.system)


def codes(found):
    return [row.code for row in found]


def test_recoded_county_keeps_its_past_and_takes_its_townships_along(world):
    known = positions.closed()
    [after] = change(world, world.county, Heir("530681", "鲁甸市", world.prefecture))
    assert after.path == "/53/5306/530681/"
    assert after.full_name == "云南省昭通市鲁甸市"
    assert Division.objects.get(code="530681103").path == "/53/5306/530681/530681103/"
    assert set(DivisionChange.objects.values_list("kind", flat=True)) == {"recoded", "moved"}
    now = positions.closed()
    assert codes(children_known(world.prefecture, on=BEFORE, position=now)) == ["530602", "530621"]
    assert codes(children_known(world.prefecture, on=AFTER, position=now)) == ["530602", "530681"]
    # a report as of before the change was entered does not know of it, whatever day it asks for
    assert codes(children_known(world.prefecture, on=AFTER, position=known)) == ["530602", "530621"]
    assert division_known("530621", on=AFTER, position=known) == world.county
    with pytest.raises(BadInput):
        division_known("530681", on=AFTER, position=known)
    moved = boundaries_of(AFTER, position=now)
    assert moved.path(world.county.pk, world.county.path) == after.path
    assert moved.path(world.township.pk, "") == "/53/5306/530681/530681103/"
    assert boundaries_of(BEFORE, position=now).moved == {}
    assert boundaries_of(AFTER, position=known).moved == {}


def test_county_moved_to_another_prefecture_and_merger_into_a_neighbour(world):
    [moved] = change(world, world.county, Heir("530581", "鲁甸县", world.other_prefecture))
    change(world, world.other_county, Heir("530502", "隆阳区", world.other_prefecture))
    shown = boundaries_of(AFTER, position=positions.closed())
    assert shown.path(world.county.pk, "") == moved.path == "/53/5305/530581/"
    assert shown.path(world.other_county.pk, "") == "/53/5305/530502/"
    assert Division.objects.filter(code="530502").count() == 1
    there, elsewhere = shown.inside("/53/5305/")
    assert {world.county.pk, world.other_county.pk} <= there and not elsewhere


def test_split_county_is_shown_in_what_holds_all_its_heirs(world):
    change(world, world.county, Heir("530631", "南鲁县", world.prefecture), Heir("530632", "北鲁县", world.prefecture))
    shown = boundaries_of(AFTER, position=positions.closed())
    assert shown.path(world.county.pk, "") == shown.path(world.township.pk, "") == "/53/5306/"


@pytest.mark.parametrize(
    ("heir", "error"),
    [
        (("53062", "鲁甸市"), BadInput),
        (("530602", "鲁甸市"), Refused),  # another county's code
        (("530681", " "), BadInput),
    ],
)
def test_impossible_changes_are_refused_whole(world, heir, error):
    with pytest.raises(error):
        change(world, world.county, Heir(*heir, world.prefecture))
    assert not DivisionChange.objects.exists()
    world.county.refresh_from_db()
    assert world.county.valid_to is None


def test_a_change_dated_before_what_came_in_by_a_merger_is_refused(world):
    """The neighbour took a county in, its township began there that day: the neighbour cannot have ended earlier."""
    change(world, world.county, Heir("530602", "昭阳区", world.prefecture))
    with pytest.raises(BadInput, match="龙头山镇"):
        change_division(
            before=world.other_county,
            heirs=[Heir("530682", "昭阳市", world.prefecture)],
            happened_on=DAY - dt.timedelta(days=3),
            source="补记",
            by=world.system,
        )
    world.other_county.refresh_from_db()
    assert world.other_county.valid_to is None


def test_second_change_of_the_same_row_and_strangers_are_refused(world):
    change(world, world.county, Heir("530681", "鲁甸市", world.prefecture))
    with pytest.raises(Refused):
        change(world, world.county, Heir("530682", "鲁甸市", world.prefecture))
    with pytest.raises(Missing):
        change_division(
            before=world.far_county,
            heirs=[Heir("530583", "施甸市", world.other_prefecture)],
            happened_on=DAY,
            source="无权",
            by=make_actor("regional_admin", world.province),
        )
