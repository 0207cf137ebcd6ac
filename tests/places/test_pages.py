"""Pages of places: scope, query counts, the picker."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from lms.core.roles import Role
from lms.places import services
from lms.places.forms import DivisionField
from lms.places.models import Organisation, Station
from tests.factories.world import bare_body, make_actor

DAY = dt.date(2022, 3, 1)


def fill(world, count, start=0):
    rows = [{"name": f"机构{n}", "kind": "agency", "division": world.township} for n in range(start, start + count)]
    organisations = services.create_organisations(rows, world.system)
    stations = [
        {"name": f"站{n}", "tier": 3, "label": "社工站", "division": world.township, "opened_on": DAY, "operator": organisations[0]}
        for n in range(start, start + count)
    ]
    services.open_stations(stations, world.system)


@pytest.mark.parametrize("path", ["/places/organisations/", "/places/stations/", "/places/divisions/530621/"])
def test_lists_cost_the_same_for_3_and_30_rows(world, client_as, django_assert_max_num_queries, path):
    client = client_as(Role.CLASS_MANAGER, world.county)
    fill(world, 3)
    client.get(path)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        assert client.get(path).status_code == 200
    fill(world, 27, start=3)
    with CaptureQueriesContext(connection) as many:
        assert client.get(path).status_code == 200
    assert len(many) == len(few) <= 12


def test_lists_show_the_own_subtree_only(world, client_as):
    services.create_organisation(name="本地机构", kind="agency", division=world.township, by=world.system)
    services.create_organisation(name="外地机构", kind="agency", division=world.foreign_county, by=world.system)
    page = client_as(Role.CLASS_MANAGER, world.county).get("/places/organisations/").content.decode()
    assert "本地机构" in page and "外地机构" not in page


@pytest.mark.parametrize("code", ["511381", "5306", "530602", "999999", "530621x"])
def test_a_division_outside_is_as_missing(world, client_as, code):
    client = client_as(Role.CLASS_MANAGER, world.county)
    answers = [client.get(f"/places/divisions/{tried}/") for tried in ("123456", code)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bare_body(answers[0]) == bare_body(answers[1])


def test_division_page_on_an_old_day(world, client_as):
    client = client_as(Role.CLASS_MANAGER, world.county)
    assert "2015年6月1日" in client.get("/places/divisions/530621/?on=2015-06-01").content.decode()
    assert client.get("/places/divisions/530621/?on=2015-13-45").status_code == 200


def test_a_station_from_form_to_closing(world, client_as):
    client = client_as(Role.CLASS_MANAGER, world.county)
    operator = services.create_organisation(name="运营机构", kind="agency", division=world.county, by=world.system)
    assert client.get("/places/stations/new/").status_code == 200
    form = {
        "name": "龙头山站",
        "tier": "3",
        "label": "社工站",
        "division": "530621103",
        "opened_on": "2022-03-01",
        "operator": operator.pk,
    }
    outside = client.post("/places/stations/new/", {**form, "division": "511381"})
    assert "不在您的管理范围内" in outside.content.decode() and not Station.objects.exists()
    made = client.post("/places/stations/new/", form)
    station = Station.objects.get()
    assert made["Location"] == f"/places/stations/{station.uuid}/"
    second = client.post("/places/stations/new/", form)
    assert "已有名为" in second.content.decode() and Station.objects.count() == 1
    assert "运营机构" in client.get(made["Location"]).content.decode()
    client.post(f"{made['Location']}close/", {"closed_on": "2024-01-31"})
    station.refresh_from_db()
    assert station.closed_on == dt.date(2024, 1, 31)


def test_an_organisation_from_form(world, client_as):
    client = client_as(Role.REGIONAL_ADMIN, world.prefecture)
    form = {"name": "昭通市社工协会", "kind": "agency", "division": "昭通市", "credit_code": "91350100M000100Y44"}
    assert "校验位" in client.post("/places/organisations/new/", form).content.decode()
    client.post("/places/organisations/new/", {**form, "credit_code_override_reason": "早期发放，已核对原件"})
    assert Organisation.objects.get().division == world.prefecture


@pytest.mark.parametrize(
    ("text", "code"),
    [("ldx", "530621"), ("鲁甸", "530621"), ("5306", "5306"), ("昭通 龙头山", "530621103"), ("langzhong", "511381")],
)
def test_picker_search(world, client_as, text, code):
    found = client_as().get("/places/search/", {"q": text}).json()["results"]
    assert code in [row["code"] for row in found]


def test_picker_search_needs_a_sign_in_and_takes_any_text(world, client_as, client):
    assert client.get("/places/search/?q=ldx").status_code == 302
    signed_in = client_as()
    for text in ("", "%", "'; DROP TABLE x", "\x00", "a" * 500, "　", "٣٤"):
        assert signed_in.get("/places/search/", {"q": text}).status_code == 200
    assert signed_in.get("/places/search/?q=ldx&within=999999&levels=x,3&on=nonsense").json() == {"results": []}


def test_division_field_takes_code_name_and_what_the_picker_writes(world):
    field = DivisionField()
    for text in ("530621", "530621 云南省昭通市鲁甸县", "鲁甸县", "云南省昭通市鲁甸县", " 鲁甸 "):
        assert field.clean(text) == world.county
    for text in ("999999", "没有这个地方", ""):
        with pytest.raises(ValidationError):
            field.clean(text)
    with pytest.raises(ValidationError, match="有多个"):
        field.clean("县")
    field.narrow(actor=make_actor(Role.CLASS_MANAGER, world.prefecture), roles=[Role.CLASS_MANAGER])
    assert field.clean("530621") == world.county
    with pytest.raises(ValidationError, match="管理范围"):
        field.clean("511381")
