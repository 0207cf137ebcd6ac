"""The funnel and what its numbers open; one's own path; nothing of foreign divisions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.pipeline import services
from tests.factories.pipeline import attend, licensed, on_books
from tests.factories.world import make_client, make_user


def url(name, *args, **asked):
    query = "&".join(f"{k}={v}" for k, v in asked.items())
    return reverse(f"pipeline:{name}", args=args) + (f"?{query}" if query else "")


def test_the_funnel_catches_up_and_opens_its_people(world, client_as):
    person = on_books(world.division, name="张桂英")
    licensed(person)
    office = client_as("regional_admin", world.province)
    page = office.get(url("funnel")).content.decode()
    assert "云南省" in page and "昭通市" in page
    members = office.get(url("members", division="530621", stage=6)).content.decode()
    assert "张桂英" in members and "1 人" in members
    assert "张桂英" in office.get(url("conversions", division="53", on="2025-12-31")).content.decode()
    page = office.get(url("person", person.uuid)).content.decode()
    assert "持证" in page and "凭据 1 条" in page


def test_foreign_divisions_are_not_there(world, client_as):
    person = on_books(world.division)
    services.catch_up()
    foreign = client_as("regional_admin", world.foreign_county)
    for page in ("funnel", "members", "conversions", "worklist"):
        assert foreign.get(url(page, division="530621")).status_code == 404
        assert foreign.get(url(page, division="000009")).status_code == 404
    assert foreign.get(url("person", person.uuid)).status_code == 404
    assert client_as().get(url("funnel")).status_code == 404


@pytest.mark.parametrize("asked", [{"stage": "11"}, {"stage": "x"}, {"which": "all"}, {"on": "never", "stage": "0"}])
def test_nonsense_is_missing(world, client_as, asked):
    assert client_as("regional_admin", world.county).get(url("members", **asked)).status_code == 404


def test_my_own_path(world):
    user = make_user()
    person = on_books(world.division, user=user)
    page = make_client(user).get(url("mine")).content.decode()
    assert "在册干部" in page and "下一步" in page
    attend(person)
    licensed(person)
    page = make_client(user).get(url("mine")).content.decode()
    assert "已成为专业社会工作人才" in page
    assert "还没有您的记录" in make_client(make_user()).get(url("mine")).content.decode()


def test_the_worklist(world, client_as):
    on_books(world.division, name="张桂英")
    office = client_as("class_manager", world.county)
    assert "在册未参训" in office.get(url("worklist")).content.decode()
    assert "张桂英" in office.get(url("worklist", what="untrained")).content.decode()
    assert office.get(url("worklist", what="everything")).status_code == 404


@pytest.mark.parametrize("which", ["funnel", "members", "worklist"])
def test_pages_take_as_many_queries_for_thirty_as_for_three(world, client_as, which):
    office = client_as("regional_admin", world.province)
    address = {"funnel": url("funnel"), "members": url("members", stage=0), "worklist": url("worklist", what="untrained")}[which]
    counts = []
    for size in (3, 27):
        for i in range(size):
            on_books(world.division, name=f"丁{i}")
        services.catch_up()
        office.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert office.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
