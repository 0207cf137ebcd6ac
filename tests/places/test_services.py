"""Organisations, stations, operators, posts and service spells: what is written, refused, audited."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from lms.audit.models import AuditEvent
from lms.core import positions
from lms.core.errors import BadInput, Missing, Refused
from lms.core.roles import Role
from lms.places import rules, selectors, services
from lms.places.models import Organisation, Post, Station, StationOperator
from tests.factories.world import make_actor

DAY = dt.date(2022, 3, 1)


def organisation(world, name="鲁甸县社会工作服务中心", division=None, **more):
    return services.create_organisation(name=name, kind="agency", division=division or world.county, by=world.system, **more)


def station(world, name="龙头山镇社工站", division=None, **more):
    row = {"tier": 3, "label": "社工服务站", "division": division or world.township, "opened_on": DAY, **more}
    return services.open_station(name=name, by=world.system, **row)


def test_organisation_is_entered_and_audited(world):
    manager = make_actor(Role.CLASS_MANAGER, world.county)
    made = services.create_organisation(name=" 鲁甸县  社工\u200b站 ", kind="agency", division=world.township, by=manager)
    assert made.name == "鲁甸县 社工站"
    event = AuditEvent.objects.get()
    assert (event.verb, event.record_uuid, event.actor_uuid) == ("places.organisation.created", made.uuid, manager.uuid)


def test_office_writes_in_its_own_subtree_only(world):
    manager = make_actor(Role.CLASS_MANAGER, world.county)
    for division in (world.prefecture, world.other_county, world.foreign_county):
        with pytest.raises(Missing):
            services.create_organisation(name="外地机构", kind="agency", division=division, by=manager)
    with pytest.raises(Missing):
        services.create_organisation(
            name="讲师不能", kind="agency", division=world.county, by=make_actor(Role.TRAINER, world.county)
        )
    assert not Organisation.objects.exists()


def test_organisation_of_the_same_name_is_refused_and_in_bulk_taken_over(world):
    first = organisation(world)
    with pytest.raises(Refused, match="已有名为"):
        organisation(world)
    rows = [
        {"name": first.name, "kind": "agency", "division": world.county},
        {"name": "新机构", "kind": "other", "division": world.county},
    ]
    made = services.create_organisations(rows, world.system)
    assert made[0] == first and [o.name for o in made] == [first.name, "新机构"]
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "finding"),
    [
        ("91350100M000100Y43", rules.Finding.FINE),  # the example of GB 32100-2015
        ("９１３５０１００m000100y43", rules.Finding.FINE),
        ("91350100M000100Y44", rules.Finding.CHECK_DIGIT),
        ("91350100M000100Y4", rules.Finding.MALFORMED),
        ("91350100I000100Y43", rules.Finding.MALFORMED),
    ],
)
def test_credit_code(typed, finding):
    assert rules.credit_code_finding(rules.clean_credit_code(typed)) is finding


def test_a_failing_check_digit_needs_a_reason(world):
    with pytest.raises(Refused, match="校验位"):
        organisation(world, credit_code="91350100M000100Y44")
    made = organisation(world, credit_code="91350100M000100Y44", credit_code_override_reason="登记机关2015年发放，已核对证书原件")
    assert made.credit_code_override_reason
    with pytest.raises(BadInput):
        organisation(world, name="另一家", credit_code="1234")
    with pytest.raises(Refused, match="另一家机构"):
        organisation(world, name="第三家", credit_code="91350100M000100Y44", credit_code_override_reason="重复")


def test_bulk_stations_with_their_operators(world):
    operator = organisation(world)
    rows = [
        {"name": f"{n}号站", "tier": 3, "label": "社工站", "division": world.township, "opened_on": DAY, "operator": operator}
        for n in range(40)
    ]
    made = services.open_stations(rows, world.system)
    again = services.open_stations(rows, world.system)
    assert [s.pk for s in made] == [s.pk for s in again]
    assert Station.objects.count() == StationOperator.objects.count() == 40
    assert AuditEvent.objects.filter(verb="places.station.opened").count() == 40
    assert len({s.position for s in made}) == 40


def test_stations_by_tier_as_of_a_day(world):
    station(world)
    station(world, name="县总站", division=world.county, tier=2, label="社工总站", opened_on=dt.date(2023, 1, 1))
    closed = station(world, name="旧站")
    services.close_station(station=closed, closed_on=dt.date(2022, 6, 30), by=world.system)
    assert selectors.stations_by_tier(world.province, on=dt.date(2022, 6, 30)) == {3: 2}
    assert selectors.stations_by_tier(world.province, on=dt.date(2022, 7, 1)) == {3: 1}
    assert selectors.stations_by_tier(world.province, on=dt.date(2024, 1, 1)) == {2: 1, 3: 1}
    assert selectors.stations_by_tier(world.foreign_province) == {}


def test_operators_follow_each_other(world):
    site, first, second = station(world), organisation(world), organisation(world, name="第二家")
    services.set_operator(station=site, organisation=first, started_on=DAY, by=world.system)
    later = services.set_operator(station=site, organisation=second, started_on=dt.date(2023, 1, 1), by=world.system)
    assert services.set_operator(station=site, organisation=second, started_on=dt.date(2023, 1, 1), by=world.system) == later
    spells = list(StationOperator.objects.order_by("started_on").values_list("started_on", "ended_on"))
    assert spells == [(DAY, dt.date(2022, 12, 31)), (dt.date(2023, 1, 1), None)]
    for day in (dt.date(2022, 5, 1), dt.date(2021, 1, 1)):
        with pytest.raises(Refused):
            services.set_operator(station=site, organisation=first, started_on=day, by=world.system)


def test_the_database_refuses_overlapping_operators(world):
    site, first = station(world), organisation(world)
    StationOperator.objects.create(
        station=site, organisation=first, started_on=DAY, ended_on=dt.date(2022, 12, 31), position=positions.take()
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        StationOperator.objects.create(
            station=site,
            organisation=first,
            started_on=dt.date(2022, 12, 31),
            ended_on=dt.date(2023, 5, 1),
            position=positions.take(),
        )
    after = StationOperator.objects.create(
        station=site, organisation=first, started_on=dt.date(2023, 1, 1), position=positions.take()
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        StationOperator.objects.filter(pk=after.pk).update(started_on=dt.date(2022, 6, 1))


def test_closing_a_station_ends_its_operator_and_posts(world):
    site = station(world, operator=organisation(world))
    post = services.open_post(division=world.township, title="站长", kind="head", opened_on=DAY, station=site, by=world.system)
    with pytest.raises(BadInput):
        services.close_station(station=site, closed_on=dt.date(2021, 1, 1), by=world.system)
    services.close_station(station=site, closed_on=dt.date(2024, 1, 31), by=world.system)
    services.close_station(station=site, closed_on=dt.date(2024, 2, 28), by=world.system)
    post.refresh_from_db()
    assert post.closed_on == StationOperator.objects.get().ended_on == dt.date(2024, 1, 31)
    assert AuditEvent.objects.filter(verb="places.station.closed").count() == 1


def test_an_organisation_at_work_is_not_closed(world):
    operator = organisation(world)
    site = station(world, operator=operator)
    with pytest.raises(Refused, match="仍在运营"):
        services.close_organisation(organisation=operator, closed_on=dt.date(2024, 1, 1), by=world.system)
    services.close_station(station=site, closed_on=dt.date(2024, 1, 1), by=world.system)
    services.close_organisation(organisation=operator, closed_on=dt.date(2024, 1, 1), by=world.system)
    operator.refresh_from_db()
    assert operator.closed_on == dt.date(2024, 1, 1)


def test_posts_two_alike_are_two(world):
    row = {
        "division": world.county,
        "title": "社工",
        "kind": "social_worker",
        "opened_on": DAY,
        "organisation": organisation(world),
    }
    assert len({p.pk for p in services.open_posts([row, row], world.system)}) == 2
    with pytest.raises(BadInput):
        services.open_posts([{**row, "organisation": None}], world.system)
    assert Post.objects.count() == 2
    closed = services.close_post(post=Post.objects.first(), closed_on=dt.date(2023, 1, 1), by=world.system)
    assert closed.closed_on == dt.date(2023, 1, 1)


def test_service_spells_do_not_overlap(world):
    team = organisation(world, division=world.foreign_county, name="外来支援队")
    spell = services.start_service(team, world.county, DAY, by=world.system)
    assert services.start_service(team, world.county, DAY, by=world.system) == spell
    with pytest.raises(Refused, match="重叠"):
        services.start_service(team, world.county, dt.date(2022, 5, 1), by=world.system)
    services.end_service(service=spell, ended_on=dt.date(2022, 4, 30), by=world.system)
    services.start_service(team, world.county, dt.date(2022, 5, 1), by=world.system)


@pytest.mark.parametrize(
    "path, above", [("/", ["/"]), ("/53/", ["/", "/53/"]), ("/53/5306/530621/", ["/", "/53/", "/53/5306/", "/53/5306/530621/"])]
)
def test_the_paths_above_a_division_and_its_own(path, above):
    assert rules.upwards(path) == above
